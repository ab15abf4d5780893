/* A session against a fake guest: reading, watching, events, loss and return, and being freed at
 * any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

/* --- reading and watching -------------------------------------------------------------------- */

static void test_connects_and_publishes(void **state)
{
    Bench *bench = *state;

    bench_open(bench, SESSION_WATCH);
    assert_int_equal(session_state(bench->session), SESSION_CONNECTING);
    assert_null(session_guest(bench->session));
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_null(session_error(bench->session));
    assert_int_equal(session_lost_at(bench->session), 0);
    assert_int_equal(bench_device(bench, "net0")->state, STATE_PRESENT);
    assert_true(bench_told(bench, "web01", "connected to QEMU 7.2.22: 2 devices", NULL));
    assert_true(session_latency(bench->session) > 0);
}

static void test_bad_target(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_null(session_new("tcp:nowhere", SESSION_ONCE, &error));
    assert_int_equal(error->code, MONITOR_ERROR_TARGET);
}

static void test_sees_what_others_plug(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_plug(bench, "e1000", "net9", 9);
    fake_wait_within(bench_device(bench, "net9"), 2000);
    assert_int_equal(bench_device(bench, "net9")->state, STATE_ADDED);
    assert_true(bench_device(bench, "net9")->hotplugged);
    assert_true(bench_device(bench, "net9")->since > 0);
    assert_int_equal(bench_device(bench, "net0")->state, STATE_PRESENT);
    assert_true(bench_told(bench, "net9", "is at 00:09.0", NULL));
    bench_unplug(bench, "net9");
    fake_wait(!bench_device(bench, "net9"));
    assert_true(bench_told(bench, "net9", "has left 00:09.0", NULL));
}

/* The same id, but another device: it came, the one before left. */
static void test_knows_a_device_by_its_driver_too(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_unplug(bench, "net0");
    bench_plug(bench, "rtl8139", "net0", 3);
    fake_wait(bench_device(bench, "net0")->state == STATE_ADDED);
    assert_true(bench_told(bench, "net0", "has left 00:03.0", NULL));
    assert_true(bench_told(bench, "net0", "is at 00:03.0", NULL));
}

static void test_sees_back_ends_of_others(void **state)
{
    Bench *bench = *state;
    guint reads;

    bench_connect(bench);
    reads = fake_monitor_count(bench->fake, READS);
    fake_monitor_reply(bench->fake, "hmp:info network", "\"x: index=0,type=user\\r\\n\"");
    fake_wait(fake_monitor_count(bench->fake, READS) > reads);
    reads = fake_monitor_count(bench->fake, READS);
    fake_monitor_reply(bench->fake, "query-block", "[{\"device\":\"fd0\",\"locked\":false}]");
    fake_wait(fake_monitor_count(bench->fake, READS) > reads);
}

static void test_idles_cheaply(void **state)
{
    Bench *bench = *state;
    guint commands;

    bench_connect(bench);
    fake_settle();
    fake_monitor_forget(bench->fake);
    fake_wait(fake_monitor_count(bench->fake, "query-status") == 2);
    fake_settle();
    commands = (guint)json_array_size(fake_monitor_commands(bench->fake));
    assert_int_equal(commands, 10);
    assert_int_equal(fake_monitor_count(bench->fake, READS), 0);
}

static void test_pauses(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    session_pause(bench->session, TRUE);
    fake_settle();
    fake_monitor_forget(bench->fake);
    bench_plug(bench, "e1000", "net9", 9);
    session_pause(bench->session, FALSE);
    assert_int_equal(json_array_size(fake_monitor_commands(bench->fake)), 0);
    fake_wait(bench_device(bench, "net9"));
}

static void test_follows_the_run_state(void **state)
{
    Bench *bench = *state;
    guint trees;

    bench_connect(bench);
    trees = fake_monitor_count(bench->fake, READS);
    bench->status = "paused";
    fake_monitor_event(bench->fake, "STOP", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "paused") == 0);
    assert_int_equal(fake_monitor_count(bench->fake, READS), trees);
    assert_true(bench_told(bench, "web01", "paused", NULL));
    bench->status = "running";
    fake_monitor_event(bench->fake, "RESUME", NULL);
    fake_wait(strcmp(session_guest(bench->session)->status, "running") == 0);
}

/* A controller of 200 disks goes: 201 events, a few reads. */
static void test_many_events_make_few_reads(void **state)
{
    Bench *bench = *state;
    guint reads;

    bench_connect(bench);
    reads = fake_monitor_count(bench->fake, READS);
    for (guint i = 0; i < 200; i++)
        fake_monitor_event(bench->fake, "DEVICE_DELETED", "{\"path\":\"/machine/x\"}");
    bench_delete(bench, "net0");
    fake_wait(!bench_device(bench, "net0"));
    fake_settle();
    assert_in_range(fake_monitor_count(bench->fake, READS) - reads, 1, 5);
}

static void test_floods_are_told_once(void **state)
{
    Bench *bench = *state;
    guint length;

    bench_connect(bench);
    length = journal_length(session_journal(bench->session));
    for (guint i = 0; i < 500; i++)
        fake_monitor_event(bench->fake, "BLOCK_IO_ERROR",
                           "{\"device\":\"sda\",\"operation\":\"write\",\"action\":\"report\"}");
    fake_monitor_event(bench->fake, "NIC_RX_FILTER_CHANGED", "{\"name\":\"net0\"}");
    fake_monitor_event(bench->fake, "NEVER_HEARD_OF", "{\"id\":\"x1\"}");
    fake_wait(bench_told(bench, "x1", "NEVER_HEARD_OF", NULL));
    assert_true(bench_told(bench, "sda", "I/O error", "operation write, action report"));
    assert_in_range(journal_length(session_journal(bench->session)) - length, 2, 4);
}

/* Bus numbers come from the firmware, without an event. */
static void test_reads_until_buses_are_numbered(void **state)
{
    Bench *bench = *state;
    Bus *bus;

    bench->bridge = TRUE;
    bench_connect(bench);
    bus = guest_find_bus(session_guest(bench->session), "br", NULL);
    assert_int_equal(bus->number, PCI_BUS_UNKNOWN);
    bench->bridge_bus = 7;
    fake_wait(guest_find_bus(session_guest(bench->session), "br", NULL)->number == 7);
}

static void test_once_does_not_poll(void **state)
{
    Bench *bench = *state;

    bench_open(bench, SESSION_ONCE);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    fake_settle();
    assert_int_equal(fake_monitor_count(bench->fake, READS), 1);
    assert_int_equal(fake_monitor_count(bench->fake, "qom-list:/machine/peripheral"), 1);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    fake_settle();
    assert_false(fake_monitor_connected(bench->fake));
}

/* --- loss ------------------------------------------------------------------------------------ */

static void test_tells_why_the_guest_ended(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    fake_monitor_event(bench->fake, "SHUTDOWN", "{\"guest\":true,\"reason\":\"guest-shutdown\"}");
    fake_settle();
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_string_equal(session_error(bench->session)->message, "guest shut down (guest-shutdown)");
    assert_true(session_lost_at(bench->session) > 0);
    assert_non_null(bench_device(bench, "net0"));
    assert_true(monitor_error_is_connection(session_error(bench->session)));
}

static void test_comes_back_by_itself(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_non_null(strstr(session_error(bench->session)->message, "closed"));
    bench_plug(bench, "e1000", "net9", 9);
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    assert_null(session_error(bench->session));
    assert_int_equal(bench_device(bench, "net9")->state, STATE_PRESENT);
}

static void test_comes_back_when_asked(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_reconnect(bench->session);
    assert_int_equal(session_state(bench->session), SESSION_CONNECTING);
    fake_wait_within(session_state(bench->session) == SESSION_LIVE, 1000);
}

static void test_reports_plans_that_are_lost(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench->stubborn = TRUE;
    session_run(bench->session, bench_detach_plan("net0", 3), bench_on_finished, bench);
    fake_wait(bench_device(bench, "net0")->state == STATE_LEAVING);
    session_plan_undo(bench->session, bench_on_planned, bench);
    fake_monitor_close(bench->fake);
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_LOST);
    assert_int_equal(session_running(bench->session)->len, 0);
    fake_wait(bench->planned);
    assert_non_null(bench->refusal);
}

static void test_plans_nothing_without_a_connection(void **state)
{
    Bench *bench = *state;
    const char *const names[] = { "net0", NULL };

    bench_connect(bench);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    session_plan_detach(bench->session, names, bench_on_planned, bench);
    assert_int_equal(bench->planned, 0);
    fake_wait(bench->planned);
    assert_true(monitor_error_is_connection(bench->refusal));
    session_run(bench->session, bench_attach_plan("net1", 6), bench_on_finished, bench);
    fake_wait(bench->finished);
    assert_int_equal(bench->outcome, OUTCOME_LOST);
}

/* --- freed anywhere -------------------------------------------------------------------------- */

static Request *nic_request(void)
{
    Request *request = request_new(REQUEST_NIC);

    request_set(request, "model", "e1000");
    request_set(request, "backend", "user");
    return request;
}

static void act_until_freed(Bench *bench)
{
    g_autoptr(Request) request = nic_request();

    fake_wait(!bench->session || session_state(bench->session) == SESSION_LIVE);
    if (bench->session)
        session_plan_attach(bench->session, request, bench_on_planned, bench);
    if (bench->session)
        session_run(bench->session, bench_attach_plan("net1", 6), bench_on_finished, bench);
    fake_wait(!bench->session || (bench->finished && bench->planned));
    if (bench->session)
        session_run(bench->session, bench_detach_plan("net1", 6), bench_on_finished, bench);
    fake_wait(!bench->session || bench->finished == 2);
    fake_monitor_event(bench->fake, "RESET", NULL);
    fake_settle();
    fake_monitor_close(bench->fake);
    fake_wait(!bench->session || session_state(bench->session) == SESSION_LOST);
}

static void test_freed_in_every_change(void **state)
{
    gboolean freed = TRUE;

    for (int change = 0; freed; change++) {
        Bench *bench;

        bench_setup((void **)&bench);
        bench->free_at = change;
        bench_open(bench, SESSION_WATCH);
        act_until_freed(bench);
        freed = !bench->session;
        fake_settle();
        bench_teardown((void **)&bench);
        assert_true(change < 200);
    }
}

/* What the guest said of its end is no reason for an attempt that fails later. */
static void test_tells_why_it_cannot_come_back(void **state)
{
    Bench *bench = *state;
    gint64 lost_at;

    bench_connect(bench);
    fake_monitor_event(bench->fake, "SHUTDOWN", "{\"guest\":false,\"reason\":\"host-signal\"}");
    fake_settle();
    g_clear_pointer(&bench->fake, fake_monitor_free);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    lost_at = session_lost_at(bench->session);
    session_reconnect(bench->session);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_int_equal(session_error(bench->session)->code, MONITOR_ERROR_MISSING);
    assert_int_equal(session_lost_at(bench->session), lost_at);
    assert_non_null(session_guest(bench->session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_connects_and_publishes),
        WITH_BENCH(test_bad_target),
        WITH_BENCH(test_sees_what_others_plug),
        WITH_BENCH(test_knows_a_device_by_its_driver_too),
        WITH_BENCH(test_sees_back_ends_of_others),
        WITH_BENCH(test_idles_cheaply),
        WITH_BENCH(test_pauses),
        WITH_BENCH(test_follows_the_run_state),
        WITH_BENCH(test_many_events_make_few_reads),
        WITH_BENCH(test_floods_are_told_once),
        WITH_BENCH(test_reads_until_buses_are_numbered),
        WITH_BENCH(test_once_does_not_poll),
        WITH_BENCH(test_tells_why_the_guest_ended),
        WITH_BENCH(test_comes_back_by_itself),
        WITH_BENCH(test_tells_why_it_cannot_come_back),
        WITH_BENCH(test_comes_back_when_asked),
        WITH_BENCH(test_reports_plans_that_are_lost),
        WITH_BENCH(test_plans_nothing_without_a_connection),
        cmocka_unit_test(test_freed_in_every_change),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
