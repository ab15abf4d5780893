/* The tour by keys alone: each of its steps is done as it says, and each is seen to be done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/visit.h"

static void wait_step(Terminal *terminal, guint step)
{
    g_autofree char *heading = g_strdup_printf("Tour %u of 10", step);

    terminal_wait_text(terminal, heading);
}

static void look(Terminal *terminal)
{
    wait_step(terminal, 1);
    terminal_walk(terminal, "j", "net2");
    wait_step(terminal, 2);
    terminal_send(terminal, "?");
    terminal_wait_text(terminal, "Why: net2");
    wait_step(terminal, 3);
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Why: net2");
    terminal_send(terminal, "2");
    wait_step(terminal, 4);
}

static void plug(Terminal *terminal)
{
    terminal_send(terminal, "1g");
    terminal_walk(terminal, "j", "scsi0");
    terminal_walk(terminal, "j", "vacant");
    wait_step(terminal, 5);
    terminal_send(terminal, "a");
    terminal_wait_text(terminal, "Attach a disk");
    terminal_walk(terminal, "\t", "file ");
    terminal_send(terminal, "spare.qcow2");
    terminal_wait_text(terminal, "blockdev-add");
    terminal_send(terminal, "\r"); /* to the button */
    terminal_wait_quiet(terminal, 50);
    terminal_send(terminal, "\r");
    wait_step(terminal, 6);
    terminal_send(terminal, "J");
    wait_step(terminal, 7);
    terminal_send(terminal, "\033");
    terminal_walk(terminal, "j", "spare.qcow2");
}

static void detach(Terminal *terminal)
{
    terminal_send(terminal, "d");
    terminal_wait_text(terminal, "device_del");
    terminal_send(terminal, "y");
    terminal_wait_no_text(terminal, "device_del ");
}

static void unplug(Terminal *terminal)
{
    detach(terminal);
    wait_step(terminal, 8);
    terminal_send(terminal, "g");
    terminal_walk(terminal, "j", "net4");
    detach(terminal);
    wait_step(terminal, 9);
    terminal_send(terminal, "6");
    terminal_wait_text(terminal, "stubborn: keeping bsel 0 slot 07");
    terminal_send(terminal, "1g");
    terminal_walk(terminal, "j", "net4");
    terminal_send(terminal, "r");
    wait_step(terminal, 10);
    terminal_wait_text(terminal, "done: detach nic net4"); /* or it would cover what is said next */
}

static void pin(Terminal *terminal)
{
    terminal_send(terminal, "F");
    terminal_wait_text(terminal, "not saved: w saves");
    terminal_send(terminal, "P");
    terminal_wait_text(terminal, "made static, not saved: w saves");
    terminal_send(terminal, "w");
    terminal_wait_text(terminal, "mode='static'");
    terminal_send(terminal, "\r");
    terminal_wait_text(terminal, "Tour: done");
}

static void test_tour(void **state)
{
    Terminal *terminal = visit_demo(*state, "--tour");

    look(terminal);
    plug(terminal);
    unplug(terminal);
    pin(terminal);
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Tour: done");
    visit_quit(terminal);
}

/* Esc hides it, F2 brings it back, and goes on without what the step asks for. */
static void test_hide_and_skip(void **state)
{
    Terminal *terminal = visit_demo(*state, "--tour");

    wait_step(terminal, 1);
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Tour 1");
    terminal_send(terminal, "\033OQ");
    wait_step(terminal, 1);
    terminal_send(terminal, "\033OQ");
    wait_step(terminal, 2);
    visit_quit(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tour, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_hide_and_skip, visit_begin, visit_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
