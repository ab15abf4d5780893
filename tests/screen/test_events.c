/* The Events view, its dialogs and the player of recordings: what is painted, and what keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "tests/screen/stage.c"
#include "tests/support/temp.h"
#include "tui/events_view.h"
#include "tui/message_text.h"

/* --- messages made by hand ------------------------------------------------------------------- */

static guint64 add(Session *session, int ms_ago, TraceKind kind, const char *name,
                   const char *purpose, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    TraceMessage message = {
        .kind = kind,
        .at = HAND_NOW - ms_ago * 1000,
        .latency = -1,
        .name = name,
        .purpose = purpose,
        .bytes = bytes,
    };

    return trace_add(session->trace, &message);
}

static void answer(Session *session, int ms_ago, guint64 command, gint64 latency, const char *text)
{
    const TraceMessage *asked = trace_find(session->trace, command);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    TraceMessage message = {
        .kind = TRACE_REPLY,
        .at = HAND_NOW - ms_ago * 1000,
        .latency = latency,
        .answers = command,
        .refused = strstr(text, "\"error\"") != NULL,
        .name = asked->name,
        .purpose = asked->purpose,
        .bytes = bytes,
    };

    trace_add(session->trace, &message);
}

#define ATTACH "attach e1000 net1 to 00:06.0"
#define DETACH "detach disk disk1 from 00:05.0"

static void poll_once(Session *session, int ms_ago)
{
    guint64 list, status;

    list = add(session, ms_ago, TRACE_COMMAND, "qom-list", "poll",
               "{\"execute\":\"qom-list\",\"arguments\":{\"path\":\"/machine/peripheral\"},"
               "\"id\":7}");
    status = add(session, ms_ago, TRACE_COMMAND, "query-status", "poll",
                 "{\"execute\":\"query-status\",\"id\":8}");
    answer(session, ms_ago - 1, list, 800, "{\"return\": [], \"id\": 7}");
    answer(session, ms_ago - 1, status, 900,
           "{\"return\": {\"status\": \"running\", \"running\": true}, \"id\": 8}");
}

/* A visit: connected, read, polled, a card plugged, one refused, a disk asked to leave. */
static Session *talk(void)
{
    Session *session = web01();
    guint64 command;

    add(session, 9000, TRACE_GREETING, "", "",
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, "
        "\"package\": \"\"}, \"capabilities\": [\"oob\"]}}");
    command = add(session, 8990, TRACE_COMMAND, "info qtree", "read the tree",
                  "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"info "
                  "qtree\"},\"id\":2}");
    answer(session, 8987, command, 2100,
           "{\"return\": \"bus: main-system-bus\\r\\n  type System\\r\\n  dev: hpet, id \\\"\\\"\\r"
           "\\n    gpio-in \\\"\\\" 2\\r\\n\", \"id\": 2}");
    poll_once(session, 8000);
    poll_once(session, 6500);
    command = add(session, 5120, TRACE_COMMAND, "netdev_add", ATTACH,
                  "{\"execute\":\"netdev_add\",\"arguments\":{\"type\":\"user\",\"id\":\"net1\"},"
                  "\"id\":9}");
    answer(session, 5119, command, 1000, "{\"return\": {}, \"id\": 9}");
    command = add(session, 5119, TRACE_COMMAND, "device_add", ATTACH,
                  "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"e1000\",\"id\":\"net1\","
                  "\"netdev\":\"net1\",\"bus\":\"pci.0\",\"addr\":\"06.0\"},\"id\":10}");
    answer(session, 5115, command, 4000, "{\"return\": {}, \"id\": 10}");
    command = add(session, 3000, TRACE_COMMAND, "device_add", "attach e1000 net2 to 00:05.0",
                  "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"e1000\",\"id\":\"net2\","
                  "\"bus\":\"pci.0\",\"addr\":\"05.0\"},\"id\":11}");
    answer(session, 2999, command, 1300,
           "{\"id\": 11, \"error\": {\"class\": \"GenericError\", \"desc\": \"PCI: slot 5 function "
           "0 not available for e1000, in use by virtio-blk-pci,id=disk1\"}}");
    command = add(session, 1000, TRACE_COMMAND, "device_del", DETACH,
                  "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"disk1\"},\"id\":12}");
    answer(session, 999, command, 1000, "{\"return\": {}, \"id\": 12}");
    add(session, 200, TRACE_EVENT, "DEVICE_DELETED", "",
        "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"DEVICE_DELETED\", "
        "\"data\": {\"device\": \"disk1\", \"path\": \"/machine/peripheral/disk1\"}}");
    return session;
}

static Stage events_open(const Shape *shape, Session *session)
{
    Stage stage = shape_open(shape, session);

    press(&stage, "4");
    return stage;
}

static const Shape usual = { 24, 80, "utf8" };

/* --- pictures -------------------------------------------------------------------------------- */

static const Shape shapes[] = {
    { 24, 80, "utf8" },  { 24, 80, "ascii" }, { 24, 80, "mono" },
    { 40, 120, "utf8" }, { 60, 200, "utf8" }, { 8, 40, "utf8" },
};

static void compare_all(const char *situation, const char *keys)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = events_open(&shapes[i], talk());

        press(&stage, keys);
        compare(&stage, &shapes[i], situation);
        stage_close(&stage);
    }
}

static void pictures(void **state)
{
    compare_all("events", "");
}

static void pictures_unfolded(void **state)
{
    compare_all("events-unfolded", "kkkkk\n");
}

static void pictures_of_all(void **state)
{
    compare_all("events-all", "vv");
}

static void pictures_paused(void **state)
{
    Stage stage = events_open(&usual, talk());

    press(&stage, "p");
    poll_once(stage.session, 100);
    add(stage.session, 50, TRACE_EVENT, "NIC_RX_FILTER_CHANGED", "",
        "{\"event\": \"NIC_RX_FILTER_CHANGED\", \"data\": {\"name\": \"net1\"}}");
    compare(&stage, &usual, "events-paused");
    press(&stage, "p");
    assert_true(shows(&stage, "NIC_RX_FILTER_CHANGED"));
    assert_true(shows(&stage, "following"));
    stage_close(&stage);
}

static void pictures_filtered(void **state)
{
    Stage stage = events_open(&usual, talk());
    View *view = stage.console->views[VIEW_EVENTS];

    view->class->filter(view, "NET1");
    compare(&stage, &usual, "events-filtered");
    view->class->filter(view, "nothing has this");
    console_paint(stage.console);
    assert_true(shows(&stage, "no message has this text in it"));
    assert_true(shows(&stage, "0 of 20 messages"));
    view->class->filter(view, NULL);
    console_paint(stage.console);
    assert_true(shows(&stage, "DEVICE_DELETED"));
    stage_close(&stage);
}

/* Escapes, right-to-left marks, NULs in strings, a very long word. */
static void pictures_hostile(void **state)
{
    Session *session = web01();
    g_autofree char *word = g_strnfill(3000, 'x');
    g_autofree char *text = g_strdup_printf("{\"event\": \"E\", \"data\": {\"w\": \"%s\"}}", word);
    Stage stage;

    add(session, 900, TRACE_EVENT, "\033]0;title\a\033[2J", "for \033[31m",
        "{\"event\": \"\\u001b]0;title\\u0007\", \"data\": {\"a\": \"\\u001b[2J\\u202e\xe2\x80\xae"
        "b\", \"n\": \"\\u0000\"}}");
    add(session, 800, TRACE_FAILURE, "", "", "QEMU sent \xff\xfe\033[2J, which is no JSON");
    add(session, 700, TRACE_EVENT, "E", "", text);
    stage = events_open(&usual, session);
    press(&stage, "gj\ng\n");
    compare(&stage, &usual, "events-hostile");
    stage_close(&stage);
}

static void pictures_of_copying(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = events_open(&shapes[i], talk());

        press(&stage, "kkkkkky");
        compare(&stage, &shapes[i], "events-copy");
        stage_close(&stage);
    }
}

static void pictures_of_saving(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = events_open(&shapes[i], talk());

        press(&stage, "s");
        compare(&stage, &shapes[i], "events-save");
        stage_close(&stage);
    }
}

static void says_that_it_records(void **state)
{
    Session *session = web01();
    Stage stage;

    session->recording = "a.record";
    stage = stage_open(24, 80, session, FALSE);
    assert_true(shows(&stage, "● rec"));
    stage_close(&stage);
    session = web01();
    session->recording = "a.record";
    stage = stage_open(8, 40, session, TRUE);
    assert_true(shows(&stage, "* rec"));
    stage_close(&stage);
}

/* --- the cursor ------------------------------------------------------------------------------ */

static const TraceMessage *under_cursor(Stage *stage)
{
    View *view = stage->console->views[VIEW_EVENTS];

    return events_view_message(view, view->class->index(view));
}

static void it_follows_the_newest(void **state)
{
    Stage stage = events_open(&usual, talk());

    assert_int_equal(under_cursor(&stage)->kind, TRACE_EVENT);
    add(stage.session, 10, TRACE_EVENT, "RESET", "", "{\"event\": \"RESET\"}");
    assert_string_equal(under_cursor(&stage)->name, "RESET");
    press(&stage, "k");
    add(stage.session, 5, TRACE_EVENT, "STOP", "", "{\"event\": \"STOP\"}");
    assert_string_equal(under_cursor(&stage)->name, "DEVICE_DELETED");
    assert_true(shows(&stage, "1 later"));
    console_paint(stage.console);
    assert_true(shows(&stage, "2 later"));
    press(&stage, "G");
    assert_string_equal(under_cursor(&stage)->name, "STOP");
    assert_true(shows(&stage, "following"));
    press(&stage, "\n"); /* who reads it stays */
    add(stage.session, 1, TRACE_EVENT, "RESUME", "", "{\"event\": \"RESUME\"}");
    assert_string_equal(under_cursor(&stage)->name, "STOP");
    stage_close(&stage);
}

static void it_goes_to_the_oldest_when_its_message_goes(void **state)
{
    Stage stage = events_open(&usual, talk());

    press(&stage, "g");
    for (int i = 0; i < TRACE_MESSAGES; i++)
        add(stage.session, 1, TRACE_EVENT, "RESET", "", "{\"event\": \"RESET\"}");
    assert_string_equal(under_cursor(&stage)->name, "RESET");
    assert_int_equal(under_cursor(&stage)->number, trace_message(stage.session->trace, 0)->number);
    console_paint(stage.console);
    assert_true(shows(&stage, "1999 later"));
    stage_close(&stage);
}

static void it_goes_through_json_and_back(void **state)
{
    Stage stage = events_open(&usual, talk());

    press(&stage, "kkk"); /* the refusal */
    assert_true(under_cursor(&stage)->refused);
    press(&stage, "l");
    assert_true(shows(&stage, "\"class\": \"GenericError\""));
    press(&stage, "ljj");
    assert_true(under_cursor(&stage)->refused);
    press(&stage, "h"); /* to its message */
    press(&stage, "{"); /* to the command */
    assert_string_equal(under_cursor(&stage)->name, "device_add");
    assert_int_equal(under_cursor(&stage)->kind, TRACE_COMMAND);
    press(&stage, "}"); /* to the other one, round the end */
    assert_int_equal(under_cursor(&stage)->number, 14);
    press(&stage, "j");
    press(&stage, "jj\n"); /* on the refusal: folds it */
    assert_false(shows(&stage, "\"class\": \"GenericError\""));
    stage_close(&stage);
}

static void nothing_is_heard_while_it_is_not_shown(void **state)
{
    Stage stage = events_open(&usual, talk());
    View *view = stage.console->views[VIEW_EVENTS];
    guint before = events_view_listed(view);

    press(&stage, "1");
    add(stage.session, 1, TRACE_EVENT, "RESET", "", "{\"event\": \"RESET\"}");
    assert_int_equal(events_view_listed(view), before);
    press(&stage, "4");
    assert_int_equal(events_view_listed(view), before + 1);
    stage_close(&stage);
}

/* 2,000 messages of 200 KB would not fit into the ring; those that do are not looked into. */
static void long_messages_are_cheap(void **state)
{
    Session *session = web01();
    g_autofree char *word = g_strnfill(200 * 1024, 'x');
    g_autofree char *text = g_strdup_printf("{\"return\": \"%s\"}", word);
    Stage stage;
    gint64 began;

    for (int i = 0; i < 70; i++)
        add(session, 1, TRACE_EVENT, "E", "", text);
    stage = events_open(&usual, session);
    began = g_get_monotonic_time();
    for (int i = 0; i < 100; i++)
        console_paint(stage.console);
    assert_true(g_get_monotonic_time() - began < 3 * G_USEC_PER_SEC);
    press(&stage, "\n");
    assert_true(shows(&stage, "xxxx"));
    stage_close(&stage);
}

static void long_json_is_bounded(void **state)
{
    g_autoptr(GString) text = g_string_new("{\"return\": [0");
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GPtrArray) lines = NULL;
    TraceMessage message = { .kind = TRACE_REPLY, .latency = -1, .name = "", .purpose = "" };

    for (int i = 0; i < 2 * MESSAGE_LINES; i++)
        g_string_append(text, ", 1");
    g_string_append(text, "]}");
    message.bytes = bytes = g_bytes_new(text->str, text->len);
    lines = message_lines(&message, 40);
    assert_int_equal(lines->len, MESSAGE_LINES + 1);
    assert_non_null(strstr(lines->pdata[MESSAGE_LINES], "there is more"));
}

/* --- copying --------------------------------------------------------------------------------- */

static void copies_into_the_clipboard(void **state)
{
    Stage stage = events_open(&usual, talk());
    gsize quiet, sent;

    press(&stage, "kky"); /* on device_del */
    assert_true(shows(&stage, "Copy device_del"));
    quiet = press(&stage, "j");
    sent = press(&stage, "\n");
    assert_true(sent > quiet);
    assert_true(shows(&stage, "sent to the terminal's clipboard: device_del disk1"));
    stage_close(&stage);
}

static void a_console_has_no_clipboard(void **state)
{
    Stage stage = stage_open_on("linux", 24, 80, talk(), TRUE);

    press(&stage, "4kky");
    assert_true(shows(&stage, "no clipboard here"));
    press(&stage, "\n");
    assert_true(shows(&stage, "Copy device_del"));
    press(&stage, "q");
    assert_false(shows(&stage, "Copy device_del"));
    stage_close(&stage);
}

static void only_commands_are_copied(void **state)
{
    Stage stage = events_open(&usual, talk());

    press(&stage, "y"); /* an event */
    assert_true(shows(&stage, "Only commands can be copied"));
    stage_close(&stage);
}

/* --- saving ---------------------------------------------------------------------------------- */

static void wait_for_text(Stage *stage, const char *text)
{
    gint64 until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    while (!shows(stage, text)) {
        if (g_get_monotonic_time() > until)
            fail_msg("waited in vain for %s", text);
        g_main_context_iteration(NULL, FALSE);
        console_paint(stage->console);
    }
}

static guint count_lines(const char *path)
{
    g_autofree char *text = NULL;
    guint lines = 0;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (const char *at = text; *at; at = strchr(at, '\n') + 1) {
        g_autofree char *line = g_strndup(at, strcspn(at, "\n"));
        json_t *json = json_loads(line, 0, NULL);

        assert_non_null(json_object_get(json, "message"));
        json_decref(json);
        lines++;
    }
    return lines;
}

static void type_name(Stage *stage, const char *path)
{
    press(stage, "\025");
    press(stage, path);
}

static void saves_what_is_listed_or_all(void **state)
{
    Stage stage = events_open(&usual, talk());
    char *directory = temp_directory();
    g_autofree char *path = g_build_filename(directory, "a.messages", NULL);
    GStatBuf status;

    press(&stage, "s");
    type_name(&stage, path);
    press(&stage, "\n");
    wait_for_text(&stage, "saved:");
    assert_int_equal(g_stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(count_lines(path), 12);

    press(&stage, "s");
    type_name(&stage, path);
    press(&stage, "\t\n"); /* all of them, into the same file */
    wait_for_text(&stage, "Enter again replaces it");
    assert_int_equal(count_lines(path), 12);
    press(&stage, "\n");
    wait_for_text(&stage, "saved:");
    assert_int_equal(count_lines(path), 20);
    stage_close(&stage);
    temp_directory_remove(directory);
}

static void says_why_it_cannot_save(void **state)
{
    Stage stage = events_open(&usual, talk());

    press(&stage, "s");
    type_name(&stage, "/nonexistent/a");
    press(&stage, "\n");
    wait_for_text(&stage, "No such file or directory");
    press(&stage, "\033");
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(pictures_unfolded),
        cmocka_unit_test(pictures_of_all),
        cmocka_unit_test(pictures_paused),
        cmocka_unit_test(pictures_filtered),
        cmocka_unit_test(pictures_hostile),
        cmocka_unit_test(pictures_of_copying),
        cmocka_unit_test(pictures_of_saving),
        cmocka_unit_test(says_that_it_records),
        cmocka_unit_test(it_follows_the_newest),
        cmocka_unit_test(it_goes_to_the_oldest_when_its_message_goes),
        cmocka_unit_test(it_goes_through_json_and_back),
        cmocka_unit_test(nothing_is_heard_while_it_is_not_shown),
        cmocka_unit_test(long_messages_are_cheap),
        cmocka_unit_test(long_json_is_bounded),
        cmocka_unit_test(copies_into_the_clipboard),
        cmocka_unit_test(a_console_has_no_clipboard),
        cmocka_unit_test(only_commands_are_copied),
        cmocka_unit_test(saves_what_is_listed_or_all),
        cmocka_unit_test(says_why_it_cannot_save),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
