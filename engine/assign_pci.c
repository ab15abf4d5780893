/* PCI devices get places: the chipset's first, then bridges and ports, then each device the lowest
 * place that is free and fits; and how many bridges and ports have to be added for that. */
#include "engine/assign_private.h"

#define SLOTS_OF_BRIDGE 31

typedef struct {
    const Domain *domain;
    PciBuses *buses;
    GArray *wishes;
} PciPlan;

/* --- placing --------------------------------------------------------------------------------- */

/* Why a seat of each kind may not be had. */
static const char *const no_room[] = {
    [SEAT_NONE] = "its slot is not known",
    [SEAT_PCI] = "no slot of a conventional PCI bus is left for it, and none for a bridge",
    [SEAT_DMI] = "its slot is not known",
    [SEAT_ROOT] = "no slot of the root bus is left for it: free one",
    [SEAT_PORT] = "no PCI Express port is left for it, and no place for another: free one",
    [SEAT_SWITCH] = "the file has no switch with a place for it: add an upstream port",
};

static gboolean refuse(const DomainDevice *device, const char *reason, GError **error)
{
    g_autofree char *name = domain_device_name(device);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s (line %u): %s", name,
                device->node->line, reason);
    return FALSE;
}

static gboolean choose(PciPlan *plan, PciWish *wish, GError **error)
{
    const PciBridge *bridge = pci_bridge_of(wish->device);
    gboolean packs = bridge && bridge->packs;
    /* As domain_check has it: all but the bridge of conventional cards. */
    gboolean bound = bridge && !(bridge->sits == SEAT_PORT && bridge->serves == SEAT_PCI);
    guint below = bound ? (guint)wish->device->index : PCI_BUSES;
    if ((bridge && wish->seat == SEAT_PCI &&
         pci_buses_choose(plan->buses, SEAT_DMI, FALSE, below, &wish->place)) ||
        pci_buses_choose(plan->buses, wish->seat, packs, below, &wish->place))
        return TRUE;
    gboolean express = plan->domain->family == MACHINE_PC && wish->seat != SEAT_PCI;
    const char *reason = no_room[wish->seat];
    if (express)
        reason = "it needs PCI Express, which this machine does not have: take it out";
    else if (bound)
        reason = "no bus of a lower index has a place for it: give it a higher index, and what it "
                 "needs a lower one";
    return refuse(wish->device, reason, error);
}

typedef gboolean (*WishFilter)(const PciWish *wish);

/* An upstream port needs a port of a lower index, so none that is added helps. */
static gboolean needs_nothing_added(const PciWish *wish)
{
    const PciBridge *bridge = pci_bridge_of(wish->device);
    return wish->seat == SEAT_ROOT || wish->seat == SEAT_SWITCH ||
           (bridge && bridge->serves == SEAT_SWITCH);
}

static gboolean is_bridge(const PciWish *wish)
{
    return pci_bridge_of(wish->device) != NULL;
}

static gboolean chooses(const PciWish *wish)
{
    return !wish->leader;
}

static gboolean place_those(PciPlan *plan, WishFilter filter, GError **error)
{
    for (guint i = 0; i < plan->wishes->len; i++) {
        PciWish *wish = &g_array_index(plan->wishes, PciWish, i);
        if (wish->place.type == ADDRESS_NONE && filter(wish) && !choose(plan, wish, error))
            return FALSE;
    }
    return TRUE;
}

/* --- what has to be added -------------------------------------------------------------------- */

static guint count_open(const PciPlan *plan, Seat seat)
{
    guint count = 0;
    for (guint i = 0; i < plan->wishes->len; i++) {
        const PciWish *wish = &g_array_index(plan->wishes, PciWish, i);
        count += wish->place.type == ADDRESS_NONE && wish->seat == seat;
    }
    return count;
}

static gboolean add(PciPlan *plan, guint count, const char *model, GError **error)
{
    for (guint i = 0; i < count; i++) {
        if (pci_buses_add(plan->buses, model))
            continue;
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the devices need more than the 255 PCI buses that a guest can have: put some "
                    "of the disks on a SCSI controller, or ask for fewer spare ports");
        return FALSE;
    }
    return TRUE;
}

/* One slot stays free, as libvirt keeps one: a bridge that is plugged later needs it. */
static gboolean add_for_pc(PciPlan *plan, GError **error)
{
    guint need = count_open(plan, SEAT_PCI);
    while (need > 0 && need + 1 > pci_buses_room(plan->buses, SEAT_PCI, FALSE)) {
        if (!add(plan, 1, "pci-bridge", error))
            return FALSE;
        need++;
    }
    return TRUE;
}

/* Root ports while the root bus has room, then ports of a switch, which takes one of the others. */
static gboolean add_ports(PciPlan *plan, guint count, guint bridges, GError **error)
{
    guint on_root = MIN(count, pci_buses_room(plan->buses, SEAT_ROOT, TRUE));
    guint in_switch = count - on_root;
    gboolean first = in_switch > pci_buses_room(plan->buses, SEAT_SWITCH, TRUE);
    for (guint i = 0; i < on_root; i++) {
        if (!add(plan, 1, "pcie-root-port", error) ||
            !add(plan, i < bridges ? 1 : 0, "pcie-to-pci-bridge", error))
            return FALSE;
    }
    return add(plan, bridges - MIN(on_root, bridges), "pcie-to-pci-bridge", error) &&
           add(plan, first, "pcie-switch-upstream-port", error) &&
           add(plan, in_switch + first, "pcie-switch-downstream-port", error);
}

/* A port for each PCI Express device and for the bridge of the conventional ones. */
static gboolean add_for_q35(PciPlan *plan, guint spare, GError **error)
{
    guint conventional = count_open(plan, SEAT_PCI);
    guint slots = pci_buses_room(plan->buses, SEAT_PCI, FALSE);
    guint have = pci_buses_room(plan->buses, SEAT_PORT, FALSE);
    guint bridges = 0;
    while (conventional > slots + bridges * SLOTS_OF_BRIDGE)
        bridges++;
    guint need = count_open(plan, SEAT_PORT) + bridges + MIN(spare, PCI_BUSES);
    return add_ports(plan, need > have ? need - have : 0, bridges, error);
}

static gboolean place_added(PciPlan *plan, GError **error)
{
    if (pci_buses_place(plan->buses))
        return TRUE;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "no slot is left for a PCI bridge, which the devices without an address need: free "
                "one of the root bus");
    return FALSE;
}

/* --- the whole ------------------------------------------------------------------------------- */

static gboolean place_all(PciPlan *plan, guint spare, GError **error)
{
    gboolean q35 = plan->domain->family == MACHINE_Q35;
    return pci_wishes_place_fixed(plan->wishes, plan->buses, error) &&
           place_those(plan, needs_nothing_added, error) &&
           (q35 ? add_for_q35(plan, spare, error) : add_for_pc(plan, error)) &&
           place_those(plan, is_bridge, error) && place_added(plan, error) &&
           place_those(plan, chooses, error) &&
           pci_wishes_place_groups(plan->wishes, plan->buses, error);
}

static void write_root(const Domain *domain, DomainEdit *edit)
{
    if (domain->family == MACHINE_Q35 && !domain_controller(domain, "pci", 0))
        domain_edit_add(edit, "<controller type='pci' index='0' model='pcie-root'/>");
}

Domain *assign_pci(const Domain *domain, guint spare, GError **error)
{
    g_autoptr(PciBuses) buses = pci_buses_new(domain);
    g_autoptr(GArray) wishes = pci_wishes_new(domain);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    PciPlan plan = { domain, buses, wishes };
    if (!place_all(&plan, spare, error))
        return NULL;
    for (guint i = 0; i < wishes->len; i++) {
        const PciWish *wish = &g_array_index(wishes, PciWish, i);
        domain_edit_address(edit, wish->device, &wish->place, MODE_STATIC);
    }
    write_root(domain, edit);
    pci_buses_write(buses, edit);
    return assign_apply(domain, edit, error);
}
