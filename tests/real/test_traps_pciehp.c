/* Native PCI Express hotplug, which a q35 has when its ACPI hotplug is off (T8): the port blinks
 * for 5 s before the guest may take the power away, QEMU refuses a second request meanwhile, and a
 * guest that does not serve the port keeps the device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"
#include "tests/support/real_qemu_linux.h"

#define BLINKING (4500 * G_TIME_SPAN_MILLISECOND)

static RealQemu *start_native(RealQemuFlags flags)
{
    RealQemu *qemu = real_qemu_new("q35", flags);

    real_qemu_add(qemu, "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off", "-device",
                  "pcie-root-port,id=rp1,chassis=1,addr=2.0", "-device",
                  "pcie-root-port,id=rp2,chassis=2,addr=3.0", "-netdev", "user,id=n1,restrict=on",
                  "-device",
                  "virtio-net-pci,id=net1,netdev=n1,bus=rp1,mac=52:54:00:00:00:11,romfile=", NULL);
    return qemu;
}

typedef struct {
    RealQemu *qemu;
    const char *text;
    gboolean wanted;
} Seen;

static gboolean guest_agrees(gpointer data)
{
    const Seen *seen = data;
    g_autofree char *list = real_qemu_linux_list(seen->qemu);

    return (strstr(list, seen->text) != NULL) == seen->wanted;
}

static void await_in_guest(RealQemu *qemu, const char *text, gboolean wanted)
{
    Seen seen = { qemu, text, wanted };

    if (!wait_until(guest_agrees, &seen, REAL_QEMU_PATIENCE_MS))
        fail_msg("the guest does not agree on %s", text);
}

/* An attach is seen at once; a detach takes as long as the light blinks, and is no refusal. */
static void test_t08_native_hotplug_with_linux(void **state)
{
    g_autoptr(RealQemu) qemu = start_native(REAL_QEMU_BARE);
    const char *const options[] = { "bus=rp2", "id=net2", "mac=52:54:00:00:00:22", NULL };
    gint64 started;

    real_qemu_linux_add(qemu);
    real_qemu_launch(qemu);
    real_qemu_linux_wait_ready(qemu);
    g_autoptr(Session) session = real_plan_session(qemu);
    await_in_guest(qemu, "52:54:00:00:00:11", TRUE);
    g_autofree char *before = real_qemu_state(qemu);
    real_plan_run(session, real_plan_attach(session, "nic", options, NULL));
    await_in_guest(qemu, "52:54:00:00:00:22", TRUE);
    started = g_get_monotonic_time();
    real_plan_run(session, real_plan_detach(session, "net2", NULL));
    assert_true(g_get_monotonic_time() - started > BLINKING);
    await_in_guest(qemu, "52:54:00:00:00:22", FALSE);
    real_plan_assert_state(qemu, before, "after the detach");
    real_plan_run(session, real_plan_detach(session, "net1", NULL));
    await_in_guest(qemu, "52:54:00:00:00:11", FALSE);
    assert_null(guest_find_netdev(session_guest(session), "n1"));
}

typedef struct {
    Session *session;
    gboolean over;
} Leaving;

static gboolean is_leaving(gpointer data)
{
    const Device *device = guest_find_id(session_guest(((Leaving *)data)->session), "net1");

    return device != NULL && device->state == STATE_LEAVING;
}

static gboolean is_over(gpointer data)
{
    return ((Leaving *)data)->over;
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    ((Leaving *)data)->over = TRUE;
}

/* The demonstration kernel serves ACPI alone. */
static void test_t08_a_guest_without_native_hotplug(void **state)
{
    g_autoptr(RealQemu) qemu = start_native(REAL_QEMU_GUEST);
    g_autofree char *refusal = NULL, *why = NULL;
    Leaving leaving = { NULL, FALSE };

    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = leaving.session = real_plan_session(qemu);
    session_run(session, real_plan_detach(session, "net1", NULL), on_finished, &leaving);
    assert_true(wait_until(is_leaving, &leaving, REAL_QEMU_PATIENCE_MS));
    real_qemu_try(qemu, "device_del", json_pack("{s:s}", "id", "net1"), &refusal);
    assert_non_null(strstr(refusal, "already in the process of unplug"));
    assert_true(session_ask_again(session, guest_find_id(session_guest(session), "net1")));
    json_decref(real_qemu_ask(qemu, "query-status", NULL));
    why = session_explain_leaving(session, guest_find_id(session_guest(session), "net1"));
    assert_non_null(strstr(why, "PCI Express"));
    wait_until(is_over, &leaving, 1000);
    assert_false(leaving.over);
    assert_true(is_leaving(&leaving));
    assert_non_null(guest_find_netdev(session_guest(session), "n1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t08_native_hotplug_with_linux),
        cmocka_unit_test(test_t08_a_guest_without_native_hotplug),
    };

    return cmocka_run_group_tests_name("native hotplug", tests, NULL, NULL);
}
