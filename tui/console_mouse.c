/* Clicks and the wheel: what is under the pointer takes them. */
#include "tui/console_private.h"

#include "tui/hints.h"
#include "tui/replay_bar.h"

#define DOUBLE_CLICK_US (400 * 1000)
#define WHEEL_LINES 3

static void wheel(Console *console, const MEVENT *mouse, int lines)
{
    const Layout *layout = &console->layout;

    if (console->prompt && prompt_scroll(console->prompt, mouse->y, mouse->x, lines))
        return;
    if (console->dialog) {
        dialog_scroll(console->dialog, lines);
    } else if (canvas_has(&layout->details, mouse->y, mouse->x)) {
        console->detail_top += lines;
    } else if (canvas_has(&layout->events, mouse->y, mouse->x)) {
        console->events_back -= lines;
    } else {
        View *view = console_view(console);

        view->class->scroll(view, lines);
    }
}

static void click_view(Console *console, const MEVENT *mouse)
{
    View *view = console_view(console);
    gint64 now = g_get_monotonic_time();
    gboolean twice = mouse->y == console->click_row && mouse->x == console->click_column &&
                     now - console->click_at < DOUBLE_CLICK_US;

    console->focus = FOCUS_VIEW;
    console_await(console, NULL);
    console->click_at = twice ? 0 : now;
    console->click_row = mouse->y;
    console->click_column = mouse->x;
    if (view->class->click(view, mouse->y - console->layout.view.top,
                           mouse->x - console->layout.view.left) &&
        twice)
        console_toggle(console);
}

/* The text of the filter stands before the hints. */
static gboolean is_on_filter(const Console *console, const MEVENT *mouse)
{
    return console_filter_text(console) && console->hints && console->hints->len &&
           mouse->y == console->layout.hint_row &&
           mouse->x < g_array_index(console->hints, Hint, 0).column;
}

/* What the tab or hint under the pointer does; NULL elsewhere, and where a click just before has
 * led to a view that has no such thing. */
static const Command *command_at(const Console *console, const MEVENT *mouse)
{
    const Command *command = NULL;

    if (is_on_filter(console, mouse))
        command = command_find("filter");
    else if (mouse->y == console->layout.hint_row)
        command = hints_find(console->hints, mouse->x);
    else if (mouse->y == HEADER_TAB_ROW)
        command = hints_find(console->tabs, mouse->x);
    return command && console_has(console, command) ? command : NULL;
}

static void click_tour(Console *console, int row, int column)
{
    switch (tour_click(console->tour, &console->layout.tour, row, column)) {
    case TOUR_HIDE:
        tour_show(console->tour, FALSE);
        break;
    case TOUR_SKIP:
        tour_skip(console->tour);
        break;
    case TOUR_NOTHING:
        break;
    }
}

static void click(Console *console, const MEVENT *mouse)
{
    const Layout *layout = &console->layout;
    const Command *command = console->dialog ? NULL : command_at(console, mouse);

    if (canvas_has(&layout->tour, mouse->y, mouse->x)) {
        click_tour(console, mouse->y - layout->tour.top, mouse->x);
    } else if (console->dialog) {
        console_do(console, dialog_click(console->dialog, mouse->y, mouse->x));
    } else if (command) {
        console_act(console, command);
    } else if (console->replay && mouse->y == layout->replay_row) {
        replay_bar_click(&console->replay_bar, console->replay, mouse->x);
    } else if (canvas_has(&layout->details, mouse->y, mouse->x)) {
        console->focus = FOCUS_DETAILS;
    } else if (canvas_has(&layout->events, mouse->y, mouse->x)) {
        console->focus = FOCUS_EVENTS;
    } else if (canvas_has(&layout->view, mouse->y, mouse->x)) {
        click_view(console, mouse);
    }
}

void console_mouse(Console *console, const MEVENT *mouse)
{
    if (mouse->bstate & BUTTON4_PRESSED)
        wheel(console, mouse, -WHEEL_LINES);
    else if (mouse->bstate & BUTTON5_PRESSED)
        wheel(console, mouse, WHEEL_LINES);
    else if (mouse->bstate & BUTTON1_PRESSED) {
        if (console->prompt && prompt_click(console->prompt, mouse->y, mouse->x))
            return;
        console_prompt_leave(console);
        console_forget_message(console);
        click(console, mouse);
    }
}
