/* What is typed, in a terminal: the prompt of the console with its history over two runs, keys and
 * mistakes of a config file, and the line mode. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/temp.h"
#include "tests/support/visit.h"

static Terminal *open_shell(Visit *visit)
{
    const char *const line[] = { VISIT_PROGRAM, "shell", real_qemu_socket(visit->qemu), NULL };
    Terminal *terminal = visit_start(visit, line);

    terminal_wait_match(terminal, "^[A-Za-z0-9]+> *$");
    return terminal;
}

static void write_config(Visit *visit, const char *text)
{
    g_autofree char *folder = g_build_filename(visit->directory, "backplane", NULL);

    g_mkdir_with_parents(folder, 0700);
    g_free(temp_file(folder, "config", text));
}

static void test_history_over_two_runs(void **state)
{
    Terminal *terminal = visit_guest(*state);

    terminal_send(terminal, ":");
    terminal_wait_text(terminal, "Tab completes");
    terminal_send(terminal, "go scs\t\r");
    terminal_wait_match(terminal, "^..*\342\226\272.*scsi0|\342\226\272.*virtio-scsi");
    visit_leave(terminal, "q");

    terminal = visit_guest(*state);
    terminal_send(terminal, ":\022sc"); /* Ctrl-R */
    terminal_wait_text(terminal, "(reverse-i-search)`sc': go scsi0");
    terminal_send(terminal, "\r");
    terminal_wait_match(terminal, "\342\226\272.*virtio-scsi");
    visit_leave(terminal, "q");
}

/* What is typed is planned and asked about as in the dialog; QEMU has it then. */
static void test_attach_by_line(void **state)
{
    Visit *visit = *state;
    g_autofree char *image = temp_image(visit->directory, "typed.qcow2", "qcow2", 8 << 20);
    g_autofree char *line = g_strdup_printf(":attach disk file=%s bus=scsi id=typed0\r", image);
    g_autofree char *before = NULL, *after = NULL;
    Terminal *terminal = visit_guest(visit);

    before = real_qemu_state(visit->qemu);
    visit_press(terminal, line, "device_add");
    visit_press(terminal, "\033", "host bridge"); /* not confirmed: nothing is sent */
    after = real_qemu_state(visit->qemu);
    assert_string_equal(after, before);
    visit_press(terminal, line, "device_add");
    visit_confirm(terminal, "[ Attach ]");
    terminal_wait_cursor(terminal, "typed.qcow2.*typed0");
    g_free(after);
    after = real_qemu_state(visit->qemu);
    assert_non_null(strstr(after, "typed0"));
    visit_quit(terminal);
}

static void test_keys_of_the_config_file(void **state)
{
    Terminal *terminal;

    write_config(*state, "# mine\nbind Z go scsi0\nunbind q\nset glyphs ascii\n");
    terminal = visit_console(*state);
    terminal_wait_text(terminal, "|- host bridge");
    terminal_send(terminal, "Z");
    terminal_wait_match(terminal, "^>.*virtio-scsi");
    terminal_send(terminal, ":help\r");
    terminal_wait_text(terminal, "Your own");
    terminal_send(terminal, "\033");
    terminal_wait_no_text(terminal, "Your own");
    terminal_send(terminal, "q"); /* nothing any more */
    terminal_wait_quiet(terminal, 50);
    visit_leave(terminal, ":quit\r");
}

static void test_mistakes_of_the_config_file(void **state)
{
    Terminal *terminal;

    write_config(*state, "bind x undo\nbind x redo\n");
    terminal = visit_console(*state);
    terminal_wait_text(terminal, "Configuration");
    terminal_wait_text(terminal, "config:2: x is bound to \"undo\"");
    terminal_send(terminal, "\033");
    terminal_wait_text(terminal, "i440FX");
    visit_leave(terminal, "q");
}

static void test_lines_at_a_terminal(void **state)
{
    Terminal *terminal = open_shell(*state);

    terminal_send(terminal, "show sc\t");
    terminal_wait_text(terminal, "show scsi0");
    terminal_send(terminal, "\r");
    terminal_wait_text(terminal, "use-disabled-flag"); /* one of its properties */
    terminal_send(terminal, "nonsense\r");
    terminal_wait_text(terminal, "there is no command \"nonsense\"");
    terminal_send(terminal, "half a li");
    terminal_wait_text(terminal, "> half a li"); /* while a command runs Ctrl-C ends the program */
    terminal_send(terminal, "\003");             /* here it begins the line anew */
    terminal_wait_text(terminal, "^C");
    visit_leave(terminal, "quit\r");

    terminal = open_shell(*state);
    terminal_send(terminal, "\033[A\033[A\033[A"); /* what was typed in the run before */
    terminal_wait_text(terminal, "show scsi0");
    visit_leave(terminal, "\025\004"); /* Ctrl-U, Ctrl-D */
}

static void test_what_ends_the_line_mode(void **state)
{
    static const int numbers[] = { SIGTERM, SIGHUP, SIGQUIT };

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        Terminal *terminal = open_shell(*state);

        terminal_send(terminal, "half");
        terminal_wait_text(terminal, "> half");
        terminal_signal(terminal, numbers[i]);
        assert_int_equal(terminal_wait_exit(terminal), 128 + numbers[i]);
        terminal_assert_restored(terminal);
    }
}

static int set_up(void **state)
{
    static const char *const arguments[] = { "-device", "virtio-scsi-pci,id=scsi0", NULL };

    visit_begin(state);
    ((Visit *)*state)->qemu = real_qemu_start("pc", REAL_QEMU_STOPPED, arguments);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, visit_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history_over_two_runs),   TEST(test_attach_by_line),
        TEST(test_keys_of_the_config_file), TEST(test_mistakes_of_the_config_file),
        TEST(test_lines_at_a_terminal),     TEST(test_what_ends_the_line_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
