/* The list of messages with its cursor, painted. What is listed is message_list.c's. */
#include "tui/events_view.h"

#include <string.h>

#include "tui/list_cursor.h"
#include "tui/message_list.h"
#include "tui/message_row.h"

#define HEADS 1
#define FOOT_FROM_ROWS 6

typedef struct {
    View view;
    MessageList *list;
    ListCursor cursor;
    MessagePlace at;
    gboolean following; /* goes along with the newest message */
    gboolean listening;
} EventsView;

/* --- where the cursor is --------------------------------------------------------------------- */

/* Whoever has unfolded the newest one reads it. */
static gboolean is_on_newest(const EventsView *self)
{
    guint length = message_list_length(self->list);

    return !length || (self->at.line == 0 && !message_list_lines(self->list, length - 1) &&
                       message_list_message(self->list, length - 1)->number == self->at.number);
}

static void remember(EventsView *self)
{
    self->at = message_list_place(self->list, self->cursor.at, NULL);
    self->following = is_on_newest(self);
}

static void go_to_place(EventsView *self, MessagePlace place)
{
    list_cursor_go(&self->cursor, message_list_row(self->list, place));
    remember(self);
}

/* The list is another one. */
static void settle(EventsView *self)
{
    guint rows = message_list_rows(self->list);
    guint row = self->following ? MAX(rows, 1) - 1 : message_list_row(self->list, self->at);

    list_cursor_update(&self->cursor, rows, row);
    remember(self);
}

/* The index of the message that the cursor is on or in; G_MAXUINT in an empty list. */
static guint current(const EventsView *self)
{
    guint index = G_MAXUINT;

    message_list_place(self->list, self->cursor.at, &index);
    return index;
}

/* --- life ------------------------------------------------------------------------------------ */

static void on_trace(Trace *trace, const TraceMessage *message, gpointer data)
{
    EventsView *self = data;
    const ViewHost *host = self->view.host;

    if (message)
        message_list_take(self->list, message);
    else
        message_list_refresh(self->list);
    settle(self);
    host->repaint(host->data);
}

static View *events_new(const ViewHost *host)
{
    EventsView *self = g_new0(EventsView, 1);

    self->view = (View){ &events_view_class, host };
    self->list = message_list_new(session_trace(host->session));
    self->following = TRUE;
    return &self->view;
}

static void stop_listening(EventsView *self)
{
    if (self->listening)
        trace_unlisten(session_trace(self->view.host->session), on_trace, self);
    self->listening = FALSE;
}

static void events_free(View *view)
{
    EventsView *self = (EventsView *)view;

    stop_listening(self);
    message_list_free(self->list);
    g_free(self);
}

/* While nobody looks nothing is done for a message. */
static void events_show(View *view, gboolean shown)
{
    EventsView *self = (EventsView *)view;

    stop_listening(self);
    if (!shown)
        return;
    trace_listen(session_trace(view->host->session), on_trace, self);
    self->listening = TRUE;
    message_list_refresh(self->list);
    settle(self);
}

static void events_update(View *view, SessionChange change)
{
    /* The trace tells what comes. */
}

static const OutlineRow *events_row(const View *view)
{
    return NULL;
}

/* --- moving ---------------------------------------------------------------------------------- */

/* What is unfolded comes into sight, as far as there is room. */
static void show_lines(EventsView *self)
{
    ListCursor *cursor = &self->cursor;
    guint rows = 1 + message_list_lines(self->list, current(self));

    if (cursor->at + rows > cursor->top + cursor->page)
        cursor->top = cursor->at + rows - MIN(rows, cursor->page);
}

static void toggle(EventsView *self, guint index)
{
    self->following = FALSE;
    message_list_toggle(self->list, index);
    settle(self);
    if (message_list_lines(self->list, index))
        show_lines(self);
}

static gboolean move_out(EventsView *self, guint index)
{
    if (self->at.line)
        go_to_place(self, (MessagePlace){ self->at.number, 0 });
    else if (message_list_lines(self->list, index))
        toggle(self, index);
    else
        return FALSE;
    return TRUE;
}

static gboolean move_in(EventsView *self, guint index)
{
    if (!message_list_lines(self->list, index))
        toggle(self, index);
    else if (!self->at.line)
        go_to_place(self, (MessagePlace){ self->at.number, 1 });
    else
        return FALSE;
    return TRUE;
}

/* From a line of JSON to its message, from a reply to its command. */
static gboolean move_to_parent(EventsView *self, guint index)
{
    guint64 answers = message_list_message(self->list, index)->answers;

    if (self->at.line)
        return move_out(self, index);
    if (!answers || message_list_find(self->list, answers) == G_MAXUINT)
        return FALSE;
    go_to_place(self, (MessagePlace){ answers, 0 });
    return TRUE;
}

static gboolean is_alike(const TraceMessage *a, const TraceMessage *b)
{
    return a->kind == b->kind && g_str_equal(a->name, b->name);
}

static gboolean move_to_next_alike(EventsView *self, guint index)
{
    const TraceMessage *here = message_list_message(self->list, index);
    guint length = message_list_length(self->list);

    for (guint i = 1; i < length; i++) {
        const TraceMessage *message = message_list_message(self->list, (index + i) % length);

        if (is_alike(here, message)) {
            go_to_place(self, (MessagePlace){ message->number, 0 });
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean events_move(View *view, ViewMove move)
{
    EventsView *self = (EventsView *)view;
    guint index = current(self);

    if (index == G_MAXUINT)
        return FALSE;
    switch (move) {
    case MOVE_LEFT:
        return move_out(self, index);
    case MOVE_RIGHT:
        return move_in(self, index);
    case MOVE_PARENT:
        return move_to_parent(self, index);
    case MOVE_NEXT_OF_KIND:
        return move_to_next_alike(self, index);
    default:
        if (!list_cursor_move(&self->cursor, move))
            return FALSE;
        remember(self);
        return TRUE;
    }
}

/* In its JSON: the message is folded, and the cursor is on it. */
static gboolean events_enter(View *view)
{
    EventsView *self = (EventsView *)view;
    guint index = current(self);

    if (index == G_MAXUINT)
        return FALSE;
    self->at.line = 0;
    toggle(self, index);
    return TRUE;
}

static gboolean events_click(View *view, int line, int column)
{
    EventsView *self = (EventsView *)view;
    guint row = list_cursor_row_on(&self->cursor, line - HEADS);

    if (row == G_MAXUINT)
        return FALSE;
    list_cursor_go(&self->cursor, row);
    remember(self);
    return TRUE;
}

static void events_scroll(View *view, int lines)
{
    EventsView *self = (EventsView *)view;

    list_cursor_scroll_following(&self->cursor, lines);
    remember(self);
}

/* --- searching ------------------------------------------------------------------------------- */

static guint events_length(View *view)
{
    return message_list_length(((EventsView *)view)->list);
}

static char *events_text(View *view, guint index)
{
    const TraceMessage *message = message_list_message(((EventsView *)view)->list, index);
    g_autofree char *json = trace_message_text(message, FALSE);

    return g_strjoin(" ", message->name, message->purpose, json, NULL);
}

static guint events_index(View *view)
{
    return current((EventsView *)view);
}

static void events_go(View *view, guint index)
{
    EventsView *self = (EventsView *)view;

    go_to_place(self, (MessagePlace){ message_list_message(self->list, index)->number, 0 });
}

static void events_filter(View *view, const char *text)
{
    EventsView *self = (EventsView *)view;

    message_list_filter(self->list, text);
    settle(self);
}

/* --- for the keys ---------------------------------------------------------------------------- */

void events_view_toggle_pause(View *view)
{
    EventsView *self = (EventsView *)view;

    message_list_pause(self->list, !message_list_is_paused(self->list));
    settle(self);
}

void events_view_next_detail(View *view)
{
    EventsView *self = (EventsView *)view;
    int next = (message_list_detail(self->list) + 1) % MESSAGE_DETAILS;

    message_list_set_detail(self->list, (MessageDetail)next);
    settle(self);
}

const TraceMessage *events_view_command(const View *view)
{
    const EventsView *self = (const EventsView *)view;
    guint index = current(self);
    const TraceMessage *message =
        index == G_MAXUINT ? NULL : message_list_message(self->list, index);

    if (message && message->kind == TRACE_REPLY)
        message = trace_find(session_trace(view->host->session), message->answers);
    return message && message->kind == TRACE_COMMAND ? message : NULL;
}

guint events_view_listed(const View *view)
{
    return message_list_length(((const EventsView *)view)->list);
}

const TraceMessage *events_view_message(const View *view, guint index)
{
    return message_list_message(((const EventsView *)view)->list, index);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_row(EventsView *self, const Canvas *base, int line, const MessageColumns *columns,
                     guint row)
{
    guint index;
    MessagePlace place = message_list_place(self->list, row, &index);
    Canvas canvas = *base;

    if (row == self->cursor.at) {
        canvas.selected = TRUE;
        draw_blank(&canvas, line, 0, canvas.columns);
        draw_glyph(&canvas, line, 0, ELEMENT_TEXT, GLYPH_CURSOR);
    }
    if (place.line)
        message_row_draw_json(message_list_line(self->list, index, place.line), &canvas, line,
                              columns);
    else
        message_row_draw(message_list_message(self->list, index),
                         message_list_gist(self->list, index), &canvas, line, columns);
}

/* "41 messages, 312 of polling hidden". (transfer full) */
static char *count_text(const EventsView *self)
{
    static const char *const hidden[MESSAGE_DETAILS] = {
        [MESSAGES_BUT_POLLING] = "polling",
        [MESSAGES_OF_CHANGES] = "polling and reading",
    };
    guint length = message_list_length(self->list);
    guint considered = message_list_considered(self->list);

    if (message_list_is_filtered(self->list))
        return g_strdup_printf("%u of %u messages", length, considered);
    if (length < considered)
        return g_strdup_printf("%u message%s, %u of %s hidden", length, length == 1 ? "" : "s",
                               considered - length, hidden[message_list_detail(self->list)]);
    return g_strdup_printf("%u message%s", length, length == 1 ? "" : "s");
}

/* (transfer full) */
static char *place_text(const EventsView *self)
{
    guint length = message_list_length(self->list), index = current(self);

    if (message_list_is_paused(self->list))
        return g_strdup_printf("paused, %u newer", message_list_newer(self->list));
    return self->following ? g_strdup("following")
                           : g_strdup_printf("%u later", length - 1 - index);
}

static void draw_foot(const EventsView *self, const Canvas *canvas, int row)
{
    g_autofree char *count = count_text(self);
    g_autofree char *place = place_text(self);

    if (text_columns(count) + text_columns(place) + 8 > canvas->columns) /* the place counts more */
        count[strcspn(count, " ")] = '\0';
    draw_rule(canvas, row, count, place);
}

static void draw_nothing(const EventsView *self, const Canvas *canvas)
{
    draw_text(canvas, HEADS, 1, canvas->columns - 1, ELEMENT_DIM,
              message_list_is_filtered(self->list) ? "no message has this text in it"
                                                   : "no message yet");
}

static void events_draw(View *view, const Canvas *given, int *line, int *column)
{
    EventsView *self = (EventsView *)view;
    MessageColumns columns = message_columns(given->columns);
    int foot = given->rows >= FOOT_FROM_ROWS;
    Canvas part = *given, *canvas = &part;

    part.greyed = FALSE; /* what was said stays true when the guest is lost */

    if (message_list_set_columns(self->list, canvas->columns - columns.text))
        settle(self);
    list_cursor_set_page(&self->cursor, canvas->rows - HEADS - foot);
    message_row_draw_heads(canvas, &columns);
    for (int i = 0; i < (int)self->cursor.page; i++) {
        guint row = list_cursor_row_on(&self->cursor, i);

        if (row == G_MAXUINT)
            break;
        draw_row(self, canvas, i + HEADS, &columns, row);
    }
    if (foot)
        draw_foot(self, canvas, canvas->rows - 1);
    if (!self->cursor.length)
        draw_nothing(self, canvas);
    *line = self->cursor.length ? (int)(self->cursor.at - self->cursor.top) + HEADS : -1;
    *column = 0;
}

const ViewClass events_view_class = {
    .name = "Events",
    .new = events_new,
    .free = events_free,
    .show = events_show,
    .update = events_update,
    .row = events_row,
    .move = events_move,
    .enter = events_enter,
    .click = events_click,
    .scroll = events_scroll,
    .length = events_length,
    .text = events_text,
    .index = events_index,
    .go = events_go,
    .filter = events_filter,
    .draw = events_draw,
};
