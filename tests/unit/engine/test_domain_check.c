/* The rules of a domain's addresses: every one broken once, and the sentence that says so. */
#include "domain_text.h"

static char *problems_of(const Domain *domain)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);
    g_autoptr(GError) error = NULL;
    assert_int_equal(domain_is_valid(domain, &error), problems->len == 0);
    g_ptr_array_add(problems, NULL);
    char *text = g_strjoinv("\n", (char **)problems->pdata);
    if (error) {
        assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
        assert_true(g_str_has_prefix(error->message, (const char *)problems->pdata[0]));
        assert_int_equal(strstr(error->message, " more: ") != NULL, problems->len > 2);
    }
    return text;
}

static void check(const char *machine, const char *devices, const char *sentences)
{
    g_autoptr(Domain) domain = domain_of(machine, devices);
    g_autofree char *found = problems_of(domain);
    if (strcmp(found, sentences) != 0)
        fail_msg("%s\ngives\n%s\nnot\n%s", devices, found, sentences);
}

#define RNG(address) "<rng model='virtio'><address type='pci' " address "/></rng>\n"
#define BRIDGE(index, model, address)                                                              \
    "<controller type='pci' index='" index "' model='" model "'><address type='pci' " address      \
    "/></controller>\n"

static void test_numbers(void **state)
{
    check("pc", RNG("slot='0x20'"), "test.xml:4: rng 1 (virtio): slot='0x20' is above 0x1f");
    check("pc", RNG("slot='3' mode='fixed'"),
          "test.xml:4: rng 1 (virtio): mode='fixed' is neither static nor dynamic");
    check("pc", RNG("slot='x'") RNG("function='9'"),
          "test.xml:4: rng 1 (virtio): slot='x' is no number\n"
          "test.xml:5: rng 2 (virtio): function='9' is above 0x7");
    check("pc", "<controller type='scsi' index='many'/>",
          "test.xml:4: controller scsi 0: index='many' is no number from 0 to 65535");
}

static void test_pci_buses(void **state)
{
    check("pc", RNG("domain='1' slot='3'"),
          "test.xml:4: rng 1 (virtio): domain='0x0001' is none: this machine has domain 0x0000 "
          "alone");
    check("pc", RNG("bus='1' slot='3'"),
          "test.xml:4: rng 1 (virtio): bus='0x01' is none: the file has no pci controller of index "
          "1");
    check("pc", BRIDGE("1", "pci-bridge", "bus='2' slot='1'") BRIDGE("2", "pci-bridge", "slot='5'"),
          "test.xml:4: controller pci 1: bus='0x02' is not below its own index='1'");
    check("pc", BRIDGE("1", "pci-bridge", "bus='1' slot='1'"),
          "test.xml:4: controller pci 1: bus='0x01' is not below its own index='1'");
    check("q35",
          BRIDGE("1", "pcie-to-pci-bridge", "bus='2' slot='0'")
              BRIDGE("2", "pcie-root-port", "slot='1'"),
          "");
    check("q35",
          BRIDGE("1", "pcie-to-pci-bridge", "bus='2' slot='1'")
              BRIDGE("2", "pci-bridge", "bus='1' slot='1'"),
          "test.xml:4: controller pci 1: bus='0x02' is not below its own index='1'");
    check("q35",
          BRIDGE("1", "pcie-root-port", "slot='2'")
              BRIDGE("2", "pcie-root-port", "bus='1' slot='0'"),
          "test.xml:5: controller pci 2: bus='0x01' (pcie-root-port) is not for it: a root port is "
          "on bus 0 or an expander");
    check("q35", BRIDGE("1", "pcie-switch-downstream-port", "slot='2'"),
          "test.xml:4: controller pci 1: bus='0x00' (root) is not for it: a downstream port is "
          "behind an upstream port");
    /* Of a bridge that is not known nothing is said. */
    check("pc", "<controller type='pci' index='1' model='wormhole'/>" RNG("bus='1' slot='0'"), "");
}

static void test_pci_slots(void **state)
{
    check("pc", RNG("slot='0' bus='1'") BRIDGE("1", "pci-bridge", "slot='5'"),
          "test.xml:4: rng 1 (virtio): slot='0x00' is reserved on bus 0x01: devices have slots "
          "0x01 to 0x1f");
    check(
        "q35", BRIDGE("1", "pcie-root-port", "slot='2'") RNG("bus='1' slot='1'"),
        "test.xml:5: rng 1 (virtio): slot='0x01' is none: bus 0x01 is a port, which has slot 0x00 "
        "alone");
    check("q35", BRIDGE("1", "pcie-root-port", "slot='2'") RNG("bus='1' slot='0'"), "");
    check("q35", BRIDGE("1", "dmi-to-pci-bridge", "slot='0x1e'") RNG("bus='1' slot='0'"), "");
}

static void test_pci_functions(void **state)
{
    check("pc", RNG("slot='5' function='1'"),
          "test.xml:4: rng 1 (virtio): function='0x1' needs a device at function 0 of slot 0x05: "
          "without one a guest does not look at the others");
    check("pc", RNG("slot='5' function='1'") RNG("slot='5' function='0'"), "");
    check(
        "pc", RNG("slot='5' function='0' multifunction='off'") RNG("slot='5' function='3'"),
        "test.xml:4: rng 1 (virtio): multifunction='off' does not fit: rng 2 (virtio) (line 5) is "
        "in the same slot");
    check("pc", RNG("slot='5' function='0' multifunction='on'") RNG("slot='5' function='3'"), "");
    /* The board's own function 0 counts, and another slot's does not. */
    check("pc", RNG("slot='1' function='2'"), "");
    check("q35", RNG("slot='0x1f' function='5'"), "");
    check("q35", RNG("slot='1' function='2'") RNG("slot='2'"),
          "test.xml:4: rng 1 (virtio): function='0x2' needs a device at function 0 of slot 0x01: "
          "without one a guest does not look at the others");
}

static void test_same_place(void **state)
{
    check("pc",
          RNG("slot='5'") "<vsock><address type='pci' slot='0x05' multifunction='on'/></vsock>",
          "test.xml:5: vsock 1: the address 00:05.0 is also that of rng 1 (virtio) (line 4): only "
          "one can have it");
    check("pc", RNG("slot='1'"),
          "test.xml:4: rng 1 (virtio): the address 00:01.0 is that of the machine's own PIIX3");
    check("q35", RNG("slot='0x1f' function='2'"),
          "test.xml:4: rng 1 (virtio): the address 00:1f.2 is that of the machine's own ich9-ahci");
    check("pc", "<controller type='ide' index='0'><address type='pci' slot='9'/></controller>",
          "test.xml:4: controller ide 0: the address 00:09.0 is not its: this machine has its "
          "piix3-ide at 00:01.1");
    check("pc", "<device driver='PIIX4_PM'><address type='pci' slot='1' function='3'/></device>",
          "");
    check("q35",
          "<controller type='sata' index='0'><address type='pci' slot='0x1f' function='2'/>"
          "</controller>",
          "");
}

#define SCSI(model) "<controller type='scsi' index='0' model='" model "'/>\n"
#define DISK(name, bus, numbers)                                                                   \
    "<disk><target dev='" name "' bus='" bus "'/><address type='drive' " numbers "/></disk>\n"

static void test_drive_limits(void **state)
{
    check("pc", DISK("sda", "scsi", "unit='7'"),
          "test.xml:4: disk sda: unit='7' is the id of the adapter (lsi53c895a) itself");
    check("pc", DISK("sda", "scsi", "unit='8'"),
          "test.xml:4: disk sda: unit='8' is above 7, the highest of lsi53c895a");
    check("pc", DISK("sda", "scsi", "target='1' bus='1'"),
          "test.xml:4: disk sda: bus='1' is above 0, the only one of lsi53c895a\n"
          "test.xml:4: disk sda: target='1' is above 0, the only one of lsi53c895a");
    check("pc", SCSI("virtio-scsi") DISK("sda", "scsi", "target='255' unit='16383'"), "");
    check("pc", SCSI("virtio-scsi") DISK("sda", "scsi", "target='256' unit='16384'"),
          "test.xml:5: disk sda: target='256' is above 255, the highest of virtio-scsi-pci\n"
          "test.xml:5: disk sda: unit='16384' is above 16383, the highest of virtio-scsi-pci");
    check("pc", SCSI("lsisas1068") DISK("sda", "scsi", "target='7' unit='1'"), "");
    check("pc", SCSI("lsisas1068") DISK("sdc", "scsi", "target='8' unit='2'"),
          "test.xml:5: disk sdc: target='8' is above 7, the highest of mptsas1068\n"
          "test.xml:5: disk sdc: unit='2' is above 1, the highest of mptsas1068");
    check("pc", SCSI("vmpvscsi") DISK("sdc", "scsi", "target='63' unit='1'"),
          "test.xml:5: disk sdc: unit='1' is above 0, the only one of pvscsi");
    check("pc", SCSI("dc390") DISK("sdc", "scsi", "unit='7'"),
          "test.xml:5: disk sdc: unit='7' is the id of the adapter (dc390) itself");
    check("pc", DISK("hda", "ide", "controller='1' bus='2' unit='2'"),
          "test.xml:4: disk hda: controller='1' is above 0, the only one of this machine\n"
          "test.xml:4: disk hda: bus='2' is above 1, the highest of an IDE controller\n"
          "test.xml:4: disk hda: unit='2' is above 1, the highest of an IDE controller");
    check("q35", DISK("sda", "sata", "controller='1' unit='6'"),
          "test.xml:4: disk sda: unit='6' is above 5, the highest of a SATA controller");
    check("pc", DISK("fda", "fdc", "unit='2'"),
          "test.xml:4: disk fda: unit='2' is above 1, the highest of a floppy controller");
    check(
        "q35", DISK("hda", "ide", "unit='0'"),
        "test.xml:4: disk hda: controller='0' is none: a q35 machine has SATA in place of IDE, so "
        "bus='sata' is what it takes");
}

static void test_same_bay(void **state)
{
    check("pc", DISK("sda", "scsi", "unit='3'") DISK("sdb", "scsi", "controller='0' unit='03'"),
          "test.xml:5: disk sdb: the scsi address controller='0' bus='0' target='0' unit='3' is "
          "also that of disk sda (line 4): only one can have it");
    /* Places of different buses are different places. */
    check("pc",
          DISK("sda", "scsi", "unit='1'") DISK("hda", "ide", "unit='1'")
              DISK("sdb", "sata", "unit='1'"),
          "");
    check(
        "pc",
        DISK("sda", "scsi", "unit='3'") "<hostdev mode='subsystem' type='scsi'><address "
                                        "type='drive' unit='3'/></hostdev>",
        "test.xml:5: hostdev 1 (scsi): the scsi address controller='0' bus='0' target='0' unit='3' "
        "is also that of disk sda (line 4): only one can have it");
}

#define TABLET(address) "<input type='tablet' bus='usb'><address type='usb' " address "/></input>\n"
#define HUB(address) "<hub type='usb'><address type='usb' " address "/></hub>\n"

static void test_usb(void **state)
{
    check("pc", TABLET("bus='1' port='1'"),
          "test.xml:4: input 1 (tablet): bus='1' is none: the file has no usb controller of that "
          "index");
    check("pc", TABLET("bus='0' port='200'"), "");
    check("pc", "<controller type='usb' index='0'/>" TABLET("bus='0' port='3'"),
          "test.xml:4: input 1 (tablet): port='3' is none: controller usb 0 has ports 1 to 2");
    check(
        "pc",
        "<controller type='usb' index='0' model='qemu-xhci' ports='8'/>" TABLET("bus='0' port='8'"),
        "");
    check("pc", TABLET("bus='0' port='1'") TABLET("bus='0' port='01'"),
          "test.xml:5: input 2 (tablet): the address bus='0' port='1' is also that of input 1 "
          "(tablet) (line 4): only one can have it");
    check("pc", TABLET("bus='0' port='1.2'"),
          "test.xml:4: input 1 (tablet): port='1.2' needs a hub at port 1, and the file has none "
          "there");
    check("pc", TABLET("bus='0' port='1.2'") HUB("bus='0' port='1'"), "");
    check("pc", TABLET("bus='0' port='1.2'") "<hub type='usb'/>", "");
}

static void test_serial(void **state)
{
    check("pc",
          "<channel><target type='virtio'/><address type='virtio-serial' port='0'/></channel>",
          "test.xml:4: channel 1 (virtio): port='0' is reserved for a console");
    check("pc",
          "<console><target type='virtio'/><address type='virtio-serial' port='0'/></console>", "");
    check(
        "pc", "<console><target type='virtio'/><address type='virtio-serial' port='31'/></console>",
        "test.xml:4: console 1 (virtio): port='31' is none: controller virtio-serial 0 has ports 0 "
        "to 30");
    check("pc",
          "<console><target type='virtio'/><address type='virtio-serial' controller='1' "
          "port='1'/></console>",
          "test.xml:4: console 1 (virtio): controller='1' is none: the file has no virtio-serial "
          "controller of that index");
    check("pc",
          "<console><target type='virtio'/><address type='virtio-serial' port='1'/></console>\n"
          "<channel><target type='virtio'/><address type='virtio-serial' port='1'/></channel>",
          "test.xml:5: channel 1 (virtio): the address controller='0' port='1' is also that of "
          "console 1 (virtio) (line 4): only one can have it");
}

static void test_other_types(void **state)
{
    check("pc",
          "<memory model='dimm'><address type='dimm' slot='1'/></memory>\n"
          "<memory model='dimm'><address type='dimm' slot='1' base='0x100'/></memory>",
          "test.xml:5: memory 2 (dimm): the address dimm slot=1 is also that of memory 1 (dimm) "
          "(line 4): only one can have it");
    check("pc",
          "<serial><address type='isa' iobase='0x3f8' irq='4'/></serial>\n"
          "<serial><address type='isa' iobase='0x2f8' irq='4'/></serial>",
          "");
    check("pc", "<disk><target dev='vda' bus='virtio'/><address type='drive' unit='1'/></disk>",
          "test.xml:4: disk vda: type='drive' does not fit: the address of a virtio-blk-pci has "
          "type='pci'");
    check("pc", "<disk><target dev='sda' bus='scsi'/><address type='pci' slot='9'/></disk>",
          "test.xml:4: disk sda: type='pci' does not fit: the address of a scsi-hd has "
          "type='drive'");
}

static void test_names(void **state)
{
    check("pc", "<disk><target dev='sda'/></disk>\n<disk><target dev='sda' bus='usb'/></disk>",
          "test.xml:5: disk sda: target dev='sda' is also that of disk sda (line 4): only one can "
          "have it");
    check(
        "pc", "<rng><alias name='x'/></rng>\n<vsock><alias name='x'/></vsock>",
        "test.xml:5: vsock 1: alias name='x' is also that of rng 1 (line 4): only one can have it");
    check(
        "pc", "<controller type='scsi' index='0'/>\n<controller type='scsi' index='0'/>",
        "test.xml:5: controller scsi 0: index='0' of type='scsi' is also that of controller scsi 0 "
        "(line 4): only one can have it");
    /* Two taps of one name are the host's affair, as are equal MACs. */
    check("pc", "<interface><target dev='t'/></interface><interface><target dev='t'/></interface>",
          "");
    check("pc",
          "<controller type='usb' index='0' model='ich9-ehci1'/>"
          "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/>"
          "</controller>",
          "");
}

/* What a file says is printed so that it can do no harm. */
static void test_hostile(void **state)
{
    check("pc",
          "<disk><target dev='sd&#9;&#x202e;a' bus='scsi'/><address type='drive' unit='&#10;'/>"
          "</disk>",
          "test.xml:4: disk sd\\t\\u202ea: unit='\\n' is no decimal number");
}

/* A dynamic address is held to the same rules: it says what was true once. */
static void test_dynamic(void **state)
{
    check("pc", RNG("mode='dynamic' slot='1'"),
          "test.xml:4: rng 1 (virtio): the address 00:01.0 is that of the machine's own PIIX3");
}

/* In the order of the file, whatever rule it is. */
static void test_order(void **state)
{
    check("pc",
          RNG("slot='5' function='1'") "<disk><target dev='sda'/></disk>\n"
                                       "<disk><target dev='sda'/></disk>\n" RNG("slot='x'"),
          "test.xml:4: rng 1 (virtio): function='0x1' needs a device at function 0 of slot 0x05: "
          "without one a guest does not look at the others\n"
          "test.xml:6: disk sda: target dev='sda' is also that of disk sda (line 5): only one can "
          "have it\n"
          "test.xml:7: rng 2 (virtio): slot='x' is no number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_pci_buses),
        cmocka_unit_test(test_pci_slots),  cmocka_unit_test(test_pci_functions),
        cmocka_unit_test(test_same_place), cmocka_unit_test(test_drive_limits),
        cmocka_unit_test(test_same_bay),   cmocka_unit_test(test_usb),
        cmocka_unit_test(test_serial),     cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_dynamic),    cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
