/* The dialect of the human monitor against one that is played: what is sent, in which order, and
 * how it is answered in QMP's words. */
#include "monitor/hmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/hmp_framing.h"
#include "tests/support/fake_monitor.h"

#define GREETING "QEMU 7.2.22 monitor - type 'help' for more information\r\n"
#define PROMPT "(qemu) "
#define HELP                                                                                       \
    "cont|c  -- resume emulation\r\n"                                                              \
    "device_add driver[,prop=value][,...] -- add device, like -device on the command line\r\n"     \
    "device_del device -- remove device\r\n"                                                       \
    "drive_add [-n] [[<domain>:]<bus>:]<slot>\r\n"                                                 \
    "[file=file][,if=type][,bus=n]\r\n"                                                            \
    "[,unit=m] -- add drive to PCI storage controller\r\n"                                         \
    "help|? [cmd] -- show the help\r\n"                                                            \
    "info [subcommand] -- show various information about the system state\r\n"
#define HELP_INFO                                                                                  \
    "info pci  -- show PCI info\r\n"                                                               \
    "info status  -- show the current VM status (running|paused)\r\n"                              \
    "info version  -- show the version of QEMU\r\n"

/* --- the monitor that is played -------------------------------------------------------------- */

typedef struct {
    Pending *pending;
    Hmp *hmp;
    Trace *trace;
    GString *heard; /* what happened, in order */
    GString *lines; /* that were typed, but for marks and helps */
    GString *typed; /* of a line that is not complete */
    GString *out;   /* not sent yet */
    GHashTable *replies;
    GError *error;
    guint turn;
    guint line_break;    /* how often one was typed */
    gboolean mute;       /* says nothing more */
    gboolean cut_prompt; /* the greeting comes without */
    gboolean free_it;    /* at the next reply */
} Bench;

static const char *reply_to(const Bench *bench, const char *line)
{
    return g_hash_table_lookup(bench->replies, line);
}

static void play_line(Bench *bench, const char *line)
{
    const char *reply = reply_to(bench, line);

    if (*line != '#' && !g_str_has_prefix(line, "help"))
        g_string_append_printf(bench->lines, "%s|", line);
    g_string_append(bench->out, "\r\n");
    if (reply)
        g_string_append(bench->out, reply);
    else if (*line)
        g_string_append_printf(bench->out, "unknown command: '%s'\r\n", line);
    if (!reply || !g_str_has_suffix(reply, "Password: "))
        g_string_append(bench->out, PROMPT);
}

/* QEMU's readline, as far as it is used. */
static void play_byte(Bench *bench, char byte)
{
    if (byte == '\r') {
        g_autofree char *line = g_strdup(bench->typed->str);

        g_string_truncate(bench->typed, 0);
        bench->line_break++;
        play_line(bench, line);
    } else if (byte == '\x01') {
        g_string_append(bench->heard, "^A ");
    } else {
        for (gsize i = 0; i < bench->typed->len; i++)
            g_string_append(bench->out, "\x1b[D");
        g_string_append_c(bench->typed, byte);
        g_string_append_printf(bench->out, "%s\x1b[K", bench->typed->str);
    }
}

static gboolean on_turn(gpointer data)
{
    Bench *bench = data;
    g_autoptr(GString) out = bench->out;

    bench->turn = 0;
    bench->out = g_string_new(NULL);
    if (bench->hmp && !bench->mute)
        hmp_receive(bench->hmp, out->str, out->len);
    return G_SOURCE_REMOVE;
}

static void bench_answer(Bench *bench)
{
    if (!bench->turn)
        bench->turn = g_idle_add_full(G_PRIORITY_DEFAULT, on_turn, bench, NULL);
}

static void on_write(const char *bytes, gsize length, gpointer data)
{
    Bench *bench = data;

    if (bench->cut_prompt && length == 2 &&
        memcmp(bytes,
               "\x01"
               "c",
               2) == 0) {
        bench->cut_prompt = FALSE;
        g_string_append(bench->out, PROMPT);
    } else {
        for (gsize i = 0; i < length; i++)
            play_byte(bench, bytes[i]);
    }
    bench_answer(bench);
}

/* --- what is heard --------------------------------------------------------------------------- */

static void on_ready(gpointer data)
{
    g_string_append(((Bench *)data)->heard, "ready ");
}

static void on_failed(const GError *error, gpointer data)
{
    Bench *bench = data;

    g_string_append_printf(bench->heard, "failed: %s ", error->message);
    hmp_close(bench->hmp);
}

static void bench_free_monitor(Bench *bench)
{
    g_clear_pointer(&bench->pending, pending_free);
    g_clear_pointer(&bench->hmp, hmp_free);
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Bench *bench = data;
    char *text = result ? json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    assert_true((result == NULL) != (error == NULL));
    g_string_append_printf(bench->heard, "%s ", text ? text : error->message);
    g_clear_error(&bench->error);
    bench->error = error ? g_error_copy(error) : NULL;
    free(text);
    if (bench->free_it)
        bench_free_monitor(bench);
}

static void say(Bench *bench, const char *line, const char *reply)
{
    g_hash_table_insert(bench->replies, g_strdup(line), g_strdup(reply));
}

static guint bench_send(Bench *bench, const char *command, json_t *arguments)
{
    return pending_send(bench->pending, NULL, command, arguments, on_reply, bench);
}

static int set_up(void **state)
{
    static const HmpHandler handler = { on_write, on_ready, on_failed };
    Bench *bench = g_new0(Bench, 1);

    bench->pending = pending_new(NULL);
    bench->trace = trace_new();
    pending_set_trace(bench->pending, bench->trace);
    bench->hmp = hmp_new(bench->pending, &handler, bench);
    bench->heard = g_string_new(NULL);
    bench->lines = g_string_new(NULL);
    bench->typed = g_string_new(NULL);
    bench->out = g_string_new(GREETING);
    bench->replies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    say(bench, "help", HELP);
    say(bench, "help info", HELP_INFO);
    say(bench, "info status", "VM status: running\r\n");
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    bench_free_monitor(bench);
    if (bench->turn)
        g_source_remove(bench->turn);
    trace_unref(bench->trace);
    g_string_free(bench->heard, TRUE);
    g_string_free(bench->lines, TRUE);
    g_string_free(bench->typed, TRUE);
    g_string_free(bench->out, TRUE);
    g_hash_table_unref(bench->replies);
    g_clear_error(&bench->error);
    g_free(bench);
    return 0;
}

static void greet(Bench *bench)
{
    g_string_append(bench->out, PROMPT);
    bench_answer(bench);
}

static void become_ready(Bench *bench)
{
    greet(bench);
    fake_wait(strstr(bench->heard->str, "ready "));
    g_string_truncate(bench->heard, 0);
}

#define wait_heard(bench, text) fake_wait(strcmp((bench)->heard->str, text) == 0)

/* --- beginning ------------------------------------------------------------------------------- */

/* Commands that were sent before wait, and are sent one at a time. */
static void test_begins(void **state)
{
    Bench *bench = *state;

    bench_send(bench, "query-status", NULL);
    bench_send(bench, "device_del", json_pack("{s:s}", "id", "hd1"));
    say(bench, "device_del hd1", "");
    assert_null(hmp_version(bench->hmp));
    assert_false(hmp_greeted(bench->hmp));
    greet(bench);
    wait_heard(bench, "^A ready {\"running\":true,\"status\":\"running\"} {} ");
    assert_string_equal(bench->lines->str, "info status|device_del hd1|");
    assert_string_equal(hmp_version(bench->hmp), "7.2.22");
    /* #, help, help info and the two, each with its mark */
    assert_int_equal(bench->line_break, 10);
}

static void test_prompt_has_to_be_asked_for(void **state)
{
    Bench *bench = *state;

    bench->cut_prompt = TRUE;
    bench_answer(bench);
    fake_wait(strstr(bench->heard->str, "ready "));
}

static void test_too_much_before_the_greeting(void **state)
{
    Bench *bench = *state;
    g_autofree char *text = g_strnfill(HMP_GREETING_MAX, '.');

    g_string_append(bench->out, text);
    bench_answer(bench);
    fake_wait(g_str_has_prefix(bench->heard->str, "failed: has sent 64 KiB of other text"));
}

/* --- answers --------------------------------------------------------------------------------- */

static void assert_error(Bench *bench, MonitorError code, const char *message)
{
    fake_wait(bench->error);
    assert_string_equal(bench->error->message, message);
    assert_true(g_error_matches(bench->error, MONITOR_ERROR, (gint)code));
    g_clear_error(&bench->error);
}

static void test_refusals(void **state)
{
    Bench *bench = *state;

    become_ready(bench);
    say(bench, "device_del x", "Error: Device 'x' not found\r\n");
    bench_send(bench, "device_del", json_pack("{s:s}", "id", "x"));
    assert_error(bench, MONITOR_ERROR_DEVICE_NOT_FOUND, "Device 'x' not found");
    bench_send(bench, "query-qmp-schema", NULL);
    assert_error(bench, MONITOR_ERROR_COMMAND_NOT_FOUND,
                 "The command query-qmp-schema has not been found");
    bench_send(bench, "netdev_del", json_pack("{s:s}", "id", "x"));
    assert_error(bench, MONITOR_ERROR_COMMAND_NOT_FOUND,
                 "The command netdev_del has not been found");
    bench_send(bench, "human-monitor-command", json_pack("{s:s}", "command-line", "info usb"));
    assert_error(bench, MONITOR_ERROR_COMMAND_NOT_FOUND, "The command info usb has not been found");
    bench_send(bench, "device_add", json_pack("{s:s, s:n}", "driver", "e1000", "addr"));
    assert_error(bench, MONITOR_ERROR_GENERIC,
                 "the human monitor cannot be given these arguments of device_add: connect to a "
                 "QMP socket of the guest");
    bench_send(bench, "device_del", json_pack("{s:s}", "id", "\xc5\x9b"));
    assert_error(bench, MONITOR_ERROR_GENERIC,
                 "the human monitor swallows the byte 0x9B of '\xc5\x9b': use other names, or "
                 "connect to a QMP socket of the guest");
    assert_string_equal(bench->lines->str, "device_del x|");
}

/* Those that are not sent keep their place among those that are. */
static void test_order(void **state)
{
    Bench *bench = *state;

    become_ready(bench);
    bench_send(bench, "nothing", NULL);
    bench_send(bench, "human-monitor-command", json_pack("{s:s}", "command-line", "info version"));
    bench_send(bench, "nothing", NULL);
    say(bench, "info version", "7.2.22\xff\r\n");
    assert_string_equal(bench->heard->str, "");
    wait_heard(bench, "The command nothing has not been found \"7.2.22\xef\xbf\xbd\\r\\n\" "
                      "The command nothing has not been found ");
}

static gboolean lists(json_t *commands, const char *name)
{
    size_t index;
    json_t *command;

    json_array_foreach (commands, index, command) {
        if (strcmp(json_string_value(json_object_get(command, "name")), name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void test_commands(void **state)
{
    Bench *bench = *state;
    json_t *commands;

    become_ready(bench);
    bench_send(bench, "query-commands", NULL);
    fake_wait(bench->heard->len);
    commands = json_loads(bench->heard->str, JSON_DISABLE_EOF_CHECK, NULL);
    assert_true(lists(commands, "device_add") && lists(commands, "query-pci"));
    assert_true(lists(commands, "blockdev-add") && lists(commands, "human-monitor-command"));
    assert_false(lists(commands, "netdev_add") || lists(commands, "query-block"));
    assert_false(lists(commands, "qom-list-get"));
    json_decref(commands);
    assert_string_equal(bench->lines->str, "");
}

/* QEMU 0.12 with an encrypted disk. */
static void test_password(void **state)
{
    Bench *bench = *state;

    become_ready(bench);
    say(bench, "cont", "ide0-hd0 (enc.qcow2) is encrypted.\r\nPassword: ");
    say(bench, "", "");
    bench_send(bench, "cont", NULL);
    assert_error(bench, MONITOR_ERROR_GENERIC,
                 "QEMU asks for a password instead, which it cannot be given here: give it at the "
                 "monitor by hand");
    g_string_truncate(bench->heard, 0);
    bench_send(bench, "query-status", NULL);
    fake_wait(bench->heard->len);
    assert_null(bench->error);
}

/* --- ends ------------------------------------------------------------------------------------ */

static void test_closed(void **state)
{
    Bench *bench = *state;
    g_autoptr(GError) error = g_error_new_literal(MONITOR_ERROR, MONITOR_ERROR_CLOSED, "gone");

    become_ready(bench);
    bench->mute = TRUE;
    bench_send(bench, "query-status", NULL);
    bench_send(bench, "query-status", NULL);
    fake_settle();
    assert_true(pending_silence(bench->pending) > 0);
    hmp_close(bench->hmp);
    pending_close(bench->pending, error);
    assert_string_equal(bench->heard->str, "gone gone ");
    bench_send(bench, "query-status", NULL);
    assert_string_equal(bench->heard->str, "gone gone ");
    wait_heard(bench, "gone gone gone ");
}

static void test_cancel(void **state)
{
    Bench *bench = *state;

    become_ready(bench);
    pending_cancel(bench->pending, bench_send(bench, "query-status", NULL));
    bench_send(bench, "nothing", NULL);
    wait_heard(bench, "The command nothing has not been found ");
    assert_string_equal(bench->lines->str, "info status|");
}

static void test_free_inside_a_reply(void **state)
{
    Bench *bench = *state;

    become_ready(bench);
    bench->free_it = TRUE;
    bench_send(bench, "query-status", NULL);
    bench_send(bench, "query-status", NULL);
    fake_wait(!bench->hmp);
    fake_settle();
}

/* --- the trace ------------------------------------------------------------------------------- */

/* As human-monitor-commands, with what they were for. */
static void test_trace(void **state)
{
    Bench *bench = *state;
    const TraceMessage *command, *reply;
    g_autofree char *line = NULL;

    become_ready(bench);
    pending_send(bench->pending, "look", "query-status", NULL, on_reply, bench);
    fake_wait(bench->heard->len);
    assert_int_equal(trace_length(bench->trace), 7);
    assert_int_equal(trace_message(bench->trace, 0)->kind, TRACE_GREETING);
    assert_string_equal(trace_message(bench->trace, 1)->name, "help");
    assert_string_equal(trace_message(bench->trace, 1)->purpose, "connect");
    command = trace_message(bench->trace, 5);
    reply = trace_message(bench->trace, 6);
    assert_string_equal(command->name, "info status");
    assert_string_equal(command->purpose, "look");
    assert_string_equal(reply->name, "info status");
    assert_int_equal(reply->answers, command->number);
    assert_true(reply->latency > 0 && pending_latency(bench->pending) == reply->latency);
    line = trace_message_to_hmp(command);
    assert_string_equal(line, "info status");
    for (guint i = 0; i < 7; i++) {
        json_t *json = trace_message_parse(trace_message(bench->trace, i));

        assert_non_null(json);
        json_decref(json);
    }
}

/* --- without a peer -------------------------------------------------------------------------- */

static void on_detached_write(const char *text, gsize length, gpointer data)
{
    Bench *bench = data;

    g_string_append_printf(bench->lines, "%.*s|", (int)length, text);
}

static void receive(Hmp *hmp, const char *text)
{
    json_t *message = json_loads(text, 0, NULL);

    hmp_receive_json(hmp, message);
    json_decref(message);
}

static void test_detached(void **state)
{
    static const HmpHandler handler = { on_detached_write, NULL, NULL };
    Bench *bench = *state;
    g_autoptr(Hmp) hmp = hmp_new(bench->pending, &handler, bench);

    hmp_start(hmp, "0.12.0");
    assert_string_equal(hmp_version(hmp), "0.12.0");
    receive(hmp, "{\"return\":\"device_del device -- remove device\\r\\n\"}");
    receive(hmp, "{\"return\":\"info status  -- show\\r\\n\"}");
    bench_send(bench, "query-status", NULL);
    bench_send(bench, "query-pci", NULL);
    bench_send(bench, "query-commands", NULL);
    assert_string_equal(bench->lines->str,
                        "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":"
                        "\"info status\"},\"id\":1}|{\"execute\":\"query-pci\",\"id\":2}|"
                        "{\"execute\":\"query-commands\",\"id\":3}|");
    receive(hmp, "{\"return\":\"VM status: paused\\r\\n\",\"id\":1}");
    receive(hmp, "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"x\"},\"id\":2}");
    receive(hmp, "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"x\"},\"id\":3}");
    assert_string_equal(bench->heard->str,
                        "{\"running\":false,\"status\":\"paused\"} "
                        "The command query-pci has not been found "
                        "[{\"name\":\"human-monitor-command\"},{\"name\":\"device_del\"},"
                        "{\"name\":\"query-status\"}] ");
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_begins),
        WITH_BENCH(test_prompt_has_to_be_asked_for),
        WITH_BENCH(test_too_much_before_the_greeting),
        WITH_BENCH(test_refusals),
        WITH_BENCH(test_order),
        WITH_BENCH(test_commands),
        WITH_BENCH(test_password),
        WITH_BENCH(test_closed),
        WITH_BENCH(test_cancel),
        WITH_BENCH(test_free_inside_a_reply),
        WITH_BENCH(test_trace),
        WITH_BENCH(test_detached),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
