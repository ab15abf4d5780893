/* Changes put aside on a real guest: a NIC, a controller and a disk on it, applied, taken back and
 * done again as one; and a third one that QEMU refuses, after which the guest is as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "tests/support/real_plan.h"

typedef struct {
    RealQemu *qemu;
    Session *session;
    char *before; /* the state of QEMU */
} Bench;

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);

    bench->qemu = real_qemu_start("pc", REAL_QEMU_GUEST, NULL);
    real_qemu_serial_wait(bench->qemu, "ready");
    bench->session = real_plan_session(bench->qemu);
    bench->before = real_qemu_state(bench->qemu);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;

    session_free(bench->session);
    real_qemu_stop(bench->qemu);
    g_free(bench->before);
    g_free(bench);
    return 0;
}

static void stage(Bench *bench, const char *kind, const char *const *options)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = real_plan_attach(bench->session, kind, options, NULL);

    assert_true(session_stage(bench->session, plan, &error));
    assert_null(error);
}

/* The disk's place is on a controller that is not there yet. Gives the image. */
static const char *stage_three(Bench *bench)
{
    const char *image = real_qemu_image(bench->qemu, "new.qcow2", "qcow2", 1 << 20);
    g_autofree char *file = g_strconcat("file=", image, NULL);
    const char *const nic[] = { "model=e1000", "id=net5", NULL };
    const char *const controller[] = { "model=virtio-scsi-pci", "id=scsi9", NULL };
    const char *const disk[] = { file, "controller=scsi9", "id=sd9", "target=3", NULL };

    stage(bench, "nic", nic);
    stage(bench, "controller", controller);
    stage(bench, "disk", disk);
    real_plan_assert_state(bench->qemu, bench->before, "while all is only staged");
    return image;
}

static void test_as_one(void **state)
{
    Bench *bench = *state;
    g_autoptr(Plan) applied = NULL;
    g_autofree char *after = NULL;
    Plan *plan;

    stage_three(bench);
    plan = real_plan_history(bench->session, session_plan_staged);
    applied = plan_copy(plan);
    real_plan_run(bench->session, plan);
    assert_int_equal(session_staged(bench->session)->len, 0);
    assert_int_equal(applied->subjects->len, 3);
    for (guint i = 0; i < applied->subjects->len; i++)
        real_plan_assert_present(bench->qemu, applied->subjects->pdata[i]);
    after = real_qemu_state(bench->qemu);
    real_plan_run(bench->session, real_plan_history(bench->session, session_plan_undo));
    real_plan_assert_state(bench->qemu, bench->before, "taken back");
    real_plan_run(bench->session, real_plan_history(bench->session, session_plan_redo));
    real_plan_assert_state(bench->qemu, after, "done again");
}

static void test_all_or_none(void **state)
{
    Bench *bench = *state;
    const char *image = stage_three(bench);
    Plan *plan = real_plan_history(bench->session, session_plan_staged);
    g_autofree char *error = NULL;

    assert_int_equal(g_unlink(image), 0);
    error = real_plan_run_to(bench->session, plan, OUTCOME_ROLLED_BACK);
    assert_non_null(strstr(error, "new.qcow2"));
    real_plan_assert_state(bench->qemu, bench->before, "refused at the third");
    assert_int_equal(session_staged(bench->session)->len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_as_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_or_none, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("changes put aside", tests, NULL, NULL);
}
