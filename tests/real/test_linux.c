/* The devices that a Linux guest lists are those of our tree, before and after a series of attach
 * and detach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session.h"
#include "tests/support/real_qemu_linux.h"

#define MEGABYTE (G_GUINT64_CONSTANT(1) << 20)

/* The devices of the proposal's example at its addresses, and a virtio-scsi controller. */
static const char *const pc_devices[] = {
    "-audiodev", "none,id=quiet",
    "-device",   "cirrus-vga,id=video0,addr=02",
    "-device",   "ne2k_pci,id=net0,addr=03,mac=52:54:00:c7:0e:03",
    "-netdev",   "user,id=n1",
    "-device",   "virtio-net-pci,id=net1,netdev=n1,addr=04,mac=52:54:00:c7:0e:04",
    "-netdev",   "user,id=n2",
    "-device",   "e1000,id=net2,netdev=n2,addr=05,mac=52:54:00:c7:0e:05",
    "-device",   "pcnet,id=net3,addr=06,mac=52:54:00:c7:0e:06",
    "-device",   "rtl8139,id=net4,addr=07,mac=52:54:00:c7:0e:07",
    "-device",   "AC97,id=sound0,addr=08,audiodev=quiet",
    "-device",   "ES1370,id=sound1,addr=09,audiodev=quiet",
    "-device",   "lsi53c895a,id=lsi,addr=0a",
    "-drive",    "if=none,id=d0,file=a.qcow2,format=qcow2",
    "-device",   "scsi-hd,id=sda,drive=d0,scsi-id=0",
    "-drive",    "if=none,id=d3,file=b.qcow2,format=qcow2",
    "-device",   "scsi-hd,id=sdd,drive=d3,scsi-id=3",
    "-drive",    "if=none,id=d5,file=c.raw,format=raw",
    "-device",   "scsi-hd,id=sdf,drive=d5,scsi-id=5",
    "-drive",    "if=none,id=d6,file=d.qcow2,format=qcow2",
    "-device",   "virtio-blk-pci,id=vda,drive=d6,addr=0b",
    "-device",   "i6300esb,id=watchdog0,addr=0c",
    "-device",   "virtio-balloon-pci,id=balloon0,addr=0d",
    "-device",   "virtio-scsi-pci,id=virtio,addr=0e",
    "-device",   "piix3-usb-uhci,id=usb,addr=0f",
    "-device",   "usb-tablet,bus=usb.0",
    "-device",   "ide-cd,id=cd0,bus=ide.1,unit=0",
    NULL,
};

/* Nothing goes into pcie.0 of a running q35: there are four ports, and a conventional bus. */
static const char *const q35_devices[] = {
    "-device", "pcie-root-port,id=rp1,addr=02,chassis=1",
    "-device", "pcie-root-port,id=rp2,addr=03,chassis=2",
    "-device", "pcie-root-port,id=rp3,addr=04,chassis=3",
    "-device", "pcie-root-port,id=rp4,addr=05,chassis=4",
    "-device", "pcie-pci-bridge,id=old,bus=rp4",
    "-device", "lsi53c895a,id=lsi,bus=pcie.0,addr=0a",
    "-drive",  "if=none,id=d0,file=a.qcow2,format=qcow2",
    "-device", "scsi-hd,id=sda,drive=d0,bus=lsi.0,scsi-id=0",
    "-device", "virtio-scsi-pci,id=virtio,bus=pcie.0,addr=0e",
    "-drive",  "if=none,id=d1,file=b.qcow2,format=qcow2",
    "-device", "scsi-hd,id=sdd,drive=d1,bus=virtio.0,lun=2",
    "-device", "ide-cd,id=cd0,bus=ide.2",
    NULL,
};

typedef struct {
    RealQemu *qemu;
    Session *session;
    char *seen; /* by the guest, the last time it agreed */
    Plan *plan;
    char *plan_error;
    gboolean planned, finished;
    Outcome outcome;
    char *run_error;
} Fixture;

/* ---- the tree in the guest's words ---- */

static char *pci_place(const Device *device)
{
    return device == NULL || device->address.type != ADDRESS_PCI
               ? g_strdup("-")
               : address_to_text(&device->address);
}

static void add_function(GPtrArray *lines, const Device *device)
{
    g_autofree char *place = pci_place(device);

    g_ptr_array_add(lines, g_strdup_printf("pci %s %04x %04x %04x", place, device->pci->vendor,
                                           device->pci->device, device->pci->class_code));
}

/* Linux gives each IDE channel a host of its own, and tells of each drive by its unit alone. */
static void add_scsi(GPtrArray *lines, const Device *device)
{
    g_autofree char *place = pci_place(device_parent(device));
    const Address *at = &device->address;
    gboolean scsi = device->bus->family == BUS_SCSI;

    g_ptr_array_add(lines,
                    g_strdup_printf("scsi %s 0:%u:%u %d", place,
                                    scsi                             ? at->drive.target
                                    : device->bus->family == BUS_IDE ? at->drive.unit
                                                                     : 0,
                                    scsi ? at->drive.unit : 0, device->kind == KIND_CDROM ? 5 : 0));
}

static void add_disk(GPtrArray *lines, const Device *device)
{
    g_autofree char *place = pci_place(device);

    g_ptr_array_add(lines,
                    g_strdup_printf("disk %s %" G_GINT64_FORMAT, place, device->drive->size / 512));
}

static void add_card(GPtrArray *lines, const Device *device)
{
    g_autofree char *place = pci_place(device);

    g_ptr_array_add(lines, g_strdup_printf("net %s %s", place, device->nic->mac));
}

static char *tree_lines(const Guest *guest)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];

        if (device->pci != NULL)
            add_function(lines, device);
        if (device->nic != NULL)
            add_card(lines, device);
        if (device->drive != NULL && device->pci == NULL)
            add_scsi(lines, device);
        else if (device->drive != NULL)
            add_disk(lines, device);
    }
    return real_qemu_join_sorted(lines);
}

static gboolean guest_agrees(gpointer data)
{
    Fixture *fixture = data;
    g_autofree char *seen = real_qemu_linux_list(fixture->qemu);
    g_autofree char *told = tree_lines(session_guest(fixture->session));

    if (!g_str_equal(seen, told) || g_strcmp0(seen, fixture->seen) == 0)
        return FALSE;
    g_free(fixture->seen);
    fixture->seen = g_steal_pointer(&seen);
    return TRUE;
}

/* Waits until the guest sees something else than the last time, and it is what the tree says: both
 * follow a change in their own time. */
static void assert_guest_follows(Fixture *fixture)
{
    char *seen, *told;

    if (wait_until(guest_agrees, fixture, REAL_QEMU_PATIENCE_MS))
        return;
    seen = real_qemu_linux_list(fixture->qemu);
    told = tree_lines(session_guest(fixture->session));
    fprintf(stderr, "the guest saw:\n%s\nit sees:\n%s\nthe tree says:\n%s\n", fixture->seen, seen,
            told);
    fail_msg("the guest and the tree do not agree on a change");
}

/* ---- plans ---- */

static gboolean is_set(gpointer data)
{
    return *(gboolean *)data;
}

static void on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->planned = TRUE;
    fixture->plan = plan;
    fixture->plan_error = error != NULL ? g_strdup(error->message) : NULL;
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Fixture *fixture = data;

    fixture->finished = TRUE;
    fixture->outcome = transaction_outcome(transaction);
    fixture->run_error = g_strdup(transaction_error(transaction));
}

/* Runs the plan that was asked for; gives the id of what it attached or detached. (transfer full)
 */
static char *carry_out(Fixture *fixture)
{
    char *id;

    assert_true(wait_until(is_set, &fixture->planned, REAL_QEMU_PATIENCE_MS));
    if (fixture->plan == NULL)
        fail_msg("no plan: %s", fixture->plan_error);
    id = g_strdup(((PlanSubject *)fixture->plan->subjects->pdata[0])->id);
    session_run(fixture->session, g_steal_pointer(&fixture->plan), on_finished, fixture);
    assert_true(wait_until(is_set, &fixture->finished, REAL_QEMU_PATIENCE_MS));
    if (fixture->outcome != OUTCOME_DONE)
        fail_msg("the plan failed: %s", fixture->run_error);
    fixture->planned = fixture->finished = FALSE;
    return id;
}

static char *attach(Fixture *fixture, const char *kind, const char *const *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(kind, options, &error);

    if (request == NULL)
        fail_msg("%s", error->message);
    session_plan_attach(fixture->session, request, on_planned, fixture);
    return carry_out(fixture);
}

static void detach(Fixture *fixture, const char *id)
{
    const char *const names[] = { id, NULL };

    session_plan_detach(fixture->session, names, on_planned, fixture);
    g_free(carry_out(fixture));
}

/* Detaches, and lets the guest confirm that all is as it was before. */
static void assert_taken_back(Fixture *fixture, const char *id, const char *state, const char *seen,
                              gboolean rescan)
{
    g_autofree char *after = NULL;

    detach(fixture, id);
    if (rescan)
        real_qemu_linux_rescan(fixture->qemu);
    assert_guest_follows(fixture);
    assert_string_equal(fixture->seen, seen);
    after = real_qemu_state(fixture->qemu);
    assert_string_equal(after, state);
}

static void assert_round_trip(Fixture *fixture, const char *kind, const char *const *options,
                              gboolean rescan)
{
    g_autofree char *before = real_qemu_state(fixture->qemu);
    g_autofree char *seen = g_strdup(fixture->seen);
    g_autofree char *id = attach(fixture, kind, options);

    if (rescan)
        real_qemu_linux_rescan(fixture->qemu);
    assert_guest_follows(fixture);
    assert_taken_back(fixture, id, before, seen, rescan);
}

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char *file_option(Fixture *fixture, const char *name, const char *format)
{
    return g_strconcat("file=", real_qemu_image(fixture->qemu, name, format, 4 * MEGABYTE), NULL);
}

/* ---- tests ---- */

static void test_boot_devices(void **state)
{
    assert_guest_follows(*state);
}

static void test_lsi_disk(void **state)
{
    g_autofree char *file = file_option(*state, "lsi.qcow2", "qcow2");

    assert_round_trip(*state, "disk", OPTIONS(file, "bus=scsi", "controller=lsi", "target=2"),
                      TRUE);
}

static void test_virtio_scsi_disk(void **state)
{
    g_autofree char *file = file_option(*state, "scsi.raw", "raw");

    assert_round_trip(
        *state, "disk",
        OPTIONS(file, "format=raw", "bus=scsi", "controller=virtio", "target=7", "lun=3"), FALSE);
}

static void test_virtio_disk(void **state)
{
    g_autofree char *file = file_option(*state, "virtio.qcow2", "qcow2");

    assert_round_trip(*state, "disk", OPTIONS(file, "bus=virtio"), FALSE);
}

static void test_e1000(void **state)
{
    assert_round_trip(*state, "nic", OPTIONS("model=e1000", "backend=user"), FALSE);
}

static void test_virtio_nic(void **state)
{
    assert_round_trip(*state, "nic", OPTIONS("model=virtio-net-pci", "backend=user"), FALSE);
}

/* A controller with a disk behind it goes as one. */
static void test_controller_with_disk(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *file = file_option(fixture, "behind.qcow2", "qcow2");
    g_autofree char *before = real_qemu_state(fixture->qemu);
    g_autofree char *seen = g_strdup(fixture->seen);
    g_autofree char *controller = attach(fixture, "controller", OPTIONS("model=virtio-scsi-pci"));
    g_autofree char *place = g_strconcat("controller=", controller, NULL);
    g_autofree char *disk = NULL;

    assert_guest_follows(fixture);
    disk = attach(fixture, "disk", OPTIONS(file, "bus=scsi", place, "target=1"));
    assert_guest_follows(fixture);
    assert_taken_back(fixture, controller, before, seen, FALSE);
}

/* ---- set up ---- */

static gboolean is_live(gpointer data)
{
    return session_state(data) == SESSION_LIVE;
}

static int boot(void **state, const char *machine, const char *const *devices)
{
    static const char *const names[] = { "a.qcow2", "b.qcow2", "d.qcow2" };
    Fixture *fixture = g_new0(Fixture, 1);

    *state = fixture;
    fixture->qemu = real_qemu_new(machine, REAL_QEMU_BARE);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        real_qemu_image(fixture->qemu, names[i], "qcow2", 16 * MEGABYTE);
    real_qemu_image(fixture->qemu, "c.raw", "raw", 8 * MEGABYTE);
    real_qemu_linux_add(fixture->qemu);
    for (; *devices != NULL; devices++)
        real_qemu_add(fixture->qemu, *devices, NULL);
    real_qemu_launch(fixture->qemu);
    real_qemu_linux_wait_ready(fixture->qemu);
    fixture->session = session_new(real_qemu_target(fixture->qemu), SESSION_WATCH, NULL);
    return wait_until(is_live, fixture->session, REAL_QEMU_PATIENCE_MS) ? 0 : -1;
}

static int boot_pc(void **state)
{
    return boot(state, "pc", pc_devices);
}

static int boot_q35(void **state)
{
    return boot(state, "q35", q35_devices);
}

static int end(void **state)
{
    Fixture *fixture = *state;

    session_free(fixture->session);
    real_qemu_stop(fixture->qemu);
    g_free(fixture->seen);
    g_free(fixture->plan_error);
    g_free(fixture->run_error);
    g_free(fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest linux_tests[] = {
        cmocka_unit_test(test_boot_devices),
        cmocka_unit_test(test_lsi_disk),
        cmocka_unit_test(test_virtio_scsi_disk),
        cmocka_unit_test(test_virtio_disk),
        cmocka_unit_test(test_e1000),
        cmocka_unit_test(test_virtio_nic),
        cmocka_unit_test(test_controller_with_disk),
    };
    int failed = cmocka_run_group_tests_name("pc", linux_tests, boot_pc, end);

    return failed + cmocka_run_group_tests_name("q35", linux_tests, boot_q35, end);
}
