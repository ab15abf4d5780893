/* The tree: cursor, folds, columns. */
#include "tui/tree_view.h"

#include <string.h>

#include "tui/outline_domain.h"

#define ADDRESS_MIN 5
#define ADDRESS_MAX 8
#define ADDRESS_MAX_NARROW 6 /* "pcie.0" */
#define NARROW 66
#define HEADS 1 /* lines above the rows */
#define FRESH_US (2 * G_USEC_PER_SEC)

struct TreeView {
    gboolean ascii, vacant;
    Guest *guest;
    const Match *match;
    gint64 now;
    Outline *outline;
    GHashTable *toggled;
    char *key; /* of the row that the cursor is on */
    guint cursor;
    guint top;  /* first row on the screen */
    guint page; /* rows on the screen when it was last drawn */
    int address_columns;
};

TreeView *tree_view_new(gboolean ascii)
{
    TreeView *view = g_new0(TreeView, 1);

    view->ascii = ascii;
    view->page = 1;
    view->address_columns = ADDRESS_MIN;
    view->toggled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    tree_view_update(view, NULL, NULL, 0);
    return view;
}

void tree_view_free(TreeView *view)
{
    if (!view)
        return;
    outline_free(view->outline);
    g_clear_pointer(&view->guest, guest_unref);
    g_hash_table_unref(view->toggled);
    g_free(view->key);
    g_free(view);
}

/* --- where the cursor is --------------------------------------------------------------------- */

const OutlineRow *tree_view_row(const TreeView *view)
{
    return outline_row(view->outline, view->cursor);
}

static void clamp_top(TreeView *view)
{
    guint length = outline_length(view->outline);
    guint last = length > view->page ? length - view->page : 0;

    view->top = MIN(view->top, last);
}

/* A third of a page at a time: repainting the tree beside a pane that stays costs a frame. */
static void show_cursor(TreeView *view)
{
    guint third = view->page / 3;

    if (view->cursor < view->top)
        view->top = view->cursor > third ? view->cursor - third : 0;
    else if (view->cursor >= view->top + view->page)
        view->top = view->cursor - view->page + 1 + third;
    clamp_top(view);
}

void tree_view_go(TreeView *view, guint index)
{
    guint length = outline_length(view->outline);
    const OutlineRow *row;

    view->cursor = length ? MIN(index, length - 1) : 0;
    row = tree_view_row(view);
    g_free(view->key);
    view->key = row ? g_strdup(row->key) : NULL;
    show_cursor(view);
}

void tree_view_move(TreeView *view, int rows)
{
    gint64 target = (gint64)view->cursor + rows;

    tree_view_go(view, (guint)MAX(target, 0));
}

void tree_view_page(TreeView *view, int halves)
{
    tree_view_move(view, halves * (int)MAX(view->page / 2, 1));
}

gboolean tree_view_select(TreeView *view, const char *key)
{
    guint index = outline_find(view->outline, key);

    if (index == G_MAXUINT)
        return FALSE;
    tree_view_go(view, index);
    return TRUE;
}

gboolean tree_view_click(TreeView *view, int line)
{
    guint index = view->top + (guint)(line - HEADS);

    if (line < HEADS || index >= outline_length(view->outline))
        return FALSE;
    tree_view_go(view, index);
    return TRUE;
}

void tree_view_scroll(TreeView *view, int lines)
{
    view->top = (guint)MAX((gint64)view->top + lines, 0);
    clamp_top(view);
    tree_view_go(view, CLAMP(view->cursor, view->top, view->top + view->page - 1));
}

/* --- layout anew ----------------------------------------------------------------------------- */

static void measure_addresses(TreeView *view)
{
    int widest = ADDRESS_MIN;

    for (guint i = 0; i < outline_length(view->outline); i++)
        widest = MAX(widest, text_columns(outline_row(view->outline, i)->address));
    view->address_columns = MIN(widest, ADDRESS_MAX);
}

static void lay_out(TreeView *view)
{
    OutlineOptions options = {
        .match = view->match,
        .toggled = view->toggled,
        .ascii = view->ascii,
        .vacant = view->vacant,
        .now = view->now,
    };
    guint before = view->cursor, index;

    outline_free(view->outline);
    view->outline = outline_new(view->guest, &options);
    measure_addresses(view);
    index = outline_find(view->outline, view->key);
    if (index == G_MAXUINT)
        index = before;
    else if (index > before || before - index <= view->top) /* keep its line of the screen */
        view->top = view->top + index - before;
    clamp_top(view);
    tree_view_go(view, index);
}

void tree_view_update(TreeView *view, Guest *guest, const Match *match, gint64 now)
{
    Guest *before = view->guest;

    view->guest = guest ? guest_ref(guest) : NULL;
    view->match = match;
    view->now = now;
    lay_out(view);
    g_clear_pointer(&before, guest_unref);
}

gboolean tree_view_toggle(TreeView *view)
{
    const OutlineRow *row = tree_view_row(view);

    if (!row || !row->foldable)
        return FALSE;
    if (!g_hash_table_remove(view->toggled, row->key))
        g_hash_table_add(view->toggled, g_strdup(row->key));
    lay_out(view);
    return TRUE;
}

static void go_to_parent(TreeView *view)
{
    guint depth = tree_view_row(view)->depth;

    for (guint i = view->cursor; i-- > 0;) {
        if (outline_row(view->outline, i)->depth < depth) {
            tree_view_go(view, i);
            return;
        }
    }
}

void tree_view_fold(TreeView *view)
{
    const OutlineRow *row = tree_view_row(view);

    if (row && row->foldable && !row->folded)
        tree_view_toggle(view);
    else if (row)
        go_to_parent(view);
}

void tree_view_unfold(TreeView *view)
{
    const OutlineRow *row = tree_view_row(view);

    if (row && row->foldable && row->folded)
        tree_view_toggle(view);
    else if (row && row->foldable && row->kind != ROW_VACANT)
        tree_view_move(view, 1);
}

void tree_view_toggle_vacant(TreeView *view)
{
    view->vacant = !view->vacant;
    lay_out(view);
}

/* Opens the row of a device and those that it is inside of, the outermost first. */
static void open_way_to(TreeView *view, const Device *device)
{
    guint index;

    if (!device)
        return;
    open_way_to(view, device->bus ? device->bus->owner : NULL);
    index = outline_find(view->outline, device->path);
    if (index != G_MAXUINT && outline_row(view->outline, index)->folded) {
        tree_view_go(view, index);
        tree_view_toggle(view);
    }
}

gboolean tree_view_reveal(TreeView *view, const char *path)
{
    const Device *device = view->guest ? guest_find_path(view->guest, path) : NULL;

    if (!device)
        return FALSE;
    if (!tree_view_select(view, device->path) && device->bus)
        open_way_to(view, device->bus->owner);
    return tree_view_select(view, device->path);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Where the columns of a row are; backend 0 columns: it follows the name. */
typedef struct {
    int address, address_columns;
    int glyph;
    int name, name_columns;
    int backend, backend_columns;
    int tail, tail_columns; /* the id from the left, the status from the right */
} Columns;

#define WIDE_ROOM 60
#define NARROW_ROOM 36

static Columns columns_for(const TreeView *view, int width)
{
    Columns columns = { .address = 1, .address_columns = view->address_columns };
    int room, more;

    if (width < NARROW)
        columns.address_columns = MIN(columns.address_columns, ADDRESS_MAX_NARROW);
    columns.glyph = columns.address + columns.address_columns + 1;
    columns.name = columns.glyph + 2;
    room = width - columns.name - 1;
    more = MAX(room - 68, 0);
    columns.tail_columns = room >= WIDE_ROOM ? 17 + more / 5 : room >= NARROW_ROOM ? 16 : 11;
    columns.tail = width - 1 - columns.tail_columns;
    if (room >= WIDE_ROOM) {
        columns.backend_columns = MIN(20, room / 3) + more * 2 / 5;
        columns.backend = columns.tail - columns.backend_columns - 1;
    }
    columns.name_columns = (columns.backend ? columns.backend : columns.tail) - columns.name - 1;
    return columns;
}

static void draw_heads(const Canvas *canvas, const Columns *columns)
{
    draw_right(canvas, 0, columns->address, columns->address_columns, ELEMENT_HEADING, "ADDR");
    draw_text(canvas, 0, columns->name, columns->name_columns, ELEMENT_HEADING, "DEVICE");
    draw_text(canvas, 0, columns->backend, columns->backend_columns, ELEMENT_HEADING, "BACKEND");
    if (columns->tail_columns > 12)
        draw_text(canvas, 0, columns->tail, columns->tail_columns, ELEMENT_HEADING, "ID");
    draw_right(canvas, 0, columns->tail, columns->tail_columns, ELEMENT_HEADING, "STATE");
}

static Element strip_element(const char *glyph, gsize length, gboolean ascii)
{
    for (int state = STATE_FIXED; state < DEVICE_STATES; state++) {
        const char *candidate = state_glyph((DeviceState)state, ascii);

        if (strlen(candidate) == length && memcmp(candidate, glyph, length) == 0)
            return element_of_state((DeviceState)state);
    }
    return ELEMENT_TEXT;
}

/* Glyphs of one state in a row go out together. */
static int draw_strip(const Canvas *canvas, int line, int column, int columns, const char *strip)
{
    int drawn = 0;

    while (*strip && drawn < columns) {
        const char *end = strip;
        gsize length = (gsize)(g_utf8_next_char(strip) - strip);
        g_autofree char *same = NULL;

        while (*end && strncmp(end, strip, length) == 0)
            end += length;
        same = g_strndup(strip, (gsize)(end - strip));
        drawn += draw_text(canvas, line, column + drawn, columns - drawn,
                           strip_element(strip, length, canvas->look->ascii), same);
        strip = end;
    }
    return drawn;
}

/* A root bus: its strip, and beside it what it is where there is room. */
static void draw_bus_cells(const Canvas *canvas, int line, const Columns *columns,
                           const OutlineRow *row)
{
    int right = columns->tail + columns->tail_columns - text_columns(row->status);
    int room = right - columns->name - 1;
    int drawn = draw_strip(canvas, line, columns->name, room, row->name);

    if (columns->backend)
        draw_text(canvas, line, columns->name + drawn + 2, room - drawn - 2, ELEMENT_DIM,
                  row->backend);
}

static Element name_element(const OutlineRow *row)
{
    if (row->kind == ROW_VACANT || row->kind == ROW_GROUP)
        return ELEMENT_VACANT;
    return row->state == STATE_LEAVING ? ELEMENT_LEAVING : ELEMENT_TEXT;
}

static void draw_name_cells(const Canvas *canvas, int line, const Columns *columns,
                            const OutlineRow *row)
{
    gboolean alone = columns->backend && !*row->backend; /* nothing stands in its way */
    int at = columns->name;
    int room = alone ? columns->tail - at - 1 : columns->name_columns;
    int drawn = draw_text(canvas, line, at, room, ELEMENT_DIM, row->lines);

    drawn += draw_text(canvas, line, at + drawn, room - drawn, name_element(row), row->name);
    if (columns->backend)
        draw_text(canvas, line, columns->backend, columns->backend_columns, ELEMENT_BACKEND,
                  row->backend);
    else if (*row->backend)
        draw_format(canvas, line, at + drawn, room - drawn, ELEMENT_BACKEND,
                    g_str_has_prefix(row->backend, "no ") ? ", %s" : " %s", row->backend);
}

static Element status_element(const OutlineRow *row)
{
    switch (row->state) {
    case STATE_ADDED:
    case STATE_LEAVING:
    case STATE_REFUSED:
    case STATE_ABSENT:
    case STATE_UNMANAGED:
    case STATE_DIFFERS:
        return element_of_state(row->state);
    default:
        if (outline_domain_is_ambiguous(row->pair))
            return ELEMENT_DIFFERS;
        return row->device && row->device->drive ? ELEMENT_TEXT : ELEMENT_DIM;
    }
}

static void draw_tail_cells(const Canvas *canvas, int line, const Columns *columns,
                            const OutlineRow *row)
{
    int status = text_columns(row->status);
    int room = columns->tail_columns - (status ? status + 1 : 0);

    if (columns->tail_columns > 12)
        draw_text(canvas, line, columns->tail, room, ELEMENT_ID, row->id);
    draw_right(canvas, line, columns->tail, columns->tail_columns, status_element(row),
               row->status);
}

/* Where "0:0–255" is too wide the channel goes: the rows around tell it. */
static const char *address_text(const OutlineRow *row, int columns)
{
    const char *colon = strchr(row->address, ':');

    return colon && text_columns(row->address) > columns ? colon + 1 : row->address;
}

/* A change draws the eye for a moment; the second in which it came counts for one. */
static gboolean is_fresh(const TreeView *view, const OutlineRow *row)
{
    gboolean changing = row->state == STATE_ADDED || row->state == STATE_LEAVING;

    return changing && row->device && row->device->since &&
           view->now - row->device->since < FRESH_US;
}

static void draw_row(const TreeView *view, const Canvas *base, int line, const Columns *columns,
                     guint index)
{
    const OutlineRow *row = outline_row(view->outline, index);
    Canvas canvas = *base;

    canvas.fresh = is_fresh(view, row);
    if (index == view->cursor) {
        canvas.selected = TRUE;
        draw_blank(&canvas, line, 0, canvas.columns);
        draw_glyph(&canvas, line, 0, ELEMENT_TEXT, GLYPH_CURSOR);
    }
    draw_right(&canvas, line, columns->address, columns->address_columns,
               row->kind == ROW_BUS ? ELEMENT_TITLE : ELEMENT_ADDRESS,
               address_text(row, columns->address_columns));
    if (row->kind != ROW_GROUP)
        draw_text(&canvas, line, columns->glyph, 1, element_of_state(row->state),
                  state_glyph(row->state, view->ascii));
    draw_text(&canvas, line, columns->glyph + 1, 1, ELEMENT_DIM, " "); /* one look less to change */
    if (row->kind == ROW_BUS)
        draw_bus_cells(&canvas, line, columns, row);
    else
        draw_name_cells(&canvas, line, columns, row);
    draw_tail_cells(&canvas, line, columns, row);
}

int tree_view_draw(TreeView *view, const Canvas *canvas)
{
    Columns columns = columns_for(view, canvas->columns);

    view->page = (guint)MAX(canvas->rows - HEADS, 1);
    show_cursor(view);
    draw_heads(canvas, &columns);
    for (guint i = 0; i < view->page && view->top + i < outline_length(view->outline); i++)
        draw_row(view, canvas, (int)i + HEADS, &columns, view->top + i);
    return outline_length(view->outline) ? (int)(view->cursor - view->top) + HEADS : -1;
}
