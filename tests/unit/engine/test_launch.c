/* The command line that a domain becomes: whole for the proposal's example, by parts for the rest;
 * and that nothing of a file gets lost without being told. QEMU's opinion is asked in
 * tests/real/test_run.c. */
#include "domain_text.h"

#include "engine/launch.h"
#include "engine/xml_edit.h"

/* ---- helpers ---- */

static const LaunchOptions plain = { NULL };

static Launch *launch(const Domain *domain)
{
    g_autoptr(GError) error = NULL;
    Launch *made = launch_plan(domain, &plain, &error);
    if (!made)
        fail_msg("%s\n%s", error->message, xml_document_text(domain->document));
    return made;
}

static Launch *launch_of(const char *machine, const char *devices)
{
    g_autoptr(Domain) domain = domain_of(machine, devices);
    return launch(domain);
}

/* What stands in <domain> beside <memory>. */
static Launch *launch_with(const char *elements)
{
    g_autofree char *text =
        g_strdup_printf("<domain type='kvm'><memory>65536</memory>%s<devices/></domain>", elements);
    g_autoptr(Domain) domain = domain_of_text(text);
    return launch(domain);
}

static char *joined(const Launch *made)
{
    return g_strjoinv(" ", (char **)made->arguments->pdata);
}

static void assert_has(const Launch *made, const char *words)
{
    g_autofree char *line = joined(made);
    if (!strstr(line, words))
        fail_msg("no \"%s\" in\n%s", words, line);
}

static void assert_lacks(const Launch *made, const char *words)
{
    g_autofree char *line = joined(made);
    if (strstr(line, words))
        fail_msg("\"%s\" is in\n%s", words, line);
}

static void assert_before(const Launch *made, const char *first, const char *second)
{
    g_autofree char *line = joined(made);
    const char *a = strstr(line, first);
    const char *b = strstr(line, second);
    if (!a || !b || a >= b)
        fail_msg("\"%s\" is not before \"%s\" in\n%s", first, second, line);
}

static void assert_sentences(const GPtrArray *sentences, const char *const *expected, guint count)
{
    for (guint i = 0; i < sentences->len && i < count; i++)
        assert_string_equal(sentences->pdata[i], expected[i]);
    assert_int_equal(sentences->len, count);
}

static gboolean is_missing(const Launch *made, const char *sentence)
{
    return g_ptr_array_find_with_equal_func(made->missing, sentence, g_str_equal, NULL);
}

static void assert_noted(const Launch *made, const char *sentence)
{
    if (!g_ptr_array_find_with_equal_func(made->notes, sentence, g_str_equal, NULL))
        fail_msg("it is not noted that %s", sentence);
}

static void check_refused(const char *machine, const char *devices, int code, const char *words)
{
    g_autoptr(Domain) domain = domain_of(machine, devices);
    g_autoptr(GError) error = NULL;
    Launch *made = launch_plan(domain, &plain, &error);
    assert_null(made);
    assert_true(g_error_matches(error, ENGINE_ERROR, code));
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

/* ---- the proposal ---- */

#define HOME "/home/berrange/"
#define NIC(driver, number, mac)                                                                   \
    "-netdev", "user,id=hostnet" number, "-device",                                                \
        driver ",id=net" number ",netdev=hostnet" number ",mac=52:54:00:" mac
#define SCSI(target, unit)                                                                         \
    "-blockdev",                                                                                   \
        "driver=raw,node-name=disk-" target ",file.driver=file,file.filename=" HOME "output.img",  \
        "-device",                                                                                 \
        "scsi-hd,id=scsi0-0-" unit ",drive=disk-" target ",bus=scsi0.0,channel=0,scsi-id=" unit    \
        ",lun=0"

/* All its addresses are dynamic, so QEMU chooses those of PCI; in this order it chooses those that
 * stand in the example. */
static void test_proposal(void **state)
{
    static const char *const expected[] = {
        "-no-user-config",
        "-nodefaults",
        "-machine",
        "type=pc-i440fx-7.2",
        "-accel",
        "tcg",
        "-name",
        "guest=plain",
        "-uuid",
        "c7a1edbd-edaf-9455-926a-d65c16db1809",
        "-m",
        "size=215M",
        "-rtc",
        "base=utc",
        "-smp",
        "cpus=1,maxcpus=1",
        "-kernel",
        HOME "vmlinuz-PAE",
        "-initrd",
        HOME "initrd-PAE.img",
        "-display",
        "none",
        "-vnc",
        "127.0.0.1:0,to=99",
        "-audiodev",
        "none,id=audio1",
        "-device",
        "cirrus-vga,id=video0",
        NIC("ne2k_pci", "0", "5b:ef:21"),
        NIC("virtio-net-pci", "1", "1c:dc:98"),
        NIC("e1000", "2", "f7:c5:0e"),
        NIC("pcnet", "3", "56:6c:55"),
        NIC("rtl8139", "4", "ca:0d:58"),
        "-device",
        "AC97,id=sound0,audiodev=audio1",
        "-device",
        "ES1370,id=sound1,audiodev=audio1",
        "-device",
        "lsi53c895a,id=scsi0",
        "-blockdev",
        "driver=qcow2,node-name=disk-vda,file.driver=file,file.filename=" HOME
        "VirtualMachines/plain.qcow",
        "-device",
        "virtio-blk-pci,id=virtio-disk0,drive=disk-vda,bootindex=1",
        "-watchdog-action",
        "reset",
        "-device",
        "i6300esb,id=watchdog0",
        "-blockdev",
        "driver=raw,node-name=disk-hdc,read-only=on,file.driver=file,file.filename=" HOME
        "gpxe.iso",
        "-device",
        "ide-cd,id=ide0-1-0,drive=disk-hdc,bus=ide.1,unit=0",
        SCSI("sda", "0"),
        SCSI("sdd", "3"),
        SCSI("sdf", "5"),
        "-chardev",
        "pty,id=charserial0",
        "-device",
        "isa-serial,id=serial0,chardev=charserial0,index=0",
    };
    static const char *const missing[] = {
        "<currentMemory>: the guest starts with all of its memory",
        "<seclabel>",
    };
    const LaunchOptions options = { .machine = "pc-i440fx-7.2" };
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_autoptr(Launch) made = launch_plan(domain, &options, NULL);

    assert_non_null(made);
    for (guint i = 0; i < G_N_ELEMENTS(expected) && made->arguments->pdata[i]; i++)
        assert_string_equal(made->arguments->pdata[i], expected[i]);
    assert_int_equal(made->arguments->len, G_N_ELEMENTS(expected) + 1);
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    assert_int_equal(made->notes->len, 0);
}

/* ---- places ---- */

#define AT(mode, bus, slot, function)                                                              \
    "<address type='pci' mode='" mode "' domain='0' bus='" bus "' slot='" slot                     \
    "' function='" function "'/>"
#define STATIC(bus, slot) AT("static", bus, slot, "0")
#define E1000(address) "<interface type='user'><model type='e1000'/>" address "</interface>"
#define FILE_DISK(target, rest)                                                                    \
    "<disk type='file' device='disk'><source file='/a'/><target dev='" target "'/>" rest "</disk>"

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

/* ---- ids ---- */

static void check_id(const char *machine, const char *device, const char *id)
{
    g_autoptr(Domain) domain = domain_of(machine, device);
    g_autofree char *found = launch_device_id(domain_device(domain, 0));
    assert_string_equal(found ? found : "none", id);
}

static void test_ids(void **state)
{
    check_id("pc", "<disk><target dev='vdc'/></disk>", "virtio-disk2");
    check_id("pc", "<disk><target dev='sdq' bus='usb'/></disk>", "usb-disk16");
    check_id("pc", "<disk><target dev='sda'/><alias name='ua-boot.1'/></disk>", "ua-boot.1");
    check_id("pc", "<controller type='scsi' index='2'/>", "scsi2");
    check_id("pc", "<controller type='pci' index='3' model='pci-bridge'/>", "pci.3");
    check_id("pc", "<controller type='usb' index='0' model='ehci'/>", "usb");
    check_id("pc", "<controller type='usb' index='1' model='ehci'/>", "usb1");
    check_id("pc", "<controller type='ide' index='0'/>", "none");
    check_id("pc", "<controller type='fdc' index='0'/>", "none");
    check_id("q35", "<controller type='fdc' index='0'/>", "fdc0");
    check_id("q35", "<controller type='sata' index='0'/>", "none");
    check_id("pc", "<controller type='virtio-serial' index='0'/>", "virtio-serial0");
    check_id("pc", "<interface type='user'/>", "net0");
    check_id("pc", "<memballoon model='virtio'/>", "balloon0");
    check_id("pc", "<filesystem><source dir='/a'/></filesystem>", "fs0");
    check_id("pc", "<console type='pty'/>", "serial0");
    check_id("pc", "<console type='pty'><target type='virtio'/></console>", "console0");
    check_id("pc", "<input type='mouse' bus='ps2'/>", "none");
}

static void test_ids_that_are_none(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", E1000("<alias name='my card'/>") E1000("<alias name='1st'/>"));

    assert_has(made, "e1000,id=net0,");
    assert_has(made, "e1000,id=net1,");
    assert_noted(made,
                 "the alias of interface 1 (e1000) is no id that QEMU takes: it is called net0");
    assert_noted(made,
                 "the alias of interface 2 (e1000) is no id that QEMU takes: it is called net1");
}

/* What the file calls a device counts; others give way, and their buses with them. */
static void test_ids_that_are_taken(void **state)
{
    static const char devices[] =
        "<controller type='scsi' index='0'/>"
        "<controller type='scsi' index='1'><alias name='scsi0'/></controller>"
        "<disk><source file='/a'/><target dev='sdb'/></disk>"
        "<interface type='user'/><interface type='user'><alias name='net0'/></interface>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "lsi53c895a,id=scsi0-2 ");
    assert_has(made, "lsi53c895a,id=scsi0 ");
    assert_has(made, "scsi-hd,id=scsi0-0-1,drive=disk-sdb,bus=scsi0-2.0,channel=0,scsi-id=1");
    assert_has(made, "rtl8139,id=net0-2,netdev=hostnet0-2");
    assert_has(made, "rtl8139,id=net0,netdev=hostnet0 ");
    check_refused("pc", E1000("<alias name='a'/>") FILE_DISK("vda", "<alias name='a'/>"),
                  ENGINE_ERROR_INPUT, "disk vda");
}

/* ---- names of files ---- */

static void test_escape(void **state)
{
    g_autofree char *none = launch_escape("a=b 'c'");
    g_autofree char *some = launch_escape(",a,,b,");

    assert_string_equal(none, "a=b 'c'");
    assert_string_equal(some, ",,a,,,,b,,");
}

static void test_file_names(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", "<disk><source file='/a, b=\"c\".img'/><target dev='vda'/></disk>"
                        "<disk><source file='json:{},x'/><target dev='vdb'/></disk>"
                        "<disk type='block'><source dev='/dev/sd,a'/><target dev='vdc'/></disk>");
    g_autofree char *here = g_get_current_dir();
    g_autofree char *relative =
        g_strdup_printf("file.driver=file,file.filename=%s/json:{},,x", here);

    assert_has(made, "file.driver=file,file.filename=/a,, b=\"c\".img");
    assert_has(made, relative); /* from the folder of the XML file */
    assert_has(made, "file.driver=host_device,file.filename=/dev/sd,,a");
}

/* ---- drives ---- */

static void check_driver(const char *attributes, const char *block, const char *device)
{
    g_autofree char *disk = g_strdup_printf("<disk><driver %s/><source file='/a'/>"
                                            "<target dev='vda'/></disk>",
                                            attributes);
    g_autoptr(Launch) made = launch_of("pc", disk);

    assert_has(made, block);
    assert_has(made, device);
    assert_int_equal(made->missing->len, 0);
}

static void test_disk_drivers(void **state)
{
    check_driver("name='qemu' type='qcow2'", "driver=qcow2,node-name=disk-vda,file.driver",
                 "id=virtio-disk0,drive");
    check_driver("cache='none' io='native'", "cache.direct=on,cache.no-flush=off,file.aio=native",
                 ",write-cache=on");
    check_driver("cache='writethrough'", "cache.direct=off,cache.no-flush=off", ",write-cache=off");
    check_driver("cache='directsync'", "cache.direct=on,cache.no-flush=off", ",write-cache=off");
    check_driver("cache='unsafe'", "cache.direct=off,cache.no-flush=on", ",write-cache=on");
    check_driver("cache='default'", "raw,node-name=disk-vda,file.driver", "id=virtio-disk0,drive");
    check_driver("discard='unmap' detect_zeroes='unmap'", "discard=unmap,detect-zeroes=unmap", "");
    check_driver("error_policy='enospace' rerror_policy='report'", "",
                 ",werror=enospc,rerror=report");
    check_driver("queues='4' queue_size='128' iothread='2'", "",
                 ",num-queues=4,queue-size=128,iothread=iothread2");
}

static void test_disks_with_less(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc", "<disk device='cdrom'><target dev='hdc'/><readonly/></disk>"
              "<disk device='floppy'><target dev='fda'/></disk>"
              "<disk><target dev='vda'/></disk>"
              "<disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>"
              "<disk device='lun' type='block'><source dev='/d'/><target dev='vdc'/></disk>"
              "<disk><source file='/a'/><target dev='xvda'/></disk>"
              "<disk><source file='/a'/><target dev='vde'/><shareable/><readonly/></disk>"
              "<disk><source file='/a'/><target dev='vdf'/><iotune><x/></iotune></disk>");
    static const char *const missing[] = {
        "disk vda: it names no file or block device",
        "disk vdb: its source is of type volume",
        "disk vdc: a lun is passed through on SCSI alone",
        "disk xvda: no QEMU device is known for it",
        "<iotune> of disk vdf",
    };

    assert_has(made, "ide-cd,id=ide0-1-0,bus=ide.1,unit=0");
    assert_has(made, "floppy,id=fdc0-0-0,unit=0");
    assert_lacks(made, "virtio-disk0");
    assert_lacks(made, "virtio-disk1");
    assert_has(made, "node-name=disk-vde,read-only=on,");
    assert_has(made, "id=virtio-disk4,drive=disk-vde,share-rw=on");
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    check_refused("pc", "<disk><driver type='vfat'/><source file='/a'/><target dev='vda'/></disk>",
                  ENGINE_ERROR_REFUSED, "disk vda has the format vfat");
}

/* ---- networks ---- */

static void check_netdev(const char *type, const char *inside, const char *netdev)
{
    g_autofree char *nic = g_strdup_printf("<interface type='%s'><mac address='52:54:0:AB:c:1'/>"
                                           "%s<model type='virtio'/></interface>",
                                           type, inside);
    g_autoptr(Launch) made = launch_of("pc", nic);

    assert_has(made, netdev);
    assert_has(made, "-device virtio-net-pci,id=net0,netdev=hostnet0,mac=52:54:00:ab:0c:01");
}

static void test_networks(void **state)
{
    static const char *const missing[] = {
        "interface 1 (virtio): its network is of type network; it gets QEMU's user network",
        "<bandwidth> of interface 1 (virtio)",
        "<script> of interface 2 (ethernet)",
    };
    g_autoptr(Launch) made =
        launch_of("pc", "<interface type='network'><source network='default'/><target dev='vnet3'/>"
                        "<model type='virtio'/><bandwidth/><link state='down'/></interface>"
                        "<interface type='ethernet'><script path='/tmp/up'/></interface>");

    check_netdev("user", "<ip family='ipv4' address='10.1.0.0' prefix='16'/>",
                 "-netdev user,id=hostnet0,net=10.1.0.0/16");
    check_netdev("bridge", "<source bridge='br,0'/>", "-netdev bridge,id=hostnet0,br=br,,0");
    check_netdev("ethernet", "<target dev='tap7' managed='no'/>",
                 "-netdev tap,id=hostnet0,ifname=tap7,script=no,downscript=no");
    check_netdev("mcast", "<source address='230.0.0.1' port='5558'/>",
                 "-netdev socket,id=hostnet0,mcast=230.0.0.1:5558");
    check_netdev("server", "<source address='10.0.0.1' port='55'/>",
                 "-netdev socket,id=hostnet0,listen=10.0.0.1:55");
    check_netdev("client", "<source address='10.0.0.1' port='55'/>",
                 "-netdev socket,id=hostnet0,connect=10.0.0.1:55");
    check_netdev("udp", "<source address='a' port='1'><local address='b' port='2'/></source>",
                 "-netdev socket,id=hostnet0,udp=a:1,localaddr=b:2");
    assert_has(made, "-netdev user,id=hostnet0 -device virtio-net-pci,id=net0,netdev=hostnet0");
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    assert_int_equal(made->down->len, 1);
    assert_string_equal(made->down->pdata[0], "net0");
}

/* ---- ports ---- */

static void check_chardev(const char *type, const char *inside, const char *chardev)
{
    g_autofree char *serial = g_strdup_printf("<serial type='%s'>%s</serial>", type, inside);
    g_autoptr(Launch) made = launch_of("pc", serial);

    assert_has(made, chardev);
    assert_has(made, "-device isa-serial,id=serial0,chardev=charserial0");
}

static void test_ports(void **state)
{
    check_chardev("pty", "<source path='/dev/pts/7'/>", "-chardev pty,id=charserial0 ");
    check_chardev("file", "<source path='/a,b' append='on'/>",
                  "-chardev file,id=charserial0,path=/a,,b,append=on");
    check_chardev("unix", "<source mode='connect' path='/s'/>",
                  "-chardev socket,id=charserial0,path=/s ");
    check_chardev("unix", "<source path='/s'/>",
                  "-chardev socket,id=charserial0,path=/s,server=on,wait=off");
    check_chardev("tcp", "<source mode='bind' host='::1' service='23'/><protocol type='telnet'/>",
                  "socket,id=charserial0,host=::1,port=23,server=on,wait=off,telnet=on");
    check_chardev("tcp", "<source host='h' service='23'/>",
                  "-chardev socket,id=charserial0,host=h,port=23 ");
    check_chardev("udp",
                  "<source mode='bind' host='a' service='1'/>"
                  "<source mode='connect' host='b' service='2'/>",
                  "udp,id=charserial0,localaddr=a,localport=1,host=b,port=2");
    check_chardev("dev", "<source path='/dev/ttyS0'/>", "serial,id=charserial0,path=/dev/ttyS0");
    check_chardev("vc", "<log file='/l' append='on'/>",
                  "-chardev vc,id=charserial0,logfile=/l,logappend=on");
    check_chardev("spicevmc", "", "-chardev null,id=charserial0 ");
    check_chardev("unix", "", "-chardev null,id=charserial0 ");
}

/* Like all places, those of ISA are passed on where they are fixed. */
static void test_isa(void **state)
{
    static const char devices[] =
        "<serial type='null'><address type='isa' iobase='2f8' irq='0x3'/></serial>"
        "<serial type='null'><address type='isa' mode='dynamic' iobase='0x3e8' irq='4'/></serial>"
        "<panic model='isa'><address type='isa' iobase='0x506'/></panic>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "isa-serial,id=serial0,chardev=charserial0,iobase=0x2f8,irq=0x3");
    assert_has(made, "isa-serial,id=serial1,chardev=charserial1 ");
    assert_has(made, "pvpanic,id=panic0,ioport=0x506");
}

/* A <console> is the first <serial> once more, or stands for it. */
static void test_consoles(void **state)
{
    g_autoptr(Launch) both = launch_of("pc", "<serial type='null'/><console type='null'/>");
    g_autoptr(Launch) alone = launch_of("pc", "<console type='null'/>");

    assert_lacks(both, "charconsole");
    assert_has(alone, "-device isa-serial,id=serial0,chardev=charserial0");
    assert_int_equal(both->missing->len, 0);
}

/* ---- screens and sound ---- */

static void check_vnc(const char *graphics, const char *option)
{
    g_autoptr(Launch) made = launch_of("pc", graphics);

    assert_has(made, option);
    assert_int_equal(made->missing->len, 0);
}

static void test_graphics(void **state)
{
    g_autoptr(Launch) secret =
        launch_of("pc", "<graphics type='vnc' port='5901' passwd='x'/><graphics type='sdl'/>");

    check_vnc("<graphics type='vnc' port='-1' autoport='yes'/>", "-vnc 127.0.0.1:0,to=99");
    check_vnc("<graphics type='vnc' port='5907' autoport='no' listen='0.0.0.0'/>",
              "-vnc 0.0.0.0:7");
    check_vnc("<graphics type='vnc' port='5901'><listen type='address' address='::1'/></graphics>",
              "-vnc [::1]:1");
    check_vnc("<graphics type='vnc' keymap='de' sharePolicy='ignore' websocket='-1'>"
              "<listen type='socket' socket='/v,c'/></graphics>",
              "-k de -vnc unix:/v,,c,share=ignore,websocket=on");
    assert_lacks(secret, "-vnc");
    assert_true(is_missing(secret, "<graphics> with a password"));
    assert_true(is_missing(secret, "<graphics> of type sdl"));
}

static void test_sound(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", "<sound model='ich6'/><sound model='ac97'><audio id='4'/></sound>"
                        "<sound model='pcspk'/><audio id='4' type='pulseaudio' serverName='x'/>");

    assert_has(made, "-audiodev none,id=audio4 ");
    assert_has(made, "intel-hda,id=sound0 -device "
                     "hda-duplex,id=sound0-codec0,bus=sound0.0,cad=0,audiodev=audio4");
    assert_has(made, "AC97,id=sound1,audiodev=audio4");
    assert_has(made, "pcspk-audiodev=audio");
    assert_true(is_missing(made, "<audio> of type pulseaudio: the guest's sound is heard nowhere"));
}

/* ---- devices of the host ---- */

static void test_host_devices(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc",
        "<hostdev mode='subsystem' type='pci' managed='no'><driver name='vfio'/><source>"
        "<address domain='0' bus='6' slot='0x12' function='5'/></source>" STATIC(
            "0", "9") "</hostdev>"
                      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product "
                      "id='0xbeef'/>"
                      "</source></hostdev>"
                      "<hostdev mode='subsystem' type='usb'><source><address bus='3' "
                      "device='14'/></source>"
                      "</hostdev>"
                      "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address "
                      "uuid='x'/>"
                      "</source></hostdev>"
                      "<interface type='hostdev' managed='yes'><mac "
                      "address='52:54:00:00:00:01'/><source>"
                      "<address type='pci' domain='0' bus='1' slot='2' "
                      "function='3'/></source></interface>"
                      "<hostdev mode='subsystem' type='pci'><source><address bus='7'/></source>"
                      "<address type='unassigned'/></hostdev>");

    assert_has(made, "vfio-pci,id=hostdev0,host=0000:06:12.5,bus=pci.0,addr=09");
    assert_has(made, "usb-host,id=hostdev1,vendorid=0x1234,productid=0xbeef");
    assert_has(made, "usb-host,id=hostdev2,hostbus=3,hostaddr=14");
    assert_has(made, "vfio-pci,id=net0,host=0000:01:02.3");
    assert_lacks(made, "0000:07");
    assert_true(is_missing(made, "hostdev 4 (mdev): it is not translated"));
    assert_true(is_missing(made, "managed='yes' of interface 1 (hostdev)"));
}

static void test_other_devices(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "q35", "<vsock model='virtio'><cid auto='no' address='7'/></vsock>"
               "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48'/></iommu>"
               "<watchdog model='itco' action='pause'/>"
               "<shmem name='x'><model type='ivshmem-doorbell'/><server path='/s'/>"
               "<msi vectors='4' ioeventfd='on'/></shmem>"
               "<shmem name='../x'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>"
               "<memory model='nvdimm'><source><path>/n</path></source>"
               "<target><size unit='MiB'>64</size></target></memory>"
               "<redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='4'/>"
               "</redirdev>"
               "<device driver='a,b'/><memballoon model='none'/>");

    assert_has(made, "vhost-vsock-pci,id=vsock0,guest-cid=7");
    assert_has(made, "intel-iommu,id=iommu0,intremap=on,caching-mode=on,aw-bits=48");
    assert_has(made, "-global ICH9-LPC.noreboot=off -watchdog-action pause");
    assert_has(made, "-chardev socket,id=charshmem0,path=/s");
    assert_has(made, "ivshmem-doorbell,id=shmem0,chardev=charshmem0,vectors=4,ioeventfd=on");
    assert_has(made, "nvdimm=on");
    assert_has(made, "nvdimm,id=dimm0,memdev=memdimm0");
    assert_has(made, "usb-redir,id=redir0,chardev=charredir0");
    assert_lacks(made, "../x");
    assert_lacks(made, "balloon");
    assert_true(is_missing(made, "device 1 (a,b): no QEMU device is known for it"));
}

/* ---- the machine ---- */

static void check_machine(const char *elements, const char *words)
{
    g_autoptr(Launch) made = launch_with(elements);

    assert_has(made, words);
    if (made->missing->len > 0)
        fail_msg("%s: %s", elements, (char *)made->missing->pdata[0]);
}

static void test_machine(void **state)
{
    check_machine("<name>a,b</name>", "-name guest=a,,b");
    check_machine("<features><acpi/><smm state='off'/></features>", "-machine smm=off ");
    check_machine("<vcpu current='1'>4</vcpu>", "-smp cpus=1,maxcpus=4 ");
    check_machine("<vcpu>4</vcpu><cpu><topology sockets='2' dies='1' cores='2' threads='1'/></cpu>",
                  "-smp cpus=4,maxcpus=4,sockets=2,cores=2,threads=1 ");
    check_machine("<cpu mode='host-passthrough'/>", "-cpu max ");
    check_machine("<cpu><model>Nehalem</model><feature name='aes' policy='require'/>"
                  "<feature name='svm' policy='forbid'/></cpu>",
                  "-cpu Nehalem,aes=on,svm=off ");
    check_machine("<features><kvm><hidden state='on'/></kvm></features>", "-cpu qemu64,kvm=off ");
    check_machine("<clock offset='localtime'/>", "-rtc base=localtime ");
    check_machine("<on_reboot>destroy</on_reboot><on_poweroff>destroy</on_poweroff>",
                  "-no-reboot ");
    check_machine("<iothreads>2</iothreads>",
                  "-object iothread,id=iothread1 -object iothread,id=iothread2 ");
    check_machine("<maxMemory slots='2' unit='GiB'>1</maxMemory>",
                  "-m size=64M,slots=2,maxmem=1024M ");
}

/* Files that somebody wrote by hand forget it. */
static void test_no_acpi(void **state)
{
    static const char note[] = "the file has no <acpi/> in <features>: the guest has no ACPI, "
                               "without which a pc plugs no PCI devices";
    g_autoptr(Launch) without = launch_with("<features><apic/></features>");
    g_autoptr(Launch) with = launch_with("<features><acpi/></features>");
    g_autoptr(Launch) other = launch_of("isapc", "");

    assert_has(without, "-machine acpi=off ");
    assert_noted(without, note);
    assert_lacks(with, "acpi=off");
    assert_lacks(other, "acpi=off");
    assert_int_equal(with->notes->len, 0);
}

static void test_boot(void **state)
{
    check_machine("<os><type>hvm</type><kernel>/k,1</kernel><initrd>/i</initrd>"
                  "<cmdline>-a b</cmdline></os>",
                  "-kernel /k,1 -initrd /i -append -a b ");
    check_machine("<os><loader type='rom'>/b</loader></os>", "-bios /b ");
    check_machine("<os><loader readonly='yes' type='pflash'>/c,ode</loader>"
                  "<nvram template='/t'>/v</nvram></os>",
                  "driver=raw,node-name=pflash0,read-only=on,file.driver=file,"
                  "file.filename=/c,,ode");
    check_machine("<os><loader readonly='yes' type='pflash'>/c</loader><nvram>/v</nvram></os>",
                  "pflash0=pflash0,pflash1=pflash1");
    check_machine("<os><bootmenu enable='yes' timeout='9'/><bios rebootTimeout='5'/></os>",
                  "-boot menu=on,splash-time=9,reboot-timeout=5 ");
    check_machine("<sysinfo type='smbios'><bios><entry name='vendor'>a,b</entry></bios></sysinfo>"
                  "<os><smbios mode='sysinfo'/></os>",
                  "-smbios type=0,vendor=a,,b ");
}

static void test_boot_order(void **state)
{
    static const char text[] =
        "<domain><memory>65536</memory><os><boot dev='cdrom'/><boot dev='network'/>"
        "<boot dev='hd'/><boot dev='fd'/></os><devices>"
        "<interface type='user'/><interface type='user'/>"
        "<disk><source file='/a'/><target dev='vda'/><boot order='8'/></disk>"
        "<disk><source file='/a'/><target dev='vdb'/></disk>"
        "<disk device='cdrom'><target dev='hda'/></disk>"
        "<disk device='floppy'><target dev='fdb'/></disk></devices></domain>";
    g_autoptr(Domain) domain = domain_of_text(text);
    g_autoptr(Launch) made = launch(domain);

    assert_has(made, "id=ide0-0-0,bus=ide.0,unit=0,bootindex=1");
    assert_has(made, "netdev=hostnet0,bootindex=2");
    assert_has(made, "drive=disk-vda,bootindex=8");
    assert_has(made, "-global isa-fdc.bootindexB=4");
    assert_lacks(made, "bootindex=3");
}

static void test_memory(void **state)
{
    static const struct {
        const char *memory, *size;
    } cases[] = {
        { "<memory>219200</memory>", "size=215M" },
        { "<memory unit='b'>1048577</memory>", "size=2M" },
        { "<memory unit='MB'>100</memory>", "size=96M" },
        { "<memory unit='G'>3</memory>", "size=3072M" },
        { "<memory unit='TiB'>1</memory>", "size=1048576M" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("<domain>%s</domain>", cases[i].memory);
        g_autoptr(Domain) domain = domain_of_text(text);
        g_autoptr(Launch) made = launch(domain);

        assert_has(made, cases[i].size);
    }
}

static void check_domain_refused(const char *text, const char *words)
{
    g_autoptr(Domain) domain = domain_of_text(text);
    g_autoptr(GError) error = NULL;

    assert_null(launch_plan(domain, &plain, &error));
    assert_true(error->domain == ENGINE_ERROR);
    if (!strstr(error->message, words))
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
}

static void test_refusals(void **state)
{
    check_domain_refused("<domain><memory>many</memory></domain>", "<memory> of the domain");
    check_domain_refused("<domain><memory unit='x'>5</memory></domain>", "<memory> of the domain");
    check_domain_refused("<domain><memory>99999999999999999999</memory></domain>", "<memory>");
    check_domain_refused("<domain><os><type>\xe2\x80\xae xen</type></os></domain>",
                         "<os><type> is \\u202e xen");
    check_refused("pc", E1000(STATIC("0", "5")) E1000(STATIC("0", "5")), ENGINE_ERROR_INPUT,
                  "interface 2");
    check_refused("q35", FILE_DISK("hda", ""), ENGINE_ERROR_REFUSED, "disk hda");
}

/* ---- what the file gives to QEMU itself ---- */

static void test_own_arguments(void **state)
{
    static const char *const extra[] = { "-S", "-name", "x", NULL };
    const LaunchOptions options = { .extra = extra };
    g_autoptr(Domain) domain = domain_of_text(
        "<domain xmlns:o='urn:other' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
        "<devices><memballoon model='virtio'/></devices>"
        "<q:commandline><q:arg value='-device'/><q:arg value='edu,id=a'/><q:env name='n'/>"
        "</q:commandline><o:commandline><o:arg value='-never'/></o:commandline></domain>");
    g_autoptr(Launch) made = launch_plan(domain, &options, NULL);

    assert_before(made, "virtio-balloon-pci", "-device edu,id=a");
    assert_before(made, "-device edu,id=a", "-S -name x");
    assert_lacks(made, "-never");
    assert_noted(made, "the file gives QEMU an argument of its own: edu,id=a");
    assert_true(is_missing(made, "<q:env>"));
    assert_true(is_missing(made, "<o:commandline>"));
}

/* ---- nothing is lost ---- */

/* Elements that mean nothing to QEMU with all that is in them, or that are read by other means. */
static gboolean is_silent(const XmlNode *node)
{
    static const char *const names[] = { "address", "alias", "backingStore", "emulator", "metadata",
                                         "title",   NULL };
    for (; node; node = node->parent)
        if (g_strv_contains(names, node->name) ||
            (strcmp(node->name, "model") == 0 && strcmp(node->parent->name, "target") == 0))
            return TRUE;
    return FALSE;
}

/* Elements that the list of what is missing names whole, and the console that is a serial port. */
static gboolean is_listed_whole(const XmlNode *node, const XmlNode *devices)
{
    static const struct {
        const char *element, *attribute, *value;
    } whole[] = {
        { "tpm", "model", "tpm-tis" },   { "seclabel", "type", "none" },
        { "qemu:env", "name", "A" },     { "disk", "type", "network" },
        { "graphics", "type", "spice" }, { "console", "type", "pty" },
    };
    for (; node && node != devices; node = node->parent)
        for (gsize i = 0; i < G_N_ELEMENTS(whole); i++)
            if (strcmp(node->name, whole[i].element) == 0 &&
                g_strcmp0(xml_node_get(node, whole[i].attribute), whole[i].value) == 0)
                return TRUE;
    return FALSE;
}

typedef void (*NodeFn)(const XmlNode *node, const Domain *domain, gpointer data);

static void each_node(const XmlNode *node, const Domain *domain, NodeFn call, gpointer data)
{
    call(node, domain, data);
    for (guint i = 0; i < node->children->len; i++)
        each_node(node->children->pdata[i], domain, call, data);
}

static void mark(const XmlNode *node, const Domain *domain, gpointer edit)
{
    g_autofree char *name = g_strdup_printf("z%u", node->index);
    g_autofree char *element = g_strdup_printf("<y%u/>", node->index);

    xml_edit_set(edit, node, name, "1", NULL);
    if (!*node->text)
        xml_edit_insert(edit, node, NULL, element);
}

typedef struct {
    GHashTable *said; /* the first word of each sentence: "z12='1'", "<y12>" */
    guint checked;
} Marks;

static void check_marks(const XmlNode *node, const Domain *domain, gpointer data)
{
    Marks *marks = data;
    g_autofree char *attribute = g_strdup_printf("z%u='1'", node->index);
    g_autofree char *element = g_strdup_printf("<y%u>", node->index);

    if (is_silent(node) || is_listed_whole(node, domain->devices_node))
        return;
    marks->checked++;
    if (!g_hash_table_contains(marks->said, attribute))
        fail_msg("%s of <%s> in line %u got lost", attribute, node->name, node->line);
    if (!*node->text && !g_hash_table_contains(marks->said, element))
        fail_msg("%s in <%s> in line %u got lost", element, node->name, node->line);
}

/* Every element of a file with everything gets an attribute and a child that nobody knows: all of
 * them are listed. */
static void test_nothing_gets_lost(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_load(SRCDIR "/tests/fixtures/run/pc.xml", &error);
    g_autoptr(XmlEdit) edit = xml_edit_new(domain->document);
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Marks marks = { said, 0 };

    each_node(domain->root, domain, mark, edit);
    g_autoptr(XmlDocument) document = xml_edit_apply(edit, &error);
    g_autoptr(Domain) marked = domain_new(document, &error);
    g_autoptr(Launch) made = launch(marked);
    for (guint i = 0; i < made->missing->len; i++)
        g_hash_table_add(said,
                         g_strndup(made->missing->pdata[i], strcspn(made->missing->pdata[i], " ")));
    each_node(domain->root, domain, check_marks, &marks);
    assert_true(marks.checked > 150);
}

/* ---- for a shell ---- */

static void test_text(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc", "<disk><source file=\"/it's a $(date) `x` \\ &quot;y&quot;\"/><target dev='vda'/>"
              "</disk><disk><source file='/\xc3\xa9 &#10;&#x9b;'/><target dev='vdb'/></disk>");
    g_ptr_array_add(made->down, g_strdup("net0"));
    g_autofree char *text = launch_to_text("/usr/bin/qemu x", made);
    g_autofree char *line = g_strdup_printf("printf '%%s\\0' %s", text);
    const char *const shell[] = { "bash", "-c", line, NULL };
    g_autofree char *out = NULL;
    const char *word;

    assert_true(g_str_has_suffix(text, "\n# on its monitor then: set_link net0 off\n"));
    for (const char *c = text; *c; c++)
        assert_true(*c == '\n' || (guchar)*c >= ' ');
    assert_null(strstr(text, "\xc2\x9b"));
    assert_true(g_spawn_sync(NULL, (char **)shell, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                             NULL, NULL, NULL));
    word = out;
    assert_string_equal(word, "/usr/bin/qemu x");
    for (guint i = 0; made->arguments->pdata[i]; i++) {
        word += strlen(word) + 1;
        assert_string_equal(word, made->arguments->pdata[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposal),
        cmocka_unit_test(test_fixed_places_come_first),
        cmocka_unit_test(test_dynamic_bridges),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_expanders),
        cmocka_unit_test(test_pcie),
        cmocka_unit_test(test_drives),
        cmocka_unit_test(test_usb),
        cmocka_unit_test(test_usb_companions),
        cmocka_unit_test(test_needed_controllers),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_that_are_none),
        cmocka_unit_test(test_ids_that_are_taken),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_disk_drivers),
        cmocka_unit_test(test_disks_with_less),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_isa),
        cmocka_unit_test(test_consoles),
        cmocka_unit_test(test_graphics),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_host_devices),
        cmocka_unit_test(test_other_devices),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_no_acpi),
        cmocka_unit_test(test_boot),
        cmocka_unit_test(test_boot_order),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_own_arguments),
        cmocka_unit_test(test_nothing_gets_lost),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
