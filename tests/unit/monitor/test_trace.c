/* The trace: its bounds, what a monitor puts into it, and messages as text for people and tools. */
#include "monitor/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/hmp_line.h"
#include "monitor/monitor.h"
#include "tests/support/fake_monitor.h"

/* --- the ring -------------------------------------------------------------------------------- */

static guint64 add_text(Trace *trace, TraceKind kind, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return trace_add(trace, &(TraceMessage){ .kind = kind, .latency = -1, .bytes = bytes });
}

static void add_block(Trace *trace, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(size), size);

    trace_add(trace, &(TraceMessage){ .kind = TRACE_EVENT, .bytes = bytes });
}

static void test_is_empty_at_first(void **state)
{
    g_autoptr(Trace) trace = trace_new();

    assert_int_equal(trace_length(trace), 0);
    assert_int_equal(trace_latest(trace), 0);
    assert_null(trace_find(trace, 1));
    assert_int_equal(trace_index(trace, 1), 0);
}

static void test_is_bounded_by_count(void **state)
{
    g_autoptr(Trace) trace = trace_new();

    for (guint i = 1; i <= TRACE_MESSAGES + 7; i++)
        assert_int_equal(add_text(trace, TRACE_EVENT, "{}"), i);
    assert_int_equal(trace_length(trace), TRACE_MESSAGES);
    assert_int_equal(trace_latest(trace), TRACE_MESSAGES + 7);
    assert_int_equal(trace_message(trace, 0)->number, 8);
    assert_int_equal(trace_message(trace, TRACE_MESSAGES - 1)->number, TRACE_MESSAGES + 7);
    assert_null(trace_find(trace, 7));
    assert_int_equal(trace_find(trace, 8)->number, 8);
    assert_int_equal(trace_index(trace, 3), 0);
    assert_int_equal(trace_index(trace, 108), 100);
    assert_int_equal(trace_index(trace, TRACE_MESSAGES + 8), TRACE_MESSAGES);
}

static void test_is_bounded_by_bytes(void **state)
{
    g_autoptr(Trace) trace = trace_new();

    for (guint i = 0; i < 5; i++)
        add_block(trace, TRACE_BYTES / 4);
    assert_int_equal(trace_length(trace), 3);
    assert_int_equal(trace_message(trace, 0)->number, 3);
    add_block(trace, 2 * TRACE_BYTES);
    assert_int_equal(trace_length(trace), 1);
    assert_int_equal(trace_message(trace, 0)->number, 6);
    add_text(trace, TRACE_EVENT, "{}");
    assert_int_equal(trace_length(trace), 1);
    assert_int_equal(trace_message(trace, 0)->number, 7);
}

static void test_fills_in_times(void **state)
{
    g_autoptr(Trace) trace = trace_new();
    gint64 before = g_get_monotonic_time(), then = g_get_real_time();

    add_text(trace, TRACE_EVENT, "{}");
    assert_true(trace_message(trace, 0)->clock >= before);
    assert_true(trace_message(trace, 0)->at >= then);
    assert_string_equal(trace_message(trace, 0)->name, "");
    assert_string_equal(trace_message(trace, 0)->purpose, "");
}

/* --- listeners ------------------------------------------------------------------------------- */

typedef struct {
    GString *heard;
    gboolean leaves;
} Ear;

static void on_message(Trace *trace, const TraceMessage *message, gpointer data)
{
    Ear *ear = data;

    if (message)
        g_string_append_printf(ear->heard, "%" G_GUINT64_FORMAT " ", message->number);
    else
        g_string_append(ear->heard, "all ");
    if (ear->leaves)
        trace_unlisten(trace, on_message, ear);
}

static void test_tells_listeners(void **state)
{
    g_autoptr(Trace) trace = trace_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static("{}", 2);
    const TraceMessage messages[] = { { .number = 41, .bytes = bytes },
                                      { .number = 45, .bytes = bytes } };
    Ear once = { g_string_new(NULL), TRUE }, always = { g_string_new(NULL), FALSE };

    trace_listen(trace, on_message, &once);
    trace_listen(trace, on_message, &always);
    add_text(trace, TRACE_EVENT, "{}");
    add_text(trace, TRACE_EVENT, "{}");
    trace_fill(trace, messages, 2);
    add_text(trace, TRACE_EVENT, "{}");
    assert_string_equal(once.heard->str, "1 ");
    assert_string_equal(always.heard->str, "1 2 all 46 ");
    assert_int_equal(trace_length(trace), 3);
    assert_int_equal(trace_index(trace, 43), 1);
    g_string_free(once.heard, TRUE);
    g_string_free(always.heard, TRUE);
}

/* --- what a monitor puts into it ------------------------------------------------------------- */

typedef struct {
    FakeMonitor *fake;
    Target *target;
    Trace *trace;
    Monitor *monitor;
    gboolean ready;
    guint replies;
    gboolean follow; /* the next reply sends another command */
} Fixture;

static void on_ready(Monitor *monitor, gpointer data)
{
    ((Fixture *)data)->ready = TRUE;
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->replies++;
    if (fixture->follow)
        monitor_send(monitor, "query-pci", NULL, on_reply, fixture);
    fixture->follow = FALSE;
}

static int set_up(void **state)
{
    static const MonitorListener listener = { .ready = on_ready };
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fake = fake_monitor_new();
    fake_monitor_reply(fixture->fake, "query-name", "{\"name\":\"web01\"}");
    fake_monitor_reply(fixture->fake, "query-pci", "[]");
    fake_monitor_reply_text(fixture->fake, "hmp:info network", "");
    fixture->target = target_parse(fake_monitor_path(fixture->fake), NULL);
    fixture->trace = trace_new();
    fixture->monitor = monitor_open(fixture->target, &listener, fixture);
    monitor_set_trace(fixture->monitor, fixture->trace);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    monitor_free(fixture->monitor);
    fake_monitor_free(fixture->fake);
    target_free(fixture->target);
    trace_unref(fixture->trace);
    g_free(fixture);
    return 0;
}

static void assert_message(const Fixture *fixture, guint64 number, TraceKind kind, const char *name,
                           const char *purpose)
{
    const TraceMessage *message = trace_find(fixture->trace, number);

    assert_non_null(message);
    assert_int_equal(message->kind, kind);
    assert_string_equal(message->name, name);
    assert_string_equal(message->purpose, purpose);
}

static void assert_answer(const Fixture *fixture, guint64 number, guint64 command)
{
    const TraceMessage *reply = trace_find(fixture->trace, number);

    assert_int_equal(reply->answers, command);
    assert_true(reply->latency >= 0);
    assert_true(reply->clock >= trace_find(fixture->trace, command)->clock);
}

/* A command that is given before the greeting stands where it was sent. */
static void test_traces_a_connection(void **state)
{
    Fixture *fixture = *state;

    monitor_send_for(fixture->monitor, "try", "query-name", NULL, on_reply, fixture);
    fake_wait(fixture->replies == 1);
    assert_int_equal(trace_latest(fixture->trace), 5);
    assert_message(fixture, 1, TRACE_GREETING, "", "");
    assert_message(fixture, 2, TRACE_COMMAND, "qmp_capabilities", "connect");
    assert_message(fixture, 3, TRACE_REPLY, "qmp_capabilities", "connect");
    assert_answer(fixture, 3, 2);
    assert_message(fixture, 4, TRACE_COMMAND, "query-name", "try");
    assert_message(fixture, 5, TRACE_REPLY, "query-name", "try");
    assert_answer(fixture, 5, 4);
    assert_int_equal(trace_find(fixture->trace, 4)->latency, -1);
}

static void test_keeps_what_went_over_the_wire(void **state)
{
    static const char event[] = "{\"event\": \"X\", \"data\": {\"n\": 18446744073709551615}}";
    Fixture *fixture = *state;
    g_autofree char *reply = NULL, *greeting = NULL;

    fake_wait(fixture->ready);
    fake_monitor_raw(fixture->fake, event, strlen(event));
    fake_wait(trace_latest(fixture->trace) == 4);
    assert_message(fixture, 4, TRACE_EVENT, "X", "");
    greeting = trace_message_text(trace_find(fixture->trace, 1), FALSE);
    assert_non_null(strstr(greeting, "\"micro\": 22"));
    reply = trace_message_text(trace_find(fixture->trace, 4), TRUE);
    assert_string_equal(reply, "{\n  \"event\": \"X\",\n  \"data\": {\n    \"n\": "
                               "18446744073709551615\n  }\n}");
}

static void test_tells_refusals(void **state)
{
    Fixture *fixture = *state;

    fake_wait(fixture->ready);
    monitor_send_for(fixture->monitor, "try", "nonsense", NULL, on_reply, fixture);
    fake_wait(fixture->replies == 1);
    assert_true(trace_find(fixture->trace, 5)->refused);
    monitor_send(fixture->monitor, "query-pci", NULL, on_reply, fixture);
    fake_wait(fixture->replies == 2);
    assert_false(trace_find(fixture->trace, 7)->refused);
    assert_message(fixture, 7, TRACE_REPLY, "query-pci", "");
}

/* What a reply makes somebody send is for the same. */
static void test_hands_the_purpose_on(void **state)
{
    Fixture *fixture = *state;

    fake_wait(fixture->ready);
    fixture->follow = TRUE;
    monitor_send_human_for(fixture->monitor, "poll", "info network", on_reply, fixture);
    fake_wait(fixture->replies == 2);
    assert_message(fixture, 4, TRACE_COMMAND, "info network", "poll");
    assert_message(fixture, 6, TRACE_COMMAND, "query-pci", "poll");
    assert_message(fixture, 7, TRACE_REPLY, "query-pci", "poll");
    monitor_send(fixture->monitor, "query-pci", NULL, on_reply, fixture);
    assert_message(fixture, 8, TRACE_COMMAND, "query-pci", "");
}

static void test_tells_the_end(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *sentence = NULL;

    fake_wait(fixture->ready);
    fake_monitor_close(fixture->fake);
    fake_wait(trace_latest(fixture->trace) == 4);
    assert_message(fixture, 4, TRACE_FAILURE, "", "");
    sentence = trace_message_text(trace_find(fixture->trace, 4), TRUE);
    assert_non_null(strstr(sentence, "closed the connection"));
    assert_null(trace_message_parse(trace_find(fixture->trace, 4)));
}

/* --- as text --------------------------------------------------------------------------------- */

static void assert_layout(const char *text, gboolean pretty, const char *expected)
{
    g_autoptr(Trace) trace = trace_new();
    g_autofree char *laid = NULL;

    add_text(trace, TRACE_REPLY, text);
    laid = trace_message_text(trace_message(trace, 0), pretty);
    assert_string_equal(laid, expected);
}

static void test_lays_json_out(void **state)
{
    assert_layout("{\"return\":{},\"id\":1}", FALSE, "{\"return\": {}, \"id\": 1}");
    assert_layout("{\r\n    \"return\": [\r\n    ],\r\n    \"id\": 1\r\n}", FALSE,
                  "{\"return\": [], \"id\": 1}");
    assert_layout("{\"a\":[1,{\"b\":\"x, {y}: \\\"\"}]}", TRUE,
                  "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x, {y}: \\\"\"\n    }\n  ]\n}");
    assert_layout("{\"n\":-1.5e300,\"t\":true,\"z\":null}", FALSE,
                  "{\"n\": -1.5e300, \"t\": true, \"z\": null}");
}

/* What is nested deeply does not make the text much longer. */
static void test_does_not_indent_without_end(void **state)
{
    g_autoptr(GString) deep = g_string_new("{\"a\":");
    g_autoptr(Trace) trace = trace_new();
    g_autofree char *laid = NULL;

    for (guint i = 0; i < 1000; i++)
        g_string_append_c(deep, '[');
    for (guint i = 0; i < 1000; i++)
        g_string_append(deep, "1,");
    g_string_append_c(deep, '1');
    for (guint i = 0; i < 1000; i++)
        g_string_append_c(deep, ']');
    g_string_append_c(deep, '}');
    add_text(trace, TRACE_REPLY, deep->str);
    laid = trace_message_text(trace_message(trace, 0), TRUE);
    assert_true(strlen(laid) < 300000);
}

static void assert_tool_lines(const char *message, const char *qmp, const char *hmp,
                              const char *virsh)
{
    g_autoptr(Trace) trace = trace_new();
    const TraceMessage *command;
    g_autofree char *as_qmp = NULL, *as_hmp = NULL, *as_virsh = NULL;

    add_text(trace, TRACE_COMMAND, message);
    command = trace_message(trace, 0);
    as_qmp = trace_message_to_qmp(command);
    as_hmp = trace_message_to_hmp(command);
    as_virsh = trace_message_to_virsh(command, "web 01");
    assert_string_equal(as_qmp, qmp);
    assert_string_equal(as_hmp ? as_hmp : "none", hmp);
    assert_string_equal(as_virsh, virsh);
}

static void test_writes_commands_for_tools(void **state)
{
    assert_tool_lines("{\"execute\":\"query-pci\",\"id\":7}", "{\"execute\": \"query-pci\"}",
                      "info pci",
                      "virsh qemu-monitor-command 'web 01' '{\"execute\": \"query-pci\"}'");
    assert_tool_lines(
        "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"info qtree\"},"
        "\"id\":8}",
        "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"info "
        "qtree\"}}",
        "info qtree", "virsh qemu-monitor-command --hmp 'web 01' 'info qtree'");
    assert_tool_lines("{\"execute\":\"blockdev-add\",\"arguments\":{\"node-name\":\"it's\"}}",
                      "{\"execute\": \"blockdev-add\", \"arguments\": {\"node-name\": \"it's\"}}",
                      "drive_add -n 0 node-name=it's",
                      "virsh qemu-monitor-command 'web 01' '{\"execute\": \"blockdev-add\", "
                      "\"arguments\": {\"node-name\": \"it'\\''s\"}}'");
}

static void test_writes_no_other_message_for_tools(void **state)
{
    g_autoptr(Trace) trace = trace_new();

    add_text(trace, TRACE_REPLY, "{\"execute\":\"query-pci\"}");
    assert_null(trace_message_to_qmp(trace_message(trace, 0)));
    assert_null(trace_message_to_hmp(trace_message(trace, 0)));
    assert_null(trace_message_to_virsh(trace_message(trace, 0), "web01"));
}

/* --- lines of the human monitor -------------------------------------------------------------- */

static json_t *line_of(const TraceMessage *message)
{
    g_autofree char *line = trace_message_to_line(message);
    json_t *json = json_loads(line, 0, NULL);

    assert_non_null(json);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    return json;
}

/* What a file of messages has: numbers as they were sent, whatever stands in the message. */
static void test_writes_lines_for_files(void **state)
{
    static const char text[] = "{\"return\":\n{\"size\": 18446744073709551615}, \"id\": 7}";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    g_autoptr(GBytes) sentence = g_bytes_new_static("lost \xff", strlen("lost \xff"));
    TraceMessage reply = { .number = 9,
                           .kind = TRACE_REPLY,
                           .at = 1700000000123456,
                           .latency = 2100,
                           .answers = 8,
                           .refused = TRUE,
                           .name = "query-pci",
                           .purpose = "read the tree",
                           .bytes = bytes };
    TraceMessage failure = {
        .kind = TRACE_FAILURE, .latency = -1, .name = "", .purpose = "", .bytes = sentence
    };
    g_autofree char *line = trace_message_to_line(&reply);
    json_t *json = line_of(&failure);

    assert_string_equal(line, "{\"number\": 9, \"time\": \"2023-11-14T22:13:20.123456Z\", "
                              "\"kind\": \"reply\", \"answers\": 8, \"took_ms\": 2.1, "
                              "\"refused\": true, \"name\": \"query-pci\", \"for\": \"read the "
                              "tree\", \"message\": {\"return\": {\"size\": "
                              "18446744073709551615}, \"id\": 7}}\n");
    assert_string_equal(json_string_value(json_object_get(json, "kind")), "failure");
    assert_non_null(strstr(json_string_value(json_object_get(json, "message")), "lost"));
    json_decref(json);
}

static void test_writes_lines_of_the_human_monitor(void **state)
{
    static const struct {
        const char *command, *arguments, *line; /* NULL: there is none */
    } rows[] = {
        { "device_add",
          "{\"id\":\"net1\",\"driver\":\"e1000\",\"bus\":\"pci.0\",\"addr\":\"06.0\","
          "\"bootindex\":2,\"multifunction\":true}",
          "device_add e1000,id=net1,bus=pci.0,addr=06.0,bootindex=2,multifunction=on" },
        { "device_add", "{\"driver\":\"scsi-hd\",\"serial\":\"a,b\"}",
          "device_add scsi-hd,serial=a,,b" },
        { "device_add", "{\"driver\":\"scsi-hd\",\"serial\":\"two \\\"words\\\\\"}",
          "device_add \"scsi-hd,serial=two \\\"words\\\\\"" },
        { "device_add", "{\"driver\":\"scsi-hd\",\"serial\":\"a\\nb\"}", NULL },
        { "device_add", "{\"driver\":\"virtio-iommu\",\"regions\":[1]}", NULL },
        { "device_add", "{\"id\":\"no-driver\"}", NULL },
        { "device_add", NULL, NULL },
        { "netdev_add", "{\"type\":\"user\",\"id\":\"n1\"}", "netdev_add user,id=n1" },
        { "netdev_del", "{\"id\":\"n1\"}", "netdev_del n1" },
        { "object-add", "{\"qom-type\":\"iothread\",\"id\":\"io1\"}",
          "object_add iothread,id=io1" },
        { "object-add", "{\"qom-type\":\"secret\",\"id\":\"s\",\"data\":\"a, \\\"b\\\"\"}",
          "object_add secret,id=s,data=a,, \"b\"" },
        { "object-add", "{\"qom-type\":\"secret\",\"id\":\"s\",\"data\":\"a\\nb\"}", NULL },
        { "device_del", "{\"id\":\"my disk\"}", "device_del \"my disk\"" },
        { "device_del", "{\"id\":\"\"}", "device_del \"\"" },
        { "device_del", "{\"id\":\"x\",\"more\":1}", NULL },
        { "set_link", "{\"name\":\"net0\",\"up\":false}", "set_link net0 off" },
        { "eject", "{\"device\":\"ide1-cd0\"}", "eject ide1-cd0" },
        { "eject", "{\"id\":\"cd0\"}", NULL },
        { "query-named-block-nodes", "{\"flat\":true}", "info block -n" },
        { "qom-get", "{\"path\":\"/machine\",\"property\":\"type\"}", "qom-get /machine type" },
        { "stop", NULL, "stop" },
        { "netdev_add",
          "{\"type\":\"user\",\"id\":\"n\",\"hostfwd\":[{\"str\":\"tcp::22-:22\"},{\"str\":\"udp::"
          "53-:53\"}]}",
          "netdev_add user,id=n,hostfwd=tcp::22-:22,hostfwd=udp::53-:53" },
        { "blockdev-add",
          "{\"node-name\":\"d-fmt\",\"driver\":\"qcow2\",\"cache\":{\"direct\":true},"
          "\"file\":{\"driver\":\"file\",\"filename\":\"/a,b c\"}}",
          "drive_add -n 0 \"node-name=d-fmt,driver=qcow2,cache.direct=on,file.driver=file,"
          "file.filename=/a,,b c\"" },
        { "blockdev-add", "{\"driver\":\"quorum\",\"children\":[\"a\",\"b\"]}", NULL },
        { "device-list-properties", "{\"typename\":\"e1000\"}", "device_add e1000,help" },
        { "device_add", "{\"driver\":\"help\"}", NULL },
        { "device_add", "{\"driver\":\"e1000\",\"?\":true}", NULL },
        { NULL, NULL, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *arguments = rows[i].arguments ? json_loads(rows[i].arguments, 0, NULL) : NULL;
        g_autofree char *line = hmp_line(rows[i].command, arguments);

        assert_string_equal(line ? line : "none", rows[i].line ? rows[i].line : "none");
        json_decref(arguments);
    }
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_empty_at_first),
        cmocka_unit_test(test_is_bounded_by_count),
        cmocka_unit_test(test_is_bounded_by_bytes),
        cmocka_unit_test(test_fills_in_times),
        cmocka_unit_test(test_tells_listeners),
        WITH_FAKE(test_traces_a_connection),
        WITH_FAKE(test_keeps_what_went_over_the_wire),
        WITH_FAKE(test_tells_refusals),
        WITH_FAKE(test_hands_the_purpose_on),
        WITH_FAKE(test_tells_the_end),
        cmocka_unit_test(test_lays_json_out),
        cmocka_unit_test(test_does_not_indent_without_end),
        cmocka_unit_test(test_writes_commands_for_tools),
        cmocka_unit_test(test_writes_no_other_message_for_tools),
        cmocka_unit_test(test_writes_lines_of_the_human_monitor),
        cmocka_unit_test(test_writes_lines_for_files),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
