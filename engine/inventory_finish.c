/* From every record to the tree that a person means: folding, order, numbers, kinds and states. */
#include "engine/inventory_tree.h"

#include <stdlib.h>
#include <string.h>

/* --- folding --------------------------------------------------------------------------------- */

static void append_properties(Device *device, Device *inner)
{
    GPtrArray *properties = inner->properties;
    while (properties->len)
        g_ptr_array_add(device->properties, g_ptr_array_steal_index(properties, 0));
}

static void append_buses(Device *device, Device *inner)
{
    while (inner->buses->len) {
        Bus *bus = g_ptr_array_steal_index(inner->buses, 0);
        bus->owner = device;
        g_ptr_array_add(device->buses, bus);
    }
}

/* Makes the only device of the bus a part of the bus's owner, and removes the bus. */
static void fold_bus(Device *device, Bus *bus)
{
    Device *inner = bus->devices->pdata[0];
    append_properties(device, inner);
    append_buses(device, inner);
    if (inner->drive && !device->drive)
        device->drive = g_steal_pointer(&inner->drive);
    if (inner->nic && !device->nic)
        device->nic = g_steal_pointer(&inner->nic);
    g_ptr_array_remove(device->buses, bus);
}

/* A proxy that made its inner device itself. On virtio-mmio it is the other way round: the machine
 * brings the transports, and the device that the user named is the one on them. */
static gboolean is_virtio_proxy_bus(const Bus *bus)
{
    return bus->family == BUS_VIRTIO && strcmp(bus->type, "virtio-mmio-bus") != 0 &&
           bus->devices->len == 1 && !((Device *)bus->devices->pdata[0])->id;
}

static gboolean is_usb_storage_bus(const Bus *bus)
{
    return bus->family == BUS_SCSI && bus->devices->len == 1 &&
           strcmp(bus->owner->driver, "usb-storage") == 0;
}

static void fold_device(Device *device)
{
    for (guint i = device->buses->len; i > 0; i--) {
        Bus *bus = device->buses->pdata[i - 1];
        if (is_virtio_proxy_bus(bus)) {
            fold_bus(device, bus);
        } else if (is_usb_storage_bus(bus)) {
            const Device *disk = bus->devices->pdata[0];
            device->kind = disk->kind;
            g_free(device->words);
            device->words = g_strdup(disk->words);
            fold_bus(device, bus);
        }
    }
}

/* --- kinds ----------------------------------------------------------------------------------- */

/* Drivers that we do not know, by the upper byte of their PCI class or the whole of it. */
static const struct {
    guint16 code, mask;
    DeviceKind kind;
} class_kinds[] = {
    { 0x0200, 0xff00, KIND_NIC },        { 0x0300, 0xff00, KIND_VIDEO },
    { 0x0400, 0xff00, KIND_SOUND },      { 0x0500, 0xff00, KIND_MEMORY },
    { 0x0600, 0xff00, KIND_BRIDGE },     { 0x0100, 0xff00, KIND_CONTROLLER },
    { 0x0c03, 0xffff, KIND_CONTROLLER }, { 0x0700, 0xffff, KIND_SERIAL },
    { 0x0900, 0xff00, KIND_INPUT },
};

static void decide_kind(Device *device)
{
    for (gsize i = 0; !device->model && device->pci && i < G_N_ELEMENTS(class_kinds); i++) {
        if ((device->pci->class_code & class_kinds[i].mask) == class_kinds[i].code)
            device->kind = class_kinds[i].kind;
    }
    if (device->nic)
        device->kind = KIND_NIC;
    /* With drive= the controller and its one namespace are one thing. */
    if (device->drive && device->kind == KIND_CONTROLLER)
        device->kind = KIND_DISK;
}

/* --- addresses ------------------------------------------------------------------------------- */

static guint number_property(const Device *device, const char *name)
{
    const char *value = device_property(device, name);
    return value ? strtoul(value, NULL, 10) : 0;
}

/* Which of its owner's buses of the same family this is. */
static guint place_at_owner(const Bus *bus)
{
    guint place = 0;
    for (guint i = 0; bus->owner && i < bus->owner->buses->len; i++) {
        const Bus *other = bus->owner->buses->pdata[i];
        if (other == bus)
            break;
        place += other->family == bus->family;
    }
    return place;
}

static void place_drive(Device *device)
{
    const Bus *bus = device->bus;
    device->address.type = ADDRESS_DRIVE;
    device->address.drive.scsi = bus->family == BUS_SCSI;
    switch (bus->family) {
    case BUS_SCSI:
        device->address.drive.bus = number_property(device, "channel");
        device->address.drive.target = number_property(device, "scsi-id");
        device->address.drive.unit = number_property(device, "lun");
        break;
    case BUS_SATA:
        device->address.drive.unit = place_at_owner(bus);
        break;
    default:
        device->address.drive.bus = bus->family == BUS_IDE ? place_at_owner(bus) : 0;
        device->address.drive.unit = number_property(device, "unit");
    }
}

/* The part of an address that does not need the controllers' numbers. */
static void place_device(Device *device)
{
    switch (device->bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        if (device->address.type == ADDRESS_PCI)
            device->address.pci.bus = device->bus->number;
        break;
    case BUS_SCSI:
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
        place_drive(device);
        break;
    case BUS_VIRTIO_SERIAL:
        device->address.type = ADDRESS_SERIAL;
        device->address.serial.port = number_property(device, "nr");
        break;
    default:
        break;
    }
}

static int by_address(gconstpointer a, gconstpointer b)
{
    const Device *first = *(Device *const *)a, *second = *(Device *const *)b;
    return address_compare(&first->address, &second->address);
}

/* Folded, placed, sorted, from the leaves up. g_ptr_array_sort is stable: devices
 * without an address keep their order of creation. */
static void settle_bus(Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        fold_device(device);
        decide_kind(device);
        place_device(device);
        for (guint j = 0; j < device->buses->len; j++)
            settle_bus(device->buses->pdata[j]);
    }
    g_ptr_array_sort(bus->devices, by_address);
}

/* --- numbers --------------------------------------------------------------------------------- */

/* The family that a bus counts with: PCI and PCI Express are one row of numbers. */
static BusFamily counted_as(const Bus *bus)
{
    return bus->family == BUS_PCIE ? BUS_PCI : bus->family;
}

static void spread_index(const Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Address *address = &((Device *)bus->devices->pdata[i])->address;
        if (address->type == ADDRESS_DRIVE)
            address->drive.controller = bus->index;
        else if (address->type == ADDRESS_USB)
            address->usb.bus = bus->index;
        else if (address->type == ADDRESS_SERIAL)
            address->serial.controller = bus->index;
    }
}

/* The channels of an IDE or SATA controller share its number. */
static gboolean shares_number(const Bus *bus)
{
    return (bus->family == BUS_IDE || bus->family == BUS_SATA) && place_at_owner(bus) > 0;
}

static void number_buses(Guest *guest)
{
    guint next[BUS_OTHER + 1] = { 0 };
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        guint *counter = &next[counted_as(bus)];
        bus->index = shares_number(bus) ? *counter - 1 : (*counter)++;
        spread_index(bus);
    }
}

/* --- states ---------------------------------------------------------------------------------- */

/* What the machine brings by itself is neither under peripheral nor under peripheral-anon. Drives
 * and NICs there were asked for (-drive if=ide, -net nic, -nic). */
static gboolean is_implicit(const Device *device)
{
    return g_str_has_prefix(device->path, "/machine/") &&
           !g_str_has_prefix(device->path, "/machine/peripheral") && !device->drive && !device->nic;
}

static void decide_state(Device *device)
{
    device->implicit = is_implicit(device);
    device->state = device->hotpluggable ? STATE_PRESENT : STATE_FIXED;
}

void inventory_tree_arrange(Guest *guest)
{
    settle_bus(guest->root);
    number_buses(guest);
    guest_index(guest);
}

void inventory_tree_finish(Guest *guest)
{
    inventory_tree_arrange(guest);
    g_ptr_array_foreach(guest->devices, (GFunc)(void (*)(void))decide_state, NULL);
}
