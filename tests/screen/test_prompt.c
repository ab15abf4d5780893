/* The prompt in the last line: what it looks like, what is typed into it, and what comes of that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <readline/readline.h>

#include "tests/screen/stage.c"
#include "tests/support/real_qemu.h"
#include "tui/line_history.h"
#include "tui/settings.h"

#define LONG_PATH                                                                                  \
    "/srv/vm/images/with/a/name/that/is/longer/than/the/screen/is/wide/by/far/data.qcow2"

/* --- golden pictures ------------------------------------------------------------------------- */

static const Shape shapes[] = {
    { 24, 80, "utf8" },  { 24, 80, "ascii" }, { 24, 80, "mono" },
    { 40, 120, "utf8" }, { 8, 40, "utf8" },
};

static void picture(const char *keys, const char *situation)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], web01());

        select_device(&stage, "disk1");
        press(&stage, keys);
        compare(&stage, &shapes[i], situation);
        stage_close(&stage);
    }
}

static void commands_stand_above_the_line(void **state)
{
    picture(":re", "prompt-commands");
}

static void options_stand_above_the_line(void **state)
{
    picture(":attach disk bus=scsi ", "prompt-options");
}

static void devices_are_told_apart(void **state)
{
    picture(":detach ", "prompt-devices");
}

static void wide_characters_keep_the_columns(void **state)
{
    picture(":attach disk serial=d\303\251v\344\275\234\350\200\205\033[D", "prompt-wide");
}

static void a_long_line_is_scrolled(void **state)
{
    picture(":attach disk bus=virtio file=" LONG_PATH " serial=x", "prompt-long");
}

static void the_history_is_searched(void **state)
{
    line_history_add("history", "attach disk file=/srv/vm/data.qcow2");
    line_history_add("history", "theme nord");
    picture(":\022disk", "prompt-search");
}

/* --- typing ---------------------------------------------------------------------------------- */

static Stage open_prompt(const char *keys)
{
    Stage stage = stage_open(24, 80, web01(), FALSE);

    press(&stage, keys);
    return stage;
}

static void assert_line(Stage *stage, const char *line)
{
    assert_non_null(stage->console->prompt);
    assert_string_equal(rl_line_buffer, line);
}

static void tab_puts_in_what_is_certain(void **state)
{
    static const struct {
        const char *keys, *line;
    } cases[] = {
        { ":att\t", "attach " },
        { ":attach di\t", "attach disk " },
        { ":attach disk fi\t", "attach disk file=" },
        { ":attach disk bus=sc\t", "attach disk bus=scsi " },
        { ":attach nic model=rtl\t", "attach nic model=rtl8139 " },
        { ":attach device driver=intel-h\t", "attach device driver=intel-hda " },
        { ":attach disk controller=scsi0\t", "attach disk controller=scsi0.0 " },
        { ":go disk\t", "go disk1 " },
        { ":go 'disk\t", "go 'disk1' " },
        { ":set mou\tof\t", "set mouse off " },
        { ":theme nor\t", "theme nord " },
        { ":view sl\t", "view slots " },
        { ":bind -v sl\tPageU\tund\t", "bind -v slots PageUp undo " },
        { ":bind x set mot\t", "bind x set motion " },
        { ":nothing \t", "nothing " },
        { ":# un\t", "# un" },
        { ":unde\177\177o\t", "uno" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage = open_prompt(cases[i].keys);

        assert_line(&stage, cases[i].line);
        stage_close(&stage);
    }
}

static gboolean line_is(gpointer line)
{
    return g_str_equal(rl_line_buffer, line);
}

static void names_of_files_come_later(void **state)
{
    g_autofree char *folder = g_dir_make_tmp("prompt-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a b.qcow2", NULL);
    g_autofree char *keys = g_strconcat(":attach disk file=", folder, "/a\t", NULL);
    g_autofree char *line = g_strconcat("attach disk file=", folder, "/a\\ b.qcow2 ", NULL);
    Stage stage;

    assert_true(g_file_set_contents(path, "", 0, NULL));
    stage = open_prompt(keys);
    assert_non_null(stage.console->prompt);
    assert_true(wait_until(line_is, line, REAL_QEMU_PATIENCE_MS));
    stage_close(&stage);
    g_unlink(path);
    g_rmdir(folder);
}

static void tab_turns_the_page(void **state)
{
    Stage stage = open_prompt(":");

    assert_true(shows(&stage, "Esc gives up"));
    assert_true(shows(&stage, "1-8 of "));
    press(&stage, "\t");
    assert_true(shows(&stage, "9-16 of "));
    stage_close(&stage);
}

/* Whatever stands behind it. */
static void a_command_without_arguments_has_no_candidates(void **state)
{
    Stage stage = open_prompt(":list it now ");

    assert_true(shows(&stage, ":list it now"));
    stage_close(&stage);
}

static void lines_are_edited(void **state)
{
    static const struct {
        const char *keys, *line;
    } cases[] = {
        { ":detach disk1\001x", "xdetach disk1" },         /* C-a */
        { ":detach disk1\027disk2", "detach disk2" },      /* C-w */
        { ":detach\033[D\033[D\033[3~x", "detaxh" },       /* left, Delete */
        { ":detach disk1\033b\033bx", "xdetach disk1" },   /* M-b */
        { ":abc\033OHx\033OFy", "xabcy" },                 /* Home, End */
        { ":d\303\251v\344\275\234\177x", "d\303\251vx" }, /* a wide character goes whole */
        { ":a\025b", "b" },                                /* C-u */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage = open_prompt(cases[i].keys);

        assert_line(&stage, cases[i].line);
        stage_close(&stage);
    }
}

static void escape_and_others_give_up(void **state)
{
    static const char *const keys[] = { "\033", "\003", "\025\004" };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        Stage stage = open_prompt(":undo");

        press(&stage, keys[i]);
        assert_null(stage.console->prompt);
        assert_null(stage.session->asked);
        stage_close(&stage);
    }
}

/* The first ends the search and keeps what was found. */
static void escape_leaves_a_search_first(void **state)
{
    Stage stage;

    line_history_add("history", "theme nord");
    stage = open_prompt(":\022nor");
    press(&stage, "\033");
    assert_line(&stage, "theme nord");
    press(&stage, "\033");
    assert_null(stage.console->prompt);
    stage_close(&stage);
}

static void vi_keys_keep_their_escape(void **state)
{
    Stage stage = open_prompt(":");

    rl_variable_bind("editing-mode", "vi");
    press(&stage, "\033\033"); /* over to commands, and from there away */
    assert_null(stage.console->prompt);
    press(&stage, ":undo now\033");
    assert_line(&stage, "undo now");
    press(&stage, "bhD");
    assert_line(&stage, "undo");
    press(&stage, "\033");
    assert_null(stage.console->prompt);
    rl_variable_bind("editing-mode", "emacs");
    stage_close(&stage);
}

static void earlier_lines_come_back(void **state)
{
    Stage stage = open_prompt(":theme nord\r:theme amber\r:");

    press(&stage, "\033[A\033[A");
    assert_line(&stage, "theme nord");
    press(&stage, "\033\033"); /* give up */
    stage_close(&stage);
}

/* Typing stops nothing: the tree changes meanwhile, and the line stays. */
static void the_views_stay_live(void **state)
{
    Stage stage = open_prompt(":det");

    assert_true(shows(&stage, "i440FX"));
    hand_session_set_guest(stage.session, hand_guest_q35());
    console_paint(stage.console);
    assert_false(shows(&stage, "i440FX"));
    assert_true(shows(&stage, ":det"));
    stage_close(&stage);
}

/* --- what lines do --------------------------------------------------------------------------- */

static void lines_ask_the_session(void **state)
{
    static const struct {
        const char *keys, *asked;
    } cases[] = {
        { ":undo\r", "undo" },
        { ":detach disk1\r", "detach disk1" },
        { ":attach disk file=/x.img\r", "attach /x.img" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage = open_prompt(cases[i].keys);

        assert_null(stage.console->prompt);
        assert_string_equal(stage.session->asked, cases[i].asked);
        stage_close(&stage);
    }
}

static void mistakes_are_told(void **state)
{
    static const struct {
        const char *keys, *told;
    } cases[] = {
        { ":unod\r", "There is no command \"unod\"; did you mean \"undo\"?" },
        { ":tree\r", "tree is a command for a shell: backplane tree TARGET" },
        { ":undo it\r", "\"it\" is one argument too many: undo" },
        { ":detach\r", "" },
        { ":go disk77\r", "disk77" },
        { ":go\r", "DEVICE is missing: go DEVICE" },
        { ":view nowhere\r", "there is no view \"nowhere\"" },
        { ":set mouse of\r", "mouse is one of on, off" },
        { ":bind d undo\r", "d was: detach" },
        { ":attach disk fiel=/x\r", "did you mean \"file\"" },
        { ":go 'disk1\r", "nothing that closes it" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage = open_prompt(cases[i].keys);

        if (!shows(&stage, cases[i].told))
            fail_msg("%s is not answered with %s", cases[i].keys, cases[i].told);
        stage_close(&stage);
        keymap_reset();
    }
}

static void the_cursor_goes_to_a_device(void **state)
{
    Stage stage = open_prompt(":go net1\r");

    assert_string_equal(cursor_key(&stage), "/machine/peripheral/net1");
    press(&stage, ":go disk1\r");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/disk1");
    stage_close(&stage);
}

static void keys_run_lines(void **state)
{
    Stage stage = open_prompt(":bind x go net1\r");

    press(&stage, "x");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/net1");
    press(&stage, ":bind -v tree F5 theme amber\r");
    press(&stage, "\033[15~");
    assert_string_equal(stage.console->theme_name, "amber");
    press(&stage, ":unbind x\r");
    press(&stage, ":go disk1\r");
    press(&stage, "x");
    assert_string_equal(cursor_key(&stage), "/machine/peripheral/disk1");
    stage_close(&stage);
}

static void the_help_shows_keys_as_they_are(void **state)
{
    Stage stage = open_prompt(":bind y go net1\r:bind n detach\r:unbind d\r");

    press(&stage, ":help\r");
    assert_true(shows(&stage, "In this view: Tree"));
    assert_true(shows(&stage, "Your own"));
    assert_true(shows(&stage, "go net1"));
    stage_close(&stage);
}

static void settings_are_obeyed_at_once(void **state)
{
    Stage stage = open_prompt(":set glyphs ascii\r");

    assert_true(shows(&stage, "|- host bridge"));
    press(&stage, ":theme nord\r");
    assert_string_equal(stage.console->theme_name, "nord");
    stage_close(&stage);
}

/* --- set-up ---------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    char *folder = g_dir_make_tmp("prompt-state-XXXXXX", NULL);

    g_setenv("XDG_STATE_HOME", folder, TRUE);
    keymap_reset();
    settings_reset();
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    g_autofree char *folder = *state;
    g_autofree char *inner = g_build_filename(folder, "backplane", NULL);
    g_autofree char *path = line_history_path("history");

    g_unlink(path);
    g_rmdir(inner);
    keymap_reset();
    settings_reset();
    return g_rmdir(folder);
}

static int program_set_up(void **state)
{
    g_setenv("INPUTRC", "/dev/null", TRUE);
    return stage_set_up(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_stand_above_the_line),
        TEST(options_stand_above_the_line),
        TEST(devices_are_told_apart),
        TEST(wide_characters_keep_the_columns),
        TEST(a_long_line_is_scrolled),
        TEST(the_history_is_searched),
        TEST(tab_puts_in_what_is_certain),
        TEST(names_of_files_come_later),
        TEST(tab_turns_the_page),
        TEST(a_command_without_arguments_has_no_candidates),
        TEST(lines_are_edited),
        TEST(escape_and_others_give_up),
        TEST(escape_leaves_a_search_first),
        TEST(vi_keys_keep_their_escape),
        TEST(earlier_lines_come_back),
        TEST(the_views_stay_live),
        TEST(lines_ask_the_session),
        TEST(mistakes_are_told),
        TEST(the_cursor_goes_to_a_device),
        TEST(keys_run_lines),
        TEST(the_help_shows_keys_as_they_are),
        TEST(settings_are_obeyed_at_once),
    };

    return cmocka_run_group_tests(tests, program_set_up, NULL);
}
