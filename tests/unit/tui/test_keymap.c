/* Names of keys, that the default ones belong to one command each, and what binding them does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <ncurses.h>

#include "tui/console.h"
#include "tui/keymap.h"
#include "tui/line.h"
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

static gboolean is_in_view(const Command *command, guint views, gconstpointer view)
{
    return (views & IN_VIEW(*(const ViewId *)view)) != 0;
}

static const Binding *find(const char *name, ViewId view)
{
    Key key;

    assert_true(key_parse(name, &key));
    return keymap_find(key, is_in_view, &view);
}

/* What a key runs in a view: "undo", "theme nord"; "" for nothing. (transfer full) */
static char *line_of(const char *name, ViewId view)
{
    const Binding *binding = find(name, view);

    return binding ? binding_line(binding) : g_strdup("");
}

static void assert_line(const char *name, ViewId view, const char *expected)
{
    g_autofree char *line = line_of(name, view);

    assert_string_equal(line, expected);
}

/* Two rows may share a key where one is for some views only, which then wins in those; or where it
 * is told which of them is there. */
static void no_two_rows_want_the_same_key(void **state)
{
    const GPtrArray *bindings = keymap_bindings();

    for (guint i = 0; i < bindings->len; i++) {
        const Binding *one = bindings->pdata[i];

        assert_true(one->key.code != 0);
        for (guint k = 0; k < i; k++) {
            const Binding *other = bindings->pdata[k];
            gboolean alike = !one->command->views == !other->command->views;

            if (key_equal(one->key, other->key) && (one->views & other->views) && alike &&
                !one->command->exists && !other->command->exists)
                fail_msg("%s is wanted by %s and %s", one->name, one->command->name,
                         other->command->name);
        }
    }
}

static void every_key_has_a_command_to_run(void **state)
{
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++)
        assert_true(!table[i].keys || command_has_keys(&table[i]));
}

static gboolean bind(const char *name, guint views, const char *line, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *was = NULL;

    assert_true(line_split(line, &words, error));
    return keymap_bind(name, views, words, &was, error);
}

static void a_key_is_given_another_command(void **state)
{
    g_auto(GStrv) words = g_strsplit("undo", " ", -1);
    g_autofree char *was = NULL;

    assert_true(keymap_bind("d", 0, words, &was, NULL));
    assert_string_equal(was, "detach");
    assert_line("d", VIEW_TREE, "undo");
    assert_line("d", VIEW_SLOTS, "undo");
    assert_string_equal(keymap_label(command_find("undo"), FALSE), "d");
    assert_string_equal(keymap_label(command_find("detach"), TRUE), "Del");
    keymap_reset();
    assert_line("d", VIEW_TREE, "detach");
}

static void a_key_is_bound_in_one_view(void **state)
{
    assert_true(bind("x", IN_VIEW(VIEW_SLOTS), "theme nord", NULL));
    assert_line("x", VIEW_SLOTS, "theme nord");
    assert_line("x", VIEW_TREE, "");
    assert_true(keymap_unbind("x", 0, NULL));
    assert_line("x", VIEW_SLOTS, "");
}

static void a_key_is_taken_away(void **state)
{
    assert_true(keymap_unbind("d", IN_VIEW(VIEW_TREE), NULL));
    assert_line("d", VIEW_TREE, "");
    assert_line("d", VIEW_SLOTS, "detach");
    assert_true(keymap_unbind("d", 0, NULL));
    assert_true(keymap_unbind("Delete", 0, NULL));
    assert_string_equal(keymap_label(command_find("detach"), FALSE), ":detach");
}

static void assert_refused(const char *name, guint views, const char *line, const char *reason)
{
    g_autoptr(GError) error = NULL;

    assert_false(bind(name, views, line, &error));
    if (!strstr(error->message, reason))
        fail_msg("\"%s\" does not say \"%s\"", error->message, reason);
}

static void conflicts_and_mistakes_are_told(void **state)
{
    assert_true(bind("x", 0, "undo", NULL));
    assert_refused("x", IN_VIEW(VIEW_TREE), "redo", "x is bound to \"undo\" already");
    assert_refused("x", IN_VIEW(VIEW_TREE), "redo", "cannot be bound to \"redo\"");
    assert_true(bind("x", 0, "undo", NULL)); /* the same again is none */
    assert_line("x", VIEW_TREE, "undo");
    assert_refused("PgUp", 0, "undo", "no key \"PgUp\"");
    assert_refused("Escape", 0, "undo", "leads back");
    assert_refused("C-c", 0, "undo", "leads back");
    assert_refused("y", 0, "unod", "did you mean \"undo\"");
    assert_refused("y", 0, "tree", "for a shell");
    assert_refused("y", 0, "undo twice", "too many");
    assert_refused("y", 0, "set mouse", "VALUE is missing");
}

static int set_up(void **state)
{
    keymap_reset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(codes_of_one_key_are_one_key),
        cmocka_unit_test(no_two_rows_want_the_same_key),
        cmocka_unit_test(every_key_has_a_command_to_run),
        cmocka_unit_test_setup(a_key_is_given_another_command, set_up),
        cmocka_unit_test_setup(a_key_is_bound_in_one_view, set_up),
        cmocka_unit_test_setup(a_key_is_taken_away, set_up),
        cmocka_unit_test_setup(conflicts_and_mistakes_are_told, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
