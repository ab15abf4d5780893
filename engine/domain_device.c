/* One element of <devices> read as a device: what it is, which QEMU driver it becomes, and what
 * tells it from others. */
#include "engine/domain_private.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/domain_model.h"
#include "monitor/text.h"

/* Where an element says a thing: an attribute of its own, or of a child. */
typedef struct {
    const char *child;
    const char *attribute;
} Where;

/* The elements that may be a device, with where they say the words of domain_model.h. */
static const struct Element {
    const char *name;
    DeviceKind kind; /* where the driver is not known */
    Where type;
    Where model;
} elements[] = {
    { "channel", KIND_SERIAL, { 0 }, { "target", "type" } },
    { "console", KIND_SERIAL, { 0 }, { "target", "type" } },
    { "controller", KIND_CONTROLLER, { NULL, "type" }, { NULL, "model" } },
    { "crypto", KIND_OTHER, { 0 }, { NULL, "model" } },
    { "device", KIND_OTHER, { 0 }, { NULL, "driver" } },
    { "disk", KIND_DISK, { "target", "bus" }, { NULL, "device" } },
    { "filesystem", KIND_OTHER, { "driver", "type" }, { NULL, "model" } },
    { "hostdev", KIND_OTHER, { NULL, "type" } },
    { "hub", KIND_HUB, { NULL, "type" } },
    { "input", KIND_INPUT, { NULL, "type" }, { NULL, "bus" } },
    { "interface", KIND_NIC, { 0 }, { "model", "type" } },
    { "iommu", KIND_OTHER, { 0 }, { NULL, "model" } },
    { "memballoon", KIND_BALLOON, { 0 }, { NULL, "model" } },
    { "memory", KIND_MEMORY, { 0 }, { NULL, "model" } },
    { "nvram", KIND_OTHER },
    { "panic", KIND_OTHER, { 0 }, { NULL, "model" } },
    { "parallel", KIND_SERIAL },
    { "redirdev", KIND_USB, { NULL, "bus" } },
    { "rng", KIND_RNG, { 0 }, { NULL, "model" } },
    { "serial", KIND_SERIAL, { 0 }, { "target", "type" } },
    { "shmem", KIND_OTHER, { 0 }, { "model", "type" } },
    { "smartcard", KIND_OTHER, { NULL, "mode" } },
    { "sound", KIND_SOUND, { 0 }, { NULL, "model" } },
    { "tpm", KIND_OTHER, { 0 }, { NULL, "model" } },
    { "video", KIND_VIDEO, { 0 }, { "model", "type" } },
    { "vsock", KIND_OTHER, { 0 }, { NULL, "model" } },
    { "watchdog", KIND_WATCHDOG, { 0 }, { NULL, "model" } },
};
typedef struct Element Element;

/* libvirt's elements of <devices> that are no device that a guest sees. */
static const char *const no_devices[] = { "acpi",  "audio",  "emulator",   "graphics",
                                          "lease", "pstore", "redirfilter" };

/* The bus of a disk that does not say it: by the prefix of its target (libvirt, domain_conf.c). */
static const struct {
    const char *prefix;
    const char *bus;
} prefix_buses[] = {
    { "fd", "fdc" },    { "hd", "ide" },  { "sd", "scsi" },
    { "vd", "virtio" }, { "xvd", "xen" }, { "ubd", "uml" },
};

/* Address types that say that a virtio device sits on no PCI bus, so the table's driver is not its.
 */
static const char *const no_pci[] = { "ccw", "virtio-mmio", "virtio-s390" };

static const char *get(const XmlNode *node, const Where *where)
{
    if (!where->attribute)
        return NULL;
    return where->child ? xml_node_child_get(node, where->child, where->attribute)
                        : xml_node_get(node, where->attribute);
}

static const Element *find_element(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (strcmp(elements[i].name, name) == 0)
            return &elements[i];
    }
    return NULL;
}

static gboolean is_listed(const char *name, const char *const *list, gsize count)
{
    for (gsize i = 0; name && i < count; i++) {
        if (strcmp(list[i], name) == 0)
            return TRUE;
    }
    return FALSE;
}

void domain_device_free(DomainDevice *device)
{
    g_free(device->mac);
    g_free(device);
}

/* --- what it is ------------------------------------------------------------------------------ */

static const char *disk_bus(const XmlNode *node)
{
    const char *target = xml_node_child_get(node, "target", "dev");
    const char *bus = xml_node_child_get(node, "target", "bus");
    if (bus)
        return bus;
    for (gsize i = 0; target && i < G_N_ELEMENTS(prefix_buses); i++) {
        if (g_str_has_prefix(target, prefix_buses[i].prefix))
            return prefix_buses[i].bus;
    }
    return g_strcmp0(xml_node_get(node, "device"), "floppy") == 0 ? "fdc" : "ide";
}

DomainNeighbours domain_neighbours(const XmlNode *devices)
{
    DomainNeighbours found = { .serial = xml_node_child(devices, "serial"),
                               .console = xml_node_child(devices, "console"),
                               .video = xml_node_child(devices, "video") };
    for (guint i = 0; i < devices->children->len; i++) {
        const XmlNode *node = devices->children->pdata[i];
        if (strcmp(node->name, "video") == 0 &&
            g_strcmp0(xml_node_child_get(node, "model", "primary"), "yes") == 0) {
            found.video = node;
            break;
        }
    }
    return found;
}

static const DomainModel *find_disk(const Domain *domain, const DomainDevice *device)
{
    const char *model = xml_node_get(device->node, "model");
    if (!model || strcmp(model, "virtio") == 0)
        model = device->xml_model;
    return domain_model_find(domain->family, "disk", device->bus, model);
}

static const DomainModel *find_interface(const Domain *domain, const DomainDevice *device)
{
    if (g_strcmp0(device->type, "hostdev") == 0)
        return domain_model_find(domain->family, "hostdev", "pci", NULL);
    return domain_model_find(domain->family, "interface", NULL, device->xml_model);
}

static const DomainModel *find_video(const Domain *domain, const DomainDevice *device,
                                     gboolean primary)
{
    const DomainModel *row = domain_model_find(
        domain->family, "video", primary ? "primary" : "secondary", device->xml_model);
    const XmlNode *model = xml_node_child(device->node, "model");
    if (row && g_strcmp0(xml_node_child_get(model, "acceleration", "accel3d"), "yes") == 0)
        row = domain_model_named(domain->family, row,
                                 g_str_has_prefix(row->driver, "virtio-vga") ? "virtio-vga-gl"
                                                                             : "virtio-gpu-gl-pci");
    return row;
}

/* The row of the table for what the element says. */
static const DomainModel *find_row(const Domain *domain, const DomainDevice *device,
                                   const Element *element, const DomainNeighbours *neighbours)
{
    if (strcmp(device->element, "disk") == 0)
        return find_disk(domain, device);
    if (strcmp(device->element, "interface") == 0)
        return find_interface(domain, device);
    if (strcmp(device->element, "video") == 0)
        return find_video(domain, device, device->node == neighbours->video);
    const DomainModel *row = domain_model_find(
        domain->family, device->element, get(device->node, &element->type), device->xml_model);
    const char *name = xml_node_child_get(device->node, "model", "name");
    return row ? domain_model_named(domain->family, row, name) : NULL;
}

/* A <console> of type serial is the first <serial> once more; where there is no <serial>, the first
 * <console> stands for it (libvirt: virDomainDefAddConsoleCompat). */
static gboolean doubles_serial(const XmlNode *console, const DomainNeighbours *neighbours)
{
    const char *type = xml_node_child_get(console, "target", "type");
    if (type && strcmp(type, "serial") != 0)
        return FALSE;
    return neighbours->serial || neighbours->console != console;
}

static gboolean is_no_device(const XmlNode *node, const DomainNeighbours *neighbours)
{
    if (is_listed(node->name, no_devices, G_N_ELEMENTS(no_devices)))
        return TRUE;
    if (strcmp(node->name, "console") == 0)
        return doubles_serial(node, neighbours);
    return strcmp(node->name, "hostdev") == 0 &&
           g_strcmp0(xml_node_get(node, "mode"), "capabilities") == 0;
}

static DeviceKind disk_kind(const DomainDevice *device)
{
    if (g_strcmp0(device->xml_model, "cdrom") == 0)
        return KIND_CDROM;
    return g_strcmp0(device->bus, "fdc") == 0 || g_strcmp0(device->xml_model, "floppy") == 0
               ? KIND_FLOPPY
               : KIND_DISK;
}

/* Those that every machine of the family has, whether the file has them or not, and those that a
 * description of a guest says so of (describe.h). */
static gboolean is_builtin(const Domain *domain, const DomainDevice *device)
{
    gboolean controller = strcmp(device->element, "controller") == 0;
    if ((controller || strcmp(device->element, "device") == 0) &&
        g_strcmp0(xml_node_get(device->node, "implicit"), "yes") == 0)
        return TRUE;
    if (!controller)
        return domain_model_is_builtin(domain->family, device->driver);
    if (device->index > 0)
        return FALSE;
    if (g_strcmp0(device->type, "pci") == 0)
        return !device->driver || g_str_has_suffix(device->xml_model, "-root");
    if (g_strcmp0(device->type, "ide") == 0)
        return domain->family == MACHINE_PC;
    if (g_strcmp0(device->type, "sata") == 0)
        return domain->family == MACHINE_Q35;
    return domain_model_is_builtin(domain->family, device->driver);
}

/* A controller or NIC that libvirt has no word for may have QEMU's name in place of one. */
static const char *driver_word(const DomainDevice *device)
{
    gboolean may =
        strcmp(device->element, "controller") == 0 || strcmp(device->element, "interface") == 0;
    const Model *model = may && device->xml_model ? model_find(device->xml_model) : NULL;
    return model ? model->driver : NULL;
}

/* The driver on one of the transports of a machine: virtio-net-device for virtio-net-pci. */
static const Model *transport_model(const DomainDevice *device, const char *driver)
{
    if (g_strcmp0(device->address.type, "virtio-mmio") != 0 || !g_str_has_suffix(driver, "-pci"))
        return NULL;
    g_autofree char *stem = g_strndup(driver, strlen(driver) - strlen("-pci"));
    g_autofree char *name = g_strconcat(stem, "-device", NULL);
    return model_find(name);
}

static void set_driver(const Domain *domain, DomainDevice *device, const Element *element,
                       const char *driver)
{
    gboolean other_bus = is_listed(device->address.type, no_pci, G_N_ELEMENTS(no_pci));
    const Model *model = driver ? model_find(driver) : NULL;
    device->kind = model ? model->kind : element->kind;
    if (strcmp(device->element, "disk") == 0)
        device->kind = disk_kind(device);
    if (other_bus && model && (model->plugs == BUS_PCI || model->plugs == BUS_PCIE)) {
        device->model = transport_model(device, driver);
        device->driver = device->model ? device->model->driver : NULL;
        return;
    }
    device->driver = driver;
    device->model = model;
}

/* --- what tells it from others --------------------------------------------------------------- */

/* "52:54:00:C7:e:5" -> "52:54:00:c7:0e:05". */
static char *read_mac(const char *text)
{
    g_auto(GStrv) parts = g_strsplit_set(text, ":-", -1);
    GString *mac = g_string_new(NULL);
    for (guint i = 0; parts[i]; i++) {
        guint64 byte;
        if (!g_ascii_string_to_unsigned(parts[i], 16, 0, 0xff, &byte, NULL)) {
            g_string_free(mac, TRUE);
            return g_ascii_strdown(text, -1);
        }
        g_string_append_printf(mac, "%s%02x", i ? ":" : "", (guint)byte);
    }
    return g_string_free(mac, FALSE);
}

/* What is in a drive, also in one that libvirt has no word for (nvme). */
static void read_medium(DomainDevice *device)
{
    const XmlNode *node = device->node;
    device->format = xml_node_child_get(node, "driver", "type");
    device->serial = xml_node_child_text(node, "serial");
    device->source = xml_node_child_get(node, "source", "file");
    if (!device->source)
        device->source = xml_node_child_get(node, "source", "dev");
}

static void read_disk(DomainDevice *device)
{
    device->bus = disk_bus(device->node);
    device->target = xml_node_child_get(device->node, "target", "dev");
    read_medium(device);
}

static void read_interface(DomainDevice *device)
{
    const char *mac = xml_node_child_get(device->node, "mac", "address");
    device->target = xml_node_child_get(device->node, "target", "dev");
    device->mac = mac ? read_mac(mac) : NULL;
}

static void read_words(DomainDevice *device, const Element *element)
{
    const XmlNode *node = device->node;
    guint64 index;
    device->alias = xml_node_child_get(node, "alias", "name");
    device->type = xml_node_get(node, "type");
    device->xml_model = get(node, &element->model);
    device->index = -1;
    if (strcmp(device->element, "disk") == 0)
        read_disk(device);
    else if (strcmp(device->element, "device") == 0)
        read_medium(device);
    else if (strcmp(device->element, "interface") == 0)
        read_interface(device);
    else if (strcmp(device->element, "input") == 0)
        device->bus = xml_node_get(node, "bus");
    else if (strcmp(device->element, "controller") == 0 && xml_node_get(node, "index") &&
             g_ascii_string_to_unsigned(xml_node_get(node, "index"), 10, 0, 65535, &index, NULL))
        device->index = index;
}

/* --- what is not understood ------------------------------------------------------------------ */

static void note_address(Domain *domain, const DomainDevice *device)
{
    const XmlNode *node = device->address.node;
    if (!node)
        return;
    g_autofree char *name = domain_device_name(device);
    const char *type = xml_node_get(node, "type");
    if (type && !device->address.type)
        domain_note(domain, node->line, "address type '%s' of %s", type, name);
    if (!type && device->address.type)
        domain_note(domain, node->line, "address without a type of %s: taken as %s", name,
                    device->address.type);
    g_autoptr(GPtrArray) unknown = domain_address_unknown(node);
    for (guint i = 0; i < unknown->len; i++)
        domain_note(domain, node->line, "attribute %s= in the address of %s",
                    (const char *)unknown->pdata[i], name);
}

static void note_model(Domain *domain, const DomainDevice *device, const Element *element)
{
    g_autofree char *name = domain_device_name(device);
    const char *type = device->bus ? device->bus : get(device->node, &element->type);
    domain_note(domain, device->node->line, "%s: no QEMU device is known for %s%s%s", name,
                type ? type : "", type && device->xml_model ? " " : "",
                device->xml_model ? device->xml_model
                : type            ? ""
                                  : "it");
}

/* The root bus of a machine that we have no table of has no driver, but an index that others name.
 */
static gboolean is_pci_root(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "pci") == 0;
}

static DomainDevice *new_device(const Domain *domain, const XmlNode *node, guint ordinal,
                                const Element *element)
{
    DomainDevice *device = g_new0(DomainDevice, 1);
    device->domain = domain;
    device->node = node;
    device->element = node->name;
    device->ordinal = ordinal;
    domain_address_read(xml_node_child(node, "address"), &device->address, NULL);
    read_words(device, element);
    return device;
}

DomainDevice *domain_device_read(Domain *domain, const XmlNode *node, guint ordinal,
                                 const DomainNeighbours *neighbours)
{
    if (is_no_device(node, neighbours))
        return NULL;
    const Element *element = find_element(node->name);
    if (!element) {
        domain_note(domain, node->line, "element <%s> of <devices>", node->name);
        return NULL;
    }
    DomainDevice *device = new_device(domain, node, ordinal, element);
    gboolean named = strcmp(node->name, "device") == 0;
    const DomainModel *row = named ? NULL : find_row(domain, device, element, neighbours);
    if (row && !row->driver && !is_pci_root(device)) {
        domain_device_free(device);
        return NULL;
    }
    const char *driver = named ? device->xml_model : row ? row->driver : driver_word(device);
    set_driver(domain, device, element, driver);
    device->builtin = is_builtin(domain, device);
    /* The board's own is what it is, whatever the file calls it. */
    if (device->builtin && domain->family == MACHINE_PC && g_strcmp0(device->type, "ide") == 0)
        set_driver(domain, device, element, "piix3-ide");
    if (!row && !driver)
        note_model(domain, device, element);
    note_address(domain, device);
    domain_note_elements(domain, device);
    return device;
}
