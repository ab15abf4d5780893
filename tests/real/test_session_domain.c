/* Plans that carry their change into a domain file, on real guests: the file holds each device at
 * the place where QEMU has it, follows the guest and no sooner, and is byte for byte the old one
 * when the change is taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/describe.h"
#include "engine/session_domain.h"
#include "tests/support/real_plan.h"

typedef struct {
    RealQemu *qemu;
    Session *session;
    char *path;
    char *old; /* the file's text at the start */
} World;

/* --- the world ------------------------------------------------------------------------------- */

static gboolean has_nodes(gpointer session)
{
    return session_guest(session)->nodes != NULL;
}

static void write_file(const World *world, const char *text)
{
    assert_true(g_file_set_contents(world->path, text, -1, NULL));
}

static char *read_file(const World *world)
{
    char *text = NULL;
    assert_true(g_file_get_contents(world->path, &text, NULL, NULL));
    return text;
}

static void assert_file(const World *world, const char *expected, const char *when)
{
    g_autofree char *text = read_file(world);
    if (strcmp(text, expected) != 0) {
        fail_msg("%s the file is another one:\n%s", when, text);
    }
}

/* The guest's own description, so that the file and the guest agree before anything is done. text:
 * another one. */
static World *open_world(RealQemu *qemu, const char *text)
{
    World *world = g_new0(World, 1);
    g_autoptr(GError) error = NULL;
    world->qemu = qemu;
    real_qemu_launch(qemu);
    world->session = real_plan_session(qemu);
    world->path = g_build_filename(real_qemu_directory(qemu), "web01.xml", NULL);
    plan_free(real_plan_attach(world->session, "nic", (const char *const[]){ NULL }, NULL));
    assert_true(wait_until(has_nodes, world->session, REAL_QEMU_PATIENCE_MS));
    world->old = text != NULL ? g_strdup(text) : describe_guest(session_guest(world->session));
    write_file(world, world->old);
    if (!session_domain_open(world->session, world->path, &error)) {
        fail_msg("%s in\n%s", error->message, world->old);
    }
    return world;
}

static void close_world(World *world)
{
    session_free(world->session);
    real_qemu_stop(world->qemu);
    g_free(world->path);
    g_free(world->old);
    g_free(world);
}

static Plan *carried(const World *world, Plan *plan)
{
    g_autoptr(GError) error = NULL;
    if (!session_domain_carry(world->session, plan, &error)) {
        fail_msg("%s: %s", plan->title, error->message);
    }
    if (plan->file == NULL) {
        fail_msg("%s: it changes nothing in the file", plan->title);
    }
    return plan;
}

/* Every subject is configured, and at the place where it is. */
static void assert_configured(const World *world, const Plan *plan)
{
    const Match *match = session_match(world->session);
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device = guest_find_path(session_guest(world->session), subject->path);
        assert_non_null(device);
        real_plan_assert_present(world->qemu, subject);
        const MatchPair *pair = match_of_device(match, device);
        if (pair->configured == NULL || pair->state != MATCH_SAME || pair->alternatives > 0) {
            g_autofree char *text = read_file(world);
            fail_msg("%s: %s is %s (%s) in\n%s", plan->title, subject->id,
                     match_state_name(pair->state), pair->reason != NULL ? pair->reason : "", text);
        }
    }
}

/* --- attach ---------------------------------------------------------------------------------- */

typedef struct {
    const char *kind;
    const char *options[6];
} Case;

static const Case any_machine[] = {
    { "disk", { "bus=virtio", "file=a.raw" } },
    { "disk", { "bus=usb", "file=a.raw", "controller=xh" } },
    { "disk", { "controller=vscsi", "file=a.raw", "target=5", "lun=7" } },
    { "disk", { "controller=vscsi", "file=a.raw", "serial=S-1 & <2>" } },
    { "cdrom", { "file=a.raw" } },
    { "nic", { "model=e1000" } },
    { "nic", { "model=virtio-net-pci", "mac=52:54:00:00:00:77" } },
    { "controller", { "model=virtio-scsi-pci" } },
    { "device", { "driver=virtio-rng-pci" } },
    { "device", { "driver=usb-tablet", "bus=xh.0" } },
};

static const Case pc_only[] = {
    { "disk", { "bus=nvme", "file=a.raw", "serial=NV-1" } },
    { "disk", { "bus=usb", "file=a.raw", "port=3" } },
    { "disk", { "file=a.raw", "bus=virtio", "cache=unsafe", "readonly=on", "id=ro1" } },
    { "cdrom", { "id=empty" } },
    { "cdrom", { "file=a.raw", "bus=usb" } },
    { "nic", { "model=e1000-82545em" } },
    { "nic", { "model=rtl8139", "restrict=on" } },
    { "nic", { "model=pcnet" } },
    { "nic", { "model=ne2k_pci" } },
    { "nic", { "model=vmxnet3" } },
    { "nic", { "model=tulip" } },
    { "nic", { "hostfwd=tcp:127.0.0.1:0-:22,udp::0-:53" } },
    { "nic", { "backend=socket", "mcast=230.0.0.1:12345" } },
    { "nic", { "model=usb-net" } },
    { "controller", { "model=lsi" } },
    { "controller", { "model=megasas" } },
    { "controller", { "model=mptsas1068" } },
    { "controller", { "model=pvscsi" } },
    { "controller", { "model=am53c974" } },
    { "controller", { "model=qemu-xhci" } },
    { "controller", { "model=usb-ehci" } },
    { "controller", { "model=piix3-usb-uhci" } },
    { "controller", { "model=usb-hub", "bus=xh" } },
    { "controller", { "model=nvme" } },
    { "controller", { "model=virtio-serial-pci" } },
    { "device", { "driver=virtio-balloon-pci", "deflate-on-oom=on" } },
    { "device", { "driver=i6300esb" } },
    { "device", { "driver=intel-hda" } },
    { "device", { "driver=usb-kbd", "port=4" } },
    { "device", { "driver=edu", "dma_mask=0xffff" } },
    { "device", { "driver=virtio-keyboard-pci" } },
    { "disk", { "controller=lsi0", "file=a.raw", "target=3" } },
    { "nic", { "bus=br0", "address=5" } },
    { "controller", { "model=pci-bridge" } },
    { "disk", { "file=a.raw", "bus=virtio", "address=1d.0" } },
    { "nic", { "model=pcnet", "bus=br0" } },
};

static void check_attach(const World *world, const Case *attached, const char *image)
{
    g_autofree char *before = real_qemu_state(world->qemu);
    g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; attached->options[i] != NULL; i++) {
        g_ptr_array_add(options, g_str_equal(attached->options[i], "file=a.raw")
                                     ? g_strconcat("file=", image, NULL)
                                     : g_strdup(attached->options[i]));
    }
    g_ptr_array_add(options, NULL);
    Plan *plan =
        real_plan_attach(world->session, attached->kind, (const char *const *)options->pdata, NULL);
    g_autoptr(Plan) done = plan_copy(plan);
    real_plan_run(world->session, carried(world, plan));
    assert_configured(world, done);
    g_autofree char *new = read_file(world);
    real_plan_run(world->session, real_plan_history(world->session, session_plan_undo));
    assert_file(world, world->old, done->title);
    real_plan_assert_state(world->qemu, before, done->title);
    real_plan_run(world->session, real_plan_history(world->session, session_plan_redo));
    assert_file(world, new, done->title);
    assert_configured(world, done);
    real_plan_run(world->session, real_plan_history(world->session, session_plan_undo));
    assert_file(world, world->old, done->title);
}

static void check_cases(const World *world, const char *image, const Case *cases, guint count)
{
    for (guint i = 0; i < count; i++) {
        check_attach(world, &cases[i], image);
    }
}

static RealQemu *new_pc(void)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    real_qemu_add(qemu, "-device", "qemu-xhci,id=xh", "-device", "lsi53c895a,id=lsi0", "-device",
                  "virtio-scsi-pci,id=vscsi", "-device", "pci-bridge,id=br0,chassis_nr=1", NULL);
    return qemu;
}

static void test_attaches_on_pc(void **state)
{
    RealQemu *qemu = new_pc();
    g_autofree char *image = g_strdup(real_qemu_image(qemu, "a.raw", "raw", 1 << 20));
    World *world = open_world(qemu, NULL);
    real_qemu_serial_wait(qemu, "ready");
    check_cases(world, image, any_machine, G_N_ELEMENTS(any_machine));
    check_cases(world, image, pc_only, G_N_ELEMENTS(pc_only));
    close_world(world);
}

static void test_attaches_on_q35(void **state)
{
    RealQemu *qemu = real_qemu_new("q35", REAL_QEMU_GUEST);
    for (guint i = 1; i <= 4; i++) {
        g_autofree char *port =
            g_strdup_printf("pcie-root-port,id=rp%u,chassis=%u,slot=%u", i, i, i);
        real_qemu_add(qemu, "-device", port, NULL);
    }
    real_qemu_add(qemu, "-device", "qemu-xhci,id=xh,bus=rp1", "-device",
                  "virtio-scsi-pci,id=vscsi,bus=rp2", NULL);
    g_autofree char *image = g_strdup(real_qemu_image(qemu, "a.raw", "raw", 1 << 20));
    World *world = open_world(qemu, NULL);
    real_qemu_serial_wait(qemu, "ready");
    check_cases(world, image, any_machine, G_N_ELEMENTS(any_machine));
    close_world(world);
}

/* A file that says nothing of the guest's devices: what came along is named as well. */
static void test_attaches_to_a_bare_file(void **state)
{
    static const char text[] = "<domain type='qemu'>\r\n"
                               "\t<name>web01</name>\r\n"
                               "\t<os><type arch='x86_64' machine='pc'>hvm</type></os>\r\n"
                               "\t<devices>\r\n"
                               "\t</devices>\r\n"
                               "</domain>\r\n";
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    g_autofree char *image = g_strdup(real_qemu_image(qemu, "a.raw", "raw", 1 << 20));
    World *world = open_world(qemu, text);
    static const Case cases[] = {
        { "disk", { "bus=scsi", "file=a.raw" } },
        { "nic", { "model=e1000" } },
    };
    real_qemu_serial_wait(qemu, "ready");
    check_cases(world, image, cases, G_N_ELEMENTS(cases));
    close_world(world);
}

/* Behind the plan's back another client takes the id. */
static void test_what_qemu_refuses_is_not_in_the_file(void **state)
{
    RealQemu *qemu = new_pc();
    World *world = open_world(qemu, NULL);
    const char *const options[] = { "model=e1000", "id=late", NULL };
    Plan *plan = carried(world, real_plan_attach(world->session, "nic", options, NULL));
    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s,s:s}", "driver", "virtio-rng-pci", "id", "late"));
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *sentence = real_plan_run_to(world->session, plan, OUTCOME_ROLLED_BACK);
    assert_non_null(sentence);
    assert_file(world, world->old, "refused");
    real_plan_assert_state(qemu, before, "refused");
    close_world(world);
}

/* --- detach ---------------------------------------------------------------------------------- */

static RealQemu *new_with_disks(void)
{
    RealQemu *qemu = new_pc();
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("d%u.raw", i);
        const char *image = real_qemu_image(qemu, name, "raw", 1 << 20);
        g_autofree char *node = g_strdup_printf("driver=file,node-name=n%u,filename=%s", i, image);
        g_autofree char *disk =
            g_strdup_printf("scsi-hd,id=sd%u,drive=n%u,bus=vscsi.0,scsi-id=%u", i, i, i);
        real_qemu_add(qemu, "-blockdev", node, "-device", disk, NULL);
    }
    real_qemu_add(qemu, "-netdev", "user,id=n", "-device", "virtio-net-pci,id=net0,netdev=n", NULL);
    return qemu;
}

static void check_detach(const World *world, const char *name, const char *const *gone)
{
    g_autofree char *before = real_qemu_state(world->qemu);
    guint devices = session_domain(world->session)->devices->len;
    Plan *plan = carried(world, real_plan_detach(world->session, name, NULL));
    real_plan_run(world->session, plan);
    g_autofree char *text = read_file(world);
    guint count = 0;
    for (; gone[count] != NULL; count++) {
        g_autofree char *alias = g_strdup_printf("<alias name='%s'/>", gone[count]);
        assert_non_null(strstr(world->old, alias));
        assert_null(strstr(text, alias));
    }
    assert_int_equal(session_domain(world->session)->devices->len, devices - count);
    real_plan_run(world->session, real_plan_history(world->session, session_plan_undo));
    assert_file(world, world->old, name);
    real_plan_assert_state(world->qemu, before, name);
}

static void test_detaches(void **state)
{
    World *world = open_world(new_with_disks(), NULL);
    real_qemu_serial_wait(world->qemu, "ready");
    check_detach(world, "net0", (const char *const[]){ "net0", NULL });
    check_detach(world, "sd1", (const char *const[]){ "sd1", NULL });
    const char *target = domain_find(session_domain(world->session), "sd2", NULL)->target;
    assert_string_not_equal(target, "sd2");
    check_detach(world, target, (const char *const[]){ "sd2", NULL });
    check_detach(world, "vscsi", (const char *const[]){ "vscsi", "sd0", "sd1", "sd2", NULL });
    close_world(world);
}

static gboolean is_leaving(gpointer data)
{
    const Transaction *transaction = data;
    return transaction_leaving(transaction) != NULL;
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    *(Outcome *)data = transaction_outcome(transaction);
}

static gboolean is_over(gpointer data)
{
    return *(Outcome *)data != OUTCOME_PENDING;
}

/* A guest that stands still lets go of nothing; a reset takes what was asked for. */
static void test_the_file_waits_for_the_guest(void **state)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_STOPPED);
    real_qemu_add(qemu, "-netdev", "user,id=n", "-device", "virtio-net-pci,id=net0,netdev=n", NULL);
    World *world = open_world(qemu, NULL);
    Outcome outcome = OUTCOME_PENDING;
    Plan *plan = carried(world, real_plan_detach(world->session, "net0", NULL));
    const Transaction *transaction = session_run(world->session, plan, on_finished, &outcome);
    assert_true(wait_until(is_leaving, (gpointer)transaction, REAL_QEMU_PATIENCE_MS));
    assert_file(world, world->old, "while it is leaving");
    real_qemu_tell(qemu, "system_reset", NULL);
    assert_true(wait_until(is_over, &outcome, REAL_QEMU_PATIENCE_MS));
    assert_int_equal(outcome, OUTCOME_DONE);
    g_autofree char *text = read_file(world);
    assert_null(strstr(text, "<alias name='net0'/>"));
    close_world(world);
}

/* Somebody edits the file while the guest takes its time: the device is plugged in again. */
static void test_what_left_comes_back(void **state)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_STOPPED);
    real_qemu_add(qemu, "-netdev", "user,id=n", "-device", "virtio-net-pci,id=net0,netdev=n", NULL);
    World *world = open_world(qemu, NULL);
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *edited = g_strconcat(world->old, "<!-- a note -->\n", NULL);
    Outcome outcome = OUTCOME_PENDING;
    Plan *plan = carried(world, real_plan_detach(world->session, "net0", NULL));
    const Transaction *transaction = session_run(world->session, plan, on_finished, &outcome);
    assert_true(wait_until(is_leaving, (gpointer)transaction, REAL_QEMU_PATIENCE_MS));
    write_file(world, edited);
    real_qemu_tell(qemu, "system_reset", NULL);
    assert_true(wait_until(is_over, &outcome, REAL_QEMU_PATIENCE_MS));
    assert_int_equal(outcome, OUTCOME_ROLLED_BACK);
    assert_file(world, edited, "after that");
    real_plan_assert_state(qemu, before, "after that");
    close_world(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attaches_on_pc),
        cmocka_unit_test(test_attaches_on_q35),
        cmocka_unit_test(test_attaches_to_a_bare_file),
        cmocka_unit_test(test_what_qemu_refuses_is_not_in_the_file),
        cmocka_unit_test(test_detaches),
        cmocka_unit_test(test_the_file_waits_for_the_guest),
        cmocka_unit_test(test_what_left_comes_back),
    };

    return cmocka_run_group_tests_name("domain file of real guests", tests, NULL, NULL);
}
