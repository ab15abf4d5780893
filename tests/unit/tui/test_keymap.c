/* Key names, and that the keys of the command table are all good and belong to one command each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <ncurses.h>

#include "tui/console.h"
#include "tui/keymap.h"
#include "tui/view.h"

static void names_are_read(void **state)
{
    static const struct {
        const char *name;
        Key key;
    } cases[] = {
        { "j", { FALSE, 'j' } },         { "G", { FALSE, 'G' } },
        { "C-u", { FALSE, 0x15 } },      { "PageUp", { TRUE, KEY_PPAGE } },
        { "F1", { TRUE, KEY_F(1) } },    { "F12", { TRUE, KEY_F(12) } },
        { "Enter", { FALSE, '\n' } },    { "Tab", { FALSE, '\t' } },
        { "Delete", { TRUE, KEY_DC } },  { "?", { FALSE, '?' } },
        { "\xc3\xa9", { FALSE, 0xe9 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Key key;

        assert_true(key_parse(cases[i].name, &key));
        assert_true(key_equal(key, cases[i].key));
    }
}

static void wrong_names_are_refused(void **state)
{
    static const char *const wrong[] = { "", "jj", "C-", "C-xy", "F0", "F13", "PgUp", " ", "\xff" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        Key key;

        assert_false(key_parse(wrong[i], &key));
    }
}

static void codes_of_one_key_are_one_key(void **state)
{
    assert_true(key_equal(key_from_curses(KEY_CODE_YES, KEY_ENTER), key_from_curses(OK, '\r')));
    assert_true(key_equal(key_from_curses(KEY_CODE_YES, KEY_BACKSPACE), key_from_curses(OK, 127)));
    assert_true(key_equal(key_from_curses(OK, 8), key_from_curses(OK, 127)));
}

static gboolean is_in_view(const Command *command, gconstpointer view)
{
    return !command->views || (command->views & IN_VIEW(*(const ViewId *)view));
}

/* Where two rows have a key in one view, it is told which of them is there. */
static void every_key_of_the_table_has_one_command(void **state)
{
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++) {
        g_auto(GStrv) names = g_strsplit(table[i].keys ? table[i].keys : "", " ", -1);

        assert_true(!table[i].keys == !command_has_keys(&table[i]));
        for (char **name = names; *name; name++) {
            Key key;

            assert_true(key_parse(*name, &key));
            for (ViewId view = VIEW_TREE; view < VIEWS; view++)
                if (is_in_view(&table[i], &view) && !table[i].exists)
                    assert_ptr_equal(keymap_find(key, is_in_view, &view), &table[i]);
        }
    }
}

static gboolean is_there(const Command *command, gconstpointer data)
{
    return TRUE;
}

static void escape_is_no_command(void **state)
{
    assert_null(keymap_find((Key){ FALSE, KEY_CODE_ESCAPE }, is_there, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(codes_of_one_key_are_one_key),
        cmocka_unit_test(every_key_of_the_table_has_one_command),
        cmocka_unit_test(escape_is_no_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
