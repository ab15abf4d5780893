/* The console and the terminal it is on: sizes, suspension, every way out, and none at all. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gio/gio.h>

#include "tests/support/visit.h"

static void test_sizes(void **state)
{
    Terminal *terminal = visit_guest(*state);

    terminal_resize(terminal, 8, 40);
    terminal_wait_text(terminal, "host bridge i\u2026"); /* cut to the column */
    terminal_resize(terminal, 7, 39);
    terminal_wait_text(terminal, "40x8");
    terminal_wait_no_text(terminal, "host bridge");
    terminal_resize(terminal, 1, 1);
    terminal_wait_quiet(terminal, 100);
    terminal_resize(terminal, 40, 120);
    terminal_wait_text(terminal, "i440FX");
    terminal_wait_no_text(terminal, "40x8");
    terminal_resize(terminal, 24, 80);
    terminal_wait_text(terminal, "i440FX");
    visit_quit(terminal);
}

/* The rows below the header, which measures time. */
static char *picture(Terminal *terminal)
{
    g_autofree char *text = NULL;

    terminal_wait_quiet(terminal, 300);
    text = terminal_text(terminal);
    return g_strdup(strchr(text, '\n'));
}

#define RESIZES 200

/* A window whose corner is dragged: in the end it is the picture of the size that it has. */
static void test_resize_storm(void **state)
{
    Terminal *terminal = visit_guest(*state);
    g_autofree char *before = picture(terminal), *after = NULL;

    for (int i = 0; i < RESIZES; i++) {
        terminal_resize(terminal, 1 + i * 7 % 60, 1 + i * 13 % 200);
        terminal_rest(terminal, 1000 / RESIZES);
    }
    terminal_resize(terminal, 24, 80);
    after = picture(terminal);
    assert_string_equal(after, before);
    visit_quit(terminal);
}

static void visit_at(Visit *visit, int rows, int columns)
{
    const char *const arguments[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit->terminal = terminal_start(rows, columns, arguments, NULL);

    terminal_wait_text(terminal, "host bridge");
    for (const char *view = "123451"; *view; view++) {
        const char key[] = { *view, '\0' };

        terminal_send(terminal, key);
        terminal_wait_quiet(terminal, 100);
    }
    terminal_wait_text(terminal, "host bridge");
    visit_quit(terminal);
    g_clear_pointer(&visit->terminal, terminal_free);
}

/* What a serial line of 9600 baud carries in a second, at ten bits a byte. */
#define SLOW_PACE 960
#define SLOW_KEYS 30
#define BETWEEN_KEYS_MS 100
#define SETTLED_MS 3000

/* The line tells its speed, as a serial one does. Ten keys come each second, and soon after the
 * last of them, which leads to the top, the cursor is there. */
static void test_slow_line(void **state)
{
    Visit *visit = *state;
    const char *const arguments[] = {
        "sh", "-c", "stty 9600; exec \"$0\" \"$@\"", VISIT_PROGRAM, real_qemu_socket(visit->qemu),
        NULL
    };
    Terminal *terminal = visit->terminal = terminal_start(24, 80, arguments, NULL);
    gint64 last;

    terminal_set_pace(terminal, SLOW_PACE);
    terminal_wait_text(terminal, "host bridge");
    terminal_wait_text(terminal, "q quit");
    for (int i = 0; i < SLOW_KEYS; i++) {
        terminal_send(terminal, i < SLOW_KEYS - 1 ? "j" : "g");
        terminal_rest(terminal, BETWEEN_KEYS_MS);
    }
    last = g_get_monotonic_time();
    terminal_wait_match(terminal, "^\u25ba *pci.0");
    assert_in_range(g_get_monotonic_time() - last, 0, SETTLED_MS * 1000);
    terminal_set_pace(terminal, 0);
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
}

static void test_smallest_and_largest(void **state)
{
    visit_at(*state, 8, 40);
    visit_at(*state, 120, 400);
}

/* Where one is when one goes away: keys lead there, and text tells. back: keys that lead out again;
 * NULL: they need not. */
typedef struct {
    const char *keys, *text, *back;
} Place;

static void suspend_in(Terminal *terminal, const Place *place)
{
    terminal_send(terminal, place->keys);
    terminal_wait_text(terminal, place->text);
    terminal_send(terminal, "\x1a");
    terminal_wait_text(terminal, "Stopped");
    terminal_wait_no_text(terminal, place->text);
    terminal_send(terminal, "fg\n");
    terminal_wait_text(terminal, place->text);
    terminal_wait_no_text(terminal, "Stopped");
    if (place->back) {
        terminal_send(terminal, place->back);
        terminal_wait_no_text(terminal, place->text);
    }
}

/* A shell with job control stands between, as in life: a process group without one cannot stop. */
static void suspend_each(Visit *visit, const char *target, const Place *places, gsize count)
{
    static const char *const shell[] = { "sh", "-i", NULL };
    static const char *const changes[] = { "PS1=prompt> ", "ENV", NULL };
    g_autofree char *command = g_strdup_printf(VISIT_PROGRAM " %s\n", target);
    Terminal *terminal = visit->terminal = terminal_start(24, 80, shell, changes);

    terminal_wait_text(terminal, "prompt>");
    terminal_send(terminal, command);
    terminal_wait_text(terminal, "i440FX");
    for (gsize i = 0; i < count; i++)
        suspend_in(terminal, &places[i]);
    terminal_send(terminal, "q");
    terminal_wait_match(terminal, "^prompt> *$");
    terminal_send(terminal, "exit 7\n");
    assert_int_equal(terminal_wait_exit(terminal), 7);
    terminal_assert_restored(terminal);
}

static void test_suspend(void **state)
{
    static const Place places[] = {
        { "1", "[1 Tree]", NULL },
        { "2", "[2 Slots]", NULL },
        { "3", "[3 Drives]", NULL },
        { "4", "[4 Events]", NULL },
        { "5", "[5 Plan]", NULL },
        { "a", "Attach a disk", "\033" },
        { ":detach x", ":detach x", "\033" },
    };
    Visit *visit = *state;

    suspend_each(visit, real_qemu_socket(visit->qemu), places, G_N_ELEMENTS(places));
}

/* QEMU is another process of the same terminal there. */
static void test_suspend_with_guest(void **state)
{
    static const Place places[] = { { "6", "[6 Guest]", NULL } };

    suspend_each(*state, "demo", places, G_N_ELEMENTS(places));
}

/* As a terminal of today reports it (SGR, 1006): a click on a row, on a key, on a button; the
 * wheel. */
static void test_mouse(void **state)
{
    Terminal *terminal = visit_guest(*state);
    g_autofree char *row = NULL;

    terminal_click_at(terminal, 4, 19);
    terminal_wait_quiet(terminal, 100);
    row = terminal_cursor_row(terminal);
    assert_non_null(strstr(row, "host bridge"));
    terminal_click_at(terminal, 23, 1); /* "a attach" */
    terminal_wait_text(terminal, "Attach a disk");
    terminal_click_at(terminal, 2, 11); /* the kind; a second click steps */
    terminal_wait_text(terminal, "field 1 of");
    terminal_click_at(terminal, 2, 11);
    terminal_wait_text(terminal, "Attach a cdrom");
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Attach a cdrom");
    terminal_send(terminal, "\033[<65;20;10M"); /* wheel down */
    terminal_wait_quiet(terminal, 100);
    visit_quit(terminal);
}

/* A terminal without an alternate screen keeps our last frame: the shell goes on below it. */
static void test_one_screen(void **state)
{
    static const char *const changes[] = { "TERM=vt100", NULL };
    Visit *visit = *state;
    const char *const arguments[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit->terminal = terminal_start(24, 80, arguments, changes);

    terminal_wait_text(terminal, "i440FX");
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    assert_true(terminal_has_text(terminal, "i440FX"));
    assert_false(terminal_has_text(terminal, "q quit"));
}

/* How each type of terminal sends the arrow down. */
static const struct {
    const char *type, *down;
} types[] = {
    { "TERM=xterm", "\033OB" }, { "TERM=xterm-256color", "\033OB" },  { "TERM=screen", "\033OB" },
    { "TERM=tmux", "\033OB" },  { "TERM=screen-256color", "\033OB" }, { "TERM=vt100", "\033OB" },
    { "TERM=linux", "\033[B" },
};

/* It starts, paints, takes keys, follows the size, and leaves all as it was. On the Linux console
 * ncurses loads libgpm, which keeps ten bytes for ever: leaks are not looked for here. */
static void visit_on(Visit *visit, const char *type, const char *down)
{
    const char *const changes[] = { type, "ASAN_OPTIONS=detect_leaks=0", NULL };
    const char *const arguments[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit->terminal = terminal_start(24, 80, arguments, changes);

    terminal_wait_text(terminal, "host bridge");
    terminal_walk(terminal, down, "ISA bridge");
    terminal_resize(terminal, 30, 100);
    terminal_wait_quiet(terminal, 100);
    terminal_send(terminal, "2");
    terminal_wait_text(terminal, "[2 Slots]");
    terminal_wait_match(terminal, "q quit");
    visit_quit(terminal);
    g_clear_pointer(&visit->terminal, terminal_free);
}

static void test_types(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        visit_on(*state, types[i].type, types[i].down);
}

/* One that cannot move its cursor gets the tree as text. */
static void test_dumb(void **state)
{
    static const char *const changes[] = { "TERM=dumb", NULL };
    Visit *visit = *state;
    const char *const arguments[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit->terminal = terminal_start(200, 80, arguments, changes);

    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
    assert_true(terminal_has_text(terminal, "i440FX"));
    assert_false(terminal_has_text(terminal, "q quit"));
}

static const int fatal[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV,
                             SIGABRT, SIGBUS, SIGFPE, SIGILL };

/* Whatever is open when it ends: keys opens it, and then text is seen. */
static void assert_restored_after_all(Visit *visit, const char *keys, const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++) {
        Terminal *terminal = visit_guest(visit);
        int status;

        terminal_send(terminal, keys);
        terminal_wait_text(terminal, text);
        terminal_signal(terminal, fatal[i]);
        status = terminal_wait_exit(terminal);
        terminal_assert_restored(terminal);
        if (fatal[i] == SIGTERM || fatal[i] == SIGHUP || fatal[i] == SIGINT)
            assert_int_equal(status, 128 + fatal[i]);
        else
            assert_int_not_equal(status, 0);
        g_clear_pointer(&visit->terminal, terminal_free);
    }
}

static void test_fatal_in_view(void **state)
{
    assert_restored_after_all(*state, "j", "host bridge");
}

static void test_fatal_in_dialog(void **state)
{
    assert_restored_after_all(*state, "a", "Attach a ");
}

static void test_fatal_in_prompt(void **state)
{
    assert_restored_after_all(*state, ":detach", ":detach");
}

/* The output of the program without a terminal; its exit status has to be 0. (transfer full) */
static char *output_of(const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    g_autoptr(GSubprocess) process = NULL;
    char *output = NULL;

    g_subprocess_launcher_setenv(launcher, "BACKPLANE_GUEST", BUILDDIR "/guest.elf", TRUE);
    process = g_subprocess_launcher_spawnv(launcher, arguments, &error);
    assert_non_null(process);
    assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, &error));
    if (!g_subprocess_get_successful(process))
        fail_msg("it failed: %s", output);
    return output;
}

static void assert_plain_tree(const char *const *arguments, const char *device)
{
    g_autofree char *output = output_of(arguments);

    assert_non_null(strstr(output, device));
    assert_null(strchr(output, '\x1b'));
}

static void test_no_terminal(void **state)
{
    Visit *visit = *state;
    const char *const console[] = { VISIT_PROGRAM, real_qemu_socket(visit->qemu), NULL };
    static const char *const demo[] = { VISIT_PROGRAM, "demo", NULL };

    assert_plain_tree(console, "i440FX");
    assert_plain_tree(demo, "scsi0");
}

static int start(void **state)
{
    visit_begin(state);
    ((Visit *)*state)->qemu = real_qemu_start("pc", REAL_QEMU_GUEST, NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sizes, start, visit_end),
        cmocka_unit_test_setup_teardown(test_suspend, start, visit_end),
        cmocka_unit_test_setup_teardown(test_suspend_with_guest, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_smallest_and_largest, start, visit_end),
        cmocka_unit_test_setup_teardown(test_resize_storm, start, visit_end),
        cmocka_unit_test_setup_teardown(test_slow_line, start, visit_end),
        cmocka_unit_test_setup_teardown(test_types, start, visit_end),
        cmocka_unit_test_setup_teardown(test_dumb, start, visit_end),
        cmocka_unit_test_setup_teardown(test_fatal_in_view, start, visit_end),
        cmocka_unit_test_setup_teardown(test_fatal_in_dialog, start, visit_end),
        cmocka_unit_test_setup_teardown(test_fatal_in_prompt, start, visit_end),
        cmocka_unit_test_setup_teardown(test_mouse, start, visit_end),
        cmocka_unit_test_setup_teardown(test_one_screen, start, visit_end),
        cmocka_unit_test_setup_teardown(test_no_terminal, start, visit_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
