/* Changes put aside in a session against a fake guest: applied together or not at all, and what the
 * history says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

typedef void (*PlanFn)(Session *session, SessionPlanFn done, gpointer data);

static void ask(Bench *bench, PlanFn plan)
{
    guint before = bench->planned;

    plan(bench->session, bench_on_planned, bench);
    fake_wait(bench->planned > before);
}

static void run(Bench *bench, PlanFn plan)
{
    ask(bench, plan);
    assert_null(bench->refusal);
    bench_run(bench, g_steal_pointer(&bench->plan));
}

static void stage(Bench *bench, Plan *plan)
{
    g_autoptr(GError) error = NULL;

    assert_true(session_stage(bench->session, plan, &error));
    assert_null(error);
}

/* A NIC comes, one goes, another one comes. */
static void stage_three(Bench *bench)
{
    bench_connect(bench);
    stage(bench, bench_attach_plan("net1", 6));
    stage(bench, bench_detach_plan("net0", 3));
    stage(bench, bench_attach_plan("net2", 7));
    assert_int_equal(session_staged(bench->session)->len, 3);
}

/* The commands that changed something, in order: "+net1 -net0". (transfer full) */
static char *changes_sent(Bench *bench)
{
    json_t *commands = fake_monitor_commands(bench->fake), *command;
    GString *text = g_string_new(NULL);
    size_t index;

    json_array_foreach (commands, index, command) {
        const char *name = json_string_value(json_object_get(command, "execute"));
        const char *id =
            json_string_value(json_object_get(json_object_get(command, "arguments"), "id"));

        if (g_str_has_prefix(name, "device_"))
            g_string_append_printf(text, "%s%s%s", text->len ? " " : "",
                                   strcmp(name, "device_add") == 0 ? "+" : "-", id);
    }
    return g_string_free(text, FALSE);
}

static void check_sent(Bench *bench, const char *expected)
{
    g_autofree char *sent = changes_sent(bench);

    assert_string_equal(sent, expected);
}

static const HistoryEntry *entry(Bench *bench, guint from_latest)
{
    const GPtrArray *entries = session_history(bench->session);

    return entries->pdata[entries->len - 1 - from_latest];
}

/* --- applied --------------------------------------------------------------------------------- */

static void test_applied_undone_and_done_again(void **state)
{
    Bench *bench = *state;

    stage_three(bench);
    check_sent(bench, "");
    run(bench, session_plan_staged);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    check_sent(bench, "+net1 -net0 +net2");
    assert_true(bench_has(bench, "net1") && bench_has(bench, "net2"));
    assert_false(bench_has(bench, "net0"));
    assert_int_equal(session_staged(bench->session)->len, 0);
    run(bench, session_plan_undo);
    check_sent(bench, "+net1 -net0 +net2 -net2 +net0 -net1");
    assert_true(bench_has(bench, "net0"));
    assert_false(bench_has(bench, "net1") || bench_has(bench, "net2"));
    run(bench, session_plan_redo);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_true(bench_has(bench, "net1") && bench_has(bench, "net2"));
    assert_false(bench_has(bench, "net0"));
}

static void test_the_journal_says_whom_each_step_is_for(void **state)
{
    Bench *bench = *state;

    stage_three(bench);
    run(bench, session_plan_staged);
    assert_true(
        bench_told(bench, "net2", "device_add driver=e1000 id=net2 bus=pci.0 addr=07.0", "-> {}"));
    assert_true(bench_told(bench, "net0", "device_del id=net0", "-> {}"));
}

static void test_refused_in_the_middle(void **state)
{
    Bench *bench = *state;

    stage_three(bench);
    fake_monitor_handle(bench->fake, "device_add:net2", NULL, NULL);
    fake_monitor_fail(bench->fake, "device_add:net2", "GenericError", "No room");
    run(bench, session_plan_staged);
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    check_sent(bench, "+net1 -net0 +net2 +net0 -net1");
    assert_true(bench_has(bench, "net0"));
    assert_false(bench_has(bench, "net1"));
    /* Nothing was done, so it is staged still, and nothing can be undone. */
    assert_int_equal(session_staged(bench->session)->len, 3);
    assert_false(session_stage_is_applied(bench->session));
    assert_int_equal(entry(bench, 0)->outcome, OUTCOME_ROLLED_BACK);
    assert_string_equal(entry(bench, 0)->error, "No room");
    assert_false(entry(bench, 0)->undoable);
    assert_int_equal(((Step *)entry(bench, 0)->plan->steps->pdata[2])->state, STEP_FAILED);
    assert_int_equal(((Step *)entry(bench, 0)->plan->steps->pdata[0])->state, STEP_UNDONE);
    ask(bench, session_plan_undo);
    assert_non_null(bench->refusal);
    /* Once QEMU takes it, it goes. */
    session_unstage(bench->session, 2);
    run(bench, session_plan_staged);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
}

static json_t *hang_up(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    fake_monitor_close(fake);
    return json_object();
}

static void test_lost_in_the_middle(void **state)
{
    Bench *bench = *state;
    const GPtrArray *staged;

    stage_three(bench);
    fake_monitor_handle(bench->fake, "device_add:net2", hang_up, bench);
    run(bench, session_plan_staged);
    assert_int_equal(bench->outcome, OUTCOME_LOST);
    assert_int_equal(entry(bench, 0)->outcome, OUTCOME_LOST);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    /* How far it came shows in what cannot be done any more. */
    staged = session_staged(bench->session);
    assert_int_equal(staged->len, 3);
    assert_string_equal(((StagedPlan *)staged->pdata[0])->problem,
                        "the id net1 has been taken by another device: detach that first");
    assert_string_equal(((StagedPlan *)staged->pdata[1])->problem,
                        "net0 is not there any more: there is nothing to take away");
    assert_null(((StagedPlan *)staged->pdata[2])->problem);
    ask(bench, session_plan_staged);
    assert_non_null(strstr(bench->refusal->message, "nothing was sent"));
}

/* --- the guest of now ------------------------------------------------------------------------ */

static void test_the_guest_changes_under_the_stage(void **state)
{
    Bench *bench = *state;

    stage_three(bench);
    bench_plug(bench, "rtl8139", "other", 7);
    ask(bench, session_plan_staged);
    assert_string_equal(bench->refusal->message,
                        "nothing was sent, since the guest has changed under the staged changes: "
                        "\"attach NIC\": 00:07.0 has been taken by other: detach that first, or "
                        "attach to another place");
    check_sent(bench, "");
    bench_unplug(bench, "other");
    run(bench, session_plan_staged);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
}

static void refuse_detach(Bench *bench, const char *name, const char *sentence)
{
    const char *const names[] = { name, NULL };
    guint before = bench->planned;

    session_plan_detach(bench->session, names, bench_on_planned, bench);
    fake_wait(bench->planned > before);
    assert_non_null(bench->refusal);
    assert_string_equal(bench->refusal->message, sentence);
}

static void test_what_is_staged_cannot_be_detached(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = NULL;

    stage_three(bench);
    refuse_detach(bench, "net1",
                  "e1000 net1 is only staged, and not in the guest yet: remove the staged change "
                  "instead");
    refuse_detach(bench, "net0",
                  "net0 leaves with a staged change already: apply what is staged, or remove that "
                  "change");
    assert_false(session_stage(bench->session, bench_attach_plan("net1", 9), &error));
    assert_string_equal(error->message,
                        "the id net1 has been taken by another device: detach that first");
    ask(bench, session_plan_undo);
    assert_non_null(bench->refusal);
}

static void test_nothing_staged(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    ask(bench, session_plan_staged);
    assert_non_null(strstr(bench->refusal->message, "nothing is staged"));
    assert_false(session_unstage(bench->session, 0));
}

/* --- the history ----------------------------------------------------------------------------- */

static void test_the_history_keeps_what_ran(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_run(bench, bench_attach_plan("net1", 6));
    bench_run(bench, bench_attach_plan("net2", 7));
    assert_true(entry(bench, 0)->undoable);
    assert_false(entry(bench, 1)->undoable);
    run(bench, session_plan_undo);
    assert_int_equal(session_history(bench->session)->len, 3);
    assert_string_equal(entry(bench, 0)->plan->title, "undo: attach NIC");
    assert_true(entry(bench, 1)->taken_back);
    assert_true(entry(bench, 1)->redoable);
    assert_true(entry(bench, 2)->undoable);
    run(bench, session_plan_redo);
    assert_true(entry(bench, 0)->undoable);
    assert_false(entry(bench, 0)->taken_back);
    assert_true(entry(bench, 2)->taken_back);
    assert_false(entry(bench, 2)->redoable);
    assert_true(history_entry_took(entry(bench, 0)) > 0);
    /* What is new ends what could be done again. */
    run(bench, session_plan_undo);
    assert_true(entry(bench, 1)->redoable);
    bench_run(bench, bench_attach_plan("net3", 8));
    assert_false(entry(bench, 2)->redoable);
    assert_true(entry(bench, 2)->taken_back);
}

static void test_a_plan_of_its_own_leaves_the_stage(void **state)
{
    Bench *bench = *state;

    stage_three(bench);
    bench_run(bench, bench_attach_plan("net9", 9));
    assert_int_equal(session_staged(bench->session)->len, 3);
    run(bench, session_plan_staged);
    assert_int_equal(session_staged(bench->session)->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_applied_undone_and_done_again),
        WITH_BENCH(test_the_journal_says_whom_each_step_is_for),
        WITH_BENCH(test_refused_in_the_middle),
        WITH_BENCH(test_lost_in_the_middle),
        WITH_BENCH(test_the_guest_changes_under_the_stage),
        WITH_BENCH(test_what_is_staged_cannot_be_detached),
        WITH_BENCH(test_nothing_staged),
        WITH_BENCH(test_the_history_keeps_what_ran),
        WITH_BENCH(test_a_plan_of_its_own_leaves_the_stage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
