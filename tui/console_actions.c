/* What the keys of the command table do. */
#include "tui/console_private.h"

#include <signal.h>

#include "tui/help_dialog.h"
#include "tui/themes_dialog.h"
#include "tui/tree_view.h"

/* --- the view -------------------------------------------------------------------------------- */

/* What Enter does there is to attach. */
static gboolean is_free_place(const OutlineRow *row)
{
    const GPtrArray *buses = row->device ? row->device->buses : NULL;

    if (row->kind == ROW_ABSENT)
        return TRUE;
    if (row->kind == ROW_VACANT)
        return row->bus->hotpluggable && !row->folded;
    return row->kind == ROW_DEVICE && !row->foldable && buses && buses->len == 1 &&
           ((const Bus *)buses->pdata[0])->hotpluggable;
}

void console_toggle(Console *console)
{
    const OutlineRow *row = console_row(console);
    View *view = console_view(console);

    if (row && is_free_place(row) && console_is_live(console))
        console_act(console, command_find("attach"));
    else if (view->class->enter)
        view->class->enter(view);
}

void console_vacant(Console *console)
{
    tree_view_toggle_vacant(console->views[VIEW_TREE]);
}

static gboolean has_pane(const Console *console, Focus focus)
{
    const ViewClass *class = console_view(console)->class;

    return focus == FOCUS_VIEW || (focus == FOCUS_DETAILS ? class->details : class->events);
}

void console_next_pane(Console *console)
{
    do
        console->focus = (Focus)((console->focus + 1) % FOCUSES);
    while (!has_pane(console, console->focus));
    if (console->focus == FOCUS_DETAILS && console->zoomed)
        console->zoomed = FALSE;
}

void console_back(Console *console)
{
    if (console->focus != FOCUS_VIEW)
        console->focus = FOCUS_VIEW;
    else if (!console_filter_none(console) && !console_unmark_all(console) && console->tour)
        tour_show(console->tour, FALSE);
}

gboolean console_can_go_back(const Console *console)
{
    return console_filter_text(console) || g_hash_table_size(console->marks) > 0;
}

void console_zoom(Console *console)
{
    console->zoomed = !console->zoomed;
    console->focus = FOCUS_VIEW;
}

static void show_theme(const char *name, gpointer data)
{
    console_take_theme(data, name);
}

void console_choose_theme(Console *console)
{
    console_open(console, themes_dialog_new(console->theme_name, show_theme, console));
}

void console_redraw(Console *console)
{
    tty_forget_screen(console->tty);
}

/* --- the program ----------------------------------------------------------------------------- */

void console_help(Console *console)
{
    console_open(console, help_dialog_new(console->view));
}

void console_suspend(Console *console)
{
    session_pause(console->session, TRUE);
    tty_suspend(console->tty);
    session_pause(console->session, FALSE);
}

/* What leaving now would give up; NULL for nothing. (transfer full) */
typedef char *(*StayFn)(const Console *console);

static char *stay_for_plans(const Console *console)
{
    const GPtrArray *running = session_running(console->session);

    if (!running || !running->len)
        return NULL;
    return g_strdup_printf("%u change%s not finished; what comes after it will not be sent.",
                           running->len, running->len == 1 ? " is" : "s are");
}

static char *stay_for_file(const Console *console)
{
    g_autofree char *name = NULL;

    if (!console_has_unsaved(console))
        return NULL;
    name = g_path_get_basename(session_domain_path(console->session));
    return g_strdup_printf("%s has changes that are not saved: %s saves.", name,
                           keymap_label(command_find("save"), console->look.ascii));
}

static char *stay_for_stage(const Console *console)
{
    guint staged = console_staged_count(console);

    if (!staged)
        return NULL;
    return g_strdup_printf("%u change%s staged and not applied: %s applies.", staged,
                           staged == 1 ? " is" : "s are",
                           keymap_label(command_find("apply"), console->look.ascii));
}

/* Asks once for each reason to stay. */
static void leave(Console *console, const char *command, gboolean to_guests)
{
    static const StayFn reasons[] = { stay_for_plans, stay_for_stage, stay_for_file };

    while (console_may_change(console) && console->quit_asked < G_N_ELEMENTS(reasons)) {
        g_autofree char *reason = reasons[console->quit_asked++](console);

        if (reason) {
            console_say(console, ELEMENT_CAUTION, "%s %s again %s.", reason,
                        keymap_label(command_find(command), console->look.ascii),
                        to_guests ? "leaves" : "quits");
            return;
        }
    }
    console->to_guests = to_guests;
    if (console->loop)
        g_main_loop_quit(console->loop);
}

void console_quit(Console *console)
{
    leave(console, "quit", FALSE);
}

void console_guests(Console *console)
{
    leave(console, "guests", TRUE);
}

gboolean console_has_guests(const Console *console)
{
    return console->has_guests;
}

/* --- which hints stand ----------------------------------------------------------------------- */

gboolean console_is_live(const Console *console)
{
    return session_state(console->session) == SESSION_LIVE;
}

gboolean console_can_attach(const Console *console)
{
    return console_is_live(console);
}

/* Whether one of the devices to act on is in such a state. */
static gboolean any_chosen(const Console *console, gboolean (*is_such)(const Device *device))
{
    g_autoptr(GPtrArray) devices = console_chosen(console);

    for (guint i = 0; console_is_live(console) && i < devices->len; i++)
        if (is_such(devices->pdata[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_detachable(const Device *device)
{
    return device->hotpluggable && device->state != STATE_LEAVING;
}

static gboolean is_leaving(const Device *device)
{
    return device->state == STATE_LEAVING;
}

gboolean console_can_detach(const Console *console)
{
    return any_chosen(console, is_detachable);
}

gboolean console_can_ask_again(const Console *console)
{
    return any_chosen(console, is_leaving);
}

gboolean console_is_lost(const Console *console)
{
    return session_state(console->session) == SESSION_LOST;
}

gboolean console_can_fold(const Console *console)
{
    const OutlineRow *row = console_row(console);

    return row && row->foldable && !row->folded;
}

gboolean console_can_unfold(const Console *console)
{
    const OutlineRow *row = console_row(console);

    return row && row->folded;
}

/* Whether its hint stands in the last line now. */
static gboolean has_hint(const Console *console, const Command *command)
{
    gboolean applies = !command->applies || command->applies(console);
    gboolean early = !session_guest(console->session) && command->group != GROUP_PROGRAM;
    gboolean useless = command->changes && (console_is_lost(console) ||
                                            !session_allows_changes(console->session, NULL));

    if (!command->hint || useless || !console_has(console, command))
        return FALSE;
    return early || command->occasional ? command->occasional && applies : TRUE;
}

GPtrArray *console_hints(const Console *console)
{
    GPtrArray *hints = g_ptr_array_new();
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++)
        if (has_hint(console, &table[i]))
            g_ptr_array_add(hints, (gpointer)&table[i]);
    return hints;
}
