/* Parser of `info qtree`. QEMU indents by two blanks a level and prints strings in quotes without
 * escaping them, each line break of theirs as \r\n like its own. So a physical line is taken for a
 * line of the tree only where the one before it can be complete and where its indentation and its
 * kind fit what is open; everything else continues the string before it. A string that holds a
 * quote, a line break and a line that fits cannot be told from the real thing by its text:
 * inventory compares the number of devices of each bus with QOM for that reason. */
#include "engine/qtree.h"

#include <string.h>

#include "engine/device.h"
#include "monitor/error.h"

/* Deepest nesting believed; a chain of bridges adds two a bridge. What is deeper is text. */
#define LEVELS_MAX 512

typedef enum { ITEM_NONE, ITEM_BUS, ITEM_TYPE, ITEM_DEVICE, ITEM_LINE } Item;

typedef struct {
    QtreeBus *root;
    GPtrArray *levels; /* open buses (even index) and devices (odd), (QtreeBus or QtreeDevice) */
    Item item;         /* what the text below belongs to: the latest line that fitted */
    GString *text;
    gssize quote; /* offset of the quote that opens a string in text, -1 for none */
} Parser;

static void property_free(gpointer data)
{
    Property *property = data;
    g_free(property->name);
    g_free(property->value);
    g_free(property);
}

static void qtree_device_free(gpointer data)
{
    QtreeDevice *device = data;
    g_free(device->driver);
    g_free(device->id);
    g_ptr_array_unref(device->properties);
    g_ptr_array_unref(device->lines);
    g_ptr_array_unref(device->buses);
    g_free(device);
}

void qtree_bus_free(QtreeBus *bus)
{
    if (!bus)
        return;
    g_free(bus->name);
    g_free(bus->type);
    g_ptr_array_unref(bus->devices);
    g_free(bus);
}

static void free_bus(gpointer bus)
{
    qtree_bus_free(bus);
}

static QtreeBus *open_bus(Parser *parser, guint level)
{
    QtreeBus *bus = g_new0(QtreeBus, 1);
    bus->devices = g_ptr_array_new_with_free_func(qtree_device_free);
    if (level)
        g_ptr_array_add(((QtreeDevice *)parser->levels->pdata[level - 1])->buses, bus);
    else
        parser->root = bus;
    return bus;
}

static QtreeDevice *open_device(Parser *parser, guint level)
{
    QtreeDevice *device = g_new0(QtreeDevice, 1);
    device->properties = g_ptr_array_new_with_free_func(property_free);
    device->lines = g_ptr_array_new_with_free_func(g_free);
    device->buses = g_ptr_array_new_with_free_func(free_bus);
    g_ptr_array_add(((QtreeBus *)parser->levels->pdata[level - 1])->devices, device);
    return device;
}

/* --- which lines fit ------------------------------------------------------------------------- */

static gboolean is_bus_level(guint level)
{
    return level % 2 == 0;
}

/* The deepest bus still waits for its "type" line, which follows at once. */
static gboolean awaits_type(const Parser *parser)
{
    guint open = parser->levels->len;
    return open && is_bus_level(open - 1) && !((QtreeBus *)parser->levels->pdata[open - 1])->type &&
           parser->item == ITEM_BUS;
}

/* What a line of this level and content can be at this point; ITEM_NONE: it fits nowhere. */
static Item classify(const Parser *parser, guint level, const char *content)
{
    guint open = parser->levels->len;
    if (level > open || level >= LEVELS_MAX)
        return ITEM_NONE;
    if (awaits_type(parser))
        return level == open && g_str_has_prefix(content, "type ") ? ITEM_TYPE : ITEM_NONE;
    if (g_str_has_prefix(content, "bus: ") && is_bus_level(level) && (level > 0) == (open > 0))
        return ITEM_BUS;
    if (g_str_has_prefix(content, "dev: ") && !is_bus_level(level))
        return ITEM_DEVICE;
    return level == open && is_bus_level(level) && level > 0 ? ITEM_LINE : ITEM_NONE;
}

/* A string was opened and its closing quote has not come: no line can begin here. */
static gboolean is_open(const Parser *parser)
{
    if (parser->quote < 0)
        return FALSE;
    gsize length = parser->text->len;
    return length == (gsize)parser->quote + 1 || parser->text->str[length - 1] != '"';
}

/* --- items ----------------------------------------------------------------------------------- */

/* Length of the name in "name = value", 0 where the line is none. */
static gsize property_name_length(const char *line)
{
    gsize length = strcspn(line, " \"=");
    return g_str_has_prefix(line + length, " = ") ? length : 0;
}

static gssize find_quote(Item item, const char *text)
{
    if (item == ITEM_DEVICE) {
        const char *id = strstr(text, ", id \"");
        return id ? id - text + (gssize)strlen(", id ") : -1;
    }
    gsize name = item == ITEM_LINE ? property_name_length(text) : 0;
    gsize value = name + strlen(" = ");
    return name && text[value] == '"' ? (gssize)value : -1;
}

static void end_line(Parser *parser, QtreeDevice *device)
{
    const char *text = parser->text->str;
    gsize name = property_name_length(text);
    if (!name) {
        g_ptr_array_add(device->lines, g_strdup(text));
        return;
    }
    Property *property = g_new0(Property, 1);
    property->name = g_strndup(text, name);
    property->value = parser->quote < 0 ? g_strdup(text + name + strlen(" = "))
                                        : g_strndup(text + parser->quote + 1,
                                                    parser->text->len - parser->quote - 2);
    g_ptr_array_add(device->properties, property);
}

static void end_device(Parser *parser, QtreeDevice *device)
{
    const char *text = parser->text->str + strlen("dev: ");
    const char *comma = strstr(text, ", id \"");
    device->driver = comma ? g_strndup(text, comma - text) : g_strdup(text);
    gsize length = parser->quote < 0 ? 0 : parser->text->len - parser->quote - 2;
    if (length)
        device->id = g_strndup(parser->text->str + parser->quote + 1, length);
}

/* Stores what the latest item turned out to be, now that its text is complete. */
static void end_item(Parser *parser)
{
    gpointer top = parser->levels->len ? parser->levels->pdata[parser->levels->len - 1] : NULL;
    if (is_open(parser)) /* cut off in the middle */
        g_string_append_c(parser->text, '"');
    switch (parser->item) {
    case ITEM_NONE:
        break;
    case ITEM_BUS:
        ((QtreeBus *)top)->name = g_strdup(parser->text->str + strlen("bus: "));
        break;
    case ITEM_TYPE:
        ((QtreeBus *)top)->type = g_strdup(parser->text->str + strlen("type "));
        break;
    case ITEM_DEVICE:
        end_device(parser, top);
        break;
    case ITEM_LINE:
        end_line(parser, top);
        break;
    }
    parser->item = ITEM_NONE;
}

static void begin_item(Parser *parser, Item item, guint level, const char *content, gsize length)
{
    end_item(parser);
    g_string_truncate(parser->text, 0);
    g_string_append_len(parser->text, content, length);
    parser->item = item;
    parser->quote = find_quote(item, parser->text->str);
    if (item != ITEM_BUS && item != ITEM_DEVICE)
        return;
    g_ptr_array_set_size(parser->levels, level);
    g_ptr_array_add(parser->levels, item == ITEM_BUS ? (gpointer)open_bus(parser, level)
                                                     : (gpointer)open_device(parser, level));
}

static void take_line(Parser *parser, const char *line, gsize length)
{
    gsize blanks = 0;
    while (blanks < length && line[blanks] == ' ')
        blanks++;
    Item item = ITEM_NONE;
    if (!is_open(parser) && blanks % 2 == 0 && blanks < length)
        item = classify(parser, blanks / 2, line + blanks);
    if (item != ITEM_NONE) {
        begin_item(parser, item, blanks / 2, line + blanks, length - blanks);
    } else if (parser->item != ITEM_NONE) {
        g_string_append_c(parser->text, '\n');
        g_string_append_len(parser->text, line, length);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static void reverse(GPtrArray *array)
{
    for (guint i = 0; i < array->len / 2; i++) {
        gpointer swapped = array->pdata[i];
        array->pdata[i] = array->pdata[array->len - 1 - i];
        array->pdata[array->len - 1 - i] = swapped;
    }
}

/* Newest first -> order of creation, at every level. */
static void reverse_tree(QtreeBus *bus)
{
    reverse(bus->devices);
    if (!bus->type) /* cut off in the middle */
        bus->type = g_strdup("");
    for (guint i = 0; i < bus->devices->len; i++) {
        QtreeDevice *device = bus->devices->pdata[i];
        reverse(device->buses);
        for (guint j = 0; j < device->buses->len; j++)
            reverse_tree(device->buses->pdata[j]);
    }
}

/* The end of a text is no line of its own. */
static gboolean is_end(const char *line, const char *end)
{
    return *line == '\0' || (!*end && g_str_equal(line, "\r"));
}

QtreeBus *qtree_parse(const char *text, GError **error)
{
    Parser parser = { .levels = g_ptr_array_new(), .text = g_string_new(NULL), .quote = -1 };
    const char *line = text;
    while (*line) {
        const char *end = strchrnul(line, '\n');
        gsize length = end - line;
        if (length && line[length - 1] == '\r')
            length--;
        if (!is_end(line, end))
            take_line(&parser, line, length);
        line = *end ? end + 1 : end;
    }
    end_item(&parser);
    if (parser.root)
        reverse_tree(parser.root);
    else
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_GARBAGE,
                    "QEMU's answer to \"info qtree\" does not begin with a bus but with \"%.*s\".",
                    (int)strcspn(text, "\r\n"), text);
    g_ptr_array_unref(parser.levels);
    g_string_free(parser.text, TRUE);
    return parser.root;
}
