/* From the numbers of the file to buses of the guest: a controller that was found says which bus
 * its index means, that bus which devices are at the static addresses on it, and devices that were
 * found otherwise which controller they are on. */
#include "engine/match_private.h"

#include <string.h>

/* The words of the file for what has an index: types of controllers, buses of drives. */
static const struct {
    const char *word;
    BusFamily family;
} words[] = {
    { "pci", BUS_PCI },
    { "scsi", BUS_SCSI },
    { "ide", BUS_IDE },
    { "sata", BUS_SATA },
    { "fdc", BUS_FLOPPY },
    { "usb", BUS_USB },
    { "virtio-serial", BUS_VIRTIO_SERIAL },
};

static BusFamily family_of(const char *word)
{
    for (gsize i = 0; word && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].family;
    }
    return BUS_OTHER;
}

/* --- spots ------------------------------------------------------------------------------------ */

static guint place_hash(const Address *place)
{
    switch (place->type) {
    case ADDRESS_PCI:
        return place->pci.slot << 3 | place->pci.function;
    case ADDRESS_DRIVE:
        return place->drive.bus << 24 ^ place->drive.target << 12 ^ place->drive.unit;
    case ADDRESS_USB:
        return g_str_hash(place->usb.port);
    case ADDRESS_SERIAL:
        return place->serial.port;
    case ADDRESS_NONE:
        break;
    }
    return 0;
}

static guint spot_hash(gconstpointer data)
{
    const Spot *spot = data;
    return g_direct_hash(spot->bus) * 31 + place_hash(&spot->place) * 2654435761u;
}

static gboolean spot_equal(gconstpointer a, gconstpointer b)
{
    const Spot *first = a, *second = b;
    return first->bus == second->bus && address_equal(&first->place, &second->place);
}

/* The channels of an IDE or SATA controller are one bus in the file. */
static Bus *whole_bus(Bus *bus)
{
    if (!bus || !bus->owner || (bus->family != BUS_IDE && bus->family != BUS_SATA))
        return bus;
    for (guint i = 0; i < bus->owner->buses->len; i++) {
        Bus *first = bus->owner->buses->pdata[i];
        if (first->family == bus->family)
            return first;
    }
    return bus;
}

static Address without_bus(const Address *address)
{
    Address place = *address;
    if (place.type == ADDRESS_PCI) {
        place.pci.bus = 0;
    } else if (place.type == ADDRESS_DRIVE) {
        place.drive.controller = 0;
        place.drive.scsi = TRUE; /* all numbers count */
    } else if (place.type == ADDRESS_USB) {
        place.usb.bus = 0;
    } else if (place.type == ADDRESS_SERIAL) {
        place.serial.controller = 0;
    }
    return place;
}

/* --- the file's buses ------------------------------------------------------------------------- */

static FileBus *file_bus(Matching *matching, BusFamily family, guint index)
{
    gpointer key = GUINT_TO_POINTER((guint)family << 20 | index);
    FileBus *bus = g_hash_table_lookup(matching->file_buses, key);
    if (!bus && family != BUS_OTHER) {
        bus = g_new0(FileBus, 1);
        bus->family = family;
        bus->index = index;
        bus->waiting = g_ptr_array_new();
        g_hash_table_insert(matching->file_buses, key, bus);
    }
    return bus;
}

static void file_bus_free(gpointer data)
{
    FileBus *bus = data;
    g_ptr_array_unref(bus->waiting);
    g_free(bus);
}

/* The bus that the file's address is on. */
static FileBus *bus_of_address(Matching *matching, const DomainDevice *device)
{
    const Address *place = &device->address.place;
    switch (place->type) {
    case ADDRESS_PCI:
        return place->pci.domain ? NULL : file_bus(matching, BUS_PCI, place->pci.bus);
    case ADDRESS_DRIVE:
        return file_bus(matching, family_of(device->bus ? device->bus : device->type),
                        place->drive.controller);
    case ADDRESS_USB:
        return file_bus(matching, BUS_USB, place->usb.bus);
    case ADDRESS_SERIAL:
        return file_bus(matching, BUS_VIRTIO_SERIAL, place->serial.controller);
    case ADDRESS_NONE:
        break;
    }
    return NULL;
}

/* The companions of a USB controller have its index too. */
static void read_controller(Matching *matching, Item *item)
{
    const DomainDevice *controller = item->configured;
    if (controller->index < 0 || strcmp(controller->element, "controller") != 0)
        return;
    item->offers = file_bus(matching, family_of(controller->type), controller->index);
    if (item->offers && (!item->offers->controller || !xml_node_child(controller->node, "master")))
        item->offers->controller = item;
}

static void read_address(Matching *matching, Item *item)
{
    const DomainDevice *device = item->configured;
    Address place;
    if (device->address.place.type == ADDRESS_NONE || device->address.mode != MODE_STATIC ||
        !domain_qemu_place(device, &place))
        return;
    FileBus *bus = bus_of_address(matching, device);
    if (!bus)
        return;
    Spot *spot = &matching->places[item->order];
    *spot = (Spot){ bus, without_bus(&place) };
    item->spot = spot;
    g_ptr_array_add(bus->waiting, item);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(matching->claims, spot));
    g_hash_table_replace(matching->claims, spot, GUINT_TO_POINTER(count + 1));
}

void match_buses_add(Matching *matching, Item *configured)
{
    read_controller(matching, configured);
    if (match_may_use(matching, EVIDENCE_ADDRESS))
        read_address(matching, configured);
}

Spot match_buses_spot(const Device *device)
{
    Bus *bus = device->address.type != ADDRESS_NONE ? whole_bus(device->bus) : NULL;
    return (Spot){ bus, without_bus(&device->address) };
}

static void find_bus(Matching *matching, FileBus *bus, Bus *found, Item *via)
{
    found = whole_bus(found);
    if (!found || bus->bus || g_hash_table_contains(matching->holders, found))
        return;
    bus->bus = found;
    bus->via = via;
    g_hash_table_insert(matching->holders, found, bus);
    g_ptr_array_add(matching->found, bus);
}

/* The root bus is the first of a host bridge on the system bus (expanders come after it), and the
 * chipset's own drives need no element of the file. */
void match_buses_find_machine(Matching *matching)
{
    for (guint i = 0; i < matching->owners->len; i++) {
        const Device *owner = ((const Item *)matching->owners->pdata[i])->device;
        for (guint k = 0; k < owner->buses->len; k++) {
            Bus *bus = owner->buses->pdata[k];
            gboolean pci = bus->family == BUS_PCI || bus->family == BUS_PCIE;
            gboolean root = pci && owner->bus && !owner->bus->owner;
            gboolean drives =
                bus->family == BUS_IDE || bus->family == BUS_SATA || bus->family == BUS_FLOPPY;
            FileBus *meant =
                root || drives ? file_bus(matching, root ? BUS_PCI : bus->family, 0) : NULL;
            if (meant && (root || (owner->implicit && !meant->controller)))
                find_bus(matching, meant, bus, NULL);
        }
    }
}

void match_buses_init(Matching *matching)
{
    matching->file_buses = g_hash_table_new_full(NULL, NULL, NULL, file_bus_free);
    matching->holders = g_hash_table_new(NULL, NULL);
    matching->votes = g_hash_table_new(NULL, NULL);
    matching->claims = g_hash_table_new(spot_hash, spot_equal);
    matching->fresh = g_ptr_array_new();
    matching->elections = g_ptr_array_new();
    matching->found = g_ptr_array_new();
    matching->places = g_new(Spot, matching->domain->devices->len + 1);
}

void match_buses_free(Matching *matching)
{
    g_hash_table_unref(matching->file_buses);
    g_hash_table_unref(matching->holders);
    g_hash_table_unref(matching->votes);
    g_clear_pointer(&matching->spots, g_hash_table_unref);
    g_free(matching->places);
    g_free(matching->device_spots);
    g_hash_table_unref(matching->claims);
    g_ptr_array_unref(matching->fresh);
    g_ptr_array_unref(matching->elections);
    g_ptr_array_unref(matching->found);
}

Item *match_buses_occupant(Matching *matching, const Spot *spot)
{
    if (matching->spots)
        return g_hash_table_lookup(matching->spots, spot);
    matching->spots = g_hash_table_new(spot_hash, spot_equal);
    matching->device_spots = g_new(Spot, matching->device_count + 1);
    for (guint i = 0; i < matching->device_count; i++) {
        Spot *here = &matching->device_spots[i];
        *here = match_buses_spot(matching->devices[i].device);
        if (here->bus)
            g_hash_table_insert(matching->spots, here, &matching->devices[i]);
    }
    return g_hash_table_lookup(matching->spots, spot);
}

/* --- what follows ----------------------------------------------------------------------------- */

/* Two devices of the file at one place are no evidence for either. */
static void try_address(gpointer data, gpointer user_data)
{
    Item *configured = data;
    Matching *matching = user_data;
    const FileBus *bus = configured->spot->bus;
    const Spot spot = { bus->bus, configured->spot->place };
    Item *device = match_buses_occupant(matching, &spot);
    guint claims = GPOINTER_TO_UINT(g_hash_table_lookup(matching->claims, configured->spot));
    if (configured->partner || !device || device->partner || claims != 1 ||
        !match_fits(configured, device) || match_contradictions(matching, configured, device))
        return;
    match_pair_up(matching, configured, device, EVIDENCE_ADDRESS);
}

/* A device that was found by what it is, at its place on the bus: it says which bus that is. */
static void vote(Matching *matching, Item *configured)
{
    FileBus *bus = configured->spot ? (FileBus *)configured->spot->bus : NULL;
    if (!bus || bus->bus || configured->found_by > EVIDENCE_SERIAL || configured->contradictions ||
        !match_may_use(matching, EVIDENCE_CHILDREN))
        return;
    const Spot spot = match_buses_spot(configured->partner->device);
    Bus *found = (Bus *)spot.bus;
    if (!found || !address_equal(&configured->spot->place, &spot.place))
        return;
    FileBus *other = g_hash_table_lookup(matching->votes, found);
    bus->disputed |= bus->voted && bus->voted != found;
    if (other && other != bus)
        bus->disputed = other->disputed = TRUE;
    bus->voted = found;
    g_hash_table_insert(matching->votes, found, bus);
    g_ptr_array_add(matching->elections, bus);
}

/* The devices are all on one bus, and those of no other index are on it. */
static void elect(Matching *matching, FileBus *bus)
{
    Item *controller = bus->controller;
    if (bus->bus || bus->disputed || g_hash_table_contains(matching->holders, bus->voted))
        return;
    if (!controller) {
        find_bus(matching, bus, bus->voted, NULL);
        return;
    }
    Item *owner = g_hash_table_lookup(matching->by_device, bus->voted->owner);
    if (!controller->partner && owner && !owner->partner && match_fits(controller, owner) &&
        !match_contradictions(matching, controller, owner))
        match_pair_up(matching, controller, owner, EVIDENCE_CHILDREN);
}

static void follow(Matching *matching, Item *configured)
{
    if (configured->offers)
        find_bus(matching, configured->offers,
                 numbering_bus_of(matching->guest, configured->partner->device), configured);
    vote(matching, configured);
}

static gpointer pop(GPtrArray *array)
{
    return array->len ? g_ptr_array_steal_index_fast(array, array->len - 1) : NULL;
}

void match_buses_settle(Matching *matching, gboolean addresses)
{
    for (;;) {
        Item *configured = pop(matching->fresh);
        FileBus *voted = configured ? NULL : pop(matching->elections);
        FileBus *found = configured || voted || !addresses ? NULL : pop(matching->found);
        if (configured)
            follow(matching, configured);
        else if (voted)
            elect(matching, voted);
        else if (found)
            g_ptr_array_foreach(found->waiting, try_address, matching);
        else
            return;
    }
}

guint match_buses_doubt(const Item *configured)
{
    const FileBus *bus = configured->found_by == EVIDENCE_ADDRESS ? configured->spot->bus : NULL;
    const Item *via = bus ? bus->via : NULL;
    return via ? MAX(via->alternatives + !!via->contradictions, match_buses_doubt(via)) : 0;
}
