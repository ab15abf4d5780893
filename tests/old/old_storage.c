/* Disks: pci_add ... storage, drive_add, drive_del, eject, change, and pci_del for all of PCI. */
#include <string.h>

#include "tests/old/old_commands.h"

#define SCSI_IDS 7 /* the eighth is the controller's */

/* --- on a SCSI bus -----------------------------------------------------------------------------
 */

static OldDevice *disk_with_id(const OldBus *bus, int id)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        OldDevice *disk = g_ptr_array_index(bus->devices, i);
        if (disk->scsi_id == id)
            return disk;
    }
    return NULL;
}

OldDevice *old_scsi_attach(OldMachine *machine, OldBus *bus, OldDrive *drive, int id,
                           const char *name)
{
    for (int next = 0; id < 0 && next < SCSI_IDS; next++)
        if (!disk_with_id(bus, next))
            id = next;
    if (id < 0 || id >= SCSI_IDS) {
        old_complain(machine, "bad scsi device id: %d\n", id);
        return NULL;
    }
    OldDevice *there = disk_with_id(bus, id);
    if (there) {
        old_damage(machine, "the disk with SCSI id %d was replaced by another", id);
        old_device_remove(machine, there);
    }
    OldDevice *disk = old_device_add_on(machine, bus, "scsi-disk", name);
    g_autofree char *number = g_strdup_printf("%d", id);
    old_device_set(disk, "dev-prop: drive = ", drive->name);
    old_device_set(disk, "bus-prop: scsi-id = ", number);
    disk->scsi_id = id;
    disk->drive = drive;
    return disk;
}

/* 0.12 and later forget the key that drive_init chose: it becomes what the disk has. 0.14 does so
 * for the bus as well. */
static gboolean hot_add(OldMachine *machine, OldBus *bus, OldDrive *drive)
{
    if (machine->version < 12)
        return TRUE;
    if (!drive->file && !drive->cdrom) {
        old_print(machine, "Device needs media, but drive is empty\n");
        old_drive_remove(machine, drive);
        return FALSE;
    }
    const OldDevice *disk = old_scsi_attach(machine, bus, drive, drive->unit_option, NULL);
    if (!disk)
        return FALSE;
    drive->unit = disk->scsi_id;
    if (machine->version >= 14)
        drive->bus = bus->number;
    return TRUE;
}

static OldBus *scsi_bus_of(const OldDevice *device)
{
    for (guint i = 0; i < device->buses->len; i++) {
        OldBus *bus = g_ptr_array_index(device->buses, i);
        if (g_str_equal(bus->type, "SCSI"))
            return bus;
    }
    return NULL;
}

/* --- pci_add ADDRESS storage -------------------------------------------------------------------
 */

static const char *storage_model(OldMachine *machine, const char *options)
{
    g_autofree char *interface = old_option(options, "if");
    if (!interface)
        old_print(machine, "no if= specified\n");
    else if (g_str_equal(interface, "scsi"))
        return "lsi53c895a";
    else if (g_str_equal(interface, "virtio"))
        return "virtio-blk-pci";
    else
        old_print(machine, "type %s not a hotpluggable PCI device.\n", interface);
    return NULL;
}

static gboolean storage_drive(OldMachine *machine, const char *options, OldDrive **drive)
{
    g_autofree char *file = old_option(options, "file");
    *drive = file ? old_drive_init(machine, options) : NULL;
    if (file && !*drive)
        return FALSE;
    if (*drive && (*drive)->has_addr) {
        old_print(machine, "Parameter addr not supported\n");
        return FALSE;
    }
    return TRUE;
}

static gboolean plug_storage(OldMachine *machine, const char *model, int devfn, OldDrive *drive)
{
    OldDevice *device = old_device_add(machine, model, NULL, devfn);
    if (scsi_bus_of(device))
        return !drive || hot_add(machine, scsi_bus_of(device), drive);
    device->drive = drive;
    old_device_set(device, "dev-prop: drive = ", drive->name);
    return TRUE;
}

static void add_storage(OldMachine *machine, const char *address, const char *options)
{
    int wanted = -1, devfn = -1;
    OldDrive *drive = NULL;
    const char *model = storage_model(machine, options);
    if (!model || !storage_drive(machine, options, &drive) ||
        !old_pci_wants(machine, address, model, &wanted))
        return;
    if (!drive && g_str_equal(model, "virtio-blk-pci"))
        old_print(machine, "virtio requires a backing file/device.\n");
    else if (old_pci_place(machine, wanted, model, &devfn) &&
             plug_storage(machine, model, devfn, drive))
        old_print(machine, "OK domain 0, bus 0, slot %d, function 0\n", devfn >> 3);
}

/* 0.10 looks at the address before anything else. */
static gboolean address_is_good(OldMachine *machine, const char *address)
{
    int wanted = -1;
    return machine->version != 10 || old_pci_wants(machine, address, "", &wanted);
}

void old_pci_add(OldMachine *machine, char **arguments)
{
    const char *options = arguments[2] ? arguments[2] : "";
    gsize before = machine->reply->len;
    if (!address_is_good(machine, arguments[0]))
        return;
    if (g_str_equal(arguments[1], "storage"))
        add_storage(machine, arguments[0], options);
    else if (g_str_equal(arguments[1], "nic"))
        old_pci_add_nic(machine, arguments[0], options);
    else
        old_print(machine, "invalid type: %s\n", arguments[1]);
    if (!strstr(machine->reply->str + before, "OK domain"))
        old_print(machine, "failed to add %s\n", options);
}

/* --- pci_del -----------------------------------------------------------------------------------
 */

/* The address of pci_del and drive_add: 0.10 knows it only with the prefix. */
static gboolean slot_of(OldMachine *machine, const char *address, int *slot)
{
    gboolean prefixed = g_str_has_prefix(address, "pci_addr=");
    const char *plain = prefixed ? address + strlen("pci_addr=") : address;
    if ((prefixed || machine->version > 10) && old_parse_slot(plain, slot))
        return TRUE;
    old_print(machine, "Invalid pci address\n");
    return FALSE;
}

void old_pci_del(OldMachine *machine, char **arguments)
{
    static const char *const fixed[] = { "i440FX", "PIIX3", "cirrus-vga", NULL };
    int slot = 0;
    if (!slot_of(machine, arguments[0], &slot))
        return;
    const OldDevice *device = old_pci_device(machine, slot << 3);
    if (!device)
        old_print(machine, "slot %d empty\n", slot);
    else if (machine->version >= 14 && g_strv_contains(fixed, device->model))
        old_print(machine, "Device '%s' does not support hotplugging\n", device->model);
    else
        old_ask_eject(machine, slot);
}

/* --- drive_add, drive_del ----------------------------------------------------------------------
 */

static void print_place(OldMachine *machine, int bus, int unit)
{
    old_print(machine, "OK bus %d, unit %d\n", bus, unit);
}

static const OldDevice *device_at(OldMachine *machine, const char *address)
{
    int slot = 0;
    if (!slot_of(machine, address, &slot))
        return NULL;
    const OldDevice *device = old_pci_device(machine, slot << 3);
    if (!device)
        old_print(machine, "no pci device with address %s\n", address);
    return device;
}

/* 0.10 and 0.11 take any device for a SCSI controller. */
static void attach_blindly(OldMachine *machine, const OldDevice *device, const char *options)
{
    const OldDrive *drive = old_drive_init(machine, options);
    if (!drive)
        return;
    if (drive->type != old_drive_type("scsi")) {
        old_print(machine, "Can't hot-add drive to type %u\n", drive->type - 1);
    } else if (scsi_bus_of(device)) {
        print_place(machine, drive->bus, drive->unit);
    } else if (g_strcmp0(device->model, "cirrus-vga") == 0) {
        old_die(machine, -11, "QEMU 0.11 crashed: drive_add to a device that is no SCSI adapter");
    } else {
        old_damage(machine, "drive_add to %s, which is no SCSI adapter", device->model);
        print_place(machine, drive->bus, drive->unit);
    }
}

/* FALSE: the drive goes away again. */
static gboolean attach_drive(OldMachine *machine, const char *address, OldDrive *drive)
{
    if (drive->has_addr) {
        old_print(machine, "Parameter addr not supported\n");
        return FALSE;
    }
    if (drive->type == old_drive_type("none")) {
        old_print(machine, "OK\n");
        return TRUE;
    }
    if (drive->type != old_drive_type("scsi")) {
        old_print(machine, "Can't hot-add drive to type %u\n", drive->type);
        return FALSE;
    }
    const OldDevice *device = device_at(machine, address);
    if (!device)
        return FALSE;
    OldBus *bus = scsi_bus_of(device);
    if (!bus) {
        old_print(machine, "Device is not a SCSI adapter\n");
        return FALSE;
    }
    if (hot_add(machine, bus, drive))
        print_place(machine, bus->number, drive->unit);
    return TRUE;
}

void old_drive_add(OldMachine *machine, char **arguments)
{
    if (machine->version < 12) {
        const OldDevice *device = device_at(machine, arguments[0]);
        if (device)
            attach_blindly(machine, device, arguments[1]);
        return;
    }
    OldDrive *drive = old_drive_init(machine, arguments[1]);
    if (drive && !attach_drive(machine, arguments[0], drive))
        old_drive_remove(machine, drive);
}

void old_drive_del(OldMachine *machine, char **arguments)
{
    OldDrive *drive = old_drive_find(machine, arguments[0]);
    if (drive)
        old_drive_remove(machine, drive);
    else
        old_print(machine, "Device '%s' not found\n", arguments[0]);
}

/* --- eject, change -----------------------------------------------------------------------------
 */

static void print_no_drive(OldMachine *machine, const char *name)
{
    if (machine->version >= 13)
        old_print(machine, "Device '%s' not found\n", name);
    else if (machine->version == 12)
        old_print(machine, "The %s device has not been found\n", name);
    else
        old_print(machine, "device not found\n");
}

static void print_fixed(OldMachine *machine, const char *name)
{
    if (machine->version >= 13)
        old_print(machine, "Device '%s' is not removable\n", name);
    else if (machine->version == 12)
        old_print(machine, "Device %s is not removable\n", name);
    else
        old_print(machine, "device is not removable\n");
}

/* The drive, its medium taken out; NULL when that cannot be. */
static OldDrive *emptied(OldMachine *machine, const char *name, gboolean force)
{
    OldDrive *drive = old_drive_find(machine, name);
    if (!drive) {
        print_no_drive(machine, name);
    } else if (drive->file && !drive->removable && !force) {
        print_fixed(machine, name);
    } else {
        g_clear_pointer(&drive->file, g_free);
        g_clear_pointer(&drive->backing, g_free);
        return drive;
    }
    return NULL;
}

void old_eject(OldMachine *machine, char **arguments)
{
    emptied(machine, arguments[1], arguments[0] != NULL);
}

void old_change(OldMachine *machine, char **arguments)
{
    OldDrive *drive = emptied(machine, arguments[0], FALSE);
    if (!drive)
        return;
    gsize before = machine->reply->len;
    if (old_drive_open(machine, drive, arguments[1], arguments[2]))
        return;
    g_string_truncate(machine->reply, before);
    if (machine->version >= 13)
        old_print(machine, "Could not open '%s'\n", arguments[1]);
}
