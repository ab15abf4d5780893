/* Transactions against the fake monitor: what exactly is sent when the k-th step fails, for every
 * k; rollbacks that fail; devices that leave with an event, without one, and never; the connection
 * or the transaction going away in every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fake/transaction_bench.h"

/* --- all or nothing -------------------------------------------------------------------------- */

static void check_failing(guint steps, guint failing)
{
    Bench *bench;
    g_autofree char *expected = expected_commands(steps, failing);
    g_autofree char *key = NULL;

    setup((void **)&bench);
    key = g_strdup_printf("%s:%s", parts[failing].add, parts[failing].name);
    fake_monitor_fail(bench->fake, key, "GenericError", "No, thank you");
    fake_monitor_then_event(bench->fake, "device_del:d2", "DEVICE_DELETED",
                            "{\"device\":\"d2\",\"path\":\"/machine/peripheral/d2\"}");
    run(bench, plan_of(steps));
    assert_sent(bench, expected);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
    assert_string_equal(transaction_error(bench->transaction), "No, thank you");
    assert_int_equal(step_at(bench, failing)->state, STEP_FAILED);
    assert_string_equal(step_at(bench, failing)->error, "No, thank you");
    for (guint i = 0; i < steps; i++) {
        if (i != failing)
            assert_int_equal(step_at(bench, i)->state, i < failing ? STEP_UNDONE : STEP_WAITING);
    }
    teardown((void **)&bench);
}

static void test_rolls_back_from_every_step(void **state)
{
    for (guint steps = 1; steps <= MOST_STEPS; steps++) {
        for (guint failing = 0; failing < steps; failing++)
            check_failing(steps, failing);
    }
}

static void test_does_every_step_in_order(void **state)
{
    Bench *bench = *state;
    g_autofree char *expected = expected_commands(MOST_STEPS, MOST_STEPS);

    run(bench, plan_of(MOST_STEPS));
    assert_sent(bench, expected);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_null(transaction_error(bench->transaction));
    assert_string_equal(bench->steps->str, "0:running 0:done 1:running 1:done 2:running 2:done "
                                           "3:running 3:done 4:running 4:done");
    assert_true(step_at(bench, 0)->started > 0);
    assert_true(step_at(bench, 0)->ended >= step_at(bench, 0)->started);
    assert_int_equal(bench->finished, 1);
}

static void test_does_an_empty_plan(void **state)
{
    Bench *bench = *state;

    run(bench, plan_of(0));
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_sent(bench, "");
}

static void test_lists_what_stays(void **state)
{
    Bench *bench = *state;
    g_auto(GStrv) left = NULL;

    fake_monitor_fail(bench->fake, "device_add:d4", "GenericError", "slot in use");
    fake_monitor_fail(bench->fake, "blockdev-del:n1", "GenericError", "Node n1 is in use");
    fake_monitor_reply(bench->fake, "query-named-block-nodes", "[{\"node-name\":\"n1\"}]");
    run(bench, plan_of(5));
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LEFTOVERS);
    left = transaction_leftovers(bench->transaction);
    assert_int_equal(g_strv_length(left), 1);
    assert_string_equal(left[0], "n1");
    assert_string_equal(step_at(bench, 1)->error, "Node n1 is in use");
    assert_int_equal(step_at(bench, 0)->state, STEP_UNDONE);
    assert_string_equal(transaction_error(bench->transaction), "slot in use");
}

/* netdev_del of a NIC that is still plugged in succeeds and cuts its network (T5). */
static void test_keeps_the_back_end_of_what_stays(void **state)
{
    Bench *bench = *state;
    g_auto(GStrv) left = NULL;
    Plan *plan = plan_new(PLAN_ATTACH, "attach a NIC and more");

    plan_add(plan, "netdev n3", part_action(3, FALSE), part_action(3, TRUE));
    plan_add(plan, "NIC d4",
             action_new("device_add", json_pack("{s:s,s:s}", "id", "d4", "netdev", "n3"), NULL),
             part_action(4, TRUE));
    plan_add(plan, "n1", part_action(1, FALSE), part_action(1, TRUE));
    fake_monitor_fail(bench->fake, "blockdev-add", "GenericError", "no such file");
    fake_monitor_fail(bench->fake, "device_del", "GenericError", "no hotplug here");
    fake_monitor_handle(bench->fake, "device_del", NULL, NULL);
    run(bench, plan);
    assert_sent(bench, "netdev_add n3, device_add d4, blockdev-add n1, device_del d4");
    left = transaction_leftovers(bench->transaction);
    assert_int_equal(g_strv_length(left), 2);
    assert_string_equal(step_at(bench, 1)->error, "no hotplug here");
    assert_string_equal(step_at(bench, 0)->error, "it is still used by NIC d4");
}

static void test_says_what_has_no_way_back(void **state)
{
    Bench *bench = *state;
    Plan *plan = plan_new(PLAN_DETACH, "detach d4");

    plug(bench, "d4");
    plan_add(plan, "NIC d4", part_action(4, TRUE), NULL);
    plan_add(plan, "n1", part_action(1, FALSE), part_action(1, TRUE));
    fake_monitor_fail(bench->fake, "blockdev-add", "GenericError", "no such file");
    run(bench, plan);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LEFTOVERS);
    assert_int_equal(step_at(bench, 0)->state, STEP_LEFT);
}

/* A removal that finds nothing is done: the guest or another client was faster. */
static void test_takes_what_is_gone_for_done(void **state)
{
    Bench *bench = *state;
    Plan *plan = plan_new(PLAN_DETACH, "detach");

    fake_monitor_fail(bench->fake, "device_del", "DeviceNotFound", "Device 'd4' not found");
    fake_monitor_fail(bench->fake, "netdev_del", "DeviceNotFound", "Device 'n3' not found");
    fake_monitor_fail(bench->fake, "blockdev-del", "GenericError", "words of another version");
    fake_monitor_reply(bench->fake, "query-named-block-nodes", "[{\"node-name\":\"other\"}]");
    plan_add(plan, "NIC d4", part_action(4, TRUE), NULL);
    plan_add(plan, "netdev n3", part_action(3, TRUE), NULL);
    plan_add(plan, "node n1", part_action(1, TRUE), NULL);
    run(bench, plan);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

/* --- leaving --------------------------------------------------------------------------------- */

static void test_leaves_with_the_event(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    start(bench, detach_plan());
    fake_wait(transaction_leaving(bench->transaction));
    assert_int_equal(transaction_leaving(bench->transaction)->state, STEP_LEAVING);
    assert_string_equal(transaction_leaves(bench->transaction)[0], "/machine/peripheral/d4");
    fake_monitor_event(bench->fake, "DEVICE_DELETED",
                       "{\"path\":\"/machine/peripheral/d4/virtio-backend\"}");
    fake_settle();
    assert_int_equal(fake_monitor_count(bench->fake, "netdev_del"), 0);
    unplug(bench, "d4");
    fake_monitor_event(bench->fake, "DEVICE_DELETED",
                       "{\"device\":\"d4\",\"path\":\"/machine/peripheral/d4\"}");
    fake_wait_within(bench->finished, 250);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_null(transaction_leaving(bench->transaction));
    assert_string_equal(bench->steps->str, "0:running 0:leaving 0:done 1:running 1:done");
}

/* T7: qemu-xhci, nec-usb-xhci and intel-hda go without a word. */
static void test_leaves_without_an_event(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    start(bench, detach_plan());
    fake_wait(fake_monitor_count(bench->fake, "qom-get") >= 3);
    assert_int_equal(fake_monitor_count(bench->fake, "netdev_del"), 0);
    unplug(bench, "d4");
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_sent(bench, "device_del d4, netdev_del n3");
}

static void test_event_before_the_reply_counts(void **state)
{
    Bench *bench = *state;

    plug(bench, "d4");
    fake_monitor_hold(bench->fake, "device_del");
    start(bench, detach_plan());
    fake_wait(fake_monitor_count(bench->fake, "device_del"));
    fake_monitor_event(bench->fake, "DEVICE_DELETED",
                       "{\"device\":\"d4\",\"path\":\"/machine/peripheral/d4\"}");
    fake_settle();
    fake_monitor_release(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

/* T3: the eject of a slot takes functions along whose own device_del comes later. */
static void test_event_of_an_earlier_step_counts(void **state)
{
    Bench *bench = *state;
    Plan *plan = plan_new(PLAN_DETACH, "detach both functions");

    plug(bench, "d4");
    plan_add(plan, "d4", part_action(4, TRUE), part_action(4, FALSE));
    plan_add(plan, "d2", part_action(2, TRUE), part_action(2, FALSE));
    fake_monitor_fail(bench->fake, "device_del:d2", "DeviceNotFound", "Device 'd2' not found");
    fake_monitor_then_event(bench->fake, "device_del:d4", "DEVICE_DELETED",
                            "{\"device\":\"d2\",\"path\":\"/machine/peripheral/d2\"}");
    start(bench, plan);
    fake_wait(transaction_leaving(bench->transaction));
    fake_monitor_event(bench->fake, "DEVICE_DELETED",
                       "{\"device\":\"d4\",\"path\":\"/machine/peripheral/d4\"}");
    fake_wait_within(bench->finished, 250);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

/* QEMU takes a device out of QOM some 50 ms before it drops what it held. */
static void test_waits_for_what_a_silent_device_held(void **state)
{
    Bench *bench = *state;
    Plan *plan = plan_new(PLAN_DETACH, "detach disk d4");

    plug(bench, "d4");
    plan_add(plan, "disk d4", part_action(4, TRUE), NULL);
    plan_add(plan, "node n1", part_action(1, TRUE), NULL);
    fake_monitor_fail_nth(bench->fake, "blockdev-del", 1, "GenericError", "Node n1 is in use");
    fake_monitor_reply(bench->fake, "query-named-block-nodes", "[{\"node-name\":\"n1\"}]");
    run(bench, plan);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-del"), 2);
}

/* T8, T24: a second request while one is pending is refused by some QEMUs and accepted by others.
 */
static void test_takes_a_pending_unplug_for_pending(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    fake_monitor_fail(bench->fake, "device_del", "GenericError",
                      "Device d4 is already in the process of unplug");
    start(bench, detach_plan());
    fake_wait(transaction_leaving(bench->transaction));
    assert_int_equal(bench->finished, 0);
    transaction_ask_again(bench->transaction);
    fake_wait(fake_monitor_count(bench->fake, "device_del") == 2);
    unplug(bench, "d4");
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

static void test_a_refusal_is_one(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    fake_monitor_fail(bench->fake, "device_del", "GenericError",
                      "Bus 'pcie.0' does not support hotplugging");
    run(bench, detach_plan());
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
    assert_string_equal(bench->steps->str, "0:running 0:failed");
    assert_string_equal(transaction_error(bench->transaction),
                        "Bus 'pcie.0' does not support hotplugging");
}

static void test_the_guest_may_refuse(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    start(bench, detach_plan());
    fake_wait(transaction_leaving(bench->transaction));
    fake_monitor_event(bench->fake, "MEM_UNPLUG_ERROR",
                       "{\"device\":\"d4\",\"msg\":\"memory is in use\"}");
    fake_wait(bench->finished);
    assert_string_equal(transaction_error(bench->transaction), "memory is in use");
}

/* The first to be put back is the last that was added: d4 stays, and TRANSACTION_ROLLBACK_WAIT_MS
 * later the rest of the rollback goes on. */
static void test_rollback_does_not_wait_for_ever(void **state)
{
    Bench *bench = *state;
    g_auto(GStrv) left = NULL;
    Plan *plan = plan_of(3);

    plan_add(plan, "n3", part_action(3, FALSE), part_action(3, TRUE));
    fake_monitor_fail(bench->fake, "netdev_add", "GenericError", "no tap");
    fake_monitor_handle(bench->fake, "device_del", NULL, NULL);
    start(bench, plan);
    fake_wait(transaction_leaving(bench->transaction));
    assert_int_equal(transaction_leaving(bench->transaction)->state, STEP_UNDOING);
    fake_wait(bench->finished);
    assert_sent(bench, "blockdev-add f0, blockdev-add n1, device_add d2, netdev_add n3, "
                       "device_del d2, blockdev-del n1, blockdev-del f0");
    left = transaction_leftovers(bench->transaction);
    assert_int_equal(g_strv_length(left), 1);
    assert_string_equal(left[0], "d2");
    assert_string_equal(step_at(bench, 2)->error, "the guest has not released it");
}

/* A controller and its disks: the looks go on until the last has left. */
static void test_many_leave_together(void **state)
{
    Bench *bench = *state;
    g_autoptr(GStrvBuilder) leaves = g_strv_builder_new();
    Plan *plan = plan_new(PLAN_DETACH, "detach scsi0");

    fake_monitor_handle(bench->fake, "device_del", NULL, NULL);
    for (guint i = 0; i < 30; i++) {
        g_autofree char *id = g_strdup_printf("x%u", i);
        g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);

        plug(bench, id);
        g_strv_builder_add(leaves, path);
    }
    plan_add(plan, "scsi0",
             action_new("device_del", json_pack("{s:s}", "id", "x0"), g_strv_builder_end(leaves)),
             NULL);
    start(bench, plan);
    fake_wait(transaction_leaving(bench->transaction));
    for (guint i = 0; i < 30; i++) {
        g_autofree char *id = g_strdup_printf("x%u", i);

        fake_settle();
        assert_int_equal(bench->finished, 0);
        unplug(bench, id);
    }
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_DONE);
}

/* --- the connection, and the owner, go ------------------------------------------------------- */

static void check_lost_at(guint step, gboolean undoing)
{
    Bench *bench;
    const char *key = undoing ? parts[step].del : parts[step].add;
    g_autofree char *held = g_strdup_printf("%s:%s", key, parts[step].name);

    setup((void **)&bench);
    fake_monitor_hold(bench->fake, held);
    if (undoing)
        fake_monitor_fail(bench->fake, "device_add:d4", "GenericError", "no");
    start(bench, plan_of(MOST_STEPS));
    fake_wait(fake_monitor_count(bench->fake, held));
    fake_monitor_close(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LOST);
    assert_int_equal(step_at(bench, step)->state, undoing ? STEP_UNDOING : STEP_RUNNING);
    for (guint i = 0; i < step; i++)
        assert_int_equal(step_at(bench, i)->state, STEP_DONE);
    assert_int_equal(bench->finished, 1);
    teardown((void **)&bench);
}

static void test_lost_at_every_step(void **state)
{
    for (guint step = 0; step < MOST_STEPS; step++)
        check_lost_at(step, FALSE);
    for (guint step = 0; step < MOST_STEPS - 1; step++)
        check_lost_at(step, TRUE);
}

static void test_lost_while_leaving(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    start(bench, detach_plan());
    fake_wait(transaction_leaving(bench->transaction));
    fake_monitor_close(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LOST);
    assert_int_equal(step_at(bench, 0)->state, STEP_LEAVING);
}

static void test_without_a_monitor(void **state)
{
    Bench *bench = *state;
    Monitor *monitor = g_steal_pointer(&bench->monitor);

    run(bench, plan_of(2));
    bench->monitor = monitor;
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_LOST);
    assert_int_equal(step_at(bench, 0)->state, STEP_WAITING);
}

/* Freed in the middle of its own news, for each of them, forwards and backwards. */
static void test_freed_at_every_news(void **state)
{
    for (int news = 0; news < 16; news++) {
        Bench *bench;

        setup((void **)&bench);
        fake_monitor_fail(bench->fake, "device_add:d4", "GenericError", "no");
        bench->free_at = news;
        start(bench, plan_of(MOST_STEPS));
        fake_wait(!bench->transaction);
        fake_settle();
        assert_int_equal(bench->finished, 0);
        teardown((void **)&bench);
    }
}

static void test_freed_before_the_start(void **state)
{
    Bench *bench = *state;

    start(bench, plan_of(1));
    g_clear_pointer(&bench->transaction, transaction_free);
    fake_settle();
    assert_sent(bench, "");
}

/* --- cancelled ------------------------------------------------------------------------------- */

static void cancel_at(Bench *bench, guint step)
{
    start(bench, plan_of(MOST_STEPS));
    fake_wait(step_at(bench, step)->state == STEP_RUNNING);
    assert_true(transaction_cancel(bench->transaction));
    fake_wait(bench->finished);
}

/* The command under way is answered, and then goes back with the rest. */
static void test_cancelled_at_every_step(void **state)
{
    for (guint i = 0; i < MOST_STEPS; i++) {
        void *made = NULL;
        Bench *bench;

        setup(&made);
        bench = made;
        cancel_at(bench, i);
        assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
        assert_int_equal(fake_monitor_count(bench->fake, "device_add") +
                             fake_monitor_count(bench->fake, "blockdev-add") +
                             fake_monitor_count(bench->fake, "netdev_add"),
                         i + 1);
        assert_int_equal(fake_monitor_count(bench->fake, "device_del") +
                             fake_monitor_count(bench->fake, "blockdev-del") +
                             fake_monitor_count(bench->fake, "netdev_del"),
                         i + 1);
        assert_false(transaction_cancel(bench->transaction));
        teardown(&made);
    }
}

static void test_cancelled_before_the_start(void **state)
{
    Bench *bench = *state;

    start(bench, plan_of(MOST_STEPS));
    assert_true(transaction_cancel(bench->transaction));
    fake_wait(bench->finished);
    assert_int_equal(transaction_outcome(bench->transaction), OUTCOME_ROLLED_BACK);
    assert_sent(bench, "");
}

/* What the guest was asked cannot be unasked. */
static void test_leaving_is_not_cancelled(void **state)
{
    Bench *bench = *state;

    hold_devices(bench);
    start(bench, detach_plan());
    fake_wait(transaction_leaving(bench->transaction));
    assert_false(transaction_cancel(bench->transaction));
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rolls_back_from_every_step),
        WITH_BENCH(test_does_every_step_in_order),
        WITH_BENCH(test_does_an_empty_plan),
        WITH_BENCH(test_lists_what_stays),
        WITH_BENCH(test_keeps_the_back_end_of_what_stays),
        WITH_BENCH(test_says_what_has_no_way_back),
        WITH_BENCH(test_takes_what_is_gone_for_done),
        WITH_BENCH(test_leaves_with_the_event),
        WITH_BENCH(test_leaves_without_an_event),
        WITH_BENCH(test_event_before_the_reply_counts),
        WITH_BENCH(test_event_of_an_earlier_step_counts),
        WITH_BENCH(test_waits_for_what_a_silent_device_held),
        WITH_BENCH(test_takes_a_pending_unplug_for_pending),
        WITH_BENCH(test_a_refusal_is_one),
        WITH_BENCH(test_the_guest_may_refuse),
        WITH_BENCH(test_rollback_does_not_wait_for_ever),
        WITH_BENCH(test_many_leave_together),
        cmocka_unit_test(test_lost_at_every_step),
        WITH_BENCH(test_lost_while_leaving),
        WITH_BENCH(test_without_a_monitor),
        cmocka_unit_test(test_freed_at_every_news),
        WITH_BENCH(test_freed_before_the_start),
        cmocka_unit_test(test_cancelled_at_every_step),
        WITH_BENCH(test_cancelled_before_the_start),
        WITH_BENCH(test_leaving_is_not_cancelled),
    };

    return cmocka_run_group_tests_name("transaction", tests, NULL, NULL);
}
