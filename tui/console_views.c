/* The views of the console: which there are, which is on the screen, and what its cursor is on. */
#include "tui/console_private.h"

#include "tui/plan_view.h"
#include "tui/drives_view.h"
#include "tui/events_view.h"
#include "tui/guest_view.h"
#include "tui/slots_view.h"
#include "tui/tree_view.h"

static const ViewClass *const classes[VIEWS] = {
    [VIEW_TREE] = &tree_view_class,     [VIEW_SLOTS] = &slots_view_class,
    [VIEW_PLAN] = &plan_view_class,     [VIEW_DRIVES] = &drives_view_class,
    [VIEW_EVENTS] = &events_view_class, [VIEW_GUEST] = &guest_view_class,
};

const ViewClass *view_class(ViewId id)
{
    return classes[id];
}

View *console_view(const Console *console)
{
    return console->views[console->view];
}

static gboolean has_view(const Console *console, ViewId id)
{
    return classes[id] && (!classes[id]->exists || classes[id]->exists(console->session));
}

void console_make_views(Console *console)
{
    console->marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    console->host = (ViewHost){
        .session = console->session,
        .look = &console->look,
        .now = console->now,
        .marks = console->marks,
        .repaint = console_paint_soon,
        .data = console,
    };
    for (int id = 0; id < VIEWS; id++)
        if (has_view(console, (ViewId)id))
            console->views[id] = classes[id]->new (&console->host);
    console_take_tree(console);
}

void console_free_views(Console *console)
{
    for (int id = 0; id < VIEWS; id++)
        if (console->views[id])
            console->views[id]->class->free(console->views[id]);
    g_hash_table_unref(console->marks);
    for (int id = 0; id < VIEWS; id++)
        g_free(console->filters[id]);
    g_free(console->find);
    g_free(console->key);
}

/* --- the cursor ------------------------------------------------------------------------------ */

const OutlineRow *console_row(const Console *console)
{
    const View *view = console_view(console);

    return view->class->row(view);
}

gboolean console_select(Console *console, const char *key)
{
    View *view = console_view(console);

    return view->class->select && view->class->select(view, key);
}

/* How many lines a move scrolls a pane that is no view. */
static int pane_lines(ViewMove move)
{
    static const int lines[] = {
        [MOVE_UP] = -1,      [MOVE_DOWN] = 1,      [MOVE_PAGE_UP] = -10, [MOVE_PAGE_DOWN] = 10,
        [MOVE_HALF_UP] = -5, [MOVE_HALF_DOWN] = 5, [MOVE_TOP] = -100000, [MOVE_BOTTOM] = 100000,
    };

    return move < G_N_ELEMENTS(lines) ? lines[move] : 0;
}

void console_move(Console *console, int move)
{
    View *view = console_view(console);

    if (console->focus == FOCUS_DETAILS)
        console->detail_top += pane_lines((ViewMove)move);
    else if (console->focus == FOCUS_EVENTS)
        console->events_back -= pane_lines((ViewMove)move);
    else
        view->class->move(view, (ViewMove)move);
}

/* --- which view ------------------------------------------------------------------------------ */

static void remember_row(Console *console)
{
    const OutlineRow *row = console_row(console);

    if (row) {
        g_free(console->key);
        console->key = g_strdup(row->key);
    }
}

static void tell_shown(Console *console, gboolean shown)
{
    View *view = console_view(console);

    if (view->class->show)
        view->class->show(view, shown);
}

void console_show_view(Console *console, int id)
{
    console->focus = FOCUS_VIEW;
    if (!console->views[id] || console->view == (ViewId)id)
        return;
    remember_row(console);
    tell_shown(console, FALSE);
    console->view = (ViewId)id;
    tell_shown(console, TRUE);
    console_take_tree(console);
    if (console->key)
        console_select(console, console->key);
}

/* --- commands -------------------------------------------------------------------------------- */

gboolean console_has(const Console *console, const Command *command)
{
    gboolean here = !command->views || (command->views & IN_VIEW(console->view));
    gboolean elsewhere = command->act_value == console_show_view && !console->views[command->value];

    return here && !elsewhere && (!command->exists || command->exists(console));
}

gboolean console_may_change(const Console *console)
{
    return session_allows_changes(console->session, NULL);
}

gboolean console_has_details(const Console *console)
{
    return console_view(console)->class->details;
}

gboolean console_has_guest_view(const Console *console)
{
    return console->views[VIEW_GUEST] != NULL;
}

gboolean console_shows_slots(const Console *console)
{
    return console->view == VIEW_SLOTS;
}
