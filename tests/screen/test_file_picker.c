/* The file picker on real folders, and the keys that change media with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/screen/stage.c"
#include "tests/support/fake_monitor.h"
#include "tests/support/hand_guest.h"
#include "tui/file_picker.h"

#define MANY 10000

typedef struct {
    Stage stage;
    char *folder;
    char *picked;
    gboolean destroyed;
} Bench;

static void put(const Bench *bench, const char *name, gsize size)
{
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);
    g_autofree char *bytes = g_malloc0(size + 1);

    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static void put_folder(const Bench *bench, const char *name)
{
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);

    assert_int_equal(g_mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    bench->folder = g_dir_make_tmp("files-XXXXXX", NULL);
    assert_non_null(bench->folder);
    *state = bench;
    return 0;
}

static void remove_all(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        remove_all(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    if (bench->stage.console)
        stage_close(&bench->stage);
    g_chmod(bench->folder, 0700);
    remove_all(bench->folder);
    g_free(bench->folder);
    g_free(bench->picked);
    g_free(bench);
    return 0;
}

static void on_picked(const char *path, gpointer data)
{
    Bench *bench = data;

    assert_null(bench->picked);
    bench->picked = g_strdup(path);
}

static void on_destroy(gpointer data)
{
    ((Bench *)data)->destroyed = TRUE;
}

/* The folder is read when this returns. */
static void read_folder(Bench *bench)
{
    console_paint(bench->stage.console);
    while (shows(&bench->stage, "reading ...")) {
        g_main_context_iteration(NULL, TRUE);
        console_paint(bench->stage.console);
    }
}

static void open_at(Bench *bench, int rows, int columns, gboolean ascii, const char *start)
{
    g_autofree char *path = g_strconcat(bench->folder, start, NULL);

    bench->stage = stage_open(rows, columns, web01(), ascii);
    console_open(bench->stage.console,
                 file_picker_new("Medium for cd0", path, on_picked, bench, on_destroy));
    read_folder(bench);
}

static void keys(Bench *bench, const char *typed)
{
    press(&bench->stage, typed);
    if (bench->stage.console->dialog)
        read_folder(bench);
}

static void assert_picked(Bench *bench, const char *name)
{
    g_autofree char *path = g_build_filename(bench->folder, name, NULL);

    assert_non_null(bench->picked);
    assert_string_equal(bench->picked, path);
    assert_null(bench->stage.console->dialog);
    assert_true(bench->destroyed);
}

static void put_some(const Bench *bench)
{
    put_folder(bench, "isos");
    put_folder(bench, ".hidden");
    put(bench, "isos/debian.iso", 2048);
    put(bench, "boot.img", 1474560);
    put(bench, "Backup.iso", 70000);
    put(bench, "rescue.iso", 1);
    put(bench, "\xe4\xbd\x9c\xe8\x80\x85.iso", 4096);
    put(bench, "red\033[31m.iso", 4096);
}

/* --- screens --------------------------------------------------------------------------------- */

static void test_screens(void **state)
{
    static const Shape shapes[] = {
        { 24, 80, "utf8" }, { 24, 80, "ascii" }, { 40, 120, "utf8" }, { 8, 40, "utf8" }
    };
    Bench *bench = *state;

    put_some(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *name = g_strdup_printf("file-picker-%dx%d.%s.txt", shapes[i].columns,
                                                shapes[i].rows, shapes[i].style);
        g_autofree char *text = NULL;
        g_autoptr(GString) told = NULL;

        open_at(bench, shapes[i].rows, shapes[i].columns, g_str_equal(shapes[i].style, "ascii"),
                "/");
        text = screen_text(bench->stage.screen);
        told = g_string_new(text);
        g_string_replace(told, strrchr(bench->folder, '/') + 1, "files-XXXXXX", 0);
        assert_golden(name, told->str);
        stage_close(&bench->stage);
        bench->stage.console = NULL;
    }
}

/* --- ways to a file -------------------------------------------------------------------------- */

static void test_begins_at_a_file(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/rescue.iso");
    keys(bench, "\r");
    assert_picked(bench, "rescue.iso");
}

static void test_searches_by_typing(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/");
    keys(bench, "ISO");
    assert_true(shows(&bench->stage, "isos/"));
    assert_true(shows(&bench->stage, "Backup.iso"));
    assert_false(shows(&bench->stage, "boot.img"));
    keys(bench, "\033"); /* what was typed goes first */
    assert_true(shows(&bench->stage, "boot.img"));
    keys(bench, "b");
    keys(bench, "oo");
    keys(bench, "\r");
    assert_picked(bench, "boot.img");
}

static void test_walks_through_folders(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/");
    keys(bench, "isos");
    keys(bench, "\r");
    assert_true(shows(&bench->stage, "debian.iso"));
    keys(bench, "\177");
    assert_true(shows(&bench->stage, "boot.img"));
    keys(bench, "\r"); /* the cursor is on what one came from */
    keys(bench, "\r");
    assert_picked(bench, "isos/debian.iso");
}

static void test_goes_where_is_typed(void **state)
{
    Bench *bench = *state;
    g_autofree char *typed = NULL;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/isos/");
    keys(bench, "../");
    assert_true(shows(&bench->stage, "boot.img"));
    keys(bench, "/");
    assert_true(shows(&bench->stage, "folder  /"));
    typed = g_strconcat(bench->folder + 1, "/isos/deb", NULL);
    keys(bench, typed);
    keys(bench, "\r");
    assert_picked(bench, "isos/debian.iso");
}

static void test_hides_what_has_a_dot(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/");
    assert_false(shows(&bench->stage, ".hidden"));
    keys(bench, ".");
    assert_true(shows(&bench->stage, ".hidden/"));
}

/* --- what is not as one wishes --------------------------------------------------------------- */

static void test_a_folder_that_cannot_be_read(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    open_at(bench, 24, 80, FALSE, "/nowhere/");
    assert_true(shows(&bench->stage, "cannot be read: No such file"));
    keys(bench, "\r");
    keys(bench, "\177");
    assert_true(shows(&bench->stage, "boot.img"));
    keys(bench, "\033");
    assert_null(bench->stage.console->dialog);
    assert_null(bench->picked);
    assert_true(bench->destroyed);
}

static void test_an_empty_folder(void **state)
{
    Bench *bench = *state;

    open_at(bench, 24, 80, FALSE, "/");
    assert_true(shows(&bench->stage, "The folder is empty."));
    keys(bench, "\r");
    keys(bench, "x");
    assert_non_null(bench->stage.console->dialog);
}

static void test_a_name_that_is_not_text(void **state)
{
    Bench *bench = *state;

    put(bench, "a\xff\xfe.iso", 1);
    open_at(bench, 24, 80, FALSE, "/");
    assert_true(shows(&bench->stage, "a\\xff\\xfe.iso"));
    keys(bench, "\r");
    assert_true(shows(&bench->stage, "not UTF-8"));
    assert_null(bench->picked);
}

static void test_ten_thousand_files(void **state)
{
    Bench *bench = *state;
    gint64 began;

    for (int i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("disc-%05d.iso", i);

        put(bench, name, 0);
    }
    open_at(bench, 24, 80, FALSE, "/");
    assert_true(shows(&bench->stage, "1 of 10000"));
    began = g_get_monotonic_time();
    keys(bench, "9");
    keys(bench, "9");
    keys(bench, "9");
    keys(bench, "9");
    assert_true(g_get_monotonic_time() - began < G_USEC_PER_SEC);
    keys(bench, "\r");
    assert_picked(bench, "disc-09999.iso");
}

static void test_freed_while_it_reads(void **state)
{
    Bench *bench = *state;

    put_some(bench);
    bench->stage = stage_open(24, 80, web01(), FALSE);
    console_open(bench->stage.console,
                 file_picker_new("Medium", bench->folder, on_picked, bench, on_destroy));
    console_close_dialog(bench->stage.console);
    assert_true(bench->destroyed);
    fake_settle();
}

/* --- media ----------------------------------------------------------------------------------- */

static Drive *drive_of(const Bench *bench, const char *id)
{
    return guest_find_id(bench->stage.session->guest, id)->drive;
}

static void test_asks_for_a_medium(void **state)
{
    Bench *bench = *state;
    g_autofree char *expected = NULL;

    put_some(bench);
    bench->stage = stage_open(24, 80, web01(), FALSE);
    drive_of(bench, "cd0")->file = g_build_filename(bench->folder, "rescue.iso", NULL);
    select_device(&bench->stage, "cd0");
    keys(bench, "m");
    assert_true(shows(&bench->stage, "Medium for cd0"));
    keys(bench, "\r");
    expected = g_strdup_printf("medium %s/rescue.iso /machine/peripheral/cd0", bench->folder);
    assert_string_equal(bench->stage.session->asked, expected);
}

static void test_asks_to_eject(void **state)
{
    Bench *bench = *state;

    bench->stage = stage_open(24, 80, web01(), FALSE);
    drive_of(bench, "cd0")->inserted = TRUE;
    select_device(&bench->stage, "cd0");
    keys(bench, "e");
    assert_string_equal(bench->stage.session->asked, "medium eject /machine/peripheral/cd0");
    hand_session_answer(bench->stage.session, detach_plan(), NULL);
    assert_non_null(bench->stage.console->dialog); /* nothing runs unasked */
    assert_null(bench->stage.session->ran);
    keys(bench, "\033");
    keys(bench, "E");
    assert_string_equal(bench->stage.session->asked, "medium force eject /machine/peripheral/cd0");
}

static void test_has_nothing_to_do_with_other_devices(void **state)
{
    Bench *bench = *state;

    bench->stage = stage_open(24, 80, web01(), FALSE);
    select_device(&bench->stage, "hd0");
    keys(bench, "m");
    keys(bench, "e");
    assert_null(bench->stage.session->asked);
    assert_null(bench->stage.console->dialog);
    assert_true(shows(&bench->stage, "no drive whose medium can be changed"));
}

/* ^O in the file's field of the attach dialog; what is picked stands there then. */
static void test_browses_in_the_attach_dialog(void **state)
{
    Bench *bench = *state;
    g_autofree char *typed = g_strconcat(bench->folder, "/", NULL);

    put_some(bench);
    bench->stage = stage_open(24, 80, web01(), FALSE);
    keys(bench, "a");
    keys(bench, typed);
    keys(bench, "\017");
    assert_true(shows(&bench->stage, "Backup.iso"));
    keys(bench, "\033");
    assert_true(shows(&bench->stage, "Attach"));
    keys(bench, "\017");
    keys(bench, "boot");
    keys(bench, "\r");
    assert_true(shows(&bench->stage, "boot.img"));
    assert_true(shows(&bench->stage, "Attach"));
    keys(bench, "\017"); /* and closed with the picker open */
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_screens),
        WITH_FOLDER(test_begins_at_a_file),
        WITH_FOLDER(test_searches_by_typing),
        WITH_FOLDER(test_walks_through_folders),
        WITH_FOLDER(test_goes_where_is_typed),
        WITH_FOLDER(test_hides_what_has_a_dot),
        WITH_FOLDER(test_a_folder_that_cannot_be_read),
        WITH_FOLDER(test_an_empty_folder),
        WITH_FOLDER(test_a_name_that_is_not_text),
        WITH_FOLDER(test_ten_thousand_files),
        WITH_FOLDER(test_freed_while_it_reads),
        WITH_FOLDER(test_browses_in_the_attach_dialog),
        WITH_FOLDER(test_asks_for_a_medium),
        WITH_FOLDER(test_asks_to_eject),
        WITH_FOLDER(test_has_nothing_to_do_with_other_devices),
    };

    return cmocka_run_group_tests_name("file_picker", tests, stage_set_up, NULL);
}
