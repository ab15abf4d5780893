/* Domain XML read as devices: the proposal's example, files of today and of before, and what is
 * not understood. */
#include "domain_text.h"

/* One line a device: name, driver, where, and what it is besides. */
static char *describe(const DomainDevice *device)
{
    g_autofree char *name = domain_device_name(device);
    g_autofree char *place = address_to_text(&device->address.place);
    return g_strdup_printf("%s | %s | %s | %s%s%s%s", name, device_kind_name(device->kind),
                           device->driver ? device->driver : "-",
                           device->address.type ? device->address.type : "-", *place ? " " : "",
                           place, device->address.wanted ? " wanted" : "");
}

static void check_devices(const Domain *domain, const char *const *lines, guint count)
{
    for (guint i = 0; i < domain->devices->len && i < count; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        g_autofree char *line = describe(device);
        assert_string_equal(line, lines[i]);
        assert_int_equal(device->position, i);
        assert_ptr_equal(device->domain, domain);
    }
    assert_int_equal(domain->devices->len, count);
}

static void check_clean(const Domain *domain)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);
    if (problems->len)
        fail_msg("%s", (char *)problems->pdata[0]);
    if (domain->notes->len)
        fail_msg("%s", ((DomainNote *)domain->notes->pdata[0])->text);
}

static void test_proposal(void **state)
{
    static const char *const lines[] = {
        "disk vda | disk | virtio-blk-pci | pci 00:0b.0",
        "disk hdc | cdrom | ide-cd | drive 0:1:0",
        "disk sda | disk | scsi-hd | drive 0:0:0",
        "disk sdd | disk | scsi-hd | drive 0:0:3",
        "disk sdf | disk | scsi-hd | drive 0:0:5",
        "controller scsi 0 | controller | lsi53c895a | pci 00:0a.0",
        "controller ide 0 | controller | piix3-ide | pci 00:01.1",
        "controller fdc 0 | controller | isa-fdc | -",
        "interface 1 (ne2k_pci) | nic | ne2k_pci | pci 00:03.0",
        "interface 2 (virtio) | nic | virtio-net-pci | pci 00:04.0",
        "interface 3 (e1000) | nic | e1000 | pci 00:05.0",
        "interface 4 (pcnet) | nic | pcnet | pci 00:06.0",
        "interface 5 (rtl8139) | nic | rtl8139 | pci 00:07.0",
        "serial 1 (pty) | serial | isa-serial | -",
        "input 1 (mouse) | input | ps2-mouse | -",
        "sound 1 (ac97) | sound | AC97 | pci 00:08.0",
        "sound 2 (es1370) | sound | ES1370 | pci 00:09.0",
        "video 1 (cirrus) | video | cirrus-vga | pci 00:02.0",
        "watchdog 1 (i6300esb) | watchdog | i6300esb | pci 00:0c.0",
    };
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    check_devices(domain, lines, G_N_ELEMENTS(lines));
    check_clean(domain);
    assert_string_equal(domain->name, "plain");
    assert_string_equal(domain->type, "kvm");
    assert_string_equal(domain->arch, "i686");
    assert_string_equal(domain->machine, "pc-0.11");
    assert_string_equal(domain->emulator, "/usr/bin/qemu");
    assert_int_equal(domain->family, MACHINE_PC);
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain_device(domain, i);
        assert_int_equal(device->address.mode, device->address.node ? MODE_DYNAMIC : MODE_STATIC);
        gboolean builtin = strcmp(device->driver, "piix3-ide") == 0 ||
                           strcmp(device->driver, "isa-fdc") == 0 ||
                           strcmp(device->driver, "ps2-mouse") == 0;
        assert_int_equal(device->builtin, builtin);
    }
}

static void test_what_tells_apart(void **state)
{
    g_autoptr(Domain) domain = domain_of_fixture("q35.xml");
    const DomainDevice *root = domain_named(domain, "disk vda");
    assert_string_equal(root->alias, "ua-root");
    assert_string_equal(root->bus, "virtio");
    assert_string_equal(root->source, "/var/lib/libvirt/images/root.qcow2");
    assert_string_equal(root->format, "qcow2");
    assert_string_equal(root->serial, "root-0001");
    assert_null(domain_named(domain, "disk sda")->source);
    assert_string_equal(domain_named(domain, "disk sdb")->source, "/dev/mapper/lun0");
    assert_null(domain_named(domain, "disk sdc")->source);
    const DomainDevice *nic = domain_named(domain, "interface 1 (virtio)");
    assert_string_equal(nic->mac, "52:54:00:aa:bb:01");
    assert_string_equal(nic->target, "vnet7");
    assert_string_equal(nic->type, "network");
    assert_int_equal(domain_named(domain, "controller pci 3")->index, 3);
    assert_int_equal(nic->index, -1);
    assert_int_equal(domain_named(domain, "controller pci 1")->address.multifunction, 1);
    assert_int_equal(domain_named(domain, "controller pci 3")->address.multifunction, -1);
    assert_int_equal(domain_named(domain, "video 1 (qxl)")->ordinal, 1);
    assert_int_equal(domain_named(domain, "video 2 (virtio)")->ordinal, 2);
}

static void test_today(void **state)
{
    static const char *const lines[] = {
        "disk vda | disk | virtio-blk-pci | pci 03:00.0",
        "disk sda | cdrom | ide-cd | drive 0:0:0",
        "disk sdb | disk | scsi-block | drive 0:0:5:3",
        "disk sdc | disk | usb-storage | usb usb 0.1.2",
        "controller pci 0 | bridge | mch | -",
        "controller pci 1 | bridge | pcie-root-port | pci 00:02.0",
        "controller pci 2 | bridge | pcie-pci-bridge | pci 01:00.0",
        "controller pci 3 | bridge | ioh3420 | pci 00:02.1",
        "controller pci 6 | bridge | x3130-upstream | pci 05:00.0",
        "controller pci 5 | bridge | pcie-root-port | pci 00:02.2",
        "controller sata 0 | controller | ich9-ahci | pci 00:1f.2",
        "controller scsi 0 | controller | virtio-scsi-pci | pci 00:02.3",
        "controller usb 0 | controller | qemu-xhci | pci 00:02.4",
        "controller usb 1 | controller | ich9-usb-ehci1 | pci 00:1d.7",
        "controller usb 1 | controller | ich9-usb-uhci1 | pci 00:1d.0",
        "controller virtio-serial 0 | serial | virtio-serial-pci | pci 00:02.5",
        "controller ccid 0 | controller | usb-ccid | usb usb 0.3",
        "filesystem 1 (mount) | other | vhost-user-fs-pci | -",
        "interface 1 (virtio) | nic | virtio-net-pci | pci 00:02.6",
        "interface 2 (hostdev) | other | vfio-pci | -",
        "interface 3 (e1000) | nic | e1000 | pci 02:01.0",
        "smartcard 1 (spicevmc) | other | ccid-card-passthru | ccid",
        "serial 1 (isa-serial) | serial | isa-serial | isa",
        "serial 2 (pci-serial) | serial | pci-serial | pci 02:02.0",
        "console 2 (virtio) | serial | virtconsole | virtio-serial serial 0.0",
        "channel 1 (virtio) | serial | virtserialport | virtio-serial serial 0.1",
        "input 1 (tablet) | input | usb-tablet | usb usb 0.2",
        "input 2 (mouse) | input | ps2-mouse | -",
        "input 3 (keyboard) | input | ps2-kbd | -",
        "tpm 1 (tpm-crb) | other | tpm-crb | -",
        "sound 1 (ich9) | sound | ich9-intel-hda | pci 00:1b.0",
        "sound 2 (usb) | sound | usb-audio | usb usb 0.4",
        "video 1 (qxl) | video | qxl | pci 00:01.0",
        "video 2 (virtio) | video | virtio-vga | pci 00:03.0",
        "hostdev 1 (pci) | other | vfio-pci | pci 02:03.0",
        "hostdev 2 (usb) | usb | usb-host | usb usb 0.5",
        "hostdev 3 (scsi) | disk | scsi-generic | drive 0:0:6",
        "redirdev 1 (spicevmc) | usb | usb-redir | usb usb 0.6",
        "hub 1 (usb) | hub | usb-hub | usb usb 0.1",
        "watchdog 1 (ib700) | watchdog | ib700 | -",
        "memballoon 1 (virtio-non-transitional) | balloon | virtio-balloon-pci-non-transitional | "
        "pci 00:02.7",
        "rng 1 (virtio) | rng | virtio-rng-pci | -",
        "memory 1 (dimm) | memory | pc-dimm | dimm",
        "shmem 1 (ivshmem-plain) | memory | ivshmem-plain | -",
        "panic 1 (isa) | other | pvpanic | isa",
        "vsock 1 (virtio) | other | vhost-vsock-pci | -",
        "iommu 1 (intel) | other | intel-iommu | -",
    };
    g_autoptr(Domain) domain = domain_of_fixture("q35.xml");
    check_devices(domain, lines, G_N_ELEMENTS(lines));
    check_clean(domain);
    assert_int_equal(domain->family, MACHINE_Q35);
    for (guint i = 0; i < domain->devices->len; i++) {
        assert_int_equal(domain_device(domain, i)->address.mode, MODE_STATIC);
        assert_true(domain_device(domain, i)->model);
    }
}

/* No types of addresses, no models, no indexes, USB addresses by device number. */
static void test_before(void **state)
{
    static const char *const lines[] = {
        "disk hda | disk | ide-hd | drive 0:0:0",
        "disk sdb | disk | scsi-hd | -",
        "controller scsi 0 | controller | lsi53c895a | pci 00:1e.0",
        "controller usb 0 | controller | piix3-usb-uhci | pci 00:0a.0",
        "controller usb 1 | controller | piix3-usb-uhci | -",
        "interface 1 (user) | nic | rtl8139 | -",
        "input 1 (tablet) | input | usb-tablet | usb wanted",
        "input 2 (keyboard) | input | usb-kbd | usb wanted",
        "console 1 (pty) | serial | isa-serial | -",
    };
    g_autoptr(Domain) domain = domain_of_fixture("old.xml");
    check_devices(domain, lines, G_N_ELEMENTS(lines));
    g_autoptr(GPtrArray) problems = domain_check(domain);
    assert_int_equal(problems->len, 0);
    assert_int_equal(domain->family, MACHINE_PC);
    assert_int_equal(domain->notes->len, 2);
    const DomainNote *note = domain->notes->pdata[0];
    assert_int_equal(note->line, 12);
    assert_string_equal(note->text, "address without a type of disk hda: taken as drive");
    assert_int_equal(domain_device(domain, 6)->address.usb_device, 3);
    assert_int_equal(domain_device(domain, 7)->address.usb_device, 4);
    assert_int_equal(domain_device(domain, 0)->address.usb_device, -1);
}

/* The proposal's question: what has no word. A host bridge at 00:00.0 does not ask for a place. */
static void test_ours(void **state)
{
    static const char *const lines[] = {
        "controller pci 0 | bridge | i440FX | pci 00:00.0",
        "controller isa 0 | bridge | PIIX3 | pci 00:01.0",
        "controller ide 0 | controller | piix3-ide | pci 00:01.1",
        "controller usb 0 | controller | piix3-usb-uhci | pci 00:1f.0",
        "serial 1 (pty) | serial | isa-serial | isa",
        "input 1 (tablet) | input | usb-tablet | usb usb 0.2",
        "memballoon 1 (virtio) | balloon | virtio-balloon-pci | pci wanted",
        "device 1 (PIIX4_PM) | bridge | PIIX4_PM | pci 00:01.3",
        "device 2 (edu) | other | edu | pci 00:09.0",
    };
    static const gboolean builtin[] = { 1, 1, 1, 0, 0, 0, 0, 1, 0 };
    g_autoptr(Domain) domain = domain_of_fixture("ours.xml");
    check_devices(domain, lines, G_N_ELEMENTS(lines));
    check_clean(domain);
    for (guint i = 0; i < domain->devices->len; i++)
        assert_int_equal(domain_device(domain, i)->builtin, builtin[i]);
}

static void test_other_machines(void **state)
{
    static const char *const s390x[] = {
        "disk vda | disk | - | ccw",
        "controller pci 0 | controller | - | -",
        "interface 1 (virtio) | nic | virtio-net-pci | pci 00:01.0",
        "interface 2 (virtio) | nic | - | ccw",
        "console 1 (sclp) | serial | sclpconsole | -",
        "hostdev 1 (mdev) | other | vfio-pci | unassigned",
        "memballoon 1 (virtio) | balloon | - | ccw",
    };
    static const char *const pseries[] = {
        "disk sda | disk | scsi-hd | drive 0:0:0",
        "controller scsi 0 | controller | spapr-vscsi | spapr-vio",
        "serial 1 (spapr-vio-serial) | serial | spapr-vty | spapr-vio",
        "nvram 1 | other | spapr-nvram | spapr-vio",
    };
    static const char *const mmio[] = {
        "disk vda | disk | virtio-blk-device | virtio-mmio",
        "interface 1 (virtio) | nic | virtio-net-device | virtio-mmio",
    };
    static const struct {
        const char *name;
        const char *const *lines;
        guint count;
    } files[] = { { "s390x.xml", s390x, G_N_ELEMENTS(s390x) },
                  { "pseries.xml", pseries, G_N_ELEMENTS(pseries) },
                  { "mmio.xml", mmio, G_N_ELEMENTS(mmio) } };
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(Domain) domain = domain_of_fixture(files[i].name);
        assert_int_equal(domain->family, MACHINE_OTHER);
        check_devices(domain, files[i].lines, files[i].count);
        check_clean(domain);
    }
}

static void test_families(void **state)
{
    static const struct {
        const char *type;
        MachineFamily family;
    } machines[] = {
        { "<type>hvm</type>", MACHINE_PC },
        { "<type machine='pc'>hvm</type>", MACHINE_PC },
        { "<type arch='i686' machine='pc-1.2'>hvm</type>", MACHINE_PC },
        { "<type arch='x86_64' machine='pc-i440fx-9.0'>hvm</type>", MACHINE_PC },
        { "<type arch='x86_64' machine='rhel6.6.0'>hvm</type>", MACHINE_PC },
        { "<type arch='x86_64' machine='q35'>hvm</type>", MACHINE_Q35 },
        { "<type arch='x86_64' machine='pc-q35-rhel8.2.0'>hvm</type>", MACHINE_Q35 },
        { "<type arch='x86_64' machine='microvm'>hvm</type>", MACHINE_OTHER },
        { "<type arch='aarch64' machine='virt'>hvm</type>", MACHINE_OTHER },
        { "<type arch='s390x'>hvm</type>", MACHINE_OTHER },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(machines); i++) {
        g_autofree char *text =
            g_strdup_printf("<domain type='kvm'><os>%s</os></domain>", machines[i].type);
        g_autoptr(Domain) domain = domain_of_text(text);
        assert_int_equal(domain->family, machines[i].family);
        assert_int_equal(domain->devices->len, 0);
        assert_null(domain->devices_node);
    }
}

static void check_note(const char *devices, guint line, const char *text)
{
    g_autoptr(Domain) domain = domain_of("pc", devices);
    if (domain->notes->len != 1)
        fail_msg("%u notes on %s", domain->notes->len, devices);
    const DomainNote *note = domain->notes->pdata[0];
    assert_string_equal(note->text, text);
    assert_int_equal(note->line, line);
}

static void test_notes(void **state)
{
    check_note("<frobnicator/>", 4, "element <frobnicator> of <devices>");
    check_note("\n<sound model='harp'/>", 5, "sound 1 (harp): no QEMU device is known for harp");
    check_note("<disk><target dev='xvda'/></disk>", 4,
               "disk xvda: no QEMU device is known for xen");
    check_note("<disk device='cdrom'><target dev='vda' bus='virtio'/></disk>", 4,
               "disk vda: no QEMU device is known for virtio cdrom");
    check_note("<controller type='scsi' index='0' model='buslogic'/>", 4,
               "controller scsi 0: no QEMU device is known for scsi buslogic");
    check_note("<controller type='quantum' index='0'/>", 4,
               "controller quantum 0: no QEMU device is known for quantum");
    check_note("<rng model='virtio'><address type='wormhole'/></rng>", 4,
               "address type 'wormhole' of rng 1 (virtio)");
    check_note("<rng model='virtio'><address type='pci' slot='5' lane='3'/></rng>", 4,
               "attribute lane= in the address of rng 1 (virtio)");
    check_note("<rng model='virtio'><address slot='0x05'/></rng>", 4,
               "address without a type of rng 1 (virtio): taken as pci");
    check_note("<rng model='virtio'>\n<backend/><frobnicator/>\n<app:x xmlns:app='a'/></rng>", 5,
               "element <frobnicator> of rng 1 (virtio)");
    check_note("</devices>\n<flux/>\n<devices>", 5, "element <flux> of the domain");
    check_note("<disk><target dev='sda\xe2\x80\xae' bus='&#10;'/></disk>", 4,
               "disk sda\\u202e: no QEMU device is known for \\n");
}

static void test_no_devices(void **state)
{
    g_autoptr(Domain) domain =
        domain_of("pc", "<emulator>/usr/bin/kvm</emulator><graphics type='vnc'/>"
                        "<audio id='1' type='none'/><lease/><redirfilter/>"
                        "<memballoon model='none'/><video><model type='none'/></video>"
                        "<controller type='usb' index='0' model='none'/>"
                        "<watchdog model='itco'/><panic model='hyperv'/>"
                        "<hostdev mode='capabilities' type='misc'/><input type='evdev'/>"
                        "<channel type='pty'><target type='guestfwd'/></channel>"
                        "<disk><target dev='sda' bus='sd'/></disk><nvram/>");
    assert_int_equal(domain->devices->len, 0);
    assert_int_equal(domain->notes->len, 0);
}

static void test_consoles(void **state)
{
    g_autoptr(Domain) alone = domain_of("pc", "<console type='pty'/><console type='pty'/>");
    assert_int_equal(alone->devices->len, 1);
    assert_string_equal(domain_device(alone, 0)->driver, "isa-serial");
    g_autoptr(Domain) doubled =
        domain_of("pc", "<console><target type='serial'/></console><serial/>"
                        "<console><target type='virtio'/></console>");
    assert_int_equal(doubled->devices->len, 2);
    assert_string_equal(domain_device(doubled, 0)->element, "serial");
    assert_string_equal(domain_device(doubled, 1)->driver, "virtconsole");
}

static void test_find(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain =
        domain_of("pc", "<disk><target dev='sda'/><alias name='boot'/></disk>\n"
                        "<disk><target dev='boot'/></disk>\n"
                        "<interface><mac address='52:54:0:5B-ef:1'/></interface>");
    assert_ptr_equal(domain_find(domain, "sda", &error), domain_device(domain, 0));
    assert_ptr_equal(domain_find(domain, "52:54:00:5B:EF:01", &error), domain_device(domain, 2));
    assert_null(domain_find(domain, "sdb", &error));
    assert_null(error);
    assert_null(domain_find(domain, "boot", &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    assert_string_equal(error->message, "\"boot\" is more than one device of the file: disk sda "
                                        "(line 4) and disk boot (line 5)");
}

static void test_controllers(void **state)
{
    g_autoptr(Domain) domain =
        domain_of("pc", "<controller type='scsi'/><controller type='scsi' index='0'/>"
                        "<controller type='scsi'/><controller type='scsi' index='7'/>"
                        "<controller type='usb' index='0' model='ich9-uhci1'><master/></controller>"
                        "<controller type='usb' index='0' model='ich9-ehci1'/>");
    assert_int_equal(domain_device(domain, 0)->index, 1);
    assert_int_equal(domain_device(domain, 2)->index, 2);
    assert_ptr_equal(domain_controller(domain, "scsi", 1), domain_device(domain, 0));
    assert_ptr_equal(domain_controller(domain, "scsi", 7), domain_device(domain, 3));
    assert_ptr_equal(domain_controller(domain, "usb", 0), domain_device(domain, 5));
    assert_null(domain_controller(domain, "scsi", 3));
    assert_null(domain_controller(domain, "sata", 0));
}

static void test_pci_buses(void **state)
{
    const DomainDevice *controller;
    guint first, last;
    g_autoptr(Domain) q35 = domain_of_fixture("q35.xml");
    g_autoptr(Domain) pc = domain_of_fixture("proposal.xml");
    assert_int_equal(domain_pci_bus(pc, 0, &controller), BUS_PCI);
    assert_null(controller);
    assert_int_equal(domain_pci_bus(pc, 1, NULL), BUS_OTHER);
    assert_int_equal(domain_pci_bus(q35, 0, &controller), BUS_PCIE);
    assert_string_equal(controller->xml_model, "pcie-root");
    assert_int_equal(domain_pci_bus(q35, 1, &controller), BUS_PCIE);
    assert_int_equal(controller->index, 1);
    assert_int_equal(domain_pci_bus(q35, 2, NULL), BUS_PCI);
    assert_int_equal(domain_pci_bus(q35, 4, NULL), BUS_OTHER);
    assert_true(domain_pci_slots(q35, 0, &first, &last));
    assert_int_equal(first, 1);
    assert_int_equal(last, 31);
    assert_true(domain_pci_slots(q35, 3, &first, &last));
    assert_int_equal(first, 0);
    assert_int_equal(last, 0);
    assert_false(domain_pci_slots(q35, 4, &first, &last));
}

static void check_place(const char *device, const char *qemu)
{
    Address place;
    g_autoptr(Domain) domain = domain_of_fixture("adapters.xml");
    const DomainDevice *drive = domain_named(domain, device);
    assert_true(domain_qemu_place(drive, &place));
    g_autofree char *text = address_to_text(&place);
    assert_string_equal(text, qemu);
    if (strcmp(drive->bus, "scsi") != 0)
        return;
    /* And back. */
    const DomainDevice *controller =
        domain_controller(domain, "scsi", drive->address.place.drive.controller);
    domain_xml_place(controller->model, &place);
    assert_memory_equal(&place, &drive->address.place, sizeof place);
}

static void test_places(void **state)
{
    check_place("disk sda", "1:0:6");
    check_place("disk sdb", "2:0:99:16383");
    check_place("disk sdc", "3:0:7:1");
    check_place("disk sdd", "4:0:63");
    check_place("disk fdb", "0:0:1");
    Address place = { .type = ADDRESS_DRIVE, .drive = { 2, 0, 5, 0, TRUE } };
    domain_xml_place(NULL, &place);
    assert_int_equal(place.drive.target, 0);
    assert_int_equal(place.drive.unit, 5);
    assert_false(place.drive.scsi);
    /* What a narrow adapter does not have is not made into another bay. */
    g_autoptr(Domain) wrong = domain_of(
        "pc", "<disk><target dev='sda'/><address type='drive' target='3' unit='5'/></disk>");
    assert_true(domain_qemu_place(domain_device(wrong, 0), &place));
    assert_int_equal(place.drive.target, 3);
    assert_int_equal(place.drive.unit, 5);
    g_autoptr(Domain) domain = domain_of_fixture("old.xml");
    assert_false(domain_qemu_place(domain_named(domain, "disk sdb"), &place));
}

static void test_root(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static("\n<network/>", 11);
    assert_null(domain_parse("net.xml", bytes, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    assert_string_equal(error->message, "net.xml:2: the file begins with <network>: a domain XML "
                                        "begins with <domain>");
}

/* --- size ------------------------------------------------------------------------------------ */

static Domain *large(guint count)
{
    GString *devices = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(devices,
                               "<disk><target dev='sd%u'/><alias name='a%u'/>"
                               "<address type='drive' controller='%u' unit='%u'/></disk>\n"
                               "<controller type='scsi' index='%u'/>\n",
                               i + 1, i, i, i % 7, i);
    Domain *domain = domain_of("pc", devices->str);
    g_string_free(devices, TRUE);
    return domain;
}

static gint64 time_of(guint count)
{
    gint64 best = G_MAXINT64;
    for (guint i = 0; i < 3; i++) {
        gint64 start = g_get_monotonic_time();
        g_autoptr(Domain) domain = large(count);
        g_autoptr(GPtrArray) problems = domain_check(domain);
        best = MIN(best, g_get_monotonic_time() - start);
        assert_int_equal(domain->devices->len, 2 * count);
        assert_int_equal(problems->len, 0);
    }
    return best;
}

/* Quadratic work would be 100 times as long; a busy host is allowed for. */
static void test_size(void **state)
{
    gint64 small = time_of(500), ten_times = time_of(5000);
    if (ten_times > 40 * small)
        fail_msg("1,000 devices took %" G_GINT64_FORMAT " us, 10,000 %" G_GINT64_FORMAT, small,
                 ten_times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposal),   cmocka_unit_test(test_what_tells_apart),
        cmocka_unit_test(test_today),      cmocka_unit_test(test_before),
        cmocka_unit_test(test_ours),       cmocka_unit_test(test_other_machines),
        cmocka_unit_test(test_families),   cmocka_unit_test(test_notes),
        cmocka_unit_test(test_no_devices), cmocka_unit_test(test_consoles),
        cmocka_unit_test(test_find),       cmocka_unit_test(test_controllers),
        cmocka_unit_test(test_pci_buses),  cmocka_unit_test(test_places),
        cmocka_unit_test(test_root),       cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
