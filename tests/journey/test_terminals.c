/* The console and the terminal it is on: sizes, suspension, every way out, and none at all. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gio/gio.h>

#include "tests/support/real_qemu.h"
#include "tests/support/terminal.h"

#define PROGRAM BUILDDIR "/san/backplane"

typedef struct {
    Terminal *terminal;
    RealQemu *qemu;
} Visit;

static Terminal *open_console(Visit *visit)
{
    const char *const arguments[] = { PROGRAM, real_qemu_socket(visit->qemu), NULL };

    visit->terminal = terminal_start(24, 80, arguments, NULL);
    terminal_wait_text(visit->terminal, "i440FX");
    return visit->terminal;
}

static void test_sizes(void **state)
{
    Terminal *terminal = open_console(*state);

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
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

/* A shell with job control stands between, as in life: a process group without one cannot stop. */
static void test_suspend(void **state)
{
    Visit *visit = *state;
    static const char *const shell[] = { "sh", "-i", NULL };
    static const char *const changes[] = { "PS1=prompt> ", "ENV", NULL };
    g_autofree char *command = g_strdup_printf(PROGRAM " %s\n", real_qemu_socket(visit->qemu));
    Terminal *terminal = visit->terminal = terminal_start(24, 80, shell, changes);

    terminal_wait_text(terminal, "prompt>");
    terminal_send(terminal, command);
    terminal_wait_text(terminal, "i440FX");
    terminal_send(terminal, "\x1a");
    terminal_wait_text(terminal, "Stopped");
    terminal_wait_no_text(terminal, "i440FX");
    terminal_send(terminal, "fg\n");
    terminal_wait_text(terminal, "i440FX");
    terminal_wait_no_text(terminal, "Stopped");
    terminal_send(terminal, "q");
    terminal_wait_match(terminal, "^prompt> *$");
    terminal_send(terminal, "exit 7\n");
    assert_int_equal(terminal_wait_exit(terminal), 7);
    terminal_assert_restored(terminal);
}

/* As a terminal of today reports it (SGR, 1006): a click on a row, on a key, on a button; the
 * wheel. */
static void test_mouse(void **state)
{
    Terminal *terminal = open_console(*state);
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
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

/* A terminal without an alternate screen keeps our last frame: the shell goes on below it. */
static void test_one_screen(void **state)
{
    static const char *const changes[] = { "TERM=vt100", NULL };
    Visit *visit = *state;
    const char *const arguments[] = { PROGRAM, real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit->terminal = terminal_start(24, 80, arguments, changes);

    terminal_wait_text(terminal, "i440FX");
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    assert_true(terminal_has_text(terminal, "i440FX"));
    assert_false(terminal_has_text(terminal, "q quit"));
}

static int assert_restored_after(Visit *visit, int number)
{
    Terminal *terminal = open_console(visit);
    int status;

    terminal_signal(terminal, number);
    status = terminal_wait_exit(terminal);
    terminal_assert_restored(terminal);
    return status;
}

static void test_terminated(void **state)
{
    assert_int_equal(assert_restored_after(*state, SIGTERM), 128 + SIGTERM);
}

static void test_hung_up(void **state)
{
    assert_int_equal(assert_restored_after(*state, SIGHUP), 128 + SIGHUP);
}

static void test_interrupted(void **state)
{
    assert_int_equal(assert_restored_after(*state, SIGINT), 128 + SIGINT);
}

static void test_crashed(void **state)
{
    assert_restored_after(*state, SIGSEGV);
}

static void test_aborted(void **state)
{
    assert_restored_after(*state, SIGABRT);
}

static void test_quit_by_signal(void **state)
{
    assert_restored_after(*state, SIGQUIT);
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
    const char *const console[] = { PROGRAM, real_qemu_socket(visit->qemu), NULL };
    static const char *const demo[] = { PROGRAM, "demo", NULL };

    assert_plain_tree(console, "i440FX");
    assert_plain_tree(demo, "scsi0");
}

static int start(void **state)
{
    Visit *visit = g_new0(Visit, 1);

    *state = visit;
    visit->qemu = real_qemu_start("pc", REAL_QEMU_GUEST, NULL);
    return 0;
}

static int end(void **state)
{
    Visit *visit = *state;

    terminal_free(visit->terminal);
    real_qemu_stop(visit->qemu);
    g_free(visit);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sizes, start, end),
        cmocka_unit_test_setup_teardown(test_suspend, start, end),
        cmocka_unit_test_setup_teardown(test_terminated, start, end),
        cmocka_unit_test_setup_teardown(test_hung_up, start, end),
        cmocka_unit_test_setup_teardown(test_interrupted, start, end),
        cmocka_unit_test_setup_teardown(test_crashed, start, end),
        cmocka_unit_test_setup_teardown(test_aborted, start, end),
        cmocka_unit_test_setup_teardown(test_quit_by_signal, start, end),
        cmocka_unit_test_setup_teardown(test_mouse, start, end),
        cmocka_unit_test_setup_teardown(test_one_screen, start, end),
        cmocka_unit_test_setup_teardown(test_no_terminal, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
