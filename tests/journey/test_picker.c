/* The program without a target: guests to choose from, as they come and go. Other tests run guests
 * at the same time, so ours have names of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/real_qemu.h"
#include "tests/support/terminal.h"

typedef struct {
    Terminal *terminal;
    RealQemu *first, *second;
    char *names[2];
} Visit;

static RealQemu *start_guest(const char *name)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_GUEST);

    real_qemu_add(qemu, "-name", name, NULL);
    real_qemu_launch(qemu);
    return qemu;
}

static Terminal *open_picker(Visit *visit)
{
    const char *const arguments[] = { BUILDDIR "/san/backplane", NULL };

    visit->terminal = terminal_start(60, 100, arguments, NULL);
    terminal_wait_text(visit->terminal, "read again");
    return visit->terminal;
}

static void quit(Terminal *terminal)
{
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_assert_restored(terminal);
}

static void test_choose_and_come_back(void **state)
{
    Visit *visit = *state;
    Terminal *terminal;

    visit->first = start_guest(visit->names[0]);
    terminal = open_picker(visit);
    terminal_wait_text(terminal, visit->names[0]);
    terminal_send(terminal, "G");
    terminal_walk(terminal, "k", visit->names[0]);
    terminal_send(terminal, "\r");
    terminal_wait_text(terminal, "i440FX");
    assert_true(terminal_has_text(terminal, visit->names[0]));
    real_qemu_tell(visit->first, "quit", NULL);
    terminal_wait_text(terminal, "connection lost");
    terminal_wait_text(terminal, "guests"); /* the way back is offered */
    terminal_send(terminal, "o");
    terminal_wait_text(terminal, "read again");
    terminal_wait_no_text(terminal, visit->names[0]);
    quit(terminal);
}

/* Within two seconds, without any key; the cursor stays on its guest. */
static void test_guests_come_and_go(void **state)
{
    Visit *visit = *state;
    Terminal *terminal;
    g_autofree char *row = g_strconcat("\u25ba.*", visit->names[1], NULL);

    visit->second = start_guest(visit->names[1]);
    terminal = open_picker(visit);
    terminal_wait_text(terminal, visit->names[1]);
    terminal_send(terminal, "G");
    terminal_walk(terminal, "k", visit->names[1]);
    visit->first = start_guest(visit->names[0]);
    terminal_wait_text(terminal, visit->names[0]);
    terminal_wait_match(terminal, row);
    real_qemu_tell(visit->first, "quit", NULL);
    terminal_wait_no_text(terminal, visit->names[0]);
    terminal_wait_match(terminal, row);
    terminal_send(terminal, "r");
    quit(terminal);
}

/* From a guest that was named, too, though it is alive. */
static void test_from_a_target(void **state)
{
    Visit *visit = *state;

    visit->first = start_guest(visit->names[0]);
    {
        const char *const arguments[] = { BUILDDIR "/san/backplane", visit->names[0], NULL };
        visit->terminal = terminal_start(24, 80, arguments, NULL);
    }
    terminal_wait_text(visit->terminal, "i440FX");
    terminal_send(visit->terminal, "o");
    terminal_wait_text(visit->terminal, "read again");
    terminal_signal(visit->terminal, SIGTERM);
    assert_int_equal(terminal_wait_exit(visit->terminal), 128 + SIGTERM);
    terminal_assert_restored(visit->terminal);
}

static int prepare(void **state)
{
    Visit *visit = g_new0(Visit, 1);

    visit->names[0] = g_strdup_printf("one-%d", getpid());
    visit->names[1] = g_strdup_printf("two-%d", getpid());
    *state = visit;
    return 0;
}

static int clean(void **state)
{
    Visit *visit = *state;

    terminal_free(visit->terminal);
    real_qemu_stop(visit->first);
    real_qemu_stop(visit->second);
    g_free(visit->names[0]);
    g_free(visit->names[1]);
    g_free(visit);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_choose_and_come_back, prepare, clean),
        cmocka_unit_test_setup_teardown(test_guests_come_and_go, prepare, clean),
        cmocka_unit_test_setup_teardown(test_from_a_target, prepare, clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
