/* A whole visit by keys alone, on the smallest usual terminal: open the demonstration guest, walk
 * through its tree, attach a SCSI disk, see it, detach it, take that back, quit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/temp.h"
#include "tests/support/visit.h"

static void test_visit(void **state)
{
    Visit *visit = *state;
    Terminal *terminal = visit_demo(visit, NULL);
    g_autofree char *image = temp_image(visit->directory, "second.qcow2", "qcow2", 8 << 20);

    terminal_walk(terminal, "j", "watchdog0");
    terminal_walk(terminal, "k", "sdf");
    terminal_walk(terminal, "k", "scsi0");
    terminal_walk(terminal, "j", "vacant");

    visit_attach_disk(terminal, image);
    terminal_wait_cursor(terminal, "second.qcow2.*added");
    terminal_send(terminal, "d");
    visit_confirm(terminal, "device_del");
    terminal_wait_no_text(terminal, "second.qcow2 ");

    terminal_send(terminal, "u");
    visit_confirm(terminal, "blockdev-add");
    terminal_wait_cursor(terminal, "second.qcow2.*added");

    visit_quit(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_visit, visit_begin, visit_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
