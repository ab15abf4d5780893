/* The human monitor's answers as they are read, held against what the same QEMU answers on QMP:
 * what is told must be equal, and only what its text does not have may be missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/hmp_line.h"
#include "monitor/hmp_reply.h"
#include "monitor/hmp_text.h"
#include "tests/support/real_qemu.h"

/* --- comparing ------------------------------------------------------------------------------- */

/* The text does not have these members, wherever they stand in the answer. */
static const struct {
    const char *command, *lacks;
} lacking[] = {
    { "query-status", "singlestep" },
    { "query-cpus-fast", "props qom-path target" },
    { "query-pci", "class regions io_range memory_range prefetchable_range" },
    { "query-block", "device io-status locked tray_open type backing_file_depth bps bps_rd bps_wr "
                     "iops iops_rd iops_wr detect_zeroes write_threshold active actual-size "
                     "backing-filename backing-filename-format backing-image cluster-size "
                     "dirty-flag format-specific full-backing-filename" },
    { "query-named-block-nodes", "backing_file_depth bps bps_rd bps_wr iops iops_rd iops_wr "
                                 "detect_zeroes write_threshold active image" },
    { "query-chardev", "frontend-open" },
};

static gboolean is_lacking(const char *command, const char *member)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lacking); i++) {
        g_auto(GStrv) names = g_strsplit(lacking[i].lacks, " ", -1);

        if (strcmp(lacking[i].command, command) == 0)
            return g_strv_contains((const char *const *)names, member);
    }
    return FALSE;
}

static void compare(const char *command, json_t *told, json_t *asked);

static void compare_objects(const char *command, json_t *told, json_t *asked)
{
    const char *member;
    json_t *value;

    json_object_foreach (told, member, value) {
        if (!json_object_get(asked, member))
            fail_msg("%s: QMP has no %s", command, member);
        compare(command, value, json_object_get(asked, member));
    }
    json_object_foreach (asked, member, value) {
        /* A bridge with nothing behind it. */
        if (strcmp(member, "devices") == 0 && json_array_size(value) == 0)
            continue;
        if (!json_object_get(told, member) && !is_lacking(command, member))
            fail_msg("%s: %s is not told", command, member);
    }
}

static void compare(const char *command, json_t *told, json_t *asked)
{
    size_t index;
    json_t *value;

    if (json_is_object(told) && json_is_object(asked)) {
        compare_objects(command, told, asked);
    } else if (json_is_array(told) && json_is_array(asked)) {
        assert_int_equal(json_array_size(told), json_array_size(asked));
        json_array_foreach (told, index, value)
            compare(command, value, json_array_get(asked, index));
    } else if (!json_equal(told, asked)) {
        g_autofree char *one = json_dumps(told, JSON_ENCODE_ANY);
        g_autofree char *other = json_dumps(asked, JSON_ENCODE_ANY);

        fail_msg("%s: %s, QMP says %s", command, one, other);
    }
}

/* --- asking ---------------------------------------------------------------------------------- */

/* (transfer full) what the dialect would send `help` and `help info` for */
static json_t *ask_help(RealQemu *qemu)
{
    g_autofree char *commands = real_qemu_hmp(qemu, "help");
    g_autofree char *infos = real_qemu_hmp(qemu, "help info");
    json_t *help = hmp_text_help(commands), *info = hmp_text_help(infos);

    json_object_update(help, info);
    json_decref(info);
    return help;
}

/* The answer over the human monitor; NULL and the refusal in error. arguments: JSON, may be NULL.
 * (transfer full) */
static json_t *ask_human(RealQemu *qemu, json_t *help, const char *command, const char *arguments,
                         GError **error)
{
    json_t *object = arguments ? json_loads(arguments, 0, NULL) : NULL;
    g_autofree char *line = hmp_line_for(help, command, object);
    g_autofree char *text = NULL;
    json_t *result;

    if (!line)
        fail_msg("%s %s has no line", command, arguments ? arguments : "");
    text = real_qemu_hmp(qemu, line);
    result = hmp_reply(command, object, text, error);
    json_decref(object);
    return result;
}

/* (transfer full) */
static json_t *ask_machine(RealQemu *qemu, const char *command, const char *arguments)
{
    return real_qemu_ask(qemu, command, arguments ? json_loads(arguments, 0, NULL) : NULL);
}

/* Of a guest whose firmware runs the answer may change in between: it is asked for again, until QMP
 * says the same before and after. */
static void compare_answers(RealQemu *qemu, json_t *help, const char *command,
                            const char *arguments)
{
    g_autoptr(GError) error = NULL;
    json_t *before, *told = NULL, *after = ask_machine(qemu, command, arguments);
    gboolean changed;

    do {
        json_decref(told);
        before = after;
        told = ask_human(qemu, help, command, arguments, &error);
        after = ask_machine(qemu, command, arguments);
        if (error)
            fail_msg("%s: %s", command, error->message);
        changed = !json_equal(before, after);
        json_decref(before);
    } while (changed);
    compare(command, told, after);
    json_decref(told);
    json_decref(after);
}

static const char *const questions[][2] = {
    { "query-status", NULL },
    { "query-version", NULL },
    { "query-name", NULL },
    { "query-cpus-fast", NULL },
    { "query-memory-size-summary", NULL },
    { "query-memory-devices", NULL },
    { "query-pci", NULL },
    { "query-block", NULL },
    { "query-named-block-nodes", "{\"flat\":true}" },
    { "query-chardev", NULL },
    { "qom-list", "{\"path\":\"/machine/peripheral\"}" },
    { "qom-list", "{\"path\":\"/machine/peripheral/scsi0\"}" },
    { "qom-list", "{\"path\":\"/machine/peripheral-anon\"}" },
    { "qom-list", "{\"path\":\"/objects\"}" },
    { "qom-get", "{\"path\":\"/machine\",\"property\":\"type\"}" },
    { "qom-get", "{\"path\":\"/machine/peripheral/sda\",\"property\":\"hotpluggable\"}" },
    { "qom-get", "{\"path\":\"/machine/peripheral/sda\",\"property\":\"scsi-id\"}" },
};

static void ask_all(RealQemu *qemu)
{
    json_t *help = ask_help(qemu);

    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        compare_answers(qemu, help, questions[i][0], questions[i][1]);
    json_decref(help);
}

/* --- the guests ------------------------------------------------------------------------------ */

/* A drive of each sort: with a name, a node, an overlay, no medium, a floppy; a DIMM, a bridge that
 * has no number yet, and names with blanks. */
static void test_pc(void **state)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_STOPPED);
    g_autofree char *drive = g_strdup_printf("if=none,id=drive-sda,format=qcow2,file=%s",
                                             real_qemu_image(qemu, "a.qcow2", "qcow2", 1 << 20));
    g_autofree char *node =
        g_strdup_printf("raw,node-name=disk-b,file.driver=file,file.filename=%s",
                        real_qemu_image(qemu, "b (raw).img", "raw", 1 << 20));
    g_autofree char *cdrom =
        g_strdup_printf("if=none,id=drive-hdc,media=cdrom,format=raw,cache=unsafe,file=%s",
                        real_qemu_image(qemu, "c d: e.iso", "raw", 1 << 20));
    g_autofree char *floppy = g_strdup_printf("if=floppy,format=raw,readonly=on,file=%s",
                                              real_qemu_image(qemu, "f.img", "raw", 1474560));

    real_qemu_add(qemu, "-name", "web 01", "-m", "256,slots=2,maxmem=1G", "-object",
                  "memory-backend-ram,id=mem1,size=128M", "-device", "pc-dimm,id=dimm1,memdev=mem1",
                  "-device", "lsi53c895a,id=scsi0,addr=0a", "-drive", drive, "-device",
                  "scsi-hd,id=sda,drive=drive-sda,bus=scsi0.0,scsi-id=3", "-blockdev", node,
                  "-device", "virtio-blk-pci,id=vda,drive=disk-b,addr=0b", "-drive", cdrom,
                  "-device", "ide-cd,id=hdc,bus=ide.1,drive=drive-hdc", "-device",
                  "ide-cd,id=hdd,bus=ide.0,unit=1", "-drive", floppy, "-device",
                  "pci-bridge,id=br1,chassis_nr=1,addr=10", "-device", "rtl8139,bus=br1,addr=3",
                  "-chardev", "null,id=c0", "-device", "isa-serial,chardev=c0", NULL);
    real_qemu_launch(qemu);
    ask_all(qemu);
    real_qemu_stop(qemu);
}

static gboolean firmware_has_numbered(gpointer data)
{
    g_autofree char *text = real_qemu_hmp(data, "info pci");

    return strstr(text, "id \"deep\"") != NULL;
}

/* Bridges behind bridges, which the firmware has numbered, and an expander with a root of its own.
 */
static void test_q35(void **state)
{
    static const char *const arguments[] = {
        "-device", "pcie-root-port,id=rp1,chassis=1,addr=3",
        "-device", "pcie-pci-bridge,id=pp1,bus=rp1",
        "-device", "pci-bridge,id=br1,chassis_nr=2,bus=pp1,addr=1",
        "-device", "lsi53c895a,id=scsi0,bus=br1,addr=4",
        "-device", "e1000,id=deep,bus=br1,addr=5",
        "-device", "scsi-cd,id=sda,bus=scsi0.0,scsi-id=2",
        "-device", "pcie-root-port,id=rp2,chassis=3,addr=4",
        "-device", "rtl8139,id=after,addr=5",
        "-device", "pxb-pcie,id=px,bus_nr=64,addr=6",
        "-device", "pcie-root-port,id=rp3,chassis=4,bus=px",
        NULL,
    };
    RealQemu *qemu = real_qemu_start("q35", REAL_QEMU_BARE, arguments);

    assert_true(wait_until(firmware_has_numbered, qemu, REAL_QEMU_PATIENCE_MS));
    ask_all(qemu);
    real_qemu_stop(qemu);
}

/* --- changes --------------------------------------------------------------------------------- */

typedef struct {
    const char *command, *arguments;
    gboolean other_words; /* the human monitor has another sentence for the refusal, or none */
} Change;

static const Change changes[] = {
    { "netdev_add", "{\"type\":\"user\",\"id\":\"n5\"}" },
    { "netdev_add", "{\"type\":\"user\",\"id\":\"n5\"}", TRUE },
    { "netdev_add", "{\"type\":\"bogus\",\"id\":\"n6\"}" },
    { "device_add", "{\"driver\":\"e1000\",\"id\":\"x1\",\"bus\":\"pci.0\",\"addr\":\"15\","
                    "\"netdev\":\"n5\",\"mac\":\"52:54:00:00:00:01\"}" },
    { "device_add", "{\"driver\":\"e1000\",\"id\":\"x1\",\"bus\":\"pci.0\",\"addr\":\"16\"}" },
    { "device_add", "{\"driver\":\"e1000\",\"id\":\"x2\",\"bus\":\"pci.0\",\"addr\":\"15\"}" },
    { "device_add", "{\"driver\":\"nosuch\",\"id\":\"x2\"}" },
    { "device_add", "{\"driver\":\"e1000\",\"id\":\"x2\",\"bus\":\"nosuch\"}" },
    { "set_link", "{\"name\":\"x1\",\"up\":false}" },
    { "set_link", "{\"name\":\"nosuch\",\"up\":true}" },
    { "device_add", "{\"driver\":\"lsi53c895a\",\"id\":\"scsi1\",\"addr\":\"0c\"}" },
    { "blockdev-add", "{\"driver\":\"raw\",\"node-name\":\"nb\",\"file\":{\"driver\":\"file\","
                      "\"filename\":\"g, h.img\"}}" },
    { "blockdev-add", "{\"driver\":\"raw\",\"node-name\":\"nb\",\"file\":{\"driver\":\"file\","
                      "\"filename\":\"g, h.img\"}}" },
    { "blockdev-add", "{\"driver\":\"raw\",\"node-name\":\"nc\",\"file\":{\"driver\":\"file\","
                      "\"filename\":\"/nope\"}}" },
    { "blockdev-add", "{\"driver\":\"qcow2\",\"node-name\":\"nc\",\"file\":{\"driver\":\"file\","
                      "\"filename\":\"i.img\"}}" },
    { "device_add", "{\"driver\":\"scsi-hd\",\"id\":\"sdb\",\"bus\":\"scsi1.0\",\"scsi-id\":2,"
                    "\"drive\":\"nb\"}" },
    { "device_add", "{\"driver\":\"scsi-hd\",\"id\":\"sdc\",\"bus\":\"scsi1.0\",\"scsi-id\":3,"
                    "\"drive\":\"nosuch\"}" },
    { "blockdev-del", "{\"node-name\":\"nb\"}" },
    { "device_del", "{\"id\":\"sdb\"}" },
    { "device_del", "{\"id\":\"nosuch\"}" },
    { "blockdev-del", "{\"node-name\":\"nosuch\"}", TRUE },
    { "object-add", "{\"qom-type\":\"iothread\",\"id\":\"io1\"}" },
    { "object-add", "{\"qom-type\":\"iothread\",\"id\":\"io1\"}" },
    { "object-del", "{\"id\":\"io1\"}" },
    { "object-del", "{\"id\":\"io1\"}" },
    { "chardev-remove", "{\"id\":\"nosuch\"}" },
    { "netdev_del", "{\"id\":\"nosuch\"}" },
    { "qom-get", "{\"path\":\"/nope\",\"property\":\"type\"}" },
    { "qom-get", "{\"path\":\"/machine/peripheral/x1\",\"property\":\"nope\"}" },
    { "qom-list", "{\"path\":\"/nope\"}" },
    { "eject", "{\"device\":\"drive-hdc\"}" },
    { "eject", "{\"device\":\"nosuch\"}" },
    { "blockdev-change-medium", "{\"device\":\"drive-hdc\",\"filename\":\"/nope\"}" },
    { "blockdev-change-medium", "{\"device\":\"drive-hdc\",\"filename\":\"i.img\","
                                "\"format\":\"raw\",\"read-only-mode\":\"read-only\"}" },
    { "eject", "{\"device\":\"drive-hdc\",\"force\":true}" },
    { "stop", NULL },
    { "cont", NULL },
};

static RealQemu *start_for_changes(void)
{
    RealQemu *qemu = real_qemu_new("pc", REAL_QEMU_STOPPED);

    real_qemu_image(qemu, "g, h.img", "raw", 1 << 20);
    real_qemu_image(qemu, "i.img", "raw", 1 << 20);
    real_qemu_add(qemu, "-drive", "if=none,id=drive-hdc,media=cdrom", "-device",
                  "ide-cd,id=hdc,bus=ide.1,drive=drive-hdc", NULL);
    real_qemu_launch(qemu);
    return qemu;
}

/* Refused by both or by none, and with the same sentence. */
static void make_change(RealQemu *qemu, RealQemu *human, json_t *help, const Change *change)
{
    g_autoptr(GError) refusal = NULL;
    g_autofree char *expected = NULL;
    json_t *told = ask_human(human, help, change->command, change->arguments, &refusal);
    json_t *asked =
        real_qemu_try(qemu, change->command,
                      change->arguments ? json_loads(change->arguments, 0, NULL) : NULL, &expected);

    if ((told == NULL) != (asked == NULL))
        fail_msg("%s %s: %s, on QMP %s", change->command, change->arguments,
                 refusal ? refusal->message : "done", expected ? expected : "done");
    if (refusal && !change->other_words)
        assert_string_equal(refusal->message, expected);
    json_decref(told);
    json_decref(asked);
}

/* Names that QEMU makes up end in random digits. (transfer full) */
static char *state_of(RealQemu *qemu)
{
    g_autofree char *text = real_qemu_state(qemu);
    g_autoptr(GRegex) digits = g_regex_new("#block[0-9]+", 0, 0, NULL);

    return g_regex_replace_literal(digits, text, -1, 0, "#block", 0, NULL);
}

/* A device that has left lets go of its drive some 50 ms later. */
static gboolean states_are_equal(gpointer data)
{
    RealQemu **both = data;
    g_autofree char *one = state_of(both[0]), *other = state_of(both[1]);

    return strcmp(one, other) == 0;
}

static void test_changes(void **state)
{
    RealQemu *qemu = start_for_changes(), *human = start_for_changes();
    RealQemu *both[] = { qemu, human };
    json_t *help = ask_help(human);

    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++)
        make_change(qemu, human, help, &changes[i]);
    assert_true(wait_until(states_are_equal, both, REAL_QEMU_PATIENCE_MS));
    json_decref(help);
    real_qemu_stop(human);
    real_qemu_stop(qemu);
}

/* --- what QEMU has --------------------------------------------------------------------------- */

/* Every command with a line is one of QMP's, or of old monitors; and this QEMU has it. */
static void test_commands(void **state)
{
    RealQemu *qemu = real_qemu_start("pc", REAL_QEMU_STOPPED, NULL);
    json_t *help = ask_help(qemu), *commands = hmp_line_commands(help);
    json_t *asked = real_qemu_ask(qemu, "query-commands", NULL);
    size_t index, other;
    json_t *command, *known;

    assert_true(json_array_size(commands) > 40);
    json_array_foreach (commands, index, command) {
        const char *name = json_string_value(json_object_get(command, "name"));

        if (strcmp(name, "drive_add") == 0 || strcmp(name, "info usb") == 0)
            continue;
        json_array_foreach (asked, other, known) {
            if (strcmp(json_string_value(json_object_get(known, "name")), name) == 0)
                break;
        }
        if (other == json_array_size(asked))
            fail_msg("%s is no command of QMP's", name);
    }
    json_decref(asked);
    json_decref(commands);
    json_decref(help);
    real_qemu_stop(qemu);
}

/* What a driver takes: names of all properties, and types as QMP says them. */
static void test_properties(void **state)
{
    RealQemu *qemu = real_qemu_start("pc", REAL_QEMU_STOPPED, NULL);
    json_t *help = ask_help(qemu);

    json_t *told =
        ask_human(qemu, help, "device-list-properties", "{\"typename\":\"e1000\"}", NULL);
    size_t index, found = 0, other;
    json_t *property, *known;
    json_t *asked =
        real_qemu_ask(qemu, "device-list-properties", json_pack("{s:s}", "typename", "e1000"));

    json_array_foreach (asked, other, known) {
        json_array_foreach (told, index, property) {
            if (!json_equal(json_object_get(property, "name"), json_object_get(known, "name")))
                continue;
            found++;
            assert_true(
                json_equal(json_object_get(property, "type"), json_object_get(known, "type")));
        }
    }
    assert_int_equal(found, json_array_size(told));
    assert_true(found >= 10);
    json_decref(told);
    json_decref(asked);
    json_decref(help);
    real_qemu_stop(qemu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pc),         cmocka_unit_test(test_q35),
        cmocka_unit_test(test_changes),    cmocka_unit_test(test_commands),
        cmocka_unit_test(test_properties),
    };

    return cmocka_run_group_tests_name("answers of the human monitor", tests, NULL, NULL);
}
