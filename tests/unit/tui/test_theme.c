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

static TerminalStyle reduced(const char *text, int colours)
{
    g_autoptr(Theme) theme = theme_default();
    Style style;

    assert_true(style_parse(text, &style, NULL));
    return theme_reduce(theme, style, colours);
}

static void assert_reduced(const char *text, int colours, int foreground, int background,
                           guint flags)
{
    TerminalStyle style = reduced(text, colours);

    if (style.foreground != foreground || style.background != background || style.flags != flags)
        fail_msg("%s in %d colours: %d on %d, flags %u", text, colours, style.foreground,
                 style.background, style.flags);
}

static void colours_come_down(void **state)
{
    assert_reduced("#ffffff on #264f78", 1 << 24, 0xffffff, 0x264f78, 0);
    assert_reduced("#ffffff on #264f78", 256, 231, 24, 0);
    assert_reduced("#ffffff on #264f78", 16, 15, 4, 0);
    assert_reduced("bright-white on #264f78", 8, 7, 4, STYLE_BOLD);
    assert_reduced("default", 256, -1, -1, 0);
    assert_reduced("", 256, -1, -1, 0);
    assert_reduced("244", 256, 244, -1, 0);
    assert_reduced("244", 16, 8, -1, 0);
    assert_reduced("244", 8, -1, -1, STYLE_DIM);
    assert_reduced("grey", 16, 8, -1, 0);
    assert_reduced("bright-cyan", 8, 6, -1, STYLE_BOLD);
    assert_reduced("red", 1 << 24, 1, -1, 0); /* the terminal's own red */
}

/* The four hues that have a meaning stay four hues. */
static void hues_stay_apart_in_few_colours(void **state)
{
    assert_reduced("#5fd7d7", 16, 6, -1, 0);
    assert_reduced("#ffd75f", 8, 3, -1, 0);
    assert_reduced("#ff5f5f bold", 8, 1, -1, STYLE_BOLD);
    assert_reduced("#d787d7", 8, 5, -1, 0);
    assert_reduced("#ff5f5f bold", 16, 9, -1, STYLE_BOLD); /* plain red is too dark on black */
}

static void what_is_dark_on_dark_stays_readable(void **state)
{
    TerminalStyle style = reduced("#1010ff on #000000", 16);

    assert_int_equal(style.background, 0);
    assert_true(rgb_contrast(0, 0xffffff) > 20.99);
    assert_true(rgb_contrast(0x777777, 0xffffff) > 4.47 && rgb_contrast(0x777777, 0xffffff) < 4.49);
}

static const ThemeEntry *entry_of(const GPtrArray *entries, const char *name)
{
    for (guint i = 0; i < entries->len; i++)
        if (g_str_equal(((const ThemeEntry *)entries->pdata[i])->name, name))
            return entries->pdata[i];
    return NULL;
}

static void every_shipped_theme_loads(void **state)
{
    static const char *const shipped[] = {
        "default",      "light",           "high-contrast", "mono",
        "deuteranopia", "tritanopia",      "phosphor",      "solarized-dark",
        "nord",         "solarized-light", "amber",         "colour-blind-safe",
    };

    g_setenv("BACKPLANE_THEMES", SOURCE_THEMES, TRUE);
    g_autoptr(GPtrArray) entries = theme_list();
    assert_string_equal(((const ThemeEntry *)entries->pdata[0])->name, "default");
    for (gsize i = 0; i < G_N_ELEMENTS(shipped); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Theme) theme = theme_load(shipped[i], &error);

        assert_null(error);
        assert_string_equal(theme->name, shipped[i]);
        assert_true(theme->description && strlen(theme->description) <= 46);
        assert_non_null(entry_of(entries, shipped[i]));
    }
}

static void the_file_of_the_default_is_what_is_built_in(void **state)
{
    g_setenv("BACKPLANE_THEMES", SOURCE_THEMES, TRUE);
    g_autoptr(Theme) file = theme_load("default", NULL);
    g_autoptr(Theme) built_in = theme_default();

    assert_memory_equal(file->colour, built_in->colour, sizeof(file->colour));
    assert_memory_equal(file->mono, built_in->mono, sizeof(file->mono));
    assert_string_equal(file->description, built_in->description);
    assert_int_equal(file->background_count, built_in->background_count);
    assert_memory_equal(file->backgrounds, built_in->backgrounds, sizeof(file->backgrounds));
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
        { "[colours]\nadded=red\nadded=purpel\n", ":3: [colours] added: \"purpel\"" },
        { "[mono]\nadded=bold underlined\n", ":2: [mono] added: \"underlined\"" },
        { "[colours]\nadded=red blue\n", ":2: [colours] added: \"blue\" is one colour too many" },
        { "[colours]\nadded=red on\n", ":2: [colours] added: \"on\"" },
        { "[theme]\ninherit=bad\n", ":2: [theme] inherit: themes inherit from one another in a "
                                    "ring: bad, bad" },
        { "[theme]\n\ninherit=nowhere\n", ":3: [theme] inherit: there is no theme \"nowhere\"" },
        { "[theme]\ninhert=light\n", ":2: [theme] inhert: there is no such key" },
        { "[theme]\nbackgrounds=#000000 black\n", ":2: [theme] backgrounds: \"black\"" },
        { "# a theme\n[colors]\ntext=red\n", ":2: [colors]: there is no such group" },
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

static void a_bad_file_is_stood_in_for(void **state)
{
    static const struct {
        const char *contents;
        const char *used;
    } cases[] = {
        { "[theme]\ninherit=good\n[colours]\nleaving=purpel\n", "good" },
        { "[theme]\ninherit=nowhere\n", "default" },
        { "[theme]\ninherit=bad\n", "default" },
        { "garbage\n", "default" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = folder_with("bad.theme", cases[i].contents);
        g_autofree char *good = g_build_filename(folder, "good.theme", NULL);
        g_autofree char *told =
            g_strdup_printf(": the theme \"%s\" is used instead.", cases[i].used);
        g_autoptr(GError) error = NULL;
        g_autoptr(Theme) theme = NULL;

        assert_true(g_file_set_contents(good, "[colours]\nleaving=blue\n", -1, NULL));
        theme = theme_load_usable("bad", &error);
        assert_string_equal(theme->name, cases[i].used);
        assert_non_null(strstr(error->message, "bad.theme:"));
        assert_true(g_str_has_suffix(error->message, told));
        g_remove(good);
        remove_folder(folder, "bad.theme");
    }
}

static void chains_end(void **state)
{
    g_autofree char *folder = folder_with("t0.theme", "[theme]\ninherit=default\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Theme) seventh = NULL;

    for (int i = 1; i < 12; i++) {
        g_autofree char *path = g_strdup_printf("%s/t%d.theme", folder, i);
        g_autofree char *contents = g_strdup_printf("[theme]\ninherit=t%d\n", i - 1);

        assert_true(g_file_set_contents(path, contents, -1, NULL));
    }
    seventh = theme_load("t5", &error);
    assert_null(error);
    assert_string_equal(seventh->name, "t5");
    assert_null(theme_load("t11", &error));
    assert_non_null(strstr(error->message, "more than 8 themes"));
    for (int i = 1; i < 12; i++) {
        g_autofree char *name = g_strdup_printf("t%d.theme", i);
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_remove(path);
    }
    remove_folder(folder, "t0.theme");
}

static void an_own_theme_hides_another(void **state)
{
    g_autofree char *folder = folder_with("nord.theme", "[colours]\nleaving=blue\n");
    g_autofree char *own = g_build_filename(g_get_user_config_dir(), "backplane", "themes", NULL);
    g_autofree char *second = g_build_filename(own, "nord.theme", NULL);
    g_autofree char *mine = g_build_filename(own, "mine.theme", NULL);
    g_autoptr(GPtrArray) entries = NULL;
    g_autoptr(Theme) theme = NULL;
    const ThemeEntry *entry;

    assert_int_equal(g_mkdir_with_parents(own, 0700), 0);
    assert_true(g_file_set_contents(second, "[colours]\nleaving=red\n", -1, NULL));
    assert_true(g_file_set_contents(mine, "[theme]\ninherit=nord\n", -1, NULL));
    entries = theme_list();
    entry = entry_of(entries, "nord");
    assert_true(g_str_has_prefix(entry->path, folder));
    assert_true(g_ptr_array_find_with_equal_func(entry->hidden, second, g_str_equal, NULL));
    assert_string_equal(entry_of(entries, "mine")->path, mine);
    theme = theme_load("mine", NULL);
    assert_int_equal(theme->colour[ELEMENT_LEAVING].foreground.value, 4);
    g_remove(second);
    g_remove(mine);
    remove_folder(folder, "nord.theme");
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

/* An empty configuration of the user. */
static int set_up(void **state)
{
    g_autofree char *folder = g_dir_make_tmp("config-XXXXXX", NULL);

    *state = g_steal_pointer(&folder);
    g_setenv("XDG_CONFIG_HOME", *state, TRUE);
    return 0;
}

static int tear_down(void **state)
{
    g_autofree char *folder = *state;
    static const char *const inside[] = { "backplane/themes", "backplane", "." };

    for (gsize i = 0; i < G_N_ELEMENTS(inside); i++) {
        g_autofree char *path = g_build_filename(folder, inside[i], NULL);

        g_rmdir(i < 2 ? path : folder);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles_are_read),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(colours_come_down),
        cmocka_unit_test(hues_stay_apart_in_few_colours),
        cmocka_unit_test(what_is_dark_on_dark_stays_readable),
        cmocka_unit_test(every_shipped_theme_loads),
        cmocka_unit_test(the_file_of_the_default_is_what_is_built_in),
        cmocka_unit_test(bad_files_are_named_with_line_and_key),
        cmocka_unit_test(a_bad_file_is_stood_in_for),
        cmocka_unit_test(chains_end),
        cmocka_unit_test(an_own_theme_hides_another),
        cmocka_unit_test(unknown_names_are_answered_with_those_there_are),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
