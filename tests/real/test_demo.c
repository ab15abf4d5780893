/* The demonstration guest: the devices of the proposal's example at its addresses, and nothing left
 * behind whichever way it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <signal.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "engine/demo.h"
#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/temp.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })

static char *folder; /* TMPDIR of the test */

/* NULL: the QEMU that this test is to run with. */
static void use_qemu(const char *program)
{
    const char *wanted = program ? program : g_getenv("BACKPLANE_TEST_QEMU");

    if (wanted)
        g_setenv("BACKPLANE_QEMU", wanted, TRUE);
    else
        g_unsetenv("BACKPLANE_QEMU");
}

static int start(void **state)
{
    use_qemu(NULL);
    folder = temp_directory();
    g_setenv("TMPDIR", folder, TRUE);
    g_setenv("BACKPLANE_GUEST", BUILDDIR "/guest.elf", TRUE);
    return 0;
}

static int stop(void **state)
{
    temp_directory_remove(folder);
    return 0;
}

static gboolean is_empty(gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(data, 0, NULL);

    return g_dir_read_name(dir) == NULL;
}

static void assert_nothing_left(void)
{
    if (!wait_until(is_empty, folder, REAL_QEMU_PATIENCE_MS))
        fail_msg("something is left in %s", folder);
}

/* ---- what it has ---- */

typedef struct {
    const char *id, *driver, *address; /* id NULL: by address */
    const char *backend;               /* MAC of a NIC, file of a drive; NULL for none */
} Expected;

#define PCI(slot, function)                                                                        \
    "{\"type\":\"pci\",\"domain\":0,\"bus\":0,\"slot\":" #slot ",\"function\":" #function "}"
#define DRIVE(bus, target)                                                                         \
    "{\"type\":\"drive\",\"controller\":0,\"bus\":" #bus ",\"target\":" #target ",\"unit\":0}"

/* The list at the end of the proposal. */
static const Expected expected[] = {
    { NULL, "piix3-ide", PCI(1, 1), NULL },
    { "usb", "piix3-usb-uhci", PCI(1, 2), NULL },
    { "tablet", "usb-tablet", "{\"type\":\"usb\",\"bus\":0,\"port\":\"1\"}", NULL },
    { "video0", "cirrus-vga", PCI(2, 0), NULL },
    { "net0", "ne2k_pci", PCI(3, 0), "52:54:00:5b:ef:21" },
    { "net1", "virtio-net-pci", PCI(4, 0), "52:54:00:1c:dc:98" },
    { "net2", "e1000", PCI(5, 0), "52:54:00:f7:c5:0e" },
    { "net3", "pcnet", PCI(6, 0), "52:54:00:56:6c:55" },
    { "net4", "rtl8139", PCI(7, 0), "52:54:00:ca:0d:58" },
    { "sound0", "AC97", PCI(8, 0), NULL },
    { "sound1", "ES1370", PCI(9, 0), NULL },
    { "scsi0", "lsi53c895a", PCI(10, 0), NULL },
    { "sda", "scsi-hd", DRIVE(0, 0), "output-a.img" },
    { "sdd", "scsi-hd", DRIVE(0, 3), "output-d.img" },
    { "sdf", "scsi-hd", DRIVE(0, 5), "output-f.img" },
    { "vda", "virtio-blk-pci", PCI(11, 0), "plain.qcow2" },
    { "hdc", "ide-cd", DRIVE(1, 0), "gpxe.iso" },
    { "watchdog0", "i6300esb", PCI(12, 0), NULL },
    { "balloon0", "virtio-balloon-pci", PCI(13, 0), NULL },
};

static const char *string_in(json_t *json, const char *object, const char *name)
{
    return json_string_value(json_object_get(object ? json_object_get(json, object) : json, name));
}

static json_t *find(json_t *tree, const Expected *wanted)
{
    size_t index;
    json_t *device;

    json_array_foreach (json_object_get(tree, "devices"), index, device) {
        if (g_strcmp0(string_in(device, NULL, wanted->id ? "id" : "driver"),
                      wanted->id ? wanted->id : wanted->driver) == 0)
            return device;
    }
    fail_msg("no %s", wanted->driver);
    return NULL;
}

static void assert_expected(json_t *tree, const Expected *wanted)
{
    json_t *device = find(tree, wanted);
    json_t *address = json_loads(wanted->address, 0, NULL);
    const char *mac = string_in(device, "nic", "mac");
    const char *file = string_in(device, "drive", "file");

    assert_string_equal(string_in(device, NULL, "driver"), wanted->driver);
    if (!json_equal(json_object_get(device, "address"), address))
        fail_msg("%s is not at %s", wanted->driver, wanted->address);
    assert_int_equal(mac != NULL || file != NULL, wanted->backend != NULL);
    if (wanted->backend)
        assert_true(g_str_has_suffix(mac ? mac : file, wanted->backend));
    json_decref(address);
}

static void it_has_the_devices_of_the_proposal(void **state)
{
    g_autoptr(Run) run = RUN("demo", "--json");
    json_t *tree = run_json(run);

    assert_string_equal(run->err, "");
    assert_int_equal(run->status, 0);
    assert_string_equal(string_in(tree, "guest", "name"), "plain");
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_expected(tree, &expected[i]);
    json_decref(tree);
    assert_nothing_left();
}

static void without_a_terminal_it_prints_the_tree(void **state)
{
    g_autoptr(Run) run = RUN("demo");

    assert_int_equal(run->status, 0);
    assert_true(g_str_has_prefix(run->out, "plain  running  "));
    assert_null(strchr(run->out, '\x1b'));
    assert_nothing_left();
}

/* ---- its images ---- */

static void qcow2_images_are_sound(void **state)
{
    static const char *const names[] = { "plain.qcow2", "spare.qcow2" };
    g_autoptr(Demo) demo = demo_start(NULL, NULL);

    assert_non_null(demo);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(demo_folder(demo), names[i], NULL);
        g_autoptr(GSubprocess) check = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL,
                                                        "qemu-img", "check", "-U", path, NULL);

        assert_true(g_subprocess_wait_check(check, NULL, NULL));
    }
}

static void nobody_else_can_look_in(void **state)
{
    g_autoptr(Demo) demo = demo_start(NULL, NULL);
    GStatBuf facts;

    assert_int_equal(g_stat(demo_folder(demo), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
}

static void a_spare_disk_can_be_plugged(void **state)
{
    g_autoptr(Demo) demo = demo_start(NULL, NULL);
    g_autofree char *file = g_strdup_printf("file=%s/spare.img", demo_folder(demo));
    g_autoptr(Run) attach = RUN("attach", demo_target(demo), "disk", file, "id=sd1");
    g_autoptr(Run) detach = RUN("detach", demo_target(demo), "sd1", "net2", "--wait", "20");

    assert_string_equal(attach->out, "sd1 at 0:0:1\n");
    assert_string_equal(detach->out, "sd1 detached\nnet2 detached\n");
}

/* ---- its end ---- */

static gboolean has_log(gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = g_dir_read_name(dir);
    g_autofree char *log = name ? g_build_filename(folder, name, "qemu.log", NULL) : NULL;

    return log && g_file_test(log, G_FILE_TEST_EXISTS);
}

/* A QEMU that never greets keeps the program waiting, so that there is time to end it. */
static void ended_by(int number, const char *mute_qemu)
{
    static const char *const words[] = { "demo", NULL };
    GSubprocess *process;
    g_autoptr(Run) run = NULL;

    use_qemu(mute_qemu);
    process = program_start(words);
    use_qemu(NULL);
    assert_true(wait_until(has_log, NULL, REAL_QEMU_PATIENCE_MS));
    g_subprocess_send_signal(process, number);
    run = program_end(process);
    assert_int_equal(run->status, 128 + number);
    assert_nothing_left();
}

static void nothing_is_left_after_any_end(void **state)
{
    static const int numbers[] = { SIGKILL, SIGINT, SIGTERM, SIGHUP };
    char *outside = temp_directory();
    g_autofree char *mute = temp_file(outside, "qemu", "#!/bin/sh\nexec sleep 1000\n");

    assert_int_equal(g_chmod(mute, 0700), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        ended_by(numbers[i], mute);
    temp_directory_remove(outside);
}

static void a_freed_demo_is_gone(void **state)
{
    Demo *demo = demo_start(NULL, NULL);
    g_autofree char *was = g_strdup(demo_folder(demo));

    demo_free(demo);
    assert_false(g_file_test(was, G_FILE_TEST_EXISTS));
}

/* ---- what can be wrong ---- */

static void without_qemu_it_says_so(void **state)
{
    g_autoptr(Run) run = NULL;

    use_qemu("/nowhere/qemu");
    run = RUN("demo");
    use_qemu(NULL);
    assert_int_equal(run->status, 1);
    assert_complaint(run, "there is no program /nowhere/qemu");
    assert_nothing_left();
}

static void a_qemu_that_ends_at_once_is_quoted(void **state)
{
    char *outside = temp_directory();
    g_autofree char *fake =
        temp_file(outside, "qemu", "#!/bin/sh\necho no such machine >&2\nexit 1\n");
    g_autoptr(Run) run = NULL;

    assert_int_equal(g_chmod(fake, 0700), 0);
    use_qemu(fake);
    run = RUN("demo");
    use_qemu(NULL);
    temp_directory_remove(outside);
    assert_int_equal(run->status, 1);
    assert_complaint(run, "no such machine");
    assert_nothing_left();
}

static void without_its_kernel_it_runs_with_a_note(void **state)
{
    g_autoptr(Demo) demo = NULL;
    g_autofree char *note = NULL;

    g_setenv("BACKPLANE_GUEST", "/nowhere/guest.elf", TRUE);
    demo = demo_start(&note, NULL);
    g_setenv("BACKPLANE_GUEST", BUILDDIR "/guest.elf", TRUE);
    assert_non_null(demo);
    assert_non_null(note);
    assert_true(guest_process_check(demo_process(demo), NULL));
}

static void a_folder_that_cannot_be_is_told(void **state)
{
    g_autoptr(Run) run = NULL;

    g_setenv("TMPDIR", "/nowhere/at/all", TRUE);
    run = RUN("demo");
    g_setenv("TMPDIR", folder, TRUE);
    assert_int_equal(run->status, 1);
    assert_complaint(run, "/nowhere/at/all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_devices_of_the_proposal),
        cmocka_unit_test(without_a_terminal_it_prints_the_tree),
        cmocka_unit_test(qcow2_images_are_sound),
        cmocka_unit_test(nobody_else_can_look_in),
        cmocka_unit_test(a_spare_disk_can_be_plugged),
        cmocka_unit_test(nothing_is_left_after_any_end),
        cmocka_unit_test(a_freed_demo_is_gone),
        cmocka_unit_test(without_qemu_it_says_so),
        cmocka_unit_test(a_qemu_that_ends_at_once_is_quoted),
        cmocka_unit_test(without_its_kernel_it_runs_with_a_note),
        cmocka_unit_test(a_folder_that_cannot_be_is_told),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
