/* Attach and detach on real guests: every kind of device is plugged, found at the promised place by
 * asking QEMU directly, taken back, done again and detached; QEMU's state is the one of before each
 * time. And QEMU's own refusals, provoked behind the planner's back, leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/real_plan.h"

/* --- every kind ------------------------------------------------------------------------------ */

#define MANY 8

typedef struct {
    const char *kind;
    const char *options[MANY];
    const char *driver; /* expected */
    const char *title;  /* expected end: where it went; NULL: not fixed */
} Case;

static const Case any_machine[] = {
    { "disk", { "bus=virtio", "file=@qcow2" }, "virtio-blk-pci", NULL },
    { "disk", { "bus=nvme", "file=@raw", "serial=NV-1" }, "nvme", NULL },
    { "disk", { "bus=usb", "file=@qcow2", "port=3" }, "usb-storage", NULL },
    { "disk", { "file=@raw", "target=5", "controller=vscsi", "lun=7" }, "scsi-hd", NULL },
    { "disk",
      { "file=@overlay", "controller=vscsi", "cache=none", "aio=native", "discard=unmap" },
      "scsi-hd",
      NULL },
    { "disk", { "file=@raw", "controller=vscsi", "cache=writethrough" }, "scsi-hd", NULL },
    { "disk",
      { "file=@raw", "controller=vscsi", "cache=directsync", "aio=threads" },
      "scsi-hd",
      NULL },
    { "disk",
      { "file=@raw", "bus=virtio", "cache=unsafe", "readonly=on", "id=ro1" },
      "virtio-blk-pci",
      NULL },
    { "disk", { "file=@vmdk", "bus=virtio" }, "virtio-blk-pci", NULL },
    { "disk", { "file=@vdi", "bus=scsi" }, "scsi-hd", NULL },
    { "disk", { "file=@hostile", "bus=virtio" }, "virtio-blk-pci", NULL },
    { "cdrom", { "file=@raw" }, "scsi-cd", NULL },
    { "cdrom", { "id=empty" }, "scsi-cd", NULL },
    { "cdrom", { "file=@raw", "bus=usb" }, "usb-storage", NULL },
    { "nic", { "model=e1000", "mac=52:54:00:AB:cd:01" }, "e1000", NULL },
    { "nic", { "model=e1000-82545em" }, "e1000-82545em", NULL },
    { "nic", { "model=e1000-82544gc" }, "e1000-82544gc", NULL },
    { "nic", { "model=e1000e" }, "e1000e", NULL },
    { "nic", { "model=igb" }, "igb", NULL },
    { "nic", { "model=rtl8139", "restrict=on" }, "rtl8139", NULL },
    { "nic", { "model=pcnet" }, "pcnet", NULL },
    { "nic", { "model=ne2k_pci" }, "ne2k_pci", NULL },
    { "nic", { "model=vmxnet3" }, "vmxnet3", NULL },
    { "nic", { "model=tulip" }, "tulip", NULL },
    { "nic", { "hostfwd=tcp:127.0.0.1:0-:22,udp::0-:53" }, "virtio-net-pci", NULL },
    { "nic", { "backend=socket", "mcast=230.0.0.1:12345" }, "virtio-net-pci", NULL },
    { "nic", { "backend=spare" }, "virtio-net-pci", NULL },
    { "nic", { "model=usb-net" }, "usb-net", NULL },
    { "controller", { "model=virtio-scsi-pci" }, "virtio-scsi-pci", NULL },
    { "controller", { "model=lsi" }, "lsi53c895a", NULL },
    { "controller", { "model=lsi53c810" }, "lsi53c810", NULL },
    { "controller", { "model=megasas" }, "megasas", NULL },
    { "controller", { "model=megasas-gen2" }, "megasas-gen2", NULL },
    { "controller", { "model=mptsas1068" }, "mptsas1068", NULL },
    { "controller", { "model=pvscsi" }, "pvscsi", NULL },
    { "controller", { "model=am53c974" }, "am53c974", NULL },
    { "controller", { "model=qemu-xhci" }, "qemu-xhci", NULL },
    { "controller", { "model=nec-usb-xhci" }, "nec-usb-xhci", NULL },
    { "controller", { "model=usb-ehci" }, "usb-ehci", NULL },
    { "controller", { "model=piix3-usb-uhci" }, "piix3-usb-uhci", NULL },
    { "controller", { "model=usb-hub", "bus=xh" }, "usb-hub", NULL },
    { "controller", { "model=nvme" }, "nvme", NULL },
    { "controller", { "model=virtio-serial-pci" }, "virtio-serial-pci", NULL },
    { "device",
      { "driver=virtio-rng-pci", "max-bytes=1024", "period=1000" },
      "virtio-rng-pci",
      NULL },
    { "device", { "driver=virtio-balloon-pci", "deflate-on-oom=on" }, "virtio-balloon-pci", NULL },
    { "device", { "driver=i6300esb" }, "i6300esb", NULL },
    { "device", { "driver=AC97", "audiodev=snd" }, "AC97", NULL },
    { "device", { "driver=ES1370", "audiodev=snd" }, "ES1370", NULL },
    { "device", { "driver=intel-hda" }, "intel-hda", NULL },
    { "device", { "driver=usb-tablet" }, "usb-tablet", NULL },
    { "device", { "driver=usb-kbd", "port=4" }, "usb-kbd", NULL },
    { "device",
      { "driver=virtserialport", "chardev=null0", "name=org.example.0" },
      "virtserialport",
      NULL },
    { "device", { "driver=usb-serial", "chardev=null0" }, "usb-serial", NULL },
    { "device", { "driver=pci-serial", "chardev=null0" }, "pci-serial", NULL },
    { "device", { "driver=edu", "dma_mask=0xffff" }, "edu", NULL },
    { "device", { "driver=pci-testdev", "membar=64k" }, "pci-testdev", NULL },
    { "device", { "driver=scsi-hd", "drive=loose", "bus=vscsi.0", "scsi-id=9" }, "scsi-hd", NULL },
    { "device", { "driver=virtio-keyboard-pci" }, "virtio-keyboard-pci", NULL },
};

static const Case pc_only[] = {
    { "disk", { "file=@qcow2", "controller=lsi0", "target=3" }, "scsi-hd", "at 0:0:3" },
    { "disk", { "file=@qcow2", "controller=mega", "target=63", "lun=3" }, "scsi-hd", NULL },
    { "disk", { "file=@qcow2", "controller=sas", "target=7" }, "scsi-hd", NULL },
    { "disk", { "file=@qcow2", "controller=pvs", "target=63" }, "scsi-hd", NULL },
    { "disk", { "file=@qcow2", "controller=esp", "target=6", "lun=7" }, "scsi-hd", NULL },
    { "cdrom", { "file=@raw", "controller=lsi0" }, "scsi-cd", NULL },
    { "disk", { "file=@raw", "controller=ehci", "port=2" }, "usb-storage", NULL },
    { "disk", { "file=@raw", "controller=uhci" }, "usb-storage", NULL },
    { "disk", { "file=@raw", "bus=virtio", "address=1d.0" }, "virtio-blk-pci", "at 00:1d.0" },
    { "nic", { "model=e1000", "address=00:1c.0" }, "e1000", "at 00:1c.0" },
    { "nic", { "bus=br0", "address=5" }, "virtio-net-pci", "05.0" },
    { "nic", { "model=pcnet", "bus=br0" }, "pcnet", NULL },
    { "controller", { "model=pci-bridge" }, "pci-bridge", NULL },
};

static const Case q35_only[] = {
    { "nic", { "bus=rp9" }, "virtio-net-pci", NULL },
    { "nic", { "model=e1000", "bus=rp9" }, "e1000", NULL },
    { "nic", { "model=e1000", "bus=conv", "address=7" }, "e1000", NULL },
    { "disk", { "file=@qcow2", "bus=virtio", "controller=rp9" }, "virtio-blk-pci", NULL },
    { "controller", { "model=pcie-pci-bridge" }, "pcie-pci-bridge", NULL },
};

/* A guest with a controller of each kind, a netdev and a block node that nobody uses. */
static RealQemu *start_pc(void)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    real_qemu_add(qemu, "-device", "qemu-xhci,id=xh", "-device", "virtio-serial-pci,id=vser",
                  "-device", "lsi53c895a,id=lsi0", "-device", "virtio-scsi-pci,id=vscsi", "-device",
                  "megasas,id=mega", "-device", "mptsas1068,id=sas", "-device", "pvscsi,id=pvs",
                  "-device", "am53c974,id=esp", "-device", "usb-ehci,id=ehci", "-device",
                  "piix3-usb-uhci,id=uhci", "-device", "pci-bridge,id=br0,chassis_nr=1", NULL);
    return qemu;
}

static RealQemu *start_q35(void)
{
    RealQemu *qemu = real_qemu_new("q35", REAL_QEMU_GUEST);
    for (guint i = 1; i <= 9; i++) {
        g_autofree char *port =
            g_strdup_printf("pcie-root-port,id=rp%u,chassis=%u,addr=%x.0", i, i, 8 + i);
        real_qemu_add(qemu, "-device", port, NULL);
    }
    real_qemu_add(qemu, "-device", "pcie-pci-bridge,id=conv,bus=rp1", "-device",
                  "virtio-scsi-pci,id=vscsi,bus=rp2", "-device", "qemu-xhci,id=xh,bus=rp3",
                  "-device", "virtio-serial-pci,id=vser,bus=rp4", NULL);
    return qemu;
}

static void add_common(RealQemu *qemu)
{
    g_autofree char *loose =
        g_strdup_printf("driver=raw,node-name=loose,file.driver=file,file.filename=%s",
                        real_qemu_image(qemu, "loose.raw", "raw", 1 << 20));
    real_qemu_add(qemu, "-netdev", "user,id=spare", "-chardev", "null,id=null0", "-audiodev",
                  "none,id=snd", "-blockdev", loose, NULL);
}

/* The value of file= that an option stands for; (transfer full). */
static char *resolve_option(RealQemu *qemu, const char *option)
{
    static guint number;
    static const char start[] = "file=@";
    if (!g_str_has_prefix(option, start)) {
        return g_strdup(option);
    }
    const char *format = option + strlen(start);
    gboolean hostile = strcmp(format, "hostile") == 0, overlay = strcmp(format, "overlay") == 0;
    /* The human monitor is given neither the byte 0x9B, which it swallows, nor a line break. */
    const char *nasty = real_qemu_is_human() ? "a, b=\"c\" \xc5\x9f (qemu) \\ d.img"
                                             : "a, b=\"c\" \xc5\x9b \\ d\n.img";
    g_autofree char *name =
        hostile ? g_strdup(nasty) : g_strdup_printf("%s%u.img", format, number++);
    const char *path = real_qemu_image(qemu, name, hostile || overlay ? "qcow2" : format, 4 << 20);
    return g_strconcat("file=", path, NULL);
}

static gboolean is_known_here(RealQemu *qemu, const Case *wanted)
{
    char *error = NULL;
    json_t *properties = real_qemu_try(qemu, "device-list-properties",
                                       json_pack("{s:s}", "typename", wanted->driver), &error);
    gboolean known = properties != NULL;
    json_decref(properties);
    g_free(error);
    return known;
}

static void check_case(RealQemu *qemu, Session *session, const Case *wanted)
{
    char *options[MANY + 1] = { NULL };
    for (guint i = 0; i < MANY && wanted->options[i] != NULL; i++) {
        options[i] = resolve_option(qemu, wanted->options[i]);
    }
    g_autofree char *before = real_qemu_state(qemu);
    Plan *plan = real_plan_attach(session, wanted->kind, (const char *const *)options, NULL);
    g_autoptr(Plan) promised = plan_copy(plan);
    const PlanSubject *subject = promised->subjects->pdata[0];
    assert_string_equal(subject->driver, wanted->driver);
    if (wanted->title != NULL && !g_str_has_suffix(promised->title, wanted->title)) {
        fail_msg("%s does not end in %s", promised->title, wanted->title);
    }
    real_plan_run(session, plan);
    real_plan_assert_present(qemu, subject);
    real_plan_run(session, real_plan_history(session, session_plan_undo));
    real_plan_assert_state(qemu, before, "after the undo");
    real_plan_run(session, real_plan_history(session, session_plan_redo));
    real_plan_assert_present(qemu, subject);
    real_plan_run(session, real_plan_detach(session, subject->id, NULL));
    /* What was there before and was only used goes as well where QEMU can be told to. */
    if (g_strv_contains((const char *const *)options, "backend=spare") ||
        g_strv_contains((const char *const *)options, "drive=loose")) {
        real_plan_run(session, real_plan_history(session, session_plan_undo));
        real_plan_run(session, real_plan_history(session, session_plan_redo));
    } else {
        real_plan_assert_state(qemu, before, "after the detach");
    }
    for (guint i = 0; options[i] != NULL; i++) {
        g_free(options[i]);
    }
}

static void restore_common(RealQemu *qemu)
{
    char *error = NULL;
    json_decref(real_qemu_try(qemu, "netdev_add",
                              json_pack("{s:s, s:s}", "type", "user", "id", "spare"), &error));
    g_clear_pointer(&error, g_free);
}

static void check_cases(RealQemu *qemu, Session *session, const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (is_known_here(qemu, &cases[i])) {
            print_message("    %s %s %s\n", cases[i].kind, cases[i].options[0],
                          cases[i].options[1] != NULL ? cases[i].options[1] : "");
            check_case(qemu, session, &cases[i]);
            restore_common(qemu);
        }
    }
}

static void check_machine(RealQemu *qemu, const Case *cases, gsize count)
{
    add_common(qemu);
    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = real_plan_session(qemu);
    check_cases(qemu, session, any_machine, G_N_ELEMENTS(any_machine));
    check_cases(qemu, session, cases, count);
}

static void test_every_kind_on_pc(void **state)
{
    g_autoptr(RealQemu) qemu = start_pc();
    check_machine(qemu, pc_only, G_N_ELEMENTS(pc_only));
}

static void test_every_kind_on_q35(void **state)
{
    g_autoptr(RealQemu) qemu = start_q35();
    check_machine(qemu, q35_only, G_N_ELEMENTS(q35_only));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_on_pc),
        cmocka_unit_test(test_every_kind_on_q35),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
