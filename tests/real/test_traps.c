/* The traps of QEMU's monitors, by the numbers of the measured facts, on real guests. Where each of
 * them is tested is said below. */
/* clang-format off
 *   T1   commands that load modules end QEMU     test_traps_record, fake/test_session_plans
 *   T2   0.11 dies of pci_add and drive_add      old/test_emulator, old/test_old_session
 *   T3   an eject takes the whole slot           here, engine/test_detach
 *   T4   two buses of one name                   here, engine/test_inventory
 *   T5   netdev_del cuts a NIC that is in use    fake/test_transaction, test_session, test_once_change
 *   T6   a second device on a root port          here, engine/test_attach
 *   T7   DEVICE_DELETED missing or odd           fake/test_transaction, test_session, fake/test_traps
 *   T8   device_del means "asked"                test_session, fake/test_transaction, test_traps_pciehp
 *   T9   JSON types of device_add                test_traps_record
 *   T10  QEMU takes ids that cannot be removed   test_traps_record, engine/test_attach
 *   T11  strings of qtree are not escaped        here, engine/test_qtree, engine/test_inventory
 *   T12  query-rx-filter                         test_traps_record
 *   T13  query-pci before the firmware           here, engine/test_inventory
 *   T14  qdev of virtio-blk and usb-storage      here, engine/test_inventory
 *   T15  one image twice, formats guessed        here, test_traps_record, test_hotplug_failures
 *   T16  a node that its device did not take     test_hotplug_failures, fake/test_transaction
 *   T17  -drive back ends die with the device    test_hotplug_boot
 *   T18  connecting to a busy monitor            monitor/test_connect, journey/test_monitors
 *   T19  a monitor reads byte by byte            test_traps_record
 *   T20  byte 9B in the human monitor            monitor/test_hmp_framing
 *   T21  its echo is quadratic                   monitor/test_hmp_framing
 *   T22  its errors are results                  fake/test_traps
 *   T23  bus numbers of 0.12                     monitor/test_hmp_transcripts
 *   T24  error texts change                      fake/test_traps, fake/test_transaction
 *   T25  partial QOM paths                       test_traps_record
 *   T26  what QEMU chooses by itself             test_traps_record
 *   T27  USB hubs, speeds, freed ports           here
 *   T28  hotplugged does not mean seen           here
 */
/* clang-format on */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* --- asking ---------------------------------------------------------------------------------- */

static RealQemu *start(const char *machine, RealQemuFlags flags, const char *const *devices)
{
    RealQemu *qemu = real_qemu_new(machine, flags);

    for (; *devices != NULL; devices++)
        real_qemu_add(qemu, "-device", *devices, NULL);
    real_qemu_launch(qemu);
    if (flags == REAL_QEMU_GUEST)
        real_qemu_serial_wait(qemu, "ready");
    return qemu;
}

static const Device *device(Session *session, const char *id)
{
    return guest_find_id(session_guest(session), id);
}

static void attach(Session *session, const char *kind, const char *const *options)
{
    real_plan_run(session, real_plan_attach(session, kind, options, NULL));
}

static void assert_refused(Session *session, const char *kind, const char *const *options,
                           const char *why)
{
    g_autofree char *refusal = NULL;

    assert_null(real_plan_attach(session, kind, options, &refusal));
    if (strstr(refusal, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", refusal, why);
}

/* The bus that the last step of a plan names. */
static const char *bus_of(const Plan *plan)
{
    const Step *step = plan->steps->pdata[plan->steps->len - 1];

    return json_string_value(json_object_get(step->action->arguments, "bus"));
}

/* (transfer full) */
static char *format_of_node(RealQemu *qemu, const char *node)
{
    json_t *nodes = real_qemu_ask(qemu, "query-named-block-nodes", NULL), *one;
    char *format = NULL;
    size_t i;

    json_array_foreach (nodes, i, one) {
        if (strcmp(json_string_value(json_object_get(one, "node-name")), node) == 0)
            format = g_strdup(json_string_value(json_object_get(one, "drv")));
    }
    json_decref(nodes);
    return format;
}

static char *file_option(RealQemu *qemu, const char *name, const char *format)
{
    return g_strconcat("file=", real_qemu_image(qemu, name, format, 4 << 20), NULL);
}

/* --- slots and buses ------------------------------------------------------------------------- */

static void test_t03_an_eject_takes_the_slot(void **state)
{
    g_autoptr(RealQemu) qemu = start(
        "pc", REAL_QEMU_GUEST,
        OPTIONS("e1000,id=f0,addr=14.0,multifunction=on,romfile=", "rtl8139,id=f1,addr=14.1"));
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *before = real_qemu_state(qemu);
    Plan *plan = real_plan_detach(session, "f1", NULL);
    const PlanSubject *first = plan->subjects->pdata[0], *second = plan->subjects->pdata[1];

    assert_int_equal(plan->subjects->len, 2);
    assert_true((strcmp(first->id, "f0") == 0) != (strcmp(second->id, "f0") == 0));
    real_plan_run(session, plan);
    assert_null(device(session, "f0"));
    assert_null(device(session, "f1"));
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    real_plan_assert_state(qemu, before, "after the undo");
}

/* A port without an id calls its bus like the root bus, and QEMU takes the first that it finds. */
static void test_t04_two_buses_of_one_name(void **state)
{
    g_autoptr(RealQemu) qemu =
        start("q35", REAL_QEMU_GUEST,
              OPTIONS("pcie-root-port,chassis=1", "pcie-root-port,id=rp2,chassis=2"));
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autoptr(Plan) plan = real_plan_attach(session, "nic", OPTIONS("model=e1000e"), NULL);

    assert_string_equal(bus_of(plan), "rp2");
    assert_refused(session, "nic", OPTIONS("bus=pcie.0"), "pcie.0");
    attach(session, "nic", OPTIONS("model=e1000e", "id=net9"));
    assert_string_equal(device(session, "net9")->bus->name, "rp2");
    assert_refused(session, "nic", OPTIONS("model=e1000e"), "no free root port");
}

/* QEMU 7.2 takes it, and the guest ejects both at once. */
static void test_t06_a_port_carries_one_device(void **state)
{
    g_autoptr(RealQemu) qemu =
        start("q35", REAL_QEMU_GUEST,
              OPTIONS("pcie-root-port,id=rp1,chassis=1", "e1000e,id=net1,bus=rp1"));
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *before = real_qemu_state(qemu);

    assert_refused(session, "nic", OPTIONS("bus=rp1"), "net1");
    assert_refused(session, "nic", OPTIONS("bus=rp1", "address=1"), "01.0");
    assert_refused(session, "nic", OPTIONS("bus=rp1", "address=0.1"), "00.1");
    real_plan_assert_state(qemu, before, "after the refusals");
}

/* What another client put there in spite of that is shown, and goes along. */
static void test_t06_two_devices_on_a_port(void **state)
{
    g_autoptr(RealQemu) qemu =
        start("q35", REAL_QEMU_GUEST,
              OPTIONS("pcie-root-port,id=rp1,chassis=1", "e1000e,id=net1,bus=rp1"));
    g_autofree char *error = NULL;
    json_t *reply = real_qemu_try(qemu, "device_add",
                                  json_pack("{s:s,s:s,s:s,s:s}", "driver", "virtio-rng-pci", "id",
                                            "rng1", "bus", "rp1", "addr", "1.0"),
                                  &error);
    g_autoptr(Session) session = real_plan_session(qemu);

    json_decref(reply);
    if (reply == NULL) { /* QEMU 10 knows better */
        assert_null(device(session, "rng1"));
        return;
    }
    assert_non_null(device(session, "rng1"));
    assert_string_equal(device(session, "rng1")->bus->name, "rp1");
}

/* Before the firmware ran query-pci leaves out what is behind a bridge: a place is free when qtree
 * says so. */
static void test_t13_places_before_the_firmware(void **state)
{
    g_autoptr(RealQemu) qemu =
        start("pc", REAL_QEMU_STOPPED,
              OPTIONS("pci-bridge,id=br,chassis_nr=1,addr=1e.0", "e1000,id=net1,bus=br,addr=1.0"));
    g_autoptr(Session) session = real_plan_session(qemu);

    assert_refused(session, "nic", OPTIONS("bus=br", "address=1"), "net1");
    attach(session, "nic", OPTIONS("bus=br", "id=net2", "model=e1000"));
    assert_int_equal(device(session, "net2")->address.pci.slot, 2);
    assert_int_equal(device(session, "net1")->address.pci.slot, 1);
}

/* It says that it can be unplugged: QEMU 7.2 never finishes, and 10 takes a part of the chip away.
 * The plan warns. */
static void test_t13_hotpluggable_is_no_promise(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc,usb=on", REAL_QEMU_GUEST, (const char *const[]){ NULL });
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autoptr(Plan) plan = real_plan_detach(session, "00:01.2", NULL);
    gboolean warned = FALSE;

    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];

        warned = warned || (check->caution && strstr(check->text, "may never release it") != NULL);
    }
    assert_true(warned);
}

/* A device that came under -S says "hotplugged" as well; it did not come while we watched, and
 * nothing tells whether the guest uses it. */
static void test_t28_hotplugged_before_we_came(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc", REAL_QEMU_STOPPED, (const char *const[]){ NULL });
    json_t *hotplugged;

    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s,s:s,s:s,s:s}", "driver", "e1000", "id", "net1", "bus", "pci.0",
                             "addr", "14.0"));
    hotplugged = real_qemu_ask(
        qemu, "qom-get",
        json_pack("{s:s,s:s}", "path", "/machine/peripheral/net1", "property", "hotplugged"));
    assert_true(json_is_true(hotplugged));
    json_decref(hotplugged);
    g_autoptr(Session) session = real_plan_session(qemu);
    assert_int_equal(device(session, "net1")->state, STATE_PRESENT);
    assert_false(device(session, "net1")->hotplugged);
}

/* --- what QEMU tells of drives --------------------------------------------------------------- */

/* The forged lines stand where those of cards on pci.0 do. */
static void test_t11_forged_lines(void **state)
{
    static const char name[] = "x\"\r\n      dev: e1000, id \"evil\"\r\n        addr = 1d.0\r\n"
                               "        netdev = \"";
    g_autoptr(RealQemu) qemu =
        start("pc", REAL_QEMU_GUEST, OPTIONS("virtio-serial-pci,id=vs", "e1000,id=net0,romfile="));
    g_autofree char *refusal = NULL, *before = NULL;

    real_qemu_tell(qemu, "device_add",
                   json_pack("{s:s,s:s,s:s,s:s}", "driver", "virtserialport", "id", "port0", "bus",
                             "vs.0", "name", name));
    before = real_qemu_state(qemu);
    g_autoptr(Session) session = real_plan_session(qemu);
    const Device *evil = device(session, "evil");
    assert_non_null(device(session, "port0"));
    assert_string_equal(device(session, "port0")->path, "/machine/peripheral/port0");
    assert_true(evil == NULL || evil->path[0] != '/');
    assert_null(real_plan_detach(session, "evil", &refusal));
    real_plan_assert_state(qemu, before, "after the refusal");
    real_plan_run(session, real_plan_detach(session, "net0", NULL));
    assert_non_null(device(session, "port0"));
}

/* query-block names objects inside these devices. */
static void test_t14_drives_of_folded_devices(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc", REAL_QEMU_GUEST, OPTIONS("qemu-xhci,id=xh"));
    g_autofree char *first = file_option(qemu, "v.qcow2", "qcow2");
    g_autofree char *second = file_option(qemu, "u.qcow2", "qcow2");
    g_autoptr(Session) session = real_plan_session(qemu);

    attach(session, "disk", OPTIONS(first, "bus=virtio", "id=vd"));
    attach(session, "disk", OPTIONS(second, "bus=usb", "id=us"));
    assert_string_equal(device(session, "vd")->drive->file, first + strlen("file="));
    assert_string_equal(device(session, "us")->drive->file, second + strlen("file="));
    assert_int_equal(device(session, "us")->buses->len, 0);
}

static void test_t15_an_image_is_used_once(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc", REAL_QEMU_GUEST, OPTIONS("lsi53c895a,id=scsi0"));
    g_autofree char *file = file_option(qemu, "a.raw", "raw");
    g_autoptr(Session) session = real_plan_session(qemu);

    attach(session, "disk", OPTIONS(file, "id=d1"));
    assert_refused(session, "disk", OPTIONS(file, "bus=virtio"), "d1");
}

/* A guest can write whatever header it likes to the start of a raw disk: plugged again, that is
 * still raw. */
static void test_t15_raw_stays_raw(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc", REAL_QEMU_GUEST, OPTIONS("lsi53c895a,id=scsi0"));
    g_autofree char *file = file_option(qemu, "a.raw", "raw");
    const char *other = real_qemu_image(qemu, "b.qcow2", "qcow2", 4 << 20);
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *header = NULL, *format = NULL, *stated = NULL;
    gsize length;

    attach(session, "disk", OPTIONS(file, "id=d1"));
    real_plan_run(session, real_plan_detach(session, "d1", NULL));
    assert_true(g_file_get_contents(other, &header, &length, NULL));
    assert_true(g_file_set_contents(file + strlen("file="), header, (gssize)length, NULL));
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    format = format_of_node(qemu, device(session, "d1")->drive->node);
    assert_string_equal(format, "raw");
    real_plan_run(session, real_plan_detach(session, "d1", NULL));
    attach(session, "disk", OPTIONS(file, "id=d2", "format=raw"));
    stated = format_of_node(qemu, device(session, "d2")->drive->node);
    assert_string_equal(stated, "raw");
}

/* --- USB ------------------------------------------------------------------------------------- */

/* Without a port QEMU puts a hub on the last one; a port that was freed would be reused last. */
static void test_t27_ports_and_hubs(void **state)
{
    g_autoptr(RealQemu) qemu = start("pc", REAL_QEMU_GUEST, OPTIONS("piix3-usb-uhci,id=uhci"));
    g_autoptr(Session) session = real_plan_session(qemu);
    g_autofree char *usb = NULL;

    attach(session, "device", OPTIONS("driver=usb-tablet", "id=u1"));
    attach(session, "device", OPTIONS("driver=usb-kbd", "id=u2"));
    assert_string_equal(device(session, "u1")->address.usb.port, "1");
    assert_string_equal(device(session, "u2")->address.usb.port, "2");
    usb = real_qemu_hmp(qemu, "info usb");
    assert_null(strstr(usb, "Hub"));
    assert_refused(session, "device", OPTIONS("driver=usb-mouse"), "full");
    real_plan_run(session, real_plan_detach(session, "u1", NULL));
    attach(session, "device", OPTIONS("driver=usb-mouse", "id=u3"));
    assert_string_equal(device(session, "u3")->address.usb.port, "1");
}

static void test_t27_speeds(void **state)
{
    g_autoptr(RealQemu) qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    g_autofree char *before = NULL;

    real_qemu_add(qemu, "-device", "usb-ehci,id=ehci", "-chardev", "null,id=null0", NULL);
    real_qemu_launch(qemu);
    before = real_qemu_state(qemu);
    g_autoptr(Session) session = real_plan_session(qemu);
    assert_refused(session, "device", OPTIONS("driver=usb-serial", "chardev=null0", "bus=ehci.0"),
                   "speed");
    real_plan_assert_state(qemu, before, "after the refusal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t03_an_eject_takes_the_slot),
        cmocka_unit_test(test_t04_two_buses_of_one_name),
        cmocka_unit_test(test_t06_a_port_carries_one_device),
        cmocka_unit_test(test_t06_two_devices_on_a_port),
        cmocka_unit_test(test_t11_forged_lines),
        cmocka_unit_test(test_t13_places_before_the_firmware),
        cmocka_unit_test(test_t13_hotpluggable_is_no_promise),
        cmocka_unit_test(test_t14_drives_of_folded_devices),
        cmocka_unit_test(test_t15_an_image_is_used_once),
        cmocka_unit_test(test_t15_raw_stays_raw),
        cmocka_unit_test(test_t27_ports_and_hubs),
        cmocka_unit_test(test_t27_speeds),
        cmocka_unit_test(test_t28_hotplugged_before_we_came),
    };

    return cmocka_run_group_tests_name("traps", tests, NULL, NULL);
}
