/* tree and show on a real guest, and every way in which a one-shot command finds no guest or wrong
 * words: text, JSON field by field, exit statuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <gio/gunixsocketaddress.h>

#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/temp.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })

static RealQemu *qemu;
static const char *target;

static int start(void **state)
{
    static const char *const arguments[] = {
        "-netdev", "user,id=n0,restrict=on",
        "-device", "e1000,id=net0,netdev=n0,mac=52:54:00:f7:c5:0e,addr=05,romfile=",
        "-device", "lsi53c895a,id=scsi0,addr=0a",
        "-device", "scsi-cd,id=cd0,bus=scsi0.0,scsi-id=5",
        "-device", "piix3-usb-uhci,id=usb,addr=06",
        "-device", "usb-tablet,id=tablet,bus=usb.0,port=1",
        NULL,
    };

    qemu = real_qemu_start("pc", REAL_QEMU_GUEST, arguments);
    target = real_qemu_target(qemu);
    real_qemu_serial_wait(qemu, "ready");
    return 0;
}

static int stop(void **state)
{
    real_qemu_stop(qemu);
    return 0;
}

/* ---- text ---- */

static void tree_is_plain_text(void **state)
{
    g_autoptr(Run) run = RUN("tree", target);

    assert_int_equal(run->status, 0);
    assert_string_equal(run->err, "");
    assert_null(strchr(run->out, '\x1b'));
    assert_non_null(strstr(run->out, "05.0 ● "));
    assert_non_null(strstr(run->out, " net0"));
    assert_non_null(strstr(run->out, " cd0"));
}

static void ascii_is_ascii(void **state)
{
    g_autoptr(Run) run = RUN("tree", target, "--ascii");

    assert_int_equal(run->status, 0);
    assert_true(g_str_is_ascii(run->out));
    assert_non_null(strstr(run->out, "05.0 * "));
}

static void without_a_terminal_the_console_is_the_tree(void **state)
{
    g_autoptr(Run) console = RUN(target);
    g_autoptr(Run) tree = RUN("tree", target);

    assert_int_equal(console->status, 0);
    assert_string_equal(console->out, tree->out);
}

static void linear_tells_in_words_and_obeys(void **state)
{
    g_autofree char *folder = temp_directory();
    g_autofree char *script = temp_file(folder, "script", "show net0\nquit\nshow nobody\n");
    g_autoptr(Run) tree = RUN("tree", target, "--linear");
    g_autoptr(Run) run = RUN("shell", target, script, "--linear");

    assert_int_equal(run->status, 0);
    assert_string_equal(run->err, "");
    assert_non_null(strstr(run->out, "\n05.0: e1000, user"));
    assert_null(strstr(run->out, "●"));
    assert_true(g_str_has_prefix(run->out, tree->out));
    assert_non_null(strstr(run->out, ": connected to QEMU "));
    assert_non_null(strstr(run->out, "52:54:00:f7:c5:0e"));
    temp_directory_remove(g_steal_pointer(&folder));
}

static void read_only_changes_nothing(void **state)
{
    g_autoptr(Run) before = RUN("tree", target);
    g_autoptr(Run) attach = RUN("attach", target, "nic", "--read-only");
    g_autoptr(Run) detach = RUN("detach", target, "cd0", "-r");
    g_autoptr(Run) eject = RUN("eject", target, "cd0", "-r");
    g_autoptr(Run) plan = RUN("detach", target, "cd0", "-r", "--dry-run");
    g_autoptr(Run) after = RUN("tree", target);

    assert_int_equal(attach->status, 1);
    assert_complaint(attach, "started with --read-only");
    assert_int_equal(detach->status, 1);
    assert_complaint(detach, "started with --read-only");
    assert_int_not_equal(eject->status, 0);
    assert_int_equal(plan->status, 0); /* a plan is no change */
    assert_string_equal(before->out, after->out);
}

static void every_name_of_a_device_shows_it(void **state)
{
    static const char *const names[] = { "net0", "/machine/peripheral/net0", "00:05.0", "05.0",
                                         "0000:00:05.0" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Run) run = RUN("show", target, names[i]);

        assert_int_equal(run->status, 0);
        assert_non_null(strstr(run->out, "\naddress     00:05.0\n"));
        assert_non_null(strstr(run->out, "\nMAC         52:54:00:f7:c5:0e\n"));
        assert_non_null(strstr(run->out, "82540EM"));
    }
}

static void drives_and_usb_by_address(void **state)
{
    g_autoptr(Run) drive = RUN("show", target, "0:0:5");
    g_autoptr(Run) usb = RUN("show", target, "usb 0.1");

    assert_int_equal(drive->status, 0);
    assert_non_null(strstr(drive->out, "\nid          cd0\n"));
    assert_int_equal(usb->status, 0);
    assert_non_null(strstr(usb->out, "\nid          tablet\n"));
}

static void a_reader_that_goes_away_is_no_trouble(void **state)
{
    g_autoptr(GSubprocess) shell =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, "sh", "-c",
                         "\"$0\" tree \"$1\" | :", BUILDDIR "/san/backplane", target, NULL);
    g_autofree char *complaints = NULL;

    assert_true(g_subprocess_communicate_utf8(shell, NULL, NULL, NULL, &complaints, NULL));
    assert_string_equal(complaints, "");
}

static void a_full_disk_is_told(void **state)
{
    g_autoptr(GSubprocess) shell =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, "sh", "-c",
                         "\"$0\" tree \"$1\" >/dev/full", BUILDDIR "/san/backplane", target, NULL);
    g_autofree char *complaints = NULL;

    assert_true(g_subprocess_communicate_utf8(shell, NULL, NULL, NULL, &complaints, NULL));
    assert_int_equal(g_subprocess_get_exit_status(shell), 1);
    assert_string_equal(complaints,
                        "backplane: cannot write the output: No space left on device\n");
}

/* ---- JSON ---- */

typedef struct {
    const char *path; /* members with dots between them */
    const char *json; /* the value as JSON; NULL: any string */
} Field;

static json_t *member(json_t *json, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);

    for (char **name = names; *name && json; name++)
        json = json_object_get(json, *name);
    return json;
}

static void assert_fields(json_t *json, const Field *fields)
{
    for (; fields->path; fields++) {
        json_t *is = member(json, fields->path);
        json_t *should = fields->json ? json_loads(fields->json, JSON_DECODE_ANY, NULL) : NULL;
        g_autofree char *text = is ? json_dumps(is, JSON_ENCODE_ANY) : NULL;

        if (!is || (should ? !json_equal(is, should) : !json_is_string(is)))
            fail_msg("%s is %s, not %s", fields->path, text ? text : "missing",
                     fields->json ? fields->json : "a string");
        json_decref(should);
    }
}

static json_t *find_id(json_t *tree, const char *id)
{
    size_t index;
    json_t *device;

    json_array_foreach (json_object_get(tree, "devices"), index, device) {
        const char *is = json_string_value(json_object_get(device, "id"));

        if (is && strcmp(is, id) == 0)
            return device;
    }
    fail_msg("no device \"%s\"", id);
    return NULL;
}

static void tree_json_is_the_contract(void **state)
{
    const Field guest[] = {
        { "guest.name", NULL },
        { "guest.qemu", NULL },
        { "guest.machine", NULL },
        { "guest.status", "\"running\"" },
        { "guest.dialect", real_qemu_is_human() ? "\"hmp\"" : "\"qmp\"" },
        { NULL },
    };
    static const Field nic[] = {
        { "path", "\"/machine/peripheral/net0\"" },
        { "id", "\"net0\"" },
        { "driver", "\"e1000\"" },
        { "kind", "\"nic\"" },
        { "label", "\"82540EM Gigabit Ethernet Controller\"" },
        { "parent", "\"/machine/i440fx\"" },
        { "bus", "\"pci.0\"" },
        { "address", "{\"type\":\"pci\",\"domain\":0,\"bus\":0,\"slot\":5,\"function\":0}" },
        { "pci", "{\"vendor\":32902,\"device\":4110,\"class\":512}" },
        { "implicit", "false" },
        { "hotpluggable", "true" },
        { "hotplugged", "false" },
        { "state", "\"present\"" },
        { "nic.mac", "\"52:54:00:f7:c5:0e\"" },
        { "nic.netdev", "\"n0\"" },
        { "nic.link", "null" },
        { NULL },
    };
    static const Field cdrom[] = {
        { "driver", "\"scsi-cd\"" },
        { "kind", "\"cdrom\"" },
        { "parent", "\"/machine/peripheral/scsi0\"" },
        { "bus", "\"scsi0.0\"" },
        { "address", "{\"type\":\"drive\",\"controller\":0,\"bus\":0,\"target\":5,\"unit\":0}" },
        { "drive.media", "\"cdrom\"" },
        { "drive.file", "null" },
        { "drive.size", "null" },
        { NULL },
    };
    g_autoptr(Run) run = RUN("tree", "--json", target);
    json_t *tree = run_json(run);

    assert_int_equal(run->status, 0);
    assert_fields(tree, guest);
    assert_fields(find_id(tree, "net0"), nic);
    assert_fields(find_id(tree, "cd0"), cdrom);
    json_decref(tree);
}

/* Every function that QEMU lists is a device of ours at that place, and no slot of theirs is
 * vacant. */
static void tree_json_has_every_pci_function(void **state)
{
    g_autoptr(Run) run = RUN("tree", "--json", target);
    json_t *tree = run_json(run);
    json_t *buses = real_qemu_ask(qemu, "query-pci", NULL);
    json_t *functions = json_object_get(json_array_get(buses, 0), "devices");
    size_t index, at;
    json_t *function, *item;

    json_array_foreach (functions, index, function) {
        json_t *address =
            json_pack("{s:s, s:i, s:O, s:O, s:O}", "type", "pci", "domain", 0, "bus",
                      json_object_get(function, "bus"), "slot", json_object_get(function, "slot"),
                      "function", json_object_get(function, "function"));
        gboolean found = FALSE;

        json_array_foreach (json_object_get(tree, "devices"), at, item)
            found = found || json_equal(json_object_get(item, "address"), address);
        assert_true(found);
        json_array_foreach (json_object_get(tree, "vacant"), at, item)
            assert_false(json_equal(json_object_get(item, "address"), address));
        json_decref(address);
    }
    json_decref(buses);
    json_decref(tree);
}

static void show_json_has_properties(void **state)
{
    static const Field fields[] = { { "id", "\"net0\"" },
                                    { "kind", "\"nic\"" },
                                    { "properties.mac", "\"52:54:00:f7:c5:0e\"" },
                                    { NULL } };
    g_autoptr(Run) run = RUN("show", target, "net0", "--json");
    json_t *device = run_json(run);

    assert_int_equal(run->status, 0);
    assert_fields(device, fields);
    json_decref(device);
}

/* ---- wrong words, no guest ---- */

static void unknown_devices_are_bad_input(void **state)
{
    static const char *const names[] = {
        "net7", "", "0:0:4", "00:1f.0", "/machine/peripheral/x", "usb 9.9", "-", "net0\n"
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Run) run = RUN("show", target, names[i]);

        assert_int_equal(run->status, 2);
        assert_string_equal(run->out, "");
        assert_complaint(run, "");
    }
}

static void targets_without_a_guest(void **state)
{
    char *folder = temp_directory();
    g_autofree char *file = temp_file(folder, "file", "no monitor");
    g_autofree char *missing = g_build_filename(folder, "missing.sock", NULL);
    const struct {
        const char *target;
        int status;
        const char *says;
    } cases[] = {
        { missing, 3, missing },
        { file, 3, "not a socket" },
        { folder, 3, folder },
        { "tcp:127.0.0.1:1", 3, "nobody listens" },
        { "tcp:127.0.0.1", 2, "tcp:HOST:PORT" },
        { "tcp:127.0.0.1:99999", 2, "99999" },
        { "unix:", 2, "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = RUN("tree", cases[i].target);

        if (run->status != cases[i].status)
            fail_msg("%s: status %d: %s", cases[i].target, run->status, run->err);
        assert_string_equal(run->out, "");
        assert_complaint(run, cases[i].says);
    }
    temp_directory_remove(folder);
}

static void a_monitor_in_use_is_told(void **state)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(real_qemu_socket(qemu));
    g_autoptr(GSocketConnection) holder =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
    g_autoptr(Run) run = NULL;

    assert_non_null(holder);
    run = RUN("tree", target);
    assert_int_equal(run->status, 3);
    assert_complaint(run, "in use");
}

static void wrong_usage_sends_nothing(void **state)
{
    static const char *const cases[][7] = {
        { "tree" },
        { "tre" },
        { "tree", "a", "b" },
        { "show", "/nowhere" },
        { "attach", "/nowhere" },
        { "attach", "/nowhere", "dsk" },
        { "attach", "/nowhere", "disk", "fil=x" },
        { "attach", "/nowhere", "disk", "file" },
        { "attach", "/nowhere", "disk", "=x" },
        { "attach", "/nowhere", "disk", "file=x", "file=y" },
        { "detach", "/nowhere" },
        { "detach", "/nowhere", "a", "--wait", "soon" },
        { "demo", "x" },
        { "--theme" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = program_run(cases[i]);

        if (run->status != 2)
            fail_msg("case %d: status %d: %s", (int)i, run->status, run->err);
        assert_string_equal(run->out, "");
        assert_complaint(run, "");
    }
}

static void help_version_and_manual_need_no_guest(void **state)
{
    static const char *const cases[][2] = { { "--help" },      { "-h" },   { "--version" },
                                            { "--man" },       { "help" }, { "help", "attach" },
                                            { "attach", "-h" } };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *arguments[] = { cases[i][0], cases[i][1], NULL };
        g_autoptr(Run) run = program_run(arguments);

        assert_int_equal(run->status, 0);
        assert_string_equal(run->err, "");
        assert_non_null(strstr(run->out, "backplane"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_is_plain_text),
        cmocka_unit_test(ascii_is_ascii),
        cmocka_unit_test(without_a_terminal_the_console_is_the_tree),
        cmocka_unit_test(linear_tells_in_words_and_obeys),
        cmocka_unit_test(read_only_changes_nothing),
        cmocka_unit_test(every_name_of_a_device_shows_it),
        cmocka_unit_test(drives_and_usb_by_address),
        cmocka_unit_test(a_reader_that_goes_away_is_no_trouble),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(tree_json_is_the_contract),
        cmocka_unit_test(tree_json_has_every_pci_function),
        cmocka_unit_test(show_json_has_properties),
        cmocka_unit_test(unknown_devices_are_bad_input),
        cmocka_unit_test(targets_without_a_guest),
        cmocka_unit_test(a_monitor_in_use_is_told),
        cmocka_unit_test(wrong_usage_sends_nothing),
        cmocka_unit_test(help_version_and_manual_need_no_guest),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
