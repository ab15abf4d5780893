/* Real guests that nobody wrote XML for, described: what QEMU itself says of them is in the file,
 * and the file leads back to each device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/launch.h"
#include "tests/support/described.h"
#include "tests/support/real_guest.h"

/* --- what QEMU says, past the program -------------------------------------------------------- */

/* All matches of the expression's group, sorted, a line each. (transfer full) */
static char *find_all(const char *text, const char *expression)
{
    g_autoptr(GRegex) regex = g_regex_new(expression, G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (g_regex_match(regex, text, 0, &info); g_match_info_matches(info);
         g_match_info_next(info, NULL))
        g_ptr_array_add(lines, g_match_info_fetch(info, 1));
    return real_qemu_join_sorted(lines);
}

static char *ask_all(RealQemu *qemu, const char *line, const char *expression)
{
    g_autofree char *text = real_qemu_hmp(qemu, line);
    return find_all(text, expression);
}

/* Sets of the guest's own words and of the file's are equal. */
static void assert_equal_sets(const char *what, const char *guest, const char *file,
                              const char *text)
{
    if (strcmp(guest, file) != 0)
        fail_msg("%s: the guest has\n%s\nthe file\n%s\n%s", what, guest, file, text);
}

/* Slot and function, since a bus has another number in the file. */
static void assert_functions(RealQemu *qemu, const char *text)
{
    g_autofree char *guest = ask_all(qemu, "info qtree", "class .*, addr ..:(..\\..), pci id ");
    g_autofree char *spelled =
        find_all(text, "<address type='pci' mode='dynamic' .* slot='0x(..' function='0x.)'");
    g_auto(GStrv) parts = g_strsplit(spelled, "' function='0x", -1);
    g_autofree char *file = g_strjoinv(".", parts);
    assert_equal_sets("PCI functions", guest, file, text);
}

static void assert_macs(RealQemu *qemu, const char *text)
{
    g_autofree char *guest = ask_all(qemu, "info network", "type=nic,.*macaddr=([0-9a-f:]+)");
    g_autofree char *file = find_all(text, "<mac address='([0-9a-f:]+)'");
    assert_equal_sets("MACs", guest, file, text);
}

static void assert_usb(RealQemu *qemu, const char *text)
{
    g_autofree char *guest = ask_all(qemu, "info usb", "Port ([0-9.]+), ");
    g_autofree char *file = find_all(text, "<address type='usb' .* port='([0-9.]+)'");
    assert_equal_sets("USB ports", guest, file, text);
}

static void assert_images(RealQemu *qemu, const char *text)
{
    gsize i;
    json_t *entry, *blocks = real_qemu_ask(qemu, "query-block", NULL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    json_array_foreach (blocks, i, entry) {
        const json_t *image = json_object_get(json_object_get(entry, "inserted"), "image");
        const char *name = json_string_value(json_object_get(image, "filename"));
        if (name && json_object_get(entry, "qdev") && !strstr(name, "null-co"))
            g_ptr_array_add(lines, g_strdup(name));
    }
    json_decref(blocks);
    g_autofree char *guest = real_qemu_join_sorted(lines);
    g_autofree char *file = find_all(text, "<source file='([^']+)'");
    assert_equal_sets("images", guest, file, text);
}

/* --- the zoo --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *machine;
    RealQemuFlags flags;
    const char *arguments; /* of the shell's form; a.qcow2 to e.qcow2 are images */
} Animal;

#define DRIVE(letter, options) " -drive file=" letter ".qcow2,format=qcow2," options
#define NODE(letter)                                                                               \
    " -blockdev driver=qcow2,node-name=" letter ",file.driver=file,file.filename=" letter ".qcow2"
/* What a machine brings by default, spelled out: QEMU's own defaults depend on its build. */
#define ONBOARD                                                                                    \
    "-nic user,model=e1000 -vga std -serial null -parallel null"                                   \
    " -drive if=ide,index=2,media=cdrom" DRIVE("a", "if=ide") DRIVE("b", "if=floppy")
#define DISKS                                                                                      \
    DRIVE("a", "if=ide")                                                                           \
    DRIVE("b", "if=none,id=b")                                                                     \
    NODE("c")                                                                                      \
    NODE("d")                                                                                      \
    NODE("e")                                                                                      \
    " -device lsi53c895a -device virtio-scsi-pci,id=h -device scsi-hd,drive=b,bus=h.0"             \
    " -device scsi-hd,drive=c,bus=h.0,scsi-id=7,lun=3 -device virtio-blk-pci,drive=d"              \
    " -device nvme,serial=n,drive=e -device scsi-cd,bus=h.0,scsi-id=9"
#define CARDS                                                                                      \
    " -device e1000 -device e1000,mac=52:54:00:00:00:99 -device e1000"                             \
    " -device AC97,audiodev=s -device ES1370,audiodev=s -nic user,model=virtio-net-pci"            \
    " -device intel-hda,id=hda -device hda-duplex,audiodev=s -device hda-micro,audiodev=s"         \
    " -device i6300esb -device virtio-balloon-pci -device virtio-rng-pci -device pci-testdev"      \
    " -device virtio-rng-pci,addr=1c.0,multifunction=on -device virtio-rng-pci,addr=1c.1"          \
    " -device ib700 -device sb16,audiodev=s -audiodev none,id=s -device ne2k_isa,iobase=0x320"     \
    " -serial null -serial null -parallel null -vga cirrus -device pvpanic"
#define PORTS                                                                                      \
    " -device pcie-root-port,id=rp1,slot=1,bus=pcie.0"                                             \
    " -device pcie-root-port,slot=2,chassis=3,bus=pcie.0"                                          \
    " -device pcie-root-port,id=rp3,slot=4,chassis=4,bus=pcie.0,hotplug=off"                       \
    " -device ioh3420,id=ioh,chassis=5,bus=pcie.0"                                                 \
    " -device x3130-upstream,bus=rp1,id=up -device xio3130-downstream,bus=up,id=dn,chassis=9"      \
    " -device e1000e,bus=dn -device pcie-pci-bridge,id=ppb,bus=pcie.0"                             \
    " -device pci-bridge,bus=ppb,addr=2,chassis_nr=4,id=pb -device rtl8139,bus=pb,addr=3"          \
    " -device pxb-pcie,id=px,bus_nr=32,bus=pcie.0 -device pxb-pcie,bus_nr=64,bus=pcie.0"           \
    " -device pcie-root-port,bus=px,slot=5,chassis=7,id=pxrp -device virtio-rng-pci,bus=pxrp"      \
    " -device i82801b11-bridge,id=dmi,bus=pcie.0 -device "                                         \
    "ich9-usb-ehci1,id=ehci,bus=pcie.0,addr=1d.7"                                                  \
    " -device ich9-usb-uhci1,masterbus=ehci.0,firstport=0,bus=pcie.0,addr=1d.0,multifunction=on"   \
    " -device ich9-usb-uhci2,masterbus=ehci.0,firstport=2,bus=pcie.0,addr=1d.1" NODE(              \
        "a") " -device ich9-ahci,id=ahci,bus=pcie.0 -device ide-hd,drive=a,bus=ahci.3"             \
             " -device usb-tablet,bus=ehci.0,port=2"
#define EXPANDERS                                                                                  \
    " -device pci-bridge,chassis_nr=1 -device e1000,bus=pci.1,addr=3"                              \
    " -device pxb,id=px,bus_nr=9,bus=pci.0"                                                        \
    " -device e1000,bus=px,addr=1 -device virtio-balloon-pci,bus=pci.0"                            \
    " -device pci-bridge,chassis_nr=2,id=deep,bus=px,addr=4 -device rtl8139,bus=deep,addr=1"
#define USB                                                                                        \
    NODE("a")                                                                                      \
    NODE("b")                                                                                      \
    " -device qemu-xhci,id=x,p2=8,p3=8 -device usb-hub,id=hub,bus=x.0,port=1"                      \
    " -device usb-hub,bus=x.0,port=1.3 -device usb-tablet,bus=x.0,port=1.3.2"                      \
    " -device usb-kbd,bus=x.0,port=1.1 -device usb-mouse,bus=x.0"                                  \
    " -device usb-storage,drive=a,bus=x.0,port=5 -device usb-uas,id=uas,bus=x.0,port=6"            \
    " -device scsi-hd,bus=uas.0,drive=b -device usb-bot,id=bot,bus=x.0,port=7"                     \
    " -device piix3-usb-uhci -device usb-ccid,bus=x.0"                                             \
    " -device usb-serial,chardev=u,bus=x.0 -chardev null,id=u -netdev user,id=un"                  \
    " -device usb-net,netdev=un,bus=x.0"
#define SERIAL                                                                                     \
    " -device virtio-serial-pci,id=vs0 -device virtio-serial-pci,max_ports=4"                      \
    " -chardev pty,id=c0 -device virtconsole,chardev=c0,bus=vs0.0"                                 \
    " -chardev null,id=c1 -device virtserialport,chardev=c1,name=org.qemu.guest_agent.0,bus=vs0.0" \
    " -chardev socket,path=chan,id=c2,server=on,wait=off"                                          \
    " -device virtserialport,chardev=c2,name=two,bus=vs0.0,nr=9"

static const Animal zoo[] = {
    { "pc", "pc", REAL_QEMU_BARE, ONBOARD },
    { "q35", "q35", REAL_QEMU_BARE, ONBOARD },
    { "pc with disks", "pc", REAL_QEMU_BARE, DISKS },
    { "pc with cards", "pc", REAL_QEMU_BARE, CARDS },
    { "pc with cards, not started", "pc", REAL_QEMU_STOPPED, CARDS },
    { "pc with expanders", "pc", REAL_QEMU_BARE, EXPANDERS },
    { "pc with expanders, not started", "pc", REAL_QEMU_STOPPED, EXPANDERS },
    { "pc with USB", "pc", REAL_QEMU_STOPPED, USB },
    { "pc with ports", "pc", REAL_QEMU_BARE, SERIAL },
    { "q35 with ports", "q35", REAL_QEMU_BARE, PORTS },
    { "q35 with ports, not started", "q35", REAL_QEMU_STOPPED, PORTS },
    { "q35 with USB of the board", "q35", REAL_QEMU_STOPPED, "-usb -device usb-mouse" },
};

/* Machines that no domain XML has words for to start them again. */
static const Animal strangers[] = {
    { "microvm", "microvm", REAL_QEMU_STOPPED,
      "-netdev user,id=n -device virtio-net-device,netdev=n,id=net0" NODE(
          "a") " -device virtio-blk-device,drive=a -device virtio-rng-device" },
    { "isapc", "isapc", REAL_QEMU_STOPPED, DRIVE("a", "if=ide") " -device ne2k_isa" },
    { "none", "none", REAL_QEMU_STOPPED, "" },
};

static void make_images(RealQemu *qemu)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_strconcat(names[i], ".qcow2", NULL);
        real_qemu_image(qemu, name, "qcow2", 1024 * 1024);
    }
}

static RealQemu *start(const Animal *animal)
{
    g_auto(GStrv) arguments = NULL;
    RealQemu *qemu = real_qemu_new(animal->machine, animal->flags);
    make_images(qemu);
    if (*animal->arguments)
        assert_true(g_shell_parse_argv(animal->arguments, NULL, &arguments, NULL));
    for (char **argument = arguments; argument && *argument; argument++)
        real_qemu_add(qemu, *argument, NULL);
    real_qemu_launch(qemu);
    return qemu;
}

static void test_animal(void **state)
{
    g_autoptr(RealQemu) qemu = start(*state);
    g_autoptr(Guest) guest = real_guest_read(qemu);
    g_autofree char *text = describe_guest(guest);
    assert_functions(qemu, text);
    assert_macs(qemu, text);
    assert_usb(qemu, text);
    assert_images(qemu, text);
    assert_described(guest);
}

/* --- a second guest from the description ----------------------------------------------------- */

/* A guest of the description with its addresses pinned, its images those of the new folder. */
static RealQemu *start_again(const char *text, RealQemuFlags flags, Domain **pinned)
{
    g_autoptr(GError) error = NULL;
    RealQemu *qemu = real_qemu_new("none", flags);
    const LaunchOptions options = { 0 };
    g_autofree char *name = g_build_filename(real_qemu_directory(qemu), "guest.xml", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(Domain) domain = domain_parse(name, bytes, &error);
    assert_null(error);
    *pinned = domain_pin(domain, NULL, &error);
    g_autoptr(Launch) launch = launch_plan(*pinned, &options, &error);
    if (!launch)
        fail_msg("%s\n%s", error->message, text);
    for (guint i = 0; i < launch->missing->len; i++)
        fail_msg("not translated: %s\n%s", (char *)launch->missing->pdata[i], text);
    make_images(qemu);
    for (guint i = 0; i + 1 < launch->arguments->len; i++)
        real_qemu_add(qemu, launch->arguments->pdata[i], NULL);
    real_qemu_launch(qemu);
    return qemu;
}

/* "e1000 00:03.0", sorted; a place has the file's numbers, which both guests share. */
static char *list_places(const Guest *guest, const Match *match)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        Address place;
        if (!numbering_place(match->numbering, device, &place))
            continue;
        g_autofree char *where = address_to_text(&place);
        g_ptr_array_add(lines, g_strdup_printf("%s %s", device->driver, where));
    }
    return real_qemu_join_sorted(lines);
}

static void test_again(void **state)
{
    const Animal *animal = *state;
    g_autoptr(Domain) pinned = NULL;
    g_autoptr(RealQemu) first = start(animal);
    g_autoptr(Guest) guest = real_guest_read(first);
    g_autofree char *text = describe_guest(guest);
    g_autoptr(RealQemu) second = start_again(text, animal->flags, &pinned);
    g_autoptr(Guest) again = real_guest_read(second);
    g_autoptr(Match) before = match_new(pinned, guest, EVIDENCE_ALL);
    g_autoptr(Match) after = match_new(pinned, again, EVIDENCE_ALL);
    g_autofree char *places = list_places(guest, before);
    g_autofree char *places_again = list_places(again, after);
    assert_equal_sets("places", places, places_again, text);
    assert_functions(second, text);
    assert_macs(second, text);
    assert_usb(second, text);
}

#define ANIMALS G_N_ELEMENTS(zoo)
#define STRANGERS G_N_ELEMENTS(strangers)

int main(void)
{
    struct CMUnitTest tests[2 * ANIMALS + STRANGERS];
    char *names[ANIMALS];
    for (gsize i = 0; i < ANIMALS; i++) {
        names[i] = g_strconcat(zoo[i].name, ", again", NULL);
        tests[i] = (struct CMUnitTest){ zoo[i].name, test_animal, NULL, NULL, (void *)&zoo[i] };
        tests[ANIMALS + i] =
            (struct CMUnitTest){ names[i], test_again, NULL, NULL, (void *)&zoo[i] };
    }
    for (gsize i = 0; i < STRANGERS; i++)
        tests[2 * ANIMALS + i] = (struct CMUnitTest){ strangers[i].name, test_animal, NULL, NULL,
                                                      (void *)&strangers[i] };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (gsize i = 0; i < ANIMALS; i++)
        g_free(names[i]);
    return failed;
}
