/* text_printable: nothing that comes out can act on a terminal. */
#include "monitor/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    const char *bytes;
    gssize length;
    gsize columns;
    const char *printed;
} Case;

static const Case cases[] = {
    { "", -1, 0, "" },
    { "plain", -1, 0, "plain" },
    { "plain", 3, 0, "pla" },
    { "na\xc3\xafve \xe2\x94\x80", -1, 0, "na\xc3\xafve \xe2\x94\x80" },
    { "\x1b[2J", -1, 0, "\\x1b[2J" },
    { "a\r\n\tb\x7f", -1, 0, "a\\r\\n\\tb\\x7f" },
    { "a\0b", 3, 0, "a\\x00b" },
    { "\xc2\x9b"
      "31m",
      -1, 0, "\\u009b31m" },
    { "\xff\xfe", -1, 0, "\\xff\\xfe" },
    { "\xe2\x82", -1, 0, "\\xe2\\x82" },
    { "\xed\xa0\x80", -1, 0, "\\xed\\xa0\\x80" },
    { "\xe2\x80\xae"
      "fdp",
      -1, 0, "\\u202efdp" },
    { "\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9", -1, 0,
      "\\u200e\\u200f\\u202a\\u2066\\u2069" },
    { "\xe2\x80\xa8", -1, 0, "\\u2028" },
    { "\xf3\xa0\x81\x81", -1, 0, "\\U000e0041" },
    { "exactly10!", -1, 10, "exactly10!" },
    { "eleven char", -1, 10, "eleven ..." },
    { "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", -1, 6, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
    { "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", -1, 5, "\xe6\x97\xa5..." },
    { "ab\x1b\x1b", -1, 6, "ab..." },
};

static void test_cases(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *printed =
            text_printable(cases[i].bytes, cases[i].length, cases[i].columns);
        assert_string_equal(printed, cases[i].printed);
    }
}

/* Marks have no width; a megabyte of them must not come through a limit of 60 columns. */
static void test_marks_are_bounded(void **state)
{
    g_autoptr(GString) marks = g_string_new("e");
    g_autofree char *printed = NULL;

    for (int i = 0; i < 100000; i++)
        g_string_append(marks, "\xcc\x81");
    printed = text_printable(marks->str, -1, 60);
    assert_true(strlen(printed) < 1000);
}

static void test_every_byte_pair_is_valid_and_inert(void **state)
{
    for (int i = 0; i < 65536; i++) {
        char bytes[2] = { (char)(i >> 8), (char)i };
        g_autofree char *printed = text_printable(bytes, 2, 0);

        assert_true(g_utf8_validate(printed, -1, NULL));
        for (const char *at = printed; *at; at = g_utf8_next_char(at))
            assert_false(g_unichar_iscntrl(g_utf8_get_char(at)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_marks_are_bounded),
        cmocka_unit_test(test_every_byte_pair_is_valid_and_inert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
