/* The fake monitor keeps its own promises: keys, failures, events, holding, files, one client at a
 * time. */
#include "tests/support/fake_monitor.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/monitor.h"

typedef struct {
    FakeMonitor *fake;
    Monitor *monitor;
    GString *heard;
} Fixture;

static void hear(Fixture *fixture, const char *word)
{
    g_string_append_printf(fixture->heard, "%s%s", fixture->heard->len ? " " : "", word);
}

static void on_reply(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    char *text = result ? json_dumps(result, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    hear(data, text ? text : error->message);
    free(text);
}

static void on_ready(Monitor *monitor, gpointer data)
{
    hear(data, "ready");
}

static void on_event(Monitor *monitor, const char *name, json_t *payload, gint64 at, gpointer data)
{
    hear(data, name);
}

static const MonitorListener listener = { .ready = on_ready, .event = on_event };

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_autoptr(Target) target = NULL;

    fixture->fake = fake_monitor_new();
    fixture->heard = g_string_new(NULL);
    target = target_parse(fake_monitor_path(fixture->fake), NULL);
    fixture->monitor = monitor_open(target, &listener, fixture);
    fake_wait(strcmp(fixture->heard->str, "ready") == 0);
    g_string_truncate(fixture->heard, 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    monitor_free(fixture->monitor);
    fake_monitor_free(fixture->fake);
    g_string_free(fixture->heard, TRUE);
    g_free(fixture);
    return 0;
}

static void get(Fixture *fixture, const char *path, const char *property)
{
    monitor_send(fixture->monitor, "qom-get",
                 json_pack("{s:s,s:s}", "path", path, "property", property), on_reply, fixture);
}

#define assert_heard(words) fake_wait(strcmp(fixture->heard->str, words) == 0)

static void test_most_specific_key(void **state)
{
    Fixture *fixture = *state;

    get(fixture, "/a", "p");
    assert_heard("The command qom-get has not been found");
    g_string_truncate(fixture->heard, 0);
    fake_monitor_reply(fixture->fake, "*", "1");
    fake_monitor_reply(fixture->fake, "qom-get", "2");
    fake_monitor_reply(fixture->fake, "qom-get:/a", "3");
    fake_monitor_reply(fixture->fake, "qom-get:/a:p", "4");
    monitor_send(fixture->monitor, "stop", NULL, on_reply, fixture);
    get(fixture, "/b", "p");
    get(fixture, "/a", "q");
    get(fixture, "/a", "p");
    assert_heard("1 2 3 4");
    assert_int_equal(fake_monitor_count(fixture->fake, "qom-get:/a"), 3);
    assert_int_equal(fake_monitor_count(fixture->fake, "*"), 5);
}

static void test_fail_nth(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply(fixture->fake, "qom-get", "1");
    fake_monitor_fail_nth(fixture->fake, "qom-get", 2, "GenericError", "no");
    for (int i = 0; i < 3; i++)
        get(fixture, "/a", "p");
    assert_heard("1 no 1");
}

static void test_then_event(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply(fixture->fake, "*", "{}");
    fake_monitor_then_event(fixture->fake, "qom-get:/a", "GONE", "{\"device\":\"a\"}");
    get(fixture, "/b", "p");
    get(fixture, "/a", "p");
    get(fixture, "/b", "p");
    assert_heard("{} {} GONE {}");
}

static void test_hold(void **state)
{
    Fixture *fixture = *state;

    fake_monitor_reply(fixture->fake, "*", "1");
    fake_monitor_hold(fixture->fake, "qom-get:/a");
    get(fixture, "/b", "p");
    get(fixture, "/a", "p");
    get(fixture, "/b", "p");
    fake_wait(fake_monitor_count(fixture->fake, "*") == 3);
    fake_monitor_event(fixture->fake, "STOP", NULL);
    assert_heard("1 STOP");
    fake_monitor_release(fixture->fake);
    assert_heard("1 STOP 1 1");
}

static json_t *count_calls(FakeMonitor *fake, json_t *arguments, gpointer data)
{
    int *calls = data;

    assert_string_equal(json_string_value(json_object_get(arguments, "path")), "/a");
    return ++*calls < 3 ? json_integer(*calls) : NULL;
}

static void test_handler(void **state)
{
    Fixture *fixture = *state;
    int calls = 0;

    fake_monitor_reply(fixture->fake, "qom-get", "9");
    fake_monitor_handle(fixture->fake, "qom-get", count_calls, &calls);
    for (int i = 0; i < 3; i++)
        get(fixture, "/a", "p");
    assert_heard("1 2 9");
}

static void test_load(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *file = NULL;
    int fd = g_file_open_tmp("backplane-XXXXXX", &file, NULL);

    assert_true(fd >= 0);
    g_close(fd, NULL);
    g_file_set_contents(file,
                        "{\"hmp:info x\": \"text\", \"qom-get\": {\"$error\": "
                        "{\"class\": \"GenericError\", \"desc\": \"no\"}}}",
                        -1, NULL);
    fake_monitor_load(fixture->fake, file);
    g_remove(file);
    monitor_send_human(fixture->monitor, "info x", on_reply, fixture);
    get(fixture, "/a", "p");
    assert_heard("\"text\" no");
}

static void test_second_client_waits_for_the_first(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Target) target = target_parse(fake_monitor_path(fixture->fake), NULL);
    Monitor *second = monitor_open(target, &listener, fixture);

    fake_settle();
    assert_int_equal(fixture->heard->len, 0);
    g_clear_pointer(&fixture->monitor, monitor_free);
    assert_heard("ready");
    monitor_free(second);
}

#define FAKE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_TEST(test_most_specific_key),
        FAKE_TEST(test_fail_nth),
        FAKE_TEST(test_then_event),
        FAKE_TEST(test_hold),
        FAKE_TEST(test_handler),
        FAKE_TEST(test_load),
        FAKE_TEST(test_second_client_waits_for_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
