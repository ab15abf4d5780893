/* Traps that a real QEMU does not set on request: the list of all is in tests/real/test_traps.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/session_bench.h"

static const char *const words[] = {
    "Error: The monitor is busy\r\n",
    "unknown command: 'info network'\r\n",
    "Error: Device 'net0' not found\r\n \\ net0: index=0\r\n",
    "\r\n",
};

/* T22: an error of the human monitor comes as a result; none of its words is a netdev. */
static void test_t22_errors_that_are_results(void **state)
{
    Bench *bench = *state;

    fake_monitor_reply_text(bench->fake, "hmp:info network", words[0]);
    bench_connect(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        guint reads = fake_monitor_count(bench->fake, READS);

        fake_monitor_reply_text(bench->fake, "hmp:info network", words[i]);
        fake_monitor_event(bench->fake, "RESET", "{\"guest\":false}");
        fake_wait(fake_monitor_count(bench->fake, READS) > reads);
        fake_settle();
        assert_int_equal(session_state(bench->session), SESSION_LIVE);
        assert_int_equal(session_guest(bench->session)->netdevs->len, 0);
        assert_non_null(bench_device(bench, "net0"));
    }
}

static json_t *no_tree(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    return json_string("Error: The tree is not to be had\r\n");
}

/* T22: nor is it a guest without devices: the last tree stays. */
static void test_t22_no_tree_is_no_empty_tree(void **state)
{
    Bench *bench = *state;
    guint reads;

    bench_connect(bench);
    reads = fake_monitor_count(bench->fake, READS);
    fake_monitor_handle(bench->fake, READS, no_tree, bench);
    fake_monitor_event(bench->fake, "RESET", "{\"guest\":false}");
    fake_wait(fake_monitor_count(bench->fake, READS) > reads);
    fake_settle();
    assert_non_null(bench_device(bench, "net0"));
}

/* T24: the words of a refusal are shown, whatever they are, and nothing depends on them. */
static void test_t24_words_of_refusals(void **state)
{
    static const char *const sentences[] = {
        "Gerät kann nicht eingesteckt werden",
        "",
        "Device 'net9' not found",
        "Duplicate device ID 'net9' %s%n",
        "line one\nline two\x1b[31m",
    };
    Bench *bench = *state;

    bench_connect(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++) {
        fake_monitor_fail_nth(bench->fake, "device_add", 1, "GenericError", sentences[i]);
        bench_run(bench, bench_attach_plan("net9", 9));
        assert_int_equal(bench->outcome, OUTCOME_ROLLED_BACK);
        assert_false(bench_has(bench, "net9"));
    }
}

/* T24: that it is not there any more is known from the class and from a look, not from the words.
 */
static void test_t24_class_decides(void **state)
{
    Bench *bench = *state;

    bench_connect(bench);
    bench_unplug(bench, "net0");
    fake_monitor_fail(bench->fake, "device_del", "DeviceNotFound", "in words of another time");
    bench_run(bench, bench_detach_plan("net0", 3));
    assert_int_equal(bench->outcome, OUTCOME_DONE);
}

/* T7: what nobody asked to leave can leave (the guest ejects it, a reset), with events that name
 * the path alone, an object inside the device, or nothing that we know. */
static void test_t07_events_that_nobody_asked_for(void **state)
{
    static const char *const odd[] = {
        "{\"path\":\"/machine/peripheral/net0/virtio-backend\"}",
        "{\"path\":\"/machine/peripheral-anon/device[7]\"}",
        "{\"device\":\"nobody\",\"path\":\"/machine/peripheral/nobody\"}",
        "{}",
    };
    Bench *bench = *state;

    bench_connect(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        guint reads = fake_monitor_count(bench->fake, READS);

        fake_monitor_event(bench->fake, "DEVICE_DELETED", odd[i]);
        fake_wait(fake_monitor_count(bench->fake, READS) > reads);
        assert_int_equal(bench_device(bench, "net0")->state, STATE_PRESENT);
    }
    bench_unplug(bench, "net0");
    fake_monitor_event(bench->fake, "DEVICE_DELETED", "{\"path\":\"/machine/peripheral/net0\"}");
    fake_wait(!bench_device(bench, "net0"));
    assert_int_equal(session_running(bench->session)->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_t07_events_that_nobody_asked_for),
        WITH_BENCH(test_t22_errors_that_are_results),
        WITH_BENCH(test_t22_no_tree_is_no_empty_tree),
        WITH_BENCH(test_t24_words_of_refusals),
        WITH_BENCH(test_t24_class_decides),
    };

    return cmocka_run_group_tests_name("traps", tests, NULL, NULL);
}
