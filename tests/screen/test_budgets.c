/* What each view costs a slow line, in bytes: its first picture, a step of the cursor, and a change
 * of nothing. A view that is new is measured as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/screen/stage.c"
#include "tests/support/hand_guest.h"

/* On a line of 9600 baud that is 8 s, once, and half a second. */
#define FIRST_PAINT_MAX 8192
#define CURSOR_MOVE_MAX 512
/* Once the cursor rests: the details beside the view become those of another device. */
#define DETAILS_MAX 2048
/* All rows of the view become others, which the cursor does at an edge only. */
#define SCROLL_MAX 4096

#define C_L "\x0c"

static const Shape shapes[] = { { 24, 80, "utf8" }, { 40, 120, "utf8" } };

/* Every view in turn, on a terminal of every size. */
static void for_each_view(void (*measure)(Stage *stage, ViewId id), Session *(*make)(void))
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
        for (ViewId id = 0; id < VIEWS; id++) {
            Stage stage = shape_open(&shapes[i], make());

            if (stage.console->views[id]) {
                console_show_view(stage.console, (int)id);
                console_paint(stage.console);
                screen_take(stage.screen);
                measure(&stage, id);
            }
            stage_close(&stage);
        }
}

static Session *q35(void)
{
    return hand_session_new(hand_guest_q35());
}

static void fail_over(const Stage *stage, ViewId id, const char *what, gsize bytes, gsize most)
{
    if (bytes > most)
        fail_msg("%s in view %s takes %d bytes, and %d are allowed", what, view_class(id)->name,
                 (int)bytes, (int)most);
}

/* --- the first picture ----------------------------------------------------------------------- */

static void measure_first(Stage *stage, ViewId id)
{
    gsize bytes = press(stage, C_L);

    print_message("%s: %d bytes\n", view_class(id)->name, (int)bytes);
    assert_true(bytes > 500); /* it was painted anew */
    fail_over(stage, id, "the first picture", bytes, FIRST_PAINT_MAX);
}

static void first_pictures_are_small(void **state)
{
    for_each_view(measure_first, web01);
    for_each_view(measure_first, q35);
}

/* --- the cursor ------------------------------------------------------------------------------ */

#define STEPS 60

/* What stands at the left of the view's first rows. */
#define FIRST_ROW 3
#define LAST_ROW 8
#define LEFT 40

static char *corner_of(Stage *stage)
{
    g_autofree char *text = screen_text(stage->screen);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *corner = g_string_new(NULL);

    for (int row = FIRST_ROW; row < LAST_ROW; row++) {
        g_autofree char *left =
            g_utf8_substring(lines[row], 0, MIN(LEFT, g_utf8_strlen(lines[row], -1)));

        g_string_append_printf(corner, "%s\n", left);
    }
    return g_string_free(corner, FALSE);
}

/* The cursor changes a line or two of them, scrolling all. */
static gboolean has_scrolled(const char *before, const char *after)
{
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);
    g_auto(GStrv) others = g_strsplit(after, "\n", -1);
    guint same = 0;

    for (guint i = 0; lines[i] && others[i]; i++)
        same += g_str_equal(lines[i], others[i]);
    return same < 3;
}

static void measure_steps(Stage *stage, ViewId id, const char *key)
{
    gsize most = 0, most_scroll = 0, most_rest = 0;

    for (int i = 0; i < STEPS; i++) {
        g_autofree char *before = corner_of(stage);
        gsize bytes = press(stage, key);
        g_autofree char *after = corner_of(stage);
        gsize *record = has_scrolled(before, after) ? &most_scroll : &most;

        *record = MAX(*record, bytes);
        most_rest = MAX(most_rest, stage->rest);
    }
    print_message("%s: a step at most %d bytes, scrolling %d, at rest %d\n", view_class(id)->name,
                  (int)most, (int)most_scroll, (int)most_rest);
    fail_over(stage, id, "a step of the cursor", most, CURSOR_MOVE_MAX);
    fail_over(stage, id, "a step that scrolls", most_scroll, SCROLL_MAX);
    fail_over(stage, id, "a cursor that rests", most_rest, DETAILS_MAX);
}

static void measure_keys(Stage *stage, ViewId id)
{
    measure_steps(stage, id, "j");
    measure_steps(stage, id, "k");
    if (id == VIEW_SLOTS) {
        measure_steps(stage, id, "l");
        measure_steps(stage, id, "h");
    }
}

static void measure_moves(Stage *stage, ViewId id)
{
    measure_keys(stage, id);
    if (view_class(id)->details) {
        press(stage, "z");
        measure_keys(stage, id);
    }
}

static void steps_are_small(void **state)
{
    for_each_view(measure_moves, web01);
    for_each_view(measure_moves, q35);
}

/* The facts of a row come once the cursor rests on it, and without another key. */
static void facts_follow_at_rest(void **state)
{
    Stage stage = shape_open(&shapes[0], web01());

    select_device(&stage, "disk1");
    assert_true(shows(&stage, "data1.qcow2"));
    screen_type(stage.screen, "gjj");
    console_input(stage.console);
    assert_true(shows(&stage, "data1.qcow2"));
    while (stage.console->facts_waiting)
        g_main_context_iteration(NULL, TRUE);
    assert_false(shows(&stage, "data1.qcow2"));
    stage_close(&stage);
}

/* A screen that has become too small for them in between. */
static void facts_of_a_larger_screen_go(void **state)
{
    Stage stage = shape_open(&shapes[0], web01());

    screen_resize(stage.screen, 6, 30);
    tty_resize(stage.console->tty, 6, 30);
    console_paint(stage.console);
    press(&stage, "gj");
    assert_true(shows(&stage, "needs 40x8"));
    stage_close(&stage);
}

/* --- nothing --------------------------------------------------------------------------------- */

/* Until no frame is due any more. */
static void settle(const Stage *stage)
{
    while (stage->console->paint_source)
        g_main_context_iteration(NULL, TRUE);
}

/* Whatever a poll may tell of a guest in which nothing happened. */
static void measure_idle(Stage *stage, ViewId id)
{
    static const SessionChange changes[] = { SESSION_TREE_CHANGED, SESSION_STATE_CHANGED };

    settle(stage);
    screen_take(stage->screen);
    for (int poll = 0; poll < 3; poll++)
        for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
            hand_session_change(stage->session, changes[i]);
            settle(stage);
            fail_over(stage, id, "a change of nothing", screen_take(stage->screen), 0);
        }
}

static void nothing_costs_nothing(void **state)
{
    for_each_view(measure_idle, web01); /* ages stand still, as the clock does */
    for_each_view(measure_idle, q35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_pictures_are_small), cmocka_unit_test(steps_are_small),
        cmocka_unit_test(facts_follow_at_rest),     cmocka_unit_test(facts_of_a_larger_screen_go),
        cmocka_unit_test(nothing_costs_nothing),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
