/* Attach and detach on real guests: every kind of device is plugged, found at the promised place by
 * asking QEMU directly, taken back, done again and detached; QEMU's state is the one of before each
 * time. And QEMU's own refusals, provoked behind the planner's back, leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session.h"
#include "tests/support/real_qemu.h"

/* --- driving the session ------------------------------------------------------------------------
 */

typedef struct {
    Plan *plan;
    GError *error;
    gboolean over;
} Answer;

static gboolean answer_is_over(gpointer data)
{
    return ((Answer *)data)->over;
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->plan = plan;
    answer->error = error != NULL ? g_error_copy(error) : NULL;
    answer->over = TRUE;
}

/* (transfer full) NULL and the sentence, when it is refused. */
static Plan *await_plan(Answer *answer, char **refusal)
{
    assert_true(wait_until(answer_is_over, answer, REAL_QEMU_PATIENCE_MS));
    if (answer->error != NULL && refusal == NULL) {
        fail_msg("refused: %s", answer->error->message);
    }
    if (answer->error != NULL) {
        *refusal = g_strdup(answer->error->message);
    }
    g_clear_error(&answer->error);
    return answer->plan;
}

static Plan *plan_attach(Session *session, const char *kind, const char *const *options,
                         char **refusal)
{
    Answer answer = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(kind, options, &error);
    if (request == NULL) {
        fail_msg("%s", error->message);
    }
    session_plan_attach(session, request, on_plan, &answer);
    return await_plan(&answer, refusal);
}

static Plan *plan_detach(Session *session, const char *name)
{
    const char *const names[] = { name, NULL };
    Answer answer = { 0 };
    session_plan_detach(session, names, on_plan, &answer);
    return await_plan(&answer, NULL);
}

static Plan *plan_history(Session *session,
                          void (*ask)(Session *session, SessionPlanFn done, gpointer data))
{
    Answer answer = { 0 };
    ask(session, on_plan, &answer);
    return await_plan(&answer, NULL);
}

typedef struct {
    Outcome outcome;
    char *error;
} End;

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    End *end = data;
    end->outcome = transaction_outcome(transaction);
    end->error = g_strdup(transaction_error(transaction));
}

static gboolean has_ended(gpointer data)
{
    return ((End *)data)->outcome != OUTCOME_PENDING;
}

/* plan: (transfer full). (transfer full) QEMU's sentence, NULL for none. */
static char *run(Session *session, Plan *plan, Outcome expected)
{
    End end = { OUTCOME_PENDING, NULL };
    session_run(session, plan, on_finished, &end);
    assert_true(wait_until(has_ended, &end, REAL_QEMU_PATIENCE_MS));
    if (end.outcome != expected) {
        fail_msg("outcome %d: %s", end.outcome, end.error != NULL ? end.error : "no error");
    }
    return end.error;
}

static void run_well(Session *session, Plan *plan)
{
    g_autofree char *error = run(session, plan, OUTCOME_DONE);
    assert_null(error);
}

static gboolean is_live(gpointer session)
{
    return session_state(session) == SESSION_LIVE || session_state(session) == SESSION_LOST;
}

static Session *open_session(RealQemu *qemu)
{
    g_autoptr(GError) error = NULL;
    Session *session = session_new(real_qemu_target(qemu), SESSION_ONCE, &error);
    assert_non_null(session);
    assert_true(wait_until(is_live, session, REAL_QEMU_PATIENCE_MS));
    assert_null(session_error(session));
    return session;
}

static void assert_state(RealQemu *qemu, const char *expected, const char *when)
{
    g_autofree char *state = real_qemu_state(qemu);
    if (strcmp(state, expected) != 0) {
        fail_msg("%s, the guest is not as before.\n--- before\n%s\n--- now\n%s", when, expected,
                 state);
    }
}

/* --- asking QEMU where a device is --------------------------------------------------------------
 */

static json_t *find_function(json_t *functions, const char *id)
{
    gsize i;
    json_t *function;
    json_array_foreach(functions, i, function)
    {
        json_t *bridge = json_object_get(function, "pci_bridge");
        json_t *behind = find_function(json_object_get(bridge, "devices"), id);
        if (behind != NULL) {
            return behind;
        }
        if (g_strcmp0(json_string_value(json_object_get(function, "qdev_id")), id) == 0) {
            return function;
        }
    }
    return NULL;
}

static void assert_pci(RealQemu *qemu, const PlanSubject *subject)
{
    json_t *buses = real_qemu_ask(qemu, "query-pci", NULL);
    json_t *bus, *function = NULL;
    gsize i;
    json_array_foreach(buses, i, bus)
    {
        json_t *found = find_function(json_object_get(bus, "devices"), subject->id);
        function = found != NULL ? found : function;
    }
    assert_non_null(function);
    assert_int_equal(json_integer_value(json_object_get(function, "slot")),
                     subject->address.pci.slot);
    assert_int_equal(json_integer_value(json_object_get(function, "function")),
                     subject->address.pci.function);
    json_decref(buses);
}

static json_t *get_property(RealQemu *qemu, const char *path, const char *name)
{
    return real_qemu_ask(qemu, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", name));
}

static void assert_number(RealQemu *qemu, const char *path, const char *name, guint expected)
{
    json_t *value = get_property(qemu, path, name);
    assert_int_equal(json_integer_value(value), expected);
    json_decref(value);
}

static void assert_text(RealQemu *qemu, const char *path, const char *name, const char *end)
{
    json_t *value = get_property(qemu, path, name);
    if (!g_str_has_suffix(json_string_value(value), end)) {
        fail_msg("%s of %s is %s, not %s", name, path, json_string_value(value), end);
    }
    json_decref(value);
}

static void assert_usb(RealQemu *qemu, const PlanSubject *subject)
{
    g_autofree char *usb = real_qemu_hmp(qemu, "info usb");
    g_autofree char *pattern =
        g_strdup_printf("Port %s,.*ID: %s\\b", subject->address.usb.port, subject->id);
    if (!g_regex_match_simple(pattern, usb, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT)) {
        fail_msg("no %s in %s", pattern, usb);
    }
}

/* QEMU has the device of that driver, on that bus, at that place. */
static void assert_present(RealQemu *qemu, const PlanSubject *subject)
{
    assert_text(qemu, subject->path, "type", subject->driver);
    g_autofree char *bus = g_strconcat("/", subject->bus, NULL);
    assert_text(qemu, subject->path, "parent_bus", bus);
    switch (subject->address.type) {
    case ADDRESS_PCI:
        assert_pci(qemu, subject);
        break;
    case ADDRESS_DRIVE:
        assert_number(qemu, subject->path, "scsi-id", subject->address.drive.target);
        assert_number(qemu, subject->path, "lun", subject->address.drive.unit);
        break;
    case ADDRESS_USB:
        assert_usb(qemu, subject);
        break;
    default:
        break;
    }
}

/* --- every kind ---------------------------------------------------------------------------------
 */

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
static char *resolve_option(RealQemu *qemu, const char *option, guint number)
{
    static const char start[] = "file=@";
    if (!g_str_has_prefix(option, start)) {
        return g_strdup(option);
    }
    const char *format = option + strlen(start);
    gboolean hostile = strcmp(format, "hostile") == 0, overlay = strcmp(format, "overlay") == 0;
    g_autofree char *name = hostile ? g_strdup("a, b=\"c\" \xc5\x9b \\ d\n.img")
                                    : g_strdup_printf("%s%u.img", format, number);
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

static void check_case(RealQemu *qemu, Session *session, const Case *wanted, guint number)
{
    char *options[MANY + 1] = { NULL };
    for (guint i = 0; i < MANY && wanted->options[i] != NULL; i++) {
        options[i] = resolve_option(qemu, wanted->options[i], number);
    }
    g_autofree char *before = real_qemu_state(qemu);
    Plan *plan = plan_attach(session, wanted->kind, (const char *const *)options, NULL);
    g_autoptr(Plan) promised = plan_copy(plan);
    const PlanSubject *subject = promised->subjects->pdata[0];
    assert_string_equal(subject->driver, wanted->driver);
    if (wanted->title != NULL && !g_str_has_suffix(promised->title, wanted->title)) {
        fail_msg("%s does not end in %s", promised->title, wanted->title);
    }
    run_well(session, plan);
    assert_present(qemu, subject);
    run_well(session, plan_history(session, session_plan_undo));
    assert_state(qemu, before, "after the undo");
    run_well(session, plan_history(session, session_plan_redo));
    assert_present(qemu, subject);
    run_well(session, plan_detach(session, subject->id));
    /* What was there before and was only used goes as well where QEMU can be told to. */
    if (g_strv_contains((const char *const *)options, "backend=spare") ||
        g_strv_contains((const char *const *)options, "drive=loose")) {
        run_well(session, plan_history(session, session_plan_undo));
        run_well(session, plan_history(session, session_plan_redo));
    } else {
        assert_state(qemu, before, "after the detach");
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
            check_case(qemu, session, &cases[i], (guint)i);
            restore_common(qemu);
        }
    }
}

static void check_machine(RealQemu *qemu, const Case *cases, gsize count)
{
    add_common(qemu);
    real_qemu_launch(qemu);
    real_qemu_serial_wait(qemu, "ready");
    g_autoptr(Session) session = open_session(qemu);
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
