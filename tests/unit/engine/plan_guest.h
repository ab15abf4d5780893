/* Guests built by hand for the tests of planning: a pc with an LSI adapter, a q35 with ports. */
#ifndef BACKPLANE_TESTS_PLAN_GUEST_H
#define BACKPLANE_TESTS_PLAN_GUEST_H

#include "engine/hotplug.h"

G_GNUC_UNUSED static Bus *offer_bus(Device *owner, const char *name, const char *type, gboolean hot)
{
    Bus *bus = bus_new(name, type);
    bus->owner = owner;
    bus->hotpluggable = hot;
    bus->path = g_strdup_printf("%s/%s", owner->path, name);
    g_ptr_array_add(owner->buses, bus);
    return bus;
}

G_GNUC_UNUSED static Device *add_device(Bus *bus, const char *driver, const char *id)
{
    Device *device = device_new(driver);
    device->id = g_strdup(id);
    device->path = id != NULL
                       ? g_strdup_printf("/machine/peripheral/%s", id)
                       : g_strdup_printf("/machine/unattached/device[%u]", bus->devices->len);
    device->bus = bus;
    device->hotpluggable =
        bus->hotpluggable && (device->model == NULL || device->model->hotpluggable);
    device->implicit = !device->hotpluggable && id == NULL;
    g_ptr_array_add(bus->devices, device);
    return device;
}

G_GNUC_UNUSED static Device *add_pci(Bus *bus, guint slot, guint function, const char *driver,
                                     const char *id)
{
    Device *device = add_device(bus, driver, id);
    device->address =
        (Address){ .type = ADDRESS_PCI,
                   .pci = { .bus = bus->number, .slot = slot, .function = function } };
    return device;
}

G_GNUC_UNUSED static void add_property(Device *device, const char *name, const char *value)
{
    Property *property = g_new0(Property, 1);
    property->name = g_strdup(name);
    property->value = g_strdup(value);
    g_ptr_array_add(device->properties, property);
}

G_GNUC_UNUSED static Device *add_disk(Bus *bus, guint target, const char *id, const char *backend,
                                      const char *node, const char *file)
{
    Device *device = add_device(bus, "scsi-hd", id);
    device->address =
        (Address){ .type = ADDRESS_DRIVE,
                   .drive = { .controller = bus->index, .target = target, .scsi = TRUE } };
    device->drive = g_new0(Drive, 1);
    device->drive->backend = g_strdup(backend);
    device->drive->node = g_strdup(node);
    device->drive->file = g_strdup(file);
    device->drive->inserted = TRUE;
    return device;
}

G_GNUC_UNUSED static Netdev *add_netdev(Guest *guest, const char *id, const char *type,
                                        const char *details, const char *peer)
{
    Netdev *netdev = g_new0(Netdev, 1);
    netdev->id = g_strdup(id);
    netdev->type = g_strdup(type);
    netdev->details = g_strdup(details);
    netdev->peer = g_strdup(peer);
    g_ptr_array_add(guest->netdevs, netdev);
    return netdev;
}

static Guest *new_guest(const char *machine)
{
    Guest *guest = guest_new();
    guest->name = g_strdup("test");
    guest->qemu = g_strdup("7.2.22");
    guest->machine = g_strdup(machine);
    guest->status = g_strdup("running");
    guest->root = bus_new("main-system-bus", "System");
    guest->root->path = g_strdup("/machine/unattached/sysbus");
    return guest;
}

/* i440FX, PIIX3, IDE, cirrus; e1000 net0 at 05; lsi0 at 0a with disks sda (0, -drive), sdb (3,
 * blockdev); a slot 0c of three functions. */
G_GNUC_UNUSED static Guest *make_pc(void)
{
    Guest *guest = new_guest("pc-i440fx-7.2");
    Device *host = add_device(guest->root, "i440FX-pcihost", NULL);
    Bus *pci = offer_bus(host, "pci.0", "PCI", TRUE);
    pci->number = 0;
    add_pci(pci, 0, 0, "i440FX", NULL);
    add_pci(pci, 1, 0, "PIIX3", NULL);
    Device *ide = add_pci(pci, 1, 1, "piix3-ide", NULL);
    add_device(offer_bus(ide, "ide.1", "IDE", FALSE), "ide-cd", "cd");
    add_pci(pci, 2, 0, "cirrus-vga", "vga");
    Device *net = add_pci(pci, 5, 0, "e1000", "net0");
    net->nic = g_new0(Nic, 1);
    net->nic->mac = g_strdup("52:54:00:00:00:05");
    net->nic->netdev = g_strdup("n0");
    add_property(net, "mac", "52:54:00:00:00:05");
    add_property(net, "netdev", "n0");
    Device *lsi = add_pci(pci, 10, 0, "lsi53c895a", "lsi0");
    Bus *scsi = offer_bus(lsi, "lsi0.0", "SCSI", TRUE);
    add_disk(scsi, 0, "sda", "drive-sda", "#block001", "/images/a.qcow2");
    add_property(add_disk(scsi, 3, "sdb", NULL, "sdb-fmt", "/images/b.qcow2"), "serial", "S2");
    add_pci(pci, 12, 0, "virtio-rng-pci", "f0");
    add_pci(pci, 12, 1, "virtio-rng-pci", "f1");
    add_pci(pci, 12, 2, "virtio-rng-pci", "f2");
    add_netdev(guest, "n0", "user", "net=10.0.2.0,restrict=on", "net0");
    add_netdev(guest, "spare", "user", "net=10.0.2.0,restrict=off", NULL);
    guest->nodes = json_loads(
        "[{\"node-name\":\"#block001\",\"drv\":\"qcow2\",\"file\":\"/images/a.qcow2\","
        "\"ro\":false,\"cache\":{\"direct\":true,\"no-flush\":false}},"
        "{\"node-name\":\"#block000\",\"drv\":\"file\",\"file\":\"/images/a.qcow2\",\"ro\":false},"
        "{\"node-name\":\"sdb-fmt\",\"drv\":\"qcow2\",\"file\":\"/images/b.qcow2\",\"ro\":true},"
        "{\"node-name\":\"#block002\",\"drv\":\"file\",\"file\":\"/images/b.qcow2\",\"ro\":true}]",
        0, NULL);
    guest->chardevs = json_loads("[{\"label\":\"serial0\"}]", 0, NULL);
    guest->objects = json_loads("[{\"name\":\"rng0\",\"type\":\"child<rng-random>\"}]", 0, NULL);
    guest_index(guest);
    return guest;
}

/* pcie.0 with ports rp1 (a NIC) and rp2, rp3 (free), the last with a conventional bridge behind
 * when asked for. */
G_GNUC_UNUSED static Guest *make_q35(gboolean ports)
{
    Guest *guest = new_guest("pc-q35-7.2");
    Device *host = add_device(guest->root, "q35-pcihost", NULL);
    Bus *root = offer_bus(host, "pcie.0", "PCIE", FALSE);
    root->number = 0;
    for (guint i = 1; i <= 3 && ports; i++) {
        g_autofree char *id = g_strdup_printf("rp%u", i);
        Device *port = add_pci(root, i, 0, "pcie-root-port", id);
        offer_bus(port, id, "PCIE", TRUE)->number = (int)i;
        if (i == 1) {
            add_pci(port->buses->pdata[0], 0, 0, "virtio-net-pci", "net0");
        }
        if (i == 3) {
            Device *bridge = add_pci(port->buses->pdata[0], 0, 0, "pcie-pci-bridge", "conv");
            offer_bus(bridge, "conv", "PCI", TRUE)->number = 4;
        }
    }
    guest_index(guest);
    return guest;
}

/* The whole plan as text: title, steps with their undo, cautions. (transfer full) */
G_GNUC_UNUSED static char *plan_text(const Plan *plan)
{
    GString *text = g_string_new(plan->title);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        g_autofree char *action = action_to_text(step->action);
        g_string_append_printf(text, "\n%s", action);
        for (guint j = 0; j < step->undo->len; j++) {
            g_autofree char *undo = action_to_text(step->undo->pdata[j]);
            g_string_append_printf(text, "\n  undo %s", undo);
        }
        for (char **leaf = step->action->leaves; leaf != NULL && *leaf != NULL; leaf++) {
            g_string_append_printf(text, "\n  leaves %s", *leaf);
        }
    }
    return g_string_free(text, FALSE);
}

#endif
