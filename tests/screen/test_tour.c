/* The tour's panel, and how it goes from step to step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"

static GString *told;

static void tell(const char *word, gpointer data)
{
    g_string_append_printf(told, "%s ", word);
}

static Stage tour_open(const Shape *shape)
{
    static const TourGuide guide = { tell, NULL };
    Stage stage = shape_open(shape, web01());

    g_string_truncate(told, 0);
    stage.console->tour = tour_new(&guide);
    console_paint(stage.console);
    return stage;
}

static void panel(void **state)
{
    static const Shape shapes[] = {
        { 24, 80, "utf8" }, { 24, 80, "ascii" }, { 40, 120, "utf8" }, { 14, 50, "utf8" }
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = tour_open(&shapes[i]);

        compare(&stage, &shapes[i], "tour");
        stage_close(&stage);
    }
}

/* A dialog leaves room for what says how to use it. */
static void panel_beside_dialog(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Stage stage = tour_open(&shape);

    press(&stage, "a");
    compare(&stage, &shape, "tour-attach");
    stage_close(&stage);
}

/* Where there is no room the guest comes first. */
static void no_panel_when_small(void **state)
{
    const Shape shape = { 8, 40, "utf8" };
    Stage stage = tour_open(&shape);

    assert_false(shows(&stage, "Tour"));
    stage_close(&stage);
}

static void goes_on(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Stage stage = tour_open(&shape);

    assert_true(shows(&stage, "Tour 1 of 10"));
    press(&stage, "\033OQ");
    assert_true(shows(&stage, "Tour 2 of 10"));
    assert_false(shows(&stage, "done: see the bus"));
    press(&stage, "\033OQ");
    press(&stage, "2"); /* what the third one asks for */
    assert_true(shows(&stage, "Tour 4 of 10"));
    assert_true(shows(&stage, "done: see the slots"));
    stage_close(&stage);
}

static void hides(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Stage stage = tour_open(&shape);

    press(&stage, "\033");
    assert_false(shows(&stage, "Tour 1"));
    press(&stage, "\033OQ");
    assert_true(shows(&stage, "Tour 1 of 10"));
    stage_close(&stage);
}

/* The guest is made stubborn for one step, and willing after it whatever was done. */
static void tells_guest(void **state)
{
    const Shape shape = { 24, 80, "utf8" };
    Stage stage = tour_open(&shape);

    for (guint i = 0; i < tour_step_count; i++)
        press(&stage, "\033OQ");
    assert_true(shows(&stage, "Tour: done"));
    assert_string_equal(told->str, "stubborn willing ");
    stage_close(&stage);
}

/* Every key that a step names is one. */
static void keys_exist(void **state)
{
    g_autoptr(GRegex) names = g_regex_new("\\{([a-z-]+)\\}", 0, 0, NULL);

    assert_int_equal(tour_step_count, 10);
    for (guint i = 0; i < tour_step_count; i++) {
        const TourStep *step = &tour_steps[i];
        g_autoptr(GMatchInfo) match = NULL;

        if (step->command && !command_find(step->command))
            fail_msg("step %u wants a command %s", i + 1, step->command);
        for (g_regex_match(names, step->text, 0, &match); g_match_info_matches(match);
             g_match_info_next(match, NULL)) {
            g_autofree char *name = g_match_info_fetch(match, 1);

            if (!command_find(name) || !command_find(name)->keys)
                fail_msg("step %u names a key for %s", i + 1, name);
        }
    }
}

static int set_up(void **state)
{
    told = g_string_new(NULL);
    return stage_set_up(state);
}

static int tear_down(void **state)
{
    g_string_free(told, TRUE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panel),
        cmocka_unit_test(panel_beside_dialog),
        cmocka_unit_test(no_panel_when_small),
        cmocka_unit_test(goes_on),
        cmocka_unit_test(hides),
        cmocka_unit_test(tells_guest),
        cmocka_unit_test(keys_exist),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
