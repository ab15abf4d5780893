/* Every reply in tests/old/transcripts: what it means is in tests/fixtures/hmp/answers.txt, and
 * what was read of the long lists is written again as QEMU printed it. UPDATE_GOLDEN=1 rewrites
 * that file; what it says afterwards is for a person to read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/hmp_reply.h"
#include "monitor/hmp_text.h"
#include "tests/old/transcript.h"

#define ANSWERS SRCDIR "/tests/fixtures/hmp/answers.txt"

/* How lines begin, and the command whose reply they get. */
static const struct {
    const char *line, *command;
} kinds[] = {
    { "change ", "blockdev-change-medium" },
    { "cont", "cont" },
    { "device_add ", "device_add" },
    { "device_del ", "device_del" },
    { "drive_add ", "drive_add" },
    { "drive_del ", "blockdev-del" },
    { "eject ", "eject" },
    { "host_net_add ", "host_net_add" },
    { "host_net_remove ", "host_net_remove" },
    { "info block", "query-block" },
    { "info blockstats", "query-blockstats" },
    { "info chardev", "query-chardev" },
    { "info cpus", "query-cpus-fast" },
    { "info name", "query-name" },
    { "info network", "info network" },
    { "info pci", "query-pci" },
    { "info qtree", "info qtree" },
    { "info status", "query-status" },
    { "info usb", "info usb" },
    { "info version", "query-version" },
    { "netdev_add ", "netdev_add" },
    { "netdev_del ", "netdev_del" },
    { "pci_add ", "pci_add" },
    { "pci_del ", "pci_del" },
    { "set_link ", "set_link" },
    { "stop", "stop" },
    { "system_reset", "system_reset" },
    { "usb_add ", "usb_add" },
    { "usb_del ", "usb_del" },
};

/* A line of the table that ends in a blank goes on with arguments; another is the whole. */
static const char *command_of(const char *line)
{
    for (gsize i = 0; line && i < G_N_ELEMENTS(kinds); i++) {
        gboolean more = g_str_has_suffix(kinds[i].line, " ");

        if (more ? g_str_has_prefix(line, kinds[i].line) : strcmp(line, kinds[i].line) == 0)
            return kinds[i].command;
    }
    return NULL;
}

/* A reply into which the echo of the next command was recorded, and lists of all drivers that were
 * asked for by "?", say nothing of how an answer is judged. */
static gboolean is_of_use(const TranscriptEntry *entry, const char *text)
{
    return entry->end == TRANSCRIPT_PROMPT && !strchr(text, '\x1b') &&
           !g_str_has_suffix(entry->command, "?") && !strstr(entry->command, ",help");
}

typedef struct {
    const char *version;
    const char *command; /* of QMP's */
    const char *text;
} Reply;

typedef void (*ReplyFn)(const Reply *reply, gpointer data);

/* Calls visit for every reply that differs from those before. Returns how many. */
static guint visit_all(ReplyFn visit, gpointer data)
{
    g_autoptr(GPtrArray) all = transcripts_load(NULL, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < all->len; i++) {
        const Transcript *transcript = all->pdata[i];

        for (guint j = 0; j < transcript->entries->len; j++) {
            const TranscriptEntry *entry = transcript->entries->pdata[j];
            g_autofree char *text = transcript_entry_text(entry);
            Reply reply = { transcript->version, command_of(entry->command), text };

            if (reply.command && is_of_use(entry, text) &&
                g_hash_table_add(seen, g_strconcat(reply.command, "\n", text, NULL)))
                visit(&reply, data);
        }
    }
    return g_hash_table_size(seen);
}

/* --- what each means ------------------------------------------------------------------------- */

static const char *class_of(const GError *error)
{
    return error->code == MONITOR_ERROR_DEVICE_NOT_FOUND    ? "DeviceNotFound"
           : error->code == MONITOR_ERROR_COMMAND_NOT_FOUND ? "CommandNotFound"
                                                            : "GenericError";
}

static void note_answer(const Reply *reply, gpointer data)
{
    gboolean network = strcmp(reply->command, "info network") == 0;
    json_t *arguments = network ? json_pack("{s:s}", "command-line", "info network") : NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *answer = NULL;
    json_t *result;

    if (strcmp(reply->command, "query-pci") == 0 || strcmp(reply->command, "query-block") == 0 ||
        strcmp(reply->command, "info qtree") == 0)
        return;
    result = hmp_reply(network ? "human-monitor-command" : reply->command, arguments, reply->text,
                       &error);
    answer = result ? json_dumps(result, JSON_ENCODE_ANY)
                    : g_strdup_printf("%s %s", class_of(error), error->message);
    g_string_append_printf(data, "%s %s: %s\n", reply->version, reply->command, answer);
    json_decref(result);
    json_decref(arguments);
}

static void test_answers(void **state)
{
    g_autoptr(GString) answers = g_string_new(NULL);
    g_autofree char *expected = NULL;
    g_auto(GStrv) are = NULL, should_be = NULL;

    assert_true(visit_all(note_answer, answers) > 400);
    if (g_getenv("UPDATE_GOLDEN"))
        g_file_set_contents(ANSWERS, answers->str, -1, NULL);
    assert_true(g_file_get_contents(ANSWERS, &expected, NULL, NULL));
    are = g_strsplit(answers->str, "\n", -1);
    should_be = g_strsplit(expected, "\n", -1);
    for (gsize i = 0; are[i] && should_be[i]; i++)
        assert_string_equal(are[i], should_be[i]);
    assert_int_equal(g_strv_length(are), g_strv_length(should_be));
}

/* --- info pci, written again ----------------------------------------------------------------- */

static int number(json_t *object, const char *name)
{
    return (int)json_integer_value(json_object_get(object, name));
}

/* Lines of a reply that nobody reads, and the words for a class that has none. */
static gboolean is_pci_line_of_use(const char *line)
{
    return *line && !g_str_has_prefix(line, "      BAR");
}

static void write_device(GString *text, json_t *device)
{
    json_t *id = json_object_get(device, "id"), *pin = json_object_get(device, "irq_pin");
    const char *class =
        json_string_value(json_object_get(json_object_get(device, "class_info"), "desc"));
    const char *name = json_string_value(json_object_get(device, "qdev_id"));

    g_string_append_printf(text, "  Bus %2d, device %3d, function %d:\n", number(device, "bus"),
                           number(device, "slot"), number(device, "function"));
    g_string_append_printf(text, "    %s: PCI device %04x:%04x\n", class ? class : "Class",
                           number(id, "vendor"), number(id, "device"));
    if (json_object_get(id, "subsystem"))
        g_string_append_printf(text, "      PCI subsystem %04x:%04x\n",
                               number(id, "subsystem-vendor"), number(id, "subsystem"));
    if (json_object_get(device, "irq") && pin)
        g_string_append_printf(text, "      IRQ %d, pin %c\n", number(device, "irq"),
                               (char)('A' + json_integer_value(pin) - 1));
    else if (json_object_get(device, "irq"))
        g_string_append_printf(text, "      IRQ %d.\n", number(device, "irq"));
    if (name)
        g_string_append_printf(text, "      id \"%s\"\n", name);
}

static void check_pci(const Reply *reply, gpointer data)
{
    g_autoptr(GString) is = g_string_new(NULL), was = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(reply->text, "\n", -1);
    json_t *roots, *device;
    size_t index;

    if (strcmp(reply->command, "query-pci") != 0)
        return;
    for (gsize i = 0; lines[i]; i++) {
        const char *class = g_str_has_prefix(lines[i], "    Class ") ? strchr(lines[i], ':') : NULL;

        if (class)
            g_string_append_printf(was, "    Class%s\n", class);
        else if (is_pci_line_of_use(lines[i]))
            g_string_append_printf(was, "%s\n", lines[i]);
    }
    roots = hmp_text_pci(reply->text);
    assert_int_equal(json_array_size(roots), 1);
    json_array_foreach (json_object_get(json_array_get(roots, 0), "devices"), index, device)
        write_device(is, device);
    assert_string_equal(is->str, was->str);
    json_decref(roots);
    ++*(guint *)data;
}

static void test_pci(void **state)
{
    guint count = 0;

    visit_all(check_pci, &count);
    assert_true(count >= 40);
}

/* --- info block, written again --------------------------------------------------------------- */

static gboolean flag(json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

static const char *string(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The names of images in the transcripts need a backslash before blanks only. (transfer full) */
static char *escaped(const char *name)
{
    g_auto(GStrv) words = g_strsplit(name, " ", -1);

    return g_strjoinv("\\ ", words);
}

static void write_line_drive(GString *text, json_t *drive)
{
    json_t *inserted = json_object_get(drive, "inserted");

    g_string_append_printf(text, "%s: type=%s removable=%d", string(drive, "device"),
                           string(drive, "type"), flag(drive, "removable"));
    if (json_object_get(drive, "locked"))
        g_string_append_printf(text, " locked=%d", flag(drive, "locked"));
    if (inserted) {
        g_autofree char *file = escaped(string(inserted, "file"));

        g_string_append_printf(text, " file=%s", file);
        if (string(inserted, "backing_file"))
            g_string_append_printf(text, " backing_file=%s", string(inserted, "backing_file"));
        g_string_append_printf(text, " ro=%d drv=%s", flag(inserted, "ro"),
                               string(inserted, "drv"));
        if (json_object_get(inserted, "encrypted"))
            g_string_append_printf(text, " encrypted=%d", flag(inserted, "encrypted"));
    } else {
        g_string_append(text, " [not inserted]");
    }
    g_string_append(text, "\n");
}

static void write_paragraph(GString *text, json_t *drive)
{
    json_t *inserted = json_object_get(drive, "inserted");
    const char *device = string(drive, "device"), *qdev = string(drive, "qdev");

    g_string_append(text, device ? device : qdev);
    if (inserted)
        g_string_append_printf(text, " (%s): %s (%s%s)\n", string(inserted, "node-name"),
                               string(inserted, "file"), string(inserted, "drv"),
                               flag(inserted, "ro") ? ", read-only" : "");
    else
        g_string_append(text, ": [not inserted]\n");
    if (qdev)
        g_string_append_printf(text, "    Attached to:      %s\n", qdev);
    if (flag(drive, "removable"))
        g_string_append_printf(text, "    Removable device: %slocked, tray %s\n",
                               flag(drive, "locked") ? "" : "not ",
                               flag(drive, "tray_open") ? "open" : "closed");
    if (inserted)
        g_string_append_printf(
            text, "    Cache mode:       %s\n",
            flag(json_object_get(inserted, "cache"), "writeback") ? "writeback" : "writethrough");
    if (inserted && string(inserted, "backing_file"))
        g_string_append_printf(text, "    Backing file:     %s (chain depth: %d)\n",
                               string(inserted, "backing_file"),
                               number(inserted, "backing_file_depth"));
}

static void check_block(const Reply *reply, gpointer data)
{
    gboolean modern = strcmp(reply->version, "7.2") == 0;
    g_autoptr(GString) is = g_string_new(NULL);
    json_t *drives, *drive;
    size_t index;

    if (strcmp(reply->command, "query-block") != 0)
        return;
    drives = hmp_text_block(reply->text);
    json_array_foreach (drives, index, drive) {
        if (modern && index > 0)
            g_string_append(is, "\n");
        (modern ? write_paragraph : write_line_drive)(is, drive);
    }
    assert_string_equal(is->str, reply->text);
    json_decref(drives);
    ++*(guint *)data;
}

static void test_block(void **state)
{
    guint count = 0;

    visit_all(check_block, &count);
    assert_true(count >= 60);
}

/* --- info qtree in the form of 7.2 ----------------------------------------------------------- */

/* What is left of a line without the differences of the forms. (transfer full) */
static char *plain(const char *line)
{
    static const char *const same[][2] = {
        { "dev-prop: ", "" },
        { "bus-prop: ", "" },
        { "<null>", "" },
        { "\"", "" },
        { "\r", "" },
        { " = true", " = on" },
        { " = false", " = off" },
        { "usb-bus", "USB" },
        { "i2c-bus", "I2C" },
        { "addr 20:", "addr 00:" },
        { "addr 02:", "addr 00:" },
    };
    g_autoptr(GString) text = g_string_new(line);

    for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
        g_string_replace(text, same[i][0], same[i][1], 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void check_qtree(const Reply *reply, gpointer data)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) is = NULL, was = NULL;

    if (strcmp(reply->command, "info qtree") != 0 || !g_str_has_prefix(reply->text, "bus: "))
        return;
    text = hmp_text_modern_qtree(reply->text);
    if (strcmp(reply->version, "7.2") == 0) {
        assert_string_equal(text, reply->text);
        return;
    }
    assert_null(strstr(text, "-prop: "));
    assert_null(strstr(text, "<null>"));
    is = g_strsplit(text, "\n", -1);
    was = g_strsplit(reply->text, "\n", -1);
    assert_int_equal(g_strv_length(is), g_strv_length(was));
    for (gsize i = 0; is[i]; i++) {
        g_autofree char *one = plain(is[i]), *other = plain(was[i]);

        assert_string_equal(one, other);
    }
    ++*(guint *)data;
}

static void test_qtree(void **state)
{
    guint count = 0;

    visit_all(check_qtree, &count);
    assert_true(count >= 10);
}

/* One device of each sort, to the letter. */
static void test_qtree_of_0_12(void **state)
{
    g_autoptr(Transcript) transcript = transcript_load("0.12", "basic");
    g_autofree char *old = transcript_entry_text(transcript_find(transcript, "info qtree", 1));
    g_autofree char *text = hmp_text_modern_qtree(old);

    assert_non_null(strstr(text, "      dev: lsi53c895a, id \"\"\r\n"
                                 "        addr = 0a.0\r\n"
                                 "        romfile = \"\"\r\n"
                                 "        class SCSI controller, addr 00:0a.0, pci id 1000:0012 "
                                 "(sub 1af4:1000)\r\n"
                                 "        bar 0: i/o at 0xca00 [0xcaff]\r\n"));
    assert_non_null(strstr(text, "          dev: scsi-disk, id \"\"\r\n"
                                 "            drive = \"scsi0-hd5\"\r\n"
                                 "            scsi-id = 5\r\n"));
    assert_non_null(strstr(text, "      dev: e1000, id \"e1000.0\"\r\n"
                                 "        mac = \"52:54:00:f7:c5:0e\"\r\n"
                                 "        vlan = 2\r\n"
                                 "        netdev = \"\"\r\n"
                                 "        addr = 05.0\r\n"
                                 "        romfile = \"pxe-e1000.bin\"\r\n"));
    assert_non_null(strstr(text, "        bus: usb.0\r\n          type usb-bus\r\n"));
}

/* --- the proposal's guest -------------------------------------------------------------------- */

/* What 0.12 says of it in `info pci`: the devices of which the proposal shows the addresses. */
static void test_the_proposal_s_guest(void **state)
{
    static const struct {
        int slot, function, vendor, device;
    } places[] = {
        { 1, 1, 0x8086, 0x7010 },  { 2, 0, 0x1013, 0x00b8 },  { 3, 0, 0x10ec, 0x8029 },
        { 4, 0, 0x1af4, 0x1000 },  { 5, 0, 0x8086, 0x100e },  { 6, 0, 0x1022, 0x2000 },
        { 7, 0, 0x10ec, 0x8139 },  { 8, 0, 0x8086, 0x2415 },  { 9, 0, 0x1274, 0x5000 },
        { 10, 0, 0x1000, 0x0012 }, { 11, 0, 0x1af4, 0x1001 }, { 12, 0, 0x8086, 0x25ab },
    };
    g_autoptr(Transcript) transcript = transcript_load("0.12", "basic");
    g_autofree char *text = transcript_entry_text(transcript_find(transcript, "info pci", 1));
    json_t *roots = hmp_text_pci(text);
    json_t *devices = json_object_get(json_array_get(roots, 0), "devices"), *device;
    size_t index, found = 0;

    json_array_foreach (devices, index, device) {
        for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
            json_t *id = json_object_get(device, "id");

            found += number(device, "slot") == places[i].slot &&
                     number(device, "function") == places[i].function &&
                     number(id, "vendor") == places[i].vendor &&
                     number(id, "device") == places[i].device;
        }
    }
    assert_int_equal(found, G_N_ELEMENTS(places));
    assert_int_equal(json_array_size(devices), G_N_ELEMENTS(places) + 4);
    json_decref(roots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),       cmocka_unit_test(test_pci),
        cmocka_unit_test(test_block),         cmocka_unit_test(test_qtree),
        cmocka_unit_test(test_qtree_of_0_12), cmocka_unit_test(test_the_proposal_s_guest),
    };

    return cmocka_run_group_tests_name("replies of real monitors", tests, NULL, NULL);
}
