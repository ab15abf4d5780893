#include "tests/support/hand_guest.h"

#include <stdarg.h>
#include <string.h>

static void set_path(Device *device, const Bus *bus)
{
    device->path = device->id ? g_strdup_printf("/machine/peripheral/%s", device->id)
                              : g_strdup_printf("%s/child[%u]", bus->path, bus->devices->len);
}

static Device *add(Bus *bus, const char *driver, const char *id, DeviceState state)
{
    Device *device = device_new(driver);

    device->id = g_strdup(id);
    device->bus = bus;
    device->state = state;
    device->implicit = state == STATE_FIXED;
    device->hotpluggable = state != STATE_FIXED;
    set_path(device, bus);
    g_ptr_array_add(bus->devices, device);
    return device;
}

static Bus *offer(Device *owner, const char *name, const char *type)
{
    Bus *bus = bus_new(name, type);

    bus->owner = owner;
    bus->path = g_strdup_printf("%s/%s", owner->path, name);
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

static Device *add_pci(Bus *bus, guint slot, guint function, const char *driver, const char *id,
                       DeviceState state)
{
    Device *device = add(bus, driver, id, state);

    device->address.type = ADDRESS_PCI;
    device->address.pci.bus = bus->number;
    device->address.pci.slot = slot;
    device->address.pci.function = function;
    return device;
}

static Device *add_drive(Bus *bus, guint channel, guint target, guint unit, const char *driver,
                         const char *id, DeviceState state)
{
    Device *device = add(bus, driver, id, state);

    device->address.type = ADDRESS_DRIVE;
    device->address.drive.controller = bus->index;
    device->address.drive.bus = channel;
    device->address.drive.target = target;
    device->address.drive.unit = unit;
    device->address.drive.scsi = bus->family == BUS_SCSI;
    return device;
}

static Device *add_usb(Bus *bus, const char *port, const char *driver, const char *id)
{
    Device *device = add(bus, driver, id, STATE_PRESENT);

    device->address.type = ADDRESS_USB;
    device->address.usb.bus = bus->index;
    g_strlcpy(device->address.usb.port, port, sizeof(device->address.usb.port));
    return device;
}

static void add_property(Device *device, const char *name, const char *value)
{
    Property *property = g_new0(Property, 1);

    property->name = g_strdup(name);
    property->value = g_strdup(value);
    g_ptr_array_add(device->properties, property);
}

static void put_drive(Device *device, const char *node, const char *file, gint64 size, gint64 used)
{
    Drive *drive = g_new0(Drive, 1);

    drive->node = g_strdup(node);
    drive->file = g_strdup(file);
    drive->format = g_strdup(file ? "qcow2" : NULL);
    drive->size = size;
    drive->used = used;
    drive->inserted = file != NULL;
    drive->removable = file == NULL;
    device->drive = drive;
}

static void put_nic(Device *device, const char *netdev, const char *backend, const char *details)
{
    Nic *nic = g_new0(Nic, 1);

    nic->mac = g_strdup("52:54:00:c7:0e:05");
    nic->netdev = g_strdup(netdev);
    nic->backend = g_strdup(backend);
    nic->details = g_strdup(details);
    nic->link = -1;
    device->nic = nic;
}

static void put_pci(Device *device, guint16 vendor, guint16 id, guint16 class_code,
                    const char *regions)
{
    PciFacts *pci = g_new0(PciFacts, 1);

    pci->vendor = vendor;
    pci->device = id;
    pci->class_code = class_code;
    pci->interrupt = 'A';
    pci->irq = 11;
    pci->regions = g_strdup(regions);
    device->pci = pci;
}

static Guest *new_guest(const char *name, const char *machine)
{
    Guest *guest = guest_new();

    guest->name = g_strdup(name);
    guest->qemu = g_strdup("7.2.22");
    guest->machine = g_strdup(machine);
    guest->status = g_strdup("running");
    guest->dialect = g_strdup("qmp");
    guest->vcpus = 4;
    guest->memory = G_GUINT64_CONSTANT(4) << 30;
    guest->root = bus_new("main-system-bus", "System");
    guest->root->path = g_strdup("/machine/unattached/sysbus");
    return guest;
}

static Bus *add_root(Guest *guest, const char *host, const char *name, const char *type)
{
    Bus *bus = offer(add(guest->root, host, NULL, STATE_FIXED), name, type);

    bus->number = 0;
    return bus;
}

static void add_many(Bus *bus, const char *const *drivers)
{
    for (; *drivers; drivers++)
        add(bus, *drivers, NULL, STATE_FIXED);
}

static void add_system_devices(Guest *guest)
{
    static const char *const drivers[] = { "hpet",      "ioapic",   "ps2-mouse", "ps2-kbd",
                                           "fw_cfg_io", "kvmvapic", NULL };

    add_many(guest->root, drivers);
}

static void add_isa_devices(Device *bridge)
{
    static const char *const drivers[] = { "isa-serial",  "isa-parallel", "i8042", "port92",
                                           "mc146818rtc", "isa-pit",      NULL };

    add_many(offer(bridge, "isa.0", "ISA"), drivers);
}

/* The functions of slot 01 on pc. */
static void add_piix(Bus *pci)
{
    static const char *const memories[] = { "smbus-eeprom", "smbus-eeprom", "smbus-eeprom", NULL };
    Device *ide, *usb;
    Bus *channel;

    add_isa_devices(add_pci(pci, 1, 0, "PIIX3", NULL, STATE_FIXED));
    ide = add_pci(pci, 1, 1, "piix3-ide", "ide0", STATE_FIXED);
    channel = offer(ide, "ide.0", "IDE");
    put_drive(add_drive(channel, 0, 0, 0, "ide-hd", "hd0", STATE_FIXED), "boot",
              "/srv/vm/boot.qcow2", G_GINT64_CONSTANT(20) << 30, -1);
    channel = offer(ide, "ide.1", "IDE");
    put_drive(add_drive(channel, 1, 0, 0, "ide-cd", "cd0", STATE_FIXED), NULL, NULL, -1, -1);
    usb = add_pci(pci, 1, 2, "piix3-usb-uhci", "usb", STATE_FIXED);
    add_usb(offer(usb, "usb.0", "usb-bus"), "1", "usb-tablet", "tab0");
    ((Bus *)usb->buses->pdata[0])->hotpluggable = TRUE;
    add_many(offer(add_pci(pci, 1, 3, "PIIX4_PM", NULL, STATE_FIXED), "i2c", "i2c-bus"), memories);
}

static void add_web01_cards(Bus *pci)
{
    Device *device = add_pci(pci, 3, 0, "virtio-net-pci", "net0", STATE_PRESENT);
    Bus *scsi;

    put_nic(device, "n0", "tap", "ifname=tap0,script=no");
    device = add_pci(pci, 4, 0, "virtio-scsi-pci", "scsi0", STATE_PRESENT);
    scsi = offer(device, "scsi0.0", "SCSI");
    scsi->hotpluggable = TRUE;
    put_drive(add_drive(scsi, 0, 0, 0, "scsi-hd", "sd0", STATE_PRESENT), "home",
              "/srv/vm/home.qcow2", G_GINT64_CONSTANT(80) << 30, -1);
    device = add_pci(pci, 5, 0, "virtio-blk-pci", "disk1", STATE_LEAVING);
    device->since = HAND_NOW - 7 * G_USEC_PER_SEC;
    device->label = g_strdup("Virtio block device");
    put_pci(device, 0x1af4, 0x1001, 0x0100, "BAR 0 io c000, 128 bytes\nBAR 1 mem febd1000, 4.0K");
    put_drive(device, "data1", "/srv/vm/data1.qcow2", G_GINT64_CONSTANT(40) << 30,
              G_GINT64_CONSTANT(13207024435));
    add_property(device, "drive", "data1");
    add_property(device, "serial", "D1");
    add_property(device, "num-queues", "4 (0x4)");
    device = add_pci(pci, 6, 0, "virtio-net-pci", "net1", STATE_ADDED);
    device->since = HAND_NOW - 42 * G_USEC_PER_SEC;
    put_nic(device, "n1", "user", "net=10.0.2.0,restrict=off");
    add_pci(pci, 7, 0, "virtio-balloon-pci", "bal0", STATE_PRESENT);
    device = add_pci(pci, 8, 0, "virtio-rng-pci", "rng0", STATE_PRESENT);
    add_property(device, "rng", "/objects/rng0");
}

Guest *hand_guest_web01(void)
{
    Guest *guest = new_guest("web01", "pc-i440fx-7.2");
    Bus *pci = add_root(guest, "i440FX-pcihost", "pci.0", "PCI");

    pci->hotpluggable = TRUE;
    add_pci(pci, 0, 0, "i440FX", NULL, STATE_FIXED);
    add_piix(pci);
    add_pci(pci, 2, 0, "VGA", "vga0", STATE_FIXED);
    add_web01_cards(pci);
    add_system_devices(guest);
    guest_index(guest);
    return guest;
}

static Bus *add_port(Bus *bus, guint slot, guint function, const char *driver, const char *id)
{
    Bus *secondary = offer(add_pci(bus, slot, function, driver, id, STATE_FIXED), id, "PCIE");

    secondary->hotpluggable = TRUE;
    return secondary;
}

/* A switch behind a root port: an upstream port, two downstream ports. */
static void add_switch(Bus *port)
{
    Bus *upstream = offer(add_pci(port, 0, 0, "x3130-upstream", "up", STATE_PRESENT), "up", "PCIE");

    add_pci(add_port(upstream, 0, 0, "xio3130-downstream", "dn1"), 0, 0, "nvme", "nv0",
            STATE_PRESENT);
    add_port(upstream, 1, 0, "xio3130-downstream", "dn2");
}

static void add_ich9(Bus *pcie)
{
    Device *ahci;

    add_isa_devices(add_pci(pcie, 31, 0, "ICH9-LPC", NULL, STATE_FIXED));
    ahci = add_pci(pcie, 31, 2, "ich9-ahci", NULL, STATE_FIXED);
    for (guint i = 0; i < 6; i++) {
        g_autofree char *name = g_strdup_printf("ide.%u", i);
        Bus *bus = offer(ahci, name, "IDE");

        bus->family = BUS_SATA;
        if (i == 2)
            put_drive(add_drive(bus, 0, 0, 2, "ide-cd", NULL, STATE_FIXED), NULL, NULL, -1, -1);
    }
}

Guest *hand_guest_q35(void)
{
    Guest *guest = new_guest("q35", "pc-q35-7.2");
    Bus *pcie = add_root(guest, "q35-pcihost", "pcie.0", "PCIE"), *usb;
    Device *dimm = device_new("pc-dimm");

    add_pci(pcie, 0, 0, "mch", NULL, STATE_FIXED);
    put_nic(add_pci(add_port(pcie, 2, 0, "pcie-root-port", "rp1"), 0, 0, "virtio-net-pci", "net0",
                    STATE_PRESENT),
            "n0", "user", NULL);
    add_port(pcie, 2, 1, "pcie-root-port", "rp2");
    add_switch(add_port(pcie, 2, 2, "pcie-root-port", "rp3"));
    usb = offer(add_pci(pcie, 3, 0, "qemu-xhci", "xhci", STATE_FIXED), "xhci.0", "usb-bus");
    usb->hotpluggable = TRUE;
    add_usb(usb, "1", "usb-tablet", NULL);
    add_usb(usb, "2", "usb-hub", "hub");
    add_usb(usb, "2.1", "usb-kbd", NULL);
    add_ich9(pcie);
    add_pci(add_root(guest, "pxb-host", "pxb", "PCI"), 1, 0, "e1000", "far", STATE_PRESENT);
    add_system_devices(guest);
    dimm->id = g_strdup("dimm0");
    dimm->path = g_strdup("/machine/peripheral/dimm0");
    add_property(dimm, "size", "1073741824 (1 GiB)");
    add_property(dimm, "memdev", "/objects/mem0");
    g_ptr_array_add(guest->memory_devices, dimm);
    guest_index(guest);
    return guest;
}

static Bus *add_bridge(Bus *bus, guint slot, const char *id)
{
    Bus *behind = offer(add_pci(bus, slot, 0, "pci-bridge", id, STATE_PRESENT), id, "PCI");

    behind->hotpluggable = TRUE;
    behind->number = PCI_BUS_UNKNOWN;
    return behind;
}

static Bus *add_scsi(Bus *bus, guint slot, const char *driver, const char *id)
{
    g_autofree char *name = g_strdup_printf("%s.0", id);
    Bus *scsi = offer(add_pci(bus, slot, 0, driver, id, STATE_PRESENT), name, "SCSI");

    scsi->hotpluggable = TRUE;
    return scsi;
}

Guest *hand_guest_bridges(void)
{
    Guest *guest = new_guest("bridges", "pc-i440fx-7.2");
    Bus *pci = add_root(guest, "i440FX-pcihost", "pci.0", "PCI"), *outer, *inner;

    pci->hotpluggable = TRUE;
    add_pci(pci, 0, 0, "i440FX", NULL, STATE_FIXED);
    add_piix(pci);
    outer = add_bridge(pci, 5, "br1");
    add_pci(outer, 1, 0, "e1000", "net1", STATE_PRESENT);
    inner = add_bridge(outer, 2, "br3");
    put_drive(add_drive(add_scsi(inner, 4, "lsi53c895a", "scsi1"), 0, 3, 0, "scsi-hd", "sd3",
                        STATE_PRESENT),
              "deep", "/srv/vm/deep.qcow2", G_GINT64_CONSTANT(8) << 30, -1);
    add_bridge(pci, 6, "br2");
    for (guint function = 0; function < 8; function++) {
        g_autofree char *id = g_strdup_printf("f%u", function);

        add_pci(pci, 7, function, "e1000", id, STATE_PRESENT);
    }
    add_pci(pci, 8, 0, "pxb", "pxb1", STATE_FIXED);
    outer = add_root(guest, "pxb-host", "pxb-internal", "pxb-bus");
    offer(add_pci(outer, 0, 0, "pci-bridge", NULL, STATE_FIXED), "pxb1", "PCI");
    guest_index(guest);
    return guest;
}

Guest *hand_guest_ports(guint ports)
{
    Guest *guest = new_guest("ports", "pc-q35-7.2");
    Bus *pcie = add_root(guest, "q35-pcihost", "pcie.0", "PCIE"), *port = NULL;

    add_pci(pcie, 0, 0, "mch", NULL, STATE_FIXED);
    for (guint i = 0; i < ports; i++) {
        g_autofree char *id = g_strdup_printf("pci.%u", i + 1);
        g_autofree char *card = g_strdup_printf("card%u", i + 1);

        port = add_port(pcie, 2 + i / 8, i % 8, "pcie-root-port", id);
        if (i + 1 < ports && i % 3)
            add_pci(port, 0, 0, i % 3 == 1 ? "virtio-net-pci" : "virtio-blk-pci", card,
                    STATE_PRESENT);
    }
    if (port)
        add_switch(port);
    add_ich9(pcie);
    guest_index(guest);
    return guest;
}

Guest *hand_guest_board(void)
{
    static const char *const drivers[] = { "virtio-mmio", "virtio-mmio", "fw_cfg_io", "kvmvapic",
                                           NULL };
    Guest *guest = new_guest("board", "microvm");
    Device *disk = add(guest->root, "virtio-blk-device", "vda", STATE_FIXED);

    put_drive(disk, "root", "/srv/vm/root.raw", 1 << 30, -1);
    add_many(guest->root, drivers);
    guest_index(guest);
    return guest;
}

static void fill_random(GRand *chance, Bus *bus, guint depth, guint *count);

static void plug_random(GRand *chance, Bus *bus, guint slot, guint depth, guint *count)
{
    static const char *const drivers[] = { "e1000", "virtio-blk-pci", "virtio-rng-pci", "VGA" };
    g_autofree char *id = g_strdup_printf("d%u", (*count)++);
    guint kind = (guint)g_rand_int_range(chance, 0, 12);

    if (kind == 0 && depth < 3)
        fill_random(chance, add_bridge(bus, slot, id), depth + 1, count);
    else if (kind == 1 && depth < 3)
        fill_random(chance, add_port(bus, slot, 0, "pcie-root-port", id), 9, count);
    else if (kind == 2)
        add_drive(add_scsi(bus, slot, "virtio-scsi-pci", id), 0,
                  (guint)g_rand_int_range(chance, 0, 250), 0, "scsi-hd", NULL, STATE_PRESENT);
    else
        add_pci(bus, slot, 0, drivers[kind % 4], id, STATE_PRESENT);
    for (guint function = 1; kind == 3 && function < 8; function += 1 + kind % 2)
        add_pci(bus, slot, function, "e1000", NULL, STATE_PRESENT);
}

/* depth 9: a port, which has one slot. */
static void fill_random(GRand *chance, Bus *bus, guint depth, guint *count)
{
    guint slots = depth == 9 ? 1 : 32;

    for (guint slot = depth == 9 ? 0 : 1; slot < slots; slot++)
        if (g_rand_int_range(chance, 0, 3) == 0 && *count < 250)
            plug_random(chance, bus, slot, depth, count);
}

Guest *hand_guest_random(guint32 seed)
{
    GRand *chance = g_rand_new_with_seed(seed);
    Guest *guest = new_guest("random", "pc-i440fx-7.2");
    Bus *pci = add_root(guest, "i440FX-pcihost", "pci.0", "PCI");
    guint count = 0;

    pci->hotpluggable = g_rand_boolean(chance);
    fill_random(chance, pci, 0, &count);
    if (g_rand_boolean(chance))
        fill_random(chance, add_root(guest, "pxb-host", "pxb", "PCIE"), 1, &count);
    if (g_rand_boolean(chance))
        add_system_devices(guest);
    guest_index(guest);
    g_rand_free(chance);
    return guest;
}

Guest *hand_guest_large(guint disks)
{
    Guest *guest = new_guest("large", "pc-i440fx-7.2");
    Bus *pci = add_root(guest, "i440FX-pcihost", "pci.0", "PCI"), *scsi = NULL;

    pci->hotpluggable = TRUE;
    for (guint i = 0; i < disks; i++) {
        g_autofree char *id = g_strdup_printf("sd%u", i);
        g_autofree char *name = g_strdup_printf("scsi%u", i / 200);

        if (i % 200 == 0) {
            scsi = offer(add_pci(pci, 1 + i / 200, 0, "virtio-scsi-pci", name, STATE_PRESENT), name,
                         "SCSI");
            scsi->hotpluggable = TRUE;
        }
        put_drive(add_drive(scsi, 0, i % 200, 0, "scsi-hd", id, STATE_PRESENT), id, "/srv/disk.raw",
                  1 << 30, -1);
    }
    guest_index(guest);
    return guest;
}

Guest *hand_guest_hostile(void)
{
    Guest *guest = new_guest("\x1b]0;owned\x07", "pc\xe2\x80\xaegnol");
    Bus *pci = add_root(guest, "i440FX-pcihost", "pci.0\r\n", "PCI");
    Device *device = add_pci(pci, 1, 0, "driver\x1b[2J", "id\twith\xff\xfe", STATE_PRESENT);

    pci->hotpluggable = TRUE;
    put_drive(device, "node\n", "/srv/\x1b[31mred\xe4\xbd\x9c\xe8\x80\x85.qcow2", 1 << 20, -1);
    g_free(device->words);
    device->words = g_strdup("words\x9b"
                             "31m e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
    add_property(device, "\x1b[A", "value\nwith lines");
    guest_index(guest);
    return guest;
}
