/* What QEMU itself refuses, provoked where the planner cannot know: the guest changes between the
 * plan and its run, or the plan is made wrong by hand. Every time the guest is as it was before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

/* Runs a plan that must fail with a sentence that holds `part`, and leave nothing behind: neither
 * the node nor the netdev that the device did not take (T16). */
static void run_badly(RealQemu *qemu, Session *session, Plan *plan, const char *part)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *error = real_plan_run_to(session, plan, OUTCOME_ROLLED_BACK);
    assert_non_null(error);
    if (strstr(error, part) == NULL) {
        fail_msg("\"%s\" does not speak of \"%s\"", error, part);
    }
    real_plan_assert_state(qemu, before, error);
}

static Plan *attach(Session *session, const char *kind, ...) G_GNUC_NULL_TERMINATED;

static Plan *attach(Session *session, const char *kind, ...)
{
    const char *options[8] = { NULL };
    va_list args;
    va_start(args, kind);
    for (guint i = 0; i < 7 && (options[i] = va_arg(args, const char *)) != NULL; i++) {
    }
    va_end(args);
    return real_plan_attach(session, kind, options, NULL);
}

static json_t *arguments_of(Plan *plan, guint step)
{
    return ((Step *)plan->steps->pdata[step])->action->arguments;
}

static json_t *last_arguments(Plan *plan)
{
    return arguments_of(plan, plan->steps->len - 1);
}

static void test_failures(void **state)
{
    const char *const arguments[] = { "-device", "lsi53c895a,id=lsi0", "-device", "qemu-xhci,id=xh",
                                      NULL };
    g_autoptr(RealQemu) qemu = real_qemu_start("pc", REAL_QEMU_GUEST, arguments);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *file =
        g_strconcat("file=", real_qemu_image(qemu, "a.qcow2", "qcow2", 4 << 20), NULL);

    /* A missing file, when the format is stated and so QEMU is asked. */
    run_badly(qemu, session,
              attach(session, "disk", "file=/nowhere/at/all.qcow2", "format=qcow2", NULL),
              "No such file");

    /* T15: an image that another QEMU has locked. */
    g_autofree char *drive = g_strconcat("if=none,id=held,format=qcow2,", file, NULL);
    const char *const holder_arguments[] = { "-drive", drive, "-device",
                                             "virtio-blk-pci,drive=held", NULL };
    RealQemu *holder = real_qemu_start("pc", REAL_QEMU_STOPPED, holder_arguments);
    run_badly(qemu, session, attach(session, "disk", file, NULL), "lock");
    real_qemu_stop(holder);

    /* An id that somebody took meanwhile. */
    Plan *plan = attach(session, "disk", file, "id=late", NULL);
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s, s:s, s:s}", "driver", "usb-kbd", "id", "late", "bus", "xh.0"));
    run_badly(qemu, session, plan, "late");

    /* A slot. */
    plan = attach(session, "nic", "address=1e", NULL);
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s, s:s, s:s, s:s}", "driver", "edu", "id", "edu0", "bus", "pci.0",
                             "addr", "1e.0"));
    run_badly(qemu, session, plan, "slot 30");

    /* A bay. */
    plan = attach(session, "disk", file, "target=2", NULL);
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s, s:s, s:s, s:i, s:i}", "driver", "scsi-cd", "id", "cd0", "bus",
                             "lsi0.0", "scsi-id", 2, "lun", 0));
    run_badly(qemu, session, plan, "lun");

    /* A property that QEMU does not know, a value that it does not take. */
    plan = attach(session, "disk", file, "bus=virtio", NULL);
    json_object_set_new(last_arguments(plan), "colour", json_string("blue"));
    run_badly(qemu, session, plan, "colour");
    plan = attach(session, "nic", "model=e1000", NULL);
    json_object_set_new(last_arguments(plan), "mac", json_string("zz"));
    run_badly(qemu, session, plan, "mac");

    /* A bus that takes no hotplug. */
    plan = attach(session, "device", "driver=usb-mouse", NULL);
    json_object_set_new(last_arguments(plan), "bus", json_string("pcie.9"));
    run_badly(qemu, session, plan, "pcie.9");

    /* A back end that is not there. */
    plan = attach(session, "nic", NULL);
    json_object_set_new(last_arguments(plan), "netdev", json_string("nope"));
    run_badly(qemu, session, plan, "nope");
}

/* The controller that came along leaves again when the disk is refused, and so does the node. */
static void test_brought_controller(void **state)
{
    g_autoptr(RealQemu) qemu = real_qemu_start("pc", REAL_QEMU_GUEST, NULL);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *file =
        g_strconcat("file=", real_qemu_image(qemu, "a.qcow2", "qcow2", 4 << 20), NULL);
    Plan *plan = attach(session, "disk", file, "bus=scsi", NULL);
    assert_int_equal(plan->steps->len, 3);
    json_object_set_new(last_arguments(plan), "scsi-id", json_integer(999));
    run_badly(qemu, session, plan, "999");

    plan = attach(session, "disk", file, "bus=scsi", NULL);
    json_object_set_new(arguments_of(plan, 1), "addr", json_string("01.0")); /* of the PIIX3 */
    run_badly(qemu, session, plan, "slot 1");

    g_autofree char *before = real_qemu_state(qemu);
    plan = attach(session, "disk", file, "bus=scsi", NULL);
    g_autoptr(Plan) promised = plan_copy(plan);
    real_plan_run(session, plan);
    real_plan_assert_present(qemu, promised->subjects->pdata[0]);
    real_plan_assert_present(qemu, promised->subjects->pdata[1]);
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    real_plan_assert_state(qemu, before, "after the undo");
}

/* The one free port of a q35 is taken between plan and run; and then there is none. */
static void test_no_free_port(void **state)
{
    const char *const arguments[] = { "-device", "pcie-root-port,id=rp1,chassis=1", NULL };
    const char *const nic[] = { NULL }, *const fixed[] = { "bus=pcie.0", NULL };
    g_autoptr(RealQemu) qemu = real_qemu_start("q35", REAL_QEMU_GUEST, arguments);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *refusal = NULL, *places = NULL;
    assert_null(real_plan_attach(session, "nic", fixed, &places));
    assert_string_equal(places, "pcie.0 takes no hotplug; free places: 00.0 on rp1");
    Plan *plan = attach(session, "nic", NULL);
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s, s:s, s:s, s:s}", "driver", "edu", "id", "edu0", "bus", "rp1",
                             "addr", "00.0"));
    run_badly(qemu, session, plan, "slot 0");
    assert_null(real_plan_attach(session, "nic", nic, &refusal));
    assert_non_null(strstr(refusal, "there is no free root port"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_brought_controller),
        cmocka_unit_test(test_no_free_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
