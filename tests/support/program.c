/* Runs the build with sanitizers, whose findings must not pass for one of our exit statuses. */
#include "tests/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define SANITIZER_STATUS "99"

GSubprocess *program_start(const char *const *arguments)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new();

    g_ptr_array_add(line, (gpointer)(BUILDDIR "/san/backplane"));
    while (*arguments)
        g_ptr_array_add(line, (gpointer)*arguments++);
    g_ptr_array_add(line, NULL);
    return program_start_other((const char *const *)line->pdata);
}

GSubprocess *program_start_other(const char *const *line)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_subprocess_launcher_setenv(launcher, "ASAN_OPTIONS", "exitcode=" SANITIZER_STATUS, TRUE);
    g_subprocess_launcher_setenv(launcher, "LSAN_OPTIONS", "exitcode=" SANITIZER_STATUS, TRUE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", "C.UTF-8", TRUE);
    g_subprocess_launcher_setenv(launcher, "TERM", "xterm", TRUE);
    g_subprocess_launcher_setenv(launcher, "XDG_CONFIG_HOME", BUILDDIR "/none", TRUE);
    process = g_subprocess_launcher_spawnv(launcher, line, &error);
    if (!process)
        fail_msg("%s", error->message);
    return process;
}

Run *program_end(GSubprocess *process)
{
    Run *run = g_new0(Run, 1);

    assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &run->out, &run->err, NULL));
    run->status = g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process)
                                                      : 128 + g_subprocess_get_term_sig(process);
    g_object_unref(process);
    if (run->status == atoi(SANITIZER_STATUS) || strstr(run->err, "runtime error:"))
        fail_msg("%s", run->err);
    return run;
}

Run *program_run(const char *const *arguments)
{
    return program_end(program_start(arguments));
}

void run_free(Run *run)
{
    g_free(run->out);
    g_free(run->err);
    g_free(run);
}

json_t *run_json(const Run *run)
{
    json_t *json = json_loads(run->out, 0, NULL);

    if (!json)
        fail_msg("not JSON: \"%s\", and on standard error: %s", run->out, run->err);
    assert_true(g_str_is_ascii(run->out));
    return json;
}

void assert_complaint(const Run *run, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(run->err, "\n", -1);
    guint count = g_strv_length(lines) - 1;

    assert_true(g_str_has_suffix(run->err, "\n"));
    for (guint i = 0; i < count; i++)
        if (!g_str_has_prefix(lines[i], "backplane: "))
            fail_msg("a line that is no sentence of ours: %s", lines[i]);
    if (!strstr(run->err, text))
        fail_msg("\"%s\" does not say \"%s\"", run->err, text);
}
