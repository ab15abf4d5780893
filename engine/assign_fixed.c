/* PCI devices that do not choose: what the chipset has its place for, and the companions of a USB
 * controller, which share a slot. */
#include "engine/assign_private.h"

#include <string.h>

#include "engine/domain_model.h"

/* Places on the root bus where libvirt puts devices of the chipset's kind (9.0.0). What the board
 * itself brings has its place in domain_model.h. */
static const struct FixedPlace {
    MachineFamily family;
    const char *driver; /* how it begins; NULL: the first video */
    guint slot, function;
    gboolean must; /* controller 0 has to be there; otherwise when the slot is empty */
} fixed_places[] = {
    { MACHINE_PC, "piix3-usb-uhci", 0x01, 2, TRUE },
    { MACHINE_PC, NULL, 0x02, 0, FALSE },
    { MACHINE_Q35, NULL, 0x01, 0, FALSE },
    { MACHINE_Q35, "ich9-intel-hda", 0x1b, 0, FALSE },
    { MACHINE_Q35, "ich9-usb-", 0x1d, 0, FALSE },
    { MACHINE_Q35, "ich9-usb-", 0x1a, 0, FALSE },
    { MACHINE_Q35, "i82801b11-bridge", 0x1e, 0, FALSE },
};
typedef struct FixedPlace FixedPlace;

/* The functions of one USB 2 controller of the chipset in its slot. */
static const struct {
    const char *driver;
    guint function;
} usb_functions[] = {
    { "ich9-usb-uhci1", 0 },
    { "ich9-usb-uhci2", 1 },
    { "ich9-usb-uhci3", 2 },
    { "ich9-usb-ehci1", 7 },
};

/* --- the chipset's places -------------------------------------------------------------------- */

static const DomainDevice *first_video(const Domain *domain)
{
    const DomainDevice *first = NULL;
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (strcmp(device->element, "video") != 0)
            continue;
        if (g_strcmp0(xml_node_child_get(device->node, "model", "primary"), "yes") == 0)
            return device;
        first = first ? first : device;
    }
    return first;
}

/* Whether the place is meant for this device. */
static gboolean fits(const FixedPlace *fixed, const DomainDevice *device)
{
    if (fixed->family != device->domain->family)
        return FALSE;
    if (!fixed->driver)
        return strcmp(device->element, "video") == 0 && device == first_video(device->domain);
    return g_str_has_prefix(device->driver, fixed->driver) && (!fixed->must || device->index == 0);
}

/* The device of the file that has this place. */
static const DomainDevice *find_holder(const Domain *domain, const Address *place)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (address_equal(&device->address.place, place))
            return device;
    }
    return NULL;
}

static gboolean refuse_taken(const DomainDevice *device, const DomainDevice *holder,
                             const Address *place, GError **error)
{
    g_autofree char *where = address_to_text(place);
    g_autofree char *name = domain_device_name(device);
    g_autofree char *other = domain_device_name(holder);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s (line %u) belongs at %s, which %s (line %u) has: give one of them another "
                "address",
                name, device->node->line, where, other, holder->node->line);
    return FALSE;
}

static gboolean slot_is_empty(const PciBuses *buses, Address place)
{
    for (place.pci.function = 0; place.pci.function < 8; place.pci.function++) {
        if (!pci_buses_is_free(buses, &place))
            return FALSE;
    }
    return TRUE;
}

static gboolean place_fixed(PciWish *wish, PciBuses *buses, const FixedPlace *fixed, GError **error)
{
    const Address place = { .type = ADDRESS_PCI, .pci = { 0, 0, fixed->slot, fixed->function } };
    const DomainDevice *holder = find_holder(buses->domain, &place);
    if (!fixed->must && !slot_is_empty(buses, place))
        return TRUE;
    if (holder)
        return refuse_taken(wish->device, holder, &place, error);
    pci_buses_take(buses, &place);
    wish->place = place;
    return TRUE;
}

gboolean pci_wishes_place_fixed(GArray *wishes, PciBuses *buses, GError **error)
{
    for (guint i = 0; i < wishes->len; i++) {
        PciWish *wish = &g_array_index(wishes, PciWish, i);
        if (wish->device->builtin)
            domain_model_fixed_place(buses->domain->family, wish->device->driver, &wish->place);
        for (gsize k = 0; k < G_N_ELEMENTS(fixed_places); k++) {
            if (wish->place.type == ADDRESS_NONE && !wish->leader &&
                fits(&fixed_places[k], wish->device) &&
                !place_fixed(wish, buses, &fixed_places[k], error))
                return FALSE;
        }
    }
    return TRUE;
}

/* --- USB groups ------------------------------------------------------------------------------ */

static const PciWish *find_wish(const GArray *wishes, const DomainDevice *device)
{
    for (guint i = 0; i < wishes->len; i++) {
        const PciWish *wish = &g_array_index(wishes, PciWish, i);
        if (wish->device == device)
            return wish;
    }
    return NULL;
}

static guint usb_function(const DomainDevice *device)
{
    for (gsize i = 0; i < G_N_ELEMENTS(usb_functions); i++) {
        if (strcmp(usb_functions[i].driver, device->driver) == 0)
            return usb_functions[i].function;
    }
    return 0;
}

/* A guest finds a slot by its function 0, so the leader takes that where nobody else does. */
static void place_leader(const GArray *wishes, PciWish *leader, PciBuses *buses)
{
    for (guint i = 0; i < wishes->len; i++) {
        const PciWish *wish = &g_array_index(wishes, PciWish, i);
        if (wish->leader == leader->device && usb_function(wish->device) == 0)
            leader->place.pci.function = usb_function(leader->device);
    }
    pci_buses_take(buses, &leader->place);
}

static gboolean place_follower(const GArray *wishes, PciWish *wish, PciBuses *buses, GError **error)
{
    const PciWish *leader = find_wish(wishes, wish->leader);
    wish->place = leader ? leader->place : wish->leader->address.place;
    wish->place.pci.function = usb_function(wish->device);
    const DomainDevice *holder = find_holder(buses->domain, &wish->place);
    if (holder)
        return refuse_taken(wish->device, holder, &wish->place, error);
    pci_buses_take(buses, &wish->place);
    return TRUE;
}

gboolean pci_wishes_place_groups(GArray *wishes, PciBuses *buses, GError **error)
{
    for (guint i = 0; i < wishes->len; i++) {
        PciWish *wish = &g_array_index(wishes, PciWish, i);
        if (wish->leader && !place_follower(wishes, wish, buses, error))
            return FALSE;
        if (!wish->leader && pci_is_usb_group(wish->device))
            place_leader(wishes, wish, buses);
    }
    return TRUE;
}
