/* The tree: cursor, folds, what is searched and shown. */
#include "tui/tree_view.h"

#include <string.h>

#include "engine/session_domain.h"
#include "tui/list_cursor.h"
#include "tui/tree_row.h"

#define HEADS 1 /* lines above the rows */
#define FOLD_COLUMNS 2

typedef struct {
    View view;
    gboolean vacant; /* free places one by one */
    char *filter;    /* NULL: all is shown */
    Guest *guest;
    const Match *match; /* valid while the view is on the screen */
    Outline *outline;
    Outline *whole;      /* nothing folded: what is searched; NULL until it is */
    GHashTable *toggled; /* keys of rows whose fold is not the default */
    GPtrArray *opened;   /* (char) those of them that searching has unfolded just now */
    char *key;           /* of the row that the cursor is on */
    ListCursor cursor;
    int address_columns;
    TreeColumns columns; /* where they were painted */
} TreeView;

/* --- where the cursor is --------------------------------------------------------------------- */

static const OutlineRow *tree_row(const View *view)
{
    const TreeView *self = (const TreeView *)view;

    return outline_row(self->outline, self->cursor.at);
}

/* The cursor has moved: remembers what it is on. */
static void remember(TreeView *self)
{
    const OutlineRow *row = outline_row(self->outline, self->cursor.at);

    g_free(self->key);
    self->key = row ? g_strdup(row->key) : NULL;
}

static void go_to(TreeView *self, guint index)
{
    list_cursor_go(&self->cursor, index);
    remember(self);
}

static gboolean go_to_key(TreeView *self, const char *key)
{
    guint index = outline_find(self->outline, key);

    if (index == G_MAXUINT)
        return FALSE;
    go_to(self, index);
    return TRUE;
}

/* --- layout anew ----------------------------------------------------------------------------- */

static Outline *lay_outline(const TreeView *self, gboolean all, GHashTable *only)
{
    OutlineOptions options = {
        .match = self->match,
        .toggled = self->toggled,
        .only = only,
        .ascii = self->view.host->look->ascii,
        .vacant = self->vacant,
        .all = all,
        .now = self->view.host->now(),
    };

    return outline_new(self->guest, &options);
}

static const Outline *whole_outline(TreeView *self)
{
    if (!self->whole)
        self->whole = lay_outline(self, TRUE, NULL);
    return self->whole;
}

/* What is searched: always the whole tree, folded or not. */
static const Outline *searched(TreeView *self)
{
    return self->filter ? self->outline : whole_outline(self);
}

static Outline *shown_outline(TreeView *self)
{
    g_autoptr(GHashTable) only =
        self->filter ? outline_find_text(whole_outline(self), self->filter) : NULL;

    return lay_outline(self, only != NULL, only);
}

static void lay_out(TreeView *self)
{
    guint index;

    outline_free(self->outline);
    self->outline = shown_outline(self);
    self->address_columns = tree_row_address_columns(self->outline);
    index = outline_find(self->outline, self->key);
    list_cursor_update(&self->cursor, outline_length(self->outline),
                       index == G_MAXUINT ? self->cursor.at : index);
    remember(self);
}

static void tree_update(View *view, SessionChange change)
{
    TreeView *self = (TreeView *)view;
    Guest *before = self->guest;
    Guest *now = (Guest *)session_guest(view->host->session); /* shared by counting, not changed */

    if (change == SESSION_PLAN_CHANGED || change == SESSION_JOURNAL_GREW)
        return;
    self->guest = now ? guest_ref(now) : NULL;
    self->match = session_match(view->host->session);
    g_clear_pointer(&self->whole, outline_free);
    lay_out(self);
    g_clear_pointer(&before, guest_unref);
}

static View *tree_new(const ViewHost *host)
{
    TreeView *self = g_new0(TreeView, 1);

    self->view = (View){ &tree_view_class, host };
    self->toggled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->opened = g_ptr_array_new_with_free_func(g_free);
    lay_out(self);
    return &self->view;
}

static void tree_free(View *view)
{
    TreeView *self = (TreeView *)view;

    outline_free(self->outline);
    outline_free(self->whole);
    g_clear_pointer(&self->guest, guest_unref);
    g_hash_table_unref(self->toggled);
    g_ptr_array_unref(self->opened);
    g_free(self->filter);
    g_free(self->key);
    g_free(self);
}

/* --- folding --------------------------------------------------------------------------------- */

static void toggle(TreeView *self, const char *key)
{
    if (!g_hash_table_remove(self->toggled, key))
        g_hash_table_add(self->toggled, g_strdup(key));
}

static gboolean tree_enter(View *view)
{
    TreeView *self = (TreeView *)view;
    const OutlineRow *row = tree_row(view);

    if (!row || !row->foldable || self->filter)
        return FALSE;
    g_ptr_array_set_size(self->opened, 0);
    toggle(self, row->key);
    lay_out(self);
    return TRUE;
}

static gboolean go_to_parent(TreeView *self)
{
    guint depth = outline_row(self->outline, self->cursor.at)->depth;

    for (guint i = self->cursor.at; i-- > 0;) {
        if (outline_row(self->outline, i)->depth < depth) {
            go_to(self, i);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean fold(View *view)
{
    const OutlineRow *row = tree_row(view);

    if (row->foldable && !row->folded && tree_enter(view))
        return TRUE;
    return go_to_parent((TreeView *)view);
}

static gboolean unfold(View *view)
{
    TreeView *self = (TreeView *)view;
    const OutlineRow *row = tree_row(view);

    if (row->foldable && row->folded)
        return tree_enter(view);
    if (!row->foldable || row->kind == ROW_VACANT)
        return FALSE;
    go_to(self, self->cursor.at + 1);
    return TRUE;
}

void tree_view_toggle_vacant(View *view)
{
    TreeView *self = (TreeView *)view;

    self->vacant = !self->vacant;
    lay_out(self);
}

/* --- going to what may be folded away -------------------------------------------------------- */

static void open_row(TreeView *self, const char *key)
{
    guint index = outline_find(self->outline, key);

    if (index == G_MAXUINT || !outline_row(self->outline, index)->folded)
        return;
    g_ptr_array_add(self->opened, g_strdup(key));
    toggle(self, key);
    lay_out(self);
}

/* Unfolds what this row of the whole outline hangs on, the outermost first. */
static void open_way_to(TreeView *self, guint index)
{
    const Outline *whole = whole_outline(self);
    guint depth = outline_row(whole, index)->depth;

    for (guint i = index; i-- > 0;) {
        const OutlineRow *row = outline_row(whole, i);

        if (row->depth < depth) {
            open_way_to(self, i);
            open_row(self, row->key);
            return;
        }
    }
}

/* A free place may be inside of a run, which has the key of its first. */
static void open_run_with(TreeView *self, guint index)
{
    const Outline *whole = whole_outline(self);
    guint depth = outline_row(whole, index)->depth;

    for (guint i = index + 1; i-- > 0;) {
        const OutlineRow *row = outline_row(whole, i);

        if (row->kind != ROW_VACANT || row->depth != depth)
            return;
        if (outline_find(self->outline, row->key) != G_MAXUINT) {
            open_row(self, row->key);
            return;
        }
    }
}

static gboolean offers_bus(const OutlineRow *row, const char *path)
{
    const GPtrArray *buses = row->device ? row->device->buses : NULL;

    for (guint i = 0; buses && i < buses->len; i++)
        if (g_strcmp0(((const Bus *)buses->pdata[i])->path, path) == 0)
            return TRUE;
    return FALSE;
}

/* The slot of an empty port, and those of a bus that takes no hotplug, have no rows here, but cards
 * in the slots view: the row of what carries them; NULL for none. */
static const OutlineRow *carrier_of(const Outline *whole, const char *key)
{
    const char *place = strstr(key, "/vacant/");
    g_autofree char *bus = place ? g_strndup(key, (gsize)(place - key)) : NULL;

    for (guint i = 0; bus && i < outline_length(whole); i++)
        if (offers_bus(outline_row(whole, i), bus))
            return outline_row(whole, i);
    return NULL;
}

static gboolean reveal(TreeView *self, const char *key)
{
    const OutlineRow *carrier;
    guint index;

    if (go_to_key(self, key))
        return TRUE;
    if (self->filter)
        return FALSE;
    index = outline_find(whole_outline(self), key);
    carrier = index == G_MAXUINT ? carrier_of(whole_outline(self), key) : NULL;
    if (index == G_MAXUINT)
        return carrier && reveal(self, carrier->key);
    open_way_to(self, index);
    if (outline_find(self->outline, key) == G_MAXUINT)
        open_run_with(self, index);
    return go_to_key(self, key);
}

static gboolean tree_select(View *view, const char *key)
{
    TreeView *self = (TreeView *)view;

    g_ptr_array_set_size(self->opened, 0);
    return reveal(self, key);
}

/* --- moving ---------------------------------------------------------------------------------- */

static gboolean is_vacant(const OutlineRow *row, const OutlineRow *from)
{
    return row->kind == ROW_VACANT;
}

static gboolean is_bus(const OutlineRow *row, const OutlineRow *from)
{
    return row->kind == ROW_BUS ||
           (row->kind == ROW_DEVICE && row->device->buses && row->device->buses->len);
}

static gboolean is_of_kind(const OutlineRow *row, const OutlineRow *from)
{
    return row->kind == from->kind && row->device && from->device &&
           row->device->kind == from->device->kind;
}

/* The next such row of the whole tree, round its end. */
static gboolean go_to_next(TreeView *self,
                           gboolean (*is_such)(const OutlineRow *row, const OutlineRow *from))
{
    const Outline *whole = searched(self);
    guint length = outline_length(whole), at = outline_find(whole, self->key);

    for (guint i = 1; at != G_MAXUINT && i < length; i++) {
        const OutlineRow *row = outline_row(whole, (at + i) % length);

        if (is_such(row, outline_row(whole, at)))
            return tree_select(&self->view, row->key);
    }
    return FALSE;
}

static gboolean tree_move(View *view, ViewMove move)
{
    TreeView *self = (TreeView *)view;

    if (!tree_row(view))
        return FALSE;
    switch (move) {
    case MOVE_LEFT:
        return fold(view);
    case MOVE_RIGHT:
        return unfold(view);
    case MOVE_PARENT:
        return go_to_parent(self);
    case MOVE_NEXT_VACANT:
        return go_to_next(self, is_vacant);
    case MOVE_NEXT_BUS:
        return go_to_next(self, is_bus);
    case MOVE_NEXT_OF_KIND:
        return go_to_next(self, is_of_kind);
    default:
        list_cursor_move(&self->cursor, move);
        remember(self);
        return TRUE;
    }
}

/* The lines of a tree end in what says whether a row is folded, "┬ " or "+ ", and its name. */
static gboolean is_on_fold(const TreeView *self, int column)
{
    const OutlineRow *row = tree_row(&self->view);
    int name = self->columns.name + text_columns(row->lines);

    return row->foldable && column < name && column >= MAX(name - FOLD_COLUMNS, 0);
}

/* On that a click folds at once, and a second one right after it is another one of those. */
static gboolean tree_click(View *view, int line, int column)
{
    TreeView *self = (TreeView *)view;
    guint index = list_cursor_row_on(&self->cursor, line - HEADS);

    if (index == G_MAXUINT)
        return FALSE;
    go_to(self, index);
    return !is_on_fold(self, column) || !tree_enter(view);
}

static void tree_scroll(View *view, int lines)
{
    TreeView *self = (TreeView *)view;

    list_cursor_scroll(&self->cursor, lines);
    remember(self);
}

/* --- searching ------------------------------------------------------------------------------- */

static guint tree_length(View *view)
{
    return outline_length(searched((TreeView *)view));
}

static char *tree_text(View *view, guint index)
{
    return outline_row_text(outline_row(searched((TreeView *)view), index));
}

static guint tree_index(View *view)
{
    TreeView *self = (TreeView *)view;

    return outline_find(searched(self), self->key);
}

/* What the match before had to unfold is folded again: only the way to this one stays open. */
static void tree_go(View *view, guint index)
{
    TreeView *self = (TreeView *)view;
    g_autofree char *key = g_strdup(outline_row(searched(self), index)->key);

    for (guint i = self->opened->len; i-- > 0;)
        toggle(self, self->opened->pdata[i]);
    if (self->opened->len)
        lay_out(self);
    g_ptr_array_set_size(self->opened, 0);
    reveal(self, key);
}

static void tree_filter(View *view, const char *text)
{
    TreeView *self = (TreeView *)view;

    g_free(self->filter);
    self->filter = g_strdup(text);
    lay_out(self);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void tree_draw(View *view, const Canvas *canvas, int *line, int *column)
{
    TreeView *self = (TreeView *)view;
    gint64 now = view->host->now();

    self->columns = tree_columns(canvas->columns, self->address_columns);
    list_cursor_set_page(&self->cursor, canvas->rows - HEADS);
    tree_row_draw_heads(canvas, &self->columns);
    for (int i = 0; i < (int)self->cursor.page; i++) {
        guint index = list_cursor_row_on(&self->cursor, i);
        const OutlineRow *row = outline_row(self->outline, index);

        if (!row)
            break;
        tree_row_draw(
            row, canvas, i + HEADS, &self->columns,
            (TreeRowLook){ .selected = index == self->cursor.at,
                           .fresh = tree_row_is_fresh(row, now),
                           .marked = g_hash_table_contains(view->host->marks, row->key) });
    }
    *line = tree_row(view) ? (int)(self->cursor.at - self->cursor.top) + HEADS : -1;
    *column = 0;
}

const ViewClass tree_view_class = {
    .name = "Tree",
    .details = TRUE,
    .events = TRUE,
    .new = tree_new,
    .free = tree_free,
    .update = tree_update,
    .row = tree_row,
    .select = tree_select,
    .move = tree_move,
    .enter = tree_enter,
    .click = tree_click,
    .scroll = tree_scroll,
    .length = tree_length,
    .text = tree_text,
    .index = tree_index,
    .go = tree_go,
    .filter = tree_filter,
    .draw = tree_draw,
};
