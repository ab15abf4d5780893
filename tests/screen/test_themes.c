/* The dialog of themes: the screen behind it changes with the cursor, Enter keeps, Esc goes back;
 * and every theme painted on the main view. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "tests/screen/stage.c"

#define DOWN "j"
#define ENTER "\r"
#define ESCAPE "\033"

static const char *theme_of(const Stage *stage)
{
    return stage->console->theme->name;
}

static void the_dialog_is_drawn(void **state)
{
    static const Shape shapes[] = {
        { 24, 80, "utf8" },  { 24, 80, "ascii" }, { 24, 80, "mono" },
        { 40, 120, "utf8" }, { 60, 200, "utf8" }, { 8, 40, "utf8" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        select_device(&stage, "disk1");
        press(&stage, "TG");
        compare(&stage, &shapes[i], "themes");
        stage_close(&stage);
    }
}

/* What the main view looks like in each theme: 80x24, text and looks. */
static void every_theme_is_drawn(void **state)
{
    static const Shape shape = { 24, 80, "utf8" };
    g_autoptr(GPtrArray) entries = theme_list();

    for (guint i = 0; i < entries->len; i++) {
        const ThemeEntry *entry = entries->pdata[i];
        g_autofree char *name = NULL, *looks = NULL;
        Stage stage;

        if (!entry->path || !g_str_has_prefix(entry->path, SRCDIR))
            continue;
        stage = shape_open(&shape, web01());
        select_device(&stage, "disk1");
        console_take_theme(stage.console, entry->name);
        console_paint(stage.console);
        screen_take(stage.screen);
        looks = screen_looks(stage.screen);
        name = g_strdup_printf("theme-%s-80x24.looks", entry->name);
        assert_golden(name, looks);
        stage_close(&stage);
    }
}

static void moving_shows_and_escape_goes_back(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "T");
    assert_true(shows(&stage, "1 of 12"));
    assert_string_equal(theme_of(&stage), "default");
    press(&stage, DOWN);
    assert_string_equal(theme_of(&stage), "amber");
    assert_true(shows(&stage, "amber screen"));
    press(&stage, "G");
    assert_string_equal(theme_of(&stage), "tritanopia");
    press(&stage, DOWN); /* stays at the end */
    assert_string_equal(theme_of(&stage), "tritanopia");
    press(&stage, "T"); /* goes round */
    assert_string_equal(theme_of(&stage), "default");
    press(&stage, DOWN DOWN);
    assert_string_equal(theme_of(&stage), "colour-blind-safe");
    press(&stage, ESCAPE);
    assert_null(stage.console->dialog);
    assert_string_equal(theme_of(&stage), "default");
    stage_close(&stage);
}

static void enter_keeps(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "T" DOWN ENTER);
    assert_null(stage.console->dialog);
    assert_string_equal(theme_of(&stage), "amber");
    assert_true(shows(&stage, "theme amber; --theme amber starts with it"));
    press(&stage, "T" DOWN ESCAPE);
    assert_string_equal(theme_of(&stage), "amber");
    press(&stage, "T" ENTER); /* nothing changed, nothing to tell */
    assert_false(shows(&stage, "starts with it"));
    stage_close(&stage);
}

/* xterm's report of button 1, rows and columns from 1. */
static void click(Stage *stage, int row, int column)
{
    MEVENT event = { .y = row, .x = column, .bstate = BUTTON1_PRESSED };

    console_mouse(stage->console, &event);
    console_paint(stage->console);
}

static void clicks_show_and_keep(void **state)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, "T");
    click(&stage, 4, 60);
    assert_string_equal(theme_of(&stage), "amber");
    click(&stage, 4, 2); /* beside the box */
    assert_non_null(stage.console->dialog);
    click(&stage, 4, 60);
    assert_null(stage.console->dialog);
    assert_string_equal(theme_of(&stage), "amber");
    stage_close(&stage);
}

static void a_bad_theme_is_told_and_stood_in_for(void **state)
{
    g_autofree char *folder = g_dir_make_tmp("themes-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a-bad.theme", NULL);
    g_autofree char *before = g_strdup(g_getenv("BACKPLANE_THEMES"));
    Stage stage;

    assert_true(g_file_set_contents(path, "[colours]\nleaving=purpel\n", -1, NULL));
    g_setenv("BACKPLANE_THEMES", folder, TRUE);
    stage = stage_open(24, 80, web01(), FALSE);
    press(&stage, "T" DOWN);
    assert_string_equal(theme_of(&stage), "default");
    assert_true(shows(&stage, "bad"));
    assert_true(shows(&stage, "\"purpel\""));
    press(&stage, ESCAPE);
    console_take_theme(stage.console, "a-bad"); /* as --theme bad does */
    console_paint(stage.console);
    assert_true(shows(&stage, "Not possible"));
    assert_string_equal(theme_of(&stage), "default");
    stage_close(&stage);
    g_remove(path);
    g_rmdir(folder);
    g_setenv("BACKPLANE_THEMES", before, TRUE);
}

static int set_up(void **state)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    return stage_set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dialog_is_drawn),
        cmocka_unit_test(every_theme_is_drawn),
        cmocka_unit_test(moving_shows_and_escape_goes_back),
        cmocka_unit_test(enter_keeps),
        cmocka_unit_test(clicks_show_and_keep),
        cmocka_unit_test(a_bad_theme_is_told_and_stood_in_for),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
