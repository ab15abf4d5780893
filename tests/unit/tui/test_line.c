/* Lines of the language: parted into words, put together, and looked at while they are typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/line.h"

/* The words with "|" between them; NULL for none. (transfer full) */
static char *split(const char *line)
{
    g_auto(GStrv) words = NULL;

    assert_true(line_split(line, &words, NULL));
    return words ? g_strjoinv("|", words) : NULL;
}

static void words_are_parted_as_in_a_shell(void **state)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        { "", NULL },
        { "  \t ", NULL },
        { "# all of it", NULL },
        { "  # behind blanks", NULL },
        { "undo", "undo" },
        { "  attach  disk\tfile=/x ", "attach|disk|file=/x" },
        { "bind d undo # as in vi", "bind|d|undo" },
        { "serial=a#b", "serial=a#b" },
        { "bind '#' find", "bind|#|find" },
        { "show 'usb 1.2'", "show|usb 1.2" },
        { "file=\"/a b\"/c", "file=/a b/c" },
        { "file=/a\\ b", "file=/a b" },
        { "x ''", "x|" },
        { "$HOME `id` *", "$HOME|`id`|*" },
        { "/a~/b", "/a~/b" },
        { "d\303\251v \344\275\234\350\200\205", "d\303\251v|\344\275\234\350\200\205" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = split(cases[i].line);

        if (g_strcmp0(words, cases[i].words) != 0)
            fail_msg("\"%s\" gave \"%s\"", cases[i].line, words ? words : "nothing");
    }
}

static void the_home_folder_is_written_short(void **state)
{
    g_autofree char *words = split("x ~/a file=~/b ~ no=x~/c");
    g_autofree char *expected =
        g_strdup_printf("x|%s/a|file=%s/b|~|no=x~/c", g_get_home_dir(), g_get_home_dir());

    assert_string_equal(words, expected);
}

static void what_is_not_closed_is_refused(void **state)
{
    static const char *const wrong[] = { "x 'y", "x \"y", "x y\\" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(GStrv) words = NULL;
        g_autoptr(GError) error = NULL;

        assert_false(line_split(wrong[i], &words, &error));
        assert_non_null(strstr(error->message, "nothing that closes it"));
    }
}

static void words_come_back_when_they_are_quoted(void **state)
{
    static const char *const words[] = { "plain", "",     "a b", "it's", "\"", "\\",
                                         "$x",    "`id`", "#no", "a=b",  "\t", NULL };
    g_autofree char *line = line_join(words);
    g_auto(GStrv) back = NULL;

    assert_true(line_split(line, &back, NULL));
    assert_int_equal(g_strv_length(back), G_N_ELEMENTS(words) - 1);
    for (guint i = 0; back[i]; i++)
        assert_string_equal(back[i], words[i]);
}

static void arguments_are_counted(void **state)
{
    static const struct {
        const char *arguments;
        guint least, most;
    } cases[] = {
        { "", 0, 0 },
        { "FILE", 1, 1 },
        { "[FILE]", 0, 1 },
        { "DEVICE...", 1, G_MAXUINT },
        { "disk|nic [KEY=VALUE...]", 1, G_MAXUINT },
        { "[-v VIEW] KEY", 1, 3 },
        { "[-v VIEW] KEY COMMAND [ARGUMENT...]", 2, G_MAXUINT },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint least, most;

        line_count_arguments(cases[i].arguments, &least, &most);
        assert_int_equal(least, cases[i].least);
        assert_true(most == cases[i].most);
    }
}

static void the_target_is_not_written_in_a_line(void **state)
{
    assert_string_equal(line_arguments(command_find("tree")), "");
    assert_string_equal(line_arguments(command_find("show")), "DEVICE");
    assert_string_equal(line_arguments(command_find("undo")), "");
    assert_string_equal(line_arguments(command_find("pin")), "FILE");
}

/* "|" is the cursor. */
static void the_word_at_the_cursor_is_found(void **state)
{
    static const struct {
        const char *line;
        guint before;
        gsize start;
        const char *text;
        char quote;
        gboolean comment;
    } cases[] = {
        { "|", 0, 0, "", 0, FALSE },
        { "att|", 0, 0, "att", 0, FALSE },
        { "attach |", 1, 7, "", 0, FALSE },
        { "attach di|sk file", 1, 7, "di", 0, FALSE },
        { "x \"a b|", 1, 2, "a b", '"', FALSE },
        { "x 'a \"|", 1, 2, "a \"", '\'', FALSE },
        { "x a\\ b|", 1, 2, "a b", 0, FALSE },
        { "x \"a\\\"b|", 1, 2, "a\"b", '"', FALSE },
        { "x \"a\\b|", 1, 2, "a\\b", '"', FALSE },
        { "x '' |", 2, 5, "", 0, FALSE },
        { "x # y|", 1, 2, "#", 0, TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *cursor = strrchr(cases[i].line, '|');
        g_auto(LineWord) word = line_word_at(cases[i].line, (gsize)(cursor - cases[i].line));

        if (word.words->len != cases[i].before || word.start != cases[i].start ||
            word.quote != cases[i].quote || word.comment != cases[i].comment ||
            (!word.comment && !g_str_equal(word.text, cases[i].text)))
            fail_msg("%s: %u words before, from %zu, \"%s\"", cases[i].line, word.words->len,
                     word.start, word.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_parted_as_in_a_shell),
        cmocka_unit_test(the_home_folder_is_written_short),
        cmocka_unit_test(what_is_not_closed_is_refused),
        cmocka_unit_test(words_come_back_when_they_are_quoted),
        cmocka_unit_test(arguments_are_counted),
        cmocka_unit_test(the_target_is_not_written_in_a_line),
        cmocka_unit_test(the_word_at_the_cursor_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
