/* The plan view and the dialogs that belong to it, as painted. */
#include "tests/screen/stage.c"

#include "tests/support/hand_guest.h"

static const Shape shapes[] = {
    { 24, 80, "utf8" },  { 24, 80, "ascii" }, { 24, 80, "mono" },
    { 40, 120, "utf8" }, { 8, 40, "utf8" },
};

#define CLOCK (100 * G_USEC_PER_SEC)

/* --- plans ----------------------------------------------------------------------------------- */

static void add_subject(Plan *plan, const char *id, const char *driver, guint slot)
{
    PlanSubject *subject = plan_add_subject(plan);

    subject->path = g_strconcat("/machine/peripheral/", id, NULL);
    subject->id = g_strdup(id);
    subject->driver = g_strdup(driver);
    subject->bus = g_strdup("pci.0");
    subject->address = (Address){ .type = ADDRESS_PCI, .pci.slot = slot };
}

static Action *unplug(const char *id)
{
    char **leaves = g_new0(char *, 2);

    leaves[0] = g_strconcat("/machine/peripheral/", id, NULL);
    return action_new("device_del", json_pack("{s:s}", "id", id), leaves);
}

static Plan *nic_plan(const char *id, guint slot)
{
    g_autofree char *title = g_strdup_printf("attach nic %s at 00:%02x.0", id, slot);
    g_autofree char *netdev = g_strconcat(id, "-user", NULL);
    g_autofree char *addr = g_strdup_printf("%02x.0", slot);
    Plan *plan = plan_new(PLAN_ATTACH, title);

    plan_add(plan, netdev,
             action_new("netdev_add",
                        json_pack("{s:s, s:s, s:[{s:s}]}", "type", "user", "id", netdev, "hostfwd",
                                  "str", "tcp:127.0.0.1:2222-:22"),
                        NULL),
             action_new("netdev_del", json_pack("{s:s}", "id", netdev), NULL));
    plan_add(plan, id,
             action_new("device_add",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "driver", "e1000", "id", id,
                                  "netdev", netdev, "mac", "52:54:00:00:00:99", "bus", "pci.0",
                                  "addr", addr),
                        NULL),
             unplug(id));
    add_subject(plan, id, "e1000", slot);
    return plan;
}

static void set_step(Plan *plan, guint index, StepState state, gint64 began, gint64 took)
{
    Step *step = plan->steps->pdata[index];

    step->state = state;
    step->started = CLOCK - began;
    step->ended = step->started + took;
}

static void stage(Session *session, Plan *plan, const char *problem)
{
    session_stage(session, plan, NULL);
    ((StagedPlan *)session->staged->pdata[session->staged->len - 1])->problem = g_strdup(problem);
}

static HistoryEntry *remember(Session *session, Plan *plan, Outcome outcome, int seconds_ago)
{
    HistoryEntry *entry = g_new0(HistoryEntry, 1);

    entry->plan = plan;
    entry->outcome = outcome;
    entry->ended = HAND_NOW - seconds_ago * G_USEC_PER_SEC;
    g_ptr_array_add(session->history, entry);
    return entry;
}

static HistoryEntry *remember_done(Session *session, Plan *plan, int seconds_ago)
{
    for (guint i = 0; i < plan->steps->len; i++)
        set_step(plan, i, STEP_DONE, 5000 - 1200 * i, 900);
    return remember(session, plan, OUTCOME_DONE, seconds_ago);
}

/* --- sessions -------------------------------------------------------------------------------- */

static Session *empty(void)
{
    Session *session = web01();

    session->clock = CLOCK;
    return session;
}

static Session *staged(void)
{
    Session *session = empty();

    stage(session, nic_plan("net5", 9), NULL);
    stage(session, nic_plan("net6", 10),
          "00:0a.0 has been taken by other: detach that first, or attach to another place");
    stage(session, detach_plan(), NULL);
    return session;
}

static Session *history(void)
{
    Session *session = empty();
    HistoryEntry *entry = remember_done(session, nic_plan("net5", 9), 65);

    entry->undoable = TRUE;
    entry = remember_done(session, nic_plan("net6", 10), 48);
    entry->taken_back = entry->redoable = TRUE;
    entry = remember_done(session, detach_plan(), 20);
    g_free(entry->plan->title);
    entry->plan->title = g_strdup("undo: attach nic net6 at 00:0a.0");
    return session;
}

static Session *refused(void)
{
    Session *session = history();
    Plan *plan = nic_plan("net7", 11);
    HistoryEntry *entry;

    set_step(plan, 0, STEP_UNDONE, 5000, 3000);
    set_step(plan, 1, STEP_FAILED, 4000, 1000);
    ((Step *)plan->steps->pdata[1])->error = g_strdup("PCI: slot 11 function 0 not available");
    entry = remember(session, plan, OUTCOME_ROLLED_BACK, 3);
    entry->error = g_strdup("PCI: slot 11 function 0 not available");
    return session;
}

/* A detach that the guest takes its time for. */
static Session *running(void)
{
    Session *session = staged();
    Plan *plan = detach_plan();

    plan_join(plan, nic_plan("net8", 12));
    set_step(plan, 0, STEP_LEAVING, 7 * G_USEC_PER_SEC, 0);
    g_ptr_array_set_free_func(session->running, (GDestroyNotify)transaction_free);
    g_ptr_array_add(session->running, transaction_new_recorded(plan));
    return session;
}

/* --- pictures -------------------------------------------------------------------------------- */

static void paint_all(Session *(*make)(void), const char *keys, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Stage stage = shape_open(&shapes[i], make());

        press(&stage, "5");
        press(&stage, keys);
        compare(&stage, &shapes[i], name);
        stage_close(&stage);
    }
}

static void test_pictures(void **state)
{
    paint_all(empty, "", "plan-empty");
    paint_all(staged, "j\n", "plan-staged");
    paint_all(running, "", "plan-running");
    paint_all(refused, "\n", "plan-refused");
    paint_all(history, "G", "plan-history");
}

static void test_pictures_of_commands(void **state)
{
    static const char *const names[] = { "commands-qmp", "commands-hmp", "commands-xml",
                                         "commands-line" };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *keys = g_strdup_printf("c%u", i + 1);

        paint_all(staged, keys, names[i]);
    }
}

/* --- keys ------------------------------------------------------------------------------------ */

static void test_the_cursor_skips_what_is_no_row(void **state)
{
    Stage stage = stage_open(24, 80, running(), FALSE);

    press(&stage, "5");
    assert_true(shows(&stage, "► - detach disk sd0"));
    press(&stage, "jjjj");
    assert_true(shows(&stage, "►   4 device_add"));
    press(&stage, "j");
    assert_true(shows(&stage, "► + attach nic net5"));
    press(&stage, "k");
    assert_true(shows(&stage, "►   4 device_add"));
    press(&stage, "h"); /* folds, and the cursor is on the plan */
    assert_true(shows(&stage, "► + detach disk sd0"));
    press(&stage, "b");
    assert_true(shows(&stage, "► + attach nic net5"));
    press(&stage, "G");
    assert_true(shows(&stage, "► + detach disk sd0"));
    stage_close(&stage);
}

static void test_a_staged_change_is_removed(void **state)
{
    Stage stage = stage_open(24, 80, staged(), FALSE);

    press(&stage, "5jx");
    assert_int_equal(stage.session->staged->len, 2);
    assert_false(shows(&stage, "net6"));
    assert_true(shows(&stage, "removed; nothing was sent"));
    press(&stage, "A");
    assert_string_equal(stage.session->asked, "staged");
    hand_session_answer(stage.session, nic_plan("net5", 9), NULL);
    console_paint(stage.console);
    assert_true(shows(&stage, "[ Apply ]"));
    assert_false(shows(&stage, "[ Stage ]")); /* it is staged already */
    press(&stage, "y");
    assert_non_null(stage.session->ran);
    stage_close(&stage);
}

static void test_staged_from_a_question(void **state)
{
    Stage stage = stage_open(24, 80, empty(), FALSE);

    select_device(&stage, "sd0");
    press(&stage, "d");
    hand_session_answer(stage.session, detach_plan(), NULL);
    console_paint(stage.console);
    press(&stage, "c");
    assert_true(shows(&stage, "[1 QMP]"));
    press(&stage, "\t");
    assert_true(shows(&stage, "[2 HMP]"));
    press(&stage, "q"); /* back to the question */
    assert_true(shows(&stage, "[ Detach ]"));
    press(&stage, "S");
    assert_null(stage.session->ran);
    assert_int_equal(stage.session->staged->len, 1);
    assert_true(shows(&stage, "staged: detach disk sd0"));
    /* One more reason to stay. */
    press(&stage, "q");
    assert_true(shows(&stage, "1 change is staged and not applied"));
    stage_close(&stage);
}

static void test_a_plan_that_ends_stays_under_the_cursor(void **state)
{
    Session *session = running();
    Stage stage = stage_open(24, 80, session, FALSE);

    press(&stage, "5j");
    g_ptr_array_set_size(session->running, 0);
    remember_done(session, detach_plan(), 0);
    hand_session_change(session, SESSION_PLAN_CHANGED);
    console_paint(stage.console);
    assert_true(shows(&stage, "► + detach disk sd0"));
    assert_true(shows(&stage, "● done"));
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_pictures_of_commands),
        cmocka_unit_test(test_the_cursor_skips_what_is_no_row),
        cmocka_unit_test(test_a_staged_change_is_removed),
        cmocka_unit_test(test_staged_from_a_question),
        cmocka_unit_test(test_a_plan_that_ends_stays_under_the_cursor),
    };

    return cmocka_run_group_tests(tests, stage_set_up, NULL);
}
