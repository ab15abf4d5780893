/* attach and detach on a real guest: what is printed, what QEMU has afterwards, every refusal, a
 * guest that does not let go, and an interruption while it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/real_qemu.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })

static RealQemu *qemu;
static const char *target;
static const char *disk, *other, *busy; /* images: two to plug, one that the guest has already */

static char *option(const char *name, const char *value)
{
    return g_strdup_printf("%s=%s", name, value);
}

static int start(void **state)
{
    g_autofree char *blockdev = NULL;

    qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    disk = real_qemu_image(qemu, "disk.img", "raw", 1 << 20);
    other = real_qemu_image(qemu, "other.qcow2", "qcow2", 1 << 20);
    busy = real_qemu_image(qemu, "busy.img", "raw", 1 << 20);
    blockdev = g_strdup_printf("raw,node-name=b0,file.driver=file,file.filename=%s", busy);
    real_qemu_add(qemu, "-device", "lsi53c895a,id=scsi0,addr=0a", "-blockdev", blockdev, "-device",
                  "scsi-hd,id=sda,drive=b0,bus=scsi0.0,scsi-id=0", "-netdev",
                  "user,id=n0,restrict=on", "-device",
                  "e1000,id=net0,netdev=n0,mac=52:54:00:f7:c5:0e,addr=05,romfile=", NULL);
    real_qemu_launch(qemu);
    target = real_qemu_target(qemu);
    real_qemu_serial_wait(qemu, "ready");
    return 0;
}

static int stop(void **state)
{
    real_qemu_stop(qemu);
    return 0;
}

static json_int_t ask_integer(const char *path, const char *property)
{
    json_t *value =
        real_qemu_ask(qemu, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", property));
    json_int_t integer = json_integer_value(value);

    json_decref(value);
    return integer;
}

static const char *id_in(json_t *array, size_t index)
{
    return json_string_value(json_object_get(json_array_get(array, index), "id"));
}

/* ---- there and back ---- */

static void a_disk_comes_and_goes(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *after = NULL;
    g_autofree char *file = option("file", disk);
    g_autoptr(Run) attach = RUN("attach", target, "disk", file, "id=sd3", "target=3");
    g_autoptr(Run) detach = NULL;

    assert_string_equal(attach->err, "");
    assert_int_equal(attach->status, 0);
    assert_string_equal(attach->out, "sd3 at 0:0:3\n");
    assert_int_equal(ask_integer("/machine/peripheral/sd3", "scsi-id"), 3);
    detach = RUN("detach", target, "sd3");
    assert_string_equal(detach->err, "");
    assert_int_equal(detach->status, 0);
    assert_string_equal(detach->out, "sd3 detached\n");
    after = real_qemu_state(qemu);
    assert_string_equal(before, after);
}

static void attach_json_tells_what_is_there(void **state)
{
    g_autoptr(Run) run = RUN("attach", target, "nic", "model=rtl8139", "address=11.0", "--json");
    g_autoptr(Run) detach = NULL;
    json_t *json = run_json(run);
    const char *id = json_string_value(json_object_get(json, "id"));
    json_t *should = json_pack("{s:s, s:i, s:i, s:i, s:i}", "type", "pci", "domain", 0, "bus", 0,
                               "slot", 0x11, "function", 0);
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    assert_int_equal(run->status, 0);
    assert_string_equal(json_string_value(json_object_get(json, "path")), path);
    assert_true(json_equal(json_object_get(json, "address"), should));
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(json, "plan"), 0), "execute")),
                        "netdev_add");
    assert_int_equal(ask_integer(path, "addr"), 0x11 << 3);
    detach = RUN("detach", target, id);
    assert_int_equal(detach->status, 0);
    json_decref(should);
    json_decref(json);
}

static void several_devices_are_one_plan(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *after = NULL;
    g_autofree char *first = option("file", disk);
    g_autofree char *second = option("file", other);
    g_autoptr(Run) one = RUN("attach", target, "disk", first, "id=d1");
    g_autoptr(Run) two = RUN("attach", target, "disk", second, "id=d2", "bus=virtio");
    g_autoptr(Run) detach = RUN("detach", target, "d1", "d2", "--json");
    json_t *json = run_json(detach);
    json_t *detached = json_object_get(json, "detached");

    assert_int_equal(one->status, 0);
    assert_int_equal(two->status, 0);
    assert_int_equal(detach->status, 0);
    assert_int_equal(json_array_size(detached), 2);
    assert_string_equal(id_in(detached, 0), "d1");
    assert_string_equal(id_in(detached, 1), "d2");
    assert_int_equal(json_array_size(json_object_get(json, "leaving")), 0);
    after = real_qemu_state(qemu);
    assert_string_equal(before, after);
    json_decref(json);
}

/* ---- nothing happens ---- */

static void dry_run_changes_nothing(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *after = NULL;
    g_autofree char *file = option("file", disk);
    const char *const cases[][7] = {
        { "attach", target, "disk", file, "--dry-run" },
        { "attach", target, "disk", file, "--dry-run", "--json" },
        { "detach", target, "net0", "-n" },
        { "detach", target, "scsi0", "-n", "--json" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = program_run(cases[i]);

        assert_int_equal(run->status, 0);
        assert_string_equal(run->err, "");
        assert_non_null(strstr(run->out, i % 2 ? "\"execute\"" : "undo: "));
        if (i % 2)
            json_decref(run_json(run));
    }
    after = real_qemu_state(qemu);
    assert_string_equal(before, after);
}

/* What is wrong in itself is 2, what this guest cannot is 1. */
static void refused_before_anything_is_sent(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *after = NULL;
    g_autofree char *file = option("file", disk);
    g_autofree char *in_use = option("file", busy);
    const struct {
        const char *words[7];
        int status;
        const char *says;
    } cases[] = {
        { { "attach", target, "disk", "file=/nope/x.img" }, 2, "/nope/x.img" },
        { { "attach", target, "disk", "file=/" }, 2, "director" },
        { { "attach", target, "disk" }, 2, "file" },
        { { "attach", target, "disk", in_use }, 1, "sda" },
        { { "attach", target, "disk", file, "target=0" }, 1, "sda" },
        { { "attach", target, "disk", file, "target=8" }, 1, "ids 0 to 7" },
        { { "attach", target, "disk", file, "target=x" }, 2, "target" },
        { { "attach", target, "disk", file, "id=net0" }, 1, "net0" },
        { { "attach", target, "disk", file, "id=1/2" }, 2, "id" },
        { { "attach", target, "disk", file, "serial=123456789012345678901" }, 2, "serial" },
        { { "attach", target, "disk", file, "controller=nope" }, 1, "nope" },
        { { "attach", target, "nic", "model=e1000", "address=05.0" }, 1, "net0" },
        { { "attach", target, "nic", "model=e1000", "address=20.0" }, 2, "slot 20" },
        { { "attach", target, "nic", "model=e1000", "mac=zz" }, 2, "mac" },
        { { "attach", target, "nic", "model=e1001" }, 2, "e1001" },
        { { "attach", target, "device", "driver=e1000", "nope=1" }, 2, "nope" },
        { { "attach", target, "device", "driver=VGA" }, 1, "VGA" },
        { { "attach", target, "device" }, 2, "driver" },
        { { "detach", target, "nope" }, 2, "nope" },
        { { "detach", target, "00:01.0" }, 1, "PIIX3" },
        { { "detach", target, "sda", "nope" }, 2, "nope" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = program_run(cases[i].words);

        if (run->status != cases[i].status)
            fail_msg("case %d: status %d: %s", (int)i, run->status, run->err);
        assert_string_equal(run->out, "");
        assert_complaint(run, cases[i].says);
    }
    after = real_qemu_state(qemu);
    assert_string_equal(before, after);
}

/* ---- refused by QEMU ---- */

/* Open file description locks are what QEMU takes: another process that has one is what it finds.
 */
static int lock_image(const char *path)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
    return fd;
}

static void qemus_own_sentence_is_shown(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *after = NULL;
    g_autofree char *file = option("file", disk);
    int fd = lock_image(disk);
    g_autoptr(Run) run = RUN("attach", target, "disk", file);

    close(fd);
    assert_int_equal(run->status, 1);
    assert_string_equal(run->out, "");
    assert_complaint(run, "lock");
    assert_complaint(run, "nothing was changed");
    after = real_qemu_state(qemu);
    assert_string_equal(before, after);
}

/* ---- a guest that does not let go ---- */

static void stubborn(gboolean on)
{
    real_qemu_serial_send(qemu, on ? "stubborn" : "willing");
    real_qemu_serial_wait(qemu, on ? "now stubborn" : "now willing");
}

static gboolean has_netdev(const char *id)
{
    g_autofree char *network = real_qemu_hmp(qemu, "info network");
    g_autofree char *line = g_strdup_printf("%s: index=0,type=user", id);

    return strstr(network, line) != NULL;
}

static void attach_nic(const char *id)
{
    g_autofree char *name = option("id", id);
    g_autoptr(Run) run = RUN("attach", target, "nic", "model=e1000", name);

    assert_string_equal(run->err, "");
    assert_int_equal(run->status, 0);
}

/* T5, T8: the netdev stays as long as the NIC does. */
static void a_stubborn_guest_is_status_4(void **state)
{
    g_autoptr(Run) run = NULL;
    g_autoptr(Run) shown = NULL;
    g_autoptr(Run) again = NULL;
    g_autoptr(Run) gone = NULL;
    json_t *json;

    attach_nic("slow");
    stubborn(TRUE);
    run = RUN("detach", target, "slow", "--wait", "0.3", "--json");
    assert_int_equal(run->status, 4);
    assert_complaint(run, "slow: the guest has not released it after 0.3 s; it stays in use, its "
                          "back ends are untouched, and it leaves when the guest lets go");
    json = run_json(run);
    assert_int_equal(json_array_size(json_object_get(json, "detached")), 0);
    assert_string_equal(id_in(json_object_get(json, "leaving"), 0), "slow");
    json_decref(json);
    assert_true(has_netdev("slow-user"));
    shown = RUN("show", target, "slow");
    assert_int_equal(shown->status, 0);
    stubborn(FALSE);
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", "slow"));
    assert_true(has_netdev("slow-user"));
    assert_complaint(run, "run the same command again");
    again = RUN("detach", target, "slow");
    assert_int_equal(again->status, 0);
    assert_string_equal(again->out, "netdev slow-user removed\n");
    assert_false(has_netdev("slow-user"));
    gone = RUN("detach", target, "slow");
    assert_int_equal(gone->status, 2);
}

/* Whole or not at all, whenever it comes. */
static void an_interrupted_attach_leaves_nothing(void **state)
{
    g_autofree char *before = real_qemu_state(qemu);
    g_autofree char *file = option("file", disk);
    const char *const words[] = { "attach", target, "disk", file, "bus=usb", "id=cut", NULL };

    for (guint i = 0; i < 12; i++) {
        GSubprocess *process = program_start(words);
        g_autoptr(Run) run = NULL;
        g_autoptr(Run) detach = NULL;
        g_autofree char *after = NULL;

        g_usleep(20000 + i * 10000);
        g_subprocess_send_signal(process, SIGINT);
        run = program_end(process);
        detach = RUN("detach", target, "cut", "usb0");
        if (run->status != 0 && detach->status != 0)
            assert_int_equal(run->status, 130);
        after = real_qemu_state(qemu);
        assert_string_equal(before, after);
    }
}

/* A stopped QEMU answers nothing, and still lets clients connect to its other monitors. */
static void a_silent_monitor_is_given_up(void **state)
{
    const char *const words[] = { "detach", target, "mute", "--wait", "60", NULL };
    GSubprocess *process;
    g_autoptr(Run) run = NULL;

    attach_nic("mute");
    stubborn(TRUE);
    process = program_start(words);
    real_qemu_serial_wait(qemu, "stubborn: keeping");
    kill(real_qemu_pid(qemu), SIGSTOP);
    run = program_end(process);
    kill(real_qemu_pid(qemu), SIGCONT);
    assert_int_equal(run->status, 3);
    assert_complaint(run, "mute: the guest has not released it yet");
    assert_complaint(run, "has not answered for 10 s");
    stubborn(FALSE);
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", "mute"));
    real_qemu_tell(qemu, "netdev_del", json_pack("{s:s}", "id", "mute-user"));
}

static void what_follows_a_leaving_device_is_kept(void **state)
{
    g_autoptr(Run) run = NULL;
    g_autoptr(Run) again = NULL;

    attach_nic("first");
    attach_nic("second");
    stubborn(TRUE);
    run = RUN("detach", target, "first", "second", "--wait=0.3");
    assert_int_equal(run->status, 4);
    assert_string_equal(run->out, "");
    assert_complaint(run, "first: the guest has not released it");
    assert_complaint(run, "second: its turn had not come");
    stubborn(FALSE);
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", "first"));
    again = RUN("detach", target, "second");
    assert_int_equal(again->status, 0);
    real_qemu_tell(qemu, "netdev_del", json_pack("{s:s}", "id", "first-user"));
}

/* The monitor is ours to ask as soon as the request stands, whoever else is connected. */
static void an_interruption_names_what_is_pending(void **state)
{
    const char *const words[] = { "detach", target, "held", "--wait", "60", NULL };
    GSubprocess *process;
    g_autoptr(Run) run = NULL;

    attach_nic("held");
    stubborn(TRUE);
    process = program_start(words);
    real_qemu_serial_wait(qemu, "stubborn: keeping");
    g_subprocess_send_signal(process, SIGINT);
    run = program_end(process);
    assert_int_equal(run->status, 130);
    assert_complaint(run, "held: the guest has not released it yet");
    assert_complaint(run, "interrupted");
    stubborn(FALSE);
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", "held"));
    real_qemu_tell(qemu, "netdev_del", json_pack("{s:s}", "id", "held-user"));
}

static void a_paused_guest_is_named_as_the_reason(void **state)
{
    g_autoptr(Run) run = NULL;

    attach_nic("paused");
    real_qemu_tell(qemu, "stop", NULL);
    run = RUN("detach", target, "paused", "--wait", "0.2");
    assert_int_equal(run->status, 4);
    assert_complaint(run, "paused: the guest has not released it");
    assert_non_null(strstr(strstr(run->err, "backplane: "), "is paused"));
    real_qemu_tell(qemu, "cont", NULL);
    json_decref(real_qemu_wait_event(qemu, "DEVICE_DELETED", "paused"));
    real_qemu_tell(qemu, "netdev_del", json_pack("{s:s}", "id", "paused-user"));
}

/* Last: it ends the guest. */
static void a_guest_that_quits_is_a_lost_connection(void **state)
{
    const char *const words[] = { "detach", target, "lost", "--wait", "60", NULL };
    GSubprocess *process;
    g_autoptr(Run) run = NULL;

    attach_nic("lost");
    stubborn(TRUE);
    process = program_start(words);
    real_qemu_serial_wait(qemu, "stubborn: keeping");
    kill(real_qemu_pid(qemu), SIGKILL);
    run = program_end(process);
    assert_int_equal(run->status, 3);
    assert_complaint(run, "closed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_comes_and_goes),
        cmocka_unit_test(attach_json_tells_what_is_there),
        cmocka_unit_test(several_devices_are_one_plan),
        cmocka_unit_test(dry_run_changes_nothing),
        cmocka_unit_test(refused_before_anything_is_sent),
        cmocka_unit_test(qemus_own_sentence_is_shown),
        cmocka_unit_test(a_stubborn_guest_is_status_4),
        cmocka_unit_test(an_interrupted_attach_leaves_nothing),
        cmocka_unit_test(a_silent_monitor_is_given_up),
        cmocka_unit_test(what_follows_a_leaving_device_is_kept),
        cmocka_unit_test(an_interruption_names_what_is_pending),
        cmocka_unit_test(a_paused_guest_is_named_as_the_reason),
        cmocka_unit_test(a_guest_that_quits_is_a_lost_connection),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
