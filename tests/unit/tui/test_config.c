/* The config file and the settings: what counts, and what is told of mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/keymap.h"
#include "tui/settings.h"

/* Obeys a file of this text; its name is FILE in what is told. (transfer full) */
static char *complaints_of(const char *text)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("config-XXXXXX", &path, NULL);
    g_autoptr(GPtrArray) complaints = NULL;
    g_autoptr(GString) all = g_string_new(NULL);

    assert_true(fd >= 0);
    close(fd);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    complaints = config_read(path);
    g_unlink(path);
    for (guint i = 0; i < complaints->len; i++)
        g_string_append_printf(all, "%s%s", i ? "\n" : "",
                               (const char *)complaints->pdata[i] + strlen(path));
    return g_strdup(all->str);
}

static void assert_complaints(const char *text, const char *expected)
{
    g_autofree char *complaints = complaints_of(text);

    assert_string_equal(complaints, expected);
}

static char *key_does(const char *name)
{
    char *says = keymap_says(name);

    return says ? says : g_strdup("");
}

static void lines_are_obeyed(void **state)
{
    g_autofree char *does = NULL;

    assert_complaints("# mine\n\nset mouse off\ntheme nord\r\n  set wait 0.5\nbind x theme amber\n"
                      "unbind d",
                      "");
    assert_false(setting_is_on(SETTING_MOUSE));
    assert_true(setting_is_on(SETTING_MOTION));
    assert_string_equal(setting_get(SETTING_THEME), "nord");
    assert_true(setting_number(SETTING_WAIT) == 0.5);
    does = key_does("x");
    assert_string_equal(does, "theme amber");
    assert_null(keymap_says("d"));
}

static void mistakes_are_told_and_the_rest_counts(void **state)
{
    assert_complaints("set mouse of\n"
                      "sett mouse off\n"
                      "\n"
                      "detach disk1\n"
                      "set moues off\n"
                      "bind x\n"
                      "set escape 9999\n"
                      "theme\n"
                      "set 'mouse off\n"
                      "set mouse off\n",
                      ":1: mouse is one of on, off, not \"of\"\n"
                      ":2: there is no command \"sett\": this file takes set, theme, bind and "
                      "unbind\n"
                      ":4: \"detach\" is no line for this file: it takes set, theme, bind and "
                      "unbind, since there is no guest yet\n"
                      ":5: there is no setting \"moues\"; did you mean \"mouse\"?\n"
                      ":6: COMMAND is missing: bind [-v VIEW] KEY COMMAND [ARGUMENT...]\n"
                      ":7: escape is a number from 0 to 5000, not \"9999\"\n"
                      ":8: something is missing: theme [THEME]\n"
                      ":9: a quotation mark or a backslash at the end has nothing that closes it: "
                      "put a backslash before it where it stands for itself");
    assert_false(setting_is_on(SETTING_MOUSE));
}

static void a_conflict_names_both(void **state)
{
    g_autofree char *does = NULL;

    assert_complaints("bind x undo\nbind -v slots x redo\nbind -v nowhere y redo",
                      ":2: x is bound to \"undo\" already, and cannot be bound to \"redo\" as "
                      "well: unbind it first, or take another key\n"
                      ":3: there is no view \"nowhere\"");
    does = key_does("x");
    assert_string_equal(does, "undo");
}

static void a_bad_theme_is_told(void **state)
{
    g_autofree char *complaints = complaints_of("theme nrod");

    assert_non_null(strstr(complaints, ":1: "));
    assert_non_null(strstr(complaints, "nrod"));
    assert_false(setting_was_set(SETTING_THEME));
}

static void bytes_that_are_no_text_are_told(void **state)
{
    assert_complaints("set mouse \xff", ":1: this line is not UTF-8");
}

static void only_a_file_that_was_named_has_to_be_there(void **state)
{
    g_autoptr(GPtrArray) named = config_read("/nowhere/config");
    g_autoptr(GPtrArray) none = config_read("none");

    assert_int_equal(named->len, 1);
    assert_non_null(strstr(named->pdata[0], "/nowhere/config"));
    assert_int_equal(none->len, 0);
}

static int set_up(void **state)
{
    g_setenv("BACKPLANE_THEMES", SRCDIR "/themes", TRUE);
    settings_reset();
    keymap_reset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_are_obeyed, set_up),
        cmocka_unit_test_setup(mistakes_are_told_and_the_rest_counts, set_up),
        cmocka_unit_test_setup(a_conflict_names_both, set_up),
        cmocka_unit_test_setup(a_bad_theme_is_told, set_up),
        cmocka_unit_test_setup(bytes_that_are_no_text_are_told, set_up),
        cmocka_unit_test_setup(only_a_file_that_was_named_has_to_be_there, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
