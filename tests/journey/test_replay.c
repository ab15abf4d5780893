/* A visit that is recorded, and shown again when there is no QEMU any more: the last screen is the
 * same, and going back shows what was there in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/temp.h"
#include "tests/support/visit.h"

#define ROWS 24

/* Nothing of QEMU is there to be run. */
static void start_replay(Visit *visit, int rows)
{
    const char *const replay[] = { VISIT_PROGRAM, "replay", visit->file, NULL };
    static const char *const nothing_to_run[] = { "PATH=/nonexistent", NULL };

    terminal_free(visit->terminal);
    visit->terminal = terminal_start(rows, 80, replay, nothing_to_run);
}

static void detach(Terminal *terminal)
{
    terminal_walk(terminal, "j", "second.qcow2");
    terminal_send(terminal, "d");
    terminal_wait_text(terminal, "device_del");
    terminal_send(terminal, "y");
    terminal_wait_no_text(terminal, "second.qcow2 ");
    terminal_wait_text(terminal, "has left");
}

/* The rows from the tree's first to the last of the events: what is above and below tells of the
 * connection and of keys. (transfer full) */
static char *middle(Terminal *terminal)
{
    g_autofree char *text = terminal_text(terminal);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);

    g_free(rows[ROWS - 1]);
    rows[ROWS - 1] = NULL;
    for (char **row = rows + ROWS; *row; row++)
        g_free(*row);
    return g_strjoinv("\n", rows + 2);
}

static void test_visit(void **state)
{
    Visit *visit = *state;
    g_autofree char *image = temp_image(visit->directory, "second.qcow2", "qcow2", 8 << 20);
    g_autofree char *last = NULL, *shown = NULL;

    const char *const record[] = { VISIT_PROGRAM, "demo", "--record", visit->file, NULL };

    visit_start(visit, record);
    terminal_wait_text(visit->terminal, "i440FX");
    terminal_wait_text(visit->terminal, "● rec");
    terminal_send(visit->terminal, "G");
    terminal_walk(visit->terminal, "k", "scsi0");
    terminal_walk(visit->terminal, "j", "vacant");
    visit_attach_disk(visit->terminal, image);
    terminal_wait_match(visit->terminal, "second.qcow2.*added");
    detach(visit->terminal);
    terminal_send(visit->terminal, "g");
    terminal_wait_quiet(visit->terminal, 300);
    last = middle(visit->terminal);
    visit_quit(visit->terminal);

    start_replay(visit, ROWS + 1);
    terminal_wait_text(visit->terminal, "moment");
    terminal_send(visit->terminal, "$");
    terminal_wait_text(visit->terminal, "the end");
    terminal_wait_quiet(visit->terminal, 100);
    shown = middle(visit->terminal);
    assert_string_equal(shown, last);

    terminal_send(visit->terminal, "a");
    terminal_wait_text(visit->terminal, "this is a recording of what was");
    while (terminal_has_text(visit->terminal, "has left")) { /* back, until it was there */
        terminal_send(visit->terminal, ",");
        terminal_wait_quiet(visit->terminal, 50);
    }
    terminal_walk(visit->terminal, "j", "second.qcow2");
    terminal_send(visit->terminal, "4");
    terminal_wait_text(visit->terminal, "device_del id=sd0");
    visit_quit(visit->terminal);
}

static void test_lines(void **state)
{
    Visit *visit = *state;
    const char *const arguments[] = { "replay", visit->file, NULL };
    g_autoptr(Run) run = program_run(arguments);

    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "connected to QEMU"));
    assert_non_null(strstr(run->out, "blockdev-add node-name="));
    assert_non_null(strstr(run->out, "has left"));
}

static void test_bad_files(void **state)
{
    Visit *visit = *state;
    const char *const no_recording[] = { "replay", VISIT_PROGRAM, NULL };
    const char *const no_file[] = { "demo", "--record", visit->directory, NULL };
    g_autoptr(Run) run = program_run(no_recording);
    g_autoptr(Run) other = program_run(no_file);

    assert_int_equal(run->status, 2);
    assert_complaint(run, "is no recording");
    assert_int_equal(other->status, 2);
    assert_complaint(other, "cannot record into");
}

static int set_up(void **state)
{
    Visit *visit;

    visit_begin(state);
    visit = *state;
    visit->file = g_build_filename(visit->directory, "visit.record", NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visit),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bad_files),
    };

    return cmocka_run_group_tests(tests, set_up, visit_end);
}
