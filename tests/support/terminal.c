/* The pseudo terminal, the process on it, and the screen. */
#include "tests/support/terminal.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>
#include <vterm.h>

struct Terminal {
    int rows, columns;
    int master;
    int slave; /* kept open, so that the settings can be read when the program has ended */
    struct termios before;
    GPid pid; /* 0 once it was waited for */
    int status;
    VTerm *emulator;
    VTermScreen *screen;
    VTermPos cursor;
    gboolean cursor_visible, alternate, mouse;
    gsize bytes;
    gint64 started, first_byte;
    TerminalTapFn tap;
    gpointer tap_data;
    guint pace; /* bytes a second that are read; 0: all that come */
    gint64 next_read;
};

/* ---- the emulator ---- */

static int on_cursor(VTermPos position, VTermPos old, int visible, void *data)
{
    Terminal *terminal = data;

    terminal->cursor = position;
    return 1;
}

static int on_property(VTermProp property, VTermValue *value, void *data)
{
    Terminal *terminal = data;

    if (property == VTERM_PROP_CURSORVISIBLE)
        terminal->cursor_visible = value->boolean;
    else if (property == VTERM_PROP_ALTSCREEN)
        terminal->alternate = value->boolean;
    else if (property == VTERM_PROP_MOUSE)
        terminal->mouse = value->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static void make_emulator(Terminal *terminal)
{
    static const VTermScreenCallbacks callbacks = {
        .movecursor = on_cursor,
        .settermprop = on_property,
    };

    terminal->emulator = vterm_new(terminal->rows, terminal->columns);
    vterm_set_utf8(terminal->emulator, 1);
    terminal->screen = vterm_obtain_screen(terminal->emulator);
    vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_reset(terminal->screen, 1);
}

/* What the emulator answers to a program's questions. */
static void send_answers(Terminal *terminal)
{
    char bytes[256];
    size_t length;

    while ((length = vterm_output_read(terminal->emulator, bytes, sizeof bytes)) > 0)
        if (write(terminal->master, bytes, length) != (ssize_t)length)
            return;
}

/* ---- the process ---- */

static char **make_environment(const char *const *changes)
{
    char **environment = g_get_environ();
    const char *qemu = g_getenv("BACKPLANE_TEST_QEMU");

    environment = g_environ_setenv(environment, "TERM", "xterm-256color", TRUE);
    environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
    environment = g_environ_setenv(environment, "BACKPLANE_GUEST", BUILDDIR "/guest.elf", TRUE);
    environment = g_environ_setenv(environment, "BACKPLANE_THEMES", SRCDIR "/themes", TRUE);
    environment = g_environ_setenv(environment, "XDG_CONFIG_HOME", BUILDDIR "/none", TRUE);
    environment = g_environ_setenv(environment, "XDG_STATE_HOME", BUILDDIR "/none/state", TRUE);
    environment = g_environ_setenv(environment, "INPUTRC", "/dev/null", TRUE);
    environment = g_environ_unsetenv(environment, "NO_COLOR");
    if (qemu != NULL)
        environment = g_environ_setenv(environment, "BACKPLANE_QEMU", qemu, TRUE);
    for (; changes != NULL && *changes != NULL; changes++) {
        g_auto(GStrv) parts = g_strsplit(*changes, "=", 2);

        environment = parts[1] == NULL ? g_environ_unsetenv(environment, parts[0])
                                       : g_environ_setenv(environment, parts[0], parts[1], TRUE);
    }
    return environment;
}

static void G_NORETURN run_child(int slave, const char *const *arguments, char **environment)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    login_tty(slave);
    execvpe(arguments[0], (char **)arguments, environment);
    _exit(127);
}

Terminal *terminal_start(int rows, int columns, const char *const *arguments,
                         const char *const *changes)
{
    Terminal *terminal = g_new0(Terminal, 1);
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
    g_auto(GStrv) environment = make_environment(changes);

    terminal->rows = rows;
    terminal->columns = columns;
    terminal->first_byte = -1;
    make_emulator(terminal);
    if (openpty(&terminal->master, &terminal->slave, NULL, NULL, &size) != 0)
        fail_msg("openpty: %s", g_strerror(errno));
    tcgetattr(terminal->slave, &terminal->before);
    terminal->started = g_get_monotonic_time();
    terminal->pid = fork();
    if (terminal->pid == 0) {
        close(terminal->master);
        run_child(terminal->slave, arguments, environment);
    }
    return terminal;
}

void terminal_free(Terminal *terminal)
{
    if (terminal == NULL)
        return;
    if (terminal->pid > 0) {
        kill(terminal->pid, SIGKILL);
        waitpid(terminal->pid, NULL, 0);
    }
    close(terminal->master);
    close(terminal->slave);
    vterm_free(terminal->emulator);
    g_free(terminal);
}

/* ---- in and out ---- */

/* A slow line brings a few bytes, and then nothing for the time that they took. */
#define SLOW_BYTES 32

static ssize_t read_bytes(Terminal *terminal, char *bytes, size_t size)
{
    gint64 early = terminal->next_read - g_get_monotonic_time();
    ssize_t got;

    if (terminal->pace == 0)
        return read(terminal->master, bytes, size);
    if (early > 0)
        g_usleep((gulong)early);
    got = read(terminal->master, bytes, SLOW_BYTES);
    terminal->next_read = g_get_monotonic_time() + got * G_USEC_PER_SEC / terminal->pace;
    return got;
}

/* Takes in what the program sends within milliseconds; FALSE when there was nothing. */
static gboolean take_in(Terminal *terminal, int milliseconds)
{
    struct pollfd wanted = { terminal->master, POLLIN, 0 };
    char bytes[16384];
    ssize_t got;

    if (poll(&wanted, 1, milliseconds) <= 0)
        return FALSE;
    got = read_bytes(terminal, bytes, sizeof bytes);
    if (got <= 0)
        return FALSE;
    if (terminal->first_byte < 0)
        terminal->first_byte = g_get_monotonic_time() - terminal->started;
    terminal->bytes += (gsize)got;
    if (terminal->tap)
        terminal->tap(bytes, (gsize)got, terminal->tap_data);
    vterm_input_write(terminal->emulator, bytes, (size_t)got);
    send_answers(terminal);
    return TRUE;
}

void terminal_tap(Terminal *terminal, TerminalTapFn tap, gpointer data)
{
    terminal->tap = tap;
    terminal->tap_data = data;
}

void terminal_set_pace(Terminal *terminal, guint bytes_per_second)
{
    terminal->pace = bytes_per_second;
}

void terminal_rest(Terminal *terminal, guint milliseconds)
{
    gint64 until = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    gint64 left;

    while ((left = until - g_get_monotonic_time()) > 0)
        take_in(terminal, (int)MIN(left / 1000 + 1, 20));
}

void terminal_send(Terminal *terminal, const char *keys)
{
    if (write(terminal->master, keys, strlen(keys)) != (ssize_t)strlen(keys))
        terminal_fail(terminal, "the terminal does not take keys");
}

void terminal_resize(Terminal *terminal, int rows, int columns)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

    terminal->rows = rows;
    terminal->columns = columns;
    vterm_set_size(terminal->emulator, rows, columns);
    ioctl(terminal->master, TIOCSWINSZ, &size);
}

void terminal_signal(Terminal *terminal, int number)
{
    kill(terminal->pid, number);
}

/* ---- the screen ---- */

static char *row_text(Terminal *terminal, int row)
{
    VTermRect rectangle = { row, row + 1, 0, terminal->columns };
    char *text = g_malloc0((gsize)terminal->columns * 16 + 1);
    size_t length =
        vterm_screen_get_text(terminal->screen, text, (size_t)terminal->columns * 16, rectangle);

    text[length] = '\0';
    return g_strchomp(text);
}

char *terminal_text(Terminal *terminal)
{
    GString *text = g_string_new(NULL);

    for (int row = 0; row < terminal->rows; row++) {
        g_autofree char *line = row_text(terminal, row);

        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

char *terminal_cursor_row(Terminal *terminal)
{
    return row_text(terminal, terminal->cursor.row);
}

gboolean terminal_has_text(Terminal *terminal, const char *text)
{
    g_autofree char *screen = terminal_text(terminal);

    return strstr(screen, text) != NULL;
}

gsize terminal_bytes(const Terminal *terminal)
{
    return terminal->bytes;
}

gint64 terminal_first_byte(const Terminal *terminal)
{
    return terminal->first_byte;
}

/* The screen goes its own way: the message of a failure has room for a few lines only. */
void terminal_fail(Terminal *terminal, const char *format, ...)
{
    va_list arguments;
    char *sentence, *screen = terminal_text(terminal);

    va_start(arguments, format);
    sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "--- the screen, %d x %d:\n%s---\n", terminal->columns, terminal->rows, screen);
    fail_msg("%s", sentence);
}

/* ---- waiting ---- */

typedef gboolean (*Condition)(Terminal *terminal, const char *what);

static gboolean wait_for(Terminal *terminal, Condition holds, const char *what)
{
    gint64 deadline = g_get_monotonic_time() + TERMINAL_PATIENCE_MS * 1000;

    while (!holds(terminal, what)) {
        if (g_get_monotonic_time() > deadline)
            return FALSE;
        take_in(terminal, 20);
    }
    return TRUE;
}

static gboolean lacks_text(Terminal *terminal, const char *text)
{
    return !terminal_has_text(terminal, text);
}

static gboolean matches(Terminal *terminal, const char *pattern)
{
    g_autofree char *screen = terminal_text(terminal);

    return g_regex_match_simple(pattern, screen, G_REGEX_MULTILINE, 0);
}

static gboolean cursor_left(Terminal *terminal, const char *where)
{
    g_autofree char *row = terminal_cursor_row(terminal);
    g_autofree char *now = g_strdup_printf("%d %s", terminal->cursor.row, row);

    return !g_str_equal(now, where);
}

static gboolean has_ended(Terminal *terminal, const char *what)
{
    if (terminal->pid != 0 && waitpid(terminal->pid, &terminal->status, WNOHANG) == terminal->pid)
        terminal->pid = 0;
    return terminal->pid == 0;
}

void terminal_wait_text(Terminal *terminal, const char *text)
{
    if (!wait_for(terminal, terminal_has_text, text))
        terminal_fail(terminal, "waited in vain for \"%s\"", text);
}

void terminal_wait_no_text(Terminal *terminal, const char *text)
{
    if (!wait_for(terminal, lacks_text, text))
        terminal_fail(terminal, "waited in vain for \"%s\" to go", text);
}

void terminal_wait_match(Terminal *terminal, const char *pattern)
{
    if (!wait_for(terminal, matches, pattern))
        terminal_fail(terminal, "waited in vain for a row like \"%s\"", pattern);
}

static gboolean cursor_matches(Terminal *terminal, const char *pattern)
{
    g_autofree char *row = terminal_cursor_row(terminal);

    return g_regex_match_simple(pattern, row, 0, 0);
}

/* The tallest tree that a journey walks through. */
#define ROWS_MAX 200
/* Between two pieces of one frame there is less than this: what the cursor is on in the middle of a
 * frame means nothing. */
#define FRAME_MS 100

void terminal_wait_cursor(Terminal *terminal, const char *pattern)
{
    do {
        if (!wait_for(terminal, cursor_matches, pattern))
            terminal_fail(terminal, "the cursor does not come to a row like \"%s\"", pattern);
        terminal_wait_quiet(terminal, FRAME_MS);
    } while (!cursor_matches(terminal, pattern));
}

/* Waits until the cursor rests somewhere else: a frame that something else caused leaves it. */
static gboolean wait_cursor_moved(Terminal *terminal, const char *here)
{
    do {
        if (!wait_for(terminal, cursor_left, here))
            return FALSE;
        terminal_wait_quiet(terminal, FRAME_MS);
    } while (!cursor_left(terminal, here));
    return TRUE;
}

void terminal_walk(Terminal *terminal, const char *keys, const char *text)
{
    terminal_wait_quiet(terminal, FRAME_MS);
    for (int i = 0; i < ROWS_MAX; i++) {
        g_autofree char *row = terminal_cursor_row(terminal);
        g_autofree char *here = g_strdup_printf("%d %s", terminal->cursor.row, row);

        if (strstr(row, text) != NULL)
            return;
        terminal_send(terminal, keys);
        if (!wait_cursor_moved(terminal, here))
            break;
    }
    terminal_fail(terminal, "walked in vain for a row with \"%s\"", text);
}

/* Whether the program waits for something that has not come. */
static gboolean is_resting(const Terminal *terminal)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)terminal->pid);
    g_autofree char *stat = NULL;
    int keys = 0;

    if (ioctl(terminal->slave, TIOCINQ, &keys) == 0 && keys > 0)
        return FALSE;
    if (!g_file_get_contents(path, &stat, NULL, NULL))
        return TRUE; /* it has ended */
    return strstr(stat, ") R ") == NULL && strstr(stat, ") D ") == NULL;
}

void terminal_wait_quiet(Terminal *terminal, guint milliseconds)
{
    gint64 deadline = g_get_monotonic_time() + TERMINAL_PATIENCE_MS * 1000;

    while (take_in(terminal, (int)milliseconds) || !is_resting(terminal))
        if (g_get_monotonic_time() > deadline)
            terminal_fail(terminal, "the program never stops drawing");
}

int terminal_wait_exit(Terminal *terminal)
{
    if (!wait_for(terminal, has_ended, NULL))
        terminal_fail(terminal, "the program does not end");
    while (take_in(terminal, 0))
        ;
    return WIFEXITED(terminal->status) ? WEXITSTATUS(terminal->status)
                                       : 128 + WTERMSIG(terminal->status);
}

void terminal_assert_restored(Terminal *terminal)
{
    struct termios now;

    while (take_in(terminal, 0))
        ;
    tcgetattr(terminal->slave, &now);
    if (now.c_iflag != terminal->before.c_iflag || now.c_oflag != terminal->before.c_oflag ||
        now.c_cflag != terminal->before.c_cflag || now.c_lflag != terminal->before.c_lflag ||
        memcmp(now.c_cc, terminal->before.c_cc, sizeof now.c_cc) != 0)
        terminal_fail(terminal, "the line discipline is not what it was");
    if (terminal->alternate)
        terminal_fail(terminal, "the alternate screen is still shown");
    if (!terminal->cursor_visible)
        terminal_fail(terminal, "the cursor is still hidden");
    if (terminal->mouse)
        terminal_fail(terminal, "the mouse is still reported");
}
