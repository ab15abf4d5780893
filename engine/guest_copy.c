/* A guest once more, down to the last property, for whoever wants to change one. */
#include "engine/guest.h"

static Drive *drive_copy(const Drive *from)
{
    Drive *drive = from ? g_memdup2(from, sizeof(*from)) : NULL;

    if (!drive)
        return NULL;
    drive->backend = g_strdup(from->backend);
    drive->node = g_strdup(from->node);
    drive->qdev = g_strdup(from->qdev);
    drive->file = g_strdup(from->file);
    drive->format = g_strdup(from->format);
    return drive;
}

static Nic *nic_copy(const Nic *from)
{
    Nic *nic = from ? g_memdup2(from, sizeof(*from)) : NULL;

    if (!nic)
        return NULL;
    nic->mac = g_strdup(from->mac);
    nic->netdev = g_strdup(from->netdev);
    nic->backend = g_strdup(from->backend);
    nic->details = g_strdup(from->details);
    return nic;
}

static PciFacts *pci_copy(const PciFacts *from)
{
    PciFacts *pci = from ? g_memdup2(from, sizeof(*from)) : NULL;

    if (pci)
        pci->regions = g_strdup(from->regions);
    return pci;
}

static void copy_properties(Device *device, const Device *from)
{
    for (guint i = 0; i < from->properties->len; i++) {
        const Property *old = from->properties->pdata[i];
        Property *property = g_new0(Property, 1);

        property->name = g_strdup(old->name);
        property->value = g_strdup(old->value);
        g_ptr_array_add(device->properties, property);
    }
}

static Bus *bus_copy(const Bus *from, Device *owner);

static Device *device_copy(const Device *from, Bus *bus)
{
    Device *device = device_new(from->driver);

    g_free(device->words);
    device->path = g_strdup(from->path);
    device->id = g_strdup(from->id);
    device->model = from->model;
    device->kind = from->kind;
    device->words = g_strdup(from->words);
    device->label = g_strdup(from->label);
    device->bus = bus;
    device->address = from->address;
    device->implicit = from->implicit;
    device->hotpluggable = from->hotpluggable;
    device->hotplugged = from->hotplugged;
    device->planned = from->planned;
    device->state = from->state;
    device->since = from->since;
    device->attached = g_strdup(from->attached);
    device->usb_address = g_strdup(from->usb_address);
    device->pci = pci_copy(from->pci);
    device->drive = drive_copy(from->drive);
    device->nic = nic_copy(from->nic);
    copy_properties(device, from);
    for (guint i = 0; i < from->buses->len; i++)
        g_ptr_array_add(device->buses, bus_copy(from->buses->pdata[i], device));
    return device;
}

static Bus *bus_copy(const Bus *from, Device *owner)
{
    Bus *bus = bus_new(from->name, from->type);

    bus->path = g_strdup(from->path);
    bus->family = from->family;
    bus->owner = owner;
    bus->hotpluggable = from->hotpluggable;
    bus->number = from->number;
    bus->index = from->index;
    for (guint i = 0; i < from->devices->len; i++)
        g_ptr_array_add(bus->devices, device_copy(from->devices->pdata[i], bus));
    return bus;
}

static void copy_netdevs(Guest *guest, const Guest *from)
{
    for (guint i = 0; i < from->netdevs->len; i++) {
        const Netdev *old = from->netdevs->pdata[i];
        Netdev *netdev = g_new0(Netdev, 1);

        netdev->id = g_strdup(old->id);
        netdev->type = g_strdup(old->type);
        netdev->details = g_strdup(old->details);
        netdev->peer = g_strdup(old->peer);
        g_ptr_array_add(guest->netdevs, netdev);
    }
}

static void copy_words(Guest *guest, const Guest *from)
{
    guest->name = g_strdup(from->name);
    guest->qemu = g_strdup(from->qemu);
    guest->machine = g_strdup(from->machine);
    guest->status = g_strdup(from->status);
    guest->dialect = g_strdup(from->dialect);
    guest->can = from->can;
    guest->complete = from->complete;
    guest->hubs = from->hubs;
    guest->vcpus = from->vcpus;
    guest->memory = from->memory;
}

/* Lists of back ends: what is in them is shared, since nobody changes that. */
static void copy_lists(Guest *guest, const Guest *from)
{
    guest->blocks = json_copy(from->blocks);
    guest->nodes = json_copy(from->nodes);
    guest->graph = json_incref(from->graph);
    guest->chardevs = json_copy(from->chardevs);
    guest->objects = json_copy(from->objects);
}

Guest *guest_copy(const Guest *from)
{
    Guest *guest = guest_new();

    copy_words(guest, from);
    copy_lists(guest, from);
    copy_netdevs(guest, from);
    if (from->root)
        guest->root = bus_copy(from->root, NULL);
    for (guint i = 0; i < from->memory_devices->len; i++)
        g_ptr_array_add(guest->memory_devices, device_copy(from->memory_devices->pdata[i], NULL));
    guest_index(guest);
    return guest;
}
