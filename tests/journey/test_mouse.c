/* The console by the mouse: whatever has a place on the screen can be clicked there. Keys are
 * pressed where there is nothing to click: to type, and to end a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/visit.h"

/* A click, and what is on the screen then. */
static void click(Terminal *terminal, const char *text, const char *then)
{
    terminal_click(terminal, text);
    terminal_wait_text(terminal, then);
}

/* The same of something that goes with the click. */
static void click_away(Terminal *terminal, const char *text, const char *gone)
{
    terminal_click(terminal, text);
    terminal_wait_no_text(terminal, gone);
}

/* Where the last line has room for more hints. */
static Terminal *open_wide(Visit *visit, const char *option)
{
    Terminal *terminal = visit_demo(visit, option);

    terminal_resize(terminal, 40, 120);
    terminal_wait_text(terminal, ": command");
    return terminal;
}

/* So few rows that lists scroll; the hint says that it is painted so. */
static void be_low(Terminal *terminal)
{
    terminal_resize(terminal, 12, 120);
    terminal_wait_text(terminal, ": command");
}

static void test_tree(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click_away(terminal, "┬ ISA bridge", "power management");
    click(terminal, "+ ISA bridge", "power management");
    terminal_double_click(terminal, "vacant port");
    terminal_wait_text(terminal, "Attach a ");
    click_away(terminal, "[ Cancel ]", "Attach a ");
    terminal_double_click(terminal, "USB UHCI");
    terminal_wait_no_text(terminal, "vacant port");
    terminal_wheel(terminal, "USB UHCI", 4);
    terminal_wait_no_text(terminal, "host bridge");
    terminal_wheel(terminal, "DEVICE", -8);
    terminal_wait_text(terminal, "host bridge");
    visit_quit(terminal);
}

/* A vacant card takes a device where it is; what a bridge leads to is gone into by its sign. */
static void test_slots(void **state)
{
    static const char *const bridge[] = { "-device", "pci-bridge,id=br1,chassis_nr=1,addr=3",
                                          NULL };
    Visit *visit = *state;
    Terminal *terminal;

    visit->qemu = real_qemu_start("pc", REAL_QEMU_GUEST, bridge);
    terminal = visit_guest(visit);
    click(terminal, "2 Slots", "[2 Slots]");
    click(terminal, "»", "pci.0 » 03.0");
    click_away(terminal, "pci.0 » 03.0", "pci.0 » 03.0");
    terminal_wait_text(terminal, "─ pci.0 03.0 ─");
    terminal_click(terminal, "HST");
    terminal_wait_text(terminal, "─ pci.0 00.0 ─");
    terminal_double_click(terminal, "· ║"); /* 0f */
    terminal_wait_text(terminal, "Attach a disk");
    click_away(terminal, "[ Cancel ]", "Attach a disk");
    visit_quit(terminal);
}

static void test_drives(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click(terminal, "3 Drives", "[3 Drives]");
    click(terminal, "SIZE", "SIZE↓");
    click_away(terminal, "BAY", "SIZE↓");
    terminal_click(terminal, "output-d.img");
    terminal_wait_cursor(terminal, "output-d.img");
    terminal_double_click(terminal, "├─ vacant bay");
    terminal_wait_text(terminal, "Attach a disk");
    terminal_wait_match(terminal, "target .*\\[4\\]");
    click_away(terminal, "[ Cancel ]", "Attach a disk");
    be_low(terminal);
    terminal_wheel(terminal, "SIZE", 5);
    terminal_wait_no_text(terminal, "IDE controller");
    terminal_wheel(terminal, "SIZE", -5);
    terminal_wait_text(terminal, "IDE controller");
    visit_quit(terminal);
}

static void test_medium(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click(terminal, "3 Drives", "[3 Drives]");
    click(terminal, "gpxe.iso", "m medium");
    click(terminal, "m medium", "Medium for hdc");
    click_away(terminal, "Esc cancel", "Medium for hdc");
    click(terminal, "m medium", "1 of ");
    terminal_wheel(terminal, "plain.qcow2", 1);
    terminal_wait_text(terminal, "4 of ");
    terminal_click(terminal, "spare.img");
    terminal_wait_match(terminal, "► spare.img");
    click(terminal, "spare.img", "blockdev-insert-medium");
    click(terminal, "[ Insert ]", "done:");
    terminal_wait_match(terminal, "1:0.*cdrom spare.img");
    visit_quit(terminal);
}

/* In a form a second click on a field chooses. */
static void test_attach(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click(terminal, "a attach", "Attach a disk");
    click(terminal, "^O browse", "type to search");
    click_away(terminal, "Esc cancel", "type to search");
    terminal_click(terminal, "kind ");
    terminal_wait_cursor(terminal, "kind ");
    click(terminal, "kind ", "Attach a cdrom");
    terminal_wait_text(terminal, "device_add");
    click(terminal, "[ Commands ]", "[1 QMP]");
    click_away(terminal, "Esc back", "[1 QMP]");
    click_away(terminal, "[ Attach ]", "Attach a cdrom");
    terminal_wait_text(terminal, "done:");
    visit_quit(terminal);
}

static void test_events(void **state)
{
    Terminal *terminal = open_wide(*state, NULL);

    click(terminal, "4 Events", "[4 Events]");
    terminal_wheel(terminal, "MESSAGE", -40);
    terminal_double_click(terminal, "greeting");
    terminal_wait_text(terminal, "\"QMP\": {");
    terminal_double_click(terminal, "greeting");
    terminal_wait_no_text(terminal, "\"QMP\": {");
    click(terminal, "p pause", "paused");
    click_away(terminal, "p pause", "paused");
    terminal_wheel(terminal, "MESSAGE", -40);
    click(terminal, "info qtree", "y copy");
    click(terminal, "y copy", "Copy info qtree");
    terminal_click(terminal, " virsh ");
    terminal_wait_cursor(terminal, "virsh");
    click_away(terminal, "Esc closes", "Copy info qtree");
    click(terminal, "s save", "Save ");
    click_away(terminal, "Esc cancels", "Esc cancels");
    visit_quit(terminal);
}

static void test_plan(void **state)
{
    Terminal *terminal = open_wide(*state, NULL);

    click(terminal, "5 Plan", "[5 Plan]");
    click(terminal, "a attach  d detach", "Attach a disk");
    terminal_click(terminal, "kind ");
    terminal_wait_cursor(terminal, "kind ");
    click(terminal, "kind ", "Attach a cdrom");
    terminal_wait_text(terminal, "device_add");
    terminal_click(terminal, "[ Stage ]");
    terminal_wait_match(terminal, "attach cdrom cd[0-9]+ at .*staged");
    terminal_click(terminal, "attach cdrom cd0"); /* it has been read: hints come back */
    click(terminal, "c commands", "[1 QMP]");
    click(terminal, "2 HMP", "[2 HMP]");
    click(terminal, "Tab 1-4", "[3 Domain XML]");
    click_away(terminal, "Esc back", "[3 Domain XML]");
    click(terminal, "A apply", "[ Apply ]");
    terminal_click(terminal, "[ Apply ]");
    terminal_wait_text(terminal, "done: attach cdrom cd0");
    terminal_click(terminal, "attach cdrom cd0");
    click(terminal, "u undo", "[ Undo ]");
    terminal_click(terminal, "[ Undo ]");
    terminal_wait_text(terminal, "taken back");
    visit_quit(terminal);
}

static void test_prompt(void **state)
{
    Terminal *terminal = open_wide(*state, NULL);

    click(terminal, ": command", "1-13 of ");
    terminal_wheel(terminal, " attach ", 1);
    terminal_wait_no_text(terminal, "1-13 of ");
    terminal_wheel(terminal, "─ Commands ─", -1);
    terminal_wait_text(terminal, "1-13 of ");
    click(terminal, " detach ", ":detach");
    click(terminal, "rtl8139 00:07.0", ":detach net4");
    visit_press(terminal, "\r", "device_del");
    click_away(terminal, "[ Cancel ]", "device_del");
    click(terminal, ": command", "Esc gives up");
    click_away(terminal, "ISA bridge", "Esc gives up");
    terminal_wait_cursor(terminal, "ISA bridge");
    visit_quit(terminal);
}

/* What is seen while one types is what a click means. */
static void test_find(void **state)
{
    Terminal *terminal = open_wide(*state, NULL);

    click(terminal, "/ find", "Esc gives up");
    visit_press(terminal, "e1000", "1 of 1");
    click_away(terminal, "ne2k_pci", "1 of 1");
    terminal_wait_cursor(terminal, "ne2k_pci");
    click(terminal, "space mark", "√ 1");
    visit_press(terminal, "&", "Esc gives up");
    terminal_send(terminal, "net");
    terminal_wait_no_text(terminal, "watchdog0");
    terminal_click(terminal, "rtl8139");
    terminal_wait_no_text(terminal, "Esc gives up");
    terminal_wait_cursor(terminal, "rtl8139");
    assert_false(terminal_has_text(terminal, "watchdog0"));
    click_away(terminal, "&net", "/ find");
    visit_press(terminal, "\033", "/ find");
    click(terminal, "Esc back", "watchdog0");
    click_away(terminal, "Esc back", "√ 1");
    visit_quit(terminal);
}

static void test_why(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click(terminal, "? why", "Why: ");
    click_away(terminal, "Esc closes", "Why: ");
    click(terminal, "? why", "Why: ");
    click(terminal, "? all keys", "─ Keys ─");
    terminal_wheel(terminal, "In this view", 30);
    terminal_wait_text(terminal, "Shift-drag");
    terminal_click_at(terminal, 12, 0); /* beside the box */
    terminal_wait_no_text(terminal, "─ Keys ─");
    visit_quit(terminal);
}

static void test_themes(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    visit_press(terminal, "T", "Esc back");
    terminal_click(terminal, "nord");
    terminal_wait_cursor(terminal, "► nord");
    terminal_wheel(terminal, "nord", 1);
    terminal_wait_cursor(terminal, "► phosphor");
    click_away(terminal, "Esc back", "phosphor");
    visit_press(terminal, "T", "Esc back");
    terminal_click(terminal, "nord");
    terminal_wait_cursor(terminal, "► nord");
    click(terminal, "nord", "theme nord;");
    visit_quit(terminal);
}

static void test_tour(void **state)
{
    Terminal *terminal = visit_demo(*state, "--tour");

    terminal_wheel(terminal, "ne2k_pci", 1);
    click(terminal, "e1000", "Tour 2 of 10");
    click(terminal, "F2 skips", "Tour 3 of 10");
    click(terminal, "2 Slots", "Tour 4 of 10");
    click_away(terminal, "Esc hides", "Tour 4");
    visit_quit(terminal);
}

static void test_guest(void **state)
{
    Terminal *terminal = visit_demo(*state, NULL);

    click(terminal, "6 Guest", "[6 Guest]");
    terminal_wait_text(terminal, "ready");
    be_low(terminal);
    terminal_wheel(terminal, "Serial console", -2);
    terminal_wait_text(terminal, "stopped: End follows");
    terminal_wheel(terminal, "Serial console", 3);
    terminal_wait_text(terminal, "─ following");
    visit_quit(terminal);
}

/* Nothing that can be clicked changes the guest. */
static void test_read_only(void **state)
{
    static const char *const gone[] = { "a attach", "d detach", "u undo",  "space mark",
                                        "m medium", "e eject",  "A apply", NULL };
    Terminal *terminal = open_wide(*state, "--read-only");

    for (const char *const *hint = gone; *hint; hint++)
        assert_false(terminal_has_text(terminal, *hint));
    terminal_double_click(terminal, "vacant port");
    terminal_wait_text(terminal, "started with --read-only");
    click(terminal, "3 Drives", "[3 Drives]");
    terminal_click(terminal, "gpxe.iso");
    terminal_wait_cursor(terminal, "gpxe.iso");
    for (const char *const *hint = gone; *hint; hint++)
        assert_false(terminal_has_text(terminal, *hint));
    click(terminal, "2 Slots", "[2 Slots]");
    terminal_wait_no_text(terminal, "started with --read-only");
    terminal_double_click(terminal, "·   ║");
    terminal_wait_text(terminal, "started with --read-only");
    visit_quit(terminal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, visit_begin, visit_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tree),   TEST(test_slots),     TEST(test_drives), TEST(test_medium),
        TEST(test_attach), TEST(test_events),    TEST(test_plan),   TEST(test_prompt),
        TEST(test_find),   TEST(test_why),       TEST(test_themes), TEST(test_tour),
        TEST(test_guest),  TEST(test_read_only),
    };

    return cmocka_run_group_tests_name("the console by the mouse", tests, NULL, NULL);
}
