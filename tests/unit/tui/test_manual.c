/* Manual page and help: nothing of the tables is missing, and the roff is clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <gio/gio.h>

#include "engine/request.h"
#include "tui/command.h"
#include "tui/manual.h"
#include "tui/usage.h"

/* What groff makes of the page; its warnings in *complaints. */
static char *format(const char *page, char **complaints)
{
    g_autoptr(GSubprocess) groff =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_PIPE,
                         NULL, "groff", "-man", "-ww", "-Tascii", "-P-c", "-P-b", "-P-u", NULL);
    char *text = NULL;

    assert_non_null(groff);
    assert_true(g_subprocess_communicate_utf8(groff, page, NULL, &text, complaints, NULL));
    return text;
}

static void groff_has_no_warnings(void **state)
{
    g_autofree char *page = manual_text();
    g_autofree char *complaints = NULL;
    g_autofree char *text = format(page, &complaints);

    assert_string_equal(complaints, "");
    assert_non_null(strstr(text, "backplane - show and hotplug"));
    assert_non_null(strstr(text, "EXIT STATUS"));
}

static void every_row_is_in_the_manual(void **state)
{
    g_autofree char *page = manual_text();
    g_autofree char *complaints = NULL;
    g_autofree char *text = format(page, &complaints);
    gsize count;
    const Command *commands = command_table(&count);
    const RequestOption *attach;

    for (gsize i = 0; i < count; i++)
        assert_non_null(strstr(text, commands[i].once || !commands[i].keys ? commands[i].name
                                                                           : commands[i].keys));
    attach = request_options(&count);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_strconcat(attach[i].name, "=", NULL);

        assert_non_null(strstr(text, name));
    }
}

static void assert_fits(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++)
        if (strlen(*line) > 79)
            fail_msg("too long for a terminal: %s", *line);
    assert_true(g_str_has_suffix(text, "\n"));
}

static void help_fits_a_terminal(void **state)
{
    gsize count;
    const Command *commands = command_table(&count);
    g_autofree char *all = usage_text(NULL);

    assert_fits(all);
    for (gsize i = 0; i < count; i++)
        if (commands[i].once) {
            g_autofree char *text = usage_text(&commands[i]);

            assert_fits(text);
            assert_non_null(strstr(all, commands[i].name));
        }
}

static void help_of_a_command_has_its_options_only(void **state)
{
    g_autofree char *tree = usage_text(command_find("tree"));
    g_autofree char *attach = usage_text(command_find("attach"));

    assert_non_null(strstr(tree, "--json"));
    assert_null(strstr(tree, "--dry-run"));
    assert_null(strstr(tree, "--wait"));
    assert_non_null(strstr(attach, "--dry-run"));
    assert_non_null(strstr(attach, "serial="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groff_has_no_warnings),
        cmocka_unit_test(every_row_is_in_the_manual),
        cmocka_unit_test(help_fits_a_terminal),
        cmocka_unit_test(help_of_a_command_has_its_options_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
