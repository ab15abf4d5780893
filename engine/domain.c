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

static void read_device(Domain *domain, const XmlNode *node, GHashTable *ordinals,
                        const DomainNeighbours *neighbours)
{
    guint ordinal = GPOINTER_TO_UINT(g_hash_table_lookup(ordinals, node->name)) + 1;
    g_hash_table_insert(ordinals, node->name, GUINT_TO_POINTER(ordinal));
    DomainDevice *device = domain_device_read(domain, node, ordinal, neighbours);
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
        DomainNeighbours neighbours = domain_neighbours(devices);
        for (guint k = 0; k < devices->children->len; k++)
            read_device(domain, devices->children->pdata[k], ordinals, &neighbours);
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

/* --- places ---------------------------------------------------------------------------------- */

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
    domain_note_elements(domain, NULL);
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
