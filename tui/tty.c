/* ncurses on a pair of streams, and what undoes it when the program dies. */
#include "tui/tty.h"

#include <errno.h>
#include <gio/gio.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tui/theme_terminal.h"

#define ESCAPE_MS 25
#define SLOW_LINE 19200 /* bits a second, and below */
#define FRAME_BYTES 400 /* what a usual frame takes */
#define BUSY_BYTES 64
#define CLICKS 8        /* as many as ncurses keeps */
#define COPY_MOST 74994 /* what xterm and tmux take, in base64 */
#define MOUSE_OFF "\033[?1006l\033[?1002l\033[?1000l"

struct Tty {
    SCREEN *screen;
    WINDOW *keys; /* a pad: reading from it never repaints */
    int in, out;
    gboolean visible;      /* the cursor */
    MEVENT clicks[CLICKS]; /* that came in one piece, the latest first, */
    guint clicked;         /* and how many of them are still to be told */
};

/* --- dying ----------------------------------------------------------------------------------- */

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };

/* What a signal handler needs: it may call nothing of ncurses. */
static struct {
    int fd; /* -1: nothing to restore */
    struct termios modes;
    gboolean has_modes;
    char goodbye[256];
    struct sigaction before[G_N_ELEMENTS(fatal_signals)];
} rescue = { .fd = -1 };

static void restore_now(void)
{
    gssize ignored;

    if (rescue.fd < 0)
        return;
    ignored = write(rescue.fd, rescue.goodbye, strlen(rescue.goodbye));
    (void)ignored;
    if (rescue.has_modes)
        tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
    rescue.fd = -1;
}

static void on_fatal(int number)
{
    restore_now();
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        if (fatal_signals[i] == number)
            sigaction(number, &rescue.before[i], NULL);
    raise(number);
}

static void append_capability(const char *name)
{
    const char *text = tigetstr(name);

    if (text && text != (const char *)-1)
        g_strlcat(rescue.goodbye, text, sizeof(rescue.goodbye));
}

/* To be called before ncurses changes the modes; the rest of it after newterm. */
static void rescue_prepare(int fd)
{
    rescue.has_modes = tcgetattr(fd, &rescue.modes) == 0;
}

static void rescue_arm(int fd)
{
    static const char *const capabilities[] = { "sgr0", "rmkx", "rmcup", "cnorm" };
    struct sigaction action = { .sa_handler = on_fatal };

    g_strlcpy(rescue.goodbye, MOUSE_OFF, sizeof(rescue.goodbye));
    for (gsize i = 0; i < G_N_ELEMENTS(capabilities); i++)
        append_capability(capabilities[i]);
    rescue.fd = fd;
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, &rescue.before[i]);
}

static void rescue_disarm(void)
{
    rescue.fd = -1;
    for (gsize i = 0; i < G_N_ELEMENTS(fatal_signals); i++)
        sigaction(fatal_signals[i], &rescue.before[i], NULL);
}

/* --- open and close -------------------------------------------------------------------------- */

void tty_set_mouse(Tty *tty, gboolean on)
{
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void tty_set_escape(Tty *tty, int milliseconds)
{
    set_escdelay(milliseconds);
}

static void set_modes(Tty *tty)
{
    set_escdelay(ESCAPE_MS);
    raw(); /* Ctrl-C and Ctrl-Z are keys: a signal would come in the middle of a frame */
    noecho();
    nonl();
    if (has_colors())
        draw_init_colours();
    tty->keys = newpad(1, 1);
    keypad(tty->keys, TRUE);
    nodelay(tty->keys, TRUE);
    leaveok(stdscr, FALSE);
    tty_set_mouse(tty, TRUE);
    mouseinterval(0);
    tty->visible = curs_set(0) == ERR;
}

Tty *tty_open(const char *type, FILE *out, FILE *in, GError **error)
{
    g_autofree char *direct = type ? NULL : terminal_direct_type(NULL);
    Tty *tty = g_new0(Tty, 1);

    tty->in = fileno(in);
    tty->out = fileno(out);
    rescue_prepare(tty->out);
    tty->screen = newterm(direct ? direct : type, out, in);
    if (!tty->screen) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                    "The terminal type \"%s\" is not known here: set TERM to one that is, as in "
                    "TERM=xterm backplane ...",
                    type               ? type
                    : g_getenv("TERM") ? g_getenv("TERM")
                                       : "");
        g_free(tty);
        return NULL;
    }
    set_modes(tty);
    rescue_arm(tty->out);
    return tty;
}

/* Some terminals (libvterm, and what is made of it) keep with a saved cursor whether it could be
 * seen, and leaving the alternate screen brings back what was saved last. */
static void show_cursor(const Tty *tty)
{
    const char *text = tigetstr("cnorm");
    gssize ignored = text && text != (const char *)-1 ? write(tty->out, text, strlen(text)) : 0;

    (void)ignored;
}

/* Without an alternate screen the shell goes on below our last frame: on a line of its own. */
static void leave_screen(const Tty *tty)
{
    const char *alternate = tigetstr("rmcup");

    if (!alternate || alternate == (const char *)-1) {
        wmove(stdscr, LINES - 1, 0);
        wclrtoeol(stdscr);
        wrefresh(stdscr);
    }
    endwin();
    show_cursor(tty);
}

void tty_close(Tty *tty)
{
    if (!tty)
        return;
    rescue_disarm();
    delwin(tty->keys);
    leave_screen(tty);
    delscreen(tty->screen);
    g_free(tty);
}

int tty_input(const Tty *tty)
{
    return tty->in;
}

WINDOW *tty_window(const Tty *tty)
{
    return stdscr;
}

gboolean tty_has_colours(const Tty *tty)
{
    return has_colors();
}

/* --- in and out ------------------------------------------------------------------------------ */

/* What came of the mouse in one piece is one key to ncurses, and a stack of events: a double click
 * on a slow line, the notches of a wheel. */
static void take_clicks(Tty *tty)
{
    tty->clicked = 0;
    while (tty->clicked < CLICKS && getmouse(&tty->clicks[tty->clicked]) == OK)
        tty->clicked++;
}

gboolean tty_read_key(Tty *tty, Key *key, MEVENT *mouse)
{
    wint_t code = KEY_MOUSE;
    int result = tty->clicked ? KEY_CODE_YES : wget_wch(tty->keys, &code);

    if (result == ERR)
        return FALSE;
    *key = key_from_curses(result, code);
    *mouse = (MEVENT){ 0 };
    if (!key->function || code != KEY_MOUSE)
        return TRUE;
    if (!tty->clicked)
        take_clicks(tty);
    if (tty->clicked)
        *mouse = tty->clicks[--tty->clicked];
    return TRUE;
}

void tty_show(Tty *tty, int row, int column, gboolean cursor)
{
    if (cursor != tty->visible) {
        curs_set(cursor ? 1 : 0);
        tty->visible = cursor;
    }
    wmove(stdscr, CLAMP(row, 0, MAX(LINES - 1, 0)), CLAMP(column, 0, MAX(COLS - 1, 0)));
    wnoutrefresh(stdscr);
    doupdate();
}

/* A pseudo-terminal tells nothing of what its reader has not taken, until it is full. */
gboolean tty_is_busy(const Tty *tty)
{
    struct pollfd out = { .fd = tty->out, .events = POLLOUT };
    int waiting = 0;

    if (poll(&out, 1, 0) == 0)
        return TRUE;
    return ioctl(tty->out, TIOCOUTQ, &waiting) == 0 && waiting > BUSY_BYTES;
}

gint64 tty_frame_time(const Tty *tty)
{
    int bits = baudrate(); /* a second; 10 carry a byte */

    return bits > 0 && bits <= SLOW_LINE ? (gint64)FRAME_BYTES * 10 * G_USEC_PER_SEC / bits : 0;
}

void tty_forget_screen(Tty *tty)
{
    clearok(curscr, TRUE);
}

void tty_resize(Tty *tty, int rows, int columns)
{
    if (rows > 0 && columns > 0)
        resizeterm(rows, columns);
}

void tty_take_size(Tty *tty)
{
    struct winsize size;

    if (ioctl(tty->out, TIOCGWINSZ, &size) == 0)
        tty_resize(tty, size.ws_row, size.ws_col);
}

/* Consoles and old hardware print what they do not know. */
gboolean tty_has_clipboard(void)
{
    static const char *const without[] = {
        "linux", "dumb", "vt", "ansi", "cons", "sun", "unknown"
    };
    const char *type = termname();

    for (gsize i = 0; i < G_N_ELEMENTS(without); i++)
        if (g_str_has_prefix(type, without[i]))
            return FALSE;
    return TRUE;
}

static void write_all(int file, const char *text, gsize length)
{
    while (length) {
        gssize written = write(file, text, length);

        if (written < 0 && errno != EINTR)
            return;
        text += MAX(written, 0);
        length -= (gsize)MAX(written, 0);
    }
}

/* In base64 nothing of the text can be taken for anything else. */
gboolean tty_copy(Tty *tty, const char *text)
{
    g_autofree char *coded = g_base64_encode((const guchar *)text, strlen(text));
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", coded);

    if (strlen(coded) > COPY_MOST)
        return FALSE;
    write_all(tty->out, sequence, strlen(sequence));
    return TRUE;
}

void tty_suspend(Tty *tty)
{
    struct sigaction standard = { .sa_handler = SIG_DFL }, before;

    def_prog_mode();
    leave_screen(tty);
    sigaction(SIGTSTP, &standard, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL); /* here it goes on */
    reset_prog_mode();
    tty_take_size(tty);
    tty_forget_screen(tty);
}
