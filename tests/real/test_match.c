/* Files matched with real guests that were not started from them: in another order, before the
 * firmware ran, behind bridges and ports; and what is written is what QEMU says of itself. */
#include "tests/unit/engine/domain_text.h"

#include "tests/support/match_lines.h"
#include "tests/support/real_guest.h"

#define MAC "52:54:00:00:00:0"
#define NIC(model, inner) "<interface type='user'><model type='" model "'/>" inner "</interface>\n"
#define E1000(inner) NIC("e1000", inner)
#define WITH_MAC(number) "<mac address='" MAC number "'/>"
#define PCI(bus, slot) "<address type='pci' domain='0' bus='" bus "' slot='" slot "' function='0'/>"
#define BRIDGE(index, model, inner)                                                                \
    "<controller type='pci' index='" index "' model='" model "'>" inner "</controller>\n"

typedef struct {
    const char *name;
    const char *machine; /* NULL: both pc and q35 */
    RealQemuFlags flags;
    const char *arguments; /* of the shell's form */
    guint mask;
    const char *devices;
    const char *expected; /* as match_lines */
    guint unmanaged;
} Scene;

#define CARDS                                                                                      \
    "-device e1000,id=one,addr=5,mac=" MAC "1 -device e1000,id=two,addr=6,mac=" MAC "2"            \
    " -device e1000,addr=7,mac=" MAC "3"

static const Scene scenes[] = {
    { "three equal cards by their MACs", NULL, REAL_QEMU_GUEST, CARDS, EVIDENCE_ALL,
      E1000(WITH_MAC("3")) E1000(WITH_MAC("1")) E1000(WITH_MAC("2")),
      "00:07.0 found MAC; one found MAC; two found MAC", 0 },
    { "three equal cards by their order", NULL, REAL_QEMU_STOPPED, CARDS, EVIDENCE_INFO_PCI,
      E1000(WITH_MAC("3")) E1000(WITH_MAC("1")) E1000(WITH_MAC("2")),
      "one found PCI id ?2; two found PCI id ?2; 00:07.0 found PCI id ?2", 0 },
    { "three equal cards that are described alike", NULL, REAL_QEMU_STOPPED, CARDS, EVIDENCE_ALL,
      E1000("") E1000("") E1000(""),
      "one found model ~2; two found model ~2; 00:07.0 found model ~2", 0 },
    { "one that is absent, one that is unmanaged", NULL, REAL_QEMU_STOPPED, CARDS, EVIDENCE_ALL,
      E1000(WITH_MAC("9")) E1000(WITH_MAC("3")) E1000(WITH_MAC("1")),
      "- absent; 00:07.0 found MAC; one found MAC", 1 },
    { "before the firmware ran, behind bridges", "pc", REAL_QEMU_STOPPED,
      "-device pci-bridge,id=left,chassis_nr=1,addr=5 -device pci-bridge,chassis_nr=2,addr=9"
      " -device e1000,id=one,bus=left,addr=1 -device e1000,id=two,bus=pci.1,addr=1"
      " -device pci-bridge,id=inner,chassis_nr=3,bus=left,addr=4"
      " -device e1000,id=three,bus=inner,addr=1",
      EVIDENCE_ALL,
      E1000(PCI("3", "1")) E1000(PCI("2", "1")) E1000(PCI("1", "1"))
          BRIDGE("3", "pci-bridge", PCI("2", "4")) BRIDGE("2", "pci-bridge", PCI("0", "5"))
              BRIDGE("1", "pci-bridge", PCI("0", "9")),
      "three same address; one same address; two same address; inner same address; "
      "left same address; 00:09.0 same address",
      0 },
    { "the same after it", "pc", REAL_QEMU_GUEST,
      "-device pci-bridge,id=left,chassis_nr=1,addr=5 -device pci-bridge,chassis_nr=2,addr=9"
      " -device e1000,id=one,bus=left,addr=1 -device e1000,id=two,bus=pci.1,addr=1",
      EVIDENCE_ALL,
      E1000(PCI("2", "1")) E1000(PCI("1", "1")) BRIDGE("2", "pci-bridge", PCI("0", "5"))
          BRIDGE("1", "pci-bridge", PCI("0", "9")),
      "one same address; two same address; left same address; 00:09.0 same address", 0 },
    { "before the firmware ran, behind ports", "q35", REAL_QEMU_STOPPED,
      "-device pcie-root-port,id=p1,chassis=1,addr=5 -device pcie-root-port,id=p2,chassis=2,addr=9"
      " -device virtio-net-pci,id=one,bus=p1 -device virtio-net-pci,id=two,bus=p2"
      " -device pcie-pci-bridge,id=conv,addr=a -device e1000,id=three,bus=conv,addr=1",
      EVIDENCE_ALL,
      E1000(PCI("3", "1")) NIC("virtio", PCI("2", "0")) NIC("virtio", PCI("1", "0"))
          BRIDGE("3", "pcie-to-pci-bridge", "") BRIDGE("2", "pcie-root-port", PCI("0", "5"))
              BRIDGE("1", "pcie-root-port", PCI("0", "9")),
      "three same address; one same address; two same address; conv found model; "
      "p1 same address; p2 same address",
      0 },
    { "equal bridges, by what is on them", "pc", REAL_QEMU_STOPPED,
      "-device pci-bridge,chassis_nr=1,addr=5 -device pci-bridge,chassis_nr=2,addr=9"
      " -device e1000,id=one,bus=pci.1,addr=1,mac=" MAC "1"
      " -device e1000,id=two,bus=pci.2,addr=1,mac=" MAC "2",
      EVIDENCE_ALL,
      E1000(WITH_MAC("1") PCI("2", "1")) E1000(PCI("1", "1")) BRIDGE("1", "pci-bridge", "")
          BRIDGE("2", "pci-bridge", ""),
      "one same MAC; two same address; 00:09.0 found model; 00:05.0 found what is on it", 0 },
    { "equal bridges, by nothing", "pc", REAL_QEMU_STOPPED,
      "-device pci-bridge,chassis_nr=1,addr=5 -device pci-bridge,chassis_nr=2,addr=9"
      " -device e1000,id=one,bus=pci.1,addr=1 -device e1000,id=two,bus=pci.2,addr=1",
      EVIDENCE_ALL,
      E1000(PCI("2", "1")) E1000(PCI("1", "1")) BRIDGE("1", "pci-bridge", "")
          BRIDGE("2", "pci-bridge", ""),
      "two same address ?1; one same address ?1; 00:05.0 found model ?1; "
      "00:09.0 found model ?1",
      0 },
    { "the proposal's cards by vendor and product", "pc", REAL_QEMU_STOPPED,
      "-device rtl8139 -device virtio-net-pci -device lsi53c895a -device AC97,audiodev=a -device "
      "ES1370,audiodev=a"
      " -audiodev none,id=a"
      " -device cirrus-vga -device i6300esb -device virtio-balloon-pci"
      " -blockdev null-co,node-name=n -device virtio-blk-pci,drive=n",
      EVIDENCE_INFO_PCI,
      "<disk type='file' device='disk'><target dev='vda'/></disk>" NIC("virtio", "")
          NIC("rtl8139", "") "<controller type='scsi' index='0'/><sound model='es1370'/>"
                             "<sound model='ac97'/><video><model type='cirrus'/></video>"
                             "<watchdog model='i6300esb'/><memballoon model='virtio'/>",
      "00:0a.0 found PCI id; 00:03.0 found PCI id; 00:02.0 found PCI id; 00:04.0 found PCI id; "
      "00:06.0 found PCI id; 00:05.0 found PCI id; 00:07.0 found PCI id; 00:08.0 found PCI id; "
      "00:09.0 found PCI id",
      0 },
    { "virtio behind ports by vendor and product", "q35", REAL_QEMU_GUEST,
      "-device pcie-root-port,id=p1,chassis=1,addr=5 -device pcie-root-port,id=p2,chassis=2,addr=6"
      " -device virtio-net-pci,id=net,bus=p1 -device virtio-balloon-pci,id=balloon,bus=p2",
      EVIDENCE_INFO_PCI,
      "<memballoon model='virtio'/>" NIC("virtio", "") BRIDGE("1", "pcie-root-port", "")
          BRIDGE("2", "pcie-root-port", ""),
      "balloon found PCI id; net found PCI id; p1 found PCI id ?1; p2 found PCI id ?1", 0 },
    { "disks by image, serial and place", NULL, REAL_QEMU_STOPPED,
      "-device virtio-scsi-pci,id=hba -device lsi53c895a,id=narrow"
      " -blockdev null-co,node-name=a,read-zeroes=on -blockdev null-co,node-name=b"
      " -blockdev null-co,node-name=c -device scsi-hd,drive=a,bus=narrow.0,scsi-id=3,id=x"
      " -device scsi-hd,drive=b,bus=hba.0,scsi-id=3,lun=2,serial=SB"
      " -device scsi-hd,drive=c,bus=narrow.0,scsi-id=5",
      EVIDENCE_ALL,
      "<disk><serial>SB</serial><target dev='sda' bus='scsi'/></disk>"
      "<disk><target dev='sdb' bus='scsi'/>"
      "<address type='drive' controller='1' bus='0' unit='5'/></disk>"
      "<disk><target dev='sdc' bus='scsi'/><alias name='x'/></disk>"
      "<controller type='scsi' index='1' model='lsilogic'/>"
      "<controller type='scsi' index='0' model='virtio-scsi'/>",
      "0:0:3:2 found serial; 1:0:5 same address; x found qdev id; narrow found model; "
      "hba found model",
      0 },
    { "USB by product", NULL, REAL_QEMU_STOPPED,
      "-device qemu-xhci,id=bus -device usb-hub,bus=bus.0,port=1"
      " -device usb-tablet,bus=bus.0,port=1.2 -device usb-kbd,bus=bus.0,port=3",
      EVIDENCE_ALL,
      "<input type='keyboard' bus='usb'/><input type='tablet' bus='usb'>"
      "<address type='usb' mode='dynamic' bus='007' dev='003'/></input><hub type='usb'/>"
      "<controller type='usb' index='0' model='qemu-xhci'/>",
      "usb 0.3 found model; usb 0.1.2 found model; usb 0.1 found model; bus found model", 0 },
};

static RealQemu *start(const Scene *scene, const char *machine)
{
    g_auto(GStrv) arguments = NULL;
    assert_true(g_shell_parse_argv(scene->arguments, NULL, &arguments, NULL));
    RealQemu *qemu = real_qemu_start(machine, scene->flags, (const char *const *)arguments);
    if (scene->flags & REAL_QEMU_GUEST)
        real_qemu_serial_wait(qemu, "ready");
    return qemu;
}

/* --- what QEMU says of itself ----------------------------------------------------------------- */

/* The slots that are written are those that QEMU's objects have, and all of it is found again. */
static void check_written(RealQemu *qemu, const Match *match)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) filled = match_fill(match, NULL, left, &error);
    assert_non_null(filled);
    for (guint i = 0; i < filled->devices->len; i++) {
        const MatchPair *pair = match->pairs->pdata[i];
        const Address *written = &domain_device(filled, i)->address.place;
        if (!match_pair_is_certain(pair) || written->type != ADDRESS_PCI)
            continue;
        json_t *place = real_qemu_ask(
            qemu, "qom-get",
            json_pack("{s:s, s:s}", "path", pair->device->path, "property", "legacy-addr"));
        g_autofree char *expected =
            g_strdup_printf("%02x.%x", written->pci.slot, written->pci.function);
        assert_string_equal(json_string_value(place), expected);
        json_decref(place);
    }
    g_autoptr(Match) again = match_new(filled, match->guest, EVIDENCE_ALL);
    if (!match->ambiguous)
        assert_int_equal(again->counts[MATCH_FOUND], 0);
}

static void play(const Scene *scene, const char *machine)
{
    g_autoptr(RealQemu) qemu = start(scene, machine);
    g_autoptr(Guest) guest = real_guest_read(qemu);
    g_autoptr(Domain) domain = domain_of(machine, scene->devices);
    g_autoptr(Match) match = match_new(domain, guest, scene->mask);
    g_autofree char *lines = match_lines(match);
    assert_string_equal(lines, scene->expected);
    assert_int_equal(match->counts[MATCH_UNMANAGED], scene->unmanaged);
    check_written(qemu, match);
}

static void test_scene(void **state)
{
    const Scene *scene = *state;
    if (!scene->machine || strcmp(scene->machine, "pc") == 0)
        play(scene, "pc");
    if (!scene->machine || strcmp(scene->machine, "q35") == 0)
        play(scene, "q35");
}

/* The port that is written is the one that `info usb` tells. */
static void test_usb_ports(void **state)
{
    const Scene *scene = &scenes[G_N_ELEMENTS(scenes) - 1];
    g_autoptr(RealQemu) qemu = start(scene, "q35");
    g_autoptr(Guest) guest = real_guest_read(qemu);
    g_autoptr(Domain) domain = domain_of("q35", scene->devices);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autoptr(Domain) filled = match_fill(match, NULL, NULL, NULL);
    g_autofree char *usb = real_qemu_hmp(qemu, "info usb");
    for (guint i = 0; i < 2; i++) {
        const Address *written = &domain_device(filled, i)->address.place;
        g_autofree char *said = g_strdup_printf("Port %s, ", written->usb.port);
        const char *line = strstr(usb, said);
        assert_non_null(line);
        const char *product = strstr(line, "Product ");
        assert_true(
            g_str_has_prefix(product, i ? "Product QEMU USB Tablet" : "Product QEMU USB Keyboard"));
    }
    const char *text = xml_document_text(filled->document);
    assert_non_null(strstr(text, "<address type='usb' mode='dynamic' bus='0' port='1.2'/>"));
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(scenes) + 1] = { cmocka_unit_test(test_usb_ports) };
    for (gsize i = 0; i < G_N_ELEMENTS(scenes); i++)
        tests[i + 1] =
            (struct CMUnitTest){ scenes[i].name, test_scene, NULL, NULL, (void *)&scenes[i] };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
