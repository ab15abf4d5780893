/* The PCI devices of a domain that are to get a place: in which order they choose, and what kind of
 * slot each needs. */
#include "engine/assign_private.h"

#include <string.h>

#include "engine/domain_model.h"

/* Classes in the order in which libvirt serves them (9.0.0, qemu_domain_address.c). PCI controllers
 * come before them, what is not here behind them. */
static const char *const ranks[] = {
    "filesystem", "interface", "sound", "controller", "disk",  "hostdev", "memballoon",
    "rng",        "watchdog",  "video", "shmem",      "input", "serial",
};

static guint rank_of(const DomainDevice *device)
{
    guint rank = 0;
    if (pci_bridge_of(device))
        return 0;
    while (rank < G_N_ELEMENTS(ranks) && strcmp(ranks[rank], device->element) != 0)
        rank++;
    return rank + 1;
}

/* A transitional virtio device needs I/O ports, which a PCI Express port does not have for it. */
static gboolean is_express(const DomainDevice *device)
{
    return device->model->plugs == BUS_PCIE &&
           (!g_str_has_suffix(device->driver, "-transitional") ||
            g_str_has_suffix(device->driver, "-non-transitional"));
}

/* QEMU 10 refuses the virtio IOMMU anywhere but on the root bus. */
static Seat seat_of(const DomainDevice *device)
{
    const PciBridge *bridge = pci_bridge_of(device);
    if (bridge)
        return bridge->sits;
    if (device->domain->family != MACHINE_Q35)
        return SEAT_PCI;
    if (strcmp(device->driver, "virtio-iommu-pci") == 0)
        return SEAT_ROOT;
    return is_express(device) ? SEAT_PORT : SEAT_PCI;
}

/* The host bridge has no address that a file could say. */
static gboolean is_wish(const DomainDevice *device)
{
    Address place;
    return device->model && (device->model->plugs == BUS_PCI || device->model->plugs == BUS_PCIE) &&
           assign_is_open(device, "pci") &&
           (!device->builtin ||
            (domain_model_fixed_place(device->domain->family, device->driver, &place) &&
             place.pci.slot > 0));
}

gboolean pci_is_usb_group(const DomainDevice *device)
{
    return device->driver && g_str_has_prefix(device->driver, "ich9-usb-");
}

/* The controllers of a USB group have the same index. Its first one with an address, else its first
 * one chooses the slot for all. */
static const DomainDevice *find_leader(const DomainDevice *device)
{
    const DomainDevice *leader = NULL;
    for (guint i = 0; i < device->domain->devices->len; i++) {
        const DomainDevice *other = device->domain->devices->pdata[i];
        if (!pci_is_usb_group(other) || other->index != device->index)
            continue;
        if (other->address.place.type == ADDRESS_PCI)
            return other;
        leader = leader ? leader : other;
    }
    return leader;
}

static gint compare_wishes(gconstpointer a, gconstpointer b)
{
    const PciWish *wish_a = a, *wish_b = b;
    if (wish_a->rank != wish_b->rank)
        return wish_a->rank < wish_b->rank ? -1 : 1;
    if (wish_a->disk != wish_b->disk)
        return wish_a->disk < wish_b->disk ? -1 : 1;
    return wish_a->device->position < wish_b->device->position ? -1 : 1;
}

static void add_wish(GArray *wishes, const DomainDevice *device)
{
    PciWish wish = { .device = device, .seat = seat_of(device), .rank = rank_of(device) };
    const DomainDevice *leader = pci_is_usb_group(device) ? find_leader(device) : NULL;
    if (strcmp(device->element, "disk") == 0 &&
        !(device->target && target_index(device->target, NULL, &wish.disk)))
        wish.disk = G_MAXUINT;
    if (leader && leader != device) {
        wish.leader = leader;
        wish.seat = SEAT_NONE;
    }
    g_array_append_val(wishes, wish);
}

GArray *pci_wishes_new(const Domain *domain)
{
    GArray *wishes = g_array_new(FALSE, FALSE, sizeof(PciWish));
    for (guint i = 0; i < domain->devices->len; i++) {
        if (is_wish(domain->devices->pdata[i]))
            add_wish(wishes, domain->devices->pdata[i]);
    }
    g_array_sort(wishes, compare_wishes);
    return wishes;
}
