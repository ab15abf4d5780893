/* The drives view: where its cursor is, and in which order its lines stand. QEMU is asked for rates
 * only while the view is on the screen. */
#include "tui/drives_view.h"

#include "engine/session_domain.h"
#include "tui/drives_draw.h"
#include "tui/list_cursor.h"
#include "tui/tree_row.h"

#define HEADS 1 /* lines above the rows */

typedef struct {
    View view;
    gboolean shown;
    DrivesOrder order;
    char *filter; /* NULL: all is shown */
    Guest *guest;
    Outline *outline;
    DrivesModel *model;
    char *key; /* of the row that the cursor is on */
    ListCursor cursor;
    DrivesColumns columns; /* where they were painted */
} DrivesView;

/* --- where the cursor is --------------------------------------------------------------------- */

static const DrivesLine *line_at(const DrivesView *self)
{
    return drives_model_line(self->model, self->cursor.at);
}

static const OutlineRow *drives_row(const View *view)
{
    const DrivesLine *line = line_at((const DrivesView *)view);

    return line ? line->row : NULL;
}

static void remember(DrivesView *self)
{
    const DrivesLine *line = line_at(self);

    g_free(self->key);
    self->key = line ? g_strdup(line->row->key) : NULL;
}

static gboolean go_to(DrivesView *self, guint index)
{
    if (index >= drives_model_length(self->model))
        return FALSE;
    list_cursor_go(&self->cursor, index);
    remember(self);
    return TRUE;
}

static gboolean drives_select(View *view, const char *key)
{
    DrivesView *self = (DrivesView *)view;

    return go_to(self, drives_model_find(self->model, key));
}

/* --- what there is --------------------------------------------------------------------------- */

static void take_rows(DrivesView *self)
{
    DrivesOptions options = { self->view.host->session, self->order, self->filter };
    guint index;

    drives_model_free(self->model);
    self->model = drives_model_new(self->outline, &options);
    index = drives_model_find(self->model, self->key);
    list_cursor_update(&self->cursor, drives_model_length(self->model),
                       index == G_MAXUINT ? self->cursor.at : index);
    remember(self);
}

static void take_guest(DrivesView *self)
{
    const ViewHost *host = self->view.host;
    Guest *before = self->guest;
    Guest *now = (Guest *)session_guest(host->session); /* shared by counting, not changed */
    OutlineOptions options = { .match = session_match(host->session),
                               .ascii = host->look->ascii,
                               .all = TRUE,
                               .now = host->now() };

    self->guest = now ? guest_ref(now) : NULL;
    g_clear_pointer(&self->model, drives_model_free);
    outline_free(self->outline);
    self->outline = outline_new(self->guest, &options);
    take_rows(self);
    g_clear_pointer(&before, guest_unref);
}

static void drives_update(View *view, SessionChange change)
{
    if (change == SESSION_RATES_CHANGED)
        take_rows((DrivesView *)view);
    else if (change == SESSION_TREE_CHANGED || change == SESSION_STATE_CHANGED)
        take_guest((DrivesView *)view);
}

static void drives_show(View *view, gboolean shown)
{
    DrivesView *self = (DrivesView *)view;

    if (self->shown != shown)
        session_watch_rates(view->host->session, shown);
    self->shown = shown;
}

static View *drives_new(const ViewHost *host)
{
    DrivesView *self = g_new0(DrivesView, 1);

    self->view = (View){ &drives_view_class, host };
    take_guest(self);
    return &self->view;
}

static void drives_free(View *view)
{
    DrivesView *self = (DrivesView *)view;

    drives_show(view, FALSE);
    drives_model_free(self->model);
    outline_free(self->outline);
    g_clear_pointer(&self->guest, guest_unref);
    g_free(self->filter);
    g_free(self->key);
    g_free(self);
}

const char *drives_view_sort(View *view)
{
    static const char *const names[DRIVES_ORDERS] = { "bay", "size", "rate of reading",
                                                      "rate of writing", "file" };
    DrivesView *self = (DrivesView *)view;

    self->order = (DrivesOrder)((self->order + 1) % DRIVES_ORDERS);
    take_rows(self);
    return names[self->order];
}

/* --- moving ---------------------------------------------------------------------------------- */

static gboolean is_vacant(const DrivesLine *line, const DrivesLine *from)
{
    return line->row->kind == ROW_VACANT;
}

/* A controller, or a drive that is its own. */
static gboolean is_bus(const DrivesLine *line, const DrivesLine *from)
{
    return !line->below;
}

static gboolean is_of_kind(const DrivesLine *line, const DrivesLine *from)
{
    return line->row->device && from->row->device &&
           line->row->device->kind == from->row->device->kind;
}

/* The next such line, round the end. */
static gboolean go_to_next(DrivesView *self,
                           gboolean (*is_such)(const DrivesLine *line, const DrivesLine *from))
{
    guint length = drives_model_length(self->model);

    for (guint i = 1; i < length; i++) {
        guint index = (self->cursor.at + i) % length;

        if (is_such(drives_model_line(self->model, index), line_at(self)))
            return go_to(self, index);
    }
    return FALSE;
}

static gboolean go_to_controller(DrivesView *self)
{
    if (!line_at(self)->below)
        return FALSE;
    for (guint i = self->cursor.at; i-- > 0;) {
        if (!drives_model_line(self->model, i)->below)
            return go_to(self, i);
    }
    return FALSE;
}

static gboolean drives_move(View *view, ViewMove move)
{
    DrivesView *self = (DrivesView *)view;

    if (!line_at(self))
        return FALSE;
    switch (move) {
    case MOVE_LEFT:
    case MOVE_PARENT:
        return go_to_controller(self);
    case MOVE_NEXT_VACANT:
        return go_to_next(self, is_vacant);
    case MOVE_NEXT_BUS:
        return go_to_next(self, is_bus);
    case MOVE_NEXT_OF_KIND:
        return go_to_next(self, is_of_kind);
    default:
        if (!list_cursor_move(&self->cursor, move))
            return FALSE;
        remember(self);
        return TRUE;
    }
}

static void sort_by(DrivesView *self, DrivesOrder order)
{
    if (order == DRIVES_ORDERS)
        return;
    self->order = order;
    take_rows(self);
}

/* A head orders by its column. */
static gboolean drives_click(View *view, int line, int column)
{
    DrivesView *self = (DrivesView *)view;

    if (line < HEADS)
        sort_by(self, drives_order_at(&self->columns, column));
    return line >= HEADS && go_to(self, list_cursor_row_on(&self->cursor, line - HEADS));
}

static void drives_scroll(View *view, int lines)
{
    DrivesView *self = (DrivesView *)view;

    list_cursor_scroll(&self->cursor, lines);
    remember(self);
}

/* --- searching ------------------------------------------------------------------------------- */

static guint drives_length(View *view)
{
    return drives_model_length(((DrivesView *)view)->model);
}

static char *drives_text(View *view, guint index)
{
    return drives_line_text(drives_model_line(((DrivesView *)view)->model, index));
}

static guint drives_index(View *view)
{
    const DrivesView *self = (const DrivesView *)view;

    return line_at(self) ? self->cursor.at : G_MAXUINT;
}

static void drives_go(View *view, guint index)
{
    go_to((DrivesView *)view, index);
}

static void drives_filter(View *view, const char *text)
{
    DrivesView *self = (DrivesView *)view;

    g_free(self->filter);
    self->filter = g_strdup(text);
    take_rows(self);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_nothing(const DrivesView *self, const Canvas *canvas)
{
    const char *text = !self->guest   ? ""
                       : self->filter ? "No drive has this text in it."
                                      : "This guest has no drives, and no controller for them.";
    g_autoptr(GPtrArray) lines = text_wrap(text, canvas->columns - 4);

    for (guint i = 0; i < lines->len; i++)
        draw_text(canvas, 2 + (int)i, 2, canvas->columns - 4, ELEMENT_DIM, lines->pdata[i]);
}

static gboolean is_last_bay(const DrivesView *self, guint index)
{
    const DrivesLine *next = drives_model_line(self->model, index + 1);

    return !next || !next->below;
}

static void drives_draw(View *view, const Canvas *canvas, int *line, int *column)
{
    DrivesView *self = (DrivesView *)view;
    gint64 now = view->host->now();

    self->columns = drives_columns(canvas->columns, self->order);
    list_cursor_set_page(&self->cursor, canvas->rows - HEADS);
    drives_draw_heads(canvas, &self->columns, self->order);
    for (int i = 0; i < (int)self->cursor.page; i++) {
        guint index = list_cursor_row_on(&self->cursor, i);
        const DrivesLine *drive = drives_model_line(self->model, index);

        if (!drive)
            break;
        drives_draw_line(
            self->model, drive, canvas, i + HEADS, &self->columns,
            (DrivesLook){ .selected = index == self->cursor.at,
                          .fresh = tree_row_is_fresh(drive->row, now),
                          .marked = g_hash_table_contains(view->host->marks, drive->row->key),
                          .last = is_last_bay(self, index) });
    }
    if (!line_at(self))
        draw_nothing(self, canvas);
    *line = line_at(self) ? (int)(self->cursor.at - self->cursor.top) + HEADS : -1;
    *column = 0;
}

const ViewClass drives_view_class = {
    .name = "Drives",
    .details = TRUE,
    .events = TRUE,
    .new = drives_new,
    .free = drives_free,
    .show = drives_show,
    .update = drives_update,
    .row = drives_row,
    .select = drives_select,
    .move = drives_move,
    .click = drives_click,
    .scroll = drives_scroll,
    .length = drives_length,
    .text = drives_text,
    .index = drives_index,
    .go = drives_go,
    .filter = drives_filter,
    .draw = drives_draw,
};
