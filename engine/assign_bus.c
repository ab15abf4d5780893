/* The PCI buses of a domain: those that the file has and those that are added, and what is free on
 * them. Which device goes where is assign_pci.c. */
#include "engine/assign_private.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/domain_model.h"

#define SLOTS 32
#define FUNCTIONS 8
#define ALL_FUNCTIONS 0xff

/* pci-bridge and pcie-to-pci-bridge leave slot 0 to their hotplug controller; the expanders' buses
 * are for what the user puts there. */
static const PciBridge bridges[] = {
    /* model                         name                  sits         serves       slots */
    { "pci-root", NULL, SEAT_NONE, SEAT_PCI, 1, 31, FALSE },
    { "pcie-root", NULL, SEAT_NONE, SEAT_ROOT, 1, 31, FALSE },
    { "pci-bridge", "pci-bridge", SEAT_PCI, SEAT_PCI, 1, 31, FALSE },
    { "dmi-to-pci-bridge", "i82801b11-bridge", SEAT_ROOT, SEAT_DMI, 1, 31, FALSE },
    { "pcie-to-pci-bridge", "pcie-pci-bridge", SEAT_PORT, SEAT_PCI, 1, 31, FALSE },
    { "pcie-root-port", "pcie-root-port", SEAT_ROOT, SEAT_PORT, 0, 0, TRUE },
    { "pcie-switch-upstream-port", "x3130-upstream", SEAT_PORT, SEAT_SWITCH, 0, 31, FALSE },
    { "pcie-switch-downstream-port", "xio3130-downstream", SEAT_SWITCH, SEAT_PORT, 0, 0, TRUE },
    { "pci-expander-bus", "pxb", SEAT_PCI, SEAT_NONE, 0, 31, FALSE },
    { "pcie-expander-bus", "pxb-pcie", SEAT_ROOT, SEAT_NONE, 0, 31, FALSE },
};

typedef struct PciBus {
    const PciBridge *bridge;
    gboolean added;
    Address place;           /* of an added one's bridge; ADDRESS_NONE until it is chosen */
    guint8 functions[SLOTS]; /* taken: a bit each */
    guint32 packed;          /* slots that begin with a port that others may join */
} PciBus;

const PciBridge *pci_bridge_of(const DomainDevice *device)
{
    if (strcmp(device->element, "controller") != 0 || g_strcmp0(device->type, "pci") != 0)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(bridges); i++) {
        if (g_strcmp0(bridges[i].model, device->xml_model) == 0)
            return &bridges[i];
    }
    return NULL;
}

static const PciBridge *find_bridge(const char *model)
{
    gsize i = 0;
    while (strcmp(bridges[i].model, model) != 0)
        i++;
    return &bridges[i];
}

/* --- the buses ------------------------------------------------------------------------------- */

static PciBus *add_bus(PciBuses *buses, guint index, const PciBridge *bridge)
{
    g_free(buses->buses[index]);
    buses->buses[index] = g_new0(PciBus, 1);
    buses->buses[index]->bridge = bridge;
    return buses->buses[index];
}

/* The port of a device, when it is one that may share its slot. */
static void note_packed(PciBuses *buses, const DomainDevice *device)
{
    const PciBridge *bridge = pci_bridge_of(device);
    const Address *place = &device->address.place;
    if (bridge && bridge->packs && place->pci.function == 0 && device->address.multifunction)
        buses->buses[place->pci.bus]->packed |= 1u << place->pci.slot;
}

static void take_board(PciBuses *buses)
{
    for (guint slot = 0; slot < SLOTS; slot++) {
        for (guint function = 0; function < FUNCTIONS; function++) {
            if (domain_model_fixed_at(buses->domain->family, slot, function))
                buses->buses[0]->functions[slot] |= 1u << function;
        }
    }
}

static void take_addresses(PciBuses *buses)
{
    for (guint i = 0; i < buses->domain->devices->len; i++) {
        const DomainDevice *device = buses->domain->devices->pdata[i];
        const Address *place = &device->address.place;
        if (place->type != ADDRESS_PCI || place->pci.bus >= PCI_BUSES ||
            !buses->buses[place->pci.bus])
            continue;
        pci_buses_take(buses, place);
        note_packed(buses, device);
    }
}

PciBuses *pci_buses_new(const Domain *domain)
{
    PciBuses *buses = g_new0(PciBuses, 1);
    buses->domain = domain;
    add_bus(buses, 0, find_bridge(domain->family == MACHINE_Q35 ? "pcie-root" : "pci-root"));
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        const PciBridge *bridge = pci_bridge_of(device);
        if (bridge && device->index > 0 && device->index < PCI_BUSES)
            add_bus(buses, device->index, bridge);
    }
    take_board(buses);
    take_addresses(buses);
    return buses;
}

void pci_buses_free(PciBuses *buses)
{
    for (guint i = 0; buses && i < PCI_BUSES; i++)
        g_free(buses->buses[i]);
    g_free(buses);
}

/* --- places ---------------------------------------------------------------------------------- */

gboolean pci_buses_is_free(const PciBuses *buses, const Address *place)
{
    const PciBus *bus = buses->buses[place->pci.bus];
    return !(bus->functions[place->pci.slot] & 1u << place->pci.function);
}

void pci_buses_take(PciBuses *buses, const Address *place)
{
    buses->buses[place->pci.bus]->functions[place->pci.slot] |= 1u << place->pci.function;
}

static gboolean has_room(const PciBus *bus, guint slot, gboolean packs)
{
    guint8 taken = bus->functions[slot];
    return packs ? bus->packed >> slot & 1 && taken != ALL_FUNCTIONS : !taken;
}

static gboolean choose_on(PciBus *bus, guint index, gboolean packs, Address *place)
{
    for (guint slot = bus->bridge->first; slot <= bus->bridge->last; slot++) {
        guint function = 0;
        if (!has_room(bus, slot, packs))
            continue;
        while (bus->functions[slot] >> function & 1)
            function++;
        *place = (Address){ .type = ADDRESS_PCI, .pci = { 0, index, slot, function } };
        return TRUE;
    }
    return FALSE;
}

gboolean pci_buses_choose(PciBuses *buses, Seat seat, gboolean packs, guint below, Address *place)
{
    for (guint i = 0; i < MIN(below, PCI_BUSES); i++) {
        PciBus *bus = buses->buses[i];
        if (!bus || bus->bridge->serves != seat)
            continue;
        if (!(packs && choose_on(bus, i, TRUE, place)) && !choose_on(bus, i, FALSE, place))
            continue;
        pci_buses_take(buses, place);
        if (packs)
            bus->packed |= 1u << place->pci.slot;
        return TRUE;
    }
    return FALSE;
}

static guint count_room(const PciBus *bus, gboolean packs)
{
    guint room = 0;
    for (guint slot = bus->bridge->first; slot <= bus->bridge->last; slot++) {
        if (has_room(bus, slot, FALSE))
            room += packs ? FUNCTIONS : 1;
        else if (packs && has_room(bus, slot, TRUE))
            room += FUNCTIONS - __builtin_popcount(bus->functions[slot]);
    }
    return room;
}

guint pci_buses_room(const PciBuses *buses, Seat seat, gboolean packs)
{
    guint room = 0;
    for (guint i = 0; i < PCI_BUSES; i++) {
        if (buses->buses[i] && buses->buses[i]->bridge->serves == seat)
            room += count_room(buses->buses[i], packs);
    }
    return room;
}

/* --- adding ---------------------------------------------------------------------------------- */

gboolean pci_buses_add(PciBuses *buses, const char *model)
{
    guint index = PCI_BUSES;
    while (!buses->buses[index - 1])
        index--;
    if (index == PCI_BUSES)
        return FALSE;
    add_bus(buses, index, find_bridge(model))->added = TRUE;
    return TRUE;
}

gboolean pci_buses_place(PciBuses *buses)
{
    for (guint i = 0; i < PCI_BUSES; i++) {
        PciBus *bus = buses->buses[i];
        if (bus && bus->added && bus->place.type == ADDRESS_NONE &&
            !pci_buses_choose(buses, bus->bridge->sits, bus->bridge->packs, i, &bus->place))
            return FALSE;
    }
    return TRUE;
}

/* Numbers of chassis that are used: a port's must be its own, or QEMU refuses it. A port that says
 * none has its index. */
static void read_chassis(const PciBuses *buses, gboolean used[PCI_BUSES])
{
    for (guint i = 0; i < buses->domain->devices->len; i++) {
        const DomainDevice *device = buses->domain->devices->pdata[i];
        const char *text = xml_node_child_get(device->node, "target", "chassis");
        if (pci_bridge_of(device))
            used[(text ? g_ascii_strtoull(text, NULL, 0) : (guint64)device->index) % PCI_BUSES] =
                TRUE;
    }
}

static guint choose_chassis(gboolean used[PCI_BUSES], guint index)
{
    guint chassis = index;
    for (guint i = 1; used[chassis] && i < PCI_BUSES; i++)
        chassis = i;
    used[chassis] = TRUE;
    return chassis;
}

/* What libvirt writes for each kind (9.0.0): a port's chassis and number, a bridge's chassis. */
static char *target_element(const PciBus *bus, guint chassis)
{
    if (bus->bridge->packs)
        return g_strdup_printf("  <target chassis='%u' port='0x%x'/>\n", chassis,
                               bus->place.pci.slot * FUNCTIONS + bus->place.pci.function);
    if (strcmp(bus->bridge->model, "pci-bridge") == 0)
        return g_strdup_printf("  <target chassisNr='%u'/>\n", chassis);
    return g_strdup("");
}

static void write_bus(const PciBus *bus, guint index, guint chassis, DomainEdit *edit)
{
    const AddressMode mode = MODE_STATIC;
    g_autofree char *target = target_element(bus, chassis);
    g_autofree char *address = domain_address_element(&bus->place, &mode);
    g_autofree char *element =
        g_strdup_printf("<controller type='pci' index='%u' model='%s'>\n"
                        "  <model name='%s'/>\n%s  %s\n</controller>",
                        index, bus->bridge->model, bus->bridge->name, target, address);
    domain_edit_add(edit, element);
}

void pci_buses_write(const PciBuses *buses, DomainEdit *edit)
{
    gboolean used[PCI_BUSES] = { FALSE };
    read_chassis(buses, used);
    for (guint i = 0; i < PCI_BUSES; i++) {
        const PciBus *bus = buses->buses[i];
        if (bus && bus->added)
            write_bus(bus, i, choose_chassis(used, i), edit);
    }
}
