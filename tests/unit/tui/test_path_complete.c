/* Names of files completed: what is shared, what there is, and an owner that goes away early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "tui/path_complete.h"

typedef struct {
    char *folder;
    char *text;  /* what the completion came to; NULL before */
    char *names; /* the candidates, a blank behind each */
} Bench;

static void on_completed(const char *text, const GPtrArray *candidates, gpointer data)
{
    Bench *bench = data;
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < candidates->len; i++)
        g_string_append_printf(names, "%s ", (const char *)candidates->pdata[i]);
    bench->text = g_strdup(text);
    bench->names = g_strdup(names->str);
}

/* Completes a path in the folder of the bench. */
static void complete(Bench *bench, const char *name, const char *completed, const char *names)
{
    g_autofree char *text = g_build_filename(bench->folder, name, NULL);
    g_autofree char *expected = g_build_filename(bench->folder, completed, NULL);
    PathComplete *complete = path_complete_new(text, on_completed, bench);

    while (!bench->text)
        g_main_context_iteration(NULL, TRUE);
    path_complete_free(complete);
    assert_string_equal(bench->text, expected);
    assert_string_equal(bench->names, names);
    g_clear_pointer(&bench->text, g_free);
    g_clear_pointer(&bench->names, g_free);
}

static void what_all_share_is_filled_in(void **state)
{
    complete(*state, "d", "data-", "data-1.img data-2.img ");
    complete(*state, "data-1", "data-1.img", "data-1.img ");
    complete(*state, "data-1.img", "data-1.img", "data-1.img ");
}

static void a_folder_ends_in_a_slash(void **state)
{
    complete(*state, "s", "sub/", "sub/ ");
}

static void characters_stay_whole(void **state)
{
    complete(*state, "\xc3", "\xc3", ""); /* half of one matches nothing */
    complete(*state, "w", "w", "w\xc3\xa4.img w\xc3\xb6.img ");
}

static void hidden_files_have_to_be_meant(void **state)
{
    complete(*state, ".h", ".hidden", ".hidden ");
    complete(*state, "h", "h", "");
}

static void nothing_is_made_up(void **state)
{
    complete(*state, "nowhere/x", "nowhere/x", "");
    complete(*state, "data-1.img/x", "data-1.img/x", "");
}

static void an_owner_may_go_early(void **state)
{
    Bench *bench = *state;
    g_autofree char *text = g_build_filename(bench->folder, "d", NULL);

    path_complete_free(path_complete_new(text, on_completed, bench));
    for (int i = 0; i < 100; i++) {
        g_usleep(500); /* what must not come has no event to wait for */
        g_main_context_iteration(NULL, FALSE);
    }
    assert_null(bench->text);
    path_complete_free(NULL);
}

/* In the folder of the bench; a slash at the end makes a folder. */
static const char *const names[] = { "data-1.img",    "data-2.img",    ".hidden",
                                     "w\xc3\xa4.img", "w\xc3\xb6.img", "sub/" };

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    bench->folder = g_dir_make_tmp("complete-XXXXXX", NULL);
    *state = bench;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(bench->folder, names[i], NULL);

        if (g_str_has_suffix(path, "/") ? g_mkdir(path, 0700) != 0
                                        : !g_file_set_contents(path, "", 0, NULL))
            return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(bench->folder, names[i], NULL);

        g_remove(path);
    }
    g_rmdir(bench->folder);
    g_free(bench->folder);
    g_free(bench->text);
    g_free(bench->names);
    g_free(bench);
    return 0;
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_all_share_is_filled_in), WITH_FOLDER(a_folder_ends_in_a_slash),
        WITH_FOLDER(characters_stay_whole),       WITH_FOLDER(hidden_files_have_to_be_meant),
        WITH_FOLDER(nothing_is_made_up),          WITH_FOLDER(an_owner_may_go_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
