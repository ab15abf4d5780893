/* Every device of a tree gets its place as identity. */
#include "engine/inventory_places.h"

#include <string.h>

#include "engine/place.h"

/* What the machine brings itself sits there: host bridge, and the chipset's functions. */
#define CHIPSET_SLOTS 2

static gboolean is_pci(const Bus *bus)
{
    return bus && (bus->family == BUS_PCI || bus->family == BUS_PCIE);
}

/* --- identities ------------------------------------------------------------------------------ */

/* What sits below `parent`, by its address there. (transfer full) */
static char *place_below(const Device *device, const char *parent)
{
    const Address *address = &device->address;
    switch (device->bus->family) {
    case BUS_SCSI:
        return address->drive.unit ? g_strdup_printf("%s/scsi %u.%u", parent, address->drive.target,
                                                     address->drive.unit)
                                   : place_of_scsi(parent, address->drive.target);
    case BUS_IDE:
        return g_strdup_printf("%s/ide %u:%u", parent, address->drive.bus, address->drive.unit);
    case BUS_FLOPPY:
        return g_strdup_printf("%s/floppy %u", parent, address->drive.unit);
    case BUS_USB:
        if (address->type == ADDRESS_USB)
            return g_strdup_printf("%s/usb %s", parent, address->usb.port);
        /* fall through */
    default:
        return g_strdup_printf("%s/%s", parent, *device->driver ? device->driver : device->words);
    }
}

static char *place_of(const Device *device)
{
    const Device *parent = device_parent(device);
    if (!device->bus && device->drive)
        return g_strconcat("drive ", device->drive->backend, NULL);
    if (!device->bus)
        return g_strconcat("device ", *device->driver ? device->driver : device->words, NULL);
    if (is_pci(device->bus) && device->bus->number != PCI_BUS_UNKNOWN &&
        device->address.type == ADDRESS_PCI)
        return place_of_pci(&device->address);
    if (is_pci(device->bus) && parent)
        return g_strdup_printf("%s/%02x.%x", parent->path, device->address.pci.slot,
                               device->address.pci.function);
    return parent ? place_below(device, parent->path)
                  : g_strdup(*device->driver ? device->driver : device->words);
}

/* The first that asks for it has it, the others a number behind it. (transfer full) */
static char *only_one(GHashTable *taken, char *place)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(taken, place)) + 1;
    char *own = count > 1 ? g_strdup_printf("%s %u", place, count) : g_strdup(place);
    g_hash_table_insert(taken, place, GUINT_TO_POINTER(count));
    return own;
}

static void name_bus(Bus *bus, GHashTable *taken);

static void name_device(Device *device, GHashTable *taken)
{
    device->path = only_one(taken, place_of(device));
    for (guint i = 0; i < device->buses->len; i++)
        name_bus(device->buses->pdata[i], taken);
}

static void name_bus(Bus *bus, GHashTable *taken)
{
    g_autofree char *path = bus->owner ? g_strdup_printf("%s/bus %s", bus->owner->path, bus->name)
                                       : g_strdup(bus->name);
    bus->path = only_one(taken, g_steal_pointer(&path));
    for (guint i = 0; i < bus->devices->len; i++)
        name_device(bus->devices->pdata[i], taken);
}

/* --- what can come and go -------------------------------------------------------------------- */

/* The chipset has no card that can be taken out, and of other cards only those are known to survive
 * it that pci_add can plug. 0.11 ends when a graphics card or a watchdog is taken out. */
static gboolean card_may_leave(const Device *device)
{
    guint16 code = device->pci ? device->pci->class_code : 0;
    if (device->bus->number != 0 || device->address.pci.slot < CHIPSET_SLOTS || !device->pci)
        return FALSE;
    return code == 0x0200 ||
           (device->model && device->model->vendor &&
            (strcmp(device->driver, "virtio-blk-pci") == 0 || device->model->offers == BUS_SCSI));
}

static gboolean may_leave(const Device *device)
{
    switch (device->bus ? device->bus->family : BUS_OTHER) {
    case BUS_PCI:
    case BUS_PCIE:
        return card_may_leave(device);
    case BUS_USB:
        return device->kind != KIND_HUB;
    case BUS_SCSI:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean takes_hotplug(const Bus *bus)
{
    return (is_pci(bus) && bus->number == 0) || bus->family == BUS_SCSI;
}

static gboolean comes_with_machine(const Device *device)
{
    if (device->drive || device->nic || !device->bus)
        return FALSE;
    if (is_pci(device->bus))
        return device->bus->number == 0 && device->address.pci.slot < CHIPSET_SLOTS;
    return device->bus->family == BUS_SYSTEM || device->bus->family == BUS_ISA ||
           device->bus->family == BUS_OTHER;
}

static void decide(Device *device)
{
    device->hotpluggable = may_leave(device);
    device->implicit = comes_with_machine(device);
    device->state = device->hotpluggable ? STATE_PRESENT : STATE_FIXED;
}

void inventory_places(Guest *guest)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    name_bus(guest->root, taken);
    for (guint i = 0; i < guest->memory_devices->len; i++)
        name_device(guest->memory_devices->pdata[i], taken);
    for (guint i = 0; i < buses->len; i++)
        ((Bus *)buses->pdata[i])->hotpluggable = takes_hotplug(buses->pdata[i]);
    for (guint i = 0; i < guest->devices->len; i++)
        decide(guest->devices->pdata[i]);
    for (guint i = 0; i < guest->memory_devices->len; i++)
        decide(guest->memory_devices->pdata[i]);
}

/* --- bus numbers ----------------------------------------------------------------------------- */

void inventory_places_forget_numbers(Bus *root)
{
    for (guint i = 0; i < root->devices->len; i++) {
        Device *device = root->devices->pdata[i];
        if (device->address.type == ADDRESS_PCI)
            device->address.pci.bus = 0;
        for (guint j = 0; j < device->buses->len; j++)
            inventory_places_forget_numbers(device->buses->pdata[j]);
    }
}
