/* Lines of the serial console. The cursor on the last one follows what comes. */
#include "tui/guest_view.h"

#include "engine/serial_tail.h"
#include "monitor/text.h"
#include "tui/list_cursor.h"

typedef struct {
    View view;
    SerialTail *tail;
    ListCursor cursor;
    guint dropped; /* of the tail, when the cursor was put */
    gboolean follows;
} GuestView;

static GuestView *self_of(View *view)
{
    return (GuestView *)view;
}

/* The cursor stays on its line, which has moved up where older ones were let go. */
static void take_lines(GuestView *self)
{
    guint length = serial_tail_length(self->tail), dropped = serial_tail_dropped(self->tail);
    guint gone = dropped - self->dropped;

    self->dropped = dropped;
    list_cursor_update(&self->cursor, length, self->cursor.at - MIN(gone, self->cursor.at));
    if (self->follows)
        list_cursor_go(&self->cursor, G_MAXUINT);
}

static void on_more(gpointer data)
{
    GuestView *self = data;

    take_lines(self);
    self->view.host->repaint(self->view.host->data);
}

static View *guest_view_new(const ViewHost *host)
{
    GuestView *self = g_new0(GuestView, 1);

    self->view = (View){ &guest_view_class, host };
    self->tail = serial_tail_new(session_serial(host->session), on_more, self);
    self->follows = TRUE;
    return &self->view;
}

static void guest_view_free(View *view)
{
    serial_tail_free(self_of(view)->tail);
    g_free(view);
}

static gboolean guest_view_exists(Session *session)
{
    return session_serial(session) != NULL;
}

static void guest_view_show(View *view, gboolean shown)
{
    serial_tail_watch(self_of(view)->tail, shown);
    if (shown)
        serial_tail_read(self_of(view)->tail);
}

static void guest_view_update(View *view, SessionChange change)
{
    take_lines(self_of(view));
}

static const OutlineRow *guest_view_row(const View *view)
{
    return NULL;
}

/* --- moving ---------------------------------------------------------------------------------- */

static void note_following(GuestView *self)
{
    self->follows = self->cursor.at + 1 >= self->cursor.length;
}

static gboolean guest_view_move(View *view, ViewMove move)
{
    gboolean moved = list_cursor_move(&self_of(view)->cursor, move);

    note_following(self_of(view));
    return moved;
}

static gboolean guest_view_click(View *view, int line, int column)
{
    GuestView *self = self_of(view);
    guint row = list_cursor_row_on(&self->cursor, line - 1);

    if (row == G_MAXUINT)
        return FALSE;
    list_cursor_go(&self->cursor, row);
    note_following(self);
    return TRUE;
}

static void guest_view_scroll(View *view, int lines)
{
    list_cursor_scroll_following(&self_of(view)->cursor, lines);
    note_following(self_of(view));
}

/* --- finding --------------------------------------------------------------------------------- */

static guint guest_view_length(View *view)
{
    return serial_tail_length(self_of(view)->tail);
}

static char *guest_view_text(View *view, guint index)
{
    return text_printable(serial_tail_line(self_of(view)->tail, index), -1, 0);
}

static guint guest_view_index(View *view)
{
    return self_of(view)->cursor.at;
}

static void guest_view_go(View *view, guint index)
{
    list_cursor_go(&self_of(view)->cursor, index);
    note_following(self_of(view));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_line(GuestView *self, const Canvas *canvas, int row, guint index)
{
    g_autofree char *text = guest_view_text(&self->view, index);
    Canvas line = canvas_part(canvas, row, 0, 1, canvas->columns);

    line.selected = index == self->cursor.at;
    draw_blank(&line, 0, 0, line.columns);
    draw_text(&line, 0, 1, line.columns - 2, ELEMENT_TEXT, text);
}

static void draw_silence(const Canvas *canvas)
{
    g_autoptr(GPtrArray) lines = text_wrap(
        "The guest has said nothing on its serial console yet. A Linux guest speaks there "
        "when its kernel has console=ttyS0 on its command line.",
        canvas->columns - 4);

    for (guint i = 0; i < lines->len; i++)
        draw_text(canvas, 2 + (int)i, 2, canvas->columns - 4, ELEMENT_DIM, lines->pdata[i]);
}

static void guest_view_draw(View *view, const Canvas *canvas, int *line, int *column)
{
    GuestView *self = self_of(view);
    guint length = serial_tail_length(self->tail);
    const char *state = self->follows ? "following" : "stopped: End follows";

    draw_rule(canvas, 0, "Serial console of the guest", state);
    list_cursor_set_page(&self->cursor, canvas->rows - 1);
    for (guint i = 0; i < self->cursor.page && self->cursor.top + i < length; i++)
        draw_line(self, canvas, 1 + (int)i, self->cursor.top + i);
    if (!length)
        draw_silence(canvas);
    *line = length ? 1 + (int)(self->cursor.at - self->cursor.top) : -1;
    *column = 1;
}

const ViewClass guest_view_class = {
    .name = "Guest",
    .new = guest_view_new,
    .free = guest_view_free,
    .exists = guest_view_exists,
    .show = guest_view_show,
    .update = guest_view_update,
    .row = guest_view_row,
    .move = guest_view_move,
    .click = guest_view_click,
    .scroll = guest_view_scroll,
    .length = guest_view_length,
    .text = guest_view_text,
    .index = guest_view_index,
    .go = guest_view_go,
    .draw = guest_view_draw,
};
