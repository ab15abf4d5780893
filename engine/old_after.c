/* One function a command. */
#include "engine/old_after.h"

#include <stdio.h>
#include <string.h>

#include "engine/old_command.h"
#include "engine/place.h"
#include "engine/plan_device.h"

typedef struct {
    Guest *guest;
    const Plan *plan;
    json_t *arguments;
    json_t *options; /* of them */
} Old;

static int option_number(const Old *old, const char *name)
{
    return (int)json_integer_value(json_object_get(old->options, name));
}

static gboolean slot_of(const Old *old, Address *address)
{
    const char *text = plan_member(old->arguments, "pci_addr");

    *address = (Address){ .type = ADDRESS_PCI };
    return text && sscanf(text, "0:%x", &address->pci.slot) == 1;
}

static const PlanSubject *find_subject(const Old *old, const char *path)
{
    for (guint i = 0; i < old->plan->subjects->len; i++) {
        const PlanSubject *subject = old->plan->subjects->pdata[i];

        if (g_strcmp0(subject->path, path) == 0)
            return subject;
    }
    return NULL;
}

/* On the bus, as one that a staged change brings. */
static Device *device_at(const Old *old, const char *path, Bus *bus)
{
    const PlanSubject *subject = find_subject(old, path);
    Device *device = subject ? device_new(subject->driver) : NULL;

    if (!device)
        return NULL;
    device->path = g_strdup(path);
    device->address = subject->address;
    device->planned = device->hotpluggable = device->hotplugged = TRUE;
    device->bus = bus;
    g_ptr_array_add(bus->devices, device);
    return device;
}

static Drive *drive_of(const Old *old, const char *name)
{
    Drive *drive = g_new0(Drive, 1);

    drive->backend = g_strdup(name);
    drive->file = g_strdup(plan_member(old->options, "file"));
    drive->format = g_strdup(plan_member(old->options, "format"));
    drive->size = drive->used = -1;
    drive->inserted = TRUE;
    return drive;
}

/* The image is in use from now on, and the name, where it is known, is taken. */
static void note_drive(const Old *old, const char *name)
{
    const char *file = plan_member(old->options, "file");

    if (old->guest->nodes && file)
        json_array_append_new(old->guest->nodes,
                              json_pack("{s:s*, s:s}", "node-name", name, "file", file));
    if (old->guest->blocks && name)
        json_array_append_new(old->guest->blocks, json_pack("{s:s, s:{s:s}}", "device", name,
                                                            "inserted", "file", file));
}

static Nic *nic_of(const Old *old)
{
    Nic *nic = g_new0(Nic, 1);

    nic->mac = g_strdup(plan_member(old->options, "macaddr"));
    nic->netdev = g_strdup_printf("hub%dport", option_number(old, "vlan"));
    nic->link = -1;
    return nic;
}

static void offer_scsi(Device *device)
{
    Bus *bus = bus_new("scsi.0", "SCSI");

    bus->path = g_strdup_printf("%s/bus scsi", device->path);
    bus->owner = device;
    bus->hotpluggable = TRUE;
    g_ptr_array_add(device->buses, bus);
}

static void take_ids(Device *device)
{
    device->pci = g_new0(PciFacts, 1);
    device->pci->irq = -1;
    if (!device->model)
        return;
    device->pci->vendor = device->model->vendor;
    device->pci->device = device->model->device;
}

static void pci_add(const Old *old)
{
    Bus *bus = old_pci_bus(old->guest);
    Address address;
    g_autofree char *path = slot_of(old, &address) ? place_of_pci(&address) : NULL;
    Device *device = path && bus ? device_at(old, path, bus) : NULL;

    if (!device)
        return;
    take_ids(device);
    if (strcmp(plan_member(old->arguments, "type"), "nic") == 0) {
        device->id = g_strdup(plan_member(old->options, "name"));
        device->nic = nic_of(old);
    } else if (plan_member(old->options, "file")) {
        device->drive = drive_of(old, NULL);
        note_drive(old, NULL);
    } else {
        offer_scsi(device);
    }
}

static void drive_add(const Old *old)
{
    Address address;
    g_autofree char *adapter = slot_of(old, &address) ? place_of_pci(&address) : NULL;
    const Device *owner = adapter ? guest_find_path(old->guest, adapter) : NULL;
    gboolean cdrom = plan_member(old->options, "media") != NULL;
    g_autofree char *name = g_strdup_printf("scsi%d-%s%d", option_number(old, "bus"),
                                            cdrom ? "cd" : "hd", option_number(old, "unit"));
    g_autofree char *path =
        adapter ? place_of_scsi(adapter, (guint)option_number(old, "unit")) : NULL;
    Device *device =
        owner && owner->buses->len ? device_at(old, path, owner->buses->pdata[0]) : NULL;

    note_drive(old, name);
    if (device)
        device->drive = drive_of(old, name);
}

static void host_net_add(const Old *old)
{
    guint vlan = (guint)option_number(old, "vlan");
    Netdev *netdev = g_new0(Netdev, 1);

    netdev->id = g_strdup(plan_member(old->options, "name"));
    netdev->type = g_strdup(plan_member(old->arguments, "type"));
    netdev->peer = g_strdup_printf("hub%uport", vlan);
    g_ptr_array_add(old->guest->netdevs, netdev);
    if (vlan < GUEST_HUBS)
        old->guest->hubs |= G_GUINT64_CONSTANT(1) << vlan;
}

static void host_net_remove(const Old *old)
{
    Netdev *netdev = guest_find_netdev(old->guest, plan_member(old->arguments, "name"));

    if (netdev)
        g_ptr_array_remove(old->guest->netdevs, netdev);
}

void old_after(Guest *guest, const Plan *plan, const Action *action)
{
    static const struct {
        const char *command;
        void (*change)(const Old *old);
    } commands[] = {
        { "pci_add", pci_add },
        { "drive_add", drive_add },
        { "host_net_add", host_net_add },
        { "host_net_remove", host_net_remove },
    };
    const Old old = { guest, plan, action->arguments,
                      json_object_get(action->arguments, "options") };

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].command, action->command) == 0)
            commands[i].change(&old);
    }
    guest_index(guest);
}
