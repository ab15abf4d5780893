/* Walks the tree of a guest and lays it out as rows: which rows there are, in which order, nested
 * and folded how. What their cells say is outline_text.c's. */
#include "tui/outline.h"

#include "engine/allocate.h"
#include "monitor/text.h"
#include "tui/outline_text.h"

struct Outline {
    GPtrArray *rows;   /* (OutlineRow) */
    GHashTable *index; /* key (of the row) -> position */
};

typedef struct {
    const Bus *bus;
    Address address;
} Place;

/* What becomes one row, or one row and those below it. */
typedef struct {
    RowKind kind;
    const Bus *bus;
    const Device *device;
    GArray *run;        /* ROW_VACANT: (Place) free ones in a row */
    GPtrArray *members; /* ROW_GROUP: (Device) */
} Item;

typedef struct {
    Outline *outline;
    const OutlineOptions *options;
    GString *prefix; /* tree lines that pass by on the left of what is being laid out */
    guint depth;
} Layout;

static void lay_items(Layout *layout, GArray *items);

static void item_clear(gpointer data)
{
    Item *item = data;

    g_clear_pointer(&item->members, g_ptr_array_unref);
    g_clear_pointer(&item->run, g_array_unref);
}

static GArray *items_new(void)
{
    GArray *items = g_array_new(FALSE, TRUE, sizeof(Item));

    g_array_set_clear_func(items, item_clear);
    return items;
}

/* --- what is below a bus -------------------------------------------------------------------------
 */

static gboolean bus_is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

static gboolean device_offers_pci(const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++)
        if (bus_is_pci(device->buses->pdata[i]))
            return TRUE;
    return FALSE;
}

/* Bays of controllers that take no hotplug are still bays that a person wants to see empty. */
static GArray *fixed_bays(const Bus *bus)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Address));
    guint channel = 0;

    if (bus->owner && bus->family == BUS_IDE)
        g_ptr_array_find(bus->owner->buses, bus, &channel);
    for (guint unit = 0; unit < bus_capacity(bus); unit++) {
        Address place = { .type = ADDRESS_DRIVE };

        place.drive.controller = bus->index;
        place.drive.bus = channel;
        place.drive.unit = unit;
        if (bus->family == BUS_SATA && bus->owner) {
            guint port = 0;

            g_ptr_array_find(bus->owner->buses, bus, &port);
            place.drive.unit = port;
        }
        if (!allocate_occupant(bus, &place))
            g_array_append_val(places, place);
    }
    return places;
}

static GArray *vacant_places(const Bus *bus)
{
    gboolean bays = bus->family == BUS_IDE || bus->family == BUS_SATA || bus->family == BUS_FLOPPY;

    if (bays && !bus->hotpluggable)
        return fixed_bays(bus);
    return allocate_vacant(bus);
}

/* Extends the run that ends the list, where there is one of the same controller, or begins one. */
static void add_vacant(GArray *items, const Bus *bus, const Address *address)
{
    Item *before = items->len ? &g_array_index(items, Item, items->len - 1) : NULL;
    Place place = { .bus = bus, .address = *address };
    Item item = { .kind = ROW_VACANT, .bus = bus };

    if (before && before->kind == ROW_VACANT && before->bus->owner == bus->owner) {
        g_array_append_val(before->run, place);
        return;
    }
    item.run = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_append_val(item.run, place);
    g_array_append_val(items, item);
}

static void add_device(GArray *items, const Device *device)
{
    Item item = { .kind = ROW_DEVICE, .bus = device->bus, .device = device };

    g_array_append_val(items, item);
}

static gboolean has_drive_inserted(const Device *device)
{
    if (device->drive && device->drive->inserted)
        return TRUE;
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        for (guint k = 0; k < bus->devices->len; k++)
            if (has_drive_inserted(bus->devices->pdata[k]))
                return TRUE;
    }
    return FALSE;
}

static gboolean has_devices_below(const Device *device)
{
    for (guint i = 0; device->buses && i < device->buses->len; i++)
        if (((const Bus *)device->buses->pdata[i])->devices->len)
            return TRUE;
    return FALSE;
}

/* A part of the chipset that nobody comes to look at: goes into the group of its bus. */
static gboolean device_is_dull(const Device *device)
{
    if (device->id || device->state == STATE_ADDED || device->state == STATE_LEAVING)
        return FALSE;
    if (device->nic || has_drive_inserted(device))
        return FALSE;
    switch (device->bus->family) {
    case BUS_ISA:
    case BUS_I2C:
        return TRUE;
    case BUS_SYSTEM:
        return !has_devices_below(device) && !device->drive && device->kind != KIND_WATCHDOG &&
               device->kind != KIND_VIDEO && device->kind != KIND_SOUND;
    default:
        return FALSE;
    }
}

static gboolean bus_groups(const Bus *bus)
{
    guint dull = 0;

    for (guint i = 0; i < bus->devices->len; i++)
        dull += device_is_dull(bus->devices->pdata[i]);
    return dull > 1;
}

/* The functions beside function 0 stand below it, unless it has a bus of its own below it. */
static const Device *slot_head(const Bus *bus, guint position)
{
    const Device *device = bus->devices->pdata[position];

    if (!bus_is_pci(bus) || device->address.type != ADDRESS_PCI ||
        device->address.pci.function == 0)
        return NULL;
    while (position-- > 0) {
        const Device *other = bus->devices->pdata[position];

        if (other->address.type != ADDRESS_PCI ||
            other->address.pci.slot != device->address.pci.slot)
            return NULL;
        if (other->address.pci.function == 0)
            return device_offers_pci(other) ? NULL : other;
    }
    return NULL;
}

static void add_group(GArray *items, const Bus *bus, GPtrArray *members)
{
    Item item = { .kind = ROW_GROUP, .bus = bus, .members = members };

    g_array_append_val(items, item);
}

/* Devices and free places of a bus, merged in the order of their addresses. */
static void add_bus(GArray *items, const Bus *bus)
{
    g_autoptr(GArray) vacant = vacant_places(bus);
    GPtrArray *dull = bus_groups(bus) ? g_ptr_array_new() : NULL;
    guint next = 0;

    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];

        for (; next < vacant->len; next++) {
            const Address *place = &g_array_index(vacant, Address, next);

            if (device->address.type != place->type || address_compare(place, &device->address) > 0)
                break;
            add_vacant(items, bus, place);
        }
        if (dull && device_is_dull(device))
            g_ptr_array_add(dull, (gpointer)device);
        else if (!slot_head(bus, i))
            add_device(items, device);
    }
    for (; next < vacant->len; next++)
        add_vacant(items, bus, &g_array_index(vacant, Address, next));
    if (dull)
        add_group(items, bus, dull);
}

/* The other functions of the slot that this device heads. */
static void add_functions(GArray *items, const Device *device)
{
    guint position;

    if (!device->bus || !bus_is_pci(device->bus) || device->address.type != ADDRESS_PCI ||
        device->address.pci.function != 0 || device_offers_pci(device) ||
        !g_ptr_array_find(device->bus->devices, device, &position))
        return;
    for (guint i = position + 1; i < device->bus->devices->len; i++) {
        const Device *other = device->bus->devices->pdata[i];

        if (other->address.type != ADDRESS_PCI ||
            other->address.pci.slot != device->address.pci.slot)
            return;
        add_device(items, other);
    }
}

/* A port with its one place free: the row of the port says "vacant" itself. */
static gboolean is_empty_port(const Bus *bus)
{
    return bus->devices->len == 0 && bus_is_pci(bus) && bus_capacity(bus) == 1;
}

static GArray *device_items(const Device *device)
{
    GArray *items = items_new();
    gboolean system = !device->bus || device->bus->family == BUS_SYSTEM;

    add_functions(items, device);
    for (guint i = 0; device->buses && i < device->buses->len; i++) {
        const Bus *bus = device->buses->pdata[i];

        if (is_empty_port(bus) || (system && bus_is_pci(bus)))
            continue; /* the port says it itself; the buses of a host bridge stand at the top */
        add_bus(items, bus);
    }
    return items;
}

/* --- rows ----------------------------------------------------------------------------------------
 */

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
    g_autoptr(GArray) items = device_items(device);
    OutlineRow *row = add_row(layout, ROW_DEVICE, g_strdup(device->path ? device->path : ""),
                              outline_device_name(device));

    row->bus = device->bus;
    row->device = device;
    row->state = device->state;
    row->foldable = items->len > 0;
    row->folded = row->foldable && is_toggled(layout, row->key);
    row->address = address_to_short_text(&device->address);
    row->lines = branch(layout, last, row->foldable, row->folded);
    row->backend = outline_device_backend(device);
    row->id = device->id ? text_printable(device->id, -1, 0) : NULL;
    row->status = outline_device_status(device, layout->options->now);
    fill_empty_cells(row);
    if (row->folded && count_devices(items)) {
        g_autofree char *name = row->name;
        row->name = g_strdup_printf("%s, %u folded", name, count_devices(items));
    }
    if (!row->folded && items->len)
        lay_below(layout, last, items);
}

static char *place_key(const Bus *bus, const Address *place)
{
    g_autofree char *text = address_to_short_text(place);

    return g_strdup_printf("%s/vacant/%s", bus->path ? bus->path : bus->name, text);
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
    gboolean folded = run->len > 1 && is_toggled(layout, key) == layout->options->vacant;
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
    const char *path = item->bus->path ? item->bus->path : item->bus->name;
    OutlineRow *row = add_row(layout, ROW_GROUP, g_strdup_printf("%s/group", path),
                              outline_group_name(item->bus, item->members->len));

    row->bus = item->bus;
    row->count = item->members->len;
    row->state = STATE_FIXED;
    row->foldable = TRUE;
    row->folded = !is_toggled(layout, row->key);
    row->lines = branch(layout, last, TRUE, row->folded);
    fill_empty_cells(row);
    if (!row->folded) {
        g_autoptr(GArray) items = items_new();

        for (guint i = 0; i < item->members->len; i++)
            add_device(items, item->members->pdata[i]);
        lay_below(layout, last, items);
    }
}

static void lay_bus(Layout *layout, const Bus *bus)
{
    g_autoptr(GArray) items = items_new();
    OutlineRow *row = add_row(layout, ROW_BUS, g_strdup(bus->path ? bus->path : bus->name),
                              outline_bus_strip(bus, layout->options->ascii));

    add_bus(items, bus);
    row->bus = bus;
    row->device = bus->owner;
    row->state = bus->owner ? bus->owner->state : STATE_FIXED;
    row->foldable = items->len > 0;
    row->folded = row->foldable && is_toggled(layout, row->key);
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
        else if (item->kind == ROW_VACANT)
            lay_vacant(layout, item->run, last);
        else if (item->kind == ROW_GROUP)
            lay_group(layout, item, last);
    }
}

/* --- the whole -----------------------------------------------------------------------------------
 */

/* Root PCI buses first, then what else is worth a look, then the dull rest. */
static void lay_guest(Layout *layout, const Guest *guest)
{
    g_autoptr(GArray) items = items_new();
    GPtrArray *dull = g_ptr_array_new();

    for (guint i = 0; guest->root && i < guest->root->devices->len; i++) {
        const Device *device = guest->root->devices->pdata[i];

        for (guint k = 0; device->buses && k < device->buses->len; k++)
            if (bus_is_pci(device->buses->pdata[k]))
                lay_bus(layout, device->buses->pdata[k]);
        if (device_offers_pci(device) && device->buses->len == 1)
            continue; /* its bus row stands for it */
        if (device_is_dull(device))
            g_ptr_array_add(dull, (gpointer)device);
        else
            add_device(items, device);
    }
    for (guint i = 0; guest->memory_devices && i < guest->memory_devices->len; i++)
        add_device(items, guest->memory_devices->pdata[i]);
    if (dull->len)
        add_group(items, guest->root, dull);
    else
        g_ptr_array_unref(dull);
    lay_items(layout, items);
}

Outline *outline_new(const Guest *guest, const OutlineOptions *options)
{
    Outline *outline = g_new0(Outline, 1);
    Layout layout = { .outline = outline, .options = options, .prefix = g_string_new(NULL) };

    outline->rows = g_ptr_array_new_with_free_func(row_free);
    outline->index = g_hash_table_new(g_str_hash, g_str_equal);
    if (guest)
        lay_guest(&layout, guest);
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
