/* Two changes put aside, looked at in other words, applied as one and taken back: by keys, with a
 * click where a hand is on the mouse anyway. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/visit.h"

/* kind: the letter that chooses it; command: of its plan. */
static void stage(Terminal *terminal, const char *kind, const char *command, const char *title)
{
    terminal_send(terminal, "a");
    terminal_wait_text(terminal, "Attach a disk");
    terminal_walk(terminal, "\033[Z", "kind ");
    terminal_send(terminal, kind);
    terminal_wait_text(terminal, command);
    terminal_send(terminal, "\r"); /* to the buttons */
    terminal_wait_quiet(terminal, 50);
    terminal_send(terminal, "\t"); /* from [ Attach ] to [ Stage ] */
    terminal_wait_text(terminal, "Enter puts it aside");
    terminal_send(terminal, "\r");
    terminal_wait_match(terminal, title);
}

static void test_two_changes_as_one(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    terminal_send(terminal, "5");
    terminal_wait_text(terminal, "Nothing was changed");
    stage(terminal, "n", "netdev_add", "attach nic net[0-9]+ at .*staged");
    stage(terminal, "c", "scsi-cd", "attach cdrom cd[0-9]+ at .*staged");

    terminal_send(terminal, "c");
    terminal_wait_text(terminal, "[1 QMP]");
    terminal_click(terminal, "Command line");
    terminal_wait_text(terminal, "-netdev user");
    terminal_send(terminal, "q");
    terminal_wait_no_text(terminal, "-netdev user");

    terminal_send(terminal, "A");
    terminal_wait_text(terminal, "Apply 2 changes");
    terminal_click(terminal, "[ Apply ]");
    terminal_wait_match(terminal, "apply 2 changes.*done");
    terminal_wait_text(terminal, "Nothing. [ Stage ]");
    terminal_send(terminal, "u");
    terminal_wait_text(terminal, "[ Undo ]");
    terminal_send(terminal, "y");
    terminal_wait_match(terminal, "apply 2 changes.*taken back");
    visit_quit(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_changes_as_one, visit_begin, visit_end),
    };

    return cmocka_run_group_tests_name("the plan view by keys and mouse", tests, NULL, NULL);
}
