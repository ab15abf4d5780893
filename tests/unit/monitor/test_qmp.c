/* The QMP dialect through the face of monitor/, against the fake: order, ids, errors, ends, and
 * callers that free from inside. */
#include "monitor/monitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_monitor.h"

typedef struct {
    FakeMonitor *fake;
    Target *target;
    Monitor *monitor;
    GString *heard; /* what happened, in order, one word each */
    GError *error;  /* of the latest reply, or of the end */
    json_t *result; /* of the latest reply */
    gint64 event_at;
    char *free_at; /* the word at which the monitor is freed */
    char *send_at; /* the word at which another command is sent */
} Fixture;

/* --- what is heard --------------------------------------------------------------------------- */

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data);

static void hear(Fixture *fixture, const char *word, const GError *error)
{
    g_string_append_printf(fixture->heard, "%s%s", fixture->heard->len ? " " : "", word);
    g_clear_error(&fixture->error);
    fixture->error = error ? g_error_copy(error) : NULL;
    if (g_strcmp0(word, fixture->free_at) == 0)
        g_clear_pointer(&fixture->monitor, monitor_free);
    if (g_strcmp0(word, fixture->send_at) == 0 && fixture->monitor)
        monitor_send(fixture->monitor, "again", NULL, on_reply, fixture);
}

static void on_ready(Monitor *monitor, gpointer data)
{
    hear(data, "ready", NULL);
}

static void on_event(Monitor *monitor, const char *name, json_t *payload, gint64 at, gpointer data)
{
    Fixture *fixture = data;

    fixture->event_at = at;
    json_decref(fixture->result);
    fixture->result = json_incref(payload);
    hear(fixture, name, NULL);
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    hear(data, "closed", error);
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    assert_true((result == NULL) != (error == NULL));
    json_decref(fixture->result);
    fixture->result = json_incref(result);
    hear(fixture,
         error                    ? "error"
         : json_is_string(result) ? json_string_value(result)
                                  : "reply",
         error);
}

/* --- the fixture ----------------------------------------------------------------------------- */

static const MonitorListener listener = { on_ready, on_event, on_closed };

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fake = fake_monitor_new();
    fixture->target = target_parse(fake_monitor_path(fixture->fake), NULL);
    fixture->heard = g_string_new(NULL);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    monitor_free(fixture->monitor);
    fake_settle();
    fake_monitor_free(fixture->fake);
    target_free(fixture->target);
    g_string_free(fixture->heard, TRUE);
    g_clear_error(&fixture->error);
    json_decref(fixture->result);
    g_free(fixture->free_at);
    g_free(fixture->send_at);
    g_free(fixture);
    return 0;
}

static gboolean heard(const Fixture *fixture, const char *words)
{
    return strcmp(fixture->heard->str, words) == 0;
}

static void open_monitor(Fixture *fixture)
{
    fixture->monitor = monitor_open(fixture->target, &listener, fixture);
}

static void open_ready(Fixture *fixture)
{
    open_monitor(fixture);
    fake_wait(heard(fixture, "ready"));
    g_string_truncate(fixture->heard, 0);
}

static guint send_command(Fixture *fixture, const char *command)
{
    return monitor_send(fixture->monitor, command, NULL, on_reply, fixture);
}

static void assert_error(const Fixture *fixture, MonitorError code, const char *message)
{
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, (int)code));
    if (message)
        assert_string_equal(fixture->error->message, message);
}

/* --- replies --------------------------------------------------------------------------------- */

static void test_ready(void **state)
{
    Fixture *fixture = *state;

    open_monitor(fixture);
    assert_null(monitor_version(fixture->monitor));
    assert_string_equal(monitor_dialect(fixture->monitor), "qmp");
    fake_wait(heard(fixture, "ready"));
    assert_string_equal(monitor_version(fixture->monitor), "7.2.22");
    assert_int_equal(monitor_latency(fixture->monitor), 0);
}

static void test_commands_of_one_turn_in_order_and_one_write(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    fake_monitor_reply_text(fixture->fake, "b", "B");
    fake_monitor_reply_text(fixture->fake, "hmp:info x", "X");
    open_ready(fixture);
    fake_monitor_forget(fixture->fake);
    send_command(fixture, "a");
    monitor_send_human(fixture->monitor, "info x", on_reply, fixture);
    send_command(fixture, "b");
    assert_true(heard(fixture, ""));
    fake_wait(heard(fixture, "A X B"));
    assert_int_equal(fake_monitor_reads(fixture->fake), 1);
    assert_true(monitor_latency(fixture->monitor) > 0);
}

static void test_commands_before_ready_wait(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    fake_monitor_reply_text(fixture->fake, "again", "again!");
    fixture->send_at = g_strdup("ready");
    open_monitor(fixture);
    send_command(fixture, "a");
    fake_wait(heard(fixture, "ready A again!"));
}

static void test_many_pipelined(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GString) expected = g_string_new("A");

    fake_monitor_reply_text(fixture->fake, "a", "A");
    open_ready(fixture);
    for (int i = 0; i < 3000; i++)
        send_command(fixture, "a");
    for (int i = 1; i < 3000; i++)
        g_string_append(expected, " A");
    fake_wait(fixture->heard->len == expected->len);
    assert_true(heard(fixture, expected->str));
}

static void test_arguments(void **state)
{
    Fixture *fixture = *state;
    json_t *arguments;

    fake_monitor_reply(fixture->fake, "*", "{}");
    open_ready(fixture);
    monitor_send(fixture->monitor, "qom-get",
                 json_pack("{s:s,s:i}", "path", "/m\"\xc3\xa4\\", "n", 5), on_reply, fixture);
    monitor_send_human(fixture->monitor, "info \xff", NULL, NULL);
    fake_wait(json_array_size(fake_monitor_commands(fixture->fake)) == 2);
    arguments = fake_monitor_arguments(fixture->fake, "qom-get");
    assert_string_equal(json_string_value(json_object_get(arguments, "path")), "/m\"\xc3\xa4\\");
    assert_int_equal(json_integer_value(json_object_get(arguments, "n")), 5);
    assert_int_equal(fake_monitor_count(fixture->fake, "hmp:info \xef\xbf\xbd"), 1);
}

static void test_error_codes(void **state)
{
    static const struct {
        const char *class;
        MonitorError code;
    } cases[] = {
        { "GenericError", MONITOR_ERROR_GENERIC },
        { "CommandNotFound", MONITOR_ERROR_COMMAND_NOT_FOUND },
        { "DeviceNotFound", MONITOR_ERROR_DEVICE_NOT_FOUND },
        { "KVMMissingCap", MONITOR_ERROR_GENERIC },
    };
    Fixture *fixture = *state;

    open_ready(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_string_truncate(fixture->heard, 0);
        fake_monitor_fail(fixture->fake, "x", cases[i].class, "QEMU's own 100% words");
        send_command(fixture, "x");
        fake_wait(heard(fixture, "error"));
        assert_error(fixture, cases[i].code, "QEMU's own 100% words");
        assert_false(monitor_error_is_connection(fixture->error));
    }
}

static void test_error_without_reason(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "x");
    fake_wait(fake_monitor_count(fixture->fake, "x"));
    fake_monitor_raw(fixture->fake, "{\"error\":{},\"id\":1}", 19);
    fake_wait(heard(fixture, "error"));
    assert_error(fixture, MONITOR_ERROR_GENERIC, "QEMU gave no reason");
}

/* What QEMU says to a command that it cannot parse; the second one belongs to nobody. */
static void test_error_without_id_is_for_the_oldest(void **state)
{
    static const char error[] = "{\"error\":{\"class\":\"GenericError\",\"desc\":\"JSON parse\"}}"
                                "{\"return\":\"B\",\"id\":2}"
                                "{\"error\":{\"class\":\"GenericError\",\"desc\":\"again\"}}"
                                "{\"event\":\"STOP\"}";
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "a");
    send_command(fixture, "b");
    fake_wait(fake_monitor_count(fixture->fake, "b"));
    fake_monitor_raw(fixture->fake, error, strlen(error));
    fake_wait(heard(fixture, "error B STOP"));
}

static void test_replies_by_id(void **state)
{
    static const char replies[] = "{\"return\":\"B\",\"id\":2}{\"id\":1,\"return\":\"A\"}";
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    assert_int_equal(send_command(fixture, "a"), 1);
    assert_int_equal(send_command(fixture, "b"), 2);
    fake_wait(fake_monitor_count(fixture->fake, "b"));
    fake_monitor_raw(fixture->fake, replies, strlen(replies));
    fake_wait(heard(fixture, "B A"));
}

static void test_small_pieces_and_pretty(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_pieces(fixture->fake, 1);
    fake_monitor_pretty(fixture->fake);
    fake_monitor_reply(fixture->fake, "a", "{\"list\":[1,{\"}\":\"\\\"]\"}]}");
    open_ready(fixture);
    send_command(fixture, "a");
    fake_wait(heard(fixture, "reply"));
    assert_int_equal(json_array_size(json_object_get(fixture->result, "list")), 2);
}

static void test_big_reply(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *text = g_strnfill(1500000, '{');

    fake_monitor_pieces(fixture->fake, 4096);
    fake_monitor_reply_text(fixture->fake, "a", text);
    open_ready(fixture);
    send_command(fixture, "a");
    fake_wait(fixture->heard->len);
    assert_true(heard(fixture, text));
}

/* --- events ---------------------------------------------------------------------------------- */

static void test_event(void **state)
{
    static const char event[] = "{\"event\":\"X\",\"data\":{\"device\":\"hd1\"},"
                                "\"timestamp\":{\"seconds\":1700000000,\"microseconds\":42}}";
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_raw(fixture->fake, event, strlen(event));
    fake_wait(heard(fixture, "X"));
    assert_int_equal(fixture->event_at, 1700000000000042);
    assert_string_equal(json_string_value(json_object_get(fixture->result, "device")), "hd1");
}

/* QEMU writes -1 where the host's clock fails; then our own time counts. */
static void test_event_without_time_or_data(void **state)
{
    static const char event[] = "{\"event\":\"X\",\"timestamp\":{\"seconds\":-1,"
                                "\"microseconds\":-1}}";
    Fixture *fixture = *state;
    gint64 before = g_get_real_time();

    open_ready(fixture);
    fake_monitor_raw(fixture->fake, event, strlen(event));
    fake_wait(heard(fixture, "X"));
    assert_true(fixture->event_at >= before);
    assert_null(fixture->result);
}

/* --- cancelling ------------------------------------------------------------------------------ */

static void test_cancel(void **state)
{
    Fixture *fixture = *state;
    guint id;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    fake_monitor_reply_text(fixture->fake, "b", "B");
    open_ready(fixture);
    id = send_command(fixture, "a");
    send_command(fixture, "b");
    monitor_cancel(fixture->monitor, id);
    monitor_cancel(fixture->monitor, 4711);
    fake_wait(heard(fixture, "B"));
}

static void test_cancel_data(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    open_ready(fixture);
    send_command(fixture, "a");
    send_command(fixture, "a");
    monitor_cancel_data(fixture->monitor, fixture);
    send_command(fixture, "a");
    fake_wait(heard(fixture, "A"));
    fake_settle();
    assert_true(heard(fixture, "A"));
}

/* --- the end --------------------------------------------------------------------------------- */

static void test_disconnect_with_pending(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *sentence = g_strdup_printf(
        "%s closed the connection: the guest has ended, or its monitor was taken away; connect "
        "again when it runs",
        fake_monitor_path(fixture->fake));

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "a");
    monitor_cancel(fixture->monitor, send_command(fixture, "cancelled"));
    monitor_send(fixture->monitor, "nobody listens", NULL, NULL, NULL);
    send_command(fixture, "b");
    fake_wait(fake_monitor_count(fixture->fake, "b"));
    fake_monitor_close(fixture->fake);
    fake_wait(heard(fixture, "error error closed"));
    assert_error(fixture, MONITOR_ERROR_CLOSED, sentence);
    fake_settle();
    assert_true(heard(fixture, "error error closed"));
}

static void test_send_after_the_end(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_close(fixture->fake);
    fake_wait(heard(fixture, "closed"));
    send_command(fixture, "a");
    assert_true(heard(fixture, "closed"));
    fake_wait(heard(fixture, "closed error"));
    assert_error(fixture, MONITOR_ERROR_CLOSED, NULL);
}

/* A caller that tries again at once, inside the error's callback: later, and not for ever. */
static void test_send_inside_the_end(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "a");
    fake_wait(fake_monitor_count(fixture->fake, "a"));
    fixture->send_at = g_strdup("error");
    fake_monitor_close(fixture->fake);
    fake_wait(g_str_has_prefix(fixture->heard->str, "error closed error"));
}

static void test_cut_reply(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    open_ready(fixture);
    fake_monitor_cut(fixture->fake, 12);
    send_command(fixture, "a");
    fake_wait(heard(fixture, "error closed"));
    assert_error(fixture, MONITOR_ERROR_CLOSED, NULL);
}

static void assert_garbage(Fixture *fixture, const char *bytes, gsize length, const char *shown)
{
    g_autofree char *sentence = g_strdup_printf(
        "%s sent '%s', which is not QMP: connect again, and if it happens again look at what else "
        "writes to this socket",
        fake_monitor_path(fixture->fake), shown);

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "a");
    fake_wait(fake_monitor_count(fixture->fake, "a"));
    fake_monitor_raw(fixture->fake, bytes, length);
    fake_wait(heard(fixture, "error closed"));
    assert_error(fixture, MONITOR_ERROR_GARBAGE, sentence);
}

static void test_garbage(void **state)
{
    static const struct {
        const char *bytes;
        gsize length;
        const char *shown;
    } cases[] = {
        { "rubbish\n", 8, "rubbish\\n" },
        { "\x1b[2J\0\xff", 6, "\\x1b[2J\\x00\\xff" },
        { "{]", 2, "{]" },
        { "{\"a\":1}", 7, "{\"a\":1}" },
        { "{\"return\":1}", 12, "{\"return\":1}" },
        { "{\"return\":1,\"id\":99}", 20, "{\"return\":1,\"id\":99}" },
        { "{\"event\":1}", 11, "{\"event\":1}" },
        { "{\"error\":1,\"id\":1}", 18, "{\"error\":1,\"id\":1}" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_garbage(*state, cases[i].bytes, cases[i].length, cases[i].shown);
        tear_down(state);
        set_up(state);
    }
}

static void test_too_deep(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *open = g_strnfill(1025, '{');
    g_autofree char *sentence = g_strdup_printf(
        "%s sent a message nested over 1024 deep: connect again, and check that this is the "
        "guest's monitor",
        fake_monitor_path(fixture->fake));

    open_ready(fixture);
    fake_monitor_raw(fixture->fake, open, strlen(open));
    fake_wait(heard(fixture, "closed"));
    assert_error(fixture, MONITOR_ERROR_LIMIT, sentence);
}

/* --- freeing --------------------------------------------------------------------------------- */

/* The monitor is freed when this word is heard, and nothing may be heard after it. */
static void free_at(Fixture *fixture, const char *word)
{
    fixture->free_at = g_strdup(word);
    fake_wait(!fixture->monitor);
    fake_settle();
    assert_true(g_str_has_suffix(fixture->heard->str, word));
}

static void test_free_at_once(void **state)
{
    Fixture *fixture = *state;

    open_monitor(fixture);
    send_command(fixture, "a");
    g_clear_pointer(&fixture->monitor, monitor_free);
    fake_settle();
    assert_true(heard(fixture, ""));
}

static void test_free_inside_ready(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    open_monitor(fixture);
    send_command(fixture, "a");
    free_at(fixture, "ready");
}

static void test_free_inside_reply(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply_text(fixture->fake, "a", "A");
    fake_monitor_reply_text(fixture->fake, "b", "B");
    open_ready(fixture);
    send_command(fixture, "a");
    send_command(fixture, "b");
    free_at(fixture, "A");
    fake_wait(!fake_monitor_connected(fixture->fake));
}

static void test_free_inside_event(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_event(fixture->fake, "STOP", NULL);
    fake_monitor_event(fixture->fake, "RESUME", "{}");
    free_at(fixture, "STOP");
}

static void test_free_inside_failing_reply(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_silent(fixture->fake);
    send_command(fixture, "a");
    send_command(fixture, "b");
    fake_wait(fake_monitor_count(fixture->fake, "b"));
    fake_monitor_close(fixture->fake);
    free_at(fixture, "error");
}

static void test_free_inside_closed(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_close(fixture->fake);
    free_at(fixture, "closed");
}

static void test_free_inside_late_error(void **state)
{
    Fixture *fixture = *state;

    open_ready(fixture);
    fake_monitor_close(fixture->fake);
    fake_wait(heard(fixture, "closed"));
    send_command(fixture, "a");
    send_command(fixture, "b");
    free_at(fixture, "error");
}

#define QMP_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QMP_TEST(test_ready),
        QMP_TEST(test_commands_of_one_turn_in_order_and_one_write),
        QMP_TEST(test_commands_before_ready_wait),
        QMP_TEST(test_many_pipelined),
        QMP_TEST(test_arguments),
        QMP_TEST(test_error_codes),
        QMP_TEST(test_error_without_reason),
        QMP_TEST(test_error_without_id_is_for_the_oldest),
        QMP_TEST(test_replies_by_id),
        QMP_TEST(test_small_pieces_and_pretty),
        QMP_TEST(test_big_reply),
        QMP_TEST(test_event),
        QMP_TEST(test_event_without_time_or_data),
        QMP_TEST(test_cancel),
        QMP_TEST(test_cancel_data),
        QMP_TEST(test_disconnect_with_pending),
        QMP_TEST(test_send_after_the_end),
        QMP_TEST(test_send_inside_the_end),
        QMP_TEST(test_cut_reply),
        QMP_TEST(test_garbage),
        QMP_TEST(test_too_deep),
        QMP_TEST(test_free_at_once),
        QMP_TEST(test_free_inside_ready),
        QMP_TEST(test_free_inside_reply),
        QMP_TEST(test_free_inside_event),
        QMP_TEST(test_free_inside_failing_reply),
        QMP_TEST(test_free_inside_closed),
        QMP_TEST(test_free_inside_late_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
