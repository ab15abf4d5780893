/* The rules of a domain's addresses, as sentences: what an address may say, and what only one
 * device may have. The rules of each kind of bus are in domain_check_pci.c and
 * domain_check_ports.c. */
#include "engine/domain_check.h"

#include <string.h>

#include "engine/domain_address.h"
#include "engine/domain_private.h"
#include "monitor/text.h"

typedef struct {
    guint line;
    guint order;
    char *text;
} CheckProblem;

void check_say(Check *check, const DomainDevice *device, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *clause = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *name = domain_device_name(device);
    const XmlNode *node = device->address.node ? device->address.node : device->node;
    g_autofree char *text = g_strdup_printf(
        "%s:%u: %s: %s", xml_document_name(check->domain->document), node->line, name, clause);
    CheckProblem problem = { node->line, check->problems->len, text_printable(text, -1, 0) };
    g_array_append_val(check->problems, problem);
}

void check_take(Check *check, const DomainDevice *device, char *key, const char *what)
{
    const DomainDevice *holder = g_hash_table_lookup(check->taken, key);
    if (!holder) {
        g_hash_table_insert(check->taken, key, (gpointer)device);
        return;
    }
    g_free(key);
    g_autofree char *name = domain_device_name(holder);
    check_say(check, device, "%s is also that of %s (line %u): only one can have it", what, name,
              holder->node->line);
}

/* --- names ----------------------------------------------------------------------------------- */

static void check_name(Check *check, const DomainDevice *device, const char *attribute,
                       const char *value)
{
    if (!value)
        return;
    g_autofree char *what = g_strdup_printf("%s='%s'", attribute, value);
    check_take(check, device, g_strdup(what), what);
}

/* Companions share the index of a USB controller. */
static void check_controller(Check *check, const DomainDevice *device)
{
    const char *index = xml_node_get(device->node, "index");
    guint64 number;
    if (!device->type || xml_node_child(device->node, "master"))
        return;
    if (index && !g_ascii_string_to_unsigned(index, 10, 0, 65535, &number, NULL)) {
        check_say(check, device, "index='%s' is no number from 0 to 65535", index);
        return;
    }
    g_autofree char *what = g_strdup_printf("index='%d' of type='%s'", device->index, device->type);
    check_take(check, device, g_strdup(what), what);
}

static void check_names(Check *check, const DomainDevice *device)
{
    check_name(check, device, "alias name", device->alias);
    if (strcmp(device->element, "disk") == 0)
        check_name(check, device, "target dev", device->target);
    if (strcmp(device->element, "controller") == 0)
        check_controller(check, device);
}

/* --- addresses ------------------------------------------------------------------------------- */

/* The address type of a device by the bus of its driver; NULL: no rule. */
static const char *type_of_bus(BusFamily bus)
{
    switch (bus) {
    case BUS_PCI:
    case BUS_PCIE:
        return "pci";
    case BUS_SCSI:
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
        return "drive";
    case BUS_USB:
        return "usb";
    case BUS_VIRTIO_SERIAL:
        return "virtio-serial";
    default:
        return NULL;
    }
}

static gboolean check_type(Check *check, const DomainDevice *device)
{
    const char *type = device->address.type;
    const char *wanted = device->model ? type_of_bus(device->model->plugs) : NULL;
    if (!type || !wanted || strcmp(type, wanted) == 0 || strcmp(type, "unassigned") == 0)
        return TRUE;
    check_say(check, device, "type='%s' does not fit: the address of a %s has type='%s'", type,
              device->driver, wanted);
    return FALSE;
}

static gboolean check_attributes(Check *check, const DomainDevice *device)
{
    g_autoptr(GPtrArray) clauses = g_ptr_array_new_with_free_func(g_free);
    DomainAddress again;
    domain_address_read(device->address.node, &again, clauses);
    for (guint i = 0; i < clauses->len; i++)
        check_say(check, device, "%s", (const char *)clauses->pdata[i]);
    return clauses->len == 0;
}

/* The types of which we know no bus: their numbers may not occur twice. */
static void check_other(Check *check, const DomainDevice *device)
{
    g_autofree char *place = domain_address_identity(device->address.node);
    if (!place)
        return;
    g_autofree char *what = g_strdup_printf("the address %s", place);
    check_take(check, device, g_strdup(place), what);
}

static void check_place(Check *check, const DomainDevice *device)
{
    switch (device->address.place.type) {
    case ADDRESS_NONE:
        if (!device->address.wanted)
            check_other(check, device);
        break;
    case ADDRESS_PCI:
        check_pci(check, device);
        break;
    case ADDRESS_DRIVE:
        check_drive(check, device);
        break;
    case ADDRESS_USB:
        check_usb(check, device);
        break;
    case ADDRESS_SERIAL:
        check_serial(check, device);
        break;
    }
}

static void check_device(Check *check, const DomainDevice *device)
{
    check_names(check, device);
    if (device->address.node && check_attributes(check, device) && check_type(check, device))
        check_place(check, device);
}

/* --- all ------------------------------------------------------------------------------------- */

/* Ports behind hubs need to know all hubs first. */
static void collect_hubs(Check *check)
{
    for (guint i = 0; i < check->domain->devices->len; i++) {
        const DomainDevice *device = check->domain->devices->pdata[i];
        if (device->kind != KIND_HUB)
            continue;
        if (device->address.place.type == ADDRESS_USB)
            g_hash_table_add(check->hubs, address_to_text(&device->address.place));
        else
            check->free_hub = TRUE;
    }
}

static int compare_problems(gconstpointer a, gconstpointer b)
{
    const CheckProblem *first = a, *second = b;
    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    return first->order < second->order ? -1 : first->order > second->order;
}

static GPtrArray *in_order(GArray *problems)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    g_array_sort(problems, compare_problems);
    for (guint i = 0; i < problems->len; i++)
        g_ptr_array_add(texts, g_array_index(problems, CheckProblem, i).text);
    return texts;
}

GPtrArray *domain_check(const Domain *domain)
{
    g_autoptr(GArray) problems = g_array_new(FALSE, FALSE, sizeof(CheckProblem));
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GHashTable) hubs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Check check = { domain, problems, taken, slots, hubs, FALSE };
    collect_hubs(&check);
    for (guint i = 0; i < domain->devices->len; i++)
        check_device(&check, domain->devices->pdata[i]);
    check_pci_functions(&check);
    return in_order(problems);
}

gboolean domain_is_valid(const Domain *domain, GError **error)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);
    if (!problems->len)
        return TRUE;
    const char *first = problems->pdata[0];
    if (problems->len == 1)
        g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, first);
    else
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s; and %u more: backplane pin FILE -n lists them", first, problems->len - 1);
    return FALSE;
}
