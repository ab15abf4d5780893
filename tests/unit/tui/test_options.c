/* The command line: every right form gives the right options, every wrong one a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/error.h"
#include "monitor/error.h"
#include "tui/command.h"
#include "tui/options.h"

#define WORDS 8

static Options *parse(const char *const words[WORDS], GError **error)
{
    char *argv[WORDS + 2] = { (char *)"backplane" };
    int argc = 1;
    gboolean done;
    Options *options;

    while (argc <= WORDS && words[argc - 1]) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    options = options_parse(argc, argv, &done, error);
    assert_false(done);
    return options;
}

static void right_forms(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *command, *target, *argument; /* the first one; NULL for none */
        gint64 wait_ms;
    } cases[] = {
        { { "/run/vm.sock" }, NULL, "/run/vm.sock", NULL, 5000 },
        { { "vm.sock" }, NULL, "vm.sock", NULL, 5000 },
        { { NULL }, NULL, NULL, NULL, 5000 },
        { { "web01" }, NULL, "web01", NULL, 5000 },
        { { "1234" }, NULL, "1234", NULL, 5000 },
        { { "tcp:[::1]:4444" }, NULL, "tcp:[::1]:4444", NULL, 5000 },
        { { "@abstract" }, NULL, "@abstract", NULL, 5000 },
        { { "./tree" }, NULL, "./tree", NULL, 5000 },
        { { "unix:tree" }, NULL, "unix:tree", NULL, 5000 },
        { { "--", "./tree" }, NULL, "./tree", NULL, 5000 },
        { { "tree", "tree" }, "tree", "tree", NULL, 5000 },
        { { "show", "vm", "net0" }, "show", "vm", "net0", 5000 },
        { { "attach", "vm", "cdrom" }, "attach", "vm", "cdrom", 5000 },
        { { "attach", "vm", "disk", "file=a", "id=b" }, "attach", "vm", "disk", 5000 },
        { { "detach", "vm", "a", "b", "c", "d" }, "detach", "vm", "a", 5000 },
        { { "detach", "vm", "a", "--wait", "0" }, "detach", "vm", "a", 0 },
        { { "detach", "--wait=0.25", "vm", "a" }, "detach", "vm", "a", 250 },
        { { "-w", "86400", "detach", "vm", "a" }, "detach", "vm", "a", 86400000 },
        { { "demo", "--ascii" }, "demo", NULL, NULL, 5000 },
        { { "demo", "--theme", "light" }, "demo", NULL, NULL, 5000 },
        { { "demo", "--record", "a" }, "demo", NULL, NULL, 5000 },
        { { "replay", "a" }, "replay", NULL, "a", 5000 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Options) options = parse(cases[i].words, &error);

        assert_null(error);
        assert_non_null(options);
        assert_int_equal(g_strcmp0(options->command, cases[i].command), 0);
        assert_int_equal(g_strcmp0(options->target, cases[i].target), 0);
        assert_non_null(options->arguments);
        assert_int_equal(g_strcmp0(options->arguments[0], cases[i].argument), 0);
        assert_int_equal(options->wait_ms, cases[i].wait_ms);
    }
}

static void switches(void **state)
{
    static const char *const words[WORDS] = { "attach", "--json", "vm", "-n", "nic", "--ascii" };
    g_autoptr(Options) options = parse(words, NULL);

    assert_non_null(options);
    assert_true(options->json);
    assert_true(options->dry_run);
    assert_true(options->ascii);
    assert_null(options->theme);
}

static void wrong_forms(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *says;
    } cases[] = {
        { { "" }, "no command \"\"" },
        { { "tre", "vm" }, "did you mean \"tree\"?" },
        { { "detahc", "vm", "net0" }, "did you mean \"detach\"?" },
        { { "qit", "vm" }, "no command" },
        { { "cursor-up", "vm" }, "no command \"cursor-up\"" },
        { { "vm.sock", "net0" }, "\"net0\" is one argument too many" },
        { { "tree" }, "TARGET is missing" },
        { { "show", "vm" }, "DEVICE is missing" },
        { { "show", "vm", "a", "b" }, "\"b\" is one argument too many" },
        { { "attach", "vm" }, "disk|cdrom|nic|controller|device is missing" },
        { { "detach", "vm" }, "DEVICE... is missing" },
        { { "demo", "vm" }, "\"vm\" is one argument too many" },
        { { "replay" }, "RECORDING is missing: backplane replay RECORDING" },
        { { "replay", "a", "--record", "b" }, "it goes with: console, demo, run, tree" },
        { { "tree", "--jsn", "vm" }, "did you mean --json?" },
        { { "tree", "--frobnicate", "vm" }, "see backplane --help" },
        { { "tree", "-x", "vm" }, "-x" },
        { { "tree", "vm", "--dry-run" }, "it goes with: attach, detach" },
        { { "vm.sock", "--json" }, "no meaning for the console" },
        { { "attach", "vm", "nic", "--theme", "a" }, "it goes with: console, demo" },
        { { "attach", "vm", "nic", "--wait", "3" }, "it goes with: detach" },
        { { "detach", "vm", "a", "--wait" }, "--wait" },
        { { "detach", "vm", "a", "--wait", "" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "5s" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "5." }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "-1" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "nan" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "inf" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "86401" }, "not a number of seconds" },
        { { "detach", "vm", "a", "--wait", "1e999" }, "not a number of seconds" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(parse(cases[i].words, &error));
        assert_non_null(error);
        if (!strstr(error->message, cases[i].says))
            fail_msg("case %d: \"%s\" does not say \"%s\"", (int)i, error->message, cases[i].says);
        assert_int_equal(exit_status_from_error(error), EXIT_USAGE);
    }
}

static void statuses(void **state)
{
    static const struct {
        GQuark (*domain)(void);
        int code;
        ExitStatus status;
    } cases[] = {
        { engine_error_quark, ENGINE_ERROR_INPUT, EXIT_USAGE },
        { engine_error_quark, ENGINE_ERROR_REFUSED, EXIT_REFUSED },
        { monitor_error_quark, MONITOR_ERROR_TARGET, EXIT_USAGE },
        { monitor_error_quark, MONITOR_ERROR_MISSING, EXIT_CONNECTION },
        { monitor_error_quark, MONITOR_ERROR_BUSY, EXIT_CONNECTION },
        { monitor_error_quark, MONITOR_ERROR_NOT_MONITOR, EXIT_CONNECTION },
        { monitor_error_quark, MONITOR_ERROR_CLOSED, EXIT_CONNECTION },
        { monitor_error_quark, MONITOR_ERROR_GENERIC, EXIT_REFUSED },
        { monitor_error_quark, MONITOR_ERROR_DEVICE_NOT_FOUND, EXIT_REFUSED },
        { g_option_error_quark, G_OPTION_ERROR_FAILED, EXIT_USAGE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = g_error_new_literal(cases[i].domain(), cases[i].code, "x");

        assert_int_equal(exit_status_from_error(error), cases[i].status);
    }
}

/* A row of the table that nothing can reach, or whose help is no sentence, is a mistake. */
static void the_table_holds_together(void **state)
{
    gsize count;
    const Command *commands = command_table(&count);

    for (gsize i = 0; i < count; i++) {
        gboolean typed = command_in_console(&commands[i]) || command_in_shell(&commands[i]);

        assert_true(commands[i].once || typed);
        assert_true(!command_has_keys(&commands[i]) || commands[i].keys);
        assert_true(!commands[i].once || commands[i].arguments);
        assert_true(!g_str_has_suffix(commands[i].help, "."));
        assert_ptr_equal(command_find(commands[i].name), &commands[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_forms),
        cmocka_unit_test(switches),
        cmocka_unit_test(wrong_forms),
        cmocka_unit_test(statuses),
        cmocka_unit_test(the_table_holds_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
