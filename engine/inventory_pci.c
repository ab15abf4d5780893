/* query-pci walked beside the tree: the reply names no driver and no path, so a device is found by
 * its slot and function below the same bridge. */
#include "engine/inventory_join.h"

#include <stdlib.h>
#include <string.h>

static gboolean is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

static json_int_t member(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const json_t *find_entry(const json_t *entries, const Device *device)
{
    gsize i;
    json_t *entry;
    json_array_foreach (entries, i, entry) {
        const json_t *id = json_object_get(entry, "id");
        if (member(entry, "slot") == device->address.pci.slot &&
            member(entry, "function") == device->address.pci.function &&
            member(id, "vendor") == device->pci->vendor &&
            member(id, "device") == device->pci->device)
            return entry;
    }
    return NULL;
}

static void take_facts(PciFacts *pci, const json_t *entry)
{
    json_int_t pin = member(entry, "irq_pin");
    const json_t *class = json_object_get(json_object_get(entry, "class_info"), "class");
    if (json_is_integer(class))
        pci->class_code = json_integer_value(class);
    pci->interrupt = pin >= 1 && pin <= 4 ? 'A' + pin - 1 : 0;
    if (json_is_integer(json_object_get(entry, "irq")))
        pci->irq = member(entry, "irq");
}

/* The number that the devices' own records give; 0 means that the firmware has not numbered. */
static int recorded_number(const Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        const Address *address = &((Device *)bus->devices->pdata[i])->address;
        if (address->type == ADDRESS_PCI)
            return address->pci.bus;
    }
    return 0;
}

/* Of the bus below a bridge. Before it numbers the first one, SeaBIOS writes 255 and 0 into every
 * bridge (pci_bios_init_bus_rec); a number that counts is never above the subordinate one. */
static int number_below(const json_t *bridge, const Bus *below)
{
    const json_t *numbers = json_object_get(bridge, "bus");
    int secondary = member(numbers, "secondary");

    if (!secondary)
        secondary = recorded_number(below);
    else if (secondary > member(numbers, "subordinate"))
        secondary = 0;
    return secondary ? secondary : PCI_BUS_UNKNOWN;
}

static void join_bus(Bus *bus, int number, const json_t *entries)
{
    bus->number = number;
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        const json_t *entry = device->pci ? find_entry(entries, device) : NULL;
        const json_t *bridge = json_object_get(entry, "pci_bridge");
        if (entry)
            take_facts(device->pci, entry);
        for (guint j = 0; j < device->buses->len; j++) {
            Bus *below = device->buses->pdata[j];
            if (!is_pci(below))
                continue;
            join_bus(below, number_below(bridge, below), json_object_get(bridge, "devices"));
        }
    }
}

/* --- root buses ------------------------------------------------------------------------------ */

static void find_roots(Bus *bus, GPtrArray *roots)
{
    if (is_pci(bus)) {
        g_ptr_array_add(roots, bus);
        return;
    }
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        for (guint j = 0; j < device->buses->len; j++)
            find_roots(device->buses->pdata[j], roots);
    }
}

/* An expander's own root bus bears the id of the expander, which sits on another root. */
static int expander_number(const GPtrArray *roots, const Bus *root)
{
    for (guint i = 0; i < roots->len; i++) {
        const Bus *other = roots->pdata[i];
        for (guint j = 0; j < other->devices->len; j++) {
            const Device *device = other->devices->pdata[j];
            const char *number = device_property(device, "bus_nr");
            if (number && g_strcmp0(device->id, root->name) == 0)
                return strtol(number, NULL, 10);
        }
    }
    return PCI_BUS_UNKNOWN;
}

static int root_number(const GPtrArray *roots, const Bus *root)
{
    if (root->devices->len)
        return recorded_number(root);
    return root->owner && strcmp(root->owner->driver, "pxb-host") == 0
               ? expander_number(roots, root)
               : 0;
}

/* The first entry of that number not taken yet: machines with several host bridges number each of
 * their roots 0, in the order of the tree reversed or not; the ids of the devices decide. */
static json_t *take_root_entry(json_t *entries, int number)
{
    gsize i;
    json_t *entry;
    json_array_foreach (entries, i, entry) {
        if (json_is_integer(json_object_get(entry, "bus")) && member(entry, "bus") == number) {
            json_incref(entry);
            json_array_remove(entries, i);
            return entry;
        }
    }
    return NULL;
}

void inventory_join_pci(Bus *root, const json_t *reply)
{
    g_autoptr(GPtrArray) roots = g_ptr_array_new();
    json_t *entries = json_is_array(reply) ? json_copy((json_t *)reply) : json_array();
    find_roots(root, roots);
    for (guint i = 0; i < roots->len; i++) {
        Bus *bus = roots->pdata[i];
        int number = root_number(roots, bus);
        json_t *entry = take_root_entry(entries, number);
        join_bus(bus, number, json_object_get(entry, "devices"));
        json_decref(entry);
    }
    json_decref(entries);
}
