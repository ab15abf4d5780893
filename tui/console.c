/* The console as a whole: made, fed by keys, session and clock, and ended. */
#include "tui/console_private.h"

#include <glib-unix.h>
#include <stdarg.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/end_signals.h"
#include "tui/settings.h"
#include "tui/text_dialog.h"

#define FRAME_US (G_USEC_PER_SEC / 60)
#define BUSY_LOOK_MS 20
/* Longer than between two keys of one that is held down (30 a second). */
#define REST_US (40 * 1000)

/* --- painting when it is due ----------------------------------------------------------------- */

static gboolean on_paint_due(gpointer data)
{
    Console *console = data;

    console->paint_source = 0;
    if (tty_is_busy(console->tty))
        console->paint_source = g_timeout_add(BUSY_LOOK_MS, on_paint_due, console);
    else
        console_paint_frame(console);
    return G_SOURCE_REMOVE;
}

void console_paint_within(Console *console, gint64 time)
{
    if (!console->paint_source)
        console->paint_source =
            g_timeout_add((guint)((MAX(time, 0) + 999) / 1000), on_paint_due, console);
}

void console_paint_soon(gpointer data)
{
    Console *console = data;
    gint64 since = g_get_monotonic_time() - console->painted_at;

    console_paint_within(console, MAX(tty_frame_time(console->tty), FRAME_US) - since);
}

void console_paint_now(Console *console)
{
    gint64 since = g_get_monotonic_time() - console->painted_at;

    if (tty_is_busy(console->tty) || since < tty_frame_time(console->tty))
        console_paint_soon(console);
    else
        console_paint_frame(console);
}

/* Microseconds until a text like "leaving 7s" is another one. */
static gint64 until_next_age(gint64 age)
{
    gint64 second = G_USEC_PER_SEC;
    gint64 step = age < 60 * second ? second : age < 3600 * second ? 60 * second : 3600 * second;

    return step - age % step;
}

/* G_MAXINT64 while no device has an age to show. */
static gint64 next_age(const Guest *guest, gint64 now)
{
    gint64 next = G_MAXINT64;

    for (guint i = 0; guest && i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        gboolean aging = device->state == STATE_LEAVING || device->state == STATE_ADDED;

        if (aging && device->since)
            next = MIN(next, until_next_age(MAX(now - device->since, 0)));
    }
    return next;
}

static gboolean on_tick(gpointer data);

/* Nothing ticks while there is nothing to count: an idle console sends no byte. */
static void plan_tick(Console *console)
{
    const View *view = console_view(console);
    gint64 next = console->replay ? G_MAXINT64 /* its clock tells */
                                  : next_age(session_guest(console->session), console->now());

    if (view->class->next)
        next = MIN(next, view->class->next(view));
    g_clear_handle_id(&console->tick_source, g_source_remove);
    if (next != G_MAXINT64 && session_state(console->session) == SESSION_LIVE)
        console->tick_source = g_timeout_add((guint)(next / 1000) + 10, on_tick, console);
}

static gboolean on_tick(gpointer data)
{
    Console *console = data;

    console->tick_source = 0;
    console_take_tree(console);
    console_paint_now(console);
    return G_SOURCE_REMOVE;
}

void console_await(Console *console, const char *path)
{
    g_free(console->awaited);
    console->awaited = g_strdup(path);
}

void console_take_tree(Console *console)
{
    View *view = console_view(console);

    console_drop_marks(console);
    view->class->update(view, SESSION_TREE_CHANGED);
    if (console->awaited && console_select(console, console->awaited))
        console_await(console, NULL);
    header_count(session_guest(console->session), session_match(console->session),
                 &console->counts);
    plan_tick(console);
}

static void on_session(Session *session, SessionChange change, gpointer data)
{
    Console *console = data;
    View *view = console_view(console);

    if (change == SESSION_TREE_CHANGED || change == SESSION_STATE_CHANGED)
        console_take_tree(console);
    else
        view->class->update(view, change);
    if (console->dialog)
        dialog_changed(console->dialog, change);
    console_paint_soon(console);
}

/* --- messages and dialogs -------------------------------------------------------------------- */

void console_say(Console *console, Element element, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (element == ELEMENT_ERROR && !console->dialog && text_columns(text) > COLS - 2) {
        console_open(console, refusal_dialog_new("Not possible", text)); /* to be read whole */
        return;
    }
    g_free(console->message);
    console->message = g_steal_pointer(&text);
    console->message_element = element;
}

/* What it refused can be asked about with the very next key. */
void console_forget_message(Console *console)
{
    g_clear_pointer(&console->refusal, g_free);
    if (console->message && console->message_element == ELEMENT_ERROR)
        console->refusal = g_steal_pointer(&console->message);
    g_clear_pointer(&console->message, g_free);
}

static void on_dialog(Dialog *dialog, DialogEffect effect, gpointer data)
{
    console_do(data, effect);
    console_paint_soon(data);
}

void console_open(Console *console, Dialog *dialog)
{
    console_close_dialog(console);
    dialog->listener = on_dialog;
    dialog->listener_data = console;
    console->dialog = dialog;
}

void console_close_dialog(Console *console)
{
    g_clear_pointer(&console->dialog, dialog_free);
}

void console_do(Console *console, DialogEffect effect)
{
    g_autoptr(Plan) plan = NULL;
    g_autofree char *outcome = NULL;
    Element element;

    if (effect == DIALOG_STAYS)
        return;
    if (effect == DIALOG_RUNS || effect == DIALOG_STAGES)
        plan = g_steal_pointer(&console->dialog->plan);
    outcome = g_steal_pointer(&console->dialog->outcome);
    element = console->dialog->failed ? ELEMENT_ERROR : ELEMENT_TEXT;
    console_close_dialog(console);
    if (outcome)
        console_say(console, element, "%s", outcome);
    if (plan)
        (effect == DIALOG_RUNS ? console_run_plan : console_stage_plan)(console,
                                                                        g_steal_pointer(&plan));
}

/* --- keys ------------------------------------------------------------------------------------ */

static const Key interrupt_key = { FALSE, CONTROL('C') };

/* What changes the guest is not there when it may not be changed: whoever knows the key is told
 * why. */
static gboolean may_act(Console *console, const Command *command)
{
    g_autoptr(GError) error = NULL;

    if (!command->changes || session_allows_changes(console->session, &error))
        return TRUE;
    console_say(console, ELEMENT_CAUTION, "%s", error->message);
    return FALSE;
}

void console_act(Console *console, const Command *command)
{
    if (command->act != console_quit && command->act != console_guests)
        console->quit_asked = 0;
    console_await(console, NULL); /* the user went on to something else */
    if (!may_act(console, command))
        return;
    if (console->tour)
        tour_saw(console->tour, command->name);
    if (command->act)
        command->act(console);
    else
        command->act_value(console, command->value);
}

static gboolean is_there(const Command *command, guint views, gconstpointer data)
{
    const Console *console = data;

    return (views & IN_VIEW(console->view)) && console_has(console, command);
}

/* Keys that do the same whatever is open; not those that may be part of a text. */
static gboolean is_for_all(const Command *command, Key key)
{
    gboolean text = !key.function && key.code >= ' ';

    return !text && (command->act == console_redraw || command->act == console_suspend);
}

static void do_binding(Console *console, const Binding *binding)
{
    if (binding->words)
        console_run_words(console, binding->words);
    else
        console_act(console, binding->command);
}

void console_key(Console *console, Key key)
{
    const Binding *binding = keymap_find(key, is_there, console);

    console_forget_message(console);
    if (binding && is_for_all(binding->command, key)) {
        console_act(console, binding->command);
    } else if (console->prompt) {
        console_prompt_key(console, key);
    } else if (key_equal(key, interrupt_key)) {
        console_quit(console);
    } else if (console->dialog) {
        console_do(console, dialog_key(console->dialog, key));
    } else if (binding) {
        do_binding(console, binding);
    }
}

static void note_move(Console *console)
{
    const OutlineRow *row = console_row(console);

    if (g_strcmp0(console->told_key, row ? row->key : NULL) != 0)
        console->moving_until = g_get_monotonic_time() + REST_US;
}

void console_input(Console *console)
{
    MEVENT mouse;
    Key key;

    while (tty_read_key(console->tty, &key, &mouse)) {
        if (key.function && key.code == KEY_MOUSE)
            console_mouse(console, &mouse);
        else if (!key.function || key.code != KEY_RESIZE)
            console_key(console, key);
    }
    console_prompt_settle(console);
    note_move(console);
    console_paint_now(console);
}

/* --- made and freed -------------------------------------------------------------------------- */

void console_take_theme(Console *console, const char *name)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&console->theme, theme_free);
    console->theme = theme_load_usable(name, &error);
    console->look.theme = console->theme;
    g_free(console->theme_name);
    console->theme_name = g_strdup(name ? name : console->theme->name);
    if (error)
        console_say(console, ELEMENT_ERROR, "%s", error->message);
}

Console *console_new(Session *session, const ConsoleSettings *settings, GError **error)
{
    Tty *tty = tty_open(settings->terminal, settings->out, settings->in, error);
    const char *no_colour = g_getenv("NO_COLOR");
    Console *console;

    if (!tty)
        return NULL;
    console = g_new0(Console, 1);
    console->session = session;
    console->tty = tty;
    console->now = settings->now;
    console->look.ascii = console->ascii = settings->ascii;
    console->look.mono = !tty_has_colours(tty) || (no_colour && *no_colour);
    console_take_theme(console, settings->theme);
    console->replay = settings->replay;
    console->has_guests = settings->guests;
    console_make_views(console);
    console_take_settings(console);
    if (console->replay)
        console_watch_replay(console);
    if (settings->guide)
        console->tour = tour_new(settings->guide);
    session_listen(session, on_session, console);
    return console;
}

void console_free(Console *console)
{
    if (!console)
        return;
    session_unlisten(console->session, on_session, console);
    session_forget(console->session, console);
    g_clear_handle_id(&console->paint_source, g_source_remove);
    g_clear_handle_id(&console->tick_source, g_source_remove);
    console_close_dialog(console);
    console_prompt_give_up(console);
    tty_close(console->tty);
    console_free_views(console);
    tour_free(console->tour);
    theme_free(console->theme);
    g_free(console->theme_name);
    g_clear_pointer(&console->hints, g_array_unref);
    g_clear_pointer(&console->tabs, g_array_unref);
    g_free(console->told_key);
    g_free(console->awaited);
    g_free(console->message);
    g_free(console->refusal);
    g_free(console);
}

/* --- the main loop --------------------------------------------------------------------------- */

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    Console *console = data;

    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) { /* the terminal has gone */
        g_main_loop_quit(console->loop);
        return G_SOURCE_REMOVE;
    }
    console_input(console);
    return G_SOURCE_CONTINUE;
}

static gboolean on_size(gpointer data)
{
    Console *console = data;

    tty_take_size(console->tty);
    console_paint(console);
    return G_SOURCE_CONTINUE;
}

static void on_end(int number, gpointer data)
{
    Console *console = data;

    console->end_signal = number;
    g_main_loop_quit(console->loop);
}

/* Gives the exit status. */
static int run_loop(Console *console)
{
    GMainLoop *loop = console->loop = g_main_loop_new(NULL, FALSE);
    EndSignals *signals = end_signals_new(on_end, console);
    guint sources[] = {
        g_unix_fd_add(tty_input(console->tty), G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, console),
        g_unix_signal_add(SIGWINCH, on_size, console),
    };

    console_paint(console);
    g_main_loop_run(loop);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (g_main_context_find_source_by_id(NULL, sources[i]))
            g_source_remove(sources[i]);
    end_signals_free(signals);
    g_clear_pointer(&console->loop, g_main_loop_unref);
    return console->end_signal ? EXIT_SIGNAL + console->end_signal : EXIT_DONE;
}

/* What is wrong in the config file is to be read before anything else. */
static void tell_complaints(Console *console, GPtrArray *complaints)
{
    g_autofree char *text = NULL;

    if (!complaints->len)
        return;
    g_ptr_array_add(complaints, NULL);
    text = g_strjoinv("\n\n", (char **)complaints->pdata);
    console_open(console, message_dialog_new("Configuration", text));
}

int console_run_with(Session *session, const Options *options, gint64 (*now)(void), Replay *replay,
                     const TourGuide *guide)
{
    g_autoptr(GPtrArray) complaints = config_read(options->config);
    ConsoleSettings settings = {
        .out = stdout,
        .in = stdin,
        .ascii = options->ascii,
        .theme = options->theme ? options->theme : setting_get(SETTING_THEME),
        .now = now,
        .replay = replay,
        .guide = guide,
        .guests = options->command == NULL, /* else the guest is our own, or a recording */
    };
    g_autoptr(GError) error = NULL;
    Console *console = console_new(session, &settings, &error);
    int status;

    if (!console) {
        fprintf(stderr, "backplane: %s\n", error->message);
        return EXIT_USAGE;
    }
    tell_complaints(console, complaints);
    status = run_loop(console);
    if (status == EXIT_DONE && console->to_guests)
        status = CONSOLE_GUESTS;
    console_free(console);
    return status;
}

int console_run(Session *session, const Options *options, const TourGuide *guide)
{
    return console_run_with(session, options, g_get_real_time, NULL, guide);
}
