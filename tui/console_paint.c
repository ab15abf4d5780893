/* The layout of the screen and the frame that is painted on it. */
#include "tui/console_private.h"

#include "tui/detail_pane.h"
#include "tui/events_pane.h"
#include "tui/hints.h"

#define HEADER_ROWS 2
#define DETAILS_FROM_COLUMNS 80
#define EVENTS_FROM_ROWS 16
#define EVENTS_BESIDE_TOUR 30
#define EVENT_LINES_MAX 12

static Canvas screen_canvas(const Console *console)
{
    return (Canvas){
        .window = tty_window(console->tty),
        .look = &console->look,
        .rows = LINES,
        .columns = COLS,
    };
}

/* 2 lines at 24 rows, 8 at 40; more while they are read. */
static int event_lines(const Console *console, int rows)
{
    int lines = rows < 20 ? 1 : CLAMP(2 + (rows - 24) * 6 / 16, 2, EVENT_LINES_MAX);

    if (!console_view(console)->class->events)
        return -1;
    if (rows < EVENTS_FROM_ROWS)
        return console->focus == FOCUS_EVENTS ? rows / 2 : -1;
    return console->focus == FOCUS_EVENTS ? MAX(lines, (rows - HEADER_ROWS) / 2) : lines;
}

/* The column of the bar: 53 of 80, 78 of 120. Below 80 columns view and details take turns. */
static void place_details(const Console *console, Layout *layout, int top, int rows, int columns)
{
    const Canvas *screen = &layout->screen;

    layout->bar = -1;
    layout->view = canvas_part(screen, top, 0, rows, columns);
    if (!console_view(console)->class->details)
        return;
    if (columns >= DETAILS_FROM_COLUMNS && !console->zoomed) {
        layout->bar = 53 + (columns - 80) * 5 / 8;
        layout->view.columns = layout->bar;
        layout->details =
            canvas_part(screen, top, layout->bar + 2, rows, columns - layout->bar - 2);
    } else if (console->focus == FOCUS_DETAILS) {
        layout->details = canvas_part(screen, top, 1, rows, columns - 2);
        layout->view.rows = 0;
    }
}

Layout console_layout(const Console *console)
{
    Layout layout = { .screen = screen_canvas(console) };
    int rows = layout.screen.rows, columns = layout.screen.columns;
    int tour = tour_lines(console->tour, rows, columns);
    int events = tour && rows < EVENTS_BESIDE_TOUR ? 0 : event_lines(console, rows) + 1;
    int player = console->replay ? 1 : 0;
    int middle = rows - HEADER_ROWS - events - player - tour - 1;

    layout.header = canvas_part(&layout.screen, 0, 0, HEADER_ROWS, columns);
    place_details(console, &layout, HEADER_ROWS, middle, columns);
    layout.events = canvas_part(&layout.screen, HEADER_ROWS + middle, 0, events, columns);
    layout.replay_row = player ? rows - 2 : -1;
    layout.tour = canvas_part(&layout.screen, rows - 1 - tour, 0, tour, columns);
    layout.hint_row = rows - 1;
    return layout;
}

/* --- panes ----------------------------------------------------------------------------------- */

static void paint_bar(const Layout *layout)
{
    for (int row = 0; layout->bar >= 0 && row < layout->details.rows; row++)
        draw_glyph(&layout->screen, layout->details.top + row, layout->bar, ELEMENT_RULE,
                   GLYPH_BAR);
}

static void paint_details(Console *console, const Layout *layout, gboolean live)
{
    const OutlineRow *row = console_row(console);
    g_autofree char *explanation = NULL;
    DetailFacts facts = { .row = row,
                          .match = session_match(console->session),
                          .now = console->now(),
                          .connected = live };

    if (layout->details.rows <= 3)
        return;
    if (live && row && row->device && row->device->state == STATE_LEAVING)
        explanation = session_explain_leaving(console->session, row->device);
    facts.explanation = explanation;
    detail_pane_draw(&facts, &layout->details, console->focus == FOCUS_DETAILS,
                     &console->detail_top);
}

/* Where the row under the cursor is told of; without rows: nowhere. */
static Canvas facts_place(const Console *console, const Layout *layout)
{
    const View *view = console_view(console);

    return view->class->facts ? view->class->facts(view, &layout->view) : layout->details;
}

static gboolean is_same_place(const Canvas *one, const Canvas *other)
{
    return one->top == other->top && one->left == other->left && one->rows == other->rows &&
           one->columns == other->columns;
}

/* While the cursor moves the facts of the row that it was on stay, as the latest frame had them:
 * they are read when it rests, and a slow line carries the rows alone. NULL: they may not.
 * (transfer full) */
static WINDOW *facts_that_stay(const Console *console)
{
    gboolean moving = g_get_monotonic_time() < console->moving_until;

    return moving && console->facts_clear ? canvas_copy(&console->facts) : NULL;
}

static void take_row(Console *console)
{
    const OutlineRow *row = console_row(console);

    if (g_strcmp0(console->told_key, row ? row->key : NULL) == 0)
        return;
    g_free(console->told_key);
    console->told_key = g_strdup(row ? row->key : NULL);
    console->detail_top = 0;
}

/* told: the facts that stay, if their place is still the same; NULL. Gives whether they do. */
static gboolean paint_facts(Console *console, const Layout *layout, gboolean live, WINDOW *told)
{
    Canvas place = facts_place(console, layout);
    gboolean wait = told && is_same_place(&place, &console->facts);

    if (wait) {
        canvas_paste(&place, told);
    } else {
        take_row(console);
        paint_details(console, layout, live);
    }
    console->facts = place;
    console->facts_clear = !console->dialog;
    return wait;
}

/* Before the first tree: what is waited for, and what can be done about it. */
static void paint_waiting(const Console *console, const Layout *layout)
{
    g_autofree char *text = header_connection_text(console->session);
    g_autoptr(GPtrArray) lines = text_wrap(text ? text : "", layout->screen.columns - 8);
    gboolean lost = session_state(console->session) == SESSION_LOST;

    for (guint i = 0; i < lines->len; i++)
        draw_text(&layout->screen, layout->screen.rows / 3 + (int)i, 4, layout->screen.columns - 8,
                  lost ? ELEMENT_ERROR : ELEMENT_DIM, lines->pdata[i]);
}

static void paint_last_line(Console *console, const Layout *layout)
{
    g_autoptr(GPtrArray) commands = NULL;
    int at = 1;

    g_clear_pointer(&console->hints, g_array_unref);
    if (console->prompt)
        return;
    if (console->message) {
        draw_text(&layout->screen, layout->hint_row, 1, layout->screen.columns - 2,
                  console->message_element, console->message);
        return;
    }
    if (console_filter_text(console))
        at += draw_format(&layout->screen, layout->hint_row, 1, layout->screen.columns / 3,
                          ELEMENT_CHOICE, "&%s", console_filter_text(console)) +
              2;
    commands = console_hints(console);
    console->hints = hints_draw(commands, console, &layout->screen, layout->hint_row, at);
}

static void paint_tabs(Console *console, const Layout *layout)
{
    g_autoptr(GPtrArray) tabs = g_ptr_array_new();
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++)
        if (table[i].act_value == console_show_view && console_has(console, &table[i]))
            g_ptr_array_add(tabs, (gpointer)&table[i]);
    g_clear_pointer(&console->tabs, g_array_unref);
    console->counts.marks = g_hash_table_size(console->marks);
    console->counts.staged = console_staged_count(console);
    console->tabs =
        header_draw(console->session, &console->counts, tabs, (int)console->view, &layout->header);
}

/* Gives the place on the screen that the cursor of the view is on; row -1: nowhere. told: as in
 * paint_facts. */
static void paint_views(Console *console, Layout *layout, WINDOW *told, int *row, int *column)
{
    gboolean live = session_state(console->session) == SESSION_LIVE;
    View *view = console_view(console);

    paint_tabs(console, layout);
    *row = -1;
    if (!session_guest(console->session)) {
        paint_waiting(console, layout);
        return;
    }
    layout->view.greyed = layout->details.greyed = !live;
    if (layout->view.rows > 0)
        view->class->draw(view, &layout->view, row, column);
    paint_bar(layout);
    console->facts_waiting = paint_facts(console, layout, live, told);
    if (layout->events.rows > 0)
        events_pane_draw(session_journal(console->session), &layout->events,
                         console->focus == FOCUS_EVENTS, &console->events_back, layout->bar);
    if (*row >= 0)
        *row += layout->view.top;
}

static void paint_too_small(const Canvas *screen)
{
    draw_format(screen, 0, 0, screen->columns, ELEMENT_CAUTION, "needs %dx%d, has %dx%d",
                CONSOLE_COLUMNS_MIN, CONSOLE_ROWS_MIN, screen->columns, screen->rows);
}

/* The whole screen, but for the tour, which says what to do in the dialog. */
static Canvas dialog_place(const Layout *layout)
{
    const Canvas *screen = &layout->screen;

    return layout->tour.rows > 0
               ? canvas_part(screen, 0, 0, layout->tour.top - screen->top, screen->columns)
               : *screen;
}

static void paint_parts(Console *console, WINDOW *told)
{
    int row = 0, column = 0;

    console->facts_waiting = FALSE;
    console->facts_clear = FALSE;
    canvas_background(&console->layout.screen);
    if (LINES < CONSOLE_ROWS_MIN || COLS < CONSOLE_COLUMNS_MIN) {
        paint_too_small(&console->layout.screen);
    } else {
        paint_views(console, &console->layout, told, &row, &column);
        row = MAX(row, 0);
        if (console->replay)
            console->replay_bar = replay_bar_draw(console->replay, &console->layout.screen,
                                                  console->layout.replay_row);
        paint_last_line(console, &console->layout);
        if (console->layout.tour.rows > 0)
            tour_draw(console->tour, &console->layout.tour);
        if (console->dialog) {
            const Canvas place = dialog_place(&console->layout);

            dialog_paint(console->dialog, &place);
            row = console->dialog->cursor_row;
            column = console->dialog->cursor_column;
        }
        if (console->prompt) {
            row = console->layout.hint_row;
            column = prompt_draw(console->prompt, &console->layout.screen, row);
        }
    }
    tty_show(console->tty, row, column, console->dialog || console->prompt);
}

void console_paint_frame(Console *console)
{
    WINDOW *told = facts_that_stay(console);

    if (console->tour)
        tour_look(console->tour, console);
    console->layout = console_layout(console);
    paint_parts(console, told);
    console->painted_at = g_get_monotonic_time();
    if (told)
        delwin(told);
    if (console->facts_waiting)
        console_paint_within(console, console->moving_until - console->painted_at);
}

void console_paint(Console *console)
{
    console->moving_until = 0;
    console_paint_frame(console);
}
