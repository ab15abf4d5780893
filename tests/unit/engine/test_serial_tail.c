/* The end of a guest's serial console: bytes to lines, limits, files that grow and shrink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/serial_tail.h"

typedef struct {
    char *path;
    SerialTail *tail;
    guint told;
} Bench;

static void on_changed(gpointer data)
{
    ((Bench *)data)->told++;
}

static int open_bench(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    int fd = g_file_open_tmp("serial-XXXXXX", &bench->path, NULL);

    assert_true(fd >= 0);
    g_close(fd, NULL);
    bench->tail = serial_tail_new(bench->path, on_changed, bench);
    *state = bench;
    return 0;
}

static int close_bench(void **state)
{
    Bench *bench = *state;

    serial_tail_free(bench->tail);
    g_unlink(bench->path);
    g_free(bench->path);
    g_free(bench);
    return 0;
}

static void say(const Bench *bench, const char *bytes)
{
    FILE *file = g_fopen(bench->path, "a");

    assert_true(fputs(bytes, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static char *joined(const SerialTail *tail)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < serial_tail_length(tail); i++)
        g_string_append_printf(text, "%s|", serial_tail_line(tail, i));
    return g_string_free(text, FALSE);
}

static void test_lines(void **state)
{
    static const struct {
        const char *bytes, *lines;
    } cases[] = {
        { "", "" },
        { "one\r\ntwo\nthr", "one|two|thr|" },
        { "ee\n", "one|two|three|" },
        { "10%\r20%\r30%", "one|two|three|30%|" },
        { "\r\n", "one|two|three|30%|" },
        { "ax\bb\n", "one|two|three|30%|ab|" },
    };
    Bench *bench = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *lines = NULL;

        say(bench, cases[i].bytes);
        assert_int_equal(serial_tail_read(bench->tail), *cases[i].bytes != '\0');
        lines = joined(bench->tail);
        assert_string_equal(lines, cases[i].lines);
    }
}

/* Colours, cursors, titles, other sets of characters; a sequence may come in two pieces. */
static void test_escapes(void **state)
{
    static const char *const pieces[] = {
        "\033[0;1;32mgreen\033[m \033]0;title\007text",
        "\033[2",
        "J\033(B end\033M.\001\002\177\n",
        "\tx\303\244\bo\n",
        "\033[12\033[1m!\n\033]unended\nok\n",
    };
    Bench *bench = *state;
    g_autofree char *lines = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        say(bench, pieces[i]);
        serial_tail_read(bench->tail);
    }
    lines = joined(bench->tail);
    assert_string_equal(lines, "green text end.|        xo|!|ok|");
}

static void test_long_line(void **state)
{
    Bench *bench = *state;
    g_autofree char *line = g_strnfill(2 * SERIAL_TAIL_LINE_BYTES + 5, 'x');

    say(bench, line);
    serial_tail_read(bench->tail);
    assert_int_equal(serial_tail_length(bench->tail), 3);
    assert_int_equal(strlen(serial_tail_line(bench->tail, 0)), SERIAL_TAIL_LINE_BYTES);
    assert_int_equal(strlen(serial_tail_line(bench->tail, 2)), 5);
}

static void test_many_lines(void **state)
{
    Bench *bench = *state;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < SERIAL_TAIL_LINES + 500; i++)
        g_string_append_printf(text, "line %u\n", i);
    say(bench, text->str);
    while (serial_tail_read(bench->tail))
        ;
    assert_true(serial_tail_length(bench->tail) < SERIAL_TAIL_LINES);
    assert_int_equal(serial_tail_length(bench->tail) + serial_tail_dropped(bench->tail),
                     SERIAL_TAIL_LINES + 500);
    assert_string_equal(serial_tail_line(bench->tail, serial_tail_length(bench->tail) - 1),
                        "line 2499");
    g_string_free(text, TRUE);
}

/* One that has grown too long is emptied once it was read, and what comes then is read on. */
static void test_big_file(void **state)
{
    Bench *bench = *state;
    g_autofree char *line = g_strnfill(SERIAL_TAIL_FILE_BYTES, 'x');
    g_autofree char *rest = NULL;

    say(bench, line);
    say(bench, "\n");
    while (serial_tail_read(bench->tail))
        ;
    assert_true(g_file_get_contents(bench->path, &rest, NULL, NULL));
    assert_string_equal(rest, "");
    say(bench, "more\n");
    assert_true(serial_tail_read(bench->tail));
    assert_string_equal(serial_tail_line(bench->tail, serial_tail_length(bench->tail) - 1), "more");
}

static void test_missing_file(void **state)
{
    g_autoptr(SerialTail) tail = serial_tail_new("/nonexistent/serial.log", on_changed, NULL);

    assert_false(serial_tail_read(tail));
    assert_int_equal(serial_tail_length(tail), 0);
}

static void test_watch(void **state)
{
    Bench *bench = *state;

    serial_tail_watch(bench->tail, TRUE);
    say(bench, "hello\n");
    while (!bench->told)
        g_main_context_iteration(NULL, TRUE);
    assert_string_equal(serial_tail_line(bench->tail, 0), "hello");
}

#define BENCH_TEST(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(test_lines),      BENCH_TEST(test_escapes),  BENCH_TEST(test_long_line),
        BENCH_TEST(test_many_lines), BENCH_TEST(test_big_file), cmocka_unit_test(test_missing_file),
        BENCH_TEST(test_watch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
