/* Walks the tree of a guest and lays it out as rows: which rows there are, in which order, nested
 * and folded how. What their cells say is outline_text.c's. */
#include "tui/outline.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/outline_items.h"
#include "tui/outline_text.h"

struct Outline {
    GPtrArray *rows;   /* (OutlineRow) */
    GHashTable *index; /* key (of the row) -> position */
};

typedef struct {
    Outline *outline;
    const OutlineOptions *options;
    OutlineDomain *domain;
    GString *prefix; /* tree lines that pass by on the left of what is being laid out */
    guint depth;
} Layout;

static void lay_items(Layout *layout, GArray *items);

/* --- keys ----------------------------------------------------------------------------------- */

static const char *bus_key(const Bus *bus)
{
    return bus->path ? bus->path : bus->name;
}

static char *group_key(const Bus *bus)
{
    return g_strdup_printf("%s/group", bus_key(bus));
}

/* Its element and which of those it is: that stays when addresses are written into the file. */
static char *absent_key(const DomainDevice *configured)
{
    return g_strdup_printf("absent/%s/%u", configured->element, configured->ordinal);
}

static char *place_key(const Bus *bus, const Address *place)
{
    g_autofree char *text = address_to_short_text(place);

    return g_strdup_printf("%s/vacant/%s", bus_key(bus), text);
}

/* --- which are to be shown ----------------------------------------------------------------- */

/* key: (transfer full) */
static gboolean is_wanted_key(const Layout *layout, char *key)
{
    gboolean found = g_hash_table_contains(layout->options->only, key);

    g_free(key);
    return found;
}

static gboolean is_wanted(const Layout *layout, const Item *item)
{
    switch (item->kind) {
    case ROW_DEVICE:
        return is_wanted_key(layout, g_strdup(item->device->path));
    case ROW_ABSENT:
        return is_wanted_key(layout, absent_key(item->absence.pair->configured));
    case ROW_GROUP:
        return is_wanted_key(layout, group_key(item->bus));
    default:
        return TRUE;
    }
}

static void drop_unwanted_places(const Layout *layout, GArray *run)
{
    for (guint i = run->len; i-- > 0;) {
        const Place *place = &g_array_index(run, Place, i);

        if (!is_wanted_key(layout, place_key(place->bus, &place->address)))
            g_array_remove_index(run, i);
    }
}

/* Without those that are not to be shown. items: (transfer full) */
static GArray *wanted(const Layout *layout, GArray *items)
{
    for (guint i = items->len; layout->options->only && i-- > 0;) {
        const Item *item = &g_array_index(items, Item, i);

        if (item->kind == ROW_VACANT)
            drop_unwanted_places(layout, item->run);
        if (!is_wanted(layout, item) || (item->kind == ROW_VACANT && !item->run->len))
            g_array_remove_index(items, i);
    }
    return items;
}

/* --- rows ------------------------------------------------------------------------------------ */

static void row_free(gpointer data)
{
    OutlineRow *row = data;

    g_free(row->key);
    g_free(row->address);
    g_free(row->lines);
    g_free(row->name);
    g_free(row->backend);
    g_free(row->id);
    g_free(row->status);
    g_free(row);
}

static gboolean is_toggled(const Layout *layout, const char *key)
{
    return layout->options->toggled && g_hash_table_contains(layout->options->toggled, key);
}

/* by_default: whether it is where nobody toggled it. */
static gboolean is_folded(const Layout *layout, const char *key, gboolean by_default)
{
    return !layout->options->all && is_toggled(layout, key) != by_default;
}

/* key, name, ...: (transfer full). Cells not given here are filled by the caller. */
static OutlineRow *add_row(Layout *layout, RowKind kind, char *key, char *name)
{
    OutlineRow *row = g_new0(OutlineRow, 1);

    row->kind = kind;
    row->key = key;
    row->name = name;
    row->depth = layout->depth;
    row->count = 1;
    g_hash_table_insert(layout->outline->index, key, GUINT_TO_POINTER(layout->outline->rows->len));
    g_ptr_array_add(layout->outline->rows, row);
    return row;
}

static void fill_empty_cells(OutlineRow *row)
{
    char **cells[] = { &row->address, &row->lines, &row->backend, &row->id, &row->status };

    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++)
        if (!*cells[i])
            *cells[i] = g_strdup("");
}

/* "├─┬ ": the branch to this row, and whether more hangs below it. */
static char *branch(const Layout *layout, gboolean last, gboolean foldable, gboolean folded)
{
    gboolean ascii = layout->options->ascii;
    const char *fork = last ? (ascii ? "`-" : "└─") : (ascii ? "|-" : "├─");
    const char *end = !foldable ? " " : folded || ascii ? "+ " : "┬ ";

    if (layout->depth == 0)
        return g_strdup(foldable ? end : "");
    return g_strconcat(layout->prefix->str, fork, end, NULL);
}

static void lay_below(Layout *layout, gboolean last, GArray *items)
{
    gsize length = layout->prefix->len;

    if (layout->depth > 0)
        g_string_append(layout->prefix, last ? "  " : layout->options->ascii ? "| " : "│ ");
    layout->depth++;
    lay_items(layout, items);
    layout->depth--;
    g_string_truncate(layout->prefix, length);
}

static guint count_devices(const GArray *items)
{
    guint count = 0;

    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        count += item->kind == ROW_DEVICE ? 1 : item->kind == ROW_GROUP ? item->members->len : 0;
    }
    return count;
}

static void lay_device(Layout *layout, const Device *device, gboolean last)
{
    g_autoptr(GArray) items = wanted(layout, items_of_device(device, layout->domain));
    const Match *match = layout->domain->match;
    OutlineRow *row = add_row(layout, ROW_DEVICE, g_strdup(device->path ? device->path : ""),
                              outline_device_name(device));

    row->bus = device->bus;
    row->device = device;
    row->pair = match ? match_of_device(match, device) : NULL;
    row->state = outline_domain_state(match, device);
    row->foldable = items->len > 0;
    row->folded = row->foldable && is_folded(layout, row->key, FALSE);
    row->address = address_to_short_text(&device->address);
    row->lines = branch(layout, last, row->foldable, row->folded);
    row->backend = outline_device_backend(device);
    row->id = device->id ? text_printable(device->id, -1, 0) : NULL;
    row->status = outline_device_status(device, row->pair, layout->options);
    fill_empty_cells(row);
    if (row->folded && count_devices(items)) {
        g_autofree char *name = row->name;
        row->name = g_strdup_printf("%s, %u folded", name, count_devices(items));
    }
    if (!row->folded && items->len)
        lay_below(layout, last, items);
}

static void lay_absent(Layout *layout, const Item *item, gboolean last)
{
    const Absence *absence = &item->absence;
    const DomainDevice *configured = absence->pair->configured;
    OutlineRow *row =
        add_row(layout, ROW_ABSENT, absent_key(configured), outline_configured_name(configured));

    row->bus = item->bus;
    row->pair = absence->pair;
    row->place = absence->place;
    row->state = STATE_ABSENT;
    row->address = outline_absent_address(&absence->place, layout->options->ascii);
    row->lines = branch(layout, last, FALSE, FALSE);
    row->backend = outline_configured_backend(configured);
    row->id = outline_configured_id(configured);
    row->status = g_strdup(device_state_name(STATE_ABSENT));
    fill_empty_cells(row);
}

/* One row for count free places from this one on. */
static OutlineRow *lay_places(Layout *layout, const Place *from, const Place *to, guint count,
                              gboolean last)
{
    OutlineRow *row = add_row(layout, ROW_VACANT, place_key(from->bus, &from->address),
                              outline_vacant_name(from->bus, count));

    row->bus = from->bus;
    row->place = from->address;
    row->count = count;
    row->state = STATE_VACANT;
    row->address = outline_range(&from->address, &to->address, layout->options->ascii);
    row->lines = branch(layout, last, FALSE, FALSE);
    fill_empty_cells(row);
    return row;
}

/* A run: one row, or, opened, one row for each place; the first of them folds it again. */
static void lay_vacant(Layout *layout, const GArray *run, gboolean last)
{
    const Place *places = &g_array_index(run, Place, 0);
    g_autofree char *key = place_key(places[0].bus, &places[0].address);
    gboolean folded = run->len > 1 && is_folded(layout, key, !layout->options->vacant);
    OutlineRow *row;

    if (folded || run->len == 1) {
        row = lay_places(layout, &places[0], &places[run->len - 1], run->len, last);
        row->foldable = row->folded = folded;
        return;
    }
    row = lay_places(layout, &places[0], &places[0], 1, FALSE);
    row->foldable = TRUE;
    for (guint i = 1; i < run->len; i++)
        lay_places(layout, &places[i], &places[i], 1, last && i + 1 == run->len);
}

static void lay_group(Layout *layout, const Item *item, gboolean last)
{
    OutlineRow *row = add_row(layout, ROW_GROUP, group_key(item->bus),
                              outline_group_name(item->bus, item->members->len));

    row->bus = item->bus;
    row->count = item->members->len;
    row->state = STATE_FIXED;
    row->foldable = TRUE;
    row->folded = is_folded(layout, row->key, TRUE);
    row->lines = branch(layout, last, TRUE, row->folded);
    fill_empty_cells(row);
    if (!row->folded) {
        g_autoptr(GArray) items = wanted(layout, items_of_group(item));

        lay_below(layout, last, items);
    }
}

static void lay_bus(Layout *layout, const Bus *bus)
{
    g_autoptr(GArray) items = wanted(layout, items_of_bus(bus, layout->domain));
    OutlineRow *row = add_row(layout, ROW_BUS, g_strdup(bus_key(bus)),
                              outline_bus_strip(bus, layout->domain, layout->options->ascii));

    row->bus = bus;
    row->device = bus->owner;
    row->state = bus->owner ? bus->owner->state : STATE_FIXED;
    row->foldable = items->len > 0;
    row->folded = row->foldable && is_folded(layout, row->key, FALSE);
    row->address = text_printable(bus->name, -1, 0);
    row->backend = outline_bus_name(bus);
    row->status = outline_bus_usage(bus);
    fill_empty_cells(row);
    if (!row->folded)
        lay_below(layout, TRUE, items);
}

static void lay_items(Layout *layout, GArray *items)
{
    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        gboolean last = i + 1 == items->len;

        if (item->kind == ROW_DEVICE)
            lay_device(layout, item->device, last);
        else if (item->kind == ROW_ABSENT)
            lay_absent(layout, item, last);
        else if (item->kind == ROW_VACANT)
            lay_vacant(layout, item->run, last);
        else if (item->kind == ROW_GROUP)
            lay_group(layout, item, last);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */

static gboolean is_wanted_root(const Layout *layout, const Bus *bus)
{
    return bus_is_pci(bus) &&
           (!layout->options->only || g_hash_table_contains(layout->options->only, bus_key(bus)));
}

/* Root PCI buses first, then what else is worth a look, then the dull rest. */
static void lay_guest(Layout *layout, const Guest *guest)
{
    g_autoptr(GArray) items = wanted(layout, items_of_guest(guest, layout->domain));

    for (guint i = 0; guest->root && i < guest->root->devices->len; i++) {
        const Device *device = guest->root->devices->pdata[i];

        for (guint k = 0; device->buses && k < device->buses->len; k++)
            if (is_wanted_root(layout, device->buses->pdata[k]))
                lay_bus(layout, device->buses->pdata[k]);
    }
    lay_items(layout, items);
}

Outline *outline_new(const Guest *guest, const OutlineOptions *options)
{
    Outline *outline = g_new0(Outline, 1);
    Layout layout = { .outline = outline, .options = options, .prefix = g_string_new(NULL) };

    outline->rows = g_ptr_array_new_with_free_func(row_free);
    outline->index = g_hash_table_new(g_str_hash, g_str_equal);
    layout.domain = outline_domain_new(guest ? options->match : NULL);
    if (guest)
        lay_guest(&layout, guest);
    outline_domain_free(layout.domain);
    g_string_free(layout.prefix, TRUE);
    return outline;
}

void outline_free(Outline *outline)
{
    if (!outline)
        return;
    g_hash_table_unref(outline->index);
    g_ptr_array_unref(outline->rows);
    g_free(outline);
}

guint outline_length(const Outline *outline)
{
    return outline->rows->len;
}

const OutlineRow *outline_row(const Outline *outline, guint index)
{
    return index < outline->rows->len ? outline->rows->pdata[index] : NULL;
}

guint outline_find(const Outline *outline, const char *key)
{
    gpointer position;

    if (!key || !g_hash_table_lookup_extended(outline->index, key, NULL, &position))
        return G_MAXUINT;
    return GPOINTER_TO_UINT(position);
}

/* --- searching ------------------------------------------------------------------------------- */

char *outline_row_text(const OutlineRow *row)
{
    return g_strjoin(" ", row->address, row->kind == ROW_BUS ? "" : row->name, row->backend,
                     row->id, row->status, row->device ? row->device->driver : NULL, NULL);
}

static gboolean row_has(const OutlineRow *row, const char *folded_text)
{
    g_autofree char *text = outline_row_text(row);
    g_autofree char *folded = g_utf8_casefold(text, -1);

    return strstr(folded, folded_text) != NULL;
}

GHashTable *outline_find_text(const Outline *outline, const char *text)
{
    GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *folded = g_utf8_casefold(text, -1);
    guint depth = 0; /* what was added last hangs on the next row above that is less deep */

    for (guint i = outline->rows->len; i-- > 0;) {
        const OutlineRow *row = outline->rows->pdata[i];

        if (row->depth < depth || row_has(row, folded)) {
            g_hash_table_add(keys, g_strdup(row->key));
            depth = row->depth;
        }
    }
    return keys;
}
