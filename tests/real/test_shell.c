/* The line mode on a real guest: scripts from a file and from a pipe, their exit status, and one
 * session for all lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/temp.h"

static RealQemu *qemu;
static const char *disk;

/* Runs a script that is a file. (transfer full) */
static Run *run_file(const char *script)
{
    g_autofree char *path = temp_file(real_qemu_directory(qemu), "script", script);

    return program_run((const char *const[]){ "shell", real_qemu_target(qemu), path, NULL });
}

/* Runs a script that comes by a pipe, in two parts. (transfer full) */
static Run *run_pipe(const char *script)
{
    g_autofree char *path = temp_file(real_qemu_directory(qemu), "script", script);
    g_autofree char *command = g_strdup_printf(
        "(head -c 9 %s; sleep 0.1; tail -c +10 %s) | exec " BUILDDIR "/san/backplane shell %s",
        path, path, real_qemu_target(qemu));
    const char *const arguments[] = { "sh", "-c", command, NULL };

    return program_end(program_start_other(arguments));
}

static gboolean has_device(const char *id)
{
    g_autofree char *state = real_qemu_state(qemu);
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    return strstr(state, path) || strstr(state, id);
}

static void lines_run_one_after_the_other(void **state)
{
    g_autofree char *script = g_strdup_printf("set wait 20 # a disk comes and goes\n"
                                              "attach disk file=%s bus=scsi id=d1\n"
                                              "\n"
                                              "  show d1\n"
                                              "detach d1\n"
                                              "undo\n"
                                              "undo # and that as well\n"
                                              "wait",
                                              disk);
    g_autoptr(Run) run = run_file(script);

    assert_string_equal(run->err, "");
    assert_int_equal(run->status, 0);
    assert_true(g_str_has_prefix(run->out, "d1 at 0:0:"));
    assert_non_null(strstr(run->out, "scsi-hd"));
    assert_non_null(strstr(run->out, "done: "));
    assert_false(has_device("d1"));
}

static void a_pipe_does_as_well(void **state)
{
    g_autoptr(Run) run = run_pipe("attach nic id=n1\nset wait 20\ndetach n1\ntree --json");

    assert_string_equal(run->err, "");
    assert_int_equal(run->status, 0);
    assert_non_null(strstr(run->out, "\"devices\""));
    assert_false(has_device("n1"));
}

static void the_first_failure_ends_it(void **state)
{
    g_autoptr(Run) run = run_file("attach nic id=n2\n\ndetach nosuch\nattach nic id=n3\n");

    assert_int_equal(run->status, 2);
    assert_complaint(run, "no device \"nosuch\"");
    assert_complaint(run, "script:3: \"detach nosuch\" failed (2)");
    assert_true(has_device("n2"));
    assert_false(has_device("n3"));
}

static void a_line_that_may_fail_does_not(void **state)
{
    g_autoptr(Run) run = run_file("- detach nosuch\n-detach --wait 20 n2\nfoo\n");

    assert_int_equal(run->status, 2);
    assert_complaint(run, "no device \"nosuch\"");
    assert_complaint(run, "there is no command \"foo\"");
    assert_false(has_device("n2"));
}

static void every_status_is_that_of_its_command(void **state)
{
    static const struct {
        const char *line;
        int status;
        const char *complaint;
    } cases[] = {
        { "undo", 1, "nothing to undo" },
        { "attach disk file=/nowhere", 2, "/nowhere" },
        { "attach disk fiel=x", 2, "did you mean \"file\"" },
        { "detach", 2, "DEVICE... is missing: detach DEVICE..." },
        { "show 'x", 2, "nothing that closes it" },
        { "zoom", 2, "a command of the console" },
        { "demo", 2, "a guest of its own" },
        { "tree --domain x", 2, "--domain is for all lines" },
        { "set wait soon", 2, "wait is a number" },
        { "attach nic --json -n id=n9", 0, NULL },
        { "quit\nnonsense", 0, NULL },
        { "help", 0, NULL },
        { "undo --help", 0, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = run_file(cases[i].line);

        if (run->status != cases[i].status)
            fail_msg("\"%s\" ended with %d: %s", cases[i].line, run->status, run->err);
        if (cases[i].complaint)
            assert_complaint(run, cases[i].complaint);
    }
}

static void without_a_guest_nothing_runs(void **state)
{
    g_autoptr(Run) none =
        program_run((const char *const[]){ "shell", "/nowhere/socket", "/dev/null", NULL });
    g_autoptr(Run) script = program_run(
        (const char *const[]){ "shell", real_qemu_target(qemu), "/nowhere/script", NULL });

    assert_int_equal(none->status, 3);
    assert_int_equal(script->status, 2);
    assert_complaint(script, "/nowhere/script cannot be read");
}

static void mistakes_of_the_config_file_are_told(void **state)
{
    g_autofree char *config =
        temp_file(real_qemu_directory(qemu), "config", "sett x\nset wait 9\n");
    g_autofree char *option = g_strdup_printf("--config=%s", config);
    g_autoptr(Run) run = program_run(
        (const char *const[]){ "shell", real_qemu_target(qemu), "/dev/null", option, NULL });

    assert_int_equal(run->status, 0);
    assert_complaint(run, "config:1: there is no command \"sett\"");
}

static int start(void **state)
{
    qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    disk = real_qemu_image(qemu, "disk.img", "raw", 1 << 20);
    real_qemu_add(qemu, "-device", "virtio-scsi-pci,id=scsi0", NULL);
    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    return 0;
}

static int stop(void **state)
{
    real_qemu_stop(qemu);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_run_one_after_the_other),
        cmocka_unit_test(a_pipe_does_as_well),
        cmocka_unit_test(the_first_failure_ends_it),
        cmocka_unit_test(a_line_that_may_fail_does_not),
        cmocka_unit_test(every_status_is_that_of_its_command),
        cmocka_unit_test(without_a_guest_nothing_runs),
        cmocka_unit_test(mistakes_of_the_config_file_are_told),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
