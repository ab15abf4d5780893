/* Recordings as files: what is written is what is read, nothing else is overwritten, and what is
 * damaged is told with its line. */
#include "engine/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/error.h"
#include "engine/plan_json.h"

typedef struct {
    char *directory;
    char *path;
} Place;

static int set_up(void **state)
{
    Place *place = g_new0(Place, 1);

    place->directory = g_dir_make_tmp("backplane-test-XXXXXX", NULL);
    assert_non_null(place->directory);
    place->path = g_build_filename(place->directory, "a.recording", NULL);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    Place *place = *state;

    g_unlink(place->path);
    assert_int_equal(g_rmdir(place->directory), 0);
    g_free(place->directory);
    g_free(place->path);
    g_free(place);
    return 0;
}

/* --- writing --------------------------------------------------------------------------------- */

static Recorder *begin(const Place *place)
{
    g_autoptr(GError) error = NULL;
    Recorder *recorder = recorder_new(place->path, &error);

    g_assert_no_error(error);
    return recorder;
}

static char *contents(const Place *place)
{
    char *text;

    assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
    return text;
}

static void write_message(Recorder *recorder, guint64 number, TraceKind kind, guint64 answers,
                          const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    recorder_message(recorder, &(TraceMessage){ .number = number,
                                                .kind = kind,
                                                .at = 1000000 + (gint64)number,
                                                .clock = recorder_began(recorder) + (gint64)number,
                                                .latency = answers ? 77 : -1,
                                                .answers = answers,
                                                .name = "",
                                                .purpose = "read the tree",
                                                .bytes = bytes });
}

static Recording *load(const Place *place)
{
    g_autoptr(GError) error = NULL;
    Recording *recording = recording_load(place->path, &error);

    g_assert_no_error(error);
    return recording;
}

static char *message_text(const Recording *recording, guint index)
{
    TraceMessage message = recording_message(recording, index);
    char *text = trace_message_text(&message, FALSE);

    g_bytes_unref(message.bytes);
    return text;
}

static void test_is_for_its_owner_alone(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = NULL;
    struct stat status;
    mode_t before = umask(0);

    recorder = begin(place);
    umask(before);
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

/* What a crash leaves: there is no other end of a recording. */
static void test_is_written_at_once(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = begin(place);
    g_autoptr(Recording) empty = load(place), one = NULL;

    assert_int_equal(recording_length(empty), 0);
    assert_string_equal(recording_version(empty), VERSION);
    assert_true(ABS(recording_began(empty) - g_get_real_time()) < G_TIME_SPAN_HOUR);
    write_message(recorder, 1, TRACE_EVENT, 0, "{\"event\": \"STOP\"}");
    one = load(place);
    assert_int_equal(recording_length(one), 1);
}

static void test_keeps_messages(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = begin(place);
    g_autoptr(Recording) recording = NULL;
    g_autofree char *reply = NULL, *failure = NULL, *event = NULL;
    TraceMessage message;
    guint command;

    write_message(recorder, 3, TRACE_GREETING, 0, "{\"QMP\": {}}");
    write_message(recorder, 4, TRACE_COMMAND, 0,
                  "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"info "
                  "qtree\"},\"id\":12}");
    write_message(recorder, 5, TRACE_REPLY, 4,
                  "{\r\n  \"return\": \"a\\r\\nb\",\r\n  \"n\": 18446744073709551615,\r\n  \"id\": "
                  "12}");
    write_message(recorder, 6, TRACE_EVENT, 0, "{\"event\": \"STOP\", \"data\": {}}");
    write_message(recorder, 7, TRACE_FAILURE, 0, "it \"went\"\n away");
    recording = load(place);
    assert_int_equal(recording_count(recording, LINE_MESSAGE), 5);
    message = *recording_fields(recording, 2);
    assert_int_equal(message.number, 5);
    assert_int_equal(message.kind, TRACE_REPLY);
    assert_int_equal(message.at, 1000005);
    assert_int_equal(message.clock, 5);
    assert_int_equal(message.latency, 77);
    assert_int_equal(message.answers, 4);
    assert_false(message.refused);
    assert_string_equal(message.name, "info qtree");
    assert_string_equal(message.purpose, "read the tree");
    assert_true(recording_answers(recording, 2, &command));
    assert_int_equal(command, 1);
    reply = message_text(recording, 2);
    assert_string_equal(reply,
                        "{\"return\": \"a\\r\\nb\", \"n\": 18446744073709551615, \"id\": 12}");
    event = message_text(recording, 3);
    assert_string_equal(event, "{\"event\": \"STOP\", \"data\": {}}");
    assert_string_equal(recording_fields(recording, 3)->name, "STOP");
    failure = message_text(recording, 4);
    assert_string_equal(failure, "it \"went\"\n away");
    assert_int_equal(recording_fields(recording, 4)->kind, TRACE_FAILURE);
}

static void ask(Recorder *recorder, guint64 number, const char *command, const char *reply)
{
    g_autofree char *question =
        g_strdup_printf("{\"execute\":\"%s\",\"id\":%d}", command, (int)number);
    g_autofree char *answer = g_strdup_printf("{%s, \"id\": %d}", reply, (int)number);

    write_message(recorder, number, TRACE_COMMAND, 0, question);
    write_message(recorder, number + 1, TRACE_REPLY, number, answer);
}

/* A reply that is the same as the one before takes no room, and is read as it was. */
static void test_writes_the_same_once(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = begin(place);
    g_autoptr(Recording) recording = NULL;
    g_autofree char *text = NULL, *third = NULL, *fifth = NULL;
    static const guint roots[] = { 1, 1, 5, 7, 9 };

    ask(recorder, 1, "query-pci", "\"return\": [\"long\"]");
    ask(recorder, 103, "query-pci", "\"return\": [\"long\"]");
    ask(recorder, 205, "query-block", "\"return\": [\"long\"]");
    ask(recorder, 307, "query-pci", "\"return\": [\"other\"]");
    ask(recorder, 409, "query-pci", "\"return\": [\"long\"]");
    text = contents(place);
    assert_non_null(strstr(text, "\"same\": 2"));
    recording = load(place);
    for (guint i = 0; i < G_N_ELEMENTS(roots); i++)
        assert_int_equal(recording_root(recording, 2 * i + 1), roots[i]);
    third = message_text(recording, 3);
    assert_string_equal(third, "{\"return\": [\"long\"], \"id\": 103}");
    fifth = message_text(recording, 9);
    assert_string_equal(fifth, "{\"return\": [\"long\"], \"id\": 409}");
}

/* An answer to nothing, one without an id, and what comes after the connection has gone. */
static void test_odd_replies(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = begin(place);
    g_autoptr(Recording) recording = NULL;
    g_autofree char *text = NULL;
    guint command;

    write_message(recorder, 1, TRACE_REPLY, 0, "{\"error\": {\"class\": \"x\"}}");
    write_message(recorder, 2, TRACE_COMMAND, 0, "{\"execute\":\"query-pci\",\"id\":1}");
    write_message(recorder, 3, TRACE_FAILURE, 0, "lost");
    write_message(recorder, 4, TRACE_REPLY, 2, "{\"return\": 1, \"id\": 1}");
    recording = load(place);
    assert_int_equal(recording_length(recording), 4);
    assert_true(recording_fields(recording, 0)->refused);
    assert_string_equal(recording_fields(recording, 0)->name, "");
    assert_false(recording_answers(recording, 0, &command));
    assert_true(recording_answers(recording, 3, &command));
    text = message_text(recording, 3);
    assert_string_equal(text, "{\"return\": 1, \"id\": 1}");
}

/* --- what is not overwritten ----------------------------------------------------------------- */

static void assert_no_recording(const char *path, const char *why)
{
    g_autoptr(GError) error = NULL;

    assert_null(recorder_new(path, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    assert_non_null(strstr(error->message, path));
    if (!strstr(error->message, why))
        fail_msg("%s", error->message);
}

static void test_overwrites_nothing_else(void **state)
{
    const Place *place = *state;
    g_autofree char *text = NULL;

    assert_true(g_file_set_contents(place->path, "{\"backplane\": 1}\n", -1, NULL));
    assert_no_recording(place->path, "it is no recording");
    text = contents(place);
    assert_string_equal(text, "{\"backplane\": 1}\n");
    assert_no_recording(place->directory, "Is a directory");
    assert_no_recording("/dev/null", "it is no regular file");
    assert_no_recording("/nonexistent/x", "No such file");
    g_unlink(place->path);
    assert_int_equal(mkfifo(place->path, 0600), 0);
    assert_no_recording(place->path, "it is no regular file");
}

static void test_replaces_a_recording(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = begin(place);
    g_autoptr(Recording) recording = NULL;

    write_message(recorder, 1, TRACE_EVENT, 0, "{\"event\": \"STOP\"}");
    assert_no_recording(place->path, "another program records into it");
    g_clear_pointer(&recorder, recorder_free);
    assert_int_equal(g_chmod(place->path, 0644), 0);
    recorder = begin(place);
    recording = load(place);
    assert_int_equal(recording_length(recording), 0);
}

static void test_an_empty_file_is_taken(void **state)
{
    const Place *place = *state;
    g_autoptr(Recorder) recorder = NULL;

    assert_true(g_file_set_contents(place->path, "", 0, NULL));
    recorder = begin(place);
    assert_non_null(recorder);
}

/* --- reading --------------------------------------------------------------------------------- */

#define HEADER "{\"backplane-recording\": 1, \"backplane\": \"0.1\", \"date\": \"\", \"at\": 100}\n"
#define SHOWN "\"shown\": {\"status\": \"running\", \"marks\": []}"
#define STEP                                                                                       \
    "{\"words\": \"w\", \"action\": {\"kind\": 0, \"command\": \"c\", \"arguments\": {}, "         \
    "\"leaves\": null}, \"undo\": [], \"group\": 0}"
#define PLAN                                                                                       \
    "\"plan\": {\"verb\": 0, \"title\": \"p\", \"steps\": [" STEP "], \"checks\": [], "            \
    "\"subjects\": [], \"chosen\": {}}"
#define T "{\"t\": 1, \"at\": 1, "

static Recording *parse(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return recording_parse("x.recording", bytes, error);
}

static void test_reads_every_kind(void **state)
{
    static const char text[] =
        HEADER T "\"state\": {\"state\": \"lost\", \"qemu\": null, \"error\": {\"text\": \"t\", "
                 "\"domain\": \"monitor\", \"code\": 1}, \"lost\": 5}}\n" T SHOWN "}\n" T
                 "\"tree\": \"all\", " SHOWN "}\n" T
                 "\"journal\": {\"at\": 3, \"state\": \"added\", \"subject\": \"s\\u001b\", "
                 "\"text\": \"t\", \"outcome\": null, \"elapsed\": -1}}\n" T PLAN ", \"id\": 4}\n" T
                 "\"running\": [{\"plan\": 4, \"steps\": [[\"leaving\", 1, null, null]]}]}\n" T
                 "\"ended\": {\"plan\": 4, \"steps\": [[\"failed\", 1, 2, \"no\"]]}}\n" T
                 "\"domain\": {\"name\": \"n\", \"text\": \"<domain/>\", \"saved\": {\"base64\": "
                 "\"\"}}}\n" T "\"n\": 1, \"event\": {\"event\": \"STOP\"}}";
    g_autoptr(GError) error = NULL;
    g_autoptr(Recording) recording = parse(text, &error);
    json_t *running;

    g_assert_no_error(error);
    for (LineKind kind = 0; kind < LINE_KINDS; kind++)
        assert_int_equal(recording_count(recording, kind), 1);
    assert_int_equal(recording_number(recording, LINE_DOMAIN, 0), 7);
    assert_int_equal(recording_passed(recording, LINE_DOMAIN, 7), 0);
    assert_int_equal(recording_passed(recording, LINE_DOMAIN, 8), 1);
    assert_string_equal(recording_journal(recording, 0)->subject, "s\\x1b");
    assert_null(recording_journal(recording, 0)->outcome);
    running = recording_member(recording, 5, "running");
    assert_string_equal(recording_plan(recording, json_array_get(running, 0))->title, "p");
    json_decref(running);
}

/* The second line of a file, and what is said of it. */
static void test_tells_what_is_wrong(void **state)
{
    static const struct {
        const char *line, *what;
    } rows[] = {
        { "nonsense", "it is no JSON object" },
        { "", "it is no JSON object" },
        { "[1]", "it is no JSON object" },
        { "{}", "it has no time" },
        { "{\"t\": \"1\", \"at\": 1, " SHOWN "}", "it has no time" },
        { "{\"t\": 9223372036854775807, \"at\": 1, " SHOWN "}", "it has no time" },
        { "{\"t\": -1, \"at\": 1, " SHOWN "}", "it goes back in time" },
        { T "\"what\": 1}", "none of the lines" },
        { T "\"n\": 0, \"event\": {}}", "no number, or not the next one" },
        { T "\"n\": 1}", "a number and no message" },
        { T "\"n\": 1, \"reply\": \"x\"}", "its message is no object" },
        { T "\"n\": 1, \"same\": 1, \"id\": 1}", "repeats a reply that is not there" },
        { T "\"state\": {\"state\": \"odd\"}}", "its state is none" },
        { T "\"state\": {\"state\": \"live\"}}", "its state is not complete" },
        { T "\"tree\": \"odd\", " SHOWN "}", "neither" },
        { T "\"tree\": \"all\"}", "what its tree shows is not complete" },
        { T "\"shown\": {\"status\": null, \"marks\": [[\"p\", \"odd\", 1, true]]}}",
          "the state of a device is none" },
        { T "\"journal\": {\"at\": 1}}", "its line of the journal is not complete" },
        { T "\"plan\": {\"title\": \"p\"}, \"id\": 1}", "its plan is not complete" },
        { T PLAN ", \"id\": 0}", "no id of its own" },
        { T "\"running\": {}}", "what runs is no list" },
        { T "\"running\": [{\"plan\": 1}]}", "it runs a plan that is not there" },
        { T "\"domain\": {\"name\": \"n\"}}", "its domain file is not complete" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(HEADER "%s\n", rows[i].line);
        g_autoptr(GError) error = NULL;

        assert_null(parse(text, &error));
        assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
        if (!strstr(error->message, rows[i].what) ||
            !g_str_has_prefix(error->message, "x.recording:2: this line is damaged"))
            fail_msg("%s: %s", rows[i].line, error->message);
    }
}

static void test_steps_have_to_be_the_plans(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_null(parse(
        HEADER T PLAN ", \"id\": 4}\n" T "\"running\": [{\"plan\": 4, \"steps\": []}]}\n", &error));
    assert_non_null(strstr(error->message, "x.recording:3:"));
    assert_non_null(strstr(error->message, "its steps are not the plan's"));
}

static void assert_no_header(const char *text, const char *why)
{
    g_autoptr(GError) error = NULL;

    assert_null(parse(text, &error));
    if (!strstr(error->message, why))
        fail_msg("%s", error->message);
}

static void test_files_that_are_none(void **state)
{
    assert_no_header("", "is no recording");
    assert_no_header("\n", "is no recording");
    assert_no_header("<domain/>\n", "is no recording");
    assert_no_header("{\"backplane-recording\": 2, \"at\": 1}\n", "another version");
}

/* Half a line at the end is what a crash leaves; in the middle it is damage. */
static void test_the_last_line_may_be_cut_off(void **state)
{
    static const char whole[] = HEADER T SHOWN "}\n" T SHOWN "}\n";
    gsize header = strlen(HEADER);

    for (gsize length = header; length < sizeof whole - 1; length++) {
        g_autofree char *text = g_strndup(whole, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(Recording) recording = parse(text, &error);

        g_assert_no_error(error);
        assert_int_equal(recording_length(recording),
                         (length - header + 1) / strlen(T SHOWN "}\n"));
    }
}

/* --- plans ----------------------------------------------------------------------------------- */

static void test_plans_come_back_whole(void **state)
{
    g_autoptr(Plan) plan = plan_new(PLAN_DETACH, "detach disk sd3");
    PlanSubject *subject = plan_add_subject(plan);
    char **leaves = g_strsplit("/machine/peripheral/sd3,/machine/peripheral/sd4", ",", -1);
    Step *step = plan_add(plan, "disk sd3",
                          action_new("device_del", json_pack("{s:s}", "id", "sd3"), leaves),
                          action_new("device_add", json_pack("{s:s}", "id", "sd3"), NULL));
    json_t *record, *again;
    g_autoptr(Plan) copy = NULL;

    subject->path = g_strdup("/machine/peripheral/sd3");
    subject->address.type = ADDRESS_DRIVE;
    subject->address.drive.scsi = TRUE;
    subject->address.drive.target = 3;
    step->group = 2;
    plan_add_check(plan, TRUE, "query-block", "100%% sure");
    plan_choose(plan, "bus", "scsi0.0");
    record = plan_record(plan);
    copy = plan_from_record(record);
    assert_non_null(copy);
    again = plan_record(copy);
    assert_true(json_equal(record, again));
    assert_true(
        address_equal(&((PlanSubject *)copy->subjects->pdata[0])->address, &subject->address));
    assert_int_equal(((PlanSubject *)copy->subjects->pdata[0])->address.drive.target, 3);
    json_decref(record);
    json_decref(again);
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(test_is_for_its_owner_alone),
        WITH_PLACE(test_is_written_at_once),
        WITH_PLACE(test_keeps_messages),
        WITH_PLACE(test_writes_the_same_once),
        WITH_PLACE(test_odd_replies),
        WITH_PLACE(test_overwrites_nothing_else),
        WITH_PLACE(test_replaces_a_recording),
        WITH_PLACE(test_an_empty_file_is_taken),
        cmocka_unit_test(test_reads_every_kind),
        cmocka_unit_test(test_tells_what_is_wrong),
        cmocka_unit_test(test_steps_have_to_be_the_plans),
        cmocka_unit_test(test_files_that_are_none),
        cmocka_unit_test(test_the_last_line_may_be_cut_off),
        cmocka_unit_test(test_plans_come_back_whole),
    };

    return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
