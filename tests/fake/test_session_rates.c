/* Rates of drives in a session against a fake guest: asked for while somebody watches, and never
 * otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

#define ASKS "query-blockstats"

/* net0 of the bench stands in for a drive: each look finds 1 MiB more. */
static json_t *on_stats(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    static int looks;

    looks++;
    return json_pack("[{s:s,s:s,s:{s:i,s:i}}]", "device", "", "qdev", "net0", "stats", "rd_bytes",
                     looks << 20, "wr_bytes", 7);
}

static Bench *connect(void **state)
{
    Bench *bench = *state;

    fake_monitor_handle(bench->fake, ASKS, on_stats, NULL);
    bench_connect(bench);
    fake_settle();
    return bench;
}

static gboolean known(const Bench *bench, Rate *rate)
{
    return session_rate(bench->session, bench_device(bench, "net0"), rate);
}

static guint asked(const Bench *bench)
{
    return fake_monitor_count(bench->fake, ASKS);
}

static void test_asks_nothing_unless_watched(void **state)
{
    Bench *bench = connect(state);
    Rate rate;

    /* Two looks of the session: the first question for rates comes at once. */
    fake_wait(fake_monitor_count(bench->fake, "query-status") >= 2);
    assert_int_equal(asked(bench), 0);
    assert_int_equal(bench->changes[SESSION_RATES_CHANGED], 0);
    assert_false(known(bench, &rate));
}

static void test_knows_rates_after_two_answers(void **state)
{
    Bench *bench = connect(state);
    Rate rate;

    session_watch_rates(bench->session, TRUE);
    session_watch_rates(bench->session, TRUE);
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 1);
    assert_int_equal(asked(bench), 1);
    assert_false(known(bench, &rate));
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 2);
    assert_true(known(bench, &rate));
    /* 1 MiB in 2 s, or in somewhat more. */
    assert_in_range(rate.read, 100000, 524288);
    assert_int_equal(rate.written, 0);
    session_watch_rates(bench->session, FALSE);
    assert_true(known(bench, &rate)); /* another watches still */
    session_watch_rates(bench->session, FALSE);
    assert_false(known(bench, &rate));
    fake_monitor_forget(bench->fake);
    fake_wait(fake_monitor_count(bench->fake, "query-status") >= 2);
    assert_int_equal(asked(bench), 0);
}

static void test_waits_for_an_answer(void **state)
{
    Bench *bench = connect(state);

    fake_monitor_hold(bench->fake, ASKS);
    session_watch_rates(bench->session, TRUE);
    fake_wait(asked(bench) == 1);
    session_watch_rates(bench->session, TRUE);
    session_pause(bench->session, TRUE);
    fake_monitor_release(bench->fake);
    fake_settle();
    assert_int_equal(asked(bench), 1);
    assert_int_equal(bench->changes[SESSION_RATES_CHANGED], 0); /* it came into a pause */
    session_pause(bench->session, FALSE);
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 1);
    assert_int_equal(asked(bench), 2);
}

static void test_begins_anew_after_a_loss(void **state)
{
    Bench *bench = connect(state);
    Rate rate;

    session_watch_rates(bench->session, TRUE);
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 2);
    fake_monitor_close(bench->fake);
    fake_wait(session_state(bench->session) == SESSION_LOST);
    assert_false(known(bench, &rate));
    fake_wait(session_state(bench->session) == SESSION_LIVE);
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 3);
    assert_false(known(bench, &rate));
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 4);
    assert_true(known(bench, &rate));
}

static void test_lives_with_a_refusal(void **state)
{
    Bench *bench = *state;
    Rate rate;

    fake_monitor_fail(bench->fake, ASKS, "CommandNotFound", "The command has not been found");
    bench_connect(bench);
    session_watch_rates(bench->session, TRUE);
    fake_wait(bench->changes[SESSION_RATES_CHANGED] == 1);
    assert_false(known(bench, &rate));
}

static void on_change(Session *session, SessionChange change, gpointer data)
{
    Bench *bench = data;

    if (change == SESSION_RATES_CHANGED)
        g_clear_pointer(&bench->session, session_free);
}

static void test_may_be_freed_while_it_tells(void **state)
{
    Bench *bench = connect(state);

    session_listen(bench->session, on_change, bench);
    session_watch_rates(bench->session, TRUE);
    fake_wait(!bench->session);
    fake_settle();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_asks_nothing_unless_watched),
        WITH_BENCH(test_knows_rates_after_two_answers),
        WITH_BENCH(test_waits_for_an_answer),
        WITH_BENCH(test_begins_anew_after_a_loss),
        WITH_BENCH(test_lives_with_a_refusal),
        WITH_BENCH(test_may_be_freed_while_it_tells),
    };

    return cmocka_run_group_tests_name("session_rates", tests, NULL, NULL);
}
