/* A visit with a domain file, by keys alone: what differs is seen, found addresses are written and
 * saved, an absent disk is attached as the file describes it, detached from the guest and the file,
 * and put back into both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/temp.h"
#include "tests/support/visit.h"

/* The card has no address, the balloon is elsewhere, the disk is not there. Comment, quotes and
 * indentation are the user's. */
static const char domain[] = "<domain type='qemu'>\n"
                             "  <name>visit</name>\n"
                             "  <os>\n"
                             "    <type arch='x86_64' machine='pc'>hvm</type>\n"
                             "  </os>\n"
                             "  <devices>\n"
                             "    <!-- kept by hand -->\n"
                             "    <disk type=\"file\" device=\"disk\">\n"
                             "      <driver name='qemu' type='qcow2'/>\n"
                             "      <source file='%s'/>\n"
                             "      <target dev='vda' bus='virtio'/>\n"
                             "      <address type='pci' bus='0x00' slot='0x0d' function='0x0'/>\n"
                             "    </disk>\n"
                             "    <interface type='user'>\n"
                             "      <mac address='52:54:00:12:34:56'/>\n"
                             "      <model type='e1000'/>\n"
                             "    </interface>\n"
                             "    <memballoon model='virtio'>\n"
                             "      <address type='pci' bus='0x00' slot='0x09' function='0x0'/>\n"
                             "    </memballoon>\n"
                             "  </devices>\n"
                             "</domain>\n";

/* (transfer full) */
static char *contents(const Visit *visit)
{
    char *text = NULL;

    assert_true(g_file_get_contents(visit->file, &text, NULL, NULL));
    return text;
}

static void assert_holds(const Visit *visit, const char *text, gboolean holds)
{
    g_autofree char *now = contents(visit);

    if ((strstr(now, text) != NULL) != holds)
        fail_msg("the file %s %s:\n%s", holds ? "lacks" : "has", text, now);
}

/* Everything in the guest; QEMU numbers the nodes that have no name anew. (transfer full) */
static char *guest_state(const Visit *visit)
{
    g_autofree char *text = real_qemu_state(visit->qemu);
    g_autoptr(GRegex) number = g_regex_new("#block\\d+", 0, 0, NULL);

    return g_regex_replace_literal(number, text, -1, 0, "#block", 0, NULL);
}

static void write_and_save(const Visit *visit)
{
    terminal_wait_text(visit->terminal, "file 09.0");
    terminal_send(visit->terminal, "F");
    terminal_wait_text(visit->terminal, "2 addresses written, not saved: w saves.");
    assert_holds(visit, "slot='0x09'", TRUE);
    terminal_send(visit->terminal, "w");
    terminal_wait_text(visit->terminal, "Save domain.xml");
    terminal_send(visit->terminal, "\r");
    terminal_wait_text(visit->terminal, "domain.xml is saved");
    assert_holds(visit, "slot='0x09'", FALSE);
    assert_holds(visit, "slot='0x07' function='0x0'/>\n    </memballoon>", TRUE);
    assert_holds(visit, "mode='dynamic' domain='0x0000' bus='0x00' slot='0x05'", TRUE);
    assert_holds(visit, "<!-- kept by hand -->\n    <disk type=\"file\" device=\"disk\">", TRUE);
}

/* The plan is ready when Enter goes to the button. */
static void attach_absent(const Visit *visit)
{
    terminal_walk(visit->terminal, "j", "absent");
    terminal_send(visit->terminal, "\r");
    terminal_wait_text(visit->terminal, "blockdev-add");
    terminal_send(visit->terminal, "\r");
    terminal_wait_text(visit->terminal, "Enter attach");
    terminal_send(visit->terminal, "\r");
    terminal_wait_match(visit->terminal, "0d.0.*spare.qcow2.*added");
}

static void test_visit(void **state)
{
    Visit *visit = *state;
    g_autofree char *before = guest_state(visit);
    g_autofree char *saved = NULL, *attached = NULL, *detached = NULL, *again = NULL, *now = NULL;

    write_and_save(visit);
    saved = contents(visit);
    attach_absent(visit);
    now = contents(visit);
    assert_string_equal(now, saved);
    attached = guest_state(visit);

    terminal_send(visit->terminal, "d");
    visit_confirm(visit->terminal, "(x) now and in domain.xml");
    terminal_wait_text(visit->terminal, "done: detach");
    assert_holds(visit, "vda", FALSE);
    detached = guest_state(visit);
    assert_string_equal(detached, before);

    terminal_send(visit->terminal, "u");
    visit_confirm(visit->terminal, "restore the old domain.xml");
    terminal_wait_match(visit->terminal, "0d.0.*spare.qcow2.*added");
    terminal_wait_text(visit->terminal, "done: undo");
    g_clear_pointer(&now, g_free);
    now = contents(visit);
    assert_string_equal(now, saved);
    again = guest_state(visit);
    assert_string_equal(again, attached);

    terminal_send(visit->terminal, "P");
    terminal_wait_text(visit->terminal, "1 address made static, not saved: w saves.");
    terminal_send(visit->terminal, "q");
    terminal_wait_text(visit->terminal, "q again quits.");
    visit_quit(visit->terminal);
    g_clear_pointer(&now, g_free);
    now = contents(visit);
    assert_string_equal(now, saved);
}

static int open_guest(void **state)
{
    static const char *const devices[] = {
        "-netdev", "user,id=n0",
        "-device", "e1000,netdev=n0,id=net0,addr=5,mac=52:54:00:12:34:56",
        "-device", "virtio-balloon-pci,id=bal0,addr=7",
        NULL,
    };
    g_autofree char *image = NULL, *text = NULL;
    Visit *visit;

    visit_begin(state);
    visit = *state;
    visit->qemu = real_qemu_start("pc", REAL_QEMU_GUEST, devices);
    real_qemu_serial_wait(visit->qemu, "ready");
    image = temp_image(visit->directory, "spare.qcow2", "qcow2", 8 << 20);
    text = g_strdup_printf(domain, image);
    visit->file = temp_file(visit->directory, "domain.xml", text);
    const char *line[] = { VISIT_PROGRAM, real_qemu_target(visit->qemu), "--domain", visit->file,
                           NULL };
    visit_start(visit, line);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_visit, open_guest, visit_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
