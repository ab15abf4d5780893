/* The devices that a domain XML configures: reading the file as a whole, and finding a device or a
 * controller in it. */
#include "engine/domain.h"

#include <string.h>

#include "engine/domain_model.h"
#include "engine/domain_private.h"
#include "engine/file_change.h"
#include "monitor/text.h"

/* A domain with what only this file looks at. */
typedef struct {
    Domain domain;
    int references;
    GHashTable *controllers; /* key -> (DomainDevice) */
} Whole;

/* --- the file as a whole --------------------------------------------------------------------- */

static gboolean is_x86(const char *arch)
{
    return !arch || strcmp(arch, "x86_64") == 0 || strcmp(arch, "i686") == 0;
}

/* Without a machine libvirt takes QEMU's default: i440FX on x86. */
static MachineFamily family_of(const char *arch, const char *machine)
{
    if (!is_x86(arch))
        return MACHINE_OTHER;
    if (!machine)
        return MACHINE_PC;
    if (strcmp(machine, "q35") == 0 || g_str_has_prefix(machine, "pc-q35"))
        return MACHINE_Q35;
    if (strcmp(machine, "pc") == 0 || g_str_has_prefix(machine, "pc-") ||
        g_str_has_prefix(machine, "rhel"))
        return MACHINE_PC;
    return MACHINE_OTHER;
}

static void read_head(Domain *domain)
{
    const XmlNode *root = domain->root;
    const XmlNode *os = xml_node_child(root, "os");
    domain->name = xml_node_child_text(root, "name");
    domain->type = xml_node_get(root, "type");
    domain->arch = xml_node_child_get(os, "type", "arch");
    domain->machine = xml_node_child_get(os, "type", "machine");
    domain->family = family_of(domain->arch, domain->machine);
    domain->devices_node = xml_node_child(root, "devices");
    domain->emulator = xml_node_child_text(domain->devices_node, "emulator");
}

static void read_device(Domain *domain, const XmlNode *node, GHashTable *ordinals)
{
    guint ordinal = GPOINTER_TO_UINT(g_hash_table_lookup(ordinals, node->name)) + 1;
    g_hash_table_insert(ordinals, node->name, GUINT_TO_POINTER(ordinal));
    DomainDevice *device = domain_device_read(domain, node, ordinal);
    if (!device)
        return;
    device->position = domain->devices->len;
    g_ptr_array_add(domain->devices, device);
}

static void read_devices(Domain *domain)
{
    g_autoptr(GHashTable) ordinals = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < domain->root->children->len; i++) {
        const XmlNode *devices = domain->root->children->pdata[i];
        if (strcmp(devices->name, "devices") != 0)
            continue;
        for (guint k = 0; k < devices->children->len; k++)
            read_device(domain, devices->children->pdata[k], ordinals);
    }
}

/* --- controllers ----------------------------------------------------------------------------- */

static char *controller_key(const char *type, guint index)
{
    return g_strdup_printf("%s %u", type, index);
}

static gboolean is_controller(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 && device->type;
}

/* The companions of a USB controller have its index; the one that is no companion answers to it. */
static gboolean is_companion(const DomainDevice *device)
{
    return xml_node_child(device->node, "master") != NULL;
}

static void index_controller(Whole *whole, DomainDevice *controller)
{
    char *key = controller_key(controller->type, controller->index);
    const DomainDevice *known = g_hash_table_lookup(whole->controllers, key);
    if (!known || (is_companion(known) && !is_companion(controller)))
        g_hash_table_replace(whole->controllers, key, controller);
    else
        g_free(key);
}

/* An index that is left out is the lowest that nobody has. */
static void number_controller(Whole *whole, DomainDevice *controller, GHashTable *next)
{
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(next, controller->type));
    while (domain_controller(&whole->domain, controller->type, index))
        index++;
    g_hash_table_insert(next, (char *)controller->type, GUINT_TO_POINTER(index + 1));
    controller->index = index;
    index_controller(whole, controller);
}

static void read_controllers(Whole *whole)
{
    const GPtrArray *devices = whole->domain.devices;
    g_autoptr(GHashTable) next = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < devices->len; i++) {
        DomainDevice *device = devices->pdata[i];
        if (is_controller(device) && device->index >= 0)
            index_controller(whole, device);
    }
    for (guint i = 0; i < devices->len; i++) {
        DomainDevice *device = devices->pdata[i];
        if (is_controller(device) && device->index < 0)
            number_controller(whole, device, next);
    }
}

const DomainDevice *domain_controller(const Domain *domain, const char *type, guint index)
{
    g_autofree char *key = controller_key(type, index);
    return g_hash_table_lookup(((const Whole *)domain)->controllers, key);
}

static BusFamily root_bus(const Domain *domain, const DomainDevice *controller)
{
    if (controller && g_strcmp0(controller->xml_model, "pcie-root") == 0)
        return BUS_PCIE;
    if (controller && g_strcmp0(controller->xml_model, "pci-root") == 0)
        return BUS_PCI;
    if (domain->family == MACHINE_OTHER)
        return domain->machine && g_str_has_prefix(domain->machine, "virt") ? BUS_PCIE : BUS_PCI;
    return domain->family == MACHINE_Q35 ? BUS_PCIE : BUS_PCI;
}

BusFamily domain_pci_bus(const Domain *domain, guint index, const DomainDevice **controller)
{
    const DomainDevice *found = domain_controller(domain, "pci", index);
    if (controller)
        *controller = found;
    if (index == 0)
        return root_bus(domain, found);
    if (!found || !found->model)
        return BUS_OTHER;
    return found->model->offers;
}

/* By the driver of the controller (libvirt, domain_addr.c; QEMU says the same of ports). */
static const struct {
    const char *driver;
    guint first, last;
} slot_ranges[] = {
    { "i82801b11-bridge", 0, 31 }, { "ioh3420", 0, 0 },         { "pci-bridge", 1, 31 },
    { "pcie-pci-bridge", 1, 31 },  { "pcie-root-port", 0, 0 },  { "pxb", 0, 31 },
    { "pxb-pcie", 0, 31 },         { "x3130-upstream", 0, 31 }, { "xio3130-downstream", 0, 0 },
};

gboolean domain_pci_slots(const Domain *domain, guint index, guint *first, guint *last)
{
    const DomainDevice *controller = domain_controller(domain, "pci", index);
    *first = 1;
    *last = 31;
    for (gsize i = 0; index && controller && i < G_N_ELEMENTS(slot_ranges); i++) {
        if (g_strcmp0(slot_ranges[i].driver, controller->driver) == 0) {
            *first = slot_ranges[i].first;
            *last = slot_ranges[i].last;
            return TRUE;
        }
    }
    return index == 0;
}

/* --- drives ---------------------------------------------------------------------------------- */

gboolean domain_is_narrow(const Model *controller)
{
    return !controller || controller->reserved != G_MAXUINT;
}

const char *domain_drive_bus(const DomainDevice *device)
{
    static const char *const buses[] = { "scsi", "ide", "sata", "fdc" };
    const char *bus = device->bus;
    if (strcmp(device->element, "hostdev") == 0)
        bus = device->type;
    else if (strcmp(device->element, "disk") != 0)
        return NULL;
    for (gsize i = 0; bus && i < G_N_ELEMENTS(buses); i++) {
        if (strcmp(buses[i], bus) == 0)
            return buses[i];
    }
    return NULL;
}

const DomainDevice *domain_drive_controller(const DomainDevice *drive)
{
    const char *bus = domain_drive_bus(drive);
    if (!bus || drive->address.place.type != ADDRESS_DRIVE)
        return NULL;
    return domain_controller(drive->domain, bus, drive->address.place.drive.controller);
}

/* A wide adapter's address has the SCSI id and the lun apart. A target at a narrow one breaks a
 * rule, but stays part of what the address says. */
static void settle_drive(DomainDevice *device)
{
    Address *place = &device->address.place;
    if (place->type != ADDRESS_DRIVE || g_strcmp0(domain_drive_bus(device), "scsi") != 0)
        return;
    const DomainDevice *controller = domain_drive_controller(device);
    place->drive.scsi =
        place->drive.target || !domain_is_narrow(controller ? controller->model : NULL);
}

/* 00:00.0 asks for a place, but not where it is the host bridge's. */
static void settle_host_bridge(DomainDevice *device)
{
    DomainAddress *address = &device->address;
    Address fixed;
    if (!address->wanted || !xml_node_get(address->node, "slot") ||
        g_strcmp0(address->type, "pci") != 0 ||
        !domain_model_fixed_place(device->domain->family, device->driver, &fixed) || fixed.pci.slot)
        return;
    address->wanted = FALSE;
    address->place = fixed;
}

static void settle_places(Domain *domain)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        settle_drive(domain->devices->pdata[i]);
        settle_host_bridge(domain->devices->pdata[i]);
    }
}

gboolean domain_qemu_place(const DomainDevice *device, Address *place)
{
    *place = device->address.place;
    if (place->type == ADDRESS_NONE)
        return FALSE;
    if (place->type != ADDRESS_DRIVE || g_strcmp0(domain_drive_bus(device), "scsi") != 0)
        return TRUE;
    const DomainDevice *controller = domain_drive_controller(device);
    place->drive.scsi = TRUE;
    if (domain_is_narrow(controller ? controller->model : NULL) && !place->drive.target) {
        place->drive.target = place->drive.unit;
        place->drive.unit = 0;
    }
    return TRUE;
}

void domain_xml_place(const Model *controller, Address *place)
{
    if (place->type != ADDRESS_DRIVE || !place->drive.scsi || !domain_is_narrow(controller))
        return;
    /* A lun other than 0 cannot be said of a narrow adapter; the target stays then. */
    if (place->drive.unit)
        return;
    place->drive.unit = place->drive.target;
    place->drive.target = 0;
    place->drive.scsi = FALSE;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void free_note(gpointer data)
{
    DomainNote *note = data;
    g_free(note->text);
    g_free(note);
}

static gboolean check_root(const XmlDocument *document, const XmlNode *root, GError **error)
{
    if (strcmp(root->name, "domain") == 0)
        return TRUE;
    g_autofree char *name = text_printable(root->name, -1, 60);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "%s:%u: the file begins with <%s>: a domain XML begins with <domain>",
                xml_document_name(document), root->line, name);
    return FALSE;
}

Domain *domain_new(XmlDocument *document, GError **error)
{
    const XmlNode *root = xml_document_root(document);
    if (!check_root(document, root, error))
        return NULL;
    Whole *whole = g_new0(Whole, 1);
    Domain *domain = &whole->domain;
    whole->references = 1;
    whole->controllers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    domain->document = xml_document_ref(document);
    domain->root = root;
    domain->devices = g_ptr_array_new_with_free_func((GDestroyNotify)domain_device_free);
    domain->notes = g_ptr_array_new_with_free_func(free_note);
    read_head(domain);
    read_devices(domain);
    read_controllers(whole);
    settle_places(domain);
    return domain;
}

Domain *domain_parse(const char *name, GBytes *bytes, GError **error)
{
    g_autoptr(XmlDocument) document = xml_document_parse(name, bytes, error);
    return document ? domain_new(document, error) : NULL;
}

Domain *domain_load(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, XML_BYTES_MAX, error);
    return bytes ? domain_parse(path, bytes, error) : NULL;
}

Domain *domain_ref(Domain *domain)
{
    ((Whole *)domain)->references++;
    return domain;
}

void domain_unref(Domain *domain)
{
    Whole *whole = (Whole *)domain;
    if (!domain || --whole->references)
        return;
    g_hash_table_unref(whole->controllers);
    g_ptr_array_unref(domain->devices);
    g_ptr_array_unref(domain->notes);
    xml_document_unref(domain->document);
    g_free(whole);
}

/* --- names ----------------------------------------------------------------------------------- */

/* What the name has in brackets where the element alone is counted. */
static const char *distinction(const DomainDevice *device)
{
    if (strcmp(device->element, "input") == 0)
        return device->type;
    return device->xml_model ? device->xml_model : device->type;
}

char *domain_device_name(const DomainDevice *device)
{
    g_autofree char *name = NULL;
    if (strcmp(device->element, "disk") == 0 && device->target)
        name = g_strdup_printf("disk %s", device->target);
    else if (is_controller(device) && device->index >= 0)
        name = g_strdup_printf("controller %s %d", device->type, device->index);
    else if (distinction(device))
        name = g_strdup_printf("%s %u (%s)", device->element, device->ordinal, distinction(device));
    else
        name = g_strdup_printf("%s %u", device->element, device->ordinal);
    return text_printable(name, -1, 0);
}

static gboolean answers(const DomainDevice *device, const char *text)
{
    return g_strcmp0(device->target, text) == 0 || g_strcmp0(device->alias, text) == 0 ||
           (device->mac && g_ascii_strcasecmp(device->mac, text) == 0);
}

const DomainDevice *domain_find(const Domain *domain, const char *text, GError **error)
{
    const DomainDevice *found = NULL;
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (!answers(device, text))
            continue;
        if (!found) {
            found = device;
            continue;
        }
        g_autofree char *first = domain_device_name(found);
        g_autofree char *second = domain_device_name(device);
        g_autofree char *asked = text_printable(text, -1, 60);
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "\"%s\" is more than one device of the file: %s (line %u) and %s (line %u)",
                    asked, first, found->node->line, second, device->node->line);
        return NULL;
    }
    return found;
}
