/* An address for every device of a domain that never ran: the steps in their order, and what is
 * said of them. Drives are placed by domain_drives.c. */
#include "engine/assign_private.h"

#include <string.h>

gboolean assign_is_open(const DomainDevice *device, const char *type)
{
    const DomainAddress *address = &device->address;
    return !address->node || (address->wanted && g_strcmp0(address->type, type) == 0);
}

Domain *assign_apply(const Domain *domain, const DomainEdit *edit, GError **error)
{
    if (domain_edit_is_empty(edit))
        return domain_ref((Domain *)domain);
    return domain_edit_apply(edit, error);
}

gboolean assign_misses_first(const Domain *domain, AddressType type, const char *controller)
{
    if (domain_controller(domain, controller, 0))
        return FALSE;
    for (guint i = 0; i < domain->devices->len; i++) {
        const Address *place = &((const DomainDevice *)domain->devices->pdata[i])->address.place;
        guint index = type == ADDRESS_USB ? place->usb.bus : place->serial.controller;
        if (place->type == type && index == 0)
            return TRUE;
    }
    return FALSE;
}

/* --- slots with several functions ------------------------------------------------------------ */

static guint slot_key(const Address *place)
{
    return place->pci.domain << 16 | place->pci.bus << 8 | place->pci.slot;
}

static gboolean is_pci_function(const DomainDevice *device, gboolean first)
{
    const Address *place = &device->address.place;
    return place->type == ADDRESS_PCI && (place->pci.function == 0) == first;
}

/* A guest looks for further functions only where function 0 says so; what the machine brings does
 * so by itself. */
static Domain *mark_multifunction(const Domain *domain, GError **error)
{
    g_autoptr(GHashTable) several = g_hash_table_new(NULL, NULL);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (is_pci_function(device, FALSE))
            g_hash_table_add(several, GUINT_TO_POINTER(slot_key(&device->address.place)));
    }
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (is_pci_function(device, TRUE) && !device->builtin &&
            device->address.multifunction < 0 &&
            g_hash_table_contains(several, GUINT_TO_POINTER(slot_key(&device->address.place))))
            domain_edit_multifunction(edit, device);
    }
    return assign_apply(domain, edit, error);
}

/* --- what is said ---------------------------------------------------------------------------- */

/* Why a controller was added. */
static const struct {
    const char *type, *model; /* NULL: any */
    const char *reason;
} reasons[] = {
    { "pci", "pci-bridge", "the slots of the root bus do not suffice" },
    { "pci", "pcie-to-pci-bridge", "conventional PCI devices have their slots there" },
    { "pci", "pcie-switch-upstream-port", "the root bus has no room for all ports" },
    { "usb", NULL, "USB devices need one" },
    { "virtio-serial", NULL, "virtio consoles and channels need one" },
    { "scsi", NULL, "drives need it" },
    { "ide", NULL, "drives need it" },
    { "sata", NULL, "drives need it" },
    { "fdc", NULL, "drives need it" },
};

static gboolean is_port(const DomainDevice *device)
{
    const PciBridge *bridge = pci_bridge_of(device);
    return bridge && bridge->serves == SEAT_PORT;
}

static gboolean is_controller(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 && device->type && device->index >= 0;
}

static const char *find_reason(const DomainDevice *controller)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (strcmp(reasons[i].type, controller->type) == 0 &&
            (!reasons[i].model || g_strcmp0(reasons[i].model, controller->xml_model) == 0))
            return reasons[i].reason;
    }
    return NULL;
}

static guint count_hubs(const Domain *domain)
{
    guint count = 0;
    for (guint i = 0; i < domain->devices->len; i++)
        count += ((const DomainDevice *)domain->devices->pdata[i])->kind == KIND_HUB;
    return count;
}

/* Ports that nothing is in. */
static guint count_empty_ports(const Domain *domain)
{
    gboolean used[PCI_BUSES] = { FALSE };
    guint count = 0;
    for (guint i = 0; i < domain->devices->len; i++) {
        const Address *place = &((const DomainDevice *)domain->devices->pdata[i])->address.place;
        if (place->type == ADDRESS_PCI)
            used[place->pci.bus % PCI_BUSES] = TRUE;
    }
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        count += is_port(device) && !used[device->index % PCI_BUSES];
    }
    return count;
}

static void note_added(const Domain *before, const Domain *after, GPtrArray *notes)
{
    guint hubs = count_hubs(after) - count_hubs(before);
    guint ports = 0, empty = count_empty_ports(after);
    for (guint i = 0; i < after->devices->len; i++) {
        const DomainDevice *device = after->devices->pdata[i];
        if (!is_controller(device) || domain_controller(before, device->type, device->index))
            continue;
        const char *reason = find_reason(device);
        ports += is_port(device);
        if (!reason)
            continue;
        g_autofree char *name = domain_device_name(device);
        g_ptr_array_add(notes, g_strdup_printf("%s%s%s%s was added: %s", name,
                                               device->xml_model ? " (" : "",
                                               device->xml_model ? device->xml_model : "",
                                               device->xml_model ? ")" : "", reason));
    }
    if (hubs)
        g_ptr_array_add(notes,
                        g_strdup_printf("%u USB hub%s %s added: the ports of the "
                                        "controllers do not suffice",
                                        hubs, hubs == 1 ? "" : "s", hubs == 1 ? "was" : "were"));
    if (ports)
        g_ptr_array_add(notes,
                        g_strdup_printf("%u PCI Express port%s %s added; %u of all ports "
                                        "stay%s empty for what is plugged later",
                                        ports, ports == 1 ? "" : "s", ports == 1 ? "was" : "were",
                                        empty, empty == 1 ? "s" : ""));
}

/* Whether a device of this bus family has an address that says where it is. */
static gboolean has_places(BusFamily family)
{
    static const BusFamily families[] = { BUS_PCI,  BUS_PCIE,   BUS_SCSI, BUS_IDE,
                                          BUS_SATA, BUS_FLOPPY, BUS_USB,  BUS_VIRTIO_SERIAL };
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        if (families[i] == family)
            return TRUE;
    }
    return FALSE;
}

static void note_left(const Domain *domain, GPtrArray *notes)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        gboolean open = !device->address.node || device->address.wanted;
        if (!open || device->builtin || (device->model && !has_places(device->model->plugs)))
            continue;
        g_autofree char *name = domain_device_name(device);
        const char *reason = "which bus it needs is not known";
        if (device->model)
            reason = domain->family == MACHINE_OTHER
                         ? "places are chosen for pc and q35 machines alone"
                         : "its place is yours to choose";
        g_ptr_array_add(notes, g_strdup_printf("%s has no address: %s", name, reason));
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static Domain *place_ports(const Domain *domain, guint spare, GError **error)
{
    if (domain->family == MACHINE_OTHER)
        return domain_ref((Domain *)domain);
    g_autoptr(Domain) usb = assign_usb(domain, error);
    g_autoptr(Domain) serial = usb ? assign_serial(usb, error) : NULL;
    g_autoptr(Domain) pci = serial ? assign_pci(serial, spare, error) : NULL;
    return pci ? mark_multifunction(pci, error) : NULL;
}

Domain *domain_assign(const Domain *domain, guint spare, GPtrArray *notes, GError **error)
{
    if (!domain_is_valid(domain, error))
        return NULL;
    g_autoptr(Domain) drives = domain_place_drives(domain, MODE_STATIC, error);
    g_autoptr(Domain) placed = drives ? place_ports(drives, spare, error) : NULL;
    if (!placed || !domain_is_valid(placed, error))
        return NULL;
    if (notes) {
        note_added(domain, placed, notes);
        note_left(placed, notes);
    }
    return g_steal_pointer(&placed);
}
