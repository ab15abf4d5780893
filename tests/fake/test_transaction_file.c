/* Transactions that carry their change into a file: whatever fails, and wherever, the file is the
 * old one or the new one, it goes with the guest, and nothing else is left in its folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "tests/fake/transaction_bench.h"
#include "tests/support/temp.h"

#define OLD "the old version\n"
#define NEW "the new version, which is longer\n"
#define OTHERS "what somebody else has written\n"
#define REPLACE (MOST_STEPS + 1) /* the last step of a plan of MOST_STEPS that carries */
#define CHANGED "somebody else has changed it"

typedef struct {
    Bench *bench;
    char *folder;
    char *path;
    /* What happens at the news that a step is in a state. */
    guint at;
    StepState state;
    void (*deed)(gpointer data);
    gboolean happened;
} FileBench;

/* --- the bench ------------------------------------------------------------------------------- */

static int file_setup(void **state)
{
    FileBench *file = g_new0(FileBench, 1);

    setup((void **)&file->bench);
    file->folder = temp_directory();
    file->path = temp_file(file->folder, "web01.xml", OLD);
    *state = file;
    return 0;
}

static int file_teardown(void **state)
{
    FileBench *file = *state;

    teardown((void **)&file->bench);
    fake_settle();
    temp_directory_remove(file->folder);
    g_free(file->path);
    g_free(file);
    return 0;
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)

static void on_news(guint step, StepState state, gpointer data)
{
    FileBench *file = data;

    if (step != file->at || state != file->state || file->happened)
        return;
    file->happened = TRUE;
    file->deed(file);
}

/* At the first such news this is done. */
static void at(FileBench *file, guint step, StepState state, void (*deed)(gpointer data))
{
    file->at = step;
    file->state = state;
    file->deed = deed;
    file->bench->news = on_news;
    file->bench->news_data = file;
}

static void write_file(gpointer data)
{
    const FileBench *file = data;

    assert_true(g_file_set_contents(file->path, OTHERS, -1, NULL));
}

static void close_monitor(gpointer data)
{
    fake_monitor_close(((FileBench *)data)->bench->fake);
}

static void cancel(gpointer data)
{
    assert_true(transaction_cancel(((FileBench *)data)->bench->transaction));
}

static Plan *carry(const FileBench *file, Plan *plan)
{
    g_autoptr(GBytes) before = g_bytes_new_static(OLD, strlen(OLD));
    g_autoptr(GBytes) after = g_bytes_new_static(NEW, strlen(NEW));

    plan_carry(plan, file_change_new(file->path, before, after, FALSE));
    return plan;
}

static gboolean holds(const FileBench *file, const char *text)
{
    g_autofree char *now = NULL;

    return g_file_get_contents(file->path, &now, NULL, NULL) && strcmp(now, text) == 0;
}

static void assert_outcome(const FileBench *file, Outcome outcome, const char *text)
{
    assert_int_equal(transaction_outcome(file->bench->transaction), outcome);
    assert_true(holds(file, text));
    assert_int_equal(temp_entries(file->folder), 1);
}

/* --- together, or not at all ----------------------------------------------------------------- */

static void test_both_are_changed(void **state)
{
    const FileBench *file = *state;
    g_autofree char *expected = expected_commands(MOST_STEPS, MOST_STEPS);

    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_outcome(file, OUTCOME_DONE, NEW);
    assert_sent(file->bench, expected);
    assert_true(g_str_has_prefix(file->bench->steps->str, "0:running 0:done 1:running 1:done"));
    assert_true(g_str_has_suffix(file->bench->steps->str, "6:running 6:done"));
}

/* What is new is there before QEMU hears of anything, and in place only when QEMU has done all. */
static void test_the_file_comes_first_and_last(void **state)
{
    const FileBench *file = *state;

    fake_monitor_hold(file->bench->fake, "blockdev-add:f0");
    start(file->bench, carry(file, plan_of(MOST_STEPS)));
    fake_wait(fake_monitor_count(file->bench->fake, "blockdev-add"));
    assert_int_equal(step_at(file->bench, 0)->state, STEP_DONE);
    assert_int_equal(temp_entries(file->folder), 2);
    assert_true(holds(file, OLD));
    fake_monitor_release(file->bench->fake);
    fake_wait(step_at(file->bench, MOST_STEPS)->state == STEP_RUNNING);
    assert_true(holds(file, OLD));
    fake_wait(file->bench->finished);
    assert_true(holds(file, NEW));
}

static void check_refused_at(guint failing)
{
    FileBench *file;
    g_autofree char *expected = expected_commands(MOST_STEPS, failing);
    g_autofree char *key = g_strdup_printf("%s:%s", parts[failing].add, parts[failing].name);

    file_setup((void **)&file);
    fake_monitor_fail(file->bench->fake, key, "GenericError", "No, thank you");
    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_outcome(file, OUTCOME_ROLLED_BACK, OLD);
    assert_sent(file->bench, expected);
    assert_string_equal(transaction_error(file->bench->transaction), "No, thank you");
    assert_int_equal(step_at(file->bench, 0)->state, STEP_UNDONE);
    assert_int_equal(step_at(file->bench, REPLACE)->state, STEP_WAITING);
    file_teardown((void **)&file);
}

static void test_refused_at_every_step(void **state)
{
    for (guint i = 0; i < MOST_STEPS; i++)
        check_refused_at(i);
}

/* --- the file cannot be changed -------------------------------------------------------------- */

static void test_nothing_is_sent_when_it_cannot_be_written(void **state)
{
    const FileBench *file = *state;

    write_file(*state);
    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_outcome(file, OUTCOME_ROLLED_BACK, OTHERS);
    assert_sent(file->bench, "");
    assert_non_null(strstr(transaction_error(file->bench->transaction), CHANGED));
    assert_int_equal(step_at(file->bench, 0)->state, STEP_FAILED);
}

static void test_guest_goes_back_when_it_was_changed_meanwhile(void **state)
{
    FileBench *file = *state;
    g_autofree char *forth = expected_commands(MOST_STEPS, MOST_STEPS);
    g_autofree char *expected = g_strconcat(forth,
                                            ", device_del d4, netdev_del n3, device_del d2, "
                                            "blockdev-del n1, blockdev-del f0",
                                            NULL);

    at(file, 2, STEP_RUNNING, write_file);
    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_outcome(file, OUTCOME_ROLLED_BACK, OTHERS);
    assert_sent(file->bench, expected);
    assert_int_equal(step_at(file->bench, REPLACE)->state, STEP_FAILED);
    assert_non_null(strstr(step_at(file->bench, REPLACE)->error, CHANGED));
}

static void move_folder(gpointer data)
{
    const FileBench *file = data;
    g_autofree char *elsewhere = g_strconcat(file->folder, "-moved", NULL);

    assert_int_equal(g_rename(file->folder, elsewhere), 0);
}

static void test_guest_goes_back_when_the_folder_went(void **state)
{
    FileBench *file = *state;
    g_autofree char *elsewhere = g_strconcat(file->folder, "-moved", NULL);

    at(file, MOST_STEPS, STEP_DONE, move_folder);
    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_int_equal(transaction_outcome(file->bench->transaction), OUTCOME_ROLLED_BACK);
    assert_int_equal(fake_monitor_count(file->bench->fake, "device_del"), 2);
    assert_int_equal(g_rename(elsewhere, file->folder), 0);
    assert_true(holds(file, OLD));
}

/* What the guest let go of is plugged in again, its back end first. */
static void test_what_left_comes_back(void **state)
{
    FileBench *file = *state;

    hold_devices(file->bench);
    start(file->bench, carry(file, detach_plan()));
    fake_wait(transaction_leaving(file->bench->transaction));
    assert_true(holds(file, OLD));
    assert_int_equal(temp_entries(file->folder), 2);
    write_file(file);
    unplug(file->bench, "d4");
    fake_wait(file->bench->finished);
    assert_outcome(file, OUTCOME_ROLLED_BACK, OTHERS);
    assert_sent(file->bench, "device_del d4, netdev_del n3, netdev_add n3, device_add d4");
}

static void test_the_file_waits_for_the_guest(void **state)
{
    FileBench *file = *state;

    hold_devices(file->bench);
    start(file->bench, carry(file, detach_plan()));
    fake_wait(transaction_leaving(file->bench->transaction));
    fake_settle();
    assert_true(holds(file, OLD));
    unplug(file->bench, "d4");
    fake_wait(file->bench->finished);
    assert_outcome(file, OUTCOME_DONE, NEW);
}

/* --- cancelled ------------------------------------------------------------------------------- */

/* Also while the file is being written and while it is put in place. */
static void test_cancelled_at_every_step(void **state)
{
    for (guint step = 0; step <= REPLACE; step++) {
        FileBench *file;

        file_setup((void **)&file);
        at(file, step, STEP_RUNNING, cancel);
        run(file->bench, carry(file, plan_of(MOST_STEPS)));
        assert_outcome(file, OUTCOME_ROLLED_BACK, OLD);
        assert_int_equal(g_hash_table_size(file->bench->devices), 0);
        file_teardown((void **)&file);
    }
}

static void cancel_and_write(gpointer data)
{
    cancel(data);
    ((FileBench *)data)->happened = FALSE;
    at(data, REPLACE, STEP_UNDOING, write_file);
}

static void test_names_the_file_that_stays(void **state)
{
    FileBench *file = *state;
    g_auto(GStrv) left = NULL;

    at(file, REPLACE, STEP_RUNNING, cancel_and_write);
    run(file->bench, carry(file, plan_of(MOST_STEPS)));
    assert_outcome(file, OUTCOME_LEFTOVERS, OTHERS);
    left = transaction_leftovers(file->bench->transaction);
    assert_int_equal(g_strv_length(left), 1);
    assert_string_equal(left[0], "change to web01.xml");
    assert_non_null(strstr(step_at(file->bench, REPLACE)->error, CHANGED));
    assert_int_equal(g_hash_table_size(file->bench->devices), 0);
}

/* --- the connection, and the owner, go ------------------------------------------------------- */

/* A file that is being written or put in place when it happens comes to its end behind. */
static void assert_whole(const FileBench *file, gboolean may_be_new)
{
    fake_wait(temp_entries(file->folder) == 1);
    assert_true(holds(file, OLD) || (may_be_new && holds(file, NEW)));
}

static void test_lost_at_every_step(void **state)
{
    for (guint step = 0; step <= REPLACE; step++) {
        FileBench *file;

        file_setup((void **)&file);
        at(file, step, STEP_RUNNING, close_monitor);
        run(file->bench, carry(file, plan_of(MOST_STEPS)));
        if (step < REPLACE)
            assert_int_equal(transaction_outcome(file->bench->transaction), OUTCOME_LOST);
        assert_whole(file, step == REPLACE);
        file_teardown((void **)&file);
    }
}

static void test_freed_at_every_news(void **state)
{
    for (int news = 0; news < 2 * (REPLACE + 1); news++) {
        FileBench *file;

        file_setup((void **)&file);
        file->bench->free_at = news;
        start(file->bench, carry(file, plan_of(MOST_STEPS)));
        fake_wait(!file->bench->transaction);
        assert_whole(file, news >= 2 * REPLACE);
        file_teardown((void **)&file);
    }
}

static void test_without_a_monitor(void **state)
{
    const FileBench *file = *state;
    Monitor *monitor = g_steal_pointer(&file->bench->monitor);

    run(file->bench, carry(file, plan_of(2)));
    file->bench->monitor = monitor;
    assert_outcome(file, OUTCOME_LOST, OLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILE(test_both_are_changed),
        WITH_FILE(test_the_file_comes_first_and_last),
        cmocka_unit_test(test_refused_at_every_step),
        WITH_FILE(test_nothing_is_sent_when_it_cannot_be_written),
        WITH_FILE(test_guest_goes_back_when_it_was_changed_meanwhile),
        WITH_FILE(test_guest_goes_back_when_the_folder_went),
        WITH_FILE(test_what_left_comes_back),
        WITH_FILE(test_the_file_waits_for_the_guest),
        cmocka_unit_test(test_cancelled_at_every_step),
        WITH_FILE(test_names_the_file_that_stays),
        cmocka_unit_test(test_lost_at_every_step),
        cmocka_unit_test(test_freed_at_every_news),
        WITH_FILE(test_without_a_monitor),
    };

    return cmocka_run_group_tests_name("transaction with a file", tests, NULL, NULL);
}
