/* Text by columns: measured, cut, broken, made safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <locale.h>

#include "tui/draw.h"

static void text_is_measured_in_columns(void **state)
{
    static const struct {
        const char *text;
        int columns;
    } cases[] = {
        { "", 0 },          { "disk", 4 }, { "dév", 3 },     { "作者", 4 },
        { "e\xcc\x81", 1 }, { "├─┬ ", 4 }, { "\x1b[2J", 7 }, /* as its escape: \x1b[2J */
        { "\xff", 4 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(text_columns(cases[i].text), cases[i].columns);
}

static void assert_fit(const char *text, int columns, gboolean ascii, const char *expected)
{
    g_autofree char *fitted = text_fit(text, columns, ascii);

    assert_string_equal(fitted, expected);
    assert_true(text_columns(fitted) <= MAX(columns, 0));
}

static void text_is_cut_by_columns(void **state)
{
    assert_fit("boot.qcow2", 10, FALSE, "boot.qcow2");
    assert_fit("boot.qcow2", 9, FALSE, "boot.qco…");
    assert_fit("boot.qcow2", 9, TRUE, "boot.qco~");
    assert_fit("作者作者", 5, FALSE, "作者…");
    assert_fit("作者作者", 4, FALSE, "作…"); /* half a character does not fit */
    assert_fit("abc", 1, FALSE, "…");
    assert_fit("abc", 0, FALSE, "");
    assert_fit("abc", -3, FALSE, "");
    assert_fit("dév作", 9, TRUE, "d?v??");
    assert_fit("├─┬ x", 9, TRUE, "|-+ x");
}

static void file_names_are_cut_at_the_front(void **state)
{
    g_autofree char *fitted = text_fit_end("/srv/vm/data1.qcow2", 13, FALSE);
    g_autofree char *whole = text_fit_end("/srv/a", 13, FALSE);

    assert_string_equal(fitted, "…/data1.qcow2");
    assert_string_equal(whole, "/srv/a");
}

static void nothing_raw_reaches_the_terminal(void **state)
{
    static const char *const hostile[] = { "\x1b]0;title\x07",
                                           "a\rb",
                                           "\xc2\x9b"
                                           "31m",
                                           "\xe2\x80\xae"
                                           "abc",
                                           "\xf0\x9f\xff",
                                           "a\nb\tc" };

    for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autofree char *fitted = text_fit(hostile[i], 80, FALSE);

        assert_true(g_utf8_validate(fitted, -1, NULL));
        for (const char *at = fitted; *at; at = g_utf8_next_char(at))
            assert_true(g_unichar_isprint(g_utf8_get_char(at)));
    }
}

static void text_is_broken_at_blanks(void **state)
{
    g_autoptr(GPtrArray) lines = text_wrap("The guest has not released the device", 14);
    g_autoptr(GPtrArray) word = text_wrap("/srv/vm/data1.qcow2", 8);
    g_autoptr(GPtrArray) empty = text_wrap("", 8);
    g_autoptr(GPtrArray) thin = text_wrap("作者", 1); /* one column is too few: still ends */

    assert_int_equal(lines->len, 3);
    assert_string_equal(lines->pdata[0], "The guest has");
    assert_string_equal(lines->pdata[1], "not released");
    assert_string_equal(lines->pdata[2], "the device");
    assert_int_equal(word->len, 3);
    assert_string_equal(word->pdata[0], "/srv/vm/");
    assert_int_equal(empty->len, 1);
    assert_int_equal(thin->len, 2);
}

static void twins_are_as_wide(void **state)
{
    for (int glyph = 0; glyph < GLYPHS; glyph++)
        assert_int_equal(text_columns(glyph_text((Glyph)glyph, FALSE)),
                         text_columns(glyph_text((Glyph)glyph, TRUE)));
}

static int set_up(void **state)
{
    return setlocale(LC_ALL, "C.UTF-8") ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_measured_in_columns),
        cmocka_unit_test(text_is_cut_by_columns),
        cmocka_unit_test(file_names_are_cut_at_the_front),
        cmocka_unit_test(nothing_raw_reaches_the_terminal),
        cmocka_unit_test(text_is_broken_at_blanks),
        cmocka_unit_test(twins_are_as_wide),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
