/* A session with a domain file, against a fake guest: what the journal says of it, changes in
 * memory, and plans that carry their change into the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/session_domain.h"
#include "tests/support/session_bench.h"
#include "tests/support/temp.h"

#define MAC "52:54:00:00:00:03"
#define NIC                                                                                        \
    "    <interface type='user'>\n"                                                                \
    "      <mac address='" MAC "'/>\n"                                                             \
    "      <model type='e1000'/>\n"                                                                \
    "      <alias name='net0'/>\n"                                                                 \
    "    </interface>\n"
#define SOUND                                                                                      \
    "    <sound model='ac97'>\n"                                                                   \
    "      <alias name='sound0'/>\n"                                                               \
    "    </sound>\n"
#define HEAD                                                                                       \
    "<!-- web01, kept by hand -->\n"                                                               \
    "<domain type='kvm'>\n"                                                                        \
    "  <name>web01</name>\n"                                                                       \
    "  <os><type arch='x86_64' machine='pc'>hvm</type></os>\n"                                     \
    "  <devices>\n"
#define TAIL                                                                                       \
    "  </devices>\n"                                                                               \
    "</domain>\n"
#define FILE_TEXT HEAD NIC SOUND TAIL

typedef struct {
    Bench *bench;
    char *folder;
    char *path;
} DomainBench;

/* --- the bench ------------------------------------------------------------------------------- */

static int setup(void **state)
{
    DomainBench *domain = g_new0(DomainBench, 1);

    bench_setup((void **)&domain->bench);
    domain->folder = temp_directory();
    domain->path = temp_file(domain->folder, "web01.xml", FILE_TEXT);
    *state = domain;
    return 0;
}

static int teardown(void **state)
{
    DomainBench *domain = *state;

    bench_teardown((void **)&domain->bench);
    fake_settle();
    temp_directory_remove(domain->folder);
    g_free(domain->path);
    g_free(domain);
    return 0;
}

#define WITH_DOMAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void open_domain(const DomainBench *domain)
{
    g_autoptr(GError) error = NULL;

    assert_true(session_domain_open(domain->bench->session, domain->path, &error));
}

/* Opened as the program does: before the guest has been read. */
static Session *connect_with_domain(const DomainBench *domain)
{
    bench_open(domain->bench, SESSION_WATCH);
    open_domain(domain);
    assert_null(session_match(domain->bench->session));
    fake_wait(session_state(domain->bench->session) == SESSION_LIVE);
    return domain->bench->session;
}

static char *file_text(const DomainBench *domain)
{
    char *text = NULL;

    assert_true(g_file_get_contents(domain->path, &text, NULL, NULL));
    return text;
}

static void assert_file(const DomainBench *domain, const char *expected)
{
    g_autofree char *text = file_text(domain);

    assert_string_equal(text, expected);
}

static gboolean file_mentions(const DomainBench *domain, const char *words)
{
    g_autofree char *text = file_text(domain);

    return strstr(text, words) != NULL;
}

static void write_file(const DomainBench *domain, const char *text)
{
    assert_true(g_file_set_contents(domain->path, text, -1, NULL));
}

static MatchState state_of(const Session *session, const char *name)
{
    const Match *match = session_match(session);
    const DomainDevice *configured = domain_find(match->domain, name, NULL);

    assert_non_null(configured);
    return match_of_configured(match, configured)->state;
}

static Plan *carried(Session *session, Plan *plan)
{
    g_autoptr(GError) error = NULL;

    session_domain_carry(session, plan, &error);
    if (error)
        fail_msg("%s", error->message);
    return plan;
}

static void assert_not_carried(Session *session, Plan *plan, const char *words)
{
    g_autoptr(GError) error = NULL;

    assert_false(session_domain_carry(session, plan, &error));
    assert_int_equal(error->code, ENGINE_ERROR_REFUSED);
    assert_non_null(strstr(error->message, words));
    assert_null(plan->file);
    plan_free(plan);
}

static void plan_and_wait(const DomainBench *domain,
                          void (*ask)(Session *session, SessionPlanFn done, gpointer data))
{
    guint before = domain->bench->planned;

    ask(domain->bench->session, bench_on_planned, domain->bench);
    fake_wait(domain->bench->planned > before);
}

static void run_planned(const DomainBench *domain)
{
    if (domain->bench->refusal)
        fail_msg("%s", domain->bench->refusal->message);
    bench_run(domain->bench, g_steal_pointer(&domain->bench->plan));
    assert_int_equal(domain->bench->outcome, OUTCOME_DONE);
}

/* --- what it says ---------------------------------------------------------------------------- */

static void test_says_what_differs(void **state)
{
    const DomainBench *domain = *state;
    const Bench *bench = domain->bench;
    const Match *match;

    bench_plug(domain->bench, "e1000", "net5", 5);
    match = session_match(connect_with_domain(domain));
    assert_true(bench_told(bench, "web01",
                           "connected to QEMU 7.2.22: 3 devices, 2 configured, 1 matched", NULL));
    assert_true(bench_told(bench, "net5", "is live but not configured", NULL));
    assert_int_equal(match->counts[MATCH_ABSENT], 1);
    assert_int_equal(state_of(bench->session, "sound0"), MATCH_ABSENT);
}

static void test_opened_while_connected(void **state)
{
    const DomainBench *domain = *state;
    g_autofree char *text =
        g_strdup_printf("compared with %s: 2 configured, 1 matched", domain->path);
    guint before;

    bench_connect(domain->bench);
    before = domain->bench->changes[SESSION_TREE_CHANGED];
    open_domain(domain);
    assert_true(bench_told(domain->bench, "web01", text, NULL));
    assert_int_equal(domain->bench->changes[SESSION_TREE_CHANGED], before + 1);
}

static void test_a_missing_image_is_named(void **state)
{
    const DomainBench *domain = *state;

    write_file(domain, HEAD "    <disk type='file' device='disk'>\n"
                            "      <source file='/srv/vm/logs.qcow2'/>\n"
                            "      <target dev='vda' bus='virtio'/>\n"
                            "    </disk>\n" TAIL);
    connect_with_domain(domain);
    assert_true(bench_told(domain->bench, "vda",
                           "is configured but absent: missing /srv/vm/logs.qcow2", NULL));
}

static void test_many_differences_are_counted(void **state)
{
    const DomainBench *domain = *state;

    for (guint slot = 4; slot < 31; slot++) {
        g_autofree char *id = g_strdup_printf("x%u", slot);

        bench_plug(domain->bench, "e1000", id, slot);
    }
    connect_with_domain(domain);
    assert_true(bench_told(domain->bench, "web01",
                           "8 more devices are absent, not configured, or at another place", NULL));
}

static void test_a_broken_file_is_not_opened(void **state)
{
    const DomainBench *domain = *state;
    g_autoptr(GError) error = NULL;

    write_file(domain, "<domain><devices></domain>");
    bench_connect(domain->bench);
    assert_false(session_domain_open(domain->bench->session, domain->path, &error));
    assert_int_equal(error->code, ENGINE_ERROR_INPUT);
    assert_null(session_domain(domain->bench->session));
    assert_null(session_domain_path(domain->bench->session));
}

static void test_matches_every_new_tree(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    bench_run(domain->bench, bench_detach_plan("net0", 3));
    assert_int_equal(state_of(session, "net0"), MATCH_ABSENT);
    bench_run(domain->bench, bench_attach_plan("net0", 9));
    assert_int_equal(state_of(session, "net0"), MATCH_FOUND);
}

/* --- changes in memory ----------------------------------------------------------------------- */

static void fill(Session *session)
{
    g_autoptr(GError) error = NULL;

    assert_true(session_domain_fill(session, NULL, NULL, &error));
}

static void test_fills_and_saves(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);
    g_autoptr(GPtrArray) diff = NULL;

    assert_false(session_domain_is_changed(session));
    fill(session);
    assert_true(session_domain_is_changed(session));
    assert_int_equal(state_of(session, "net0"), MATCH_SAME);
    assert_file(domain, FILE_TEXT);
    diff = session_domain_diff(session);
    assert_true(diff->len > 1);
    assert_true(session_domain_pin(session, NULL, NULL));
    assert_true(session_domain_save(session, TRUE, NULL));
    assert_false(session_domain_is_changed(session));
    assert_true(file_mentions(domain, "slot='0x03'"));
    assert_int_equal(temp_entries(domain->folder), 2); /* and web01.xml~ */
    assert_true(session_domain_save(session, FALSE, NULL));
}

static void test_reverts(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) diff = NULL;

    fill(session);
    assert_true(session_domain_revert(session, NULL));
    assert_false(session_domain_is_changed(session));
    assert_int_equal(state_of(session, "net0"), MATCH_FOUND);
    diff = session_domain_diff(session);
    assert_int_equal(diff->len, 0);
    fill(session);
    write_file(domain, "<domain>");
    assert_false(session_domain_revert(session, &error));
    assert_true(session_domain_is_changed(session));
}

static void test_does_not_write_over_others(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);
    g_autoptr(GError) error = NULL;

    fill(session);
    write_file(domain, HEAD NIC TAIL);
    assert_false(session_domain_save(session, FALSE, &error));
    assert_int_equal(error->code, ENGINE_ERROR_REFUSED);
    assert_file(domain, HEAD NIC TAIL);
    assert_true(session_domain_revert(session, NULL));
    assert_int_equal(session_domain(session)->devices->len, 1);
}

static void test_needs_a_domain_and_a_tree(void **state)
{
    const DomainBench *domain = *state;
    g_autoptr(GError) none = NULL, early = NULL;

    bench_open(domain->bench, SESSION_WATCH);
    assert_false(session_domain_fill(domain->bench->session, NULL, NULL, &none));
    assert_int_equal(none->code, ENGINE_ERROR_REFUSED);
    assert_null(session_match(domain->bench->session));
    open_domain(domain);
    assert_false(session_domain_fill(domain->bench->session, NULL, NULL, &early));
    assert_non_null(strstr(early->message, "has not been read"));
}

/* --- plans that carry ------------------------------------------------------------------------ */

static void test_attaches_now_and_in_the_file(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);
    g_autofree char *with = NULL;

    bench_run(domain->bench, carried(session, bench_attach_plan("net1", 6)));
    assert_int_equal(domain->bench->outcome, OUTCOME_DONE);
    assert_true(file_mentions(domain, "slot='0x06'"));
    assert_int_equal(session_domain(session)->devices->len, 3);
    assert_int_equal(state_of(session, "net1"), MATCH_SAME);
    assert_false(session_domain_is_changed(session));
    assert_int_equal(temp_entries(domain->folder), 1);
    with = file_text(domain);

    plan_and_wait(domain, session_plan_undo);
    run_planned(domain);
    assert_file(domain, FILE_TEXT);
    assert_false(bench_has(domain->bench, "net1"));
    assert_int_equal(session_domain(session)->devices->len, 2);

    plan_and_wait(domain, session_plan_redo);
    run_planned(domain);
    assert_file(domain, with);
    assert_true(bench_has(domain->bench, "net1"));
    assert_int_equal(state_of(session, "net1"), MATCH_SAME);
}

static void test_detaches_now_and_in_the_file(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    bench_run(domain->bench, carried(session, bench_detach_plan("net0", 3)));
    assert_int_equal(domain->bench->outcome, OUTCOME_DONE);
    assert_file(domain, HEAD SOUND TAIL);
    assert_int_equal(session_match(session)->counts[MATCH_ABSENT], 1);
    plan_and_wait(domain, session_plan_undo);
    run_planned(domain);
    assert_file(domain, FILE_TEXT);
    assert_int_equal(state_of(session, "net0"), MATCH_FOUND);
}

/* One comes and one goes in the file as well, a third comes in the guest alone: one change. */
static void test_staged_changes_go_into_the_file_together(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    assert_true(session_stage(session, carried(session, bench_attach_plan("net1", 6)), NULL));
    assert_true(session_stage(session, carried(session, bench_detach_plan("net0", 3)), NULL));
    assert_true(session_stage(session, bench_attach_plan("net2", 7), NULL));
    assert_file(domain, FILE_TEXT);
    plan_and_wait(domain, session_plan_staged);
    run_planned(domain);
    assert_int_equal(domain->bench->outcome, OUTCOME_DONE);
    assert_true(file_mentions(domain, "slot='0x06'"));
    assert_false(file_mentions(domain, MAC) || file_mentions(domain, "slot='0x07'"));
    assert_int_equal(session_domain(session)->devices->len, 2);
    assert_int_equal(session_staged(session)->len, 0);
    plan_and_wait(domain, session_plan_undo);
    run_planned(domain);
    assert_file(domain, FILE_TEXT);
}

static void test_a_stubborn_guest_keeps_the_file(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);
    g_autoptr(GError) error = NULL;

    domain->bench->stubborn = TRUE;
    session_run(session, carried(session, bench_detach_plan("net0", 3)), bench_on_finished,
                domain->bench);
    fake_wait(bench_device(domain->bench, "net0")->state == STATE_LEAVING);
    assert_file(domain, FILE_TEXT);
    assert_false(session_domain_pin(session, NULL, &error));
    assert_non_null(strstr(error->message, "wait until it is over"));
    assert_not_carried(session, bench_attach_plan("net7", 7), "wait until it is over");
    bench_delete(domain->bench, "net0");
    fake_wait(domain->bench->finished);
    assert_int_equal(domain->bench->outcome, OUTCOME_DONE);
    assert_file(domain, HEAD SOUND TAIL);
    assert_true(session_domain_pin(session, NULL, NULL));
}

static void test_refused_by_the_guest(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    fake_monitor_handle(domain->bench->fake, "device_add", NULL, NULL);
    fake_monitor_fail(domain->bench->fake, "device_add", "GenericError", "No room");
    bench_run(domain->bench, carried(session, bench_attach_plan("net1", 6)));
    assert_int_equal(domain->bench->outcome, OUTCOME_ROLLED_BACK);
    assert_file(domain, FILE_TEXT);
    assert_int_equal(temp_entries(domain->folder), 1);
    assert_int_equal(session_domain(session)->devices->len, 2);
}

static void test_what_is_not_in_the_file_needs_nothing(void **state)
{
    const DomainBench *domain = *state;
    Session *session;
    g_autoptr(Plan) plan = bench_detach_plan("net5", 5);

    bench_plug(domain->bench, "e1000", "net5", 5);
    session = connect_with_domain(domain);
    assert_true(session_domain_carry(session, plan, NULL));
    assert_null(plan->file);
    assert_int_equal(plan->steps->len, 1);
}

static void test_carries_only_what_is_saved(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    bench_run(domain->bench, carried(session, bench_attach_plan("net1", 6)));
    fill(session);
    assert_not_carried(session, bench_attach_plan("net2", 7), "save or drop them first");
    plan_and_wait(domain, session_plan_undo);
    assert_non_null(strstr(domain->bench->refusal->message, "save or drop them first"));
}

/* Nothing tells which of the two is which; where the file says the same of both it does not matter.
 */
static void test_does_not_guess_which_element(void **state)
{
    static const char one[] = "    <interface type='user'><model type='e1000'/></interface>\n";
    static const char other[] = "    <interface type='network'>\n"
                                "      <source network='default'/>\n"
                                "      <model type='e1000'/>\n"
                                "    </interface>\n";
    const DomainBench *domain = *state;
    g_autofree char *different = g_strconcat(HEAD, one, other, TAIL, NULL);
    g_autofree char *alike = g_strconcat(HEAD, one, one, TAIL, NULL);
    g_autofree char *left = g_strconcat(HEAD, one, TAIL, NULL);
    Session *session;

    write_file(domain, different);
    bench_plug(domain->bench, "e1000", "net5", 5);
    session = connect_with_domain(domain);
    assert_not_carried(session, bench_detach_plan("net5", 5), "it is not certain that net5 is");
    write_file(domain, alike);
    assert_true(session_domain_revert(session, NULL));
    bench_run(domain->bench, carried(session, bench_detach_plan("net5", 5)));
    assert_file(domain, left);
}

/* The place is taken in the file, by a device that is not plugged in just now. */
static void test_the_file_has_to_stay_valid(void **state)
{
    const DomainBench *domain = *state;
    Session *session;

    write_file(domain, HEAD "    <sound model='ac97'>\n"
                            "      <address type='pci' domain='0x0000' bus='0x00' slot='0x06' "
                            "function='0x0'/>\n"
                            "    </sound>\n" TAIL);
    session = connect_with_domain(domain);
    assert_not_carried(session, bench_attach_plan("net1", 6), "would not be valid");
}

static void test_undo_needs_the_file_as_it_was_left(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    bench_run(domain->bench, carried(session, bench_attach_plan("net1", 6)));
    write_file(domain, HEAD NIC TAIL);
    fake_monitor_forget(domain->bench->fake);
    plan_and_wait(domain, session_plan_undo);
    assert_non_null(domain->bench->refusal);
    assert_int_equal(domain->bench->refusal->code, ENGINE_ERROR_REFUSED);
    assert_non_null(strstr(domain->bench->refusal->message, "changed by somebody else"));
    assert_int_equal(fake_monitor_count(domain->bench->fake, "device_del"), 0);
    assert_file(domain, HEAD NIC TAIL);
}

static void test_lost_on_the_way(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    domain->bench->stubborn = TRUE;
    session_run(session, carried(session, bench_detach_plan("net0", 3)), bench_on_finished,
                domain->bench);
    fake_wait(bench_device(domain->bench, "net0")->state == STATE_LEAVING);
    fake_monitor_close(domain->bench->fake);
    fake_wait(domain->bench->finished);
    assert_int_equal(domain->bench->outcome, OUTCOME_LOST);
    assert_file(domain, FILE_TEXT);
    assert_int_equal(temp_entries(domain->folder), 1);
    assert_non_null(session_match(session));
}

/* While nobody was connected somebody edited the file. */
static void test_reads_the_file_again_after_a_loss(void **state)
{
    const DomainBench *domain = *state;
    Session *session = connect_with_domain(domain);

    fake_monitor_close(domain->bench->fake);
    fake_wait(session_state(session) == SESSION_LOST);
    write_file(domain, HEAD NIC TAIL);
    session_reconnect(session);
    fake_wait(session_state(session) == SESSION_LIVE);
    assert_int_equal(session_domain(session)->devices->len, 1);
}

/* --- names ----------------------------------------------------------------------------------- */

static void plan_detach(const DomainBench *domain, const char *name)
{
    const char *names[] = { name, NULL };
    guint before = domain->bench->planned;

    session_plan_detach(domain->bench->session, names, bench_on_planned, domain->bench);
    fake_wait(domain->bench->planned > before);
}

static void test_detaches_by_the_names_of_the_file(void **state)
{
    const DomainBench *domain = *state;
    const PlanSubject *subject;

    connect_with_domain(domain);
    plan_detach(domain, MAC);
    assert_non_null(domain->bench->plan);
    subject = domain->bench->plan->subjects->pdata[0];
    assert_string_equal(subject->id, "net0");
    plan_detach(domain, "sound0");
    assert_int_equal(domain->bench->refusal->code, ENGINE_ERROR_REFUSED);
    assert_non_null(strstr(domain->bench->refusal->message, "is not in the guest"));
    plan_detach(domain, "nobody");
    assert_int_equal(domain->bench->refusal->code, ENGINE_ERROR_INPUT);
}

/* --- the session goes ------------------------------------------------------------------------ */

static void test_freed_at_every_change(void **state)
{
    for (int change = 0; change < 20; change++) {
        DomainBench *domain;
        Bench *bench;

        setup((void **)&domain);
        bench = domain->bench;
        connect_with_domain(domain);
        bench->free_at = change;
        if (session_domain_fill(bench->session, NULL, NULL, NULL) && bench->session)
            session_domain_revert(bench->session, NULL);
        if (bench->session)
            session_run(bench->session, carried(bench->session, bench_attach_plan("net1", 6)),
                        bench_on_finished, bench);
        fake_wait(!bench->session || bench->finished);
        fake_wait(temp_entries(domain->folder) == 1);
        teardown((void **)&domain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DOMAIN(test_says_what_differs),
        WITH_DOMAIN(test_opened_while_connected),
        WITH_DOMAIN(test_a_missing_image_is_named),
        WITH_DOMAIN(test_many_differences_are_counted),
        WITH_DOMAIN(test_a_broken_file_is_not_opened),
        WITH_DOMAIN(test_matches_every_new_tree),
        WITH_DOMAIN(test_fills_and_saves),
        WITH_DOMAIN(test_reverts),
        WITH_DOMAIN(test_does_not_write_over_others),
        WITH_DOMAIN(test_needs_a_domain_and_a_tree),
        WITH_DOMAIN(test_attaches_now_and_in_the_file),
        WITH_DOMAIN(test_detaches_now_and_in_the_file),
        WITH_DOMAIN(test_staged_changes_go_into_the_file_together),
        WITH_DOMAIN(test_a_stubborn_guest_keeps_the_file),
        WITH_DOMAIN(test_refused_by_the_guest),
        WITH_DOMAIN(test_what_is_not_in_the_file_needs_nothing),
        WITH_DOMAIN(test_carries_only_what_is_saved),
        WITH_DOMAIN(test_does_not_guess_which_element),
        WITH_DOMAIN(test_the_file_has_to_stay_valid),
        WITH_DOMAIN(test_undo_needs_the_file_as_it_was_left),
        WITH_DOMAIN(test_lost_on_the_way),
        WITH_DOMAIN(test_reads_the_file_again_after_a_loss),
        WITH_DOMAIN(test_detaches_by_the_names_of_the_file),
        cmocka_unit_test(test_freed_at_every_change),
    };

    return cmocka_run_group_tests_name("session with a domain file", tests, NULL, NULL);
}
