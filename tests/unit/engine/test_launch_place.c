/* The places of devices on the command line, and the order that keeps them free. */
#include "launch_text.h"

/* ---- places ---- */

static void test_fixed_places_come_first(void **state)
{
    static const char bridge[] =
        "<controller type='pci' index='1' model='pci-bridge'>" STATIC("0", "0x1f") "</controller>";
    g_autofree char *devices =
        g_strconcat(E1000(AT("dynamic", "0", "7", "0")), E1000(STATIC("1", "3")),
                    E1000(STATIC("0", "9")), E1000(""), bridge, NULL);
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_before(made, "id=pci.1,bus=pci.0,addr=1f", "id=net2,");
    assert_before(made, "id=net2,netdev=hostnet2,bus=pci.0,addr=09", "id=net1,");
    assert_before(made, "id=net1,netdev=hostnet1,bus=pci.1,addr=03", "id=net0,");
    assert_has(made, "-device e1000,id=net0,netdev=hostnet0 -netdev");
    assert_has(made, "-device e1000,id=net3,netdev=hostnet3");
}

/* What is fixed on a bridge that is not still comes before what QEMU places. */
static void test_dynamic_bridges(void **state)
{
    g_autofree char *devices =
        g_strconcat(E1000(""), E1000(STATIC("1", "3")), E1000(STATIC("0", "2")),
                    "<controller type='pci' index='1' model='pci-bridge'/>", NULL);
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_before(made, "id=net2,netdev=hostnet2,bus=pci.0,addr=02", "pci-bridge,id=pci.1,chassis");
    assert_before(made, "pci-bridge,id=pci.1", "id=net1,netdev=hostnet1,bus=pci.1,addr=03");
    assert_before(made, "id=net1,", "id=net0,");
}

static void test_functions(void **state)
{
    static const char explicit[] =
        "<address type='pci' bus='0' slot='7' function='0' multifunction='on'/>";
    g_autofree char *last = g_strdup_printf(E1000("%s"), explicit);
    g_autofree char *devices =
        g_strconcat(E1000(AT("static", "0", "5", "0")), E1000(AT("static", "0", "5", "3")),
                    E1000(AT("static", "0", "6", "0")), last, NULL);
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "bus=pci.0,addr=05,multifunction=on");
    assert_has(made, "bus=pci.0,addr=05.3 ");
    assert_has(made, "bus=pci.0,addr=06 ");
    assert_has(made, "bus=pci.0,addr=07,multifunction=on");
}

#define PCI(index, model, rest)                                                                    \
    "<controller type='pci' index='" index "' model='" model "'>" rest "</controller>"

/* Each expander gets numbers for itself and one bridge. */
static void test_expanders(void **state)
{
    g_autoptr(Launch) made = launch_of("pc", PCI("1", "pci-expander-bus", STATIC("0", "3"))
                                                 PCI("2", "pci-expander-bus", STATIC("0", "4")));

    assert_has(made, "pxb,id=pci.1,bus=pci.0,addr=03,bus_nr=254");
    assert_has(made, "pxb,id=pci.2,bus=pci.0,addr=04,bus_nr=252");
}

static void test_pcie(void **state)
{
    static const char other_port[] =
        "<controller type='pci' index='2' model='pcie-root-port'><model name='ioh3420'/>"
        "<target chassis='7' port='0x11' hotplug='off'/>" STATIC("0", "2") "</controller>";
    g_autofree char *devices = g_strconcat(PCI("1", "pcie-root-port", STATIC("0", "1")), other_port,
                                           PCI("3", "pcie-expander-bus", STATIC("0", "3")),
                                           PCI("4", "pcie-to-pci-bridge", STATIC("1", "0")),
                                           E1000(STATIC("4", "1")), E1000(""), NULL);
    g_autoptr(Launch) made = launch_of("q35", devices);

    assert_has(made, "pcie-root-port,id=pci.1,bus=pcie.0,addr=01,chassis=1");
    assert_has(made, "ioh3420,id=pci.2,bus=pcie.0,addr=02,chassis=7,port=17");
    assert_has(made, "pxb-pcie,id=pci.3,bus=pcie.0,addr=03,bus_nr=254");
    assert_has(made, "e1000,id=net0,netdev=hostnet0,bus=pci.4,addr=01");
    /* An expander would get what has no bus. */
    assert_has(made, "e1000,id=net1,netdev=hostnet1,bus=pcie.0");
    assert_true(is_missing(made, "hotplug='off' of <target> of controller pci 2"));
}

/* Dynamic or not: drives have their bays by their names. */
static void test_drives(void **state)
{
    static const char dynamic[] =
        "<address type='drive' mode='dynamic' controller='1' bus='0' unit='3'/>";
    static const char on_q35[] =
        "<disk><source file='/a'/><target dev='sdc' bus='sata'/></disk>"
        "<disk><source file='/a'/><target dev='sdi' bus='sata'/></disk>"
        "<controller type='scsi' index='0' model='virtio-scsi'/>"
        "<disk><source file='/a'/><target dev='sda' bus='scsi'/>"
        "<address type='drive' controller='0' bus='0' target='3' unit='9'/></disk>";
    g_autofree char *moving = g_strdup_printf(FILE_DISK("sdk", "%s"), dynamic);
    g_autofree char *on_pc =
        g_strconcat(FILE_DISK("hdd", ""), moving, FILE_DISK("fdb", ""),
                    "<disk><source file='/a'/><target dev='sdb' bus='sata'/></disk>", NULL);
    g_autoptr(Launch) pc = launch_of("pc", on_pc);
    g_autoptr(Launch) q35 = launch_of("q35", on_q35);

    assert_has(pc, "ide-hd,id=ide0-1-1,drive=disk-hdd,bus=ide.1,unit=1");
    assert_has(pc, "scsi-hd,id=scsi1-0-3,drive=disk-sdk,bus=scsi1.0,channel=0,scsi-id=3,lun=0");
    assert_has(pc, "floppy,id=fdc0-0-1,drive=disk-fdb,unit=1");
    assert_has(pc, "ide-hd,id=sata0-0-1,drive=disk-sdb,bus=sata0.1");
    assert_lacks(pc, "isa-fdc");
    assert_has(q35, "ide-hd,id=sata0-0-2,drive=disk-sdc,bus=ide.2");
    assert_has(q35, "ide-hd,id=sata1-0-2,drive=disk-sdi,bus=sata1.2");
    assert_has(q35, "scsi-hd,id=scsi0-0-3-9,drive=disk-sda,bus=scsi0.0,channel=0,scsi-id=3,lun=9");
}

static void test_usb(void **state)
{
    static const char devices[] =
        "<input type='mouse' bus='usb'/>"
        "<input type='tablet' bus='usb'><address type='usb' bus='1' port='1.1.2'/></input>"
        "<hub type='usb'><address type='usb' bus='1' port='1.1'/></hub>"
        "<hub type='usb'><address type='usb' bus='1' port='1'/></hub>"
        "<controller type='usb' index='1' model='nec-xhci' ports='6'/>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "nec-usb-xhci,id=usb1,p2=6,p3=6");
    assert_before(made, "usb-hub,id=hub1,bus=usb1.0,port=1 ",
                  "usb-hub,id=hub0,bus=usb1.0,port=1.1");
    assert_before(made, "usb-hub,id=hub0", "usb-tablet,id=input1,bus=usb1.0,port=1.1.2");
    assert_before(made, "usb-tablet", "usb-mouse,id=input0");
    assert_lacks(made, "usb-mouse,id=input0,");
}

/* A companion's ports are its master's, and its own id would be another controller. */
static void test_usb_companions(void **state)
{
    static const char devices[] =
        "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/>"
        "<address type='pci' bus='0' slot='4' function='0'/></controller>"
        "<controller type='usb' index='0' model='ich9-ehci1'>"
        "<address type='pci' bus='0' slot='4' function='7'/></controller>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_before(made, "ich9-usb-ehci1,id=usb,bus=pci.0,addr=04.7",
                  "ich9-usb-uhci1,masterbus=usb.0,firstport=0,bus=pci.0,addr=04,multifunction=on");
}

/* libvirt adds them without a word in the file, and files count on it. */
static void test_needed_controllers(void **state)
{
    static const char *const notes[] = {
        "a controller of type usb is added, which input 1 (tablet) needs",
        "a controller of type virtio-serial is added, which channel 1 (virtio) needs",
    };
    static const char devices[] = "<input type='tablet' bus='usb'/>"
                                  "<channel type='null'><target type='virtio' name='a'/></channel>";
    g_autoptr(Launch) pc = launch_of("pc", devices);
    g_autoptr(Launch) q35 = launch_of("q35", devices);

    assert_has(pc, "piix3-usb-uhci,id=usb,bus=pci.0,addr=01.2");
    assert_has(q35, "qemu-xhci,id=usb ");
    assert_has(q35, "virtio-serial-pci,id=virtio-serial0 ");
    for (gsize i = 0; i < G_N_ELEMENTS(notes); i++)
        assert_noted(pc, notes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_places_come_first),
        cmocka_unit_test(test_dynamic_bridges),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_expanders),
        cmocka_unit_test(test_pcie),
        cmocka_unit_test(test_drives),
        cmocka_unit_test(test_usb),
        cmocka_unit_test(test_usb_companions),
        cmocka_unit_test(test_needed_controllers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
