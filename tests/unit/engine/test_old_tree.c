/* The tree of QEMUs without QOM, of recorded answers of 0.10 to 0.14: every device at its place,
 * and nothing that is not proven. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/match.h"
#include "tests/support/match_lines.h"
#include "tests/unit/engine/domain_text.h"
#include "tests/unit/engine/fixture_guest.h"

/* --- what is told of a device ---------------------------------------------------------------- */

/* "pci 00:03.0 = ne2k_pci.0, ne2k_pci, can leave, 52:54:00:5b:ef:21 user" */
static void append_device(GString *text, const Device *device)
{
    g_string_append_printf(text, "%s = %s%s%s", device->path, device->id ? device->id : "",
                           device->id ? ", " : "", *device->driver ? device->driver : "?");
    if (device->implicit)
        g_string_append(text, ", implicit");
    if (device->hotpluggable)
        g_string_append(text, ", can leave");
    if (device->drive)
        g_string_append_printf(text, ", %s %s", device->drive->backend,
                               device->drive->file ? device->drive->file : "-");
    if (device->nic)
        g_string_append_printf(text, ", %s %s", device->nic->mac ? device->nic->mac : "-",
                               device->nic->backend ? device->nic->backend : "-");
    g_string_append_c(text, '\n');
}

static char *tree_text(const Guest *guest)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < guest->devices->len; i++)
        append_device(text, guest->devices->pdata[i]);
    for (guint i = 0; i < guest->memory_devices->len; i++)
        append_device(text, guest->memory_devices->pdata[i]);
    return g_string_free(text, FALSE);
}

static void check_tree(const Guest *guest, const char *expected)
{
    g_autofree char *text = tree_text(guest);
    assert_string_equal(text, expected);
}

/* --- recorded guests ------------------------------------------------------------------------- */

#define CHIPSET                                                                                    \
    "i440FX-pcihost = i440FX-pcihost, implicit\n"                                                  \
    "pci 00:00.0 = i440FX, implicit\n"                                                             \
    "pci 00:01.0 = PIIX3, implicit\n"
#define NIC "can leave, 52:54:00:"
#define SCSI "scsi-disk, can leave, "

static void test_pci_alone(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("old-0.10");
    assert_true(guest->can.pci_add);
    assert_false(guest->can.qom || guest->can.device_add);
    assert_int_equal(guest->hubs, 0x1f);
    check_tree(guest, CHIPSET "pci 00:01.1 = piix3-ide, implicit\n"
                              "pci 00:01.1/ide 1:0 = ide-drive, ide1-cd0 cd.iso\n"
                              "pci 00:01.2 = piix3-usb-uhci, implicit\n"
                              "pci 00:01.3 = PIIX4_PM, implicit\n"
                              "pci 00:02.0 = cirrus-vga\n"
                              "pci 00:03.0 = ne2k_pci.0, ne2k_pci, " NIC "5b:ef:21 user\n"
                              "pci 00:04.0 = virtio.0, virtio-net-pci, " NIC "1c:dc:98 user\n"
                              "pci 00:05.0 = e1000.0, e1000, " NIC "f7:c5:0e user\n"
                              "pci 00:06.0 = pcnet.0, pcnet, " NIC "56:6c:55 user\n"
                              "pci 00:07.0 = rtl8139.0, rtl8139, " NIC "ca:0d:58 user\n"
                              "pci 00:08.0 = AC97\n"
                              "pci 00:09.0 = ES1370\n"
                              "pci 00:0a.0 = lsi53c895a, can leave\n"
                              "pci 00:0a.0/scsi 0 = " SCSI "scsi0-hd0 da.qcow2\n"
                              "pci 00:0a.0/scsi 3 = " SCSI "scsi0-hd3 db.qcow2\n"
                              "pci 00:0a.0/scsi 5 = " SCSI "scsi0-hd5 dc.qcow2\n"
                              "pci 00:0b.0 = virtio-blk-pci, can leave, virtio0 dd.qcow2\n"
                              "pci 00:0c.0 = virtio-balloon-pci\n"
                              "drive floppy0 = floppy, floppy0 ej.img\n");
}

/* Its `info qtree` has the floppy controller only, and it says nothing of a pcnet. */
static void test_qtree_without_pci(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("old-0.11");
    const Device *pcnet = guest_find(guest, "00:07.0", NULL);
    assert_string_equal(((Device *)guest->devices->pdata[0])->driver, "fdc");
    assert_string_equal(pcnet->id, "pcnet.0");
    assert_null(pcnet->nic->mac);
    assert_string_equal(guest_find(guest, "00:03.0", NULL)->driver, "i6300esb");
    assert_string_equal(guest_find(guest, "0:0:5", NULL)->path, "pci 00:0b.0/scsi 5");
    assert_int_equal(guest_find(guest, "0:1:0", NULL)->kind, KIND_CDROM);
}

static void test_qtree(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("old-0.12");
    assert_true(guest->can.device_add);
    check_tree(guest, CHIPSET "pci 00:01.0/mc146818rtc = mc146818rtc, implicit\n"
                              "pci 00:01.0/isa-serial = isa-serial, implicit\n"
                              "pci 00:01.0/i8042 = i8042, implicit\n"
                              "pci 00:01.0/isa-fdc = isa-fdc, implicit\n"
                              "pci 00:01.0/isa-fdc/floppy 0 = floppy, floppy0 ej.img\n"
                              "pci 00:01.1 = piix3-ide, implicit\n"
                              "pci 00:01.1/ide 1:0 = ide-drive, ide1-cd0 cd.iso\n"
                              "pci 00:01.2 = piix3-usb-uhci, implicit\n"
                              "pci 00:01.3 = PIIX4_PM, implicit\n"
                              "pci 00:02.0 = cirrus-vga\n"
                              "pci 00:03.0 = ne2k_pci.0, ne2k_pci, " NIC "5b:ef:21 user\n"
                              "pci 00:04.0 = virtio.0, virtio-net-pci, " NIC "1c:dc:98 user\n"
                              "pci 00:05.0 = e1000.0, e1000, " NIC "f7:c5:0e user\n"
                              "pci 00:06.0 = pcnet.0, pcnet, " NIC "56:6c:55 user\n"
                              "pci 00:07.0 = rtl8139.0, rtl8139, " NIC "ca:0d:58 user\n"
                              "pci 00:08.0 = AC97\n"
                              "pci 00:09.0 = ES1370\n"
                              "pci 00:0a.0 = lsi53c895a, can leave\n"
                              "pci 00:0a.0/scsi 0 = " SCSI "scsi0-hd0 da.qcow2\n"
                              "pci 00:0a.0/scsi 3 = " SCSI "scsi0-hd3 db.qcow2\n"
                              "pci 00:0a.0/scsi 5 = " SCSI "scsi0-hd5 dc.qcow2\n"
                              "pci 00:0b.0 = virtio-blk-pci, can leave, virtio0 dd.qcow2\n"
                              "pci 00:0c.0 = i6300esb\n");
    assert_int_equal(guest_find(guest, "0:1:0", NULL)->kind, KIND_CDROM);
}

/* From 0.13 on a NIC has no id of its own. */
static void test_later(void **state)
{
    static const char *const names[] = { "old-0.13", "old-0.14" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Guest) guest = fixture_guest(names[i]);
        const Device *net = guest_find(guest, "00:05.0", NULL);
        assert_string_equal(net->path, "pci 00:05.0");
        assert_null(net->id);
        assert_string_equal(net->nic->mac, "52:54:00:f7:c5:0e");
        assert_string_equal(net->nic->backend, "user");
        assert_non_null(guest_find_path(guest, "pci 00:01.3/smbus-eeprom 8"));
    }
}

/* --- what nothing proves --------------------------------------------------------------------- */

typedef struct {
    Inventory *inventory;
    Guest *guest;
} Reader;

static void on_read(Guest *guest, const GError *error, gpointer data)
{
    ((Reader *)data)->guest = guest_ref(guest);
}

static Guest *read_guest(Inventory *inventory)
{
    Reader reader = { .inventory = inventory };
    inventory_read(inventory, INVENTORY_TREE, on_read, &reader);
    fake_wait(reader.guest);
    return reader.guest;
}

/* One connection to a guest of query-pci alone. */
typedef struct {
    FakeMonitor *fake;
    Monitor *monitor;
    Inventory *inventory;
} Old;

static void old_clear(Old *old)
{
    inventory_free(old->inventory);
    monitor_free(old->monitor);
    fake_monitor_free(old->fake);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Old, old_clear)

#define CARD(slot, vendor, device)                                                                 \
    "{\"slot\":" #slot ",\"function\":0,\"bus\":0,\"class_info\":{\"desc\":\"Ethernet "            \
    "controller\"},\"id\":{\"vendor\":" #vendor ",\"device\":" #device "},\"qdev_id\":\"\"}"
#define LSI(slot)                                                                                  \
    "{\"slot\":" #slot ",\"function\":0,\"bus\":0,\"class_info\":{\"desc\":\"SCSI "                \
    "controller\"},\"id\":{\"vendor\":4096,\"device\":18},\"qdev_id\":\"\"}"

static void old_init(Old *old, const char *cards, const char *blocks)
{
    static const MonitorListener listener = { .ready = fixture_on_ready,
                                              .closed = fixture_on_closed };
    gboolean ready = FALSE;
    g_autofree char *pci = g_strdup_printf("[{\"bus\":0,\"devices\":[%s]}]", cards);
    old->fake = fake_monitor_new();
    fake_monitor_reply(old->fake, "query-commands", "[{\"name\":\"pci_add\"}]");
    fake_monitor_reply(old->fake, "query-pci", pci);
    fake_monitor_reply(old->fake, "query-block", blocks);
    g_autoptr(Target) target = target_parse(fake_monitor_path(old->fake), NULL);
    old->monitor = monitor_open(target, &listener, &ready);
    fake_wait(ready);
    old->inventory = inventory_new(old->monitor);
}

#define DRIVE(name)                                                                                \
    "{\"device\":\"" name "\",\"removable\":false,"                                                \
    "\"inserted\":{\"file\":\"" name ".img\",\"ro\":false,\"drv\":\"raw\"}}"
#define EMPTY(name) "{\"device\":\"" name "\",\"removable\":false}"
#define HOST "i440FX-pcihost = i440FX-pcihost, implicit\n"

/* Of two controllers nothing says which has the disk, apart from what we did ourselves. */
static void test_two_controllers(void **state)
{
    g_auto(Old) old = { 0 };
    old_init(&old, LSI(5) "," LSI(6), "[" DRIVE("scsi0-hd2") "," DRIVE("scsi1-hd4") "]");
    g_autoptr(Guest) before = read_guest(old.inventory);
    check_tree(before, HOST "pci 00:05.0 = lsi53c895a, can leave\n"
                            "pci 00:06.0 = lsi53c895a, can leave\n"
                            "drive scsi0-hd2 = scsi-disk, scsi0-hd2 scsi0-hd2.img\n"
                            "drive scsi1-hd4 = scsi-disk, scsi1-hd4 scsi1-hd4.img\n");
    inventory_learn(old.inventory, "scsi1-hd4", "00:06.0");
    g_autoptr(Guest) after = read_guest(old.inventory);
    check_tree(after, HOST "pci 00:05.0 = lsi53c895a, can leave\n"
                           "pci 00:06.0 = lsi53c895a, can leave\n"
                           "pci 00:06.0/scsi 4 = scsi-disk, can leave, scsi1-hd4 scsi1-hd4.img\n"
                           "drive scsi0-hd2 = scsi-disk, scsi0-hd2 scsi0-hd2.img\n");
}

/* A key of bus 1 may have outlived its controller; a key without an image is no device; of two
 * virtio disks nothing tells which is which. */
static void test_drives_in_doubt(void **state)
{
    g_auto(Old) old = { 0 };
    old_init(&old, LSI(5) "," CARD(7, 6900, 4097) "," CARD(8, 6900, 4097),
             "[" DRIVE("scsi1-hd0") "," EMPTY("scsi0-hd1") "," DRIVE("virtio0") "," DRIVE(
                 "virtio1") ",{\"device\":\"sd0\",\"removable\":true}]");
    g_autoptr(Guest) guest = read_guest(old.inventory);
    check_tree(guest, HOST "pci 00:05.0 = lsi53c895a, can leave\n"
                           "pci 00:07.0 = virtio-blk-pci, can leave\n"
                           "pci 00:08.0 = virtio-blk-pci, can leave\n"
                           "drive scsi1-hd0 = scsi-disk, scsi1-hd0 scsi1-hd0.img\n"
                           "drive virtio0 = virtio-blk-pci, virtio0 virtio0.img\n"
                           "drive virtio1 = virtio-blk-pci, virtio1 virtio1.img\n");
}

/* Two e1000 are not told apart, the rtl8139 is; a card with ids of several models is none. */
static void test_nics_in_doubt(void **state)
{
    g_auto(Old) old = { 0 };
    old_init(&old,
             CARD(3, 32902, 4110) "," CARD(4, 32902, 4110) "," CARD(5, 4332,
                                                                    33081) "," CARD(6, 32902, 4617),
             "[]");
    fake_monitor_reply_text(old.fake, "hmp:info network",
                            "hub 0\r\n"
                            " \\ hub0port0: a: index=0,type=nic,model=e1000,macaddr=00:01\r\n"
                            " \\ hub0port1: b: index=0,type=nic,model=e1000,macaddr=00:02\r\n"
                            "hub 3\r\n"
                            " \\ hub3port0: c: index=0,type=nic,model=rtl8139,macaddr=00:03\r\n"
                            " \\ hub3port1: u: index=0,type=user,net=10.0.2.0\r\n");
    g_autoptr(Guest) guest = read_guest(old.inventory);
    assert_int_equal(guest->hubs, 1 | 1 << 3);
    check_tree(guest, HOST "pci 00:03.0 = e1000, can leave\n"
                           "pci 00:04.0 = e1000, can leave\n"
                           "pci 00:05.0 = c, rtl8139, can leave, 00:03 user\n"
                           "pci 00:06.0 = ?, can leave\n");
    g_autofree char *name = device_display_name(guest_find(guest, "00:06.0", NULL));
    assert_string_equal(name, "PCI device 8086:1209 at 00:06.0");
}

static void test_usb(void **state)
{
    g_auto(Old) old = { 0 };
    old_init(&old, CARD(1, 32902, 28704), "[]");
    fake_monitor_reply_text(old.fake, "hmp:info usb",
                            "  Device 0.0, Speed 12 Mb/s, Product QEMU USB Tablet\r\n"
                            "  Device 0.0, Speed 12 Mb/s, Product QEMU USB Tablet\r\n"
                            "  Device 0.0, Port 2.1, Speed 12 Mb/s, Product QEMU USB Mouse\r\n"
                            "  Device 0.0, Speed 12 Mb/s, Product QEMU USB MSD(raw.img)\r\n"
                            "  Device 0.3, Speed 480 Mb/s, Product A, Port thing\r\n");
    g_autoptr(Guest) guest = read_guest(old.inventory);
    check_tree(guest, HOST "pci 00:01.0 = piix3-usb-uhci, implicit\n"
                           "pci 00:01.0/usb-tablet = usb-tablet, can leave\n"
                           "pci 00:01.0/usb-tablet 2 = usb-tablet, can leave\n"
                           "pci 00:01.0/usb-storage = usb-storage, can leave\n"
                           "pci 00:01.0/A, Port thing = ?, can leave\n"
                           "pci 00:01.0/usb 2.1 = usb-mouse, can leave\n");
}

/* What is not in `info qtree` is in its slot all the same. */
static void test_slots_are_taken(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("old-0.12");
    const Device *power = guest_find(guest, "00:01.3", NULL);
    assert_string_equal(power->driver, "PIIX4_PM");
    assert_int_equal(power->pci->vendor, 0x8086);
}

/* --- the proposal's example ------------------------------------------------------------------ */

/* The guest of the proposal as a QEMU tells it that has neither `info qtree` nor names of NICs. */
static Guest *proposal_guest(void)
{
    g_auto(Old) old = { 0 };
    json_t *told = json_load_file(SRCDIR "/tests/fixtures/old-0.12.json", 0, NULL);
    json_t *cards =
        json_object_get(json_array_get(json_object_get(told, "query-pci"), 0), "devices");
    g_autofree char *text = json_dumps(cards, JSON_COMPACT);
    g_autofree char *blocks = json_dumps(json_object_get(told, "query-block"), JSON_COMPACT);
    g_autoptr(GString) files = g_string_new(blocks);
    g_string_replace(files, "dd.qcow2", "/home/berrange/VirtualMachines/plain.qcow", 0);
    g_string_replace(files, "cd.iso", "/home/berrange/gpxe.iso", 0);
    g_string_replace(files, "da.qcow2", "/home/berrange/output.img", 0);
    g_string_replace(files, "db.qcow2", "/home/berrange/output.img", 0);
    g_string_replace(files, "dc.qcow2", "/home/berrange/output.img", 0);
    text[strlen(text) - 1] = '\0';
    old_init(&old, text + 1, files->str);
    json_decref(told);
    return read_guest(old.inventory);
}

/* Each address that the example's author had found out is found, and is the same. */
static void check_proposal(guint evidence, gboolean drives, guint count)
{
    g_autoptr(Guest) guest = proposal_guest();
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_autoptr(Match) match = match_new(domain, guest, evidence);
    guint found = 0;
    for (guint i = 0; i < domain->devices->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        const Address *said = &pair->configured->address.place;
        if (said->type == ADDRESS_NONE || (!drives && said->type == ADDRESS_DRIVE))
            continue;
        g_autofree char *line = match_line(pair);
        if (!pair->device || !address_equal(said, &pair->place))
            fail_msg("%s %u: %s: %s", pair->configured->element, pair->configured->ordinal, line,
                     pair->reason ? pair->reason : "");
        found++;
    }
    assert_int_equal(found, count);
    /* Three disks of one image can be each other. */
    assert_int_equal(match->ambiguous, drives ? 3 : 0);
}

static void test_proposal(void **state)
{
    check_proposal(EVIDENCE_INFO_PCI, FALSE, 12);
    check_proposal(EVIDENCE_ALL, TRUE, 16);
}

/* --- being asked ----------------------------------------------------------------------------- */

static void test_asked_once(void **state)
{
    g_auto(Old) old = { 0 };
    old_init(&old, LSI(5), "[]");
    g_autoptr(Guest) first = read_guest(old.inventory);
    assert_int_equal(fake_monitor_count(old.fake, "query-commands"), 1);
    assert_int_equal(fake_monitor_count(old.fake, "hmp:info usb"), 1);
    g_autoptr(Guest) second = read_guest(old.inventory);
    assert_int_equal(fake_monitor_count(old.fake, "query-commands"), 1);
    assert_int_equal(fake_monitor_count(old.fake, "hmp:info usb"), 2);
    assert_string_equal(((Device *)second->devices->pdata[1])->path, "pci 00:05.0");
}

static void test_capabilities(void **state)
{
    Capabilities silent = capabilities_from_commands(NULL);
    json_t *old = json_loads("[{\"name\":\"pci_add\"},{\"name\":\"device_add\"},3,{}]", 0, NULL);
    Capabilities can = capabilities_from_commands(old);
    json_decref(old);
    assert_true(silent.qom && silent.device_add && !silent.known && !silent.pci_add);
    assert_true(can.known && can.pci_add && can.device_add && !can.qom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pci_alone),       cmocka_unit_test(test_qtree_without_pci),
        cmocka_unit_test(test_qtree),           cmocka_unit_test(test_later),
        cmocka_unit_test(test_two_controllers), cmocka_unit_test(test_drives_in_doubt),
        cmocka_unit_test(test_nics_in_doubt),   cmocka_unit_test(test_usb),
        cmocka_unit_test(test_slots_are_taken), cmocka_unit_test(test_asked_once),
        cmocka_unit_test(test_capabilities),    cmocka_unit_test(test_proposal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
