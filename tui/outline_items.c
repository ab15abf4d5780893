/* The order and the nesting of the outline. */
#include "tui/outline_items.h"

#include <string.h>

#include "engine/allocate.h"

static void item_clear(gpointer data)
{
    Item *item = data;

    g_clear_pointer(&item->members, g_ptr_array_unref);
    g_clear_pointer(&item->run, g_array_unref);
}

static GArray *items_new(void)
{
    GArray *items = g_array_new(FALSE, TRUE, sizeof(Item));

    g_array_set_clear_func(items, item_clear);
    return items;
}

/* --- what is below a bus --------------------------------------------------------------------- */

gboolean bus_is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

static gboolean device_offers_pci(const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++)
        if (bus_is_pci(device->buses->pdata[i]))
            return TRUE;
    return FALSE;
}

/* Bays of controllers that take no hotplug are still bays that a person wants to see empty. */
static GArray *fixed_bays(const Bus *bus)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Address));
    guint channel = 0;

    if (bus->owner && bus->family == BUS_IDE)
        g_ptr_array_find(bus->owner->buses, bus, &channel);
    for (guint unit = 0; unit < bus_capacity(bus); unit++) {
        Address place = { .type = ADDRESS_DRIVE };

        place.drive.controller = bus->index;
        place.drive.bus = channel;
        place.drive.unit = unit;
        if (bus->family == BUS_SATA && bus->owner) {
            guint port = 0;

            g_ptr_array_find(bus->owner->buses, bus, &port);
            place.drive.unit = port;
        }
        if (!allocate_occupant(bus, &place))
            g_array_append_val(places, place);
    }
    return places;
}

static GArray *vacant_places(const Bus *bus)
{
    gboolean bays = bus->family == BUS_IDE || bus->family == BUS_SATA || bus->family == BUS_FLOPPY;

    if (bays && !bus->hotpluggable)
        return fixed_bays(bus);
    return allocate_vacant(bus);
}

/* Extends the run that ends the list, where there is one of the same controller, or begins one. */
static void add_vacant(GArray *items, const Bus *bus, const Address *address)
{
    Item *before = items->len ? &g_array_index(items, Item, items->len - 1) : NULL;
    Place place = { .bus = bus, .address = *address };
    Item item = { .kind = ROW_VACANT, .bus = bus };

    if (before && before->kind == ROW_VACANT && before->bus->owner == bus->owner) {
        g_array_append_val(before->run, place);
        return;
    }
    g_array_append_val(items, item);
    before = &g_array_index(items, Item, items->len - 1);
    before->run = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_append_val(before->run, place);
}

static void add_absent(GArray *items, const Bus *bus, const Absence *absence)
{
    Item item = { .kind = ROW_ABSENT, .bus = bus, .absence = *absence };

    g_array_append_val(items, item);
}

/* A place of a bus that no device has: free, or what an absent device is to have. */
typedef struct {
    Address address;
    const Absence *absence; /* NULL: free */
} Spot;

/* The absent device is to have this place. A slot is one place for all its functions. */
static gboolean takes(const Absence *absence, const Address *vacant)
{
    if (absence->place.type != vacant->type)
        return FALSE;
    if (vacant->type == ADDRESS_PCI)
        return absence->place.pci.slot == vacant->pci.slot;
    return address_equal(&absence->place, vacant);
}

static gboolean is_taken(const GArray *absent, const Address *vacant)
{
    for (guint i = 0; absent && i < absent->len; i++)
        if (takes(&g_array_index(absent, Absence, i), vacant))
            return TRUE;
    return FALSE;
}

static int compare_spots(gconstpointer a, gconstpointer b)
{
    const Address *first = &((const Spot *)a)->address, *second = &((const Spot *)b)->address;

    if (first->type == ADDRESS_NONE || second->type == ADDRESS_NONE) /* no place: last */
        return (first->type == ADDRESS_NONE) - (second->type == ADDRESS_NONE);
    return address_compare(first, second);
}

/* In the order of their addresses. (transfer full) (Spot) */
static GArray *open_spots(const Bus *bus, const OutlineDomain *domain)
{
    g_autoptr(GArray) vacant = vacant_places(bus);
    const GArray *absent = outline_domain_absent(domain, bus);
    GArray *spots = g_array_new(FALSE, FALSE, sizeof(Spot));

    for (guint i = 0; i < vacant->len; i++) {
        Spot spot = { g_array_index(vacant, Address, i), NULL };

        if (!is_taken(absent, &spot.address))
            g_array_append_val(spots, spot);
    }
    for (guint i = 0; absent && i < absent->len; i++) {
        const Absence *absence = &g_array_index(absent, Absence, i);
        Spot spot = { absence->place, absence };

        g_array_append_val(spots, spot);
    }
    if (absent)
        g_array_sort(spots, compare_spots);
    return spots;
}

static void add_spot(GArray *items, const Bus *bus, const Spot *spot)
{
    if (spot->absence)
        add_absent(items, bus, spot->absence);
    else
        add_vacant(items, bus, &spot->address);
}

static void add_device(GArray *items, const Device *device)
{
    Item item = { .kind = ROW_DEVICE, .bus = device->bus, .device = device };

    g_array_append_val(items, item);
}

static gboolean has_drive_inserted(const Device *device)
{
    if (device->drive && device->drive->inserted)
        return TRUE;
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        for (guint k = 0; k < bus->devices->len; k++)
            if (has_drive_inserted(bus->devices->pdata[k]))
                return TRUE;
    }
    return FALSE;
}

/* A place below it that an absent device is to have. */
static gboolean has_absent_below(const Device *device, const OutlineDomain *domain)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        if (outline_domain_absent(domain, bus))
            return TRUE;
        for (guint k = 0; k < bus->devices->len; k++)
            if (has_absent_below(bus->devices->pdata[k], domain))
                return TRUE;
    }
    return FALSE;
}

static gboolean has_devices_below(const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++)
        if (((const Bus *)device->buses->pdata[i])->devices->len)
            return TRUE;
    return FALSE;
}

/* A part of the chipset that nobody comes to look at: goes into the group of its bus. */
static gboolean device_is_dull(const Device *device, const OutlineDomain *domain)
{
    DeviceState state = outline_domain_state(domain->match, device);

    if (device->id || (state != STATE_FIXED && state != STATE_PRESENT && state != STATE_GONE))
        return FALSE;
    if (device->nic || has_drive_inserted(device) || has_absent_below(device, domain))
        return FALSE;
    switch (device->bus->family) {
    case BUS_ISA:
    case BUS_I2C:
        return TRUE;
    case BUS_SYSTEM:
        return !has_devices_below(device) && !device->drive && device->kind != KIND_WATCHDOG &&
               device->kind != KIND_VIDEO && device->kind != KIND_SOUND;
    default:
        return FALSE;
    }
}

static gboolean bus_groups(const Bus *bus, const OutlineDomain *domain)
{
    guint dull = 0;

    for (guint i = 0; i < bus->devices->len; i++)
        dull += device_is_dull(bus->devices->pdata[i], domain);
    return dull > 1;
}

/* The functions beside function 0 stand below it, unless it has a PCI bus of its own below it. */
static gboolean heads_functions(const Device *head, const Device *device)
{
    return head->address.pci.slot == device->address.pci.slot && head->address.pci.function == 0 &&
           device->address.pci.function != 0 && !device_offers_pci(head);
}

/* "2" heads "2.1" and "2.1.4": what is plugged to a USB hub sits on the bus of the controller. */
static gboolean port_is_below(const char *port, const char *hub)
{
    gsize length = strlen(hub);

    return strncmp(port, hub, length) == 0 && port[length] == '.';
}

static gboolean port_is_directly_below(const char *port, const char *hub)
{
    return port_is_below(port, hub) && !strchr(port + strlen(hub) + 1, '.');
}

/* A hub with this port. */
static gboolean heads_port(const Device *hub, const Address *port)
{
    return hub->kind == KIND_HUB && hub->address.type == ADDRESS_USB && port->type == ADDRESS_USB &&
           port_is_directly_below(port->usb.port, hub->address.usb.port);
}

/* The device of the same bus below which this one stands. */
static gboolean heads(const Device *head, const Device *device)
{
    if (head == device || head->address.type != device->address.type)
        return FALSE;
    if (device->address.type == ADDRESS_PCI)
        return heads_functions(head, device);
    if (device->address.type == ADDRESS_USB)
        return port_is_directly_below(device->address.usb.port, head->address.usb.port);
    return FALSE;
}

static gboolean can_be_headed(const Device *device)
{
    if (device->address.type == ADDRESS_PCI)
        return device->address.pci.function != 0;
    return device->address.type == ADDRESS_USB && strchr(device->address.usb.port, '.');
}

static gboolean can_head(const Device *device)
{
    if (device->address.type == ADDRESS_PCI)
        return device->address.pci.function == 0;
    return device->address.type == ADDRESS_USB && device->kind == KIND_HUB;
}

/* Heads stand before those they head in the order of addresses. */
static gboolean has_head(const Bus *bus, guint position)
{
    const Device *device = bus->devices->pdata[position];

    if (!can_be_headed(device))
        return FALSE;
    for (guint i = position; i-- > 0;) {
        const Device *other = bus->devices->pdata[i];

        if (heads(other, device))
            return TRUE;
        if (device->address.type == ADDRESS_PCI && other->address.type == ADDRESS_PCI &&
            other->address.pci.slot != device->address.pci.slot)
            return FALSE;
    }
    return FALSE;
}

static void add_group(GArray *items, const Bus *bus, GPtrArray *members)
{
    Item item = { .kind = ROW_GROUP, .bus = bus, .members = members };

    g_array_append_val(items, item);
}

/* A port of a hub, which stands below the hub: that is there, unless only an absent device says it.
 */
static gboolean is_below_hub(const Bus *bus, const Spot *spot)
{
    if (spot->address.type != ADDRESS_USB || !strchr(spot->address.usb.port, '.'))
        return FALSE;
    for (guint i = 0; spot->absence && i < bus->devices->len; i++)
        if (heads_port(bus->devices->pdata[i], &spot->address))
            return TRUE;
    return !spot->absence;
}

/* Takes the spots that come before this device from the list; all that are left for NULL. */
static void add_spots_before(GArray *items, const Bus *bus, const GArray *spots, guint *next,
                             const Device *device)
{
    for (; *next < spots->len; (*next)++) {
        const Spot *spot = &g_array_index(spots, Spot, *next);

        if (is_below_hub(bus, spot))
            continue;
        if (device && (device->address.type != spot->address.type ||
                       address_compare(&spot->address, &device->address) >= 0))
            return;
        add_spot(items, bus, spot);
    }
}

/* Devices, absent ones and free places of a bus, merged in the order of their addresses. */
static void add_bus(GArray *items, const Bus *bus, const OutlineDomain *domain)
{
    g_autoptr(GArray) spots = open_spots(bus, domain);
    GPtrArray *dull = bus_groups(bus, domain) ? g_ptr_array_new() : NULL;
    guint next = 0;

    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];

        add_spots_before(items, bus, spots, &next, device);
        if (dull && device_is_dull(device, domain))
            g_ptr_array_add(dull, (gpointer)device);
        else if (!has_head(bus, i))
            add_device(items, device);
    }
    add_spots_before(items, bus, spots, &next, NULL);
    if (dull)
        add_group(items, bus, dull);
}

/* The other functions of the slot that this device heads, or what is plugged to this hub. */
static void add_headed(GArray *items, const Device *device)
{
    guint position;

    if (!device->bus || !can_head(device) ||
        !g_ptr_array_find(device->bus->devices, device, &position))
        return;
    for (guint i = position + 1; i < device->bus->devices->len; i++) {
        const Device *other = device->bus->devices->pdata[i];

        if (heads(device, other))
            add_device(items, other);
        else if (other->address.type == ADDRESS_PCI)
            return;
    }
}

/* Free ports of a hub, and those of absent devices. */
static void add_hub_ports(GArray *items, const Device *device, const OutlineDomain *domain)
{
    g_autoptr(GArray) spots = NULL;

    if (device->kind != KIND_HUB || device->address.type != ADDRESS_USB)
        return;
    spots = open_spots(device->bus, domain);
    for (guint i = 0; i < spots->len; i++) {
        const Spot *spot = &g_array_index(spots, Spot, i);

        if (heads_port(device, &spot->address))
            add_spot(items, device->bus, spot);
    }
}

/* A port with its one place free: the row of the port says "vacant" itself. */
static gboolean is_empty_port(const Bus *bus, const OutlineDomain *domain)
{
    return bus->devices->len == 0 && bus_is_pci(bus) && bus_capacity(bus) == 1 &&
           !outline_domain_absent(domain, bus);
}

GArray *items_of_device(const Device *device, const OutlineDomain *domain)
{
    GArray *items = items_new();
    gboolean system = !device->bus || device->bus->family == BUS_SYSTEM;

    add_headed(items, device);
    add_hub_ports(items, device, domain);
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        if (is_empty_port(bus, domain) || (system && bus_is_pci(bus)))
            continue; /* the port says it itself; the buses of a host bridge stand at the top */
        add_bus(items, bus, domain);
    }
    return items;
}

GArray *items_of_bus(const Bus *bus, const OutlineDomain *domain)
{
    GArray *items = items_new();

    add_bus(items, bus, domain);
    return items;
}

GArray *items_of_group(const Item *group)
{
    GArray *items = items_new();

    for (guint i = 0; i < group->members->len; i++)
        add_device(items, group->members->pdata[i]);
    return items;
}

/* Its bus has a row at the top that stands for it. */
static gboolean is_host_bridge(const Device *device)
{
    return device_offers_pci(device) && device->buses->len == 1;
}

GArray *items_of_guest(const Guest *guest, const OutlineDomain *domain)
{
    const GArray *absent = outline_domain_absent(domain, NULL);
    GArray *items = items_new();
    GPtrArray *dull = g_ptr_array_new();

    for (guint i = 0; guest->root && i < guest->root->devices->len; i++) {
        const Device *device = guest->root->devices->pdata[i];

        if (is_host_bridge(device))
            continue;
        if (device_is_dull(device, domain))
            g_ptr_array_add(dull, (gpointer)device);
        else
            add_device(items, device);
    }
    for (guint i = 0; guest->memory_devices && i < guest->memory_devices->len; i++)
        add_device(items, guest->memory_devices->pdata[i]);
    for (guint i = 0; absent && i < absent->len; i++)
        add_absent(items, NULL, &g_array_index(absent, Absence, i));
    if (dull->len)
        add_group(items, guest->root, dull);
    else
        g_ptr_array_unref(dull);
    return items;
}
