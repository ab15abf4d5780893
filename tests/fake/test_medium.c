/* Transactions that change a medium: a refusal at each step, and a tray that opens late or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/tray.h"
#include "tests/fake/transaction_bench.h"

static const char *const medium_commands[] = { "blockdev-open-tray", "blockdev-close-tray",
                                               "blockdev-insert-medium", "blockdev-remove-medium" };

#define LOOKS "query-block"
#define OPENED "{\"device\":\"\",\"id\":\"cd0\",\"tray-open\":true}"

static void set_tray(Bench *bench, const char *open)
{
    g_autofree char *blocks = g_strdup_printf("[{\"device\":\"\",\"qdev\":\"x\","
                                              "\"tray_open\":false},{\"device\":\"\","
                                              "\"qdev\":\"cd0\"%s%s}]",
                                              open ? ",\"tray_open\":" : "", open ? open : "");

    fake_monitor_reply(bench->fake, LOOKS, blocks);
}

static int medium_setup(void **state)
{
    Bench *bench;

    setup(state);
    bench = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(medium_commands); i++)
        fake_monitor_reply(bench->fake, medium_commands[i], "{}");
    set_tray(bench, "true");
    return 0;
}

#define WITH_DRIVE(test) cmocka_unit_test_setup_teardown(test, medium_setup, teardown)

static Action *action(const char *command, const char *node)
{
    gboolean drive = strstr(command, "tray") || strstr(command, "medium");
    json_t *arguments = drive ? json_pack("{s:s}", "id", "cd0") : json_object();

    if (node)
        json_object_set_new(arguments, "node-name", json_string(node));
    return action_new(command, arguments, NULL);
}

static Plan *change_plan(void)
{
    Plan *plan = plan_new(PLAN_MEDIUM, "put new.iso into cd0");

    plan_add(plan, "new", action("blockdev-add", "new"), action("blockdev-del", "new"));
    plan_add(plan, "tray", action("blockdev-open-tray", NULL), action("blockdev-close-tray", NULL));
    plan_add(plan, "medium", action("blockdev-remove-medium", NULL),
             action("blockdev-insert-medium", "old"));
    plan_add(plan, "medium", action("blockdev-insert-medium", "new"),
             action("blockdev-remove-medium", NULL));
    plan_add(plan, "tray", action("blockdev-close-tray", NULL), action("blockdev-open-tray", NULL));
    plan_add(plan, "old", action("blockdev-del", "old"), action("blockdev-add", "old"));
    return plan;
}

/* What comes for the first steps, and for taking them back from the one before `failing`. */
static const struct {
    const char *command, *done, *back;
} steps[] = {
    { "blockdev-add", "blockdev-add new", "blockdev-del new" },
    { "blockdev-open-tray", "blockdev-open-tray cd0, query-block (null)",
      "blockdev-close-tray cd0" },
    { "blockdev-remove-medium", "blockdev-remove-medium cd0", "blockdev-insert-medium cd0" },
    { "blockdev-insert-medium", "blockdev-insert-medium cd0", "blockdev-remove-medium cd0" },
    { "blockdev-close-tray", "blockdev-close-tray cd0",
      "blockdev-open-tray cd0, query-block (null)" },
    { "blockdev-del", "blockdev-del old", "blockdev-add old" },
};

static char *expected(guint failing)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(steps) && i <= failing; i++) {
        g_autofree char *first = g_strndup(steps[i].done, strcspn(steps[i].done, ","));

        g_string_append_printf(text, "%s%s", i ? ", " : "", i == failing ? first : steps[i].done);
    }
    if (failing == 5) /* is it there still? */
        g_string_append(text, ", query-named-block-nodes (null)");
    for (guint i = failing; failing < G_N_ELEMENTS(steps) && i-- > 0;)
        g_string_append_printf(text, ", %s", steps[i].back);
    return g_string_free(text, FALSE);
}

static void test_changes(void **state)
{
    Bench *bench = *state;
    g_autofree char *all = expected(G_N_ELEMENTS(steps));

    run(bench, change_plan());
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_sent(bench, all);
}

static void check_refused(void **state, guint failing)
{
    Bench *bench = *state;
    g_autofree char *all = expected(failing);

    fake_monitor_fail_nth(bench->fake, steps[failing].command, 1, "GenericError", "no");
    fake_monitor_reply(bench->fake, "query-named-block-nodes", "[{\"node-name\":\"old\"}]");
    run(bench, change_plan());
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
    assert_string_equal(transaction_error(bench->transaction), "no");
    assert_sent(bench, all);
}

static void test_refused_at_1(void **state)
{
    check_refused(state, 0);
}

static void test_refused_at_2(void **state)
{
    check_refused(state, 1);
}

static void test_refused_at_3(void **state)
{
    check_refused(state, 2);
}

static void test_refused_at_4(void **state)
{
    check_refused(state, 3);
}

static void test_refused_at_5(void **state)
{
    check_refused(state, 4);
}

static void test_refused_at_6(void **state)
{
    check_refused(state, 5);
}

/* --- a tray that the guest holds ------------------------------------------------------------- */

static gboolean waits(const Bench *bench)
{
    return step_at(bench, 1)->state == STEP_LEAVING;
}

static Bench *start_locked(void **state)
{
    Bench *bench = *state;

    set_tray(bench, "false");
    start(bench, change_plan());
    fake_wait(waits(bench));
    fake_settle();
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-remove-medium"), 0);
    return bench;
}

static void test_goes_on_when_the_tray_opens(void **state)
{
    Bench *bench = start_locked(state);

    fake_monitor_event(bench->fake, "DEVICE_TRAY_MOVED",
                       "{\"device\":\"\",\"id\":\"x\",\"tray-open\":true}");
    fake_monitor_event(bench->fake, "DEVICE_TRAY_MOVED",
                       "{\"device\":\"\",\"id\":\"cd0\",\"tray-open\":false}");
    fake_settle();
    assert_true(waits(bench));
    fake_monitor_event(bench->fake, "DEVICE_TRAY_MOVED", OPENED);
    fake_wait_within(bench->finished, 500);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

/* The event was lost, or came between the look and the wait. */
static void test_sees_that_the_tray_is_open(void **state)
{
    Bench *bench = start_locked(state);

    set_tray(bench, "true");
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_int_equal(fake_monitor_count(bench->fake, LOOKS), 2);
}

static void test_gives_up_on_a_locked_tray(void **state)
{
    Bench *bench = start_locked(state);

    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
    assert_non_null(strstr(transaction_error(bench->transaction), "locked"));
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-remove-medium"), 0);
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-del"), 1);
}

static void test_a_drive_without_a_tray(void **state)
{
    Bench *bench = *state;

    set_tray(bench, NULL);
    run(bench, change_plan());
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

static void test_the_connection_goes(void **state)
{
    Bench *bench = start_locked(state);

    fake_monitor_close(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LOST);
}

static void test_freed_while_it_waits(void **state)
{
    Bench *bench = start_locked(state);

    g_clear_pointer(&bench->transaction, transaction_free);
    fake_monitor_event(bench->fake, "DEVICE_TRAY_MOVED", OPENED);
    fake_settle();
    assert_int_equal(bench->finished, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DRIVE(test_changes),
        WITH_DRIVE(test_refused_at_1),
        WITH_DRIVE(test_refused_at_2),
        WITH_DRIVE(test_refused_at_3),
        WITH_DRIVE(test_refused_at_4),
        WITH_DRIVE(test_refused_at_5),
        WITH_DRIVE(test_refused_at_6),
        WITH_DRIVE(test_goes_on_when_the_tray_opens),
        WITH_DRIVE(test_sees_that_the_tray_is_open),
        WITH_DRIVE(test_gives_up_on_a_locked_tray),
        WITH_DRIVE(test_a_drive_without_a_tray),
        WITH_DRIVE(test_the_connection_goes),
        WITH_DRIVE(test_freed_while_it_waits),
    };

    return cmocka_run_group_tests_name("medium", tests, NULL, NULL);
}
