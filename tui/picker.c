/* The picker as a whole: fed by keys and by the watch over guests. The keys are those that the
 * console has for the same. */
#include "tui/picker_private.h"

#include <glib-unix.h>
#include <signal.h>

#include "tui/command.h"
#include "tui/config.h"
#include "tui/console.h"
#include "tui/end_signals.h"
#include "tui/report.h"
#include "tui/settings.h"
#include "tui/text_dialog.h"

#define DOUBLE_CLICK_US (400 * 1000)
#define WHEEL_LINES 3

/* --- guests ---------------------------------------------------------------------------------- */

const FoundGuest *picker_guest(const Picker *picker)
{
    guint length = picker->guests ? picker->guests->len : 0;

    return picker->cursor.at < length ? picker->guests->pdata[picker->cursor.at] : NULL;
}

static void remember(Picker *picker)
{
    const FoundGuest *guest = picker_guest(picker);

    picker->pid = guest ? guest->pid : 0;
}

/* The cursor stays on its guest; where that has gone, on the line. */
void picker_take(Picker *picker, const GPtrArray *guests, const GError *error)
{
    guint length = guests ? guests->len : 0, at = picker->cursor.at;

    g_free(picker->error);
    picker->error = error ? g_strdup(error->message) : NULL;
    picker->guests = guests;
    for (guint i = 0; i < length; i++)
        if (((const FoundGuest *)guests->pdata[i])->pid == picker->pid)
            at = i;
    list_cursor_update(&picker->cursor, length, at);
    remember(picker);
}

static void on_guests(const GError *error, gpointer data)
{
    Picker *picker = data;

    picker_take(picker, discover_watch_guests(picker->watch), error);
    picker_paint(picker);
}

/* --- what keys do ---------------------------------------------------------------------------- */

static void leave(Picker *picker, int status)
{
    picker->status = status;
    if (picker->loop)
        g_main_loop_quit(picker->loop);
}

static void open_guest(Picker *picker)
{
    const FoundGuest *guest = picker_guest(picker);
    const FoundMonitor *best = guest ? found_guest_best(guest) : NULL;
    g_autofree char *title = NULL, *advice = NULL, *text = NULL;

    if (!guest)
        return;
    if (best && best->state == FOUND_FREE) {
        picker->chosen = g_strdup(best->target);
        leave(picker, EXIT_DONE);
        return;
    }
    title = found_guest_title(guest);
    advice = found_guest_advice(guest);
    text = g_strdup_printf("%s (pid %d) cannot be reached, %s.", title, guest->pid, advice);
    picker->dialog = message_dialog_new("Not possible", text);
}

static void move_cursor(Picker *picker, ViewMove to)
{
    list_cursor_move(&picker->cursor, to);
    remember(picker);
}

static void read_again(Picker *picker)
{
    if (picker->watch)
        discover_watch_now(picker->watch);
}

/* Those of the console that mean something here. */
static gboolean is_there(const Command *command, guint views, gconstpointer data)
{
    return command->act_value == console_move || command->act == console_toggle ||
           command->act == console_quit || command->act == console_redraw ||
           command->act == console_suspend;
}

static void act(Picker *picker, const Command *command)
{
    if (command->act_value == console_move)
        move_cursor(picker, (ViewMove)command->value);
    else if (command->act == console_toggle)
        open_guest(picker);
    else if (command->act == console_redraw)
        tty_forget_screen(picker->tty);
    else if (command->act == console_suspend)
        tty_suspend(picker->tty);
    else
        leave(picker, EXIT_DONE);
}

static void take_dialog_effect(Picker *picker, DialogEffect effect)
{
    if (effect != DIALOG_STAYS)
        g_clear_pointer(&picker->dialog, dialog_free);
}

static void take_key(Picker *picker, Key key)
{
    const Binding *binding;

    if (!key.function && key.code == CONTROL('C')) {
        leave(picker, EXIT_DONE);
    } else if (picker->dialog) {
        take_dialog_effect(picker, dialog_key(picker->dialog, key));
    } else if (!key.function && key.code == 'r') {
        read_again(picker);
    } else {
        binding = keymap_find(key, is_there, picker);
        if (binding)
            act(picker, binding->command);
    }
}

/* --- the mouse ------------------------------------------------------------------------------- */

static void click_row(Picker *picker, int row)
{
    guint index = list_cursor_row_on(&picker->cursor, row - picker->rows.top);
    gint64 now = g_get_monotonic_time();
    gboolean twice = row == picker->click_row && now - picker->click_at < DOUBLE_CLICK_US;

    if (index == G_MAXUINT || !picker->guests)
        return;
    list_cursor_go(&picker->cursor, index);
    remember(picker);
    picker->click_row = row;
    picker->click_at = twice ? 0 : now;
    if (twice)
        open_guest(picker);
}

static void click(Picker *picker, const MEVENT *mouse)
{
    if (picker->dialog) {
        take_dialog_effect(picker, dialog_click(picker->dialog, mouse->y, mouse->x));
        return;
    }
    for (guint i = 0; mouse->y == LINES - 1 && i < picker->hints->len; i++) {
        const PickerHint *hint = &g_array_index(picker->hints, PickerHint, i);

        if (mouse->x >= hint->column && mouse->x < hint->column + hint->columns) {
            take_key(picker, hint->key);
            return;
        }
    }
    click_row(picker, mouse->y);
}

static void take_mouse(Picker *picker, const MEVENT *mouse)
{
    int lines = mouse->bstate & BUTTON4_PRESSED   ? -WHEEL_LINES
                : mouse->bstate & BUTTON5_PRESSED ? WHEEL_LINES
                                                  : 0;

    if (mouse->bstate & BUTTON1_PRESSED)
        click(picker, mouse);
    else if (lines && picker->dialog)
        picker->dialog->top += lines;
    else if (lines)
        list_cursor_scroll(&picker->cursor, lines);
    remember(picker);
}

void picker_input(Picker *picker)
{
    MEVENT mouse;
    Key key;

    while (tty_read_key(picker->tty, &key, &mouse) && !picker->chosen) {
        if (key.function && key.code == KEY_MOUSE)
            take_mouse(picker, &mouse);
        else if (!key.function || key.code != KEY_RESIZE)
            take_key(picker, key);
    }
    picker_paint(picker);
}

/* --- made and freed -------------------------------------------------------------------------- */

Picker *picker_new(const PickerSettings *settings, GError **error)
{
    Tty *tty = tty_open(settings->terminal, settings->out, settings->in, error);
    const char *no_colour = g_getenv("NO_COLOR");
    Picker *picker;

    if (!tty)
        return NULL;
    picker = g_new0(Picker, 1);
    picker->tty = tty;
    picker->theme = theme_load_usable(settings->theme, NULL); /* the console tells what is wrong */
    picker->look = (Look){ .theme = picker->theme,
                           .ascii = settings->ascii,
                           .mono = !tty_has_colours(tty) || (no_colour && *no_colour) };
    picker->hints = g_array_new(FALSE, FALSE, sizeof(PickerHint));
    return picker;
}

void picker_free(Picker *picker)
{
    if (!picker)
        return;
    discover_watch_free(picker->watch);
    g_clear_pointer(&picker->dialog, dialog_free);
    tty_close(picker->tty);
    theme_free(picker->theme);
    g_array_unref(picker->hints);
    g_free(picker->error);
    g_free(picker->chosen);
    g_free(picker);
}

/* --- the main loop --------------------------------------------------------------------------- */

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    Picker *picker = data;

    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) { /* the terminal has gone */
        leave(picker, EXIT_DONE);
        return G_SOURCE_REMOVE;
    }
    picker_input(picker);
    return G_SOURCE_CONTINUE;
}

static gboolean on_size(gpointer data)
{
    Picker *picker = data;

    tty_take_size(picker->tty);
    picker_paint(picker);
    return G_SOURCE_CONTINUE;
}

static void on_end(int number, gpointer data)
{
    leave(data, EXIT_SIGNAL + number);
}

static void run_loop(Picker *picker)
{
    EndSignals *ends = end_signals_new(on_end, picker);
    guint sources[] = {
        g_unix_fd_add(tty_input(picker->tty), G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, picker),
        g_unix_signal_add(SIGWINCH, on_size, picker),
    };

    picker->loop = g_main_loop_new(NULL, FALSE);
    picker->watch = discover_watch_new("/proc", on_guests, picker);
    picker_paint(picker);
    g_main_loop_run(picker->loop);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (g_main_context_find_source_by_id(NULL, sources[i]))
            g_source_remove(sources[i]);
    end_signals_free(ends);
    g_clear_pointer(&picker->loop, g_main_loop_unref);
}

/* The console reads the file again, and tells what is wrong in it. */
static PickerSettings read_settings(const Options *options)
{
    g_autoptr(GPtrArray) complaints = config_read(options->config);
    gboolean ascii = g_str_equal(setting_get(SETTING_GLYPHS), "ascii");

    return (PickerSettings){
        .out = stdout,
        .in = stdin,
        .ascii = options->ascii || ascii,
        .theme = options->theme ? options->theme : setting_get(SETTING_THEME),
    };
}

static void forget_settings(void)
{
    keymap_reset();
    settings_reset();
}

char *picker_run(const Options *options, gint *pid, int *status)
{
    PickerSettings settings = read_settings(options);
    g_autoptr(GError) error = NULL;
    Picker *picker = picker_new(&settings, &error);
    char *chosen;

    if (!picker) {
        report_complain("%s", error->message);
        *status = EXIT_USAGE;
        return NULL;
    }
    tty_set_mouse(picker->tty, setting_is_on(SETTING_MOUSE));
    tty_set_escape(picker->tty, (int)setting_number(SETTING_ESCAPE));
    picker->pid = *pid;
    run_loop(picker);
    chosen = g_steal_pointer(&picker->chosen);
    *pid = picker->pid;
    *status = picker->status;
    picker_free(picker);
    forget_settings();
    return chosen;
}
