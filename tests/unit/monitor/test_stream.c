/* Framing (cut at every position, limits, strings) and the stream over a socket pair. */
#include "monitor/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor/error.h"
#include "monitor/json_text.h"
#include "tests/support/fake_monitor.h"

/* Three objects: pretty printed, brackets and escapes in strings, empty. */
static const char input[] = "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\r\n"
                            "{\"b\":\"}]{[\\\"}\\\\\",\"c\\\\\":\"\\u007d\"}  \t"
                            "{}\r\n";
static const char *const objects[] = { "{\n  \"a\": [\n    1,\n    {}\n  ]\n}",
                                       "{\"b\":\"}]{[\\\"}\\\\\",\"c\\\\\":\"\\u007d\"}", "{}" };

static void take_objects(Framing *framing, gsize *count)
{
    const char *text;
    gsize length;
    FramingResult result;

    while ((result = framing_next(framing, &text, &length)) == FRAMING_MESSAGE) {
        assert_true(*count < G_N_ELEMENTS(objects));
        assert_int_equal(length, strlen(objects[*count]));
        assert_memory_equal(text, objects[*count], length);
        ++*count;
    }
    assert_int_equal(result, FRAMING_MORE);
}

static void test_every_two_cuts(void **state)
{
    for (gsize first = 0; first <= strlen(input); first++) {
        for (gsize second = first; second <= strlen(input); second++) {
            Framing framing;
            gsize count = 0;

            framing_init(&framing);
            framing_feed(&framing, input, first);
            take_objects(&framing, &count);
            framing_feed(&framing, input + first, second - first);
            take_objects(&framing, &count);
            framing_feed(&framing, input + second, strlen(input) - second);
            take_objects(&framing, &count);
            assert_int_equal(count, G_N_ELEMENTS(objects));
            framing_clear(&framing);
        }
    }
}

static void test_byte_by_byte(void **state)
{
    Framing framing;
    gsize count = 0;

    framing_init(&framing);
    for (gsize i = 0; i < strlen(input); i++) {
        framing_feed(&framing, input + i, 1);
        take_objects(&framing, &count);
    }
    assert_int_equal(count, G_N_ELEMENTS(objects));
    framing_clear(&framing);
}

static FramingResult frame(const char *bytes, gsize size, const char **text, gsize *length,
                           Framing *framing)
{
    framing_init(framing);
    framing_feed(framing, bytes, size);
    return framing_next(framing, text, length);
}

static void test_stray(void **state)
{
    static const struct {
        const char *bytes;
        gsize size;
        const char *stray;
    } cases[] = {
        { "SSH-2.0", 7, "SSH-2.0" }, { "\r\n [1]", 6, "[1]" }, { "\0x", 2, "\0x" },
        { "} {}", 4, "} {}" },       { "\"{\"", 3, "\"{\"" },  { "5", 1, "5" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Framing framing;
        const char *text;
        gsize length;

        assert_int_equal(frame(cases[i].bytes, cases[i].size, &text, &length, &framing),
                         FRAMING_STRAY);
        assert_memory_equal(text, cases[i].stray, length);
        framing_clear(&framing);
    }
}

static void test_nesting(void **state)
{
    g_autofree char *open = g_strnfill(FRAMING_NESTING_MAX + 1, '{');
    g_autofree char *close = g_strnfill(FRAMING_NESTING_MAX, '}');
    Framing framing;
    const char *text;
    gsize length;

    assert_int_equal(frame(open, FRAMING_NESTING_MAX, &text, &length, &framing), FRAMING_MORE);
    framing_feed(&framing, close, FRAMING_NESTING_MAX);
    assert_int_equal(framing_next(&framing, &text, &length), FRAMING_MESSAGE);
    framing_clear(&framing);
    assert_int_equal(frame(open, FRAMING_NESTING_MAX + 1, &text, &length, &framing),
                     FRAMING_TOO_DEEP);
    framing_clear(&framing);
}

static void test_length(void **state)
{
    gsize size = FRAMING_MESSAGE_MAX;
    g_autofree char *bytes = g_strnfill(size, ' ');
    Framing framing;
    const char *text;
    gsize length;

    bytes[0] = '{';
    bytes[size - 1] = '}';
    assert_int_equal(frame(bytes, size, &text, &length, &framing), FRAMING_MESSAGE);
    assert_int_equal(length, size);
    framing_clear(&framing);
    bytes[size - 1] = ' ';
    assert_int_equal(frame(bytes, size, &text, &length, &framing), FRAMING_MORE);
    framing_feed(&framing, "}", 1);
    assert_int_equal(framing_next(&framing, &text, &length), FRAMING_TOO_LONG);
    framing_clear(&framing);
}

/* Ten times the bytes in the same small pieces may take ten times as long, not a hundred. */
static void test_linear_time(void **state)
{
    clock_t took[2]; /* of the processor, whatever else runs */

    for (int round = 0; round < 2; round++) {
        gsize size = round ? 4000000 : 400000, count = 0;
        clock_t started = clock();
        Framing framing;
        const char *text;
        gsize length;

        framing_init(&framing);
        framing_feed(&framing, "{\"return\":\"", 11);
        for (gsize fed = 0; fed < size; fed += 16) {
            framing_feed(&framing, "0123456789abcdef", 16);
            count += framing_next(&framing, &text, &length) == FRAMING_MESSAGE;
        }
        framing_feed(&framing, "\"}", 2);
        count += framing_next(&framing, &text, &length) == FRAMING_MESSAGE;
        framing_clear(&framing);
        assert_int_equal(count, 1);
        took[round] = clock() - started;
    }
    assert_true(took[1] < 40 * MAX(took[0], CLOCKS_PER_SEC / 1000));
}

/* --- numbers --------------------------------------------------------------------------------- */

static void test_big_integers(void **state)
{
    static const char text[] = "{\"max\":18446744073709551615,\"fits\":-9223372036854775808,"
                               "\"s\":\"18446744073709551615 \\\" \",\"f\":1.5e3,\"n\":[-1,true,"
                               "-99999999999999999999999999999999999999999999]}";
    json_t *value = json_text_parse(text, strlen(text));

    assert_non_null(value);
    assert_true(json_real_value(json_object_get(value, "max")) > 1.8e19);
    assert_true(json_integer_value(json_object_get(value, "fits")) == G_MININT64);
    assert_string_equal(json_string_value(json_object_get(value, "s")), "18446744073709551615 \" ");
    assert_true(json_real_value(json_array_get(json_object_get(value, "n"), 2)) < -9e43);
    json_decref(value);
    assert_null(json_text_parse("{\"a\":18446744073709551615,}", 26));
    assert_null(json_text_parse("{\"a", 3));
    assert_null(json_text_parse("{\"\\", 3));
}

/* --- over a socket --------------------------------------------------------------------------- */

typedef struct {
    Stream *stream;
    int peer;
    GString *messages, *stray, *raw;
    StreamStray verdict; /* of stray text; WAIT: at its end it is raw */
    GError *error;
    gboolean free_inside;
} Fixture;

static void on_message(const char *text, gsize length, gpointer data)
{
    Fixture *fixture = data;

    g_string_append_len(fixture->messages, text, length);
    g_string_append_c(fixture->messages, '|');
    if (fixture->free_inside)
        g_clear_pointer(&fixture->stream, stream_free);
}

static StreamStray on_stray(const char *text, gsize length, gboolean at_end, gpointer data)
{
    Fixture *fixture = data;

    if (!at_end && fixture->verdict == STREAM_STRAY_WAIT)
        return STREAM_STRAY_WAIT;
    assert_null(fixture->stray);
    fixture->stray = g_string_new_len(text, (gssize)length);
    if (fixture->free_inside)
        g_clear_pointer(&fixture->stream, stream_free);
    return fixture->verdict;
}

static void on_bytes(const char *bytes, gsize length, gpointer data)
{
    Fixture *fixture = data;

    g_string_append_len(fixture->raw, bytes, (gssize)length);
}

static void on_closed(const GError *error, gpointer data)
{
    Fixture *fixture = data;

    assert_null(fixture->error);
    fixture->error = g_error_copy(error);
    if (fixture->free_inside)
        g_clear_pointer(&fixture->stream, stream_free);
}

static int set_up(void **state)
{
    static const StreamListener listener = { on_message, on_stray, on_bytes, on_closed };
    Fixture *fixture = g_new0(Fixture, 1);
    int fds[2];
    g_autoptr(GSocket) socket = NULL;
    g_autoptr(GSocketConnection) connection = NULL;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    socket = g_socket_new_from_fd(fds[0], NULL);
    connection = g_socket_connection_factory_create_connection(socket);
    fixture->peer = fds[1];
    fixture->messages = g_string_new(NULL);
    fixture->raw = g_string_new(NULL);
    fixture->verdict = STREAM_STRAY_END;
    fixture->stream = stream_new(connection, &listener, fixture);
    *state = fixture;
    return 0;
}

static void peer_send(Fixture *fixture, const char *text)
{
    assert_int_equal(send(fixture->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void peer_close(Fixture *fixture)
{
    close(fixture->peer);
    fixture->peer = -1;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    stream_free(fixture->stream);
    if (fixture->peer >= 0)
        close(fixture->peer);
    g_string_free(fixture->messages, TRUE);
    g_string_free(fixture->raw, TRUE);
    if (fixture->stray)
        g_string_free(fixture->stray, TRUE);
    g_clear_error(&fixture->error);
    g_free(fixture);
    return 0;
}

static void test_messages_then_end(void **state)
{
    Fixture *fixture = *state;

    peer_send(fixture, "{\"a\":1}\r\n{\"b\":");
    fake_wait(fixture->messages->len == 8);
    peer_send(fixture, "2}{\"half\":");
    peer_close(fixture);
    fake_wait(fixture->error);
    assert_string_equal(fixture->messages->str, "{\"a\":1}|{\"b\":2}|");
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, MONITOR_ERROR_CLOSED));
    assert_string_equal(fixture->error->message, "closed the connection");
}

static void test_free_inside_message(void **state)
{
    Fixture *fixture = *state;

    fixture->free_inside = TRUE;
    peer_send(fixture, "{}{}{}");
    fake_wait(fixture->messages->len);
    fake_settle();
    assert_string_equal(fixture->messages->str, "{}|");
}

static void test_free_inside_closed(void **state)
{
    Fixture *fixture = *state;

    fixture->free_inside = TRUE;
    peer_close(fixture);
    fake_wait(fixture->error);
    assert_null(fixture->stream);
}

static void test_stray_line(void **state)
{
    Fixture *fixture = *state;

    fixture->free_inside = TRUE;
    peer_send(fixture, "SSH-");
    fake_settle();
    assert_null(fixture->stray);
    peer_send(fixture, "2.0-x\r\n");
    fake_wait(fixture->stray);
    assert_string_equal(fixture->stray->str, "SSH-2.0-x\r\n");
}

static void test_stray_prompt_without_line(void **state)
{
    Fixture *fixture = *state;

    peer_send(fixture, "(qemu) ");
    fake_wait(fixture->stray);
    assert_string_equal(fixture->stray->str, "(qemu) ");
    assert_null(fixture->error);
}

static void test_stray_then_end(void **state)
{
    Fixture *fixture = *state;

    peer_send(fixture, "bye");
    peer_close(fixture);
    fake_wait(fixture->stray);
    assert_string_equal(fixture->stray->str, "bye");
    fake_settle();
    assert_null(fixture->error);
}

/* What the listener takes for another protocol is given as it comes, brackets and all. */
static void test_raw(void **state)
{
    Fixture *fixture = *state;

    fixture->verdict = STREAM_STRAY_RAW;
    peer_send(fixture, "QEMU\r\n(q");
    fake_wait(fixture->raw->len);
    peer_send(fixture, "emu) {}");
    fake_wait(fixture->raw->len == strlen("QEMU\r\n(qemu) {}"));
    assert_string_equal(fixture->raw->str, "QEMU\r\n(qemu) {}");
    peer_close(fixture);
    fake_wait(fixture->error);
    assert_string_equal(fixture->messages->str, "");
}

/* A listener that cannot tell yet hears again when there is more, and once when it is over. */
static void test_stray_waits(void **state)
{
    Fixture *fixture = *state;

    fixture->verdict = STREAM_STRAY_WAIT;
    peer_send(fixture, "one\r\n");
    fake_settle();
    peer_send(fixture, "two");
    fake_settle();
    assert_null(fixture->stray);
    fake_wait(fixture->stray);
    assert_string_equal(fixture->stray->str, "one\r\ntwo");
    assert_null(fixture->error);
}

static void test_too_deep(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *open = g_strnfill(FRAMING_NESTING_MAX + 1, '{');

    peer_send(fixture, open);
    fake_wait(fixture->error);
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, MONITOR_ERROR_LIMIT));
}

static void test_one_write_a_turn(void **state)
{
    Fixture *fixture = *state;
    char bytes[64];

    stream_write(fixture->stream, "one", 3);
    stream_write(fixture->stream, "two", 3);
    assert_int_equal(recv(fixture->peer, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
    fake_settle();
    assert_int_equal(recv(fixture->peer, bytes, sizeof(bytes), MSG_DONTWAIT), 6);
    assert_memory_equal(bytes, "onetwo", 6);
}

/* More than the socket holds: the rest leaves as the peer reads, nothing lost. */
static void test_slow_peer(void **state)
{
    Fixture *fixture = *state;
    gsize size = 5000000, got = 0;
    g_autofree char *out = g_strnfill(size, 'x');
    g_autofree char *in = g_malloc(size);
    gssize length;

    stream_write(fixture->stream, out, size);
    while (got < size) {
        fake_wait((length = recv(fixture->peer, in, size, MSG_DONTWAIT)) > 0);
        got += length;
    }
    assert_int_equal(got, size);
}

static void test_last_words_survive_a_failed_write(void **state)
{
    Fixture *fixture = *state;

    stream_write(fixture->stream, "{}", 2);
    peer_send(fixture, "{\"last\":1}");
    peer_close(fixture);
    fake_wait(fixture->error);
    assert_string_equal(fixture->messages->str, "{\"last\":1}|");
    stream_write(fixture->stream, "{}", 2);
    fake_settle();
}

/* A guest that is killed has not read everything: the socket is reset, not closed. */
static void test_reset(void **state)
{
    Fixture *fixture = *state;

    stream_write(fixture->stream, "{}", 2);
    fake_settle();
    peer_close(fixture);
    fake_wait(fixture->error);
    assert_true(g_error_matches(fixture->error, MONITOR_ERROR, MONITOR_ERROR_CLOSED));
    assert_string_equal(fixture->error->message, "closed the connection");
}

#define STREAM_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_two_cuts),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_stray),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_linear_time),
        cmocka_unit_test(test_big_integers),
        STREAM_TEST(test_messages_then_end),
        STREAM_TEST(test_free_inside_message),
        STREAM_TEST(test_free_inside_closed),
        STREAM_TEST(test_stray_line),
        STREAM_TEST(test_stray_prompt_without_line),
        STREAM_TEST(test_stray_then_end),
        STREAM_TEST(test_raw),
        STREAM_TEST(test_stray_waits),
        STREAM_TEST(test_too_deep),
        STREAM_TEST(test_one_write_a_turn),
        STREAM_TEST(test_slow_peer),
        STREAM_TEST(test_last_words_survive_a_failed_write),
        STREAM_TEST(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
