/* The rules of PCI addresses: buses, slots, functions, and what each bridge may sit on. */
#include "engine/domain_check.h"

#include <string.h>

#include "engine/domain_model.h"

/* What the file configures in one slot. */
typedef struct {
    const DomainDevice *first; /* function 0 */
    const DomainDevice *other; /* the first of the other functions in the order of the file */
} CheckSlot;

/* What a bridge may sit on: the driver of the bus's controller, "root" for bus 0 (PCI Express Base
 * Specification 1.1, section 1.3). Bridges that are not here go anywhere that is of their family.
 */
static const struct {
    const char *driver;
    const char *on[4];
    const char *words;
} parents[] = {
    { "pcie-root-port", { "root", "pxb-pcie" }, "a root port is on bus 0 or an expander" },
    { "ioh3420", { "root", "pxb-pcie" }, "a root port is on bus 0 or an expander" },
    { "x3130-upstream",
      { "pcie-root-port", "ioh3420", "xio3130-downstream" },
      "a switch's upstream port is behind a port" },
    { "xio3130-downstream", { "x3130-upstream" }, "a downstream port is behind an upstream port" },
    { "i82801b11-bridge", { "root", "pxb-pcie" }, "this bridge is on bus 0 or an expander" },
    { "pxb", { "root" }, "an expander is on bus 0" },
    { "pxb-pcie", { "root" }, "an expander is on bus 0" },
};

static gboolean is_builtin_place(const Domain *domain, const Address *place)
{
    return place->pci.bus == 0 &&
           domain_model_fixed_at(domain->family, place->pci.slot, place->pci.function);
}

/* --- the bus --------------------------------------------------------------------------------- */

static gboolean check_bus(Check *check, const DomainDevice *device, const Address *place)
{
    const DomainDevice *controller;
    if (place->pci.domain && check->domain->family != MACHINE_OTHER) {
        check_say(check, device, "domain='0x%04x' is none: this machine has domain 0x0000 alone",
                  place->pci.domain);
        return FALSE;
    }
    BusFamily family = domain_pci_bus(check->domain, place->pci.bus, &controller);
    if (place->pci.bus && !controller) {
        check_say(check, device, "bus='0x%02x' is none: the file has no pci controller of index %d",
                  place->pci.bus, place->pci.bus);
        return FALSE;
    }
    return family == BUS_PCI || family == BUS_PCIE;
}

/* A bridge's bus number is above that of the bus it is on, as a guest's are. libvirt (9.0.0) wants
 * that of a pci-bridge alone, and puts a bridge of conventional cards behind a port that was added
 * later; without the rule for the others buses could be in a circle. */
static void check_index(Check *check, const DomainDevice *device, const Address *place)
{
    gboolean behind_port = g_strcmp0(device->driver, "pcie-pci-bridge") == 0 &&
                           domain_pci_bus(check->domain, place->pci.bus, NULL) == BUS_PCIE;
    if (strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "pci") == 0 &&
        device->index > 0 && place->pci.bus >= device->index && !behind_port)
        check_say(check, device, "bus='0x%02x' is not below its own index='%d'", place->pci.bus,
                  device->index);
}

static void check_parent(Check *check, const DomainDevice *device, const Address *place)
{
    const DomainDevice *controller = NULL;
    domain_pci_bus(check->domain, place->pci.bus, &controller);
    const char *on = place->pci.bus == 0 ? "root" : controller ? controller->driver : NULL;
    for (gsize i = 0; device->driver && on && i < G_N_ELEMENTS(parents); i++) {
        if (strcmp(parents[i].driver, device->driver) != 0)
            continue;
        for (gsize k = 0; k < G_N_ELEMENTS(parents[i].on) && parents[i].on[k]; k++) {
            if (strcmp(parents[i].on[k], on) == 0)
                return;
        }
        check_say(check, device, "bus='0x%02x' (%s) is not for it: %s", place->pci.bus, on,
                  parents[i].words);
    }
}

/* --- slot and function ----------------------------------------------------------------------- */

static void check_slot_range(Check *check, const DomainDevice *device, const Address *place)
{
    guint first, last;
    if (!domain_pci_slots(check->domain, place->pci.bus, &first, &last) ||
        (place->pci.slot >= first && place->pci.slot <= last) ||
        is_builtin_place(check->domain, place))
        return;
    if (last == 0)
        check_say(check, device,
                  "slot='0x%02x' is none: bus 0x%02x is a port, which has slot 0x00 "
                  "alone",
                  place->pci.slot, place->pci.bus);
    else
        check_say(check, device,
                  "slot='0x%02x' is reserved on bus 0x%02x: devices have slots 0x%02x to 0x%02x",
                  place->pci.slot, place->pci.bus, first, last);
}

/* The board's own devices have their places, and nobody else has them. */
static void check_fixed(Check *check, const DomainDevice *device, const Address *place)
{
    Address fixed;
    g_autofree char *text = address_to_text(place);
    const char *holder =
        place->pci.bus
            ? NULL
            : domain_model_fixed_at(check->domain->family, place->pci.slot, place->pci.function);
    gboolean own =
        device->builtin && domain_model_fixed_place(check->domain->family, device->driver, &fixed);
    if (own && !address_equal(&fixed, place)) {
        g_autofree char *right = address_to_text(&fixed);
        check_say(check, device, "the address %s is not its: this machine has its %s at %s", text,
                  device->driver, right);
    } else if (!own && holder) {
        check_say(check, device, "the address %s is that of the machine's own %s", text, holder);
    }
}

static void add_function(Check *check, const DomainDevice *device, const Address *place)
{
    char *key = g_strdup_printf("%x:%x:%x", place->pci.domain, place->pci.bus, place->pci.slot);
    CheckSlot *slot = g_hash_table_lookup(check->slots, key);
    if (!slot) {
        slot = g_new0(CheckSlot, 1);
        g_hash_table_insert(check->slots, key, slot);
    } else {
        g_free(key);
    }
    const DomainDevice **member = place->pci.function ? &slot->other : &slot->first;
    if (!*member)
        *member = device;
}

void check_pci(Check *check, const DomainDevice *device)
{
    const Address *place = &device->address.place;
    if (!check_bus(check, device, place))
        return;
    check_index(check, device, place);
    check_parent(check, device, place);
    check_slot_range(check, device, place);
    check_fixed(check, device, place);
    g_autofree char *text = address_to_text(place);
    g_autofree char *what = g_strdup_printf("the address %s", text);
    check_take(check, device, g_strdup_printf("pci %s", text), what);
    add_function(check, device, place);
}

void check_pci_functions(Check *check)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, check->slots);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const CheckSlot *slot = value;
        if (!slot->other)
            continue;
        Address zero = slot->other->address.place;
        g_autofree char *name = domain_device_name(slot->other);
        zero.pci.function = 0;
        if (!slot->first && !is_builtin_place(check->domain, &zero))
            check_say(check, slot->other,
                      "function='0x%x' needs a device at function 0 of slot 0x%02x: without one a "
                      "guest does not look at the others",
                      slot->other->address.place.pci.function, zero.pci.slot);
        else if (slot->first && slot->first->address.multifunction == 0)
            check_say(check, slot->first,
                      "multifunction='off' does not fit: %s (line %u) is in the same slot", name,
                      slot->other->node->line);
    }
}
