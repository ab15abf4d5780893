/* Plans in other words, given to those who understand them: a QEMU that is started with the
 * arguments, a human monitor that gets the lines. Both must end with the same guest as the plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/plan_render.h"
#include "tests/support/real_guest.h"
#include "tests/support/real_plan.h"

/* What a guest needs to be another one's twin. */
static RealQemu *start(void)
{
    return real_qemu_new("pc", REAL_QEMU_STOPPED);
}

static void stage(Session *session, const char *kind, const char *const *options)
{
    g_autoptr(GError) error = NULL;
    Plan *plan = real_plan_attach(session, kind, options, NULL);

    assert_true(session_stage(session, plan, &error));
    assert_null(error);
}

/* A NIC with a forwarded port, a controller, a disk on it whose name has a blank and a comma, and a
 * USB disk with its controller: one plan. (transfer full) */
static Plan *plan_much(Session *session, RealQemu *qemu)
{
    g_autofree char *file =
        g_strconcat("file=", real_qemu_image(qemu, "a, b.qcow2", "qcow2", 1 << 20), NULL);
    g_autofree char *stick =
        g_strconcat("file=", real_qemu_image(qemu, "stick.img", "raw", 1 << 20), NULL);
    const char *const nic[] = { "model=e1000", "address=09.0", "hostfwd=tcp:127.0.0.1:0-:22",
                                NULL };
    const char *const controller[] = { "model=virtio-scsi-pci", "id=scsi9", NULL };
    const char *const disk[] = { file, "controller=scsi9", "target=3", "cache=none", NULL };
    const char *const usb[] = { stick, "bus=usb", "format=raw", "readonly=on", NULL };

    stage(session, "nic", nic);
    stage(session, "controller", controller);
    stage(session, "disk", disk);
    stage(session, "disk", usb);
    return real_plan_history(session, session_plan_staged);
}

static void assert_same(RealQemu *qemu, const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++)
        real_plan_assert_present(qemu, plan->subjects->pdata[i]);
}

/* The lines without the comments. (transfer full) */
static char **lines_of(const Plan *plan, PlanRendering rendering)
{
    g_autofree char *text = plan_render(plan, rendering, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (char **line = lines; *line; line++)
        if (**line && **line != '#')
            g_strv_builder_add(builder, *line);
    return g_strv_builder_end(builder);
}

/* The twin goes first: both write to the same images. All four: (transfer full) */
static void run_it_too(RealQemu *qemu, Session *session, Plan *plan, RealQemu *twin)
{
    g_autofree char *expected = real_qemu_state(twin);

    real_qemu_stop(twin);
    real_plan_run(session, plan);
    real_plan_assert_state(qemu, expected, "as its twin");
    session_free(session);
    real_qemu_stop(qemu);
}

static void test_started_with_it(void **state)
{
    RealQemu *qemu = start(), *twin = start();
    g_auto(GStrv) lines = NULL;

    real_qemu_launch(qemu);
    Session *session = real_plan_session(qemu);
    g_autoptr(Plan) plan = plan_much(session, qemu);
    lines = lines_of(plan, RENDER_LINE);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = NULL;

        assert_true(g_shell_parse_argv(*line, NULL, &words, NULL));
        assert_int_equal(g_strv_length(words), 2);
        real_qemu_add(twin, words[0], words[1], NULL);
    }
    real_qemu_launch(twin);
    assert_same(twin, plan);
    run_it_too(qemu, session, g_steal_pointer(&plan), twin);
}

static void test_told_the_human_monitor(void **state)
{
    RealQemu *qemu = start(), *twin = start();
    g_auto(GStrv) lines = NULL;

    real_qemu_launch(qemu);
    real_qemu_launch(twin);
    Session *session = real_plan_session(qemu);
    g_autoptr(Plan) plan = plan_much(session, qemu);
    lines = lines_of(plan, RENDER_HMP);
    assert_int_equal(g_strv_length(lines), plan->steps->len);
    for (char **line = lines; *line; line++) {
        g_autofree char *said = real_qemu_hmp(twin, *line);

        if (*said)
            fail_msg("%s: %s", *line, said);
    }
    assert_same(twin, plan);
    run_it_too(qemu, session, g_steal_pointer(&plan), twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_started_with_it),
        cmocka_unit_test(test_told_the_human_monitor),
    };

    return cmocka_run_group_tests_name("plans in other words", tests, NULL, NULL);
}
