/* A session with a QMP of before 2.9: drives in the place of block nodes, and the plan told as it
 * is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

#define ADDED "hmp:drive_add 0 if=none,id=d-fmt,format=raw,file=/srv/d.img"
#define REMOVED "hmp:drive_del d-fmt"

static void be_old(Bench *bench)
{
    fake_monitor_reply(bench->fake, "query-commands",
                       "[{\"name\":\"qom-list\"},{\"name\":\"device_add\"},"
                       "{\"name\":\"blockdev-add\"},{\"name\":\"x-blockdev-del\"}]");
    fake_monitor_fail(bench->fake, "blockdev-add", "GenericError",
                      "Parameter 'options' is missing");
    fake_monitor_reply_text(bench->fake, ADDED, "OK\r\n");
    fake_monitor_reply_text(bench->fake, REMOVED, "Device 'd-fmt' not found\r\n");
}

/* The NIC stands for any device: what is behind it is what is looked at. */
static Plan *plan_with_node(void)
{
    Plan *plan = bench_attach_plan("net1", 6), *node = plan_new(PLAN_ATTACH, "attach");

    plan_add(node, "block node d-fmt",
             action_new("blockdev-add",
                        json_pack("{s:s,s:s,s:{s:s,s:s}}", "node-name", "d-fmt", "driver", "raw",
                                  "file", "driver", "file", "filename", "/srv/d.img"),
                        NULL),
             action_new("blockdev-del", json_pack("{s:s}", "node-name", "d-fmt"), NULL));
    plan_join(node, plan);
    return node;
}

static void test_makes_a_drive(void **state)
{
    Bench *bench = *state;

    be_old(bench);
    bench_connect(bench);
    bench_run(bench, plan_with_node());
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_int_equal(fake_monitor_count(bench->fake, ADDED), 1);
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-add"), 0);
}

/* The plan that takes it back is told as it is sent; the drive has left with its device by then. */
static void test_takes_it_back(void **state)
{
    Bench *bench = *state;
    g_autofree char *told = NULL, *sent = NULL;
    const Step *last;

    be_old(bench);
    bench_connect(bench);
    bench_run(bench, plan_with_node());
    session_plan_undo(bench->session, bench_on_planned, bench);
    fake_wait(bench->plan);
    last = bench->plan->steps->pdata[bench->plan->steps->len - 1];
    told = action_to_text(last->action);
    sent = action_to_qmp(last->action);
    assert_string_equal(told, "human-monitor-command drive_del d-fmt");
    assert_string_equal(sent, "{\"execute\": \"human-monitor-command\", \"arguments\": "
                              "{\"command-line\": \"drive_del d-fmt\"}}");
    bench_run(bench, g_steal_pointer(&bench->plan));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_int_equal(fake_monitor_count(bench->fake, REMOVED), 1);
}

static void test_is_refused(void **state)
{
    Bench *bench = *state;

    be_old(bench);
    fake_monitor_reply_text(bench->fake, ADDED, "could not open disk image /srv/d.img\r\n");
    bench_connect(bench);
    bench_run(bench, plan_with_node());
    assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
    assert_false(bench_has(bench, "net1"));
    assert_int_equal(fake_monitor_count(bench->fake, "device_add"), 0);
}

static void test_newer_ones_get_nodes(void **state)
{
    Bench *bench = *state;

    be_old(bench);
    fake_monitor_reply(bench->fake, "query-commands",
                       "[{\"name\":\"qom-list\"},{\"name\":\"device_add\"},"
                       "{\"name\":\"blockdev-add\"},{\"name\":\"blockdev-del\"}]");
    fake_monitor_reply(bench->fake, "blockdev-add", "{}");
    bench_connect(bench);
    bench_run(bench, plan_with_node());
    assert_int_equal(bench->outcome, OUTCOME_DONE);
    assert_int_equal(fake_monitor_count(bench->fake, "blockdev-add"), 1);
    assert_int_equal(fake_monitor_count(bench->fake, ADDED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_makes_a_drive),
        WITH_BENCH(test_takes_it_back),
        WITH_BENCH(test_is_refused),
        WITH_BENCH(test_newer_ones_get_nodes),
    };

    return cmocka_run_group_tests_name("sessions with old QMPs", tests, NULL, NULL);
}
