/* Every theme that is shipped, computed: all text reads at 4.5:1 (WCAG 2.1, 1.4.3) on every
 * background that the theme was made for, in all colours, in 256 and in the 16 of xterm; states
 * stay apart in few colours, and for eyes that see fewer hues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tui/theme.h"

/* Lines that carry no text: 1.4.11 asks for 3:1 of what is needed to understand a picture. */
#define CONTRAST_RULE 3.0

static const int depths[] = { 1 << 24, 256, 16 };

static guint rgb_of(int colour, int colours)
{
    return colours > 256 && colour >= 8 ? (guint)colour
                                        : colour_rgb((Colour){ COLOUR_INDEX, (guint)colour });
}

/* With 16 colours the terminal's own background is taken for black or white. */
static guint ground_of(const Theme *theme, guint index, int colours)
{
    guint rgb = theme->backgrounds[index];

    if (colours > 16)
        return rgb;
    return rgb_contrast(rgb, 0) > rgb_contrast(rgb, 0xffffff) ? 0xffffff : 0;
}

static double contrast_of(const Theme *theme, Element element, int colours, guint index)
{
    TerminalStyle style = theme_reduce(theme, theme_style(theme, element), colours);
    guint ground =
        style.background < 0 ? ground_of(theme, index, colours) : rgb_of(style.background, colours);

    /* the terminal's own text on its own background is its own affair; on ours nobody knows */
    if (style.foreground < 0)
        return style.background < 0 ? 21 : 0;
    return rgb_contrast(rgb_of(style.foreground, colours), ground);
}

static void check_contrast(const Theme *theme, Element element, int colours)
{
    double least = element == ELEMENT_RULE ? CONTRAST_RULE : CONTRAST_TEXT;

    for (guint i = 0; i < theme->background_count; i++) {
        double contrast = contrast_of(theme, element, colours, i);

        if (contrast < least)
            fail_msg("theme %s, element %d, %d colours, on #%06x: %.2f", theme->name, element,
                     colours, theme->backgrounds[i], contrast);
    }
}

typedef void (*Check)(const Theme *theme);

static void for_each_theme(Check check)
{
    g_autoptr(GPtrArray) entries = NULL;
    guint count = 0;

    entries = theme_list();
    for (guint i = 0; i < entries->len; i++) {
        const ThemeEntry *entry = entries->pdata[i];
        g_autoptr(Theme) theme = NULL;

        if (entry->path && !g_str_has_prefix(entry->path, SRCDIR))
            continue;
        theme = theme_load(entry->name, NULL);
        assert_non_null(theme);
        check(theme);
        count++;
    }
    assert_true(count >= 11);
}

static void check_theme(const Theme *theme)
{
    assert_true(theme->background_count > 0 || g_str_equal(theme->name, "mono"));
    for (gsize depth = 0; depth < G_N_ELEMENTS(depths); depth++)
        for (int element = 0; element < ELEMENTS; element++)
            check_contrast(theme, (Element)element, depths[depth]);
}

/* It goes with every background, since it leaves both colours to the terminal. */
static void mono_has_no_colours(void **state)
{
    g_autoptr(Theme) theme = theme_load("mono", NULL);

    for (int i = 0; i < ELEMENTS; i++) {
        Style style = theme_style(theme, (Element)i);

        assert_true(style.foreground.type <= COLOUR_DEFAULT);
        assert_true(style.background.type <= COLOUR_DEFAULT);
    }
}

/* Dimmed by the terminal, a colour is another one than was computed. */
static void check_dim(const Theme *theme)
{
    for (int i = 0; i < ELEMENTS; i++)
        if (theme->colour[i].flags & STYLE_DIM && !g_str_equal(theme->name, "mono"))
            fail_msg("theme %s, element %d is dim", theme->name, i);
}

static void no_colour_is_dimmed(void **state)
{
    for_each_theme(check_dim);
}

static void all_text_can_be_read(void **state)
{
    for_each_theme(check_theme);
}

/* A background of its own is what the theme says that it was made for. */
static void check_background(const Theme *theme)
{
    const Style *text = &theme->colour[ELEMENT_TEXT];

    if (text->background.type != COLOUR_RGB)
        return;
    assert_int_equal(theme->background_count, 1);
    assert_int_equal(theme->backgrounds[0], text->background.value);
}

static void backgrounds_are_declared(void **state)
{
    for_each_theme(check_background);
}

/* --- states ---------------------------------------------------------------------------------- */

static const Element states[] = { ELEMENT_PRESENT, ELEMENT_ADDED, ELEMENT_LEAVING, ELEMENT_REFUSED,
                                  ELEMENT_ABSENT };

static gboolean looks_same(const TerminalStyle *a, const TerminalStyle *b)
{
    return a->foreground == b->foreground && a->background == b->background && a->flags == b->flags;
}

static void check_apart(const Theme *theme, int colours)
{
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        for (gsize j = i + 1; j < G_N_ELEMENTS(states); j++) {
            TerminalStyle a = theme_reduce(theme, theme_style(theme, states[i]), colours);
            TerminalStyle b = theme_reduce(theme, theme_style(theme, states[j]), colours);

            if (looks_same(&a, &b))
                fail_msg("theme %s, %d colours: elements %d and %d look the same", theme->name,
                         colours, states[i], states[j]);
        }
    }
}

static void check_states(const Theme *theme)
{
    if (g_str_equal(theme->name, "mono"))
        return; /* glyphs and words tell the states there, as everywhere */
    for (gsize depth = 0; depth < G_N_ELEMENTS(depths); depth++)
        check_apart(theme, depths[depth]);
    check_apart(theme, 8);
}

static void states_look_different_in_few_colours(void **state)
{
    for_each_theme(check_states);
}

/* The bar of the cursor can be told from what it lies on. */
static void check_selection(const Theme *theme)
{
    static const int all[] = { 1 << 24, 256, 16, 8 };

    for (gsize depth = 0; depth < G_N_ELEMENTS(all); depth++) {
        TerminalStyle text = theme_reduce(theme, theme_style(theme, ELEMENT_TEXT), all[depth]);
        TerminalStyle bar = theme_reduce(theme, theme_style(theme, ELEMENT_SELECTION), all[depth]);

        if (text.background == bar.background && text.flags == bar.flags)
            fail_msg("theme %s, %d colours: no bar", theme->name, all[depth]);
    }
}

static void the_cursor_has_a_bar(void **state)
{
    for_each_theme(check_selection);
}

/* --- fewer hues ------------------------------------------------------------------------------ */

static double to_linear(guint level)
{
    double part = level / 255.0;

    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static void see(guint rgb, const double matrix[3][3], double lab[3])
{
    double linear[3] = { to_linear(rgb >> 16), to_linear(rgb >> 8 & 0xff), to_linear(rgb & 0xff) };
    double seen[3], l, m, s;

    for (int i = 0; i < 3; i++)
        seen[i] = CLAMP(
            matrix[i][0] * linear[0] + matrix[i][1] * linear[1] + matrix[i][2] * linear[2], 0, 1);
    l = cbrt(0.4122214708 * seen[0] + 0.5363325363 * seen[1] + 0.0514459929 * seen[2]);
    m = cbrt(0.2119034982 * seen[0] + 0.6806995451 * seen[1] + 0.1073969566 * seen[2]);
    s = cbrt(0.0883024619 * seen[0] + 0.2817188376 * seen[1] + 0.6299787005 * seen[2]);
    lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static double distance(guint first, guint second, const double matrix[3][3])
{
    double a[3], b[3], sum = 0;

    see(first, matrix, a);
    see(second, matrix, b);
    for (int i = 0; i < 3; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum);
}

/* What one sees first of an element: a background of its own, or the text. */
static guint mark_of(const Theme *theme, Element element)
{
    const Style *style = &theme->colour[element];

    if (style->background.type == COLOUR_RGB && element != ELEMENT_TEXT)
        return style->background.value;
    return style->foreground.type == COLOUR_RGB ? style->foreground.value : 0xe5e5e5;
}

/* Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB. */
static void states_differ_for_eyes_with_fewer_hues(void **state)
{
    static const struct {
        const char *theme;
        double matrix[3][3];
    } eyes[] = {
        { "deuteranopia",
          { { 0.367322, 0.860646, -0.227968 },
            { 0.280085, 0.672501, 0.047413 },
            { -0.011820, 0.042940, 0.968881 } } },
        { "deuteranopia", /* protanopia */
          { { 0.152286, 1.052583, -0.204868 },
            { 0.114503, 0.786281, 0.099216 },
            { -0.003882, -0.048116, 1.051998 } } },
        { "tritanopia",
          { { 1.255528, -0.076749, -0.178779 },
            { -0.078411, 0.930809, 0.147602 },
            { 0.004733, 0.691367, 0.303900 } } },
    };

    for (gsize eye = 0; eye < G_N_ELEMENTS(eyes); eye++) {
        g_autoptr(Theme) theme = theme_load(eyes[eye].theme, NULL);

        for (gsize i = 1; i < G_N_ELEMENTS(states); i++)
            for (gsize j = i + 1; j < G_N_ELEMENTS(states); j++) {
                double apart = distance(mark_of(theme, states[i]), mark_of(theme, states[j]),
                                        eyes[eye].matrix);

                if (apart < 0.08)
                    fail_msg("%s (%d): elements %d and %d are %.3f apart", theme->name, (int)eye,
                             states[i], states[j], apart);
            }
    }
}

static int set_up(void **state)
{
    g_setenv("BACKPLANE_THEMES", SRCDIR "/themes", TRUE);
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_text_can_be_read),
        cmocka_unit_test(mono_has_no_colours),
        cmocka_unit_test(no_colour_is_dimmed),
        cmocka_unit_test(backgrounds_are_declared),
        cmocka_unit_test(states_look_different_in_few_colours),
        cmocka_unit_test(the_cursor_has_a_bar),
        cmocka_unit_test(states_differ_for_eyes_with_fewer_hues),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
