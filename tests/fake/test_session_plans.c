/* Plans of a session against a fake guest: run and told, undone and done again, leaving devices,
 * and the facts that planning needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

static void undo(Bench *bench)
{
    guint before = bench->planned;

    session_plan_undo(bench->session, bench_on_planned, bench);
    fake_wait(bench->planned > before);
}

static void redo(Bench *bench)
{
    guint before = bench->planned;

    session_plan_redo(bench->session, bench_on_planned, bench);
    fake_wait(bench->planned > before);
}

/* --- plans ----------------------------------------------------------------------------------- */

static void test_runs_and_tells(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_run(bench, bench_attach_plan("net1", 6));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_int_equal(bench_device(bench, "net1")->state, STATE_ADDED);
    assert_int_equal(session_running(bench->session)->len, 0);
    assert_true(
        bench_told(bench, "net1", "device_add driver=e1000 id=net1 bus=pci.0 addr=06.0", "-> {}"));
    assert_true(bench_told(bench, "net1", "is at 00:06.0", NULL));
    fake_monitor_handle(bench->fake, "device_add", NULL, NULL);
    fake_monitor_fail(bench->fake, "device_add", "GenericError", "No room");
    bench_run(bench, bench_attach_plan("net2", 7));
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    assert_true(bench_told(bench, "net2", "device_add driver=e1000 id=net2 bus=pci.0 addr=07.0",
                           "No room"));
}

static void test_undoes_and_does_again(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    undo(bench);
    assert_int_equal(bench->refusal->code, ENGINE_ERROR_REFUSED);
    bench_run(bench, bench_attach_plan("net1", 6));
    undo(bench);
    assert_non_null(bench->plan);
    bench_run(bench, g_steal_pointer(&bench->plan));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_false(bench_has(bench, "net1"));
    undo(bench);
    assert_non_null(bench->refusal);
    redo(bench);
    bench_run(bench, g_steal_pointer(&bench->plan));
    assert_true(bench_has(bench, "net1"));
    redo(bench);
    assert_non_null(bench->refusal);
    undo(bench);
    bench_run(bench, g_steal_pointer(&bench->plan));
    bench_run(bench, bench_attach_plan("net2", 8));
    redo(bench);
    assert_non_null(bench->refusal);
}

static void test_undo_of_a_detach_needs_its_place(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_run(bench, bench_detach_plan("net0", 3));
    bench_plug(bench, "rtl8139", "other", 3);
    undo(bench);
    assert_non_null(bench->refusal);
    assert_string_equal(bench->refusal->message, "00:03.0 has been taken by other: detach that "
                                                 "first, or attach to another place");
    bench_unplug(bench, "other");
    bench_plug(bench, "rtl8139", "net0", 5);
    undo(bench);
    assert_string_equal(bench->refusal->message,
                        "the id net0 has been taken by another device: detach that first");
    bench_unplug(bench, "net0");
    undo(bench);
    assert_null(bench->refusal);
}

static void test_undo_of_an_attach_takes_nobody_else(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_run(bench, bench_attach_plan("net1", 6));
    bench_unplug(bench, "net1");
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "not there any more"));
    bench_plug(bench, "rtl8139", "net1", 6);
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "another device now"));
}

static void test_history_belongs_to_a_guest(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_run(bench, bench_attach_plan("net1", 6));
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    undo(bench);
    assert_non_null(bench->plan);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    bench_unplug(bench, "net1");
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    undo(bench);
    assert_non_null(strstr(bench->refusal->message, "nothing to undo"));
}

static void test_marks_what_leaves(void **state)
{
    Bench *bench = *state;
    const char *const names[] = { "net0", NULL };
    g_autofree char *running = NULL;
    g_autofree char *paused = NULL;

    bench_connect(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, bench_detach_plan("net0", 3), bench_on_finished, bench);
    fake_wait(bench_device(bench, "net0")->state == STATE_LEAVING);
    assert_true(bench_device(bench, "net0")->since > 0);
    assert_true(bench_told(bench, "net0", "waiting for the guest to release 00:03.0", NULL));
    running = session_explain_leaving(bench->session, bench_device(bench, "net0"));
    assert_non_null(strstr(running, "does not tell why"));
    bench->status = "paused";
    fake_monitor_event(bench->fake, "STOP", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "paused") == 0);
    paused = session_explain_leaving(bench->session, bench_device(bench, "net0"));
    assert_non_null(strstr(paused, "paused"));
    session_plan_detach(bench->session, names, bench_on_planned, bench);
    fake_wait(bench->planned);
    assert_non_null(strstr(bench->refusal->message, "leaving already"));
    assert_true(session_ask_again(bench->session, bench_device(bench, "net0")));
    fake_wait(fake_monitor_count(bench->fake, "device_del") == 2);
    assert_int_equal(bench->finished, 0);
    bench_delete(bench, "net0");
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_null(bench_device(bench, "net0"));
    assert_true(bench_told(bench, "net0", "has left 00:03.0", NULL));
}

static void test_shows_a_refusal_of_the_guest(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, bench_detach_plan("net0", 3), bench_on_finished, bench);
    fake_wait(bench_device(bench, "net0")->state == STATE_LEAVING);
    fake_monitor_event(bench->fake, "DEVICE_UNPLUG_GUEST_ERROR",
                       "{\"device\":\"net0\",\"path\":\"/machine/peripheral/net0\"}");
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    assert_int_equal(bench_device(bench, "net0")->state, STATE_REFUSED);
}

/* --- facts for planning ---------------------------------------------------------------------- */

static void on_facts(Session *session, gpointer data)
{
    ((Bench *)data)->facts_changed++;
}

static Request *nic_request(void)
{
    Request *request = request_new(REQUEST_NIC);

    request_set(request, "model", "e1000");
    request_set(request, "backend", "user");
    return request;
}

static gboolean facts_are_complete(Bench *bench, const Request *request)
{
    const HotplugFacts facts = session_facts(bench->session, request, on_facts, bench);

    return facts.guest->nodes && g_hash_table_lookup(facts.drivers, "e1000");
}

static void test_facts_come_later(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    bench_connect(bench);
    assert_false(facts_are_complete(bench, request));
    assert_int_equal(bench->facts_changed, 0);
    while (!facts_are_complete(bench, request)) {
        guint before = bench->facts_changed;

        fake_wait(bench->facts_changed > before);
    }
    assert_in_range(bench->facts_changed, 1, 2);
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties"), 1);
    assert_int_equal(fake_monitor_count(bench->fake, "query-named-block-nodes"), 1);
}

/* T1: asking for the properties of a driver can make QEMU load a module, so that nothing is asked
 * while a name is typed. The plan itself asks, once. */
static void test_unknown_drivers_are_asked_for_by_plans(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = request_new(REQUEST_DEVICE);

    bench_connect(bench);
    fake_monitor_fail(bench->fake, "device-list-properties", "DeviceNotFound", "no such thing");
    request_set(request, "driver", "foo");
    session_facts(bench->session, request, on_facts, bench);
    fake_wait(bench->facts_changed);
    fake_settle();
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties"), 0);
    for (guint i = 1; i <= 2; i++) {
        session_plan_attach(bench->session, request, bench_on_planned, bench);
        fake_wait(bench->planned == i);
        assert_non_null(strstr(bench->refusal->message, "foo"));
    }
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties"), 1);
}

static void test_facts_tell_what_is_wrong_with_an_image(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = request_new(REQUEST_DISK);

    bench_connect(bench);
    request_set(request, "file", "/nowhere/at/all.qcow2");
    fake_wait(session_facts(bench->session, request, on_facts, bench).image_error);
    fake_wait(session_facts(bench->session, request, on_facts, bench).guest->nodes);
    session_forget(bench->session, bench);
    request_set(request, "file", "/nowhere/else.qcow2");
    assert_null(session_facts(bench->session, request, on_facts, bench).image_error);
}

static void test_forgets(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    bench_connect(bench);
    session_plan_attach(bench->session, request, bench_on_planned, bench);
    session_facts(bench->session, request, on_facts, bench);
    session_forget(bench->session, bench);
    fake_wait(fake_monitor_count(bench->fake, "device-list-properties"));
    fake_settle();
    assert_int_equal(bench->planned, 0);
    assert_int_equal(bench->facts_changed, 0);
}

static void test_plans_an_attach(void **state)
{
    Bench *bench = *state;
    g_autoptr(Request) request = nic_request();

    bench_open(bench, SESSION_ONCE);
    session_plan_attach(bench->session, request, bench_on_planned, bench);
    fake_wait(bench->planned);
    if (bench->refusal)
        fail_msg("%s", bench->refusal->message);
    assert_int_equal(bench->plan->verb, PLAN_ATTACH);
    assert_int_equal(fake_monitor_count(bench->fake, "device-list-properties:e1000"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_runs_and_tells),
        WITH_BENCH(test_undoes_and_does_again),
        WITH_BENCH(test_undo_of_a_detach_needs_its_place),
        WITH_BENCH(test_undo_of_an_attach_takes_nobody_else),
        WITH_BENCH(test_history_belongs_to_a_guest),
        WITH_BENCH(test_marks_what_leaves),
        WITH_BENCH(test_shows_a_refusal_of_the_guest),
        WITH_BENCH(test_facts_come_later),
        WITH_BENCH(test_unknown_drivers_are_asked_for_by_plans),
        WITH_BENCH(test_facts_tell_what_is_wrong_with_an_image),
        WITH_BENCH(test_forgets),
        WITH_BENCH(test_plans_an_attach),
    };

    return cmocka_run_group_tests_name("session plans", tests, NULL, NULL);
}
