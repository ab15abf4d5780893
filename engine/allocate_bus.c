/* The bus that a knowledgeable user would plug a device to. */
#include <string.h>

#include "engine/allocate.h"

#define IMPOSSIBLE G_MAXUINT
#define PLACES_NAMED 4

/* USB devices that only do full speed (12 Mb/s), which an EHCI bus refuses (QEMU 7.2 and 10.0). */
static const char *const full_speed[] = {
    "usb-audio",  "usb-braille",      "usb-bt-dongle", "usb-ccid",     "usb-hub", "usb-net",
    "usb-serial", "usb-wacom-tablet", "u2f-emulated",  "u2f-passthru", NULL,
};

static gboolean is_pci(BusFamily family)
{
    return family == BUS_PCI || family == BUS_PCIE;
}

gboolean allocate_fits(const Bus *bus, const Model *model)
{
    return is_pci(model->plugs) ? is_pci(bus->family) : bus->family == model->plugs;
}

static gboolean owned_by(const Bus *bus, const char *part)
{
    return bus->owner != NULL && strstr(bus->owner->driver, part) != NULL;
}

/* A bus that no other PCI device carries. */
static gboolean is_pci_root(const Bus *bus)
{
    return bus->owner == NULL || bus->owner->bus == NULL || !is_pci(bus->owner->bus->family);
}

/* Ports have their places: root ports at the root complex, downstream ports behind the upstream
 * port of a switch. There QEMU takes anything (7.2 and 10.0), but a guest looks for the ports of a
 * switch when it finds the switch, and for nothing else at any time. */
static const char *pci_objection(const Guest *guest, const Bus *bus, const Model *model)
{
    static const char *const root_ports[] = { "pcie-root-port", "ioh3420", "cxl-rp", NULL };
    if (owned_by(bus, "-upstream")) {
        return "inside a switch there are only the ports that it was started with";
    }
    if (g_str_has_suffix(model->driver, "-downstream")) {
        return "such a port belongs inside a switch";
    }
    if (g_strv_contains(root_ports, model->driver) && !is_pci_root(bus) && !owned_by(bus, "pxb")) {
        return "a root port belongs to the root complex";
    }
    return owned_by(bus, "pxb") && model->kind != KIND_BRIDGE
               ? "a root bus of its own takes bridges and ports only"
               : NULL;
}

/* A companion lends its ports to an EHCI, which then takes full speed too. */
static gboolean has_companion(const Guest *guest, const Bus *bus)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const char *master = device_property(guest->devices->pdata[i], "masterbus");
        if (g_strcmp0(master, bus->name) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static const char *usb_objection(const Guest *guest, const Bus *bus, const Model *model)
{
    return owned_by(bus, "ehci") && g_strv_contains(full_speed, model->driver) &&
                   !has_companion(guest, bus)
               ? "it takes devices of high speed only, and this one is of full speed"
               : NULL;
}

const char *allocate_objection(const Guest *guest, const Bus *bus, const Model *model)
{
    return is_pci(bus->family)      ? pci_objection(guest, bus, model)
           : bus->family == BUS_USB ? usb_objection(guest, bus, model)
                                    : NULL;
}

static guint pci_cost(const Bus *bus, const Model *model)
{
    gboolean express = model->plugs == BUS_PCIE;
    if (bus->family == BUS_PCI) {
        return is_pci_root(bus) ? 0 : express ? 2 : 1;
    }
    return express ? 1 : 2;
}

/* Controllers of real cards; not a USB device that speaks SCSI, nor one whose disks the host
 * brings. */
static guint scsi_cost(const Bus *bus, const Model *model)
{
    return owned_by(bus, "usb-") || owned_by(bus, "vhost-") ? IMPOSSIBLE : 0;
}

static guint usb_cost(const Bus *bus, const Model *model)
{
    return owned_by(bus, "xhci") ? 0 : owned_by(bus, "ehci") ? 1 : 2;
}

/* QEMU finds a bus by its name, and takes the first of two: the buses of ports without an id are
 * called like the root's. */
static gboolean has_own_name(const Guest *guest, const Bus *bus)
{
    return guest_find_bus(guest, bus->name, NULL) == bus;
}

static guint bus_cost(const Guest *guest, const Bus *bus, const Model *model)
{
    if (!bus->hotpluggable || !allocate_fits(bus, model) ||
        allocate_objection(guest, bus, model) != NULL || !has_own_name(guest, bus)) {
        return IMPOSSIBLE;
    }
    switch (bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        return pci_cost(bus, model);
    case BUS_SCSI:
        return scsi_cost(bus, model);
    case BUS_USB:
        return usb_cost(bus, model);
    default:
        return 0;
    }
}

static gboolean has_room(const Bus *bus)
{
    Address unused;
    return bus_capacity(bus) == 0 || allocate_place(bus, &unused);
}

static Bus *cheapest_bus(const Guest *guest, const Model *model, gboolean with_room)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    Bus *best = NULL;
    guint best_cost = IMPOSSIBLE;
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        guint cost = bus_cost(guest, bus, model);
        if (cost < best_cost && (!with_room || has_room(bus))) {
            best = bus;
            best_cost = cost;
        }
    }
    return best;
}

char *allocate_free_places(const Guest *guest, const Model *model)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    GString *text = g_string_new(NULL);
    guint named = 0, more = 0;
    for (guint i = 0; i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];
        if (bus_cost(guest, bus, model) == IMPOSSIBLE) {
            continue;
        }
        g_autoptr(GArray) places = allocate_vacant(bus);
        if (places->len == 0 || named == PLACES_NAMED) {
            more += places->len;
            continue;
        }
        g_autofree char *first = address_to_short_text(&g_array_index(places, Address, 0));
        g_string_append_printf(text, "%s%s on %s", named++ == 0 ? "" : ", ", first, bus->name);
        more += places->len - 1;
    }
    if (named > 0 && more > 0) {
        g_string_append_printf(text, " and %u more", more);
    }
    return g_string_free(text, text->len == 0);
}

static gboolean has_pci(const Guest *guest)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    for (guint i = 0; i < buses->len; i++) {
        if (is_pci(((const Bus *)buses->pdata[i])->family)) {
            return TRUE;
        }
    }
    return FALSE;
}

char *allocate_remedy(const Guest *guest, const Model *model)
{
    g_autofree char *places = allocate_free_places(guest, model);
    if (places != NULL) {
        return g_strdup_printf("free places: %s", places);
    }
    if (is_pci(model->plugs) && !has_pci(guest)) {
        return g_strdup("this machine has no PCI bus: start the guest with another -machine");
    }
    switch (model->plugs) {
    case BUS_SCSI:
        return g_strdup("attach a controller first: attach controller model=virtio-scsi-pci");
    case BUS_USB:
        return g_strdup("attach a controller first: attach controller model=qemu-xhci");
    case BUS_VIRTIO_SERIAL:
        return g_strdup("attach a controller first: attach controller model=virtio-serial-pci");
    case BUS_PCI:
    case BUS_PCIE:
        return g_strdup("there is no free place; detach something, or start the guest with more "
                        "pcie-root-port devices");
    default:
        return g_strdup_printf("start the guest with %s", model->driver);
    }
}

/* "no bus takes it", "no free root port", "every SCSI bus is full". */
static char *explain_shortage(const Guest *guest, const Model *model)
{
    const Bus *full = cheapest_bus(guest, model, FALSE);
    if (full == NULL) {
        return g_strdup_printf("no bus of family %s takes hotplug in this guest",
                               bus_family_name(model->plugs));
    }
    if (full->family == BUS_PCIE) {
        return g_strdup("there is no free root port");
    }
    return g_strdup_printf("%s is full (%u of %u places taken), and no other bus has room",
                           full->name, full->devices->len, bus_capacity(full));
}

Bus *allocate_bus(const Guest *guest, const Model *model, GError **error)
{
    Bus *bus = cheapest_bus(guest, model, TRUE);
    if (bus == NULL) {
        g_autofree char *why = explain_shortage(guest, model);
        g_autofree char *remedy = allocate_remedy(guest, model);
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s cannot be plugged: %s; %s",
                    model->driver, why, remedy);
    }
    return bus;
}
