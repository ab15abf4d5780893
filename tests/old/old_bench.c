#include "tests/old/old_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/old/old_commands.h"
#include "tests/support/real_plan.h"
#include "tests/support/temp.h"

#define PATIENCE_MS 30000

/* --- bench -------------------------------------------------------------------------------------
 */

/* Of qcow2 as far as a header goes: cluster bits, and a size of 1 MiB. */
static void write_image(const char *directory, const char *name)
{
    char header[1024] = "QFI\xfb\0\0\0\2";
    header[23] = 16;
    header[29] = 0x10;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    gsize length = g_str_has_suffix(name, ".qcow2") ? sizeof header : 0;
    assert_true(g_file_set_contents(path, header, (gssize)length, NULL));
}

static char *make_images(void)
{
    static const char *const names[] = { "da.qcow2", "db.qcow2", "dc.qcow2", "dd.qcow2",
                                         "x1.qcow2", "x2.qcow2", "x3.qcow2", "x4.qcow2",
                                         "x5.qcow2", "cd.iso",   "raw.img",  "ej.img" };
    char *directory = temp_directory();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        write_image(directory, names[i]);
    return directory;
}

static gboolean is_live(gpointer session)
{
    return session_state(session) == SESSION_LIVE || session_state(session) == SESSION_LOST;
}

OldBench *old_bench_new(const char *version, const OldMachineOptions *options)
{
    OldBench *bench = g_new0(OldBench, 1);
    bench->directory = make_images();
    OldMachineOptions own = { 0 };
    if (options)
        own = *options;
    own.version = version;
    own.directory = bench->directory;
    bench->monitor = old_monitor_new(&own, NULL);
    g_autoptr(GError) error = NULL;
    bench->session = session_new(old_monitor_path(bench->monitor), SESSION_ONCE, &error);
    assert_non_null(bench->session);
    assert_true(wait_until(is_live, bench->session, PATIENCE_MS));
    if (session_error(bench->session))
        fail_msg("%s: %s", version, session_error(bench->session)->message);
    return bench;
}

void old_bench_free(OldBench *bench)
{
    g_autofree char *killed_by = g_strdup(old_monitor_killed_by(bench->monitor));
    session_free(bench->session);
    old_monitor_free(bench->monitor);
    temp_directory_remove(bench->directory);
    g_free(bench);
    if (killed_by)
        fail_msg("%s", killed_by);
}

const Guest *old_bench_guest(const OldBench *bench)
{
    return session_guest(bench->session);
}

Device *old_bench_device(const OldBench *bench, const char *name)
{
    g_autoptr(GError) error = NULL;
    Device *device = guest_find(old_bench_guest(bench), name, &error);
    if (!device)
        fail_msg("%s", error->message);
    return device;
}

char *old_bench_image(const OldBench *bench, const char *name)
{
    return g_build_filename(bench->directory, name, NULL);
}

/* --- plans -------------------------------------------------------------------------------------
 */

typedef struct {
    Outcome outcome;
    char *said;
} End;

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    End *end = data;
    g_auto(GStrv) left = transaction_leftovers(transaction);
    const char *error = transaction_error(transaction);
    GString *said = g_string_new(error);
    for (gsize i = 0; left && left[i]; i++)
        g_string_append_printf(said, "; %s", left[i]);
    end->said = g_string_free(said, !error && !(left && left[0]));
    end->outcome = transaction_outcome(transaction);
}

static gboolean has_ended(gpointer data)
{
    return ((const End *)data)->outcome != OUTCOME_PENDING;
}

char *old_bench_run(OldBench *bench, Plan *plan, Outcome expected)
{
    End end = { OUTCOME_PENDING, NULL };
    session_run(bench->session, plan, on_finished, &end);
    assert_true(wait_until(has_ended, &end, PATIENCE_MS));
    if (end.outcome != expected)
        fail_msg("%s: outcome %d, not %d: %s", old_bench_guest(bench)->qemu, (int)end.outcome,
                 (int)expected, end.said ? end.said : "nothing said");
    return end.said;
}

void old_bench_attach(OldBench *bench, const char *kind, const char *const *options)
{
    Plan *plan = real_plan_attach(bench->session, kind, options, NULL);
    g_free(old_bench_run(bench, plan, OUTCOME_DONE));
}

void old_bench_detach(OldBench *bench, const char *name)
{
    Plan *plan = real_plan_detach(bench->session, name, NULL);
    g_free(old_bench_run(bench, plan, OUTCOME_DONE));
}

static char *refusal_of(OldBench *bench, Plan *plan, char *refusal)
{
    if (plan) {
        plan_free(plan);
        fail_msg("a plan was made");
    }
    assert_int_equal(old_bench_changes(bench), 0);
    return refusal;
}

char *old_bench_refused_attach(OldBench *bench, const char *kind, const char *const *options)
{
    char *refusal = NULL;
    old_bench_mark(bench);
    Plan *plan = real_plan_attach(bench->session, kind, options, &refusal);
    return refusal_of(bench, plan, refusal);
}

char *old_bench_refused_detach(OldBench *bench, const char *name)
{
    char *refusal = NULL;
    old_bench_mark(bench);
    Plan *plan = real_plan_detach(bench->session, name, &refusal);
    return refusal_of(bench, plan, refusal);
}

/* --- what was typed, what there is -------------------------------------------------------------
 */

void old_bench_mark(OldBench *bench)
{
    bench->lines = old_monitor_lines(bench->monitor)->len;
}

guint old_bench_changes(const OldBench *bench)
{
    const GPtrArray *lines = old_monitor_lines(bench->monitor);
    guint count = 0;
    for (guint i = bench->lines; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        count += !g_str_has_prefix(line, "info ") && !g_str_has_prefix(line, "help") &&
                 !g_str_has_prefix(line, "#");
    }
    return count;
}

char *old_bench_state(const OldBench *bench)
{
    static const char *const topics[] = { "pci", "block", "network", "usb", "qtree" };
    OldMachine *machine = old_monitor_machine(bench->monitor);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(topics); i++) {
        char *arguments[] = { (char *)topics[i], NULL };
        g_string_truncate(machine->reply, 0);
        old_info(machine, arguments);
        g_string_append_printf(text, "%s:\n%s", topics[i], machine->reply->str);
    }
    return g_string_free(text, FALSE);
}
