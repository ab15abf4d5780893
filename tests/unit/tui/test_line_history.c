/* Lines that were typed, in a file that several consoles write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <readline/history.h>
#include <sys/stat.h>

#include "tui/line_history.h"

static char *content(void)
{
    g_autofree char *path = line_history_path("test");
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void assert_content(const char *expected)
{
    g_autofree char *text = content();

    assert_string_equal(text, expected);
}

static void lines_are_kept_for_the_owner(void **state)
{
    g_autofree char *path = line_history_path("test");
    struct stat facts;

    line_history_take("test");
    line_history_add("test", "undo");
    line_history_add("test", "undo"); /* the same again */
    line_history_add("test", "  ");
    line_history_add("test", "redo");
    line_history_add("test", "undo");
    assert_content("undo\nredo\nundo\n");
    assert_int_equal(g_stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void the_next_run_has_them(void **state)
{
    line_history_take("test");
    line_history_add("test", "one");
    line_history_take(NULL);
    assert_int_equal(history_length, 0);
    line_history_take("test");
    assert_int_equal(history_length, 1);
    assert_string_equal(history_get(history_base)->line, "one");
}

/* What another one appended since is not lost. */
static void two_consoles_write_one_file(void **state)
{
    g_autofree char *path = line_history_path("test");
    FILE *other;

    line_history_take("test");
    line_history_add("test", "ours");
    other = fopen(path, "a");
    assert_non_null(other);
    fputs("theirs\n", other);
    fclose(other);
    line_history_add("test", "ours again");
    assert_content("ours\ntheirs\nours again\n");
}

static void a_long_file_is_cut_at_its_beginning(void **state)
{
    g_autofree char *path = line_history_path("test"), *folder = g_path_get_dirname(path);
    g_autoptr(GString) many = g_string_new(NULL);
    g_autofree char *text = NULL;

    for (guint i = 0; i < LINE_HISTORY_LINES + 5; i++)
        g_string_append_printf(many, "line %u\n", i);
    g_mkdir_with_parents(folder, 0700);
    assert_true(g_file_set_contents(path, many->str, -1, NULL));
    line_history_take("test");
    assert_int_equal(history_length, LINE_HISTORY_LINES);
    text = content();
    assert_true(g_str_has_prefix(text, "line 5\n"));
}

static void what_cannot_be_written_is_let_be(void **state)
{
    g_setenv("XDG_STATE_HOME", "/proc/none", TRUE);
    line_history_take("test");
    line_history_add("test", "undo");
    assert_int_equal(history_length, 1);
}

static int set_up(void **state)
{
    char *folder = g_dir_make_tmp("history-XXXXXX", NULL);

    assert_non_null(folder);
    g_setenv("XDG_STATE_HOME", folder, TRUE);
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    char *folder = *state;
    g_autofree char *inner = g_build_filename(folder, "backplane", NULL);
    g_autofree char *path = g_build_filename(inner, "test", NULL);

    g_unlink(path);
    g_rmdir(inner);
    assert_int_equal(g_rmdir(folder), 0);
    g_free(folder);
    clear_history();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_kept_for_the_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_run_has_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_consoles_write_one_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_file_is_cut_at_its_beginning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_let_be, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
