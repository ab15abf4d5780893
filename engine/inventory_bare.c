/* query-pci alone as a tree: cards, and the buses that cards of their ids are known to offer. */
#include "engine/inventory_bare.h"

#include "engine/inventory_tree.h"

#define HOST_DRIVER "i440FX-pcihost" /* the only one of the QEMUs that have pci_add */
#define DEPTH_MOST 8                 /* of bridges behind bridges */
#define IDE_CHANNELS 2

static json_int_t member(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static Bus *first_pci_bus(Bus *bus)
{
    if (bus->family == BUS_PCI || bus->family == BUS_PCIE)
        return bus;
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        for (guint j = 0; j < device->buses->len; j++) {
            Bus *found = first_pci_bus(device->buses->pdata[j]);
            if (found)
                return found;
        }
    }
    return NULL;
}

gboolean inventory_has_pci(const Bus *root)
{
    return first_pci_bus((Bus *)root) != NULL;
}

/* --- what a card offers ---------------------------------------------------------------------- */

/* How many buses of each family there are so far: their names count them. */
typedef struct {
    guint scsi, ide, usb;
} Counts;

static Bus *offer(Device *device, const char *type, char *name)
{
    Bus *bus = bus_new(name, type);
    bus->owner = device;
    g_ptr_array_add(device->buses, bus);
    g_free(name);
    return bus;
}

static void offer_known(Device *device, Counts *counts)
{
    switch (device->model ? device->model->offers : BUS_SYSTEM) {
    case BUS_SCSI:
        offer(device, "SCSI", g_strdup_printf("scsi.%u", counts->scsi++));
        break;
    case BUS_IDE:
        for (guint i = 0; i < IDE_CHANNELS; i++)
            offer(device, "IDE", g_strdup_printf("ide.%u", counts->ide++));
        break;
    case BUS_USB:
        offer(device, "usb-bus", g_strdup_printf("usb.%u", counts->usb++));
        break;
    default:
        break;
    }
}

/* --- one card -------------------------------------------------------------------------------- */

static guint16 class_of(const json_t *entry)
{
    const json_t *info = json_object_get(entry, "class_info");
    const json_t *code = json_object_get(info, "class");
    const char *words = json_string_value(json_object_get(info, "desc"));
    if (json_is_integer(code))
        return (guint16)json_integer_value(code);
    return words ? inventory_class_code(words) : 0;
}

static PciFacts *facts_of(const json_t *entry)
{
    const json_t *id = json_object_get(entry, "id");
    PciFacts *pci = g_new0(PciFacts, 1);
    pci->vendor = (guint16)member(id, "vendor");
    pci->device = (guint16)member(id, "device");
    pci->class_code = class_of(entry);
    pci->irq = json_object_get(entry, "irq") ? (int)member(entry, "irq") : -1;
    return pci;
}

static Device *card_new(const json_t *entry)
{
    g_autofree PciFacts *pci = facts_of(entry);
    const Model *model = model_find_pci(pci->vendor, pci->device);
    const char *id = json_string_value(json_object_get(entry, "qdev_id"));
    Device *device = device_new(model ? model->driver : "");
    if (!model) {
        g_free(device->words);
        device->words = g_strdup_printf("PCI device %04x:%04x", pci->vendor, pci->device);
    }
    device->id = id && *id ? g_strdup(id) : NULL;
    device->address.type = ADDRESS_PCI;
    device->address.pci.slot = (guint)member(entry, "slot");
    device->address.pci.function = (guint)member(entry, "function");
    device->pci = g_steal_pointer(&pci);
    return device;
}

/* --- all of them ----------------------------------------------------------------------------- */

static void add_cards(Bus *bus, const json_t *entries, Counts *counts, guint depth);

static void add_bridged(Device *device, const json_t *bridge, Counts *counts, guint depth)
{
    json_int_t number = member(json_object_get(bridge, "bus"), "secondary");
    if (!bridge || depth >= DEPTH_MOST)
        return;
    Bus *bus = offer(device, "PCI", g_strdup_printf("pci.%d", (int)number));
    add_cards(bus, json_object_get(bridge, "devices"), counts, depth + 1);
}

static void add_cards(Bus *bus, const json_t *entries, Counts *counts, guint depth)
{
    gsize i;
    json_t *entry;
    json_array_foreach (entries, i, entry) {
        Device *device = card_new(entry);
        device->bus = bus;
        g_ptr_array_add(bus->devices, device);
        offer_known(device, counts);
        add_bridged(device, json_object_get(entry, "pci_bridge"), counts, depth);
    }
}

void inventory_bare_pci(Bus *root, const json_t *reply)
{
    Counts counts = { 0 };
    gsize i;
    json_t *entry;
    json_array_foreach (reply, i, entry) {
        Device *host = device_new(HOST_DRIVER);
        host->bus = root;
        g_ptr_array_add(root->devices, host);
        Bus *bus = offer(host, "PCI", g_strdup_printf("pci.%d", (int)member(entry, "bus")));
        add_cards(bus, json_object_get(entry, "devices"), &counts, 0);
    }
}

/* --- what info qtree leaves out -------------------------------------------------------------- */

static gboolean is_listed(const Bus *bus, const json_t *entry)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        const Address *address = &((const Device *)bus->devices->pdata[i])->address;
        if (address->type == ADDRESS_PCI && address->pci.slot == member(entry, "slot") &&
            address->pci.function == member(entry, "function"))
            return TRUE;
    }
    return FALSE;
}

void inventory_unlisted_pci(Bus *root, const json_t *reply)
{
    Bus *bus = first_pci_bus(root);
    gsize i;
    json_t *entry;
    json_array_foreach (json_object_get(json_array_get(reply, 0), "devices"), i, entry) {
        if (is_listed(bus, entry))
            continue;
        Device *device = card_new(entry);
        device->bus = bus;
        g_ptr_array_add(bus->devices, device);
    }
}
