/* Which element of domain XML a device of a guest is. */
#include "engine/describe_item.h"

#include <string.h>

#include "engine/numbering.h"

/* The bus of a disk in the file's words. */
static const struct {
    BusFamily family;
    const char *bus;
} disk_buses[] = {
    { BUS_SCSI, "scsi" }, { BUS_IDE, "ide" },    { BUS_SATA, "sata" },
    { BUS_USB, "usb" },   { BUS_FLOPPY, "fdc" },
};

/* What libvirt does not know is described by what it is. No drivers: the guest's is the word. */
static const DomainModel unknown_nic = { .element = "interface" };
static const DomainModel unknown_controllers[] = {
    { .element = "controller", .type = "pci" },
    { .element = "controller", .type = "scsi" },
    { .element = "controller", .type = "ide" },
    { .element = "controller", .type = "sata" },
    { .element = "controller", .type = "fdc" },
    { .element = "controller", .type = "usb" },
    { .element = "controller", .type = "virtio-serial" },
};

static const BusFamily counted[] = { BUS_PCI,    BUS_SCSI, BUS_IDE,          BUS_SATA,
                                     BUS_FLOPPY, BUS_USB,  BUS_VIRTIO_SERIAL };
G_STATIC_ASSERT(G_N_ELEMENTS(counted) == G_N_ELEMENTS(unknown_controllers));

static const DomainModel *unknown_controller(BusFamily family)
{
    for (gsize i = 0; i < G_N_ELEMENTS(counted); i++) {
        if (counted[i] == (family == BUS_PCIE ? BUS_PCI : family))
            return &unknown_controllers[i];
    }
    return NULL;
}

const char *describe_controller_type(BusFamily family)
{
    const DomainModel *words = unknown_controller(family);
    return words ? words->type : NULL;
}

MachineFamily describe_family(const Guest *guest)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (strcmp(device->driver, "i440FX") == 0)
            return MACHINE_PC;
        if (strcmp(device->driver, "mch") == 0)
            return MACHINE_Q35;
    }
    return MACHINE_OTHER;
}

/* A disk of one driver has a row for each bus and each kind of medium. */
static const DomainModel *disk_words(MachineFamily family, const Device *device,
                                     const DomainModel *words)
{
    const char *medium = device->kind == KIND_CDROM ? "cdrom" : words->model;
    for (gsize i = 0; device->bus && i < G_N_ELEMENTS(disk_buses); i++) {
        if (disk_buses[i].family == device->bus->family)
            return domain_model_find(family, "disk", disk_buses[i].bus, medium);
    }
    return words;
}

/* A machine without PCI has its virtio devices on transports: virtio-net-device. */
static const DomainModel *virtio_words(MachineFamily family, const Device *device)
{
    static const char suffix[] = "-device";
    if (!device->bus || device->bus->family != BUS_VIRTIO ||
        !g_str_has_suffix(device->driver, suffix))
        return NULL;
    g_autofree char *stem = g_strndup(device->driver, strlen(device->driver) - strlen(suffix));
    g_autofree char *driver = g_strconcat(stem, "-pci", NULL);
    return domain_model_of_driver(family, driver);
}

/* The bridge that an expander puts in front of its cards is a part of the expander: its place is in
 * the file, but the index is the expander's. */
static gboolean is_expander_part(const Device *device)
{
    return device->implicit && device->bus && strcmp(device->bus->type, "pxb-bus") == 0;
}

/* Every board has one; a sound card it is when something hears it. */
static gboolean is_mute_speaker(const Device *device)
{
    const char *audio = device_property(device, "audiodev");
    return strcmp(device->driver, "isa-pcspk") == 0 && !(audio && *audio);
}

/* The root bus of a conventional expander has a number of its own, where the bridge sits. A host
 * bridge's is that of the PCI function that stands for it. */
static gboolean is_controller(const Device *device, const Bus *bus)
{
    if (!bus || device->buses->len == 0)
        return FALSE;
    gboolean pci = bus->family == BUS_PCI || bus->family == BUS_PCIE;
    return !pci || device->pci || strcmp(bus->type, "pxb-bus") == 0;
}

static const DomainModel *unknown_words(const Guest *guest, const Device *device)
{
    const Bus *bus = numbering_bus_of(guest, device);
    if (device->kind == KIND_NIC)
        return &unknown_nic;
    return is_controller(device, bus) ? unknown_controller(bus->family) : NULL;
}

/* A controller that has an index elsewhere, and whose bus is not to be found. */
static gboolean lacks_bus(const Guest *guest, const Device *device, const DomainModel *words)
{
    gboolean indexed = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(unknown_controllers); i++)
        indexed = indexed || strcmp(unknown_controllers[i].type, words->type) == 0;
    return indexed && !numbering_bus_of(guest, device);
}

const DomainModel *describe_words(MachineFamily family, const Guest *guest, const Device *device)
{
    if (is_expander_part(device) || is_mute_speaker(device))
        return NULL;
    const DomainModel *words = domain_model_of_driver(family, device->driver);
    if (!words)
        words = virtio_words(family, device);
    if (!words)
        return unknown_words(guest, device);
    if (strcmp(words->element, "controller") == 0 && lacks_bus(guest, device, words))
        return NULL;
    return strcmp(words->element, "disk") == 0 ? disk_words(family, device, words) : words;
}
