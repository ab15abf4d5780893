/* The views by keys and by mouse, on the demonstration guest: what each is for is done once. Plan,
 * tour and recordings have journeys of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/visit.h"

static void say_yes(Terminal *terminal)
{
    terminal_send(terminal, "y");
    terminal_wait_text(terminal, "done:");
}

/* A card of a NIC into the next vacant slot, which is the first that is free: 0e. */
static void test_slots(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    visit_press(terminal, "2", "[2 Slots]");
    visit_press(terminal, "v", "pci.0 0e.0");
    visit_press(terminal, "a", "Attach a disk");
    terminal_walk(terminal, "\033[Z", "kind ");
    visit_press(terminal, "n", "Attach a nic");
    terminal_wait_text(terminal, "device_add");
    terminal_click(terminal, "[ Attach ]");
    terminal_wait_text(terminal, "done:");
    terminal_wait_text(terminal, "pci.0 0e.0");
    terminal_click(terminal, "WDT");
    terminal_wait_text(terminal, "pci.0 0c.0");
    visit_press(terminal, "d", "device_del");
    say_yes(terminal);
    terminal_wait_no_text(terminal, "WDT");
    visit_quit(terminal);
}

static void test_drives(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    visit_press(terminal, "3", "[3 Drives]");
    terminal_walk(terminal, "j", "gpxe.iso");
    visit_press(terminal, "m", "Medium for hdc");
    visit_press(terminal, "spare.img", "1 of 1");
    visit_press(terminal, "\r", "blockdev-insert-medium");
    say_yes(terminal);
    terminal_wait_match(terminal, "1:0.*cdrom spare.img");
    visit_press(terminal, "u", "gpxe.iso");
    say_yes(terminal);
    terminal_wait_match(terminal, "1:0.*cdrom gpxe.iso");
    visit_quit(terminal);
}

/* The messages of the demonstration guest's start are there; those of the tree are told by name. */
static void test_events(void **state)
{
    Visit *visit = *state;
    Terminal *terminal = visit_demo(visit, NULL);
    g_autofree char *file = g_build_filename(visit->directory, "messages.jsonl", NULL);
    g_autofree char *saved = NULL;

    visit_press(terminal, "4", "[4 Events]");
    terminal_send(terminal, "g");
    visit_press(terminal, "\r", "\"QMP\": {");
    terminal_send(terminal, "\r");
    terminal_wait_no_text(terminal, "\"QMP\": {");
    visit_press(terminal, "&", "&");
    terminal_send(terminal, "query-block\r");
    terminal_wait_no_text(terminal, "greeting");
    terminal_wait_text(terminal, "query-block");
    visit_press(terminal, "s", "Save");
    terminal_send(terminal, "\x15");
    terminal_send(terminal, file);
    terminal_wait_text(terminal, "messages.jsonl");
    terminal_send(terminal, "\r");
    terminal_wait_quiet(terminal, 200);
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        terminal_send(terminal, "\r"); /* the first went to the button */
        terminal_wait_quiet(terminal, 200);
    }
    assert_true(g_file_get_contents(file, &saved, NULL, NULL));
    assert_non_null(strstr(saved, "query-block"));
    visit_quit(terminal);
}

static void test_prompt(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    visit_press(terminal, ":", "Commands");
    terminal_send(terminal, "detach watchdog0\r");
    terminal_wait_text(terminal, "device_del");
    say_yes(terminal);
    visit_press(terminal, ":", "Commands");
    terminal_send(terminal, "bind B view slots\r");
    terminal_wait_quiet(terminal, 100);
    visit_press(terminal, "B", "[2 Slots]");
    visit_quit(terminal);
}

/* Tabs above and words below are as good as their keys. */
static void test_clicks(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    terminal_click(terminal, "2 Slots");
    terminal_wait_text(terminal, "[2 Slots]");
    terminal_click(terminal, "5 Plan");
    terminal_wait_text(terminal, "[5 Plan]");
    terminal_click(terminal, "1 Tree");
    terminal_wait_text(terminal, "[1 Tree]");
    terminal_click(terminal, "? why");
    terminal_wait_text(terminal, "Why: ");
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Why: ");
    terminal_click(terminal, "q quit");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

/* Two NICs are found, marked and taken out as one. */
static void test_find_and_marks(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    visit_press(terminal, "/", "/");
    terminal_send(terminal, "pcnet");
    visit_press(terminal, "\r", "/pcnet  1 of 1");
    visit_press(terminal, " ", "√ 1");
    visit_press(terminal, " ", "√ 2"); /* the row below: rtl8139 */
    visit_press(terminal, "&net3\r", "&net3");
    terminal_wait_no_text(terminal, "rtl8139");
    visit_press(terminal, "\033", "rtl8139");
    visit_press(terminal, "d", "and 1 more");
    say_yes(terminal);
    terminal_wait_no_text(terminal, "pcnet user");
    terminal_wait_no_text(terminal, "rtl8139 user");
    visit_quit(terminal);
}

static void test_read_only(void **state)
{
    Terminal *terminal = visit_demo(*state, "--read-only");

    terminal_wait_no_text(terminal, "a attach");
    terminal_walk(terminal, "j", "net3");
    visit_press(terminal, "d", "started with --read-only");
    visit_press(terminal, ":", ":");
    terminal_send(terminal, "detach net3\r");
    terminal_wait_text(terminal, "Not possible");
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Not possible");
    terminal_wait_text(terminal, "net3");
    visit_quit(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slots, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_drives, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_events, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_prompt, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_clicks, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_find_and_marks, visit_begin, visit_end),
        cmocka_unit_test_setup_teardown(test_read_only, visit_begin, visit_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
