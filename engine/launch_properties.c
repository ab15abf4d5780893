/* The small words of devices that become properties one to one: a table. */
#include "engine/launch_private.h"

#include <string.h>

/* How a value of the file becomes QEMU's; one that does not fit is left alone, and so listed. */
typedef enum {
    TEXT,
    NUMBER,
    ONE,         /* the number, and no other */
    HEX,         /* with or without 0x, passed with it */
    SWITCH,      /* on and off, yes and no */
    BIT,         /* the same as 1 and 0 */
    FILE_NAME,   /* from the file's folder */
    EMPTY_IF_NO, /* "no" is an empty name, "yes" nothing */
    MIB_UP,      /* KiB as a power of two of MiB, rounded up */
    KIB,         /* KiB, said so */
    KIB_BYTES,   /* KiB as bytes */
    IOTHREAD,    /* a number of those that launch_machine made */
} PropertyValue;

static const struct PropertyRow {
    const char *driver;
    const char *child, *attribute;
    const char *property; /* NULL: it means nothing to QEMU */
    PropertyValue value;
} rows[] = {
#include "engine/launch_properties.inc"
};
typedef struct PropertyRow PropertyRow;

/* -1: neither. */
static int switch_of(const char *text)
{
    if (strcmp(text, "on") == 0 || strcmp(text, "yes") == 0)
        return 1;
    return strcmp(text, "off") == 0 || strcmp(text, "no") == 0 ? 0 : -1;
}

static char *switch_value(PropertyValue kind, const char *text)
{
    int on = switch_of(text);

    if (on < 0 || (kind == EMPTY_IF_NO && on == 1))
        return NULL;
    if (kind == EMPTY_IF_NO)
        return g_strdup("");
    return g_strdup(kind == BIT ? (on ? "1" : "0") : on ? "on" : "off");
}

static guint64 mib_up(guint64 kib)
{
    guint64 mib = 1;

    while (mib * 1024 < kib && mib < G_MAXUINT32)
        mib *= 2;
    return mib;
}

static char *number_value(PropertyValue kind, const char *text)
{
    const char *digits = kind == HEX && g_str_has_prefix(text, "0x") ? text + 2 : text;
    guint64 number;

    if (kind == HEX ? !g_ascii_string_to_unsigned(digits, 16, 0, G_MAXUINT64, &number, NULL)
                    : !launch_number(text, &number))
        return NULL;
    switch (kind) {
    case ONE:
        return number == 1 ? g_strdup("1") : NULL;
    case HEX:
        return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", number);
    case MIB_UP:
        return g_strdup_printf("%" G_GUINT64_FORMAT, mib_up(number));
    case KIB:
        return g_strdup_printf("%" G_GUINT64_FORMAT "k", number);
    case KIB_BYTES:
        return g_strdup_printf("%" G_GUINT64_FORMAT, number * 1024);
    case IOTHREAD:
        return g_strdup_printf("iothread%" G_GUINT64_FORMAT, number);
    default:
        return g_strdup_printf("%" G_GUINT64_FORMAT, number);
    }
}

/* NULL where it does not fit. (transfer full) */
static char *value_of(LaunchPlan *plan, PropertyValue kind, const char *text)
{
    switch (kind) {
    case TEXT:
        return g_strdup(text);
    case FILE_NAME:
        return launch_path(plan, text);
    case SWITCH:
    case BIT:
    case EMPTY_IF_NO:
        return switch_value(kind, text);
    default:
        return number_value(kind, text);
    }
}

/* The element of a row; NULL when the device has none. */
static const XmlNode *find(const XmlNode *node, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path ? path : "", "/", -1);

    for (guint i = 0; node && names[i]; i++)
        node = xml_node_child(node, names[i]);
    return node;
}

static void say(LaunchPlan *plan, const PropertyRow *row, const XmlNode *found,
                const DomainDevice *device)
{
    if (row->attribute)
        launch_get(plan, found, row->attribute);
    for (; found != device->node; found = found->parent)
        launch_say(plan, found);
}

static void put_row(LaunchPlan *plan, const PropertyRow *row, const DomainDevice *device,
                    GString *option)
{
    const XmlNode *found = find(device->node, row->child);
    const char *text = !found           ? NULL
                       : row->attribute ? xml_node_get(found, row->attribute)
                                        : found->text;
    g_autofree char *value = text ? value_of(plan, row->value, text) : NULL;

    /* What has no value of its own is QEMU's default. */
    if (value || (text && row->value == EMPTY_IF_NO && switch_of(text) == 1))
        say(plan, row, found, device);
    if (row->property)
        option_put(option, row->property, value);
}

/* A floppy drive has no place in the order of boot, its controller has: see launch_devices.c. */
static gboolean can_boot(const DomainDevice *device)
{
    return strcmp(device->driver, "floppy") != 0;
}

static gboolean applies(const PropertyRow *row, const DomainDevice *device)
{
    if (g_strcmp0(row->child, "boot") == 0)
        return can_boot(device);
    /* Places are ours to give only where they are fixed. */
    return g_str_has_prefix(device->driver, row->driver) &&
           (g_strcmp0(row->child, "address") != 0 || device->address.mode == MODE_STATIC);
}

void launch_put_properties(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    gpointer order = g_hash_table_lookup(plan->boot, device->node);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (applies(&rows[i], device))
            put_row(plan, &rows[i], device, option);
    if (order && can_boot(device) && !xml_node_child(device->node, "boot"))
        option_putf(option, "bootindex", "%u", GPOINTER_TO_UINT(order));
}
