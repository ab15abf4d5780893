/* match, pin, assign, dumpxml and --domain on the command line, with a real guest: what is printed,
 * what is written, exit statuses, every wrong form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/real_qemu.h"
#include "tests/support/temp.h"

#define RUN(...) program_run((const char *const[]){ __VA_ARGS__, NULL })

static RealQemu *qemu;
static const char *target;
static char *folder;

/* Two NICs whose addresses the file does not say, one that it says wrongly, one that is not there,
 * and a comment that must stay. */
static const char configured[] =
    "<domain type='qemu'>\n"
    "  <name>web01</name>\n"
    "  <memory unit='MiB'>64</memory>\n"
    "  <os>\n"
    "    <type arch='x86_64' machine='pc'>hvm</type>\n"
    "  </os>\n"
    "  <devices>\n"
    "    <!-- the disk of the shop -->\n"
    "    <controller type='scsi' index='0' model='lsilogic'/>\n"
    "    <interface type='user'>\n"
    "      <mac address=\"52:54:00:f7:c5:0e\"/>\n"
    "      <model type='e1000'/>\n"
    "    </interface>\n"
    "    <interface type='user'>\n"
    "      <mac address='52:54:00:f7:c5:0f'/>\n"
    "      <model type='e1000'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x09' function='0x0'/>\n"
    "    </interface>\n"
    "    <interface type='user'>\n"
    "      <mac address='52:54:00:f7:c5:10'/>\n"
    "      <model type='rtl8139'/>\n"
    "    </interface>\n"
    "    <memballoon model='none'/>\n"
    "  </devices>\n"
    "</domain>\n";

static int start(void **state)
{
    static const char *const arguments[] = {
        "-netdev", "user,id=n0,restrict=on",
        "-device", "e1000,id=net0,netdev=n0,mac=52:54:00:f7:c5:0e,addr=05,romfile=",
        "-netdev", "user,id=n1,restrict=on",
        "-device", "e1000,id=net1,netdev=n1,mac=52:54:00:f7:c5:0f,addr=06,romfile=",
        "-device", "lsi53c895a,id=scsi0,addr=0a",
        "-device", "virtio-rng-pci,id=stranger,addr=0b",
        NULL,
    };

    folder = temp_directory();
    qemu = real_qemu_start("pc", REAL_QEMU_GUEST, arguments);
    target = real_qemu_target(qemu);
    real_qemu_serial_wait(qemu, "ready");
    return 0;
}

static int stop(void **state)
{
    real_qemu_stop(qemu);
    temp_directory_remove(folder);
    return 0;
}

static char *contents(const char *path)
{
    char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* ---- match ---- */

static void match_says_each_pair_and_differs(void **state)
{
    g_autofree char *file = temp_file(folder, "match.xml", configured);
    g_autoptr(Run) run = RUN("match", target, file);

    assert_int_equal(run->status, 1);
    assert_string_equal(run->err, "");
    assert_holds(run->out, "found");
    assert_holds(run->out, "differs");
    assert_holds(run->out, "00:06.0");
    assert_holds(run->out, "MAC");
    assert_holds(run->out, "absent");
    assert_holds(run->out, "unmanaged");
    assert_holds(run->out, "stranger");
    assert_holds(run->out, "\n4 configured: 3 found, 1 differs, 1 absent, ");
    assert_holds(run->out, ", 1 unmanaged\n");
}

static void match_as_json(void **state)
{
    g_autofree char *file = temp_file(folder, "match.xml", configured);
    g_autoptr(Run) run = RUN("match", target, file, "--json");
    json_t *json = run_json(run);
    json_t *pairs = json_object_get(json, "pairs");
    json_t *second = json_array_get(pairs, 2);

    assert_int_equal(run->status, 1);
    assert_true(json_is_false(json_object_get(json, "agrees")));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "counts"), "absent")),
                     1);
    assert_string_equal(json_string_value(json_object_get(second, "state")), "differs");
    assert_string_equal(json_string_value(json_object_get(second, "device")),
                        "/machine/peripheral/net1");
    assert_string_equal(json_string_value(json_object_get(second, "evidence")), "MAC");
    assert_int_equal(json_integer_value(json_object_get(second, "alternatives")), 0);
    json_decref(json);
}

/* By vendor:product alone nothing tells the two e1000 apart. */
static void match_by_info_pci_alone(void **state)
{
    g_autofree char *file = temp_file(folder, "match.xml", configured);
    g_autoptr(Run) run = RUN("match", target, file, "--info-pci");

    assert_int_equal(run->status, 1);
    assert_holds(run->out, "2 ambiguous");
}

/* ---- dumpxml, pin: a file that agrees with the guest ---- */

static void a_file_is_filled_pinned_and_then_agrees(void **state)
{
    g_autofree char *file = temp_file(folder, "fill.xml", configured);
    g_autofree char *backup = g_strconcat(file, "~", NULL);
    g_autoptr(Run) fill = RUN("dumpxml", target, file, "--in-place", "--backup");
    g_autofree char *filled = contents(file);
    g_autofree char *kept = contents(backup);
    g_autoptr(Run) pin = RUN("pin", file, "--in-place");
    g_autofree char *pinned = contents(file);

    assert_int_equal(fill->status, 0);
    assert_string_equal(kept, configured);
    assert_holds(filled, "    <!-- the disk of the shop -->\n");
    assert_holds(filled, "      <mac address=\"52:54:00:f7:c5:0e\"/>\n");
    assert_holds(filled, "<address type='pci' mode='dynamic' domain='0x0000' bus='0x00' "
                         "slot='0x05' function='0x0'/>");
    assert_holds(filled, "slot='0x06'");
    assert_null(strstr(filled, "slot='0x09'"));
    assert_int_equal(pin->status, 0);
    assert_null(strstr(pinned, "dynamic"));
    assert_holds(pinned, "<address type='pci' mode='static' domain='0x0000' bus='0x00' "
                         "slot='0x05' function='0x0'/>");
}

static void dry_run_is_a_diff(void **state)
{
    g_autofree char *file = temp_file(folder, "dry.xml", configured);
    g_autoptr(Run) run = RUN("dumpxml", target, file, "-n");
    g_autofree char *after = contents(file);

    assert_int_equal(run->status, 0);
    assert_string_equal(after, configured);
    assert_holds(run->out, "\n-      <address type='pci' domain='0x0000' bus='0x00' slot='0x09' "
                           "function='0x0'/>\n");
    assert_holds(run->out, "slot='0x06' function='0x0'/>\n");
    assert_null(strstr(run->out, "rtl8139'/>\n-"));
}

/* What nobody wrote XML for: described, and the description agrees with the guest. */
static void a_whole_guest_is_described(void **state)
{
    g_autofree char *file = g_build_filename(folder, "whole.xml", NULL);
    g_autoptr(Run) dump = RUN("dumpxml", target, "-o", file);
    g_autofree char *text = contents(file);
    g_autoptr(Run) match = RUN("match", target, file);

    assert_int_equal(dump->status, 0);
    assert_string_equal(dump->out, "");
    assert_holds(text, "52:54:00:f7:c5:0f");
    assert_holds(text, "PIIX4_PM");
    assert_int_equal(match->status, 0);
    assert_null(strstr(match->out, "absent"));
    assert_null(strstr(match->out, "unmanaged"));
}

static void libvirt_knows_no_mode(void **state)
{
    g_autoptr(Run) run = RUN("dumpxml", target, "--format", "libvirt");

    assert_int_equal(run->status, 0);
    assert_null(strstr(run->out, "mode="));
    assert_null(strstr(run->out, "PIIX4_PM"));
    assert_holds(run->out, "slot='0x05'");
    assert_complaint(run, "PIIX4_PM");
}

/* ---- assign ---- */

static void assign_gives_every_device_a_place(void **state)
{
    g_autofree char *file = temp_file(folder, "assign.xml", configured);
    g_autoptr(Run) run = RUN("assign", file, "--in-place");
    g_autofree char *first = contents(file);
    g_autoptr(Run) again = RUN("assign", file, "--in-place");
    g_autofree char *second = contents(file);

    assert_int_equal(run->status, 0);
    assert_holds(run->out, "assign.xml: ");
    assert_holds(first, "slot='0x09'"); /* it was there */
    assert_int_equal(again->status, 0);
    assert_holds(again->out, "0 lines changed");
    assert_string_equal(first, second);
}

/* ---- --domain ---- */

static void the_tree_shows_what_differs(void **state)
{
    g_autofree char *file = temp_file(folder, "tree.xml", configured);
    g_autoptr(Run) run = RUN("tree", target, "--domain", file);
    g_autoptr(Run) json = RUN("tree", target, "--domain", file, "--json");
    json_t *tree = run_json(json);

    assert_int_equal(run->status, 0);
    assert_holds(run->out, "◊");
    assert_holds(run->out, "unmanaged");
    assert_holds(run->out, "□");
    assert_holds(run->out, "absent");
    assert_int_equal(json_array_size(json_object_get(tree, "absent")), 1);
    json_decref(tree);
}

static void show_tells_the_line_of_the_file(void **state)
{
    g_autofree char *file = temp_file(folder, "show.xml", configured);
    g_autoptr(Run) run = RUN("show", target, "net1", "--domain", file);

    assert_int_equal(run->status, 0);
    assert_holds(run->out, "match       differs\n");
    assert_holds(run->out, "line 14");
    assert_holds(run->out, "matched by  MAC\n");
}

/* Into the guest and into the file, and both back. */
static void attach_and_detach_carry_the_file(void **state)
{
    g_autofree char *file = temp_file(folder, "carry.xml", configured);
    g_autofree char *image = temp_image(folder, "carry.img", "raw", 1 << 20);
    g_autofree char *option = g_strconcat("file=", image, NULL);
    g_autoptr(Run) attach = RUN("attach", target, "disk", option, "bus=scsi", "id=carried",
                                "--domain", file, "--in-place");
    g_autofree char *with = contents(file);
    g_autoptr(Run) show = RUN("show", target, "carried", "--domain", file);
    g_autoptr(Run) detach = RUN("detach", target, "sda", "--domain", file, "--in-place");
    g_autofree char *without = contents(file);

    assert_int_equal(attach->status, 0);
    assert_holds(with, image);
    assert_holds(with, "<address type='drive' mode='static' controller='0' bus='0' unit='0'/>");
    assert_holds(show->out, "match       same\n");
    assert_int_equal(detach->status, 0);
    assert_string_equal(without, configured);
}

/* ---- wrong forms ---- */

static void wrong_files(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "wrong.xml" },
        { "<domain><devices></domain>", "wrong.xml:1:" },
        { "<network/>", "domain" },
        { "<domain><devices><interface type='user'><address type='pci' bus='0' slot='0x20'/>"
          "</interface></devices></domain>",
          "0x20" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *file = temp_file(folder, "wrong.xml", cases[i].text);
        g_autoptr(Run) run = RUN("pin", file);

        assert_int_equal(run->status, 2);
        assert_string_equal(run->out, "");
        assert_complaint(run, cases[i].says);
    }
}

static void wrong_forms(void **state)
{
    static const struct {
        const char *words[7];
        const char *says;
    } cases[] = {
        { { "pin", "/nowhere/web.xml" }, "/nowhere/web.xml" },
        { { "pin", "/" }, "/" },
        { { "pin" }, "FILE is missing" },
        { { "match", "vm.sock" }, "FILE is missing" },
        { { "pin", "a.xml", "--in-place", "-o", "b.xml" }, "exclude each other" },
        { { "pin", "a.xml", "--backup" }, "--backup goes with --in-place" },
        { { "assign", "a.xml", "--spare", "many" }, "--spare many" },
        { { "pin", "a.xml", "--format", "json" }, "--format json" },
        { { "attach", "vm.sock", "nic", "--in-place" }, "--domain FILE" },
        { { "dumpxml", "vm.sock", "--in-place" }, "FILE" },
        { { "tree", "vm.sock", "--in-place" }, "it goes with" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Run) run = program_run(cases[i].words);

        assert_int_equal(run->status, 2);
        assert_complaint(run, cases[i].says);
    }
}

static void a_file_that_cannot_be_written_is_left(void **state)
{
    g_autoptr(Run) run = NULL;
    g_autofree char *file = temp_file(folder, "whole2.xml", configured);
    g_autofree char *wanted = g_build_filename(folder, "missing", "out.xml", NULL);

    run = RUN("assign", file, "-o", wanted);
    assert_int_equal(run->status, 1);
    assert_complaint(run, "out.xml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_says_each_pair_and_differs),
        cmocka_unit_test(match_as_json),
        cmocka_unit_test(match_by_info_pci_alone),
        cmocka_unit_test(a_file_is_filled_pinned_and_then_agrees),
        cmocka_unit_test(dry_run_is_a_diff),
        cmocka_unit_test(a_whole_guest_is_described),
        cmocka_unit_test(libvirt_knows_no_mode),
        cmocka_unit_test(assign_gives_every_device_a_place),
        cmocka_unit_test(the_tree_shows_what_differs),
        cmocka_unit_test(show_tells_the_line_of_the_file),
        cmocka_unit_test(attach_and_detach_carry_the_file),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(wrong_forms),
        cmocka_unit_test(a_file_that_cannot_be_written_is_left),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
