/* Themes: the words of a style, colours that come down to the terminal, files right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "tui/theme.h"

#define SOURCE_THEMES SRCDIR "/themes"

static void styles_are_read(void **state)
{
    Style style;

    assert_true(style_parse("yellow on #264f78 bold underline", &style, NULL));
    assert_int_equal(style.foreground.type, COLOUR_INDEX);
    assert_int_equal(style.foreground.value, 3);
    assert_int_equal(style.background.type, COLOUR_RGB);
    assert_int_equal(style.background.value, 0x264f78);
    assert_int_equal(style.flags, STYLE_BOLD | STYLE_UNDERLINE);
    assert_true(style_parse("", &style, NULL));
    assert_int_equal(style.foreground.type, COLOUR_NONE);
}

static void wrong_words_are_named(void **state)
{
    static const char *const wrong[] = { "purpel",  "256", "#12345",         "#1234567",
                                         "#gggggg", "-1",  "red green blink" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        Style style;

        assert_false(style_parse(wrong[i], &style, &error));
        assert_non_null(error);
    }
}

static void colours_come_down(void **state)
{
    Colour blue = { COLOUR_RGB, 0x264f78 }, grey = { COLOUR_INDEX, 8 },
           red = { COLOUR_RGB, 0xff1010 };

    assert_int_equal(colour_reduce(blue, 1 << 24), 0x264f78);
    assert_int_equal(colour_reduce(blue, 256), 24);
    assert_int_equal(colour_reduce(grey, 16), 8);
    assert_int_equal(colour_reduce(grey, 8), -1);
    assert_int_equal(colour_reduce((Colour){ COLOUR_INDEX, 244 }, 256), 244);
    assert_int_equal(colour_reduce((Colour){ COLOUR_INDEX, 244 }, 16), 8);
    assert_int_equal(colour_reduce((Colour){ COLOUR_INDEX, 244 }, 8), -1);
    assert_int_equal(colour_reduce(red, 8), 1);
    assert_int_equal(colour_reduce((Colour){ COLOUR_DEFAULT, 0 }, 256), -1);
    assert_int_equal(colour_reduce((Colour){ COLOUR_INDEX, 14 }, 8), 6);
}

static void every_shipped_theme_loads(void **state)
{
    static const char *const shipped[] = { "default", "light", "mono", "high-contrast",
                                           "colour-blind-safe" };

    g_setenv("BACKPLANE_THEMES", SOURCE_THEMES, TRUE);
    g_auto(GStrv) names = theme_names();
    assert_string_equal(names[0], "default");
    for (gsize i = 0; i < G_N_ELEMENTS(shipped); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Theme) theme = theme_load(shipped[i], &error);

        assert_null(error);
        assert_string_equal(theme->name, shipped[i]);
        assert_true(g_strv_contains((const char *const *)names, shipped[i]));
    }
}

static void the_file_of_the_default_is_what_is_built_in(void **state)
{
    g_setenv("BACKPLANE_THEMES", SOURCE_THEMES, TRUE);
    g_autoptr(Theme) file = theme_load("default", NULL);
    g_autoptr(Theme) built_in = theme_default();

    assert_memory_equal(file->colour, built_in->colour, sizeof(file->colour));
    assert_memory_equal(file->mono, built_in->mono, sizeof(file->mono));
}

static char *folder_with(const char *name, const char *contents)
{
    g_autofree char *folder = g_dir_make_tmp("themes-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, contents, -1, NULL));
    g_setenv("BACKPLANE_THEMES", folder, TRUE);
    return g_steal_pointer(&folder);
}

static void remove_folder(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_remove(path);
    g_rmdir(folder);
}

static void bad_files_are_named_with_line_and_key(void **state)
{
    static const struct {
        const char *contents;
        const char *told;
    } cases[] = {
        { "[colours]\ntext=default\nleaving=purpel\n", ":3: [colours] leaving: \"purpel\"" },
        { "[colours]\n\nlaeving=red\n", ":3: [colours] laeving: there is no such element" },
        { "[theme]\ninherit=bad\n", ":2: [theme] inherit: too many" },
        { "[theme]\ninherit=nowhere\n", "no theme \"nowhere\"" },
        { "text=red\n", "bad.theme:1: " },
        { "# a theme\n[colours]\n\ntext red\n", "bad.theme:4: " },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = folder_with("bad.theme", cases[i].contents);
        g_autoptr(GError) error = NULL;

        assert_null(theme_load("bad", &error));
        assert_non_null(strstr(error->message, cases[i].told));
        remove_folder(folder, "bad.theme");
    }
}

static void unknown_names_are_answered_with_those_there_are(void **state)
{
    static const char *const names[] = { "nothing", "../themes/light", "/etc/passwd", "" };

    g_setenv("BACKPLANE_THEMES", SOURCE_THEMES, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(theme_load(names[i], &error));
        assert_non_null(strstr(error->message, "default, "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles_are_read),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(colours_come_down),
        cmocka_unit_test(every_shipped_theme_loads),
        cmocka_unit_test(the_file_of_the_default_is_what_is_built_in),
        cmocka_unit_test(bad_files_are_named_with_line_and_key),
        cmocka_unit_test(unknown_names_are_answered_with_those_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
