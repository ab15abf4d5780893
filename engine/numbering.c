/* Indexes for the buses of a guest, given in the order of how surely they are meant: by a file, by
 * the machine, by an id, by the guest's own number, and then what is free. */
#include "engine/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "engine/domain.h"

/* Each of these counts for itself. The prefix is that of the ids that libvirt derives from an index
 * (9.0: "pci.3", "scsi1", "usb"). */
static const struct {
    BusFamily family;
    const char *prefix;
    gboolean onboard_first; /* index 0 is the chipset's where it has one */
} spaces[] = {
    { BUS_PCI, "pci.", FALSE },
    { BUS_SCSI, "scsi", FALSE },
    { BUS_IDE, "ide", TRUE },
    { BUS_SATA, "sata", TRUE },
    { BUS_FLOPPY, "fdc", TRUE },
    { BUS_USB, "usb", FALSE },
    { BUS_VIRTIO_SERIAL, "virtio-serial", FALSE },
};

#define SPACES G_N_ELEMENTS(spaces)
#define INDEX_MAX 65535

struct Numbering {
    GHashTable *indexes; /* Bus -> index + 1 */
    GHashTable *buses;   /* key of space and index -> Bus, the first that took it */
    guint next[SPACES];  /* below it all are taken */
};

static int space_of_family(BusFamily family)
{
    for (guint i = 0; i < SPACES; i++) {
        if (spaces[i].family == (family == BUS_PCIE ? BUS_PCI : family))
            return i;
    }
    return -1;
}

static int space_of(const Bus *bus)
{
    return space_of_family(bus->family);
}

static gpointer key(int space, guint index)
{
    return GUINT_TO_POINTER((guint)space << 16 | index);
}

/* --- which bus a controller means ------------------------------------------------------------ */

static Bus *first_bus(const Device *device)
{
    for (guint i = 0; i < device->buses->len; i++) {
        if (space_of(device->buses->pdata[i]) >= 0)
            return device->buses->pdata[i];
    }
    return NULL;
}

/* NULL for what is no expander. */
static const char *expander_number(const Device *device)
{
    return g_str_has_prefix(device->driver, "pxb") ? device_property(device, "bus_nr") : NULL;
}

static Bus *host_root(const Device *device)
{
    return strcmp(device->driver, "pxb-host") == 0 ? first_bus(device) : NULL;
}

/* QEMU (7.2, hw/pci-bridge/pci_expander_bridge.c) hangs the expander's root bus on a host bridge of
 * its own, which the expander's id tells, or its number once there is something on the bus. */
static Bus *known_root(const Guest *guest, const Device *expander)
{
    int number = strtol(expander_number(expander), NULL, 10);
    for (guint i = 0; i < guest->root->devices->len; i++) {
        Bus *root = host_root(guest->root->devices->pdata[i]);
        if (root && (g_strcmp0(root->name, expander->id) == 0 || root->number == number))
            return root;
    }
    return NULL;
}

/* For an empty bus of an expander without an id, one of those that no other expander has. */
static Bus *remaining_root(const Guest *guest, const Device *expander)
{
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    guint before = 0, place = 0;
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        Bus *root = expander_number(device) ? known_root(guest, device) : NULL;
        if (root)
            g_hash_table_add(known, root);
        else if (device == expander)
            place = before;
        else if (expander_number(device))
            before++;
    }
    for (guint i = 0; i < guest->root->devices->len; i++) {
        Bus *root = host_root(guest->root->devices->pdata[i]);
        if (root && !g_hash_table_contains(known, root) && place-- == 0)
            return root;
    }
    return NULL;
}

/* The conventional expander brings a bridge, and cards go behind that. */
static Bus *expander_bus(const Guest *guest, const Device *expander)
{
    Bus *root = known_root(guest, expander);
    if (!root)
        root = remaining_root(guest, expander);
    if (root && root->devices->len && strcmp(root->type, "pxb-bus") == 0) {
        Bus *behind = first_bus(root->devices->pdata[0]);
        return behind ? behind : root;
    }
    return root;
}

static gboolean is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

/* The root bus of the machine itself, not that of an expander. */
static gboolean is_main_root(const Bus *bus)
{
    const Device *owner = bus->owner;
    return is_pci(bus) && owner && !owner->pci && strcmp(owner->driver, "pxb-host") != 0;
}

/* The function at 00:00.0 that stands for the host bridge among PCI devices: i440FX, mch. */
static gboolean is_host_function(const Device *device)
{
    return device->kind == KIND_BRIDGE && device->address.type == ADDRESS_PCI &&
           !device->address.pci.slot && !device->address.pci.function && device->implicit &&
           is_main_root(device->bus);
}

Bus *numbering_bus_of(const Guest *guest, const Device *controller)
{
    Bus *bus = is_host_function(controller) ? controller->bus : first_bus(controller);
    const char *master = device_property(controller, "masterbus");
    if (bus || expander_number(controller))
        return bus ? bus : expander_bus(guest, controller);
    bus = master && *master ? guest_find_bus(guest, master, NULL) : NULL;
    return bus && bus->family == BUS_USB ? bus : NULL;
}

/* --- giving indexes -------------------------------------------------------------------------- */

/* The bus that stands for the channels of a controller. */
static Bus *representative(Bus *bus)
{
    if (bus->owner && (bus->family == BUS_IDE || bus->family == BUS_SATA))
        return first_bus(bus->owner);
    return bus;
}

static gboolean is_taken(const Numbering *numbering, int space, guint index)
{
    return g_hash_table_contains(numbering->buses, key(space, index));
}

static void take(Numbering *numbering, Bus *bus, guint index)
{
    int space = space_of(bus);
    g_hash_table_insert(numbering->indexes, bus, GUINT_TO_POINTER(index + 1));
    if (!is_taken(numbering, space, index))
        g_hash_table_insert(numbering->buses, key(space, index), bus);
}

static void take_if_free(Numbering *numbering, Bus *bus, gint64 index)
{
    if (index >= 0 && index <= INDEX_MAX && !is_taken(numbering, space_of(bus), index))
        take(numbering, bus, index);
}

/* Of the bus that carries a bridge; -1 for other buses. */
static int index_above(const Numbering *numbering, const Bus *bus)
{
    const Bus *above = is_pci(bus) && bus->owner ? bus->owner->bus : NULL;
    return above ? numbering_index(numbering, above) : -1;
}

/* Buses without an index yet. */
typedef void (*Rule)(Numbering *numbering, Bus *bus, int space);

static void by_machine(Numbering *numbering, Bus *bus, int space)
{
    if (is_main_root(bus) || (spaces[space].onboard_first && bus->owner && bus->owner->implicit))
        take_if_free(numbering, bus, 0);
}

/* "scsi12" of a bus of SCSI gives 12; "usb" 0; -1 for every other id. */
static gint64 index_in_id(const char *id, const char *prefix)
{
    gsize length = strlen(prefix);
    if (!id || !g_str_has_prefix(id, prefix))
        return -1;
    const char *digits = id + length;
    if (!*digits)
        return 0;
    if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 5)
        return -1;
    return strtol(digits, NULL, 10);
}

/* A bus of PCI bears the id of its bridge, that of an expander the expander's. */
static void by_id(Numbering *numbering, Bus *bus, int space)
{
    const char *id = spaces[space].family == BUS_PCI ? bus->name
                     : bus->owner                    ? bus->owner->id
                                                     : NULL;
    take_if_free(numbering, bus, index_in_id(id, spaces[space].prefix));
}

static void by_guest(Numbering *numbering, Bus *bus, int space)
{
    if (spaces[space].family == BUS_PCI && bus->number > index_above(numbering, bus))
        take_if_free(numbering, bus, bus->number);
}

/* libvirt (9.0) refuses a bridge whose index is not above that of the bus it is on. */
static void by_what_is_free(Numbering *numbering, Bus *bus, int space)
{
    guint *next = &numbering->next[space];
    while (is_taken(numbering, space, *next))
        (*next)++;
    guint index = MAX((int)*next, index_above(numbering, bus) + 1);
    while (is_taken(numbering, space, index))
        index++;
    take_if_free(numbering, bus, index);
}

static void apply(Numbering *numbering, const GPtrArray *buses, Rule rule)
{
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        int space = space_of(bus);
        if (space >= 0 && representative(bus) == bus &&
            !g_hash_table_contains(numbering->indexes, bus))
            rule(numbering, bus, space);
    }
}

static void take_known(Numbering *numbering, const GPtrArray *buses, GHashTable *known)
{
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        gpointer index;
        if (g_hash_table_lookup_extended(known, bus, NULL, &index) && space_of(bus) >= 0 &&
            GPOINTER_TO_INT(index) >= 0 && GPOINTER_TO_INT(index) <= INDEX_MAX)
            take(numbering, representative(bus), GPOINTER_TO_INT(index));
    }
}

Numbering *numbering_new(const Guest *guest, GHashTable *known)
{
    static const Rule rules[] = { by_machine, by_id, by_guest, by_what_is_free };
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    Numbering *numbering = g_new0(Numbering, 1);
    numbering->indexes = g_hash_table_new(NULL, NULL);
    numbering->buses = g_hash_table_new(NULL, NULL);
    if (known)
        take_known(numbering, buses, known);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        apply(numbering, buses, rules[i]);
    return numbering;
}

void numbering_free(Numbering *numbering)
{
    if (!numbering)
        return;
    g_hash_table_unref(numbering->indexes);
    g_hash_table_unref(numbering->buses);
    g_free(numbering);
}

/* --- asking ---------------------------------------------------------------------------------- */

int numbering_index(const Numbering *numbering, const Bus *bus)
{
    const Bus *counted = bus ? representative((Bus *)bus) : NULL;
    return GPOINTER_TO_INT(g_hash_table_lookup(numbering->indexes, counted)) - 1;
}

gboolean numbering_address(const Numbering *numbering, const Bus *bus, const Address *qemu,
                           Address *place)
{
    int index = numbering_index(numbering, bus);
    *place = *qemu;
    if (index < 0)
        return FALSE;
    switch (qemu->type) {
    case ADDRESS_PCI:
        place->pci.bus = index;
        return TRUE;
    case ADDRESS_USB:
        place->usb.bus = index;
        return TRUE;
    case ADDRESS_SERIAL:
        place->serial.controller = index;
        return TRUE;
    case ADDRESS_DRIVE:
        place->drive.controller = index;
        domain_xml_place(bus->owner ? bus->owner->model : NULL, place);
        return TRUE;
    case ADDRESS_NONE:
        break;
    }
    return FALSE;
}

gboolean numbering_place(const Numbering *numbering, const Device *device, Address *place)
{
    return numbering_address(numbering, device->bus, &device->address, place);
}

guint numbering_free_index(const Numbering *numbering, BusFamily family, guint from)
{
    int space = space_of_family(family);
    guint index = from;
    while (space >= 0 && is_taken(numbering, space, index))
        index++;
    return index;
}

/* --- and back -------------------------------------------------------------------------------- */

static int index_in_place(const Address *place)
{
    switch (place->type) {
    case ADDRESS_PCI:
        return place->pci.bus;
    case ADDRESS_USB:
        return place->usb.bus;
    case ADDRESS_SERIAL:
        return place->serial.controller;
    case ADDRESS_DRIVE:
        return place->drive.controller;
    case ADDRESS_NONE:
        break;
    }
    return -1;
}

/* The n-th bus of the same family at the owner. */
static Bus *channel(Bus *first, guint n)
{
    for (guint i = 0; first->owner && i < first->owner->buses->len; i++) {
        Bus *bus = first->owner->buses->pdata[i];
        if (bus->family == first->family && n-- == 0)
            return bus;
    }
    return NULL;
}

/* Narrow adapters have their ids as units in the file. Which do is asked of the rule itself. */
static void unit_to_target(const Bus *bus, Address *qemu)
{
    Address narrow = *qemu;
    narrow.drive.target = qemu->drive.unit;
    narrow.drive.unit = 0;
    Address written = narrow;
    domain_xml_place(bus->owner ? bus->owner->model : NULL, &written);
    if (written.drive.unit == qemu->drive.unit && written.drive.target == qemu->drive.target)
        *qemu = narrow;
}

static Bus *drive_bus(Bus *first, Address *qemu)
{
    qemu->drive.controller = first->index;
    qemu->drive.scsi = first->family == BUS_SCSI;
    switch (first->family) {
    case BUS_SCSI:
        unit_to_target(first, qemu);
        return first;
    case BUS_IDE:
        return channel(first, qemu->drive.bus);
    case BUS_SATA:
        return channel(first, qemu->drive.unit);
    default:
        return first;
    }
}

Bus *numbering_bus(const Numbering *numbering, BusFamily family, const Address *place,
                   Address *qemu)
{
    Address address = *place;
    int index = index_in_place(place), space = space_of_family(family);
    Bus *bus = index >= 0 && index <= INDEX_MAX && space >= 0
                   ? g_hash_table_lookup(numbering->buses, key(space, index))
                   : NULL;
    if (!bus)
        return NULL;
    if (address.type == ADDRESS_PCI)
        address.pci.bus = bus->number;
    else if (address.type == ADDRESS_USB)
        address.usb.bus = bus->index;
    else if (address.type == ADDRESS_SERIAL)
        address.serial.controller = bus->index;
    else
        bus = drive_bus(bus, &address);
    if (qemu)
        *qemu = address;
    return bus;
}
