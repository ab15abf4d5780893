/* Guests that come and go while somebody looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <unistd.h>

#include "monitor/discover_watch.h"

typedef struct {
    char *proc;
    DiscoverWatch *watch;
    guint told;
    gboolean failed;
} Fixture;

static void on_changed(const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->told++;
    fixture->failed = error != NULL;
}

/* A QEMU without a monitor. */
static void put_guest(const Fixture *fixture, const char *pid)
{
    static const char words[] = "qemu\0-nodefaults";
    g_autofree char *folder = g_build_filename(fixture->proc, pid, NULL);
    g_autofree char *cmdline = g_build_filename(folder, "cmdline", NULL);
    g_autofree char *exe = g_build_filename(folder, "exe", NULL);

    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(symlink("/usr/bin/qemu-system-x86_64", exe), 0);
    assert_true(g_file_set_contents(cmdline, words, sizeof words, NULL));
}

static void remove_guest(const Fixture *fixture, const char *pid)
{
    g_autofree char *folder = g_build_filename(fixture->proc, pid, NULL);
    g_autofree char *cmdline = g_build_filename(folder, "cmdline", NULL);
    g_autofree char *exe = g_build_filename(folder, "exe", NULL);

    g_remove(cmdline);
    g_remove(exe);
    g_remove(folder);
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->proc = g_dir_make_tmp("proc-XXXXXX", NULL);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;

    discover_watch_free(fixture->watch);
    remove_guest(fixture, "7");
    remove_guest(fixture, "8");
    g_remove(fixture->proc);
    g_free(fixture->proc);
    g_free(fixture);
    return 0;
}

static void begin(Fixture *fixture)
{
    fixture->watch = discover_watch_new(fixture->proc, on_changed, fixture);
}

static void wait_told(Fixture *fixture, guint times)
{
    while (fixture->told < times)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(fixture->told, times);
}

static guint count(const Fixture *fixture)
{
    return discover_watch_guests(fixture->watch)->len;
}

static void test_guests_come_and_go(void **state)
{
    Fixture *fixture = *state;

    put_guest(fixture, "7");
    begin(fixture);
    assert_null(discover_watch_guests(fixture->watch));
    assert_int_equal(fixture->told, 0);
    wait_told(fixture, 1);
    assert_int_equal(count(fixture), 1);
    put_guest(fixture, "8");
    wait_told(fixture, 2);
    assert_int_equal(count(fixture), 2);
    remove_guest(fixture, "7");
    wait_told(fixture, 3);
    assert_int_equal(count(fixture), 1);
    assert_int_equal(((const FoundGuest *)discover_watch_guests(fixture->watch)->pdata[0])->pid, 8);
}

static gboolean on_time(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

/* What was told is not told again, and stays valid while others look. */
static void test_nothing_new(void **state)
{
    Fixture *fixture = *state;
    const GPtrArray *guests;
    gboolean over = FALSE;

    put_guest(fixture, "7");
    begin(fixture);
    wait_told(fixture, 1);
    guests = discover_watch_guests(fixture->watch);
    g_timeout_add(2 * DISCOVER_PAUSE_MS + 300, on_time, &over); /* two looks at least */
    while (!over)
        g_main_context_iteration(NULL, TRUE);
    assert_int_equal(fixture->told, 1);
    assert_ptr_equal(discover_watch_guests(fixture->watch), guests);
    assert_int_equal(((const FoundGuest *)guests->pdata[0])->pid, 7);
}

/* Asked for, it is told whatever comes of it, also while a look is under way. */
static void test_now(void **state)
{
    Fixture *fixture = *state;

    begin(fixture);
    discover_watch_now(fixture->watch);
    wait_told(fixture, 2);
    discover_watch_now(fixture->watch);
    wait_told(fixture, 3);
    assert_false(fixture->failed);
}

static void test_no_folder(void **state)
{
    Fixture *fixture = *state;

    fixture->watch = discover_watch_new("/nowhere", on_changed, fixture);
    wait_told(fixture, 1);
    assert_true(fixture->failed);
    assert_null(discover_watch_guests(fixture->watch));
}

/* The thread goes on alone. */
static void test_freed_at_once(void **state)
{
    Fixture *fixture = *state;

    begin(fixture);
    g_clear_pointer(&fixture->watch, discover_watch_free);
    begin(fixture);
    wait_told(fixture, 1);
}

#define WATCH_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(test_guests_come_and_go), WATCH_TEST(test_nothing_new),   WATCH_TEST(test_now),
        WATCH_TEST(test_no_folder),          WATCH_TEST(test_freed_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
