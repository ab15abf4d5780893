/* The guest view: the serial console of a guest that we started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "tests/screen/stage.c"

static const char said[] = "pci 00:03.0 8086:100e class 0200\n"
                           "pci 00:05.0 1af4:1001 class 0100\n"
                           "backplane guest ready\n"
                           "came 00:06.0 1af4:1000 class 0200\n"
                           "\033[31mstubborn\033[m: keeping bsel 0 slot 05\n";

typedef struct {
    char *path;
    Stage stage;
} Bench;

static Bench open_bench(const Shape *shape, const char *text)
{
    Session *session = web01();
    Bench bench = { NULL };
    int fd = g_file_open_tmp("serial-XXXXXX", &bench.path, NULL);

    assert_true(fd >= 0);
    g_close(fd, NULL);
    assert_true(g_file_set_contents(bench.path, text, -1, NULL));
    session->serial = bench.path;
    bench.stage = shape_open(shape, session);
    press(&bench.stage, "6");
    return bench;
}

static void close_bench(Bench *bench)
{
    stage_close(&bench->stage);
    g_unlink(bench->path);
    g_free(bench->path);
}

static void guest_view(void **state)
{
    static const Shape shapes[] = {
        { 24, 80, "utf8" }, { 24, 80, "ascii" }, { 40, 120, "utf8" }, { 8, 40, "utf8" }
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Bench bench = open_bench(&shapes[i], said);

        compare(&bench.stage, &shapes[i], "guest");
        close_bench(&bench);
    }
}

static void silent_guest(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Bench bench = open_bench(&shape, "");

    compare(&bench.stage, &shape, "guest-silent");
    close_bench(&bench);
}

/* A guest of others has no such view. */
static void others(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "6");
    assert_false(shows(&stage, "Serial console"));
    stage_close(&stage);
}

static void append(const Bench *bench, const char *text)
{
    FILE *file = g_fopen(bench->path, "a");

    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static void wait_for(Bench *bench, const char *text)
{
    while (!shows(&bench->stage, text)) {
        g_main_context_iteration(NULL, TRUE);
        console_paint(bench->stage.console);
    }
}

/* The cursor on the last line follows; anywhere else it stays where it is. */
static void follows(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Bench bench = open_bench(&shape, said);
    GString *lines = g_string_new(NULL);

    for (guint i = 0; i < 40; i++)
        g_string_append_printf(lines, "number %02u\n", i);
    append(&bench, lines->str);
    wait_for(&bench, "number 39");
    assert_true(shows(&bench.stage, "following"));

    press(&bench.stage, "g");
    assert_true(shows(&bench.stage, "pci 00:03.0"));
    assert_true(shows(&bench.stage, "stopped: End follows"));
    press(&bench.stage, "G");
    assert_true(shows(&bench.stage, "number 39"));
    assert_true(shows(&bench.stage, "following"));
    g_string_free(lines, TRUE);
    close_bench(&bench);
}

static void nothing_harmful(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Bench bench = open_bench(&shape, "\233 31m \302\233 bad \377\n");
    g_autofree char *text = screen_text(bench.stage.screen);

    assert_non_null(strstr(text, "bad"));
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guest_view), cmocka_unit_test(silent_guest),    cmocka_unit_test(others),
        cmocka_unit_test(follows),    cmocka_unit_test(nothing_harmful),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
