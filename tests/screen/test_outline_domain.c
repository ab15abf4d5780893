/* The rows of a guest beside a domain file: where absent devices stand, and what is marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/match.h"
#include "tests/support/golden.h"
#include "tests/support/hand_guest.h"
#include "tui/outline_text.h"

typedef struct {
    Guest *guest;
    Domain *domain;
    Match *match;
    OutlineOptions options;
} Setting;

/* guest: (transfer full). devices: what stands in <devices>. */
static Setting setting_open(Guest *guest, const char *devices)
{
    g_autofree char *xml = g_strdup_printf("<domain type='kvm'><os><type machine='%s'>hvm</type>"
                                           "</os><devices>%s</devices></domain>",
                                           guest->machine, devices);
    g_autoptr(GBytes) bytes = g_bytes_new(xml, strlen(xml));
    g_autoptr(GError) error = NULL;
    Setting setting = { .guest = guest, .domain = domain_parse("x.xml", bytes, &error) };

    assert_null(error);
    setting.match = match_new(setting.domain, guest, EVIDENCE_ALL);
    setting.options.match = setting.match;
    setting.options.now = HAND_NOW;
    return setting;
}

static void setting_close(Setting *setting)
{
    match_free(setting->match);
    domain_unref(setting->domain);
    guest_unref(setting->guest);
}

static char *dump(const Setting *setting)
{
    g_autoptr(Outline) outline = outline_new(setting->guest, &setting->options);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < outline_length(outline); i++) {
        const OutlineRow *row = outline_row(outline, i);

        g_string_append_printf(text, "%8s %s %s%s | %s | %s | %s\n", row->address,
                               state_glyph(row->state, FALSE), row->lines, row->name, row->backend,
                               row->id, row->status);
    }
    return g_string_free(text, FALSE);
}

static void check(Guest *guest, const char *devices, const char *golden)
{
    Setting setting = setting_open(guest, devices);
    g_autofree char *text = dump(&setting);

    assert_golden(golden, text);
    setting_close(&setting);
}

/* Absent: in an empty port, on a bus that the guest has not, without a place; at a SATA bay; behind
 * a hub, and behind a hub that is not there either. */
static const char q35_devices[] =
    "<controller type='pci' index='1' model='pcie-root-port'><alias name='rp1'/>"
    "<address type='pci' bus='0' slot='2' function='0'/></controller>"
    "<controller type='pci' index='2' model='pcie-root-port'><alias name='rp2'/>"
    "<address type='pci' bus='0' slot='2' function='1'/></controller>"
    "<controller type='usb' index='0' model='qemu-xhci'><alias name='xhci'/></controller>"
    "<disk device='disk'><target dev='vda'/>"
    "<address type='pci' bus='2' slot='0' function='0'/></disk>"
    "<disk device='disk'><target dev='vdb'/>"
    "<address type='pci' bus='9' slot='3' function='0'/></disk>"
    "<disk device='disk'><target dev='vdc'/></disk>"
    "<disk device='disk'><target dev='sdb' bus='sata'/>"
    "<address type='drive' controller='0' bus='0' unit='1'/></disk>"
    "<input type='mouse' bus='usb'><address type='usb' bus='0' port='2.3'/></input>"
    "<input type='mouse' bus='usb'><address type='usb' bus='0' port='4.1'/></input>"
    "<hub type='usb'/>";

/* Absent: where another card is, in a free slot, beside function 0 of a card that is there. */
static const char pc_devices[] =
    "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='e1000'/>"
    "<address type='pci' slot='3' function='0'/></interface>"
    "<interface type='user'><mac address='52:54:00:00:00:02'/><model type='e1000'/>"
    "<address type='pci' slot='0x1e' function='0'/></interface>"
    "<sound model='es1370'><address type='pci' slot='4' function='1'/></sound>";

static void absent_devices_stand_where_the_file_wants_them(void **state)
{
    check(hand_guest_q35(), q35_devices, "outline-domain-q35.utf8.txt");
    check(hand_guest_web01(), pc_devices, "outline-domain-pc.utf8.txt");
}

/* --- properties ------------------------------------------------------------------------------- */

static guint count_absent_rows(const Outline *outline)
{
    guint count = 0;

    for (guint i = 0; i < outline_length(outline); i++)
        count += outline_row(outline, i)->kind == ROW_ABSENT;
    return count;
}

/* (transfer full) */
static char *many_disks(guint count)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < count; i++)
        g_string_append_printf(text,
                               "<disk device='disk'><target dev='vd%c%c%c'/><serial>%u</serial>"
                               "</disk>",
                               'a' + i / 676 % 26, 'a' + i / 26 % 26, 'a' + i % 26, i);
    return g_string_free(text, FALSE);
}

/* Each has one row with a key of its own, however many share a place. */
static void every_absent_device_has_a_row(void **state)
{
    g_autofree char *disks = many_disks(500);
    Setting setting = setting_open(hand_guest_q35(), disks);
    g_autoptr(Outline) outline = outline_new(setting.guest, &setting.options);

    assert_int_equal(setting.match->counts[MATCH_ABSENT], 500);
    assert_int_equal(count_absent_rows(outline), 500);
    for (guint i = 0; i < outline_length(outline); i++)
        assert_int_equal(outline_find(outline, outline_row(outline, i)->key), i);
    setting_close(&setting);
}

static gint64 microseconds_for(guint disks)
{
    g_autofree char *xml = many_disks(disks);
    Setting setting = setting_open(hand_guest_large(disks), xml);
    gint64 best = G_MAXINT64;

    for (int i = 0; i < 5; i++) {
        gint64 started = g_get_monotonic_time();

        outline_free(outline_new(setting.guest, &setting.options));
        best = MIN(best, g_get_monotonic_time() - started);
    }
    setting_close(&setting);
    return best;
}

static void time_is_linear(void **state)
{
    gint64 small = microseconds_for(400), large = microseconds_for(4000);

    print_message("400 disks %d us, 4000 disks %d us\n", (int)small, (int)large);
    assert_true(large < 30 * MAX(small, 100));
}

/* What is told of a device besides: leaving comes before all else, and of an added one both. */
static void what_comes_first_is_told(void **state)
{
    static const struct {
        DeviceState state, shown;
        const char *status;
    } cases[] = {
        { STATE_PRESENT, STATE_UNMANAGED, "unmanaged" },
        { STATE_FIXED, STATE_UNMANAGED, "unmanaged" },
        { STATE_ADDED, STATE_ADDED, "◊ added" },
        { STATE_LEAVING, STATE_LEAVING, "leaving" },
        { STATE_REFUSED, STATE_REFUSED, "refused" },
        { STATE_GONE, STATE_GONE, "unmanaged" },
    };
    Setting setting = setting_open(hand_guest_web01(), "");
    Device *device = guest_find_id(setting.guest, "rng0");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MatchPair *pair = match_of_device(setting.match, device);
        g_autofree char *status = NULL;

        device->state = cases[i].state;
        status = outline_device_status(device, pair, &setting.options);
        assert_string_equal(status, cases[i].status);
        assert_int_equal(outline_domain_state(setting.match, device), cases[i].shown);
    }
    setting_close(&setting);
}

/* Part of the chipset or not: what the file and the guest disagree on is never folded away. */
static void a_stranger_stands_outside_of_its_group(void **state)
{
    Setting setting = setting_open(hand_guest_web01(), "");
    Device *device = NULL;
    g_autoptr(Outline) outline = NULL;

    for (guint i = 0; i < setting.guest->devices->len; i++) {
        device = setting.guest->devices->pdata[i];
        if (g_str_equal(device->driver, "isa-parallel"))
            break;
    }
    assert_string_equal(device->driver, "isa-parallel");
    ((MatchPair *)match_of_device(setting.match, device))->state = MATCH_UNMANAGED;
    outline = outline_new(setting.guest, &setting.options);
    assert_int_not_equal(outline_find(outline, device->path), G_MAXUINT);
    setting_close(&setting);
}

/* The floppy controller is one of the ISA devices that are folded away. */
static void what_an_absent_device_is_below_is_not_folded_away(void **state)
{
    g_autoptr(Guest) guest = hand_guest_web01();
    Bus *isa = guest_find_bus(guest, "isa.0", NULL),
        *floppy = bus_new("floppy-bus.0", "floppy-bus");
    Device *controller = device_new("isa-fdc");
    Setting setting;
    g_autoptr(Outline) outline = NULL;

    controller->bus = isa;
    controller->path = g_strdup("/machine/fdc");
    controller->implicit = TRUE;
    floppy->owner = controller;
    floppy->path = g_strdup("/machine/fdc/floppy");
    g_ptr_array_add(controller->buses, floppy);
    g_ptr_array_add(isa->devices, controller);
    guest_index(guest);
    setting = setting_open(guest_ref(guest),
                           "<disk device='floppy'><target dev='fda' bus='fdc'/></disk>");
    outline = outline_new(guest, &setting.options);
    assert_int_not_equal(outline_find(outline, "/machine/fdc"), G_MAXUINT);
    assert_int_not_equal(outline_find(outline, "absent/disk/1"), G_MAXUINT);
    setting_close(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_devices_stand_where_the_file_wants_them),
        cmocka_unit_test(every_absent_device_has_a_row),
        cmocka_unit_test(time_is_linear),
        cmocka_unit_test(what_comes_first_is_told),
        cmocka_unit_test(what_an_absent_device_is_below_is_not_folded_away),
        cmocka_unit_test(a_stranger_stands_outside_of_its_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
