/* A session on real guests: changes by others, devices that leave late, silently or never, guests
 * that stand still, and what a refused plan leaves behind. Names of traps are those of the measured
 * facts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session.h"
#include "tests/support/real_qemu.h"

/* That it takes 2 s at most is tried in fake/test_session, where the host cannot be too slow. */
#define LIVE_MS REAL_QEMU_PATIENCE_MS

typedef struct {
    RealQemu *qemu;
    Session *session;
    Outcome outcome;
    char *error;
    const char *id; /* what a condition is about */
    DeviceState state;
    const char *text;
} Bench;

static const char *const no_devices[] = { NULL };

/* --- the bench ------------------------------------------------------------------------------- */

static Device *device(const Bench *bench, const char *id)
{
    const Guest *guest = session_guest(bench->session);

    return guest ? guest_find_id(guest, id) : NULL;
}

static gboolean is_live(gpointer data)
{
    return session_state(((Bench *)data)->session) == SESSION_LIVE;
}

static gboolean is_lost(gpointer data)
{
    return session_state(((Bench *)data)->session) == SESSION_LOST;
}

static gboolean is_there(gpointer data)
{
    return device(data, ((Bench *)data)->id) != NULL;
}

static gboolean is_away(gpointer data)
{
    return device(data, ((Bench *)data)->id) == NULL;
}

static gboolean is_in_state(gpointer data)
{
    const Bench *bench = data;
    const Device *found = device(bench, bench->id);

    return found && found->state == bench->state;
}

static gboolean has_status(gpointer data)
{
    const Bench *bench = data;

    return strcmp(session_guest(bench->session)->status, bench->text) == 0;
}

static gboolean is_over(gpointer data)
{
    return ((Bench *)data)->outcome != OUTCOME_PENDING;
}

static void await(Bench *bench, gboolean (*condition)(gpointer data), const char *id, guint limit)
{
    bench->id = id;
    if (!wait_until(condition, bench, limit))
        fail_msg("waited %u ms in vain for %s", limit, id ? id : "the session");
}

static void await_state(Bench *bench, const char *id, DeviceState state)
{
    bench->state = state;
    await(bench, is_in_state, id, REAL_QEMU_PATIENCE_MS);
}

static void await_status(Bench *bench, const char *status)
{
    bench->text = status;
    await(bench, has_status, status, LIVE_MS);
}

static void await_outcome(Bench *bench, Outcome expected)
{
    await(bench, is_over, "the plan", REAL_QEMU_PATIENCE_MS);
    if (bench->outcome != expected)
        fail_msg("outcome %d: %s", bench->outcome, bench->error ? bench->error : "no error");
}

static Bench *bench_new(const char *machine, RealQemuFlags flags, const char *const *devices)
{
    Bench *bench = g_new0(Bench, 1);
    g_autoptr(GStrvBuilder) arguments = g_strv_builder_new();
    g_auto(GStrv) list = NULL;

    for (guint i = 0; devices[i]; i++)
        g_strv_builder_add_many(arguments, "-device", devices[i], NULL);
    list = g_strv_builder_end(arguments);
    bench->qemu = real_qemu_start(machine, flags, (const char *const *)list);
    if (flags & REAL_QEMU_GUEST && !(flags & REAL_QEMU_STOPPED))
        real_qemu_serial_wait(bench->qemu, "ready");
    bench->session = session_new(real_qemu_target(bench->qemu), SESSION_WATCH, NULL);
    await(bench, is_live, NULL, REAL_QEMU_PATIENCE_MS);
    return bench;
}

static void bench_free(Bench *bench)
{
    session_free(bench->session);
    real_qemu_stop(bench->qemu);
    g_free(bench->error);
    g_free(bench);
}

/* --- plans ----------------------------------------------------------------------------------- */

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Bench *bench = data;

    bench->outcome = transaction_outcome(transaction);
    g_free(bench->error);
    bench->error = g_strdup(transaction_error(transaction));
}

static void start(Bench *bench, Plan *plan)
{
    bench->outcome = OUTCOME_PENDING;
    session_run(bench->session, plan, on_finished, bench);
}

static Action *deleting(const char *id)
{
    char **leaves = g_new0(char *, 2);

    leaves[0] = g_strconcat("/machine/peripheral/", id, NULL);
    return action_new("device_del", json_pack("{s:s}", "id", id), leaves);
}

static Action *adding(const char *driver, const char *id, const char *bus, const char *addr)
{
    return action_new(
        "device_add",
        json_pack("{s:s,s:s,s:s,s:s}", "driver", driver, "id", id, "bus", bus, "addr", addr), NULL);
}

static Plan *detach_plan(const char *id)
{
    Plan *plan = plan_new(PLAN_DETACH, "detach it");

    plan_add_subject(plan)->id = g_strdup(id);
    plan_add(plan, id, deleting(id), NULL);
    return plan;
}

static void detach(Bench *bench, const char *id)
{
    start(bench, detach_plan(id));
}

/* By the other client, past the session. */
static void plug(Bench *bench, const char *driver, const char *id, const char *addr)
{
    real_qemu_tell(
        bench->qemu, "device_add",
        json_pack("{s:s,s:s,s:s,s:s}", "driver", driver, "id", id, "bus", "pci.0", "addr", addr));
}

/* --- changes by others ----------------------------------------------------------------------- */

static void test_others_plug_and_unplug(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);

    plug(bench, "rtl8139", "other", "14.0");
    await(bench, is_there, "other", LIVE_MS);
    assert_int_equal(device(bench, "other")->state, STATE_ADDED);
    real_qemu_tell(bench->qemu, "device_del", json_pack("{s:s}", "id", "other"));
    await(bench, is_away, "other", LIVE_MS);
    bench_free(bench);
}

/* No event tells of a back end that was pulled from under a NIC. */
static void test_others_take_a_back_end(void **state)
{
    const char *const devices[] = { "e1000,id=net0,netdev=n0", NULL };
    Bench *bench = g_new0(Bench, 1);
    gint64 deadline;

    bench->qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    real_qemu_add(bench->qemu, "-netdev", "user,id=n0", "-device", devices[0], NULL);
    real_qemu_launch(bench->qemu);
    bench->session = session_new(real_qemu_target(bench->qemu), SESSION_WATCH, NULL);
    await(bench, is_live, NULL, REAL_QEMU_PATIENCE_MS);
    assert_non_null(guest_find_netdev(session_guest(bench->session), "n0"));
    real_qemu_tell(bench->qemu, "netdev_add", json_pack("{s:s,s:s}", "type", "user", "id", "n1"));
    deadline = g_get_monotonic_time() + LIVE_MS * G_TIME_SPAN_MILLISECOND;
    while (!guest_find_netdev(session_guest(bench->session), "n1")) {
        assert_true(g_get_monotonic_time() < deadline);
        g_main_context_iteration(NULL, TRUE);
    }
    bench_free(bench);
}

static void test_run_state_at_once(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);

    real_qemu_tell(bench->qemu, "stop", NULL);
    await_status(bench, "paused");
    real_qemu_tell(bench->qemu, "cont", NULL);
    await_status(bench, "running");
    bench_free(bench);
}

static gboolean bridge_is_numbered(gpointer data)
{
    const Bench *bench = data;

    return guest_find_bus(session_guest(bench->session), "br", NULL)->number > 0;
}

/* The firmware numbers the buses some time after the reset, and no event tells. */
static void test_buses_are_numbered_late(void **state)
{
    const char *const devices[] = { "pci-bridge,id=br,chassis_nr=1,bus=pci.0,addr=1e.0", NULL };
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST | REAL_QEMU_STOPPED, devices);
    const Bus *bus = guest_find_bus(session_guest(bench->session), "br", NULL);

    assert_int_equal(bus->number, PCI_BUS_UNKNOWN);
    real_qemu_tell(bench->qemu, "cont", NULL);
    await(bench, bridge_is_numbered, "a bus number", REAL_QEMU_PATIENCE_MS);
    bench_free(bench);
}

static void test_tells_why_it_ended(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);
    /* The human monitor says nothing of the end. */
    g_autofree char *message =
        real_qemu_is_human()
            ? g_strconcat(real_qemu_target(bench->qemu),
                          " closed the connection: the guest has ended, or its monitor was taken "
                          "away; connect again when it runs",
                          NULL)
            : g_strdup("guest shut down (host-qmp-quit)");

    real_qemu_tell(bench->qemu, "quit", NULL);
    await(bench, is_lost, NULL, LIVE_MS);
    assert_string_equal(session_error(bench->session)->message, message);
    assert_non_null(session_guest(bench->session));
    bench_free(bench);
}

/* --- leaving --------------------------------------------------------------------------------- */

static void test_stubborn_guest(void **state)
{
    const char *const devices[] = { "e1000,id=net0,bus=pci.0,addr=14.0", NULL };
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, devices);
    g_autofree char *why = NULL;

    real_qemu_serial_send(bench->qemu, "stubborn");
    real_qemu_serial_wait(bench->qemu, "now stubborn");
    detach(bench, "net0");
    await_state(bench, "net0", STATE_LEAVING);
    real_qemu_serial_wait(bench->qemu, "stubborn: keeping");
    why = session_explain_leaving(bench->session, device(bench, "net0"));
    assert_non_null(strstr(why, "has not released it"));
    assert_true(session_ask_again(bench->session, device(bench, "net0")));
    real_qemu_serial_wait(bench->qemu, "stubborn: keeping");
    assert_int_equal(bench->outcome, OUTCOME_PENDING);
    real_qemu_serial_send(bench->qemu, "willing");
    await_outcome(bench, OUTCOME_DONE);
    assert_null(device(bench, "net0"));
    bench_free(bench);
}

static void test_paused_guest(void **state)
{
    const char *const devices[] = { "e1000,id=net0,bus=pci.0,addr=14.0", NULL };
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, devices);
    g_autofree char *why = NULL;

    real_qemu_tell(bench->qemu, "stop", NULL);
    await_status(bench, "paused");
    detach(bench, "net0");
    await_state(bench, "net0", STATE_LEAVING);
    why = session_explain_leaving(bench->session, device(bench, "net0"));
    assert_non_null(strstr(why, "paused"));
    real_qemu_tell(bench->qemu, "cont", NULL);
    await_outcome(bench, OUTCOME_DONE);
    bench_free(bench);
}

/* T8: never completes under -S; a reset does complete it. And QEMU refuses the second request
 * there, which is no refusal of the unplug. */
static void test_reset_completes_a_pending_unplug(void **state)
{
    const char *const devices[] = { "e1000,id=net0,bus=pci.0,addr=14.0", NULL };
    Bench *bench = bench_new("pc", REAL_QEMU_STOPPED, devices);
    g_autofree char *why = NULL;
    g_autofree char *refusal = NULL;

    real_qemu_tell(bench->qemu, "device_del", json_pack("{s:s}", "id", "net0"));
    real_qemu_try(bench->qemu, "device_del", json_pack("{s:s}", "id", "net0"), &refusal);
    assert_non_null(refusal);
    detach(bench, "net0");
    await_state(bench, "net0", STATE_LEAVING);
    why = session_explain_leaving(bench->session, device(bench, "net0"));
    assert_non_null(strstr(why, "not been started"));
    real_qemu_tell(bench->qemu, "system_reset", NULL);
    await_outcome(bench, OUTCOME_DONE);
    bench_free(bench);
}

/* T7: DEVICE_DELETED never comes for these. */
static void check_silent(const char *driver)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);
    g_autofree char *before = real_qemu_state(bench->qemu);
    g_autofree char *after = NULL;

    plug(bench, driver, "quiet", "14.0");
    await(bench, is_there, "quiet", LIVE_MS);
    detach(bench, "quiet");
    await_outcome(bench, OUTCOME_DONE);
    assert_null(device(bench, "quiet"));
    assert_false(real_qemu_saw_event(bench->qemu, "DEVICE_DELETED", "quiet"));
    after = real_qemu_state(bench->qemu);
    assert_string_equal(after, before);
    bench_free(bench);
}

static void test_silent_devices(void **state)
{
    check_silent("qemu-xhci");
    check_silent("nec-usb-xhci");
    check_silent("intel-hda");
}

/* QEMU takes a SCSI disk out of QOM some 50 ms before its node is free: the plan waits. */
static void test_disk_and_its_node(void **state)
{
    const char *const devices[] = { "lsi53c895a,id=scsi0,bus=pci.0,addr=0a.0", NULL };
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, devices);
    const char *image = real_qemu_image(bench->qemu, "a.qcow2", "qcow2", 1 << 20);
    Plan *plan = plan_new(PLAN_DETACH, "detach disk d1");
    g_autofree char *before = real_qemu_state(bench->qemu);
    g_autofree char *after = NULL;

    real_qemu_tell(bench->qemu, "blockdev-add",
                   json_pack("{s:s,s:s,s:{s:s,s:s}}", "driver", "qcow2", "node-name", "b1", "file",
                             "driver", "file", "filename", image));
    real_qemu_tell(bench->qemu, "device_add",
                   json_pack("{s:s,s:s,s:s,s:i,s:s}", "driver", "scsi-hd", "id", "d1", "bus",
                             "scsi0.0", "scsi-id", 3, "drive", "b1"));
    await(bench, is_there, "d1", LIVE_MS);
    plan_add(plan, "disk d1", deleting("d1"), NULL);
    plan_add(plan, "node b1",
             action_new("blockdev-del", json_pack("{s:s}", "node-name", "b1"), NULL), NULL);
    start(bench, plan);
    await_outcome(bench, OUTCOME_DONE);
    after = real_qemu_state(bench->qemu);
    assert_string_equal(after, before);
    bench_free(bench);
}

/* --- all or nothing -------------------------------------------------------------------------- */

static Plan *failing_plan(void)
{
    Plan *plan = plan_new(PLAN_ATTACH, "attach what cannot be");
    Action *netdev =
        action_new("netdev_add", json_pack("{s:s,s:s}", "type", "user", "id", "n1"), NULL);
    Action *nic = adding("e1000", "net1", "pci.0", "14.0");

    json_object_set_new(nic->arguments, "netdev", json_string("n1"));
    plan_add(plan, "netdev n1", netdev,
             action_new("netdev_del", json_pack("{s:s}", "id", "n1"), NULL));
    plan_add(plan, "NIC net1", nic, deleting("net1"));
    plan_add(plan, "controller", adding("lsi53c895a", "scsi9", "pci.0", "15.0"), deleting("scsi9"));
    plan_add(plan, "the same place", adding("rtl8139", "net2", "pci.0", "14.0"), deleting("net2"));
    return plan;
}

static void test_refused_plan_leaves_nothing(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);
    g_autofree char *before = real_qemu_state(bench->qemu);
    g_autofree char *after = NULL;

    start(bench, failing_plan());
    await_outcome(bench, OUTCOME_ROLLED_BACK);
    assert_non_null(strstr(bench->error, "slot 20"));
    after = real_qemu_state(bench->qemu);
    assert_string_equal(after, before);
    bench_free(bench);
}

/* A guest that does not let go in a rollback: the NIC stays, and so does its back end, since QEMU
 * would cut it off without a word (T5). It finishes leaving whenever the guest lets go. */
static void test_rollback_with_a_stubborn_guest(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);

    real_qemu_serial_send(bench->qemu, "stubborn");
    real_qemu_serial_wait(bench->qemu, "now stubborn");
    start(bench, failing_plan());
    await_outcome(bench, OUTCOME_LEFTOVERS);
    assert_int_equal(device(bench, "net1")->state, STATE_LEAVING);
    assert_int_equal(device(bench, "scsi9")->state, STATE_LEAVING);
    assert_non_null(guest_find_netdev(session_guest(bench->session), "n1"));
    real_qemu_serial_send(bench->qemu, "willing");
    await(bench, is_away, "net1", LIVE_MS);
    await(bench, is_away, "scsi9", LIVE_MS);
    bench_free(bench);
}

/* --- undo ------------------------------------------------------------------------------------ */

typedef struct {
    Plan *plan;
    char *refusal;
    gboolean over;
} Answer;

static void on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Answer *answer = data;

    answer->plan = plan;
    answer->refusal = error ? g_strdup(error->message) : NULL;
    answer->over = TRUE;
}

static gboolean is_answered(gpointer data)
{
    return ((Answer *)data)->over;
}

static Answer undo(Bench *bench)
{
    Answer answer = { 0 };

    session_plan_undo(bench->session, on_planned, &answer);
    assert_true(wait_until(is_answered, &answer, REAL_QEMU_PATIENCE_MS));
    return answer;
}

/* Somebody else has plugged a disk into the controller that would go. */
static void test_undo_takes_no_passengers(void **state)
{
    Bench *bench = bench_new("pc", REAL_QEMU_GUEST, no_devices);
    const char *image = real_qemu_image(bench->qemu, "a.raw", "raw", 1 << 20);
    Plan *plan = plan_new(PLAN_ATTACH, "attach a controller");
    PlanSubject *subject = plan_add_subject(plan);
    Answer answer;

    subject->id = g_strdup("h");
    subject->path = g_strdup("/machine/peripheral/h");
    subject->driver = g_strdup("lsi53c895a");
    plan_add(plan, "h", adding("lsi53c895a", "h", "pci.0", "14.0"), deleting("h"));
    start(bench, plan);
    await_outcome(bench, OUTCOME_DONE);
    real_qemu_tell(
        bench->qemu, "blockdev-add",
        json_pack("{s:s,s:s,s:s}", "driver", "file", "node-name", "b1", "filename", image));
    real_qemu_tell(bench->qemu, "device_add",
                   json_pack("{s:s,s:s,s:s,s:s}", "driver", "scsi-hd", "id", "d1", "bus", "h.0",
                             "drive", "b1"));
    answer = undo(bench);
    assert_null(answer.plan);
    assert_non_null(strstr(answer.refusal, "h would take d1 along"));
    g_free(answer.refusal);
    real_qemu_tell(bench->qemu, "device_del", json_pack("{s:s}", "id", "d1"));
    await(bench, is_away, "d1", LIVE_MS);
    answer = undo(bench);
    assert_non_null(answer.plan);
    start(bench, answer.plan);
    await_outcome(bench, OUTCOME_DONE);
    assert_null(device(bench, "h"));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others_plug_and_unplug),
        cmocka_unit_test(test_others_take_a_back_end),
        cmocka_unit_test(test_run_state_at_once),
        cmocka_unit_test(test_buses_are_numbered_late),
        cmocka_unit_test(test_tells_why_it_ended),
        cmocka_unit_test(test_stubborn_guest),
        cmocka_unit_test(test_paused_guest),
        cmocka_unit_test(test_reset_completes_a_pending_unplug),
        cmocka_unit_test(test_silent_devices),
        cmocka_unit_test(test_disk_and_its_node),
        cmocka_unit_test(test_refused_plan_leaves_nothing),
        cmocka_unit_test(test_rollback_with_a_stubborn_guest),
        cmocka_unit_test(test_undo_takes_no_passengers),
    };

    return cmocka_run_group_tests_name("session on real guests", tests, NULL, NULL);
}
