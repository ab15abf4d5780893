/* Two sessions on two monitors of one guest, of the same dialect and of different ones: each sees
 * what the other changes, and both may unplug the same device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

/* How long it may take until the other one sees a change, on a host that has nothing else to do;
 * here it may have, so what is waited for is the change itself. */
#define SEEN_WITHIN_MS 2000

typedef struct {
    const char *dialects[2];
} Pair;

typedef struct {
    Session *session;
    Outcome outcome; /* of its latest plan; done where it has run none */
    char *error;
} Side;

typedef struct {
    RealQemu *qemu;
    Side sides[2];
    const char *id; /* what a condition is about */
} Bench;

static const Pair pairs[] = { { { "qmp", "qmp" } }, { { "qmp", "hmp" } }, { { "hmp", "hmp" } } };

/* --- the bench ------------------------------------------------------------------------------- */

static gboolean both_are_live(gpointer data)
{
    const Bench *bench = data;

    return session_state(bench->sides[0].session) == SESSION_LIVE &&
           session_state(bench->sides[1].session) == SESSION_LIVE;
}

static gboolean has(const Side *side, const char *id)
{
    return guest_find_id(session_guest(side->session), id) != NULL;
}

static gboolean both_have(gpointer data)
{
    const Bench *bench = data;

    return has(&bench->sides[0], bench->id) && has(&bench->sides[1], bench->id);
}

static gboolean none_has(gpointer data)
{
    const Bench *bench = data;

    return !has(&bench->sides[0], bench->id) && !has(&bench->sides[1], bench->id);
}

static gboolean both_are_over(gpointer data)
{
    const Bench *bench = data;

    return bench->sides[0].outcome != OUTCOME_PENDING && bench->sides[1].outcome != OUTCOME_PENDING;
}

/* Gives how long it took, in milliseconds. */
static gint64 await(Bench *bench, gboolean (*condition)(gpointer data), const char *what)
{
    gint64 from = g_get_monotonic_time();

    if (!wait_until(condition, bench, REAL_QEMU_PATIENCE_MS))
        fail_msg("waited in vain for %s", what);
    return (g_get_monotonic_time() - from) / G_TIME_SPAN_MILLISECOND;
}

static Bench *bench_new(const Pair *pair)
{
    Bench *bench = g_new0(Bench, 1);

    bench->qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    real_qemu_image(bench->qemu, "d.qcow2", "qcow2", 1 << 20);
    real_qemu_add(bench->qemu, "-device", "virtio-scsi-pci,id=scsi0,addr=10.0", NULL);
    for (guint i = 0; i < 2; i++) {
        const char *option = strcmp(pair->dialects[i], "qmp") == 0 ? "-qmp" : "-monitor";
        g_autofree char *place = g_strdup_printf("unix:side%u.sock,server=on,wait=off", i);

        real_qemu_add(bench->qemu, option, place, NULL);
    }
    real_qemu_launch(bench->qemu);
    real_qemu_serial_wait(bench->qemu, "ready");
    for (guint i = 0; i < 2; i++) {
        g_autofree char *target =
            g_strdup_printf("unix:%s/side%u.sock", real_qemu_directory(bench->qemu), i);

        bench->sides[i].session = session_new(target, SESSION_WATCH, NULL);
        bench->sides[i].outcome = OUTCOME_DONE;
    }
    await(bench, both_are_live, "both monitors");
    for (guint i = 0; i < 2; i++)
        assert_string_equal(session_guest(bench->sides[i].session)->dialect, pair->dialects[i]);
    return bench;
}

static void bench_free(Bench *bench)
{
    for (guint i = 0; i < 2; i++) {
        session_free(bench->sides[i].session);
        g_free(bench->sides[i].error);
    }
    real_qemu_stop(bench->qemu);
    g_free(bench);
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Side *side = data;

    side->outcome = transaction_outcome(transaction);
    g_free(side->error);
    side->error = g_strdup(transaction_error(transaction));
}

static void start(Side *side, Plan *plan)
{
    side->outcome = OUTCOME_PENDING;
    session_run(side->session, plan, on_finished, side);
}

static void assert_done(const Side *side, const char *who)
{
    if (side->outcome != OUTCOME_DONE)
        fail_msg("%s ended with %d: %s", who, side->outcome, side->error ? side->error : "");
}

/* --- what is tried --------------------------------------------------------------------------- */

static void attach(Bench *bench, guint by, const char *kind, const char *const *options,
                   const char *id)
{
    real_plan_run(bench->sides[by].session,
                  real_plan_attach(bench->sides[by].session, kind, options, NULL));
    bench->id = id;
    print_message("%s by %u is seen after %d ms, of %d\n", id, by, (int)await(bench, both_have, id),
                  SEEN_WITHIN_MS);
}

static void detach(Bench *bench, guint by, const char *id)
{
    real_plan_run(bench->sides[by].session, real_plan_detach(bench->sides[by].session, id, NULL));
    bench->id = id;
    print_message("%s taken by %u is missed after %d ms, of %d\n", id, by,
                  (int)await(bench, none_has, id), SEEN_WITHIN_MS);
}

static void attach_nic(Bench *bench, guint by)
{
    const char *const options[] = { "model=e1000", "id=net5", NULL };

    attach(bench, by, "nic", options, "net5");
}

static void attach_disk(Bench *bench, guint by)
{
    g_autofree char *file = g_strdup_printf("file=%s/d.qcow2", real_qemu_directory(bench->qemu));
    const char *const options[] = { file, "controller=scsi0", "id=sd5", NULL };

    attach(bench, by, "disk", options, "sd5");
}

static void test_each_sees_the_other(Bench *bench)
{
    attach_nic(bench, 0);
    attach_disk(bench, 1);
    detach(bench, 1, "net5");
    detach(bench, 0, "sd5");
}

/* The second device_del finds the device leaving, or gone. */
static void unplug_at_once(Bench *bench, const char *id)
{
    Plan *plans[2];

    for (guint i = 0; i < 2; i++)
        plans[i] = real_plan_detach(bench->sides[i].session, id, NULL);
    for (guint i = 0; i < 2; i++)
        start(&bench->sides[i], plans[i]);
    await(bench, both_are_over, "both plans");
    assert_done(&bench->sides[0], "the first");
    assert_done(&bench->sides[1], "the second");
    bench->id = id;
    await(bench, none_has, id);
}

static void test_both_unplug_one(Bench *bench)
{
    g_autofree char *before = real_qemu_state(bench->qemu);

    attach_nic(bench, 0);
    unplug_at_once(bench, "net5");
    attach_disk(bench, 1);
    unplug_at_once(bench, "sd5");
    real_plan_assert_state(bench->qemu, before, "after both unplugged");
}

/* A plan that was made before the other one had done the same. */
static void test_unplug_of_what_has_gone(Bench *bench)
{
    g_autofree char *before = real_qemu_state(bench->qemu);
    Plan *late;

    attach_nic(bench, 0);
    late = real_plan_detach(bench->sides[1].session, "net5", NULL);
    detach(bench, 0, "net5");
    start(&bench->sides[1], late);
    await(bench, both_are_over, "the late plan");
    assert_done(&bench->sides[1], "the late one");
    real_plan_assert_state(bench->qemu, before, "after the late plan");
}

/* --- with each pair of dialects -------------------------------------------------------------- */

static void with_pairs(void (*test)(Bench *bench))
{
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        Bench *bench = bench_new(&pairs[i]);

        print_message("%s and %s\n", pairs[i].dialects[0], pairs[i].dialects[1]);
        test(bench);
        bench_free(bench);
    }
}

static void each_sees_what_the_other_does(void **state)
{
    with_pairs(test_each_sees_the_other);
}

static void both_unplug_the_same_device(void **state)
{
    with_pairs(test_both_unplug_one);
}

static void one_unplugs_what_the_other_has_taken(void **state)
{
    with_pairs(test_unplug_of_what_has_gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sees_what_the_other_does),
        cmocka_unit_test(both_unplug_the_same_device),
        cmocka_unit_test(one_unplugs_what_the_other_has_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
