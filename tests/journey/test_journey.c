/* A whole visit by keys alone, on the smallest usual terminal: open the demonstration guest, walk
 * through its tree, attach a SCSI disk, see it, detach it, take that back, quit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/temp.h"
#include "tests/support/terminal.h"

typedef struct {
    Terminal *terminal;
    char *directory;
} Visit;

/* On a vacant bay the dialog knows the place; what is left is the file. */
static void attach(Terminal *terminal, const char *image)
{
    terminal_send(terminal, "a");
    terminal_wait_text(terminal, "Attach a disk");
    terminal_walk(terminal, "\t", "file ");
    terminal_send(terminal, image);
    terminal_wait_text(terminal, "blockdev-add");
    terminal_send(terminal, "\r"); /* to the button */
    terminal_wait_quiet(terminal, 50);
    terminal_send(terminal, "\r"); /* press it */
    terminal_wait_no_text(terminal, "Attach a disk");
}

/* Says yes to a dialog that shows this command. */
static void confirm(Terminal *terminal, const char *command)
{
    terminal_wait_text(terminal, command);
    terminal_send(terminal, "y");
    terminal_wait_no_text(terminal, command);
}

/* What one asked for comes under the cursor. */
static void assert_cursor_on(Terminal *terminal, const char *pattern)
{
    g_autofree char *row = NULL;

    terminal_wait_match(terminal, pattern);
    terminal_wait_quiet(terminal, 50);
    row = terminal_cursor_row(terminal);
    if (!g_regex_match_simple(pattern, row, 0, 0))
        terminal_fail(terminal, "the cursor is not on \"%s\"", pattern);
}

static void test_visit(void **state)
{
    Visit *visit = *state;
    Terminal *terminal = visit->terminal;
    g_autofree char *image = temp_image(visit->directory, "second.qcow2", "qcow2", 8 << 20);

    terminal_wait_text(terminal, "i440FX");
    terminal_walk(terminal, "j", "watchdog0");
    terminal_walk(terminal, "k", "sdf");
    terminal_walk(terminal, "k", "scsi0");
    terminal_walk(terminal, "j", "vacant");

    attach(terminal, image);
    assert_cursor_on(terminal, "second.qcow2.*added");
    terminal_send(terminal, "d");
    confirm(terminal, "device_del");
    terminal_wait_no_text(terminal, "second.qcow2 ");

    terminal_send(terminal, "u");
    confirm(terminal, "blockdev-add");
    assert_cursor_on(terminal, "second.qcow2.*added");

    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

static int open_demo(void **state)
{
    static const char *const arguments[] = { BUILDDIR "/san/backplane", "demo", NULL };
    Visit *visit = g_new0(Visit, 1);

    *state = visit;
    visit->directory = temp_directory();
    visit->terminal = terminal_start(24, 80, arguments, NULL);
    return 0;
}

static int leave(void **state)
{
    Visit *visit = *state;

    terminal_free(visit->terminal);
    temp_directory_remove(visit->directory);
    g_free(visit);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_visit, open_demo, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
