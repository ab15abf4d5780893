/* Matching, one question at a time, on guests made by hand and on recorded ones. */
#include "tests/unit/engine/domain_text.h"

#include "engine/describe.h"
#include "tests/support/match_lines.h"
#include "tests/unit/engine/fixture_guest.h"
#include "tests/unit/engine/plan_guest.h"

#define MAC "52:54:00:00:00:0"
#define E1000(inner) "<interface type='user'><model type='e1000'/>" inner "</interface>\n"
#define PCI(bus, slot) "<address type='pci' domain='0' bus='" bus "' slot='" slot "' function='0'/>"
#define DYNAMIC(slot) "<address type='pci' mode='dynamic' bus='0' slot='" slot "'/>"

/* --- both sides ------------------------------------------------------------------------------- */

static Guest *new_pc(Bus **root)
{
    Guest *guest = new_guest("pc-i440fx-7.2");
    *root = offer_bus(add_device(guest->root, "i440FX-pcihost", NULL), "pci.0", "PCI", TRUE);
    (*root)->number = 0;
    add_pci(*root, 0, 0, "i440FX", NULL)->implicit = TRUE;
    return guest;
}

static Device *add_card(Bus *bus, guint slot, const char *driver, const char *id)
{
    Device *device = add_pci(bus, slot, 0, driver, id);
    device->implicit = FALSE;
    device->pci = g_new0(PciFacts, 1);
    device->pci->vendor = device->model ? device->model->vendor : 0;
    device->pci->device = device->model ? device->model->device : 0;
    return device;
}

static Device *add_nic(Bus *bus, guint slot, const char *driver, const char *id, const char *mac)
{
    Device *device = add_card(bus, slot, driver, id);
    device->nic = g_new0(Nic, 1);
    device->nic->mac = g_strdup(mac);
    return device;
}

static Bus *add_bridge(Bus *bus, guint slot, const char *id)
{
    Device *bridge = add_card(bus, slot, "pci-bridge", id);
    return offer_bus(bridge, id ? id : "pci.1", "PCI", TRUE);
}

static Bus *add_adapter(Bus *bus, guint slot, const char *id)
{
    return offer_bus(add_card(bus, slot, "lsi53c895a", id), "scsi.0", "SCSI", TRUE);
}

/* Three e1000 at 5, 6, 7, in the order of their MACs. */
static Guest *three_cards(void)
{
    Bus *root;
    Guest *guest = new_pc(&root);
    add_nic(root, 5, "e1000", "a", MAC "5");
    add_nic(root, 6, "e1000", "b", MAC "6");
    add_nic(root, 7, "e1000", NULL, MAC "7");
    guest_index(guest);
    return guest;
}

/* --- what is expected ------------------------------------------------------------------------- */

static void check_with(const Guest *guest, guint mask, const char *devices, const char *expected)
{
    g_autoptr(Domain) domain = domain_of("pc", devices);
    g_autoptr(Match) match = match_new(domain, guest, mask);
    g_autofree char *lines = match_lines(match);
    assert_string_equal(lines, expected);
}

static void check(const Guest *guest, const char *devices, const char *expected)
{
    check_with(guest, EVIDENCE_ALL, devices, expected);
}

static void check_reason(const Guest *guest, const char *devices, const char *expected)
{
    g_autoptr(Domain) domain = domain_of("pc", devices);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    const MatchPair *pair = match->pairs->pdata[0];
    assert_string_equal(pair->reason ? pair->reason : "none", expected);
}

static MatchState state_of(const Match *match, const char *id)
{
    const Device *device = guest_find(match->guest, id, NULL);
    assert_non_null(device);
    return match_of_device(match, device)->state;
}

/* --- evidence that names one device ----------------------------------------------------------- */

static void test_equal_cards(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    /* In another order than they were started, and told in capitals. */
    check(guest,
          E1000("<mac address='" MAC "7'/>") E1000("<mac address='" MAC "5'/>" DYNAMIC("9"))
              E1000("<mac address='52:54:00:00:00:06'/>" PCI("0", "6")),
          "00:07.0 found MAC; a differs MAC; b same MAC");
    check(guest, E1000("<alias name='b'/>") E1000("<alias name='a'/>"),
          "b found qdev id; a found qdev id");
    check(guest, E1000(PCI("0", "7")) E1000(PCI("0", "5")) E1000(PCI("0", "6")),
          "00:07.0 same address; a same address; b same address");
}

static void test_ambiguous_cards(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    check(guest, E1000("") E1000("") E1000(""),
          "a found model ~2; b found model ~2; "
          "00:07.0 found model ~2");
    check(guest, E1000("") E1000("<boot order='1'/>") E1000(""),
          "a found model ?2; b found model ?2; 00:07.0 found model ?2");
    /* Which one the file lacks, or the guest. */
    check(guest, E1000("") E1000(""), "a found model ?2; b found model ?2");
    check(guest, E1000("") E1000("") E1000("") E1000(""),
          "a found model ~3; b found model ~3; 00:07.0 found model ~3; - absent ~3");
    /* What is left when the others are known. */
    check(guest, E1000("") E1000("<mac address='" MAC "6'/>") E1000("<alias name='a'/>"),
          "00:07.0 found model; b found MAC; a found qdev id");
    g_autoptr(Domain) domain = domain_of("pc", E1000("") E1000(""));
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    assert_int_equal(match->ambiguous, 2);
    assert_false(match_agrees(match));
    assert_int_equal(match_of_device(match, guest_find(guest, "07.0", NULL))->alternatives, 2);
}

/* A dynamic address is of another start, so it tells nothing. */
static void test_dynamic_address(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    check(guest, E1000(DYNAMIC("7")) E1000(DYNAMIC("5") "<boot order='1'/>") E1000(DYNAMIC("6")),
          "a differs model ?2; b differs model ?2; 00:07.0 differs model ?2");
    check_reason(guest, E1000("<alias name='b'/>" DYNAMIC("9")),
                 "the file says 00:09.0, a dynamic address of another start");
}

/* An id counts from the order of the file when nothing else tells, but is not certain. */
static void test_derived_id(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_nic(root, 5, "e1000", "net1", MAC "5");
    add_nic(root, 6, "e1000", "net0", MAC "6");
    Bus *scsi = add_adapter(root, 7, "scsi1");
    add_disk(scsi, 3, "scsi1-0-3", NULL, NULL, NULL);
    add_disk(scsi, 4, "scsi1-0-4", NULL, NULL, NULL);
    add_adapter(root, 8, "scsi0");
    guest_index(guest);
    check(guest, E1000("") E1000("<boot order='1'/>"),
          "net0 found qdev id ?1; net1 found qdev id ?1");
    check(guest, E1000("<boot order='1'/>" PCI("0", "6")) E1000(PCI("0", "5")),
          "net0 same qdev id; net1 same qdev id");
    /* The index of a controller and the bay of a disk are no order. */
    check(guest,
          "<controller type='scsi' index='0'/><controller type='scsi' index='1'/>"
          "<disk><target dev='sdl'/></disk><disk><target dev='sdk'/></disk>",
          "scsi0 found qdev id; scsi1 found qdev id; scsi1-0-4 found qdev id; "
          "scsi1-0-3 found qdev id");
}

static void test_kinds(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_nic(root, 5, "rtl8139", "x", MAC "5");
    guest_index(guest);
    /* A NIC is no disk, whatever its id. */
    check(guest, "<disk><target dev='vda'/><alias name='x'/></disk>", "- absent");
    check(guest, E1000("<alias name='x'/>"), "x differs qdev id !");
    check_reason(guest, E1000("<alias name='x'/>"), "the file says e1000, the guest has rtl8139");
    check(guest, E1000(PCI("0", "5")), "- absent");
    check_reason(guest, E1000(PCI("0", "5")), "at 00:05.0 the guest has rtl8139 x");
    check_reason(guest, E1000(""), "no e1000 is left in the guest");
    check_reason(guest, E1000("<mac address='" MAC "9'/>"),
                 "no NIC of the guest has the MAC 52:54:00:00:00:09");
}

/* One driver serves two kinds of bus. */
static void test_sata(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *port = offer_bus(add_card(root, 5, "ich9-ahci", "sata0"), "sata0.0", "IDE", FALSE);
    port->family = BUS_SATA;
    add_device(port, "ide-hd", "disk")->implicit = FALSE;
    guest_index(guest);
    const char *ide = "<disk><target dev='hda'/><alias name='disk'/></disk>";
    check(guest, "<disk><target dev='sda' bus='sata'/></disk>", "disk same model");
    check(guest, "<disk><target dev='hda'/></disk>", "- absent");
    check(guest, ide, "disk differs qdev id !");
    check_reason(guest, ide, "the file says ide-hd, the guest has ide-hd (SATA)");
}

/* Two kinds of evidence for two devices: the stronger one counts and the other is named. */
static void test_contradictions(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    check(guest, E1000("<alias name='a'/><mac address='" MAC "6'/>"), "a differs qdev id !");
    check_reason(guest, E1000("<alias name='a'/><mac address='" MAC "6'/>"),
                 "the file says the MAC 52:54:00:00:00:06, the guest has 52:54:00:00:00:05");
    check(guest,
          E1000("<alias name='a'/><mac address='" MAC "6'/>")
              E1000("<alias name='b'/><mac address='" MAC "5'/>"),
          "a differs qdev id !; b differs qdev id !");
    /* What is left may be the one that was paired in spite of that. */
    check(guest,
          E1000("<alias name='a'/><mac address='" MAC "9'/>") E1000("<mac address='" MAC "6'/>")
              E1000(""),
          "a differs qdev id !; b found MAC; 00:07.0 found model ?1");
    /* A MAC that nobody has is not the one that is left, nor is what is at its address. */
    check(guest, E1000("<mac address='" MAC "9'/>" PCI("0", "7")) E1000("<alias name='a'/>"),
          "- absent; a found qdev id");
    /* The ids of the file are those of the guest, so another id is another device. */
    check(guest, E1000("<alias name='c'/>") E1000("<alias name='a'/>") E1000("<alias name='b'/>"),
          "- absent; a found qdev id; b found qdev id");
    check(guest, E1000("<alias name='c'/><mac address='" MAC "7'/>") E1000("<alias name='a'/>"),
          "00:07.0 differs MAC !; a found qdev id");
}

static void test_drives(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *scsi = add_adapter(root, 5, "hba");
    add_disk(scsi, 0, "a", NULL, NULL, "/images/a.img");
    add_disk(scsi, 1, "b", NULL, NULL, "b.img");
    add_property(add_disk(scsi, 2, "c", NULL, NULL, "/images/c.img"), "serial", "S3");
    Device *cdrom = add_device(scsi, "scsi-cd", "cd");
    cdrom->address = (Address){ .type = ADDRESS_DRIVE, .drive = { .target = 3, .scsi = TRUE } };
    cdrom->drive = g_new0(Drive, 1);
    cdrom->drive->file = g_strdup("/iso/old.iso");
    guest_index(guest);
    check(guest,
          "<disk><source file='/images/x/../a.img'/><target dev='sda'/></disk>"
          "<disk><source file='/images/b.img'/><target dev='sdb'/></disk>"
          "<disk><serial>S3</serial><target dev='sdc'/></disk>"
          "<disk device='cdrom'><source file='/iso/new.iso'/><target dev='sdd'/></disk>",
          "a found image file; b found image file; c found serial; cd found model");
    check(guest, "<disk><source file='/other/a.img'/><target dev='sda'/></disk>", "- absent");
    add_property(guest_find_id(guest, "b"), "serial", "");
    check(guest,
          "<disk><source file='/images/a.img'/><target dev='sda'/></disk>"
          "<disk><serial>S3</serial><target dev='sdc'/></disk>"
          "<disk><serial>S9</serial><target dev='sdb'/></disk>",
          "a found image file; c found serial; - absent");
    /* A medium that was changed is no other drive; an image that was is. */
    check(guest,
          "<disk device='cdrom'><source file='/iso/new.iso'/><target dev='sdd'/>"
          "<alias name='cd'/></disk>"
          "<disk><source file='/images/snap.img'/><target dev='sda'/><alias name='a'/></disk>",
          "cd found qdev id; a differs qdev id !");
}

/* Two disks on one image are told apart by what else is known of them. */
static void test_shared_image(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *scsi = add_adapter(root, 5, "scsi0");
    add_disk(scsi, 0, NULL, NULL, NULL, "/i");
    add_disk(scsi, 3, NULL, NULL, NULL, "/i");
    guest_index(guest);
    check(guest,
          "<controller type='scsi' index='0'/>"
          "<disk><source file='/i'/><target dev='sdd'/></disk>"
          "<disk><source file='/i'/><target dev='sda'/></disk>",
          "scsi0 found qdev id; 0:0:0 found image file ?1; 0:0:3 found image file ?1");
    check(guest,
          "<controller type='scsi' index='0'/>"
          "<disk><source file='/i'/><target dev='sdd'/>"
          "<address type='drive' controller='0' bus='0' unit='3'/></disk>"
          "<disk><source file='/i'/><target dev='sda'/></disk>",
          "scsi0 found qdev id; 0:0:3 same address; 0:0:0 found image file");
}

/* --- addresses on buses ----------------------------------------------------------------------- */

/* The firmware has numbered nothing, and the file has the bridges last and the other way round. */
static void test_behind_bridges(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *first = add_bridge(root, 4, "left"), *second = add_bridge(root, 8, NULL);
    Bus *inner = add_bridge(second, 2, NULL);
    add_nic(first, 1, "e1000", "a", MAC "1");
    add_nic(second, 1, "e1000", "b", MAC "2");
    add_nic(inner, 1, "e1000", "c", MAC "3");
    guest_index(guest);
    check(
        guest,
        E1000(PCI("3", "1")) E1000(PCI("1", "1"))
            E1000(PCI("2", "1")) "<controller type='pci' index='3' model='pci-bridge'>" PCI(
                "1", "2") "</controller>"
                          "<controller type='pci' index='1' model='pci-bridge'>" PCI(
                              "0", "8") "</controller>"
                                        "<controller type='pci' index='2' model='pci-bridge'>" PCI(
                                            "0", "4") "</controller>",
        "c same address; b same address; a same address; ??:02.0 same address; "
        "00:08.0 same address; left same address");
}

/* Which bridge is which cannot be said, so neither can which card is on it. */
static void test_equal_bridges(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_nic(add_bridge(root, 4, NULL), 1, "e1000", "a", MAC "1");
    add_nic(add_bridge(root, 8, NULL), 1, "e1000", "b", MAC "2");
    guest_index(guest);
    const char *bridges = "<controller type='pci' index='1' model='pci-bridge'/>"
                          "<controller type='pci' index='2' model='pci-bridge'/>";
    g_autofree char *places = g_strconcat(E1000(PCI("2", "1")) E1000(PCI("1", "1")), bridges, NULL);
    check(guest, places,
          "b same address ?1; a same address ?1; 00:04.0 found model ?1; 00:08.0 found model ?1");
    /* What is on them says which they are. */
    g_autofree char *cards = g_strconcat(
        E1000("<mac address='" MAC "1'/>" PCI("2", "1")) E1000(PCI("1", "1")), bridges, NULL);
    check(guest, cards,
          "a same MAC; b same address; 00:08.0 found model; 00:04.0 found what is on it");
}

/* An index says nothing of where a bridge is, but those on the root bus were started first; what
 * has a static address behind one waits until that is found. */
static void test_nested_bridges(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *first = add_bridge(root, 4, NULL);
    add_bridge(first, 1, NULL)->number = 2;
    first->number = 1;
    add_bridge(root, 8, NULL)->number = 3;
    guest_index(guest);
    check(guest,
          "<controller type='pci' index='3' model='pci-bridge'>" PCI(
              "1", "1") "</controller>"
                        "<controller type='pci' index='1' model='pci-bridge'/>"
                        "<controller type='pci' index='2' model='pci-bridge'/>",
          "??:01.0 same address ?2; 00:04.0 found model ?2; 00:08.0 found model ?2");
}

/* Devices that were found by what they are say which controller they are on, unless they do not
 * agree, or are at another place of it. */
static void test_by_children(void **state)
{
    static const char *const files[] = {
        "<disk><source file='/a'/><target dev='sda'/>"
        "<address type='drive' controller='1' unit='0'/></disk>",
        "<disk><source file='/b'/><target dev='sdb'/>"
        "<address type='drive' controller='1' unit='1'/></disk>",
        "<disk><source file='/a'/><target dev='sda'/>"
        "<address type='drive' controller='1' unit='5'/></disk>",
    };
    static const char *const expected[] = { "00:06.0 found model; 00:05.0 found what is on it; ",
                                            "00:05.0 found model; 00:06.0 found what is on it; ",
                                            "00:05.0 found model ?1; 00:06.0 found model ?1; " };
    const char *controllers =
        "<controller type='scsi' index='0'/><controller type='scsi' index='1'/>";
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_disk(add_adapter(root, 5, NULL), 0, "a", NULL, NULL, "/a");
    add_disk(add_adapter(root, 6, NULL), 1, "b", NULL, NULL, "/b");
    guest_index(guest);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_strconcat(controllers, files[i], NULL);
        g_autoptr(Domain) domain = domain_of("pc", file);
        g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
        g_autofree char *lines = match_lines(match);
        assert_true(g_str_has_prefix(lines, expected[i]));
    }
    g_autofree char *both = g_strconcat(controllers, files[0], files[1], NULL);
    check(guest, both,
          "00:05.0 found model ?1; 00:06.0 found model ?1; a differs image file; "
          "b same image file");
}

/* A controller that may be another one, since it is of another model, and a disk on it. */
static void test_doubtful_controller(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_disk(add_adapter(root, 5, "hba"), 3, "disk", NULL, NULL, NULL);
    guest_index(guest);
    check(guest,
          "<controller type='scsi' index='0' model='virtio-scsi'><alias name='hba'/></controller>"
          "<disk><target dev='sda'/><address type='drive' controller='0' target='3'/></disk>",
          "hba differs qdev id !; disk same address ?1 !");
}

/* The chipset's IDE controller needs no element. */
static void test_machine_controller(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Device *ide = add_pci(root, 1, 1, "piix3-ide", NULL);
    ide->implicit = TRUE;
    for (guint i = 0; i < 2; i++) {
        Bus *channel = offer_bus(ide, i ? "ide.1" : "ide.0", "IDE", FALSE);
        Device *drive = add_device(channel, "ide-cd", i ? "second" : "first");
        drive->implicit = FALSE;
        drive->address = (Address){ .type = ADDRESS_DRIVE, .drive.bus = i };
    }
    guest_index(guest);
    check(guest,
          "<disk device='cdrom'><target dev='hdc'/><address type='drive' controller='0' bus='1' "
          "unit='0'/></disk><disk device='cdrom'><target dev='hda'/></disk>",
          "second same address; first found model");
}

/* Where one is elsewhere, others may be at their static addresses by chance. */
static void test_moved_card(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    check(guest, E1000(PCI("0", "5")) E1000(PCI("0", "6")) E1000(PCI("0", "9")),
          "a same address ?2; b same address ?2; 00:07.0 differs model ?2 !");
    check(guest, E1000(PCI("0", "5")) E1000(PCI("0", "6")) E1000(""),
          "a same address; b same address; 00:07.0 found model");
    check(guest, E1000(PCI("0", "5")) E1000(PCI("0", "5")),
          "a same model ?2; b differs model ?2 !");
    /* The only one of its driver is that one, wherever it is. */
    Bus *root;
    g_autoptr(Guest) single = new_pc(&root);
    add_nic(root, 5, "e1000", "a", MAC "5");
    guest_index(single);
    check(single, E1000(PCI("0", "9")), "a differs model");
}

/* --- what QEMU and libvirt do not say --------------------------------------------------------- */

static void test_info_pci(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_card(root, 3, "", NULL)->pci->vendor = 0x8086;
    ((Device *)root->devices->pdata[1])->pci->device = 0x100e;
    Device *virtio = add_card(root, 4, "", NULL);
    virtio->pci->vendor = 0x1af4;
    virtio->pci->device = 0x1041; /* as behind a PCIe port */
    Device *unknown = add_card(root, 5, "", NULL);
    unknown->pci->vendor = 0x1013;
    unknown->pci->device = 0x00b8;
    guest_index(guest);
    const char *file = "<video><model type='cirrus'/></video>"
                       "<interface type='user'><model type='virtio'/><mac address='" MAC "1'/>"
                       "</interface>" E1000("<alias name='x'/>")
                           E1000("<boot order='1'/>") "<input type='tablet' bus='usb'/>";
    check_with(guest, EVIDENCE_INFO_PCI, file,
               "00:05.0 found PCI id; 00:04.0 found PCI id; 00:03.0 found PCI id ?1; - absent ?1; "
               "- absent");
    /* All that may be used finds nothing more in such a guest, but an id that it lacks shows. */
    check(guest, file,
          "00:05.0 found PCI id; 00:04.0 found PCI id; 00:03.0 differs PCI id ?1 !; - absent ?1; "
          "- absent");
    /* The chipset says by its class that nobody put it there. */
    unknown->pci->class_code = 0x0680;
    unknown->pci->device = 0x7113;
    g_autoptr(Domain) domain = domain_of("pc", file);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_INFO_PCI);
    assert_int_equal(state_of(match, "05.0"), MATCH_IMPLICIT);
    /* A guest that tells more is taken for one that does not. */
    g_autoptr(Guest) cards = three_cards();
    check_with(cards, EVIDENCE_INFO_PCI,
               E1000("<mac address='" MAC "7'/>") E1000("<alias name='a'/>") E1000(PCI("0", "5")),
               "a found PCI id ?2; b found PCI id ?2; 00:07.0 differs PCI id ?2");
}

static void test_usb(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Bus *usb = offer_bus(add_card(root, 3, "qemu-xhci", "usb"), "usb.0", "usb-bus", TRUE);
    const char *const products[] = { "name QEMU USB Keyboard, speed 480",
                                     "name QEMU USB Tablet, speed 480", "name QEMU USB Hub" };
    for (guint i = 0; i < G_N_ELEMENTS(products); i++) {
        Device *device = add_device(usb, "", NULL);
        device->implicit = i == 2;
        device->attached = g_strdup(products[i]);
        device->address.type = ADDRESS_USB;
        g_snprintf(device->address.usb.port, sizeof device->address.usb.port, "%u", i + 1);
    }
    guest_index(guest);
    g_autoptr(Domain) domain = domain_of(
        "pc",
        "<input type='tablet' bus='usb'/><input type='keyboard' bus='usb'>"
        "<address type='usb' mode='dynamic' bus='007' dev='003'/></input>"
        "<controller type='usb' index='2' model='qemu-xhci'><alias name='usb'/></controller>");
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autofree char *lines = match_lines(match);
    assert_string_equal(lines, "usb 0.2 found model; usb 0.1 found model; usb found qdev id");
    assert_int_equal(state_of(match, "usb 0.3"), MATCH_IMPLICIT);
    g_autoptr(Domain) filled = match_fill(match, NULL, NULL, NULL);
    const char *text = xml_document_text(filled->document);
    assert_non_null(strstr(text, "<address type='usb' mode='dynamic' bus='2' port='2'/>"));
    assert_null(strstr(text, "dev='003'"));
}

/* What the machine brings, what is part of another device, and what came some other way. */
static void test_left_over(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    add_pci(root, 1, 0, "PIIX3", NULL)->implicit = TRUE;
    for (guint i = 2; i <= 3; i++) {
        const char *id = i == 2 ? "snd" : "other";
        Bus *hda = offer_bus(add_card(root, i, "ich9-intel-hda", id), "hda.0", "HDA", FALSE);
        add_device(hda, "hda-duplex", i == 2 ? "codec" : "codec2")->implicit = FALSE;
    }
    Device *dimm = device_new("pc-dimm");
    dimm->path = g_strdup("/machine/peripheral/dimm0");
    dimm->id = g_strdup("dimm0");
    g_ptr_array_add(guest->memory_devices, dimm);
    guest_index(guest);
    g_autoptr(Domain) domain = domain_of(
        "pc", "<sound model='ich9'><alias name='snd'/></sound><controller type='isa' index='0'/>"
              "<input type='keyboard' bus='ps2'/><memory model='dimm'/>");
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autofree char *lines = match_lines(match);
    assert_string_equal(lines, "snd found qdev id; 00:01.0 found the machine's own; - same; "
                               "dimm0 same qdev id");
    assert_int_equal(state_of(match, "codec"), MATCH_IMPLICIT);
    assert_int_equal(state_of(match, "codec2"), MATCH_UNMANAGED);
    assert_int_equal(state_of(match, "other"), MATCH_UNMANAGED);
    assert_int_equal(state_of(match, "00:00.0"), MATCH_IMPLICIT);
    assert_int_equal(match->counts[MATCH_UNMANAGED], 2);
    assert_false(match_agrees(match));
}

/* Every recorded guest is what its own description says. */
static void test_recorded(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture_names); i++) {
        g_autoptr(Guest) guest = fixture_guest(fixture_names[i]);
        g_autofree char *text = describe_guest(guest);
        g_autoptr(Domain) domain = domain_of_text(text);
        g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
        if (!match_agrees(match))
            fail_msg("%s: %u absent, %u differ, %u unmanaged, %u ambiguous", fixture_names[i],
                     match->counts[MATCH_ABSENT], match->counts[MATCH_DIFFERS],
                     match->counts[MATCH_UNMANAGED], match->ambiguous);
        g_autoptr(Match) by_order = match_new(domain, guest, EVIDENCE_INFO_PCI);
        for (guint j = 0; j < domain->devices->len; j++) {
            const MatchPair *pair = by_order->pairs->pdata[j];
            const MatchPair *right = match->pairs->pdata[j];
            if (match_pair_is_certain(pair))
                assert_ptr_equal(pair->device, right->device);
        }
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void check_fill(const Guest *guest, const char *devices, const char *expected,
                       const char *expected_left)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) domain = domain_of("pc", devices);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autoptr(Domain) filled = match_fill(match, NULL, left, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    assert_non_null(filled);
    for (guint i = 0; i < filled->devices->len; i++) {
        const DomainAddress *address = &domain_device(filled, i)->address;
        g_autofree char *place = address_to_text(&address->place);
        g_string_append_printf(text, "%s%s%s", i ? " " : "",
                               *place && address->mode == MODE_DYNAMIC ? "~" : "", place);
    }
    assert_string_equal(text->str, expected);
    g_ptr_array_add(left, NULL);
    g_autofree char *joined = g_strjoinv("\n", (char **)left->pdata);
    assert_string_equal(joined, expected_left);
}

static void test_fill(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    check_fill(guest,
               E1000("<mac address='" MAC "5'/>") E1000("<alias name='b'/>" PCI("0", "9"))
                   E1000("<mac address='" MAC "7'/>" DYNAMIC("5")),
               "~00:05.0 00:06.0 ~00:07.0", "");
    check_fill(guest, E1000("") E1000("") E1000(""), "~00:05.0 ~00:06.0 ~00:07.0", "");
    check_fill(guest, E1000("") E1000(""), " ",
               "interface 1 (e1000): one of 3 e1000 that nothing tells apart\n"
               "interface 2 (e1000): one of 3 e1000 that nothing tells apart");
    check_fill(guest, E1000("<alias name='a'/><mac address='" MAC "9'/>"), "",
               "interface 1 (e1000): the file says the MAC 52:54:00:00:00:09, the guest has "
               "52:54:00:00:00:05");
    /* An absent one keeps its place, and who keeps his own for that keeps it too. */
    check_fill(guest,
               E1000("<mac address='" MAC "9'/>" PCI("0", "5"))
                   E1000("<mac address='" MAC "5'/>" PCI("0", "6"))
                       E1000("<mac address='" MAC "6'/>" PCI("0", "8"))
                           E1000("<mac address='" MAC "7'/>"),
               "00:05.0 00:06.0 00:08.0 ~00:07.0",
               "interface 2 (e1000): it is at 00:05.0, which the file has for interface 1 (e1000)\n"
               "interface 3 (e1000): it is at 00:06.0, which the file has for interface 2 (e1000)");
    /* Two that change places. */
    check_fill(guest,
               E1000("<mac address='" MAC "5'/>" PCI("0", "6"))
                   E1000("<mac address='" MAC "6'/>" PCI("0", "5")),
               "00:05.0 00:06.0", "");
}

/* Of one device alone, and nothing where nothing is to be written. */
static void test_fill_some(void **state)
{
    g_autoptr(Guest) guest = three_cards();
    g_autoptr(Domain) domain =
        domain_of("pc", E1000("<alias name='a'/>") E1000("<alias name='b'/>" PCI("0", "6")));
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_ptr_array_add(some, domain->devices->pdata[1]);
    g_autoptr(Domain) same = match_fill(match, some, NULL, NULL);
    assert_ptr_equal(same, domain);
    g_ptr_array_add(some, domain->devices->pdata[0]);
    g_autoptr(Domain) filled = match_fill(match, some, NULL, NULL);
    assert_int_equal(domain_device(filled, 0)->address.place.pci.slot, 5);
}

/* An address of a type that is only kept, and devices that have none. */
static void test_kept_addresses(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    Device *isa = add_pci(root, 1, 0, "PIIX3", NULL);
    add_device(offer_bus(isa, "isa.0", "ISA", FALSE), "isa-serial", "serial0")->implicit = FALSE;
    guest_index(guest);
    check(guest,
          "<serial type='pty'><target type='isa-serial'/><address type='isa' iobase='0x3f8'/>"
          "</serial><controller type='pci' index='0' model='pci-root'/>",
          "serial0 same qdev id; 00:00.0 same the machine's own");
    check_fill(guest,
               "<serial type='pty'><target type='isa-serial'/><address type='isa' iobase='0x3f8'/>"
               "</serial><controller type='pci' index='0' model='pci-root'/>",
               " ", "");
}

static void test_names(void **state)
{
    for (Evidence i = EVIDENCE_NONE; i < EVIDENCES; i++)
        assert_non_null(evidence_name(i));
    for (MatchState i = MATCH_SAME; i <= MATCH_UNMANAGED; i++)
        assert_non_null(match_state_name(i));
    match_free(NULL);
}

/* Neither side has anything. */
static void test_empty(void **state)
{
    Bus *root;
    g_autoptr(Guest) guest = new_pc(&root);
    guest_index(guest);
    g_autoptr(Domain) domain = domain_of("pc", "");
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    assert_true(match_agrees(match));
    assert_int_equal(match->pairs->len, guest->devices->len);
    check_with(guest, 0, E1000("<alias name='a'/>"), "- absent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_cards),
        cmocka_unit_test(test_ambiguous_cards),
        cmocka_unit_test(test_dynamic_address),
        cmocka_unit_test(test_derived_id),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_sata),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_drives),
        cmocka_unit_test(test_shared_image),
        cmocka_unit_test(test_behind_bridges),
        cmocka_unit_test(test_equal_bridges),
        cmocka_unit_test(test_nested_bridges),
        cmocka_unit_test(test_by_children),
        cmocka_unit_test(test_doubtful_controller),
        cmocka_unit_test(test_machine_controller),
        cmocka_unit_test(test_moved_card),
        cmocka_unit_test(test_info_pci),
        cmocka_unit_test(test_usb),
        cmocka_unit_test(test_left_over),
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_fill_some),
        cmocka_unit_test(test_kept_addresses),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
