/* Traps that are a matter of what is sent, by the recorded commands of every flow: the tree, a
 * device, attach of each kind, detach, refusals, and a visit to the console. The list of all traps
 * is in test_traps.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/recorder.h"
#include "tests/support/terminal.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })

typedef struct {
    RealQemu *qemu;
    Recorder *recorder;
    char *target;
    json_t *commands;
    gsize tree_bytes; /* what one tree cost */
} Record;

/* --- the flows ------------------------------------------------------------------------------- */

static const char *const devices[] = {
    "qemu-xhci,id=xh",        "virtio-serial-pci,id=vser",
    "lsi53c895a,id=scsi0",    "virtio-scsi-pci,id=vscsi",
    "megasas,id=mega",        "mptsas1068,id=sas",
    "pvscsi,id=pvs",          "am53c974,id=esp",
    "piix3-usb-uhci,id=uhci", "pci-bridge,id=br0,chassis_nr=1",
};

/* "@" stands for a new image. */
static const char *const attaches[] = {
    "disk id=d1 file=@",
    "disk id=d2 file=@ controller=scsi0 target=3",
    "disk id=d3 file=@ controller=vscsi lun=5",
    "disk id=d4 file=@ controller=mega target=7 serial=S4",
    "disk id=d5 file=@ controller=sas",
    "disk id=d6 file=@ controller=pvs readonly=on",
    "disk id=d7 file=@ controller=esp",
    "disk id=d8 file=@ bus=virtio cache=none aio=io_uring discard=unmap",
    "disk id=d9 file=@ bus=nvme",
    "disk id=d10 file=@ bus=usb",
    "disk file=@ id=a23456789012345678901234567",
    "cdrom id=c1 file=@",
    "cdrom id=c2",
    "nic id=n1 model=e1000",
    "nic id=n2 model=virtio-net-pci bus=br0",
    "nic id=n3 model=rtl8139 mac=52:54:00:00:00:77 address=1c.0",
    "nic id=n4 model=usb-net",
    "nic id=n5 backend=spare",
    "controller id=h1 model=virtio-scsi-pci",
    "controller id=h2 model=lsi53c895a",
    "controller id=h3 model=usb-ehci",
    "controller id=h4 model=pci-bridge",
    "controller id=h5 model=virtio-serial-pci",
    "device id=x1 driver=virtio-rng-pci max-bytes=1024 period=1000",
    "device id=x2 driver=i6300esb",
    "device id=x3 driver=ES1370 audiodev=snd",
    "device id=x4 driver=usb-tablet bus=uhci.0",
    "device id=x5 driver=virtserialport chardev=null0",
    "device id=x6 driver=virtio-balloon-pci deflate-on-oom=on",
};

/* What would make QEMU list all it has, or name what only it can name. */
static const char *const refusals[] = {
    "device driver=help",
    "device driver=?",
    "device driver=help,id=x",
    "nic model=help",
    "nic model=?",
    "controller model=?",
    "controller model=help",
    "disk file=help",
    "device driver=e1000 help=on",
    "nic id=a/b",
    "nic id=a\tb",
    "disk file=@ id=1x",
};

static char **split_words(Record *record, const char *words)
{
    static guint number;
    char **parts = g_strsplit(words, " ", -1);

    for (char **part = parts; *part != NULL; part++) {
        if (strcmp(*part, "file=@") == 0) {
            g_autofree char *name = g_strdup_printf("disk%u", number++);
            const char *path = real_qemu_image(record->qemu, name, "qcow2", 1 << 20);

            g_free(*part);
            *part = g_strconcat("file=", path, NULL);
        }
    }
    return parts;
}

static Run *attach(Record *record, const char *words)
{
    g_auto(GStrv) parts = split_words(record, words);
    const char *arguments[12] = { "attach", record->target };

    for (guint i = 0; parts[i] != NULL; i++)
        arguments[2 + i] = parts[i];
    return program_run(arguments);
}

static const char *find_id(const char *words)
{
    return strstr(words, "id=") + strlen("id=");
}

static void attach_all(Record *record)
{
    for (gsize i = 0; i < G_N_ELEMENTS(attaches); i++) {
        g_autoptr(Run) run = attach(record, attaches[i]);

        if (run->status != 0)
            fail_msg("attach %s: status %d: %s", attaches[i], run->status, run->err);
    }
}

static void detach_all(Record *record)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Run) run = NULL;

    g_ptr_array_add(arguments, g_strdup("detach"));
    g_ptr_array_add(arguments, g_strdup(record->target));
    g_ptr_array_add(arguments, g_strdup("--wait=60"));
    for (gsize i = 0; i < G_N_ELEMENTS(attaches); i++) {
        const char *id = find_id(attaches[i]);

        g_ptr_array_add(arguments, g_strndup(id, strcspn(id, " ")));
    }
    g_ptr_array_add(arguments, NULL);
    run = program_run((const char *const *)arguments->pdata);
    if (run->status != 0)
        fail_msg("detach: status %d: %s", run->status, run->err);
}

static void be_refused(Record *record)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autoptr(Run) run = attach(record, refusals[i]);

        if (run->status != 1 && run->status != 2)
            fail_msg("attach %s: status %d: %s", refusals[i], run->status, run->err);
    }
}

static void look(Record *record)
{
    g_autoptr(Run) tree = RUN("tree", record->target);
    g_autoptr(Run) json = NULL;
    g_autoptr(Run) show = NULL;
    g_autoptr(Run) plain = NULL;

    if (record->tree_bytes == 0)
        record->tree_bytes = recorder_bytes(record->recorder);
    json = RUN("tree", record->target, "--json");
    show = RUN("show", record->target, "scsi0");
    plain = RUN(record->target);
    assert_int_equal(tree->status + json->status + show->status + plain->status, 0);
}

static void visit_console(Record *record)
{
    const char *const arguments[] = { BUILDDIR "/san/backplane", record->target, NULL };
    const char *image = real_qemu_image(record->qemu, "visit.qcow2", "qcow2", 1 << 20);
    Terminal *terminal = terminal_start(24, 80, arguments, NULL);

    terminal_wait_text(terminal, "i440FX");
    terminal_walk(terminal, "j", "scsi0");
    terminal_walk(terminal, "j", "vacant");
    terminal_send(terminal, "a");
    terminal_wait_text(terminal, "Attach a disk");
    terminal_walk(terminal, "\t", "file ");
    terminal_send(terminal, image);
    terminal_wait_text(terminal, "blockdev-add");
    terminal_send(terminal, "\r");
    terminal_wait_quiet(terminal, 50);
    terminal_send(terminal, "\r");
    terminal_wait_match(terminal, "visit.qcow2.*added");
    terminal_walk(terminal, "j", "visit.qcow2");
    terminal_send(terminal, "d");
    terminal_wait_text(terminal, "device_del");
    terminal_send(terminal, "y");
    terminal_wait_text(terminal, "done: detach");
    terminal_send(terminal, "q");
    assert_int_equal(terminal_wait_exit(terminal), 0);
    terminal_free(terminal);
}

static int record_all(void **state)
{
    Record *record = g_new0(Record, 1);
    g_autofree char *path = NULL;

    *state = record;
    record->qemu = real_qemu_new("pc", REAL_QEMU_GUEST);
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
        real_qemu_add(record->qemu, "-device", devices[i], NULL);
    real_qemu_add(record->qemu, "-netdev", "user,id=spare", "-chardev", "null,id=null0",
                  "-audiodev", "none,id=snd", NULL);
    real_qemu_launch(record->qemu);
    real_qemu_serial_wait(record->qemu, "ready");
    path = g_build_filename(real_qemu_directory(record->qemu), "recorder", NULL);
    record->recorder = recorder_new(path, real_qemu_socket(record->qemu));
    record->target = g_steal_pointer(&path);
    look(record);
    attach_all(record);
    look(record);
    be_refused(record);
    detach_all(record);
    visit_console(record);
    record->commands = recorder_commands(record->recorder);
    return 0;
}

static int forget(void **state)
{
    Record *record = *state;

    json_decref(record->commands);
    recorder_free(record->recorder);
    real_qemu_stop(record->qemu);
    g_free(record->target);
    g_free(record);
    return 0;
}

/* --- reading the record ---------------------------------------------------------------------- */

static G_NORETURN void fail_command(json_t *command, const char *why)
{
    char *text = json_dumps(command, JSON_COMPACT);

    fail_msg("%s: %s", why, text);
    abort();
}

static const char *name_of(json_t *command)
{
    return json_string_value(json_object_get(command, "execute"));
}

static const char *argument(json_t *command, const char *name)
{
    return json_string_value(json_object_get(json_object_get(command, "arguments"), name));
}

#define foreach_command(record, i, command)                                                        \
    json_array_foreach ((record)->commands, i, command)                                            \
        if (name_of(command) != NULL)

#define foreach_named(record, wanted, i, command)                                                  \
    foreach_command(record, i, command) if (strcmp(name_of(command), wanted) == 0)

static gboolean matches(const char *pattern, const char *text)
{
    return text != NULL &&
           g_regex_match_simple(pattern, text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static void expect_type(json_t *command, const char *key, json_t *value)
{
    static const char *const numbers[] = { "scsi-id", "lun",        "channel", "max-bytes",
                                           "period",  "chassis_nr", "nr",      NULL };
    static const char *const booleans[] = { "multifunction", "deflate-on-oom", "removable", NULL };
    static const char *const strings[] = { "driver", "id",       "bus",     "addr",
                                           "drive",  "netdev",   "mac",     "serial",
                                           "port",   "audiodev", "chardev", NULL };

    if (g_strv_contains(numbers, key) && !json_is_integer(value))
        fail_command(command, key);
    if (g_strv_contains(booleans, key) && !json_is_boolean(value))
        fail_command(command, key);
    if (g_strv_contains(strings, key) && !json_is_string(value))
        fail_command(command, key);
    if (!g_strv_contains(numbers, key) && !g_strv_contains(booleans, key) &&
        !g_strv_contains(strings, key) && strcmp(key, "write-cache") != 0)
        fail_command(command, "a property that this test does not know");
    if (strcmp(key, "addr") == 0 && !matches("^[01][0-9a-f]\\.[0-7]$", json_string_value(value)))
        fail_command(command, key);
}

/* --- the traps ------------------------------------------------------------------------------- */

/* T1: these load QEMU's modules, which can abort it. Anything beyond the commands below must be
 * looked at before it is added here. */
static void test_t01_nothing_that_loads_modules(void **state)
{
    static const char *const known[] = {
        "qmp_capabilities",
        "query-commands",
        "qom-list",
        "qom-get",
        "query-pci",
        "query-block",
        "query-name",
        "query-status",
        "query-cpus-fast",
        "query-memory-size-summary",
        "query-memory-devices",
        "query-named-block-nodes",
        "x-debug-query-block-graph",
        "query-chardev",
        "device-list-properties",
        "human-monitor-command",
        "blockdev-add",
        "blockdev-del",
        "netdev_add",
        "netdev_del",
        "device_add",
        "device_del",
        NULL,
    };
    static const char *const lines[] = { "info qtree", "info network", "info qom-tree", NULL };
    const Record *record = *state;
    json_t *command;
    size_t i;

    foreach_command(record, i, command)
    {
        if (!g_strv_contains(known, name_of(command)))
            fail_command(command, "this command may hurt the guest");
    }
    foreach_named(record, "human-monitor-command", i, command)
    {
        if (!g_strv_contains(lines, argument(command, "command-line")))
            fail_command(command, "this line may hurt the guest");
    }
    foreach_named(record, "device_add", i, command)
    {
        if (!matches("^[A-Za-z0-9][A-Za-z0-9-]+$", argument(command, "driver")) ||
            strcmp(argument(command, "driver"), "help") == 0)
            fail_command(command, "this lists all drivers");
        assert_null(json_object_get(json_object_get(command, "arguments"), "help"));
    }
}

/* T9: QEMU 10 wants numbers as numbers, both want addr as hexadecimal text. */
static void test_t09_types_of_arguments(void **state)
{
    const Record *record = *state;
    guint checked = 0;
    json_t *command, *value;
    const char *key;
    size_t i;

    foreach_named(record, "device_add", i, command)
    {
        json_object_foreach (json_object_get(command, "arguments"), key, value) {
            expect_type(command, key, value);
        }
        checked++;
    }
    assert_true(checked > G_N_ELEMENTS(attaches));
}

/* T10: QEMU 10 takes any id, and one with a slash or a blank can never be removed. */
static void test_t10_ids(void **state)
{
    static const char *const commands[] = { "device_add", "netdev_add", "blockdev-add" };
    const Record *record = *state;
    json_t *command;
    size_t i;

    for (gsize kind = 0; kind < G_N_ELEMENTS(commands); kind++) {
        foreach_named(record, commands[kind], i, command)
        {
            const char *id = argument(command, kind == 2 ? "node-name" : "id");

            if (!matches("^[A-Za-z][A-Za-z0-9._-]*$", id) || (kind == 2 && strlen(id) > 31))
                fail_command(command, "a name that QEMU cannot handle");
        }
    }
}

/* T12: 23 KB for each NIC, and it arms an event. */
static void test_t12_no_receive_filters(void **state)
{
    const Record *record = *state;
    json_t *command;
    size_t i;

    foreach_named(record, "query-rx-filter", i, command)
    {
        fail_command(command, "useless and dear");
    }
}

/* T15: QEMU guesses the format of what is added without one. */
static void test_t15_formats_are_said(void **state)
{
    const Record *record = *state;
    guint checked = 0;
    json_t *command;
    size_t i;

    foreach_named(record, "blockdev-add", i, command)
    {
        json_t *file = json_object_get(json_object_get(command, "arguments"), "file");

        assert_string_equal(argument(command, "driver"), "qcow2");
        assert_string_equal(json_string_value(json_object_get(file, "driver")), "file");
        checked++;
    }
    assert_true(checked >= 13);
}

/* T19: a monitor reads one byte at a time, 3.3 us each, while the guest's main loop waits. A tree
 * of this guest, with its many controllers, is to cost little more than 10 ms of that. */
static void test_t19_commands_are_short(void **state)
{
    const Record *record = *state;
    json_t *command;
    size_t i;

    assert_in_range(record->tree_bytes, 100, 4000);
    foreach_command(record, i, command)
    {
        json_t *id = json_object_get(command, "id");

        if (id != NULL && !json_is_integer(id))
            fail_command(command, "a long id");
    }
}

/* T25: an ambiguous partial path is "not found" too, so that paths are absolute. */
static void test_t25_paths_are_absolute(void **state)
{
    const Record *record = *state;
    json_t *command;
    size_t i;

    foreach_command(record, i, command)
    {
        const char *path = argument(command, "path");

        if (path != NULL && path[0] != '/')
            fail_command(command, "a partial path");
    }
}

static void expect_place(json_t *command)
{
    const char *driver = argument(command, "driver");

    if (argument(command, "id") == NULL || argument(command, "bus") == NULL)
        fail_command(command, "QEMU would choose the bus or the id");
    if (g_str_has_prefix(driver, "scsi-")) {
        json_t *arguments = json_object_get(command, "arguments");

        if (json_object_get(arguments, "scsi-id") == NULL ||
            json_object_get(arguments, "lun") == NULL)
            fail_command(command, "QEMU would choose the bay");
    } else if (matches("^usb-(storage|net|tablet)$", driver)) {
        if (argument(command, "port") == NULL)
            fail_command(command, "QEMU would choose the port");
    } else if (strcmp(driver, "virtserialport") == 0) {
        if (json_object_get(json_object_get(command, "arguments"), "nr") == NULL)
            fail_command(command, "QEMU would choose the number");
    } else if (argument(command, "addr") == NULL) {
        fail_command(command, "QEMU would choose the slot");
    }
    if (argument(command, "netdev") != NULL && argument(command, "mac") == NULL)
        fail_command(command, "QEMU would choose the MAC");
}

/* T26: what QEMU chooses by itself is not what the screen promised. */
static void test_t26_places_are_said(void **state)
{
    const Record *record = *state;
    json_t *command;
    size_t i;

    foreach_named(record, "device_add", i, command)
    {
        expect_place(command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t01_nothing_that_loads_modules),
        cmocka_unit_test(test_t09_types_of_arguments),
        cmocka_unit_test(test_t10_ids),
        cmocka_unit_test(test_t12_no_receive_filters),
        cmocka_unit_test(test_t15_formats_are_said),
        cmocka_unit_test(test_t19_commands_are_short),
        cmocka_unit_test(test_t25_paths_are_absolute),
        cmocka_unit_test(test_t26_places_are_said),
    };

    return cmocka_run_group_tests_name("record of all flows", tests, record_all, forget);
}
