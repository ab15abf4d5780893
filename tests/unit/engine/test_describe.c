/* Guests and plans as domain XML: nothing of a guest is missing in its description, and what the
 * description says leads back to the very device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "engine/launch.h"
#include "tests/support/described.h"
#include "tests/unit/engine/fixture_guest.h"
#include "tests/unit/engine/plan_guest.h"

/* --- whole guests ---------------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture_names); i++) {
        g_autoptr(Guest) guest = fixture_guest(fixture_names[i]);
        print_message("%s\n", fixture_names[i]);
        assert_described(guest);
    }
}

/* Drives with their image, NICs with their MAC, USB devices with bus and port, by their ids. */
static void test_facts(void **state)
{
    g_autoptr(Guest) guest = fixture_guest("demo");
    g_autoptr(Domain) domain = describe(guest);
    assert_string_equal(domain->name, "plain");
    assert_string_equal(domain->type, "qemu");
    assert_string_equal(domain->machine, "pc-i440fx-7.2");
    assert_string_equal(xml_node_child_text(domain->root, "memory"), "65536");
    assert_string_equal(xml_node_child_text(domain->root, "vcpu"), "1");
    const DomainDevice *disk = domain_find(domain, "sdd", NULL);
    assert_string_equal(disk->source, "d.qcow2");
    assert_string_equal(disk->format, "qcow2");
    assert_string_equal(disk->alias, "sdd");
    const DomainDevice *nic = domain_find(domain, "net2", NULL);
    assert_string_equal(nic->mac, "52:54:00:c7:0e:05");
    assert_string_equal(nic->type, "user");
    assert_string_equal(nic->driver, "e1000");
    assert_int_equal(domain_controller(domain, "isa", 0)->address.multifunction, 1);
    assert_int_equal(domain_controller(domain, "ide", 0)->address.multifunction, -1);
    const DomainDevice *tablet = domain_find(domain, "tablet0", NULL);
    assert_string_equal(tablet->address.place.usb.port, "1");
    assert_int_equal(tablet->address.mode, MODE_DYNAMIC);
}

/* Chips that only KVM brings tell the accelerator. */
static void test_kvm(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    add_device(guest->root, "kvmclock", NULL);
    guest_index(guest);
    g_autoptr(Domain) domain = describe(guest);
    assert_string_equal(domain->type, "kvm");
}

/* --- single elements ------------------------------------------------------------------------- */

typedef struct {
    const char *driver;
    const char *properties; /* "name=value name=value" */
    const char *text;       /* behind the start of the element up to the alias */
} Expected;

/* What stands between the first tag and the alias, and that tag, without indentation. */
static char *squeeze(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *squeezed = g_string_new(NULL);
    for (char **line = lines; *line && !strstr(*line, "<alias"); line++)
        g_string_append(squeezed, g_strstrip(*line));
    return g_string_free(squeezed, FALSE);
}

static void put_properties(Device *device, const char *properties)
{
    g_auto(GStrv) words = g_strsplit(properties, " ", -1);
    for (char **word = words; *word && **word; word++) {
        char *equals = strchr(*word, '=');
        *equals = '\0';
        add_property(device, *word, equals + 1);
    }
}

static void assert_element(const Guest *guest, const Device *device, const char *expected)
{
    g_autoptr(Numbering) numbering = numbering_new(guest, NULL);
    g_autofree char *text = describe_device(guest, numbering, NULL, device);
    g_autofree char *squeezed = squeeze(text);
    if (strcmp(squeezed, expected) != 0)
        fail_msg("%s\nis not\n%s", squeezed, expected);
}

static const Expected pci_elements[] = {
    { "virtio-rng-pci", "rng=/objects/rng0",
      "<rng model='virtio'><backend model='random'>/dev/urandom</backend>" },
    { "virtio-rng-pci", "rng=/machine/x/rng-builtin",
      "<rng model='virtio'>"
      "<backend model='builtin'/>" },
    { "vhost-vsock-pci", "guest-cid=3", "<vsock model='virtio'><cid auto='no' address='3'/>" },
    { "virtio-crypto-pci", "", "<crypto model='virtio' type='qemu'><backend model='builtin'/>" },
    { "ivshmem-plain", "memdev=/objects/mem-shm0",
      "<shmem name='mem-shm0'><model type='ivshmem-plain'/>" },
    { "virtio-9p-pci", "mount_tag=host", "<filesystem type='mount'><target dir='host'/>" },
    { "vhost-user-fs-pci", "tag=share",
      "<filesystem type='mount'><driver type='virtiofs'/><target dir='share'/>" },
    { "vfio-pci", "host=0000:06:12.2",
      "<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x06' "
      "slot='0x12' function='0x2'/></source>" },
    { "virtio-vga-gl", "",
      "<video><model type='virtio' primary='yes'><acceleration accel3d='yes'/></model>" },
    { "virtio-gpu-pci", "", "<video><model type='virtio' primary='no'/>" },
    { "cirrus-vga", "", "<video><model type='cirrus'/>" },
    { "pci-serial", "chardev=tcp0",
      "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4444'/>"
      "<protocol type='raw'/><target type='pci-serial'/>" },
    { "pci-testdev", "", "<device driver='pci-testdev'>" },
};

static void test_pci_elements(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pci_elements); i++) {
        g_autoptr(Guest) guest = make_pc();
        json_decref(guest->chardevs);
        guest->chardevs = json_loads("[{\"label\": \"tcp0\", \"filename\": "
                                     "\"disconnected:tcp:127.0.0.1:4444,server=on\"}]",
                                     0, NULL);
        Bus *root = guest_find_bus(guest, "pci.0", NULL);
        Device *device = add_pci(root, 20, 0, pci_elements[i].driver, "x");
        put_properties(device, pci_elements[i].properties);
        assert_element(guest, device, pci_elements[i].text);
    }
}

static const Expected isa_elements[] = {
    { "isa-serial", "chardev=s0 index=1",
      "<serial type='unix'><source mode='connect' path='/run/s'/>"
      "<target type='isa-serial' port='1'/>" },
    { "isa-serial", "chardev= index=0",
      "<serial type='null'><target type='isa-serial' port='0'/>" },
    { "isa-parallel", "chardev=p0 index=0", "<parallel type='pty'><target port='0'/>" },
    { "isa-debugcon", "chardev=out", "<serial type='stdio'><target type='isa-debug' port='0'/>" },
    { "tpm-tis", "", "<tpm model='tpm-tis'><backend type='emulator'/>" },
    { "pvpanic", "", "<panic model='isa'>" },
    { "ib700", "", "<watchdog model='ib700'>" },
    { "sb16", "", "<sound model='sb16'>" },
    { "isa-pcspk", "audiodev=a", "<sound model='pcspk'>" },
    { "isa-pcspk", "audiodev=", "<device driver='isa-pcspk'>" },
};

static void test_isa_elements(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(isa_elements); i++) {
        g_autoptr(Guest) guest = make_pc();
        json_decref(guest->chardevs);
        guest->chardevs = json_loads("[{\"label\": \"s0\", \"filename\": \"unix:/run/s\"},"
                                     " {\"label\": \"out\", \"filename\": \"stdio\"}]",
                                     0, NULL);
        Bus *isa = offer_bus(guest_find(guest, "01.0", NULL), "isa.0", "ISA", FALSE);
        Device *device = add_device(isa, isa_elements[i].driver, "x");
        put_properties(device, isa_elements[i].properties);
        assert_element(guest, device, isa_elements[i].text);
    }
}

/* Controllers that libvirt does not know are described by what they are. */
static void test_controllers(void **state)
{
    static const struct {
        const char *driver, *bus, *properties, *text;
    } expected[] = {
        { "lsi53c895a", "SCSI", "", "<controller type='scsi' index='1' model='lsilogic'>" },
        { "lsi53c810", "SCSI", "", "<controller type='scsi' index='1' model='lsi53c810'>" },
        { "qemu-xhci", "usb-bus", "p2=8 p3=8",
          "<controller type='usb' index='0' model='qemu-xhci' ports='8'>" },
        { "qemu-xhci", "usb-bus", "p2=4 p3=4",
          "<controller type='usb' index='0' model='qemu-xhci'>" },
        { "ich9-usb-ehci2", "usb-bus", "",
          "<controller type='usb' index='0' model='ich9-usb-ehci2'>" },
        { "virtio-serial-pci", "virtio-serial-bus", "max_ports=4",
          "<controller type='virtio-serial' index='0' ports='4'>" },
        { "virtio-serial-pci", "virtio-serial-bus", "max_ports=31",
          "<controller type='virtio-serial' index='0'>" },
        { "ioh3420", "PCIE", "chassis=2 port=16 hotplug=false",
          "<controller type='pci' index='1' model='pcie-root-port'><model name='ioh3420'/>"
          "<target chassis='2' port='16' hotplug='off'/>" },
        { "no-such-bridge", "PCI", "", "<controller type='pci' index='1' model='no-such-bridge'>" },
        { "nvme", "nvme-bus", "", "<device driver='nvme'><pci vendor='0x0000' device='0x0000'/>" },
        /* Without its bus, which another device has, it has no index. */
        { "ich9-usb-uhci1", NULL, "masterbus=gone.0 firstport=2",
          "<device driver='ich9-usb-uhci1'><pci vendor='0x0000' device='0x0000'/>" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(Guest) guest = make_pc();
        Device *device =
            add_pci(guest_find_bus(guest, "pci.0", NULL), 20, 0, expected[i].driver, "x");
        device->pci = g_new0(PciFacts, 1);
        put_properties(device, expected[i].properties);
        if (expected[i].bus)
            offer_bus(device, "x.0", expected[i].bus, TRUE);
        assert_element(guest, device, expected[i].text);
    }
}

/* QEMU does not show how many ports an xHCI has; those that are used it has. */
static void test_ports(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    Device *xhci = add_pci(guest_find_bus(guest, "pci.0", NULL), 20, 0, "qemu-xhci", "x");
    Device *tablet = add_device(offer_bus(xhci, "x.0", "usb-bus", TRUE), "usb-tablet", "t");
    tablet->address = (Address){ .type = ADDRESS_USB, .usb = { .port = "6.1" } };
    assert_element(guest, xhci, "<controller type='usb' index='0' model='qemu-xhci' ports='6'>");
}

typedef struct {
    const char *backend, *details, *text;
} ExpectedNic;

static const ExpectedNic nics[] = {
    { "user", "net=10.0.2.0,restrict=off", "<interface type='user'>" },
    { "tap", "ifname=tap3,script=no,downscript=no",
      "<interface type='ethernet'><target dev='tap3'/>" },
    { "bridge", "helper=/usr/lib/qemu/qemu-bridge-helper,br=br0",
      "<interface type='bridge'><source bridge='br0'/>" },
    { "socket", "connect=127.0.0.1:5558",
      "<interface type='client'><source address='127.0.0.1' port='5558'/>" },
    { "socket", "mcast=230.0.0.1:1234",
      "<interface type='mcast'><source address='230.0.0.1' port='1234'/>" },
    { "socket", "socket: wait from 0.0.0.0:1", "<interface type='null'>" },
    { "vhost-user", "", "<interface type='null'>" },
    { NULL, NULL, "<interface type='null'>" },
};

static void test_nics(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(nics); i++) {
        g_autoptr(Guest) guest = make_pc();
        Device *device = add_pci(guest_find_bus(guest, "pci.0", NULL), 20, 0, "pcnet", "x");
        device->nic = g_new0(Nic, 1);
        device->nic->backend = g_strdup(nics[i].backend);
        device->nic->details = g_strdup(nics[i].details);
        g_autofree char *expected = g_strconcat(nics[i].text,
                                                "<model type='pcnet'/>"
                                                "<link state='down'/>",
                                                NULL);
        assert_element(guest, device, expected);
    }
}

static const struct {
    const char *file, *type, *source;
} images[] = {
    { "/images/a & b's \"c\".raw", "file",
      "<source file='/images/a &amp; b&apos;s &quot;c&quot;.raw'/>" },
    { "relative.raw", "file", "<source file='relative.raw'/>" },
    { "a/b:c.raw", "file", "<source file='a/b:c.raw'/>" },
    { "/dev/vg0/lv1", "block", "<source dev='/dev/vg0/lv1'/>" },
    { "nbd://store:10809/web01", "network",
      "<source protocol='nbd' name='web01'><host name='store' port='10809'/></source>" },
    { "nbd+unix:///web01?socket=/run/nbd", "network",
      "<source protocol='nbd' name='web01'><host transport='unix' socket='/run/nbd'/></source>" },
    { "null-co://", "file", "" },
};

static void test_images(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(images); i++) {
        g_autoptr(Guest) guest = make_pc();
        Bus *scsi = guest_find_bus(guest, "lsi0.0", NULL);
        Device *device = add_disk(scsi, 5, "x", NULL, "n", images[i].file);
        device->drive->format = g_strdup("raw");
        device->drive->readonly = TRUE;
        put_properties(device, "serial=S1 wwn=5764627539032576151");
        g_autofree char *expected =
            g_strdup_printf("<disk type='%s' device='disk'><driver name='qemu' type='raw'/>%s"
                            "<target dev='sdf' bus='scsi'/><readonly/><serial>S1</serial>"
                            "<wwn>5000123456789097</wwn>",
                            images[i].type, images[i].source);
        assert_element(guest, device, expected);
    }
}

/* --- names of drives ------------------------------------------------------------------------- */

static void assert_target(const Domain *domain, const char *alias, const char *target)
{
    const DomainDevice *device = domain_find(domain, alias, NULL);
    assert_non_null(device);
    if (g_strcmp0(device->target, target) != 0)
        fail_msg("%s is %s, not %s", alias, device->target, target);
}

/* An id that is a name; else the name of the place; else what is free. */
static void test_targets(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    Bus *root = guest_find_bus(guest, "pci.0", NULL);
    Bus *scsi = guest_find_bus(guest, "lsi0.0", NULL);
    Bus *wide = offer_bus(add_pci(root, 21, 0, "virtio-scsi-pci", "wide"), "wide.0", "SCSI", TRUE);
    add_disk(scsi, 4, "second", NULL, "n1", "/1");
    add_disk(scsi, 5, "sdg", NULL, "n2", "/2");
    add_disk(scsi, 6, "loser", NULL, "n3", "/3");
    add_disk(wide, 200, "far", NULL, "n4", "/4");
    add_disk(wide, 201, "vdisk", NULL, "n5", "/5");
    add_pci(root, 22, 0, "virtio-blk-pci", "v1");
    add_pci(root, 23, 0, "virtio-blk-pci", "vda");
    add_pci(root, 24, 0, "virtio-blk-pci", "sdx"); /* a name, but none of this bus */
    guest_index(guest);
    g_autoptr(Domain) domain = describe(guest);
    assert_target(domain, "sda", "sda");
    assert_target(domain, "sdb", "sdb");
    assert_target(domain, "second", "sde");
    assert_target(domain, "sdg", "sdg");
    assert_target(domain, "loser", "sdc");
    assert_target(domain, "far", "sdd");
    assert_target(domain, "vdisk", "sdf");
    assert_target(domain, "vda", "vda");
    assert_target(domain, "v1", "vdb");
    assert_target(domain, "cd", "hda");
}

/* --- plans ----------------------------------------------------------------------------------- */

static Plan *plan_attach(const Guest *guest, const char *kind, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    g_autoptr(Request) request = request_parse(kind, (const char *const *)words, &error);
    HotplugFacts facts = { guest, NULL, NULL, NULL };
    Plan *plan = request ? hotplug_plan_attach(&facts, request, &error) : NULL;
    if (!plan)
        fail_msg("%s", error->message);
    return plan;
}

typedef struct {
    const char *kind, *options;
    const char *elements; /* without indentation, one behind the other */
} ExpectedPlan;

#define AT(slot)                                                                                   \
    "<address type='pci' mode='static' domain='0x0000' bus='0x00' slot='" slot "' "                \
    "function='0x0'/>"

static const ExpectedPlan plans[] = {
    { "disk",
      "file=/images/c.qcow2 format=qcow2 bus=scsi readonly=on serial=S cache=none "
      "aio=native discard=unmap",
      "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='native' "
      "discard='unmap'/><source file='/images/c.qcow2'/><target dev='sdc' bus='scsi'/>"
      "<readonly/><serial>S</serial><alias name='sd0'/>"
      "<address type='drive' mode='static' controller='0' bus='0' unit='1'/></disk>" },
    { "disk", "file=/images/c.raw format=raw bus=virtio id=vdx cache=writethrough",
      "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='writethrough'/>"
      "<source file='/images/c.raw'/><target dev='vdx' bus='virtio'/><serial>vdx</serial>"
      "<alias name='vdx'/>" AT("0x03") "</disk>" },
    { "cdrom", "bus=scsi target=5 id=cd9",
      "<disk type='file' device='cdrom'><target dev='sdf' bus='scsi'/><readonly/>"
      "<serial>cd9</serial><alias name='cd9'/>"
      "<address type='drive' mode='static' controller='0' bus='0' unit='5'/></disk>" },
    { "nic", "model=e1000 backend=bridge br=br7 mac=52:54:00:00:00:77 address=09.0 id=n",
      "<interface type='bridge'><mac address='52:54:00:00:00:77'/><source bridge='br7'/>"
      "<model type='e1000'/><alias name='n'/>" AT("0x09") "</interface>" },
    { "nic", "model=virtio-net-pci backend=spare mac=52:54:00:00:00:77 id=n",
      "<interface type='user'><mac address='52:54:00:00:00:77'/><model type='virtio'/>"
      "<alias name='n'/>" AT("0x03") "</interface>" },
    { "controller", "model=virtio-scsi-pci id=more",
      "<controller type='scsi' index='1' model='virtio-scsi'><alias name='more'/>" AT(
          "0x03") "</controller>" },
    { "controller", "model=pci-bridge id=br",
      "<controller type='pci' index='1' model='pci-bridge'><target chassisNr='1'/>"
      "<alias name='br'/>" AT("0x03") "</controller>" },
    { "device", "driver=virtio-rng-pci id=r max-bytes=1024",
      "<rng model='virtio'><backend model='builtin'/><property name='max-bytes' value='1024'/>"
      "<alias name='r'/>" AT("0x03") "</rng>" },
    { "device", "driver=pci-testdev id=t",
      "<device driver='pci-testdev'><alias name='t'/>" AT("0x03") "</device>" },
    { "disk", "file=/images/c.raw format=raw bus=usb id=stick",
      "<controller type='usb' index='0' model='qemu-xhci'><alias name='usb0'/>" AT(
          "0x03") "</controller>"
                  "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
                  "<source file='/images/c.raw'/><target dev='sdc' "
                  "bus='usb'/><serial>stick</serial>"
                  "<alias name='stick'/><address type='usb' mode='static' bus='0' "
                  "port='1'/></disk>" },
};

/* What a plan's elements are, in order and without indentation. (transfer full) */
static char *planned_text(const GPtrArray *elements)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < elements->len; i++) {
        g_auto(GStrv) lines = g_strsplit(elements->pdata[i], "\n", -1);
        for (char **line = lines; *line; line++)
            g_string_append(text, g_strstrip(*line));
    }
    return g_string_free(text, FALSE);
}

static void test_plans(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Guest) guest = make_pc();
        g_autoptr(Domain) domain = describe(guest);
        g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
        g_autoptr(Plan) plan = plan_attach(guest, plans[i].kind, plans[i].options);
        g_autoptr(GPtrArray) elements = describe_plan(plan, match, &error);
        if (!elements)
            fail_msg("%s", error->message);
        g_autofree char *text = planned_text(elements);
        if (strcmp(text, plans[i].elements) != 0)
            fail_msg("%s\nis not\n%s", text, plans[i].elements);
    }
}

/* The file with the elements of a plan in it is as valid as before. */
static Domain *carry(const Guest *guest, const Domain *domain, const char *kind,
                     const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autoptr(Plan) plan = plan_attach(guest, kind, options);
    g_autoptr(GPtrArray) elements = describe_plan(plan, match, &error);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    for (guint i = 0; elements && i < elements->len; i++)
        domain_edit_add(edit, elements->pdata[i]);
    Domain *carried = domain_edit_apply(edit, &error);
    assert_null(error);
    assert_valid(carried);
    return carried;
}

/* Names and indexes that only the file has are taken as well. */
static void test_carried(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Domain) empty = describe(guest);
    g_autoptr(Domain) one =
        carry(guest, empty, "disk", "file=/images/c.raw format=raw bus=scsi id=d1");
    g_autoptr(Domain) two = carry(guest, one, "disk", "file=/images/d.raw format=raw bus=virtio");
    g_autoptr(Domain) three =
        carry(guest, two, "controller", "model=virtio-scsi-pci id=c1 address=12.0");
    assert_string_equal(domain_find(three, "d1", NULL)->target, "sdc");
    g_autoptr(Match) match = match_new(three, guest, EVIDENCE_ALL);
    g_autoptr(Plan) disk =
        plan_attach(guest, "disk", "file=/images/e.raw format=raw bus=scsi target=2 id=d2");
    g_autoptr(Plan) controller =
        plan_attach(guest, "controller", "model=lsi53c895a id=c2 address=11.0");
    g_autoptr(GPtrArray) disks = describe_plan(disk, match, NULL);
    g_autoptr(GPtrArray) controllers = describe_plan(controller, match, NULL);
    assert_non_null(strstr(disks->pdata[0], "<target dev='sdd' bus='scsi'/>"));
    assert_non_null(strstr(controllers->pdata[0], "type='scsi' index='2'"));
}

static gboolean has_none(const Domain *domain, const char *element)
{
    for (guint i = 0; i < domain->devices_node->children->len; i++) {
        const XmlNode *node = domain->devices_node->children->pdata[i];
        if (strcmp(node->name, element) == 0 && g_strcmp0(xml_node_get(node, "model"), "none") == 0)
            return TRUE;
    }
    return FALSE;
}

/* A description says that there is no USB controller and no balloon, until there is one. */
static void test_ruled_out(void **state)
{
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Domain) empty = describe(guest);
    assert_true(has_none(empty, "controller"));
    assert_true(has_none(empty, "memballoon"));
    g_autoptr(Domain) scsi = carry(guest, empty, "controller", "model=virtio-scsi-pci id=c1");
    assert_true(has_none(scsi, "controller"));
    g_autoptr(Domain) usb = carry(guest, empty, "disk", "file=/u.raw format=raw bus=usb id=u");
    assert_false(has_none(usb, "controller"));
    assert_true(has_none(usb, "memballoon"));
    g_autoptr(Domain) balloon = carry(guest, empty, "device", "driver=virtio-balloon-pci id=b");
    assert_false(has_none(balloon, "memballoon"));
}

/* A guest that is started from the file gets what the attach gave to the running one. */
static void test_property_of_a_plan(void **state)
{
    g_autoptr(GError) error = NULL;
    const LaunchOptions options = { 0 };
    g_autoptr(Guest) guest = make_pc();
    guest->memory = 64 << 20;
    g_autoptr(Domain) empty = describe(guest);
    g_autoptr(Domain) domain =
        carry(guest, empty, "device", "driver=virtio-rng-pci id=r max-bytes=1024 address=1e.0");
    g_autoptr(Launch) launch = launch_plan(domain, &options, &error);
    if (!launch)
        fail_msg("%s", error->message);
    for (guint i = 0; launch->arguments->pdata[i]; i++) {
        const char *argument = launch->arguments->pdata[i];
        if (g_str_has_prefix(argument, "virtio-rng-pci,id=r,") && strstr(argument, ",addr=1e") &&
            strstr(argument, ",max-bytes=1024"))
            return;
    }
    fail_msg("no device r with its property is started");
}

static void test_nothing_to_describe(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Guest) guest = make_pc();
    g_autoptr(Domain) domain = describe(guest);
    g_autoptr(Match) match = match_new(domain, guest, EVIDENCE_ALL);
    g_autoptr(Plan) plan = plan_new(PLAN_ATTACH, "attach nothing");
    assert_null(describe_plan(plan, match, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    assert_non_null(strstr(error->message, "attach nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_kvm),
        cmocka_unit_test(test_pci_elements),
        cmocka_unit_test(test_isa_elements),
        cmocka_unit_test(test_nics),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_carried),
        cmocka_unit_test(test_nothing_to_describe),
        cmocka_unit_test(test_controllers),
        cmocka_unit_test(test_ruled_out),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_property_of_a_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
