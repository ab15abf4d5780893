/* Devices and buses as plain data: making, freeing, and the questions that need no guest. */
#include "engine/device.h"

#include <stdlib.h>
#include <string.h>

#include "engine/pci_names.h"

#define PCI_SLOTS 32

static const char *const state_names[] = {
    [STATE_FIXED] = "fixed",     [STATE_PRESENT] = "present", [STATE_ADDED] = "added",
    [STATE_LEAVING] = "leaving", [STATE_VACANT] = "vacant",   [STATE_GONE] = "gone",
    [STATE_REFUSED] = "refused", [STATE_ABSENT] = "absent",   [STATE_UNMANAGED] = "unmanaged",
    [STATE_DIFFERS] = "differs",
};

const char *device_state_name(DeviceState state)
{
    g_return_val_if_fail(state < G_N_ELEMENTS(state_names), NULL);
    return state_names[state];
}

static void property_free(gpointer data)
{
    Property *property = data;
    g_free(property->name);
    g_free(property->value);
    g_free(property);
}

static void drive_free(Drive *drive)
{
    if (!drive)
        return;
    g_free(drive->backend);
    g_free(drive->node);
    g_free(drive->qdev);
    g_free(drive->file);
    g_free(drive->format);
    g_free(drive);
}

static void nic_free(Nic *nic)
{
    if (!nic)
        return;
    g_free(nic->mac);
    g_free(nic->netdev);
    g_free(nic->backend);
    g_free(nic->details);
    g_free(nic);
}

static void pci_facts_free(PciFacts *pci)
{
    if (!pci)
        return;
    g_free(pci->regions);
    g_free(pci);
}

Device *device_new(const char *driver)
{
    Device *device = g_new0(Device, 1);
    device->driver = g_strdup(driver);
    device->model = model_find(driver);
    device->kind = device->model ? device->model->kind : KIND_OTHER;
    device->words = g_strdup(device->model ? device->model->words : driver);
    device->state = STATE_PRESENT;
    device->buses = g_ptr_array_new_with_free_func((GDestroyNotify)bus_free);
    device->properties = g_ptr_array_new_with_free_func(property_free);
    return device;
}

void device_free(Device *device)
{
    if (!device)
        return;
    g_free(device->path);
    g_free(device->id);
    g_free(device->driver);
    g_free(device->words);
    g_free(device->label);
    g_free(device->attached);
    g_free(device->usb_address);
    g_ptr_array_unref(device->buses);
    g_ptr_array_unref(device->properties);
    pci_facts_free(device->pci);
    drive_free(device->drive);
    nic_free(device->nic);
    g_free(device);
}

Bus *bus_new(const char *name, const char *type)
{
    Bus *bus = g_new0(Bus, 1);
    bus->name = g_strdup(name);
    bus->type = g_strdup(type);
    bus->family = bus_family_from_type(type);
    bus->number = PCI_BUS_UNKNOWN;
    bus->devices = g_ptr_array_new_with_free_func((GDestroyNotify)device_free);
    return bus;
}

void bus_free(Bus *bus)
{
    if (!bus)
        return;
    g_free(bus->name);
    g_free(bus->type);
    g_free(bus->path);
    g_ptr_array_unref(bus->devices);
    g_free(bus);
}

const char *device_property(const Device *device, const char *name)
{
    for (guint i = device->properties->len; i > 0; i--) {
        const Property *property = device->properties->pdata[i - 1];
        if (strcmp(property->name, name) == 0)
            return property->value;
    }
    return NULL;
}

/* The label is a cache, so asking for it does not count as changing the device. */
const char *device_label(const Device *device)
{
    char **label = &((Device *)device)->label;
    if (!*label && device->pci)
        *label = pci_device_name(device->pci->vendor, device->pci->device);
    if (!*label)
        *label = g_strdup(device->words);
    return *label;
}

char *device_display_name(const Device *device)
{
    if (device->id)
        return g_strconcat(device->id, device->planned ? " (staged)" : NULL, NULL);
    g_autofree char *address = address_to_text(&device->address);
    const char *what = *device->driver ? device->driver : device->words;
    const char *drive = device->drive ? device->drive->backend : NULL;
    if (*address)
        return g_strdup_printf("%s at %s", what, address);
    return drive && !device->bus ? g_strdup_printf("%s %s", what, drive) : g_strdup(what);
}

gboolean device_identity_lasts(const Device *device)
{
    return device->path[0] != '?';
}

int device_irq(const Device *device)
{
    return device->pci && device->pci->irq > 0 && device->pci->irq < 255 ? device->pci->irq : -1;
}

Device *device_parent(const Device *device)
{
    return device->bus ? device->bus->owner : NULL;
}

gboolean device_needs_guest(const Device *device)
{
    return !device->bus || device->bus->family == BUS_PCI || device->bus->family == BUS_PCIE ||
           device->bus->family == BUS_OTHER;
}

/* A number in a property such as "max_ports = 31 (0x1f)". */
static guint property_number(const Device *device, const char *name)
{
    const char *value = device ? device_property(device, name) : NULL;
    return value ? strtoul(value, NULL, 10) : 0;
}

/* Behind a port of PCI Express there is one slot: root ports, downstream ports of switches. The
 * upstream port's own bus carries up to 32 downstream ports, and root complexes 32 devices. */
static gboolean is_port(const Device *owner)
{
    static const char *const ports[] = { "pcie-root-port", "ioh3420",        "xio3130-downstream",
                                         "cxl-rp",         "cxl-downstream", NULL };
    return owner && g_strv_contains(ports, owner->driver);
}

guint bus_capacity(const Bus *bus)
{
    const Model *model = bus->owner ? bus->owner->model : NULL;
    switch (bus->family) {
    case BUS_PCI:
    case BUS_PCIE:
        return is_port(bus->owner) ? 1 : PCI_SLOTS;
    case BUS_VIRTIO_SERIAL: {
        guint ports = property_number(bus->owner, "max_ports");
        return ports ? ports : model ? model->targets : 0;
    }
    case BUS_USB: {
        guint ports = MAX(property_number(bus->owner, "p2"), property_number(bus->owner, "p3"));
        return ports ? ports : model ? model->targets : 0;
    }
    case BUS_SCSI:
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
    case BUS_NVME:
    case BUS_HDA:
        return model ? model->targets - (model->reserved < model->targets) : 0;
    default:
        return 0;
    }
}

GPtrArray *device_slot_mates(const Device *device)
{
    GPtrArray *mates = g_ptr_array_new();
    const Bus *bus = device->bus;
    for (guint i = 0; bus && device->address.type == ADDRESS_PCI && i < bus->devices->len; i++) {
        Device *other = bus->devices->pdata[i];
        if (other->address.type == ADDRESS_PCI &&
            other->address.pci.slot == device->address.pci.slot)
            g_ptr_array_add(mates, other);
    }
    if (!mates->len)
        g_ptr_array_add(mates, (gpointer)device);
    return mates;
}

static void add_descendants(const Device *device, GPtrArray *found)
{
    for (guint i = 0; i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];
        for (guint j = 0; j < bus->devices->len; j++) {
            g_ptr_array_add(found, bus->devices->pdata[j]);
            add_descendants(bus->devices->pdata[j], found);
        }
    }
}

GPtrArray *device_descendants(const Device *device)
{
    GPtrArray *found = g_ptr_array_new();
    add_descendants(device, found);
    return found;
}
