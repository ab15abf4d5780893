/* Reading the file for the command line, with a record of what was read; and the list of what was
 * not. */
#include "engine/launch_private.h"

#include <string.h>

#include "monitor/text.h"

/* What says nothing to QEMU, as ELEMENT/CHILD or ELEMENT/CHILD@ATTRIBUTE: words for people and for
 * libvirt itself, what libvirt writes down of a running guest, what domain.h has read. "*" is any
 * element of <devices>. */
static const char *const without_meaning[] = {
    "domain/cpu/model@fallback",
    "domain/cpu/vendor",
    "domain/cpu@check",
    "domain/cpu@match",
    "domain/description",
    "domain/metadata",
    "domain/title",
    "domain@id",
    "domain@type",
    "emulator",
    "*/address",
    "*/alias",
    "*@model",
    "*/model@name",
    "*/model@type",
    "*/target@type",
    "channel/target@state",
    "channel/target@port",
    "console/target@port",
    "console@tty",
    "console@tty",
    "controller@index",
    "controller@type",
    "controller/target@index",
    "device/product",
    "device/vendor",
    "device@driver",
    "disk/backingStore",
    "disk/driver@name",
    "disk/source@index",
    "disk/target@bus",
    "disk/target@dev",
    "disk@device",
    "disk@snapshot",
    "disk@type",
    "hostdev@mode",
    "hostdev@type",
    "hub@type",
    "input@bus",
    "input@type",
    "interface@type",
    "redirdev@bus",
    "interface/driver@name",
    "serial/target/model",
    "serial/target@port",
    "video/model@primary",
};

/* ---- reading ---- */

static void say_attribute(LaunchPlan *plan, const XmlNode *node, const char *name)
{
    for (guint i = 0; i < node->attributes->len; i++) {
        XmlAttribute *attribute = node->attributes->pdata[i];

        if (strcmp(attribute->name, name) == 0)
            g_hash_table_add(plan->said, attribute);
    }
}

void launch_say(LaunchPlan *plan, const XmlNode *node)
{
    g_hash_table_add(plan->said, (gpointer)node);
}

void launch_say_all(LaunchPlan *plan, const XmlNode *node)
{
    launch_say(plan, node);
    for (guint i = 0; i < node->attributes->len; i++)
        g_hash_table_add(plan->said, node->attributes->pdata[i]);
    for (guint i = 0; i < node->children->len; i++)
        launch_say_all(plan, node->children->pdata[i]);
}

const char *launch_get(LaunchPlan *plan, const XmlNode *node, const char *attribute)
{
    if (node)
        say_attribute(plan, node, attribute);
    return xml_node_get(node, attribute);
}

const XmlNode *launch_child(LaunchPlan *plan, const XmlNode *node, const char *name)
{
    const XmlNode *child = xml_node_child(node, name);

    if (child)
        launch_say(plan, child);
    return child;
}

const char *launch_child_text(LaunchPlan *plan, const XmlNode *node, const char *child)
{
    const XmlNode *found = launch_child(plan, node, child);

    return found ? found->text : NULL;
}

const char *launch_child_get(LaunchPlan *plan, const XmlNode *node, const char *child,
                             const char *attribute)
{
    return launch_get(plan, launch_child(plan, node, child), attribute);
}

gboolean launch_is(LaunchPlan *plan, const XmlNode *node, const char *attribute, const char *value)
{
    gboolean equal = g_strcmp0(xml_node_get(node, attribute), value) == 0;

    if (equal)
        say_attribute(plan, node, attribute);
    return equal;
}

const char *launch_word(LaunchPlan *plan, const XmlNode *node, const char *attribute,
                        const LaunchWord *words)
{
    for (; words->file; words++)
        if (launch_is(plan, node, attribute, words->file))
            return words->qemu;
    return NULL;
}

/* ---- values ---- */

gboolean launch_number(const char *text, guint64 *number)
{
    gboolean hex = text && g_str_has_prefix(text, "0x");

    return text && g_ascii_string_to_unsigned(text + (hex ? 2 : 0), hex ? 16 : 10, 0, G_MAXUINT64,
                                              number, NULL);
}

#define DEFAULT_UNIT "KiB"

/* libvirt's units: those of ten end in B, "KB" (docs/formatdomain). */
static const struct {
    const char *name;
    guint64 bytes;
} units[] = {
    { "b", 1 },
    { "bytes", 1 },
    { "KB", 1000 },
    { "k", 1ull << 10 },
    { "K", 1ull << 10 },
    { "KiB", 1ull << 10 },
    { "MB", 1000 * 1000 },
    { "M", 1ull << 20 },
    { "MiB", 1ull << 20 },
    { "GB", 1000 * 1000 * 1000 },
    { "G", 1ull << 30 },
    { "GiB", 1ull << 30 },
    { "TB", 1000ull * 1000 * 1000 * 1000 },
    { "T", 1ull << 40 },
    { "TiB", 1ull << 40 },
};

guint64 launch_bytes(LaunchPlan *plan, const XmlNode *node, const char *attribute)
{
    const char *unit = launch_get(plan, node, "unit");
    const char *text = attribute ? launch_get(plan, node, attribute) : node ? node->text : NULL;
    guint64 number;

    if (!launch_number(text, &number))
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].name, unit ? unit : DEFAULT_UNIT) == 0)
            return number <= G_MAXINT64 / units[i].bytes ? number * units[i].bytes : 0;
    return 0;
}

char *launch_path(LaunchPlan *plan, const char *path)
{
    const char *file = xml_document_name(plan->domain->document);
    g_autofree char *absolute = g_canonicalize_filename(file, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);

    if (!path || g_path_is_absolute(path))
        return g_strdup(path);
    return g_build_filename(folder, path, NULL);
}

/* ---- what is missing ---- */

static void add_sentence(GPtrArray *sentences, const char *format, va_list arguments)
    G_GNUC_PRINTF(2, 0);
static void add_sentence(GPtrArray *sentences, const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);

    g_ptr_array_add(sentences, text_printable(text, -1, 0));
}

void launch_miss(LaunchPlan *plan, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_sentence(plan->missing, format, arguments);
    va_end(arguments);
}

void launch_note(LaunchPlan *plan, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_sentence(plan->notes, format, arguments);
    va_end(arguments);
}

typedef struct {
    LaunchPlan *plan;
    GHashTable *devices;  /* XmlNode -> DomainDevice */
    const XmlNode *owner; /* the element of <devices> that we are in; NULL outside */
} Walk;

/* "disk sda", or "<graphics>" for an element that is no device. (transfer full) */
static char *owner_name(const Walk *walk)
{
    const DomainDevice *device = g_hash_table_lookup(walk->devices, walk->owner);

    return device ? domain_device_name(device) : g_strdup_printf("<%s>", walk->owner->name);
}

static gboolean is_without_meaning(const Walk *walk, const char *path)
{
    const char *rest = walk->owner ? strpbrk(path, "/@") : NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(without_meaning); i++) {
        const char *known = without_meaning[i];

        if (strcmp(known, path) == 0 || (rest && *known == '*' && strcmp(known + 1, rest) == 0))
            return TRUE;
    }
    return FALSE;
}

/* "io='native' of <driver> of disk sda". attribute NULL: the element itself. */
static void list(const Walk *walk, const XmlNode *node, const XmlAttribute *attribute)
{
    g_autofree char *owner = walk->owner ? owner_name(walk) : NULL;
    g_autofree char *value =
        attribute ? g_strdup_printf("%s='%s' of ", attribute->name, attribute->value) : NULL;
    g_autofree char *element =
        node != walk->owner ? g_strdup_printf("<%s>%s", node->name, owner ? " of " : "") : NULL;

    launch_miss(walk->plan, "%s%s%s", value ? value : "", element ? element : "",
                owner ? owner : "");
}

static void list_node(Walk *walk, const XmlNode *node, const char *path);

static void list_attributes(const Walk *walk, const XmlNode *node, const char *path)
{
    for (guint i = 0; i < node->attributes->len; i++) {
        const XmlAttribute *attribute = node->attributes->pdata[i];
        g_autofree char *name = g_strconcat(path, "@", attribute->name, NULL);

        if (!g_hash_table_contains(walk->plan->said, attribute) &&
            !g_str_has_prefix(attribute->name, "xmlns") && !is_without_meaning(walk, name))
            list(walk, node, attribute);
    }
}

static void list_children(Walk *walk, const XmlNode *node, const char *path)
{
    gboolean devices = node == walk->plan->domain->devices_node;

    for (guint i = 0; i < node->children->len; i++) {
        const XmlNode *child = node->children->pdata[i];
        g_autofree char *name = devices ? NULL : g_strconcat(path, "/", child->name, NULL);

        if (devices)
            walk->owner = child;
        list_node(walk, child, devices ? child->name : name);
    }
    if (devices)
        walk->owner = NULL;
}

static void list_node(Walk *walk, const XmlNode *node, const char *path)
{
    if (is_without_meaning(walk, path))
        return;
    if (!g_hash_table_contains(walk->plan->said, node)) {
        list(walk, node, NULL);
        return;
    }
    list_attributes(walk, node, path);
    list_children(walk, node, path);
}

void launch_list_unsaid(LaunchPlan *plan)
{
    g_autoptr(GHashTable) devices = g_hash_table_new(NULL, NULL);
    Walk walk = { plan, devices, NULL };

    for (guint i = 0; i < plan->domain->devices->len; i++) {
        DomainDevice *device = plan->domain->devices->pdata[i];

        g_hash_table_insert(devices, (gpointer)device->node, device);
    }
    launch_say(plan, plan->domain->root);
    if (plan->domain->devices_node)
        launch_say(plan, plan->domain->devices_node);
    list_node(&walk, plan->domain->root, "domain");
}
