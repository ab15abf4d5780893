/* Devices of boot time: detached with all that goes with them, and plugged back by the undo with
 * the same id, place, back end and properties. Then what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

/* What `info qtree` says of the devices, without what the guest decides and what names are made up:
 * lines that a replug may change. */
static char *properties_of(RealQemu *qemu)
{
    static const char *const changing[] = { "bar ", "drive = ", "addr 0.", "addr 1.", NULL };
    g_autofree char *tree = real_qemu_hmp(qemu, "info qtree");
    g_auto(GStrv) lines = g_strsplit(tree, "\n", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line != NULL; line++) {
        gboolean skip = FALSE;
        g_strstrip(*line);
        for (guint i = 0; changing[i] != NULL; i++) {
            skip = skip || g_str_has_prefix(*line, changing[i]);
        }
        if (!skip) {
            g_ptr_array_add(kept, g_strdup(*line));
        }
    }
    return real_qemu_join_sorted(kept);
}

static void assert_same_properties(RealQemu *qemu, const char *before)
{
    g_autofree char *now = properties_of(qemu);
    g_auto(GStrv) old = g_strsplit(before, "\n", -1), new = g_strsplit(now, "\n", -1);
    for (guint i = 0; old[i] != NULL && new[i] != NULL; i++) {
        if (strcmp(old[i], new[i]) != 0) {
            fail_msg("property \"%s\" is \"%s\" now", old[i], new[i]);
        }
    }
    assert_string_equal(before, now);
}

/* Detach and undo, twice by a redo; exact: the state is the very same, too. */
static void check_round_trip(RealQemu *qemu, Session *session, const char *name, gboolean exact)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *properties = properties_of(qemu);
    print_message("    %s\n", name);
    real_plan_run(session, real_plan_detach(session, name, NULL));
    g_autofree char *without = real_qemu_state(qemu);
    assert_string_not_equal(before, without);
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    assert_same_properties(qemu, properties);
    if (exact) {
        real_plan_assert_state(qemu, before, "after the undo");
    }
    real_plan_run(session, real_plan_history(session, session_plan_redo));
    real_plan_assert_state(qemu, without, "after the redo");
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    assert_same_properties(qemu, properties);
}

static void add_blockdev(RealQemu *qemu, const char *node, const char *format)
{
    g_autofree char *name = g_strconcat(node, ".img", NULL);
    g_autofree char *options =
        g_strdup_printf("driver=%s,node-name=%s,cache.direct=on,file.driver=file,file.filename=%s",
                        format, node, real_qemu_image(qemu, name, format, 4 << 20));
    real_qemu_add(qemu, "-blockdev", options, NULL);
}

/* As libvirt does: a node for the file and one for the format. */
static void add_layered(RealQemu *qemu)
{
    g_autofree char *file = g_strdup_printf("driver=file,node-name=low,filename=%s",
                                            real_qemu_image(qemu, "low.qcow2", "qcow2", 4 << 20));
    real_qemu_add(qemu, "-blockdev", file, "-blockdev",
                  "driver=qcow2,node-name=high,file=low,read-only=on", NULL);
}

static void add_drive(RealQemu *qemu, const char *id, const char *more)
{
    g_autofree char *name = g_strconcat(id, ".img", NULL);
    g_autofree char *options =
        g_strdup_printf("if=none,id=%s,format=qcow2,cache=none,file=%s%s", id,
                        real_qemu_image(qemu, name, "qcow2", 4 << 20), more);
    real_qemu_add(qemu, "-drive", options, NULL);
}

/* T17: -drive back ends ("old") die with their device; back again, they are nodes. */
static void test_boot_devices(void **state)
{
    g_autoptr(RealQemu) qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    add_blockdev(qemu, "one", "qcow2");
    add_blockdev(qemu, "two", "raw");
    add_blockdev(qemu, "three", "qcow2");
    add_blockdev(qemu, "four", "raw");
    add_layered(qemu);
    add_drive(qemu, "old1", "");
    add_drive(qemu, "old2", "");
    add_drive(qemu, "old3", ",node-name=kept");
    real_qemu_add(
        qemu, "-netdev", "user,id=n1,restrict=on", "-netdev", "user,id=n2", "-object",
        "iothread,id=io1", "-device", "lsi53c895a,id=lsi0,addr=0a.0", "-device",
        "scsi-hd,id=sda,bus=lsi0.0,scsi-id=0,drive=one,serial=S1,rotation_rate=1,vendor=ACME,"
        "product=Disk",
        "-device", "scsi-hd,id=sdb,bus=lsi0.0,scsi-id=4,drive=two,write-cache=off", "-device",
        "scsi-hd,id=sdc,bus=lsi0.0,scsi-id=5,drive=old1,wwn=0x5000c50015ea71ad", "-device",
        "virtio-scsi-pci,id=vs,num_queues=2,addr=0b.0,multifunction=on,iothread=io1", "-device",
        "virtio-blk-pci,id=vb,addr=0b.1,drive=three,logical_block_size=4096,"
        "physical_block_size=4096",
        "-device", "e1000,id=net1,addr=0b.2,netdev=n1,mac=52:54:00:aa:bb:01", "-device",
        "scsi-cd,id=cd0,bus=vs.0", "-device", "scsi-hd,id=ro,bus=vs.0,drive=high,share-rw=on",
        "-device", "virtio-net-pci,id=net2,netdev=n2,mq=on,vectors=4,romfile=", "-device",
        "qemu-xhci,id=xh,p2=6,p3=6", "-device", "usb-storage,id=stick,bus=xh.0,port=5,drive=four",
        "-device", "usb-hub,id=hub,bus=xh.0,port=6", "-device", "usb-kbd,id=kbd,bus=xh.0,port=6.3",
        "-device", "virtio-blk-pci,id=vo,drive=old2,addr=11.0", "-device",
        "scsi-hd,id=vk,bus=vs.0,drive=old3,channel=0,scsi-id=77,lun=5", "-device",
        "virtio-rng-pci,id=rng,max-bytes=1024,period=1000", "-device", "i6300esb,id=dog", NULL);
    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    check_round_trip(qemu, session, "sdb", TRUE);
    check_round_trip(qemu, session, "sda", TRUE);
    check_round_trip(qemu, session, "ro", TRUE);
    check_round_trip(qemu, session, "cd0", TRUE);
    check_round_trip(qemu, session, "stick", TRUE);
    check_round_trip(qemu, session, "kbd", TRUE);
    check_round_trip(qemu, session, "net2", TRUE);
    check_round_trip(qemu, session, "rng", TRUE);
    check_round_trip(qemu, session, "dog", TRUE);
    check_round_trip(qemu, session, "vo", FALSE);
    check_round_trip(qemu, session, "vk", FALSE);
    check_round_trip(qemu, session, "lsi0", FALSE);
    check_round_trip(qemu, session, "vb", FALSE);
    check_round_trip(qemu, session, "hub", FALSE);
}

static void test_boot_devices_q35(void **state)
{
    g_autoptr(RealQemu) qemu = real_qemu_new("q35", REAL_QEMU_GUEST);
    add_blockdev(qemu, "one", "qcow2");
    add_blockdev(qemu, "two", "raw");
    real_qemu_add(
        qemu, "-netdev", "user,id=n1", "-device", "pcie-root-port,id=rp1,chassis=1", "-device",
        "pcie-root-port,id=rp2,chassis=2", "-device", "pcie-root-port,id=rp3,chassis=3", "-device",
        "nvme,id=nv,bus=rp1,drive=one,serial=N1", "-device", "e1000e,id=net1,bus=rp2,netdev=n1",
        "-device", "pcie-pci-bridge,id=conv,bus=rp3", "-device", "pvscsi,id=pv,bus=conv,addr=3",
        "-device", "scsi-hd,id=sd,bus=pv.0,drive=two", NULL);
    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    check_round_trip(qemu, session, "nv", TRUE);
    check_round_trip(qemu, session, "net1", TRUE);
    check_round_trip(qemu, session, "pv", TRUE);
}

/* Without ids: an undo gives them some. */
static void test_anonymous(void **state)
{
    const char *const arguments[] = { "-device", "lsi53c895a,addr=0a.0", "-device",
                                      "e1000,addr=0b.0", NULL };
    g_autoptr(RealQemu) qemu = real_qemu_start("pc", REAL_QEMU_GUEST, arguments);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    real_plan_run(session, real_plan_detach(session, "00:0b.0", NULL));
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    json_t *type = real_qemu_ask(
        qemu, "qom-get",
        json_pack("{s:s, s:s}", "path", "/machine/peripheral/nic0", "property", "type"));
    assert_string_equal(json_string_value(type), "e1000");
    json_decref(type);
}

/* Names and beginnings of refusals. */
static const struct {
    const char *name, *refusal;
} fixed[] = {
    { "vga", "cirrus-vga vga cannot be unplugged: cirrus-vga does not support hotplugging" },
    { "cd", "ide-cd cd is on an IDE bus" },
    { "00:01.0", "PIIX3 at 00:01.0 is a part of the machine" },
    { "roc", "rocker roc must not be unplugged: QEMU ends when it is unplugged" },
    { "eth", "i82551 eth must not be unplugged: QEMU ends at the first reset" },
};

static void test_refused(void **state)
{
    const char *const arguments[] = { "-device",      "cirrus-vga,id=vga", "-device",
                                      "ide-cd,id=cd", "-device",           "rocker,id=roc",
                                      "-device",      "i82551,id=eth",     NULL };
    g_autoptr(RealQemu) qemu = real_qemu_start("pc", REAL_QEMU_GUEST, arguments);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++) {
        g_autofree char *refusal = NULL;
        Plan *plan = real_plan_detach(session, fixed[i].name, &refusal);
        assert_null(plan);
        if (!g_str_has_prefix(refusal, fixed[i].refusal)) {
            fail_msg("%s: %s", fixed[i].name, refusal);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boot_devices),
        cmocka_unit_test(test_boot_devices_q35),
        cmocka_unit_test(test_anonymous),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
