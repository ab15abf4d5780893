/* Addresses for domains that never ran: where each kind of device goes, what is added for it, and
 * that nothing else changes. Whether QEMU takes it is tests/real/test_assign.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/assign.h"
#include "engine/domain_edit.h"
#include "engine/line_diff.h"
#include "tests/support/random_domain.h"

#define PROPOSAL SRCDIR "/tests/fixtures/domain/proposal.xml"
#define RANDOM_DOMAINS 300

/* --- helpers --------------------------------------------------------------------------------- */

static Domain *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Domain *domain = domain_parse("test.xml", bytes, &error);
    if (!domain)
        fail_msg("%s", error->message);
    return domain;
}

static Domain *make(const char *machine, const char *devices)
{
    g_autofree char *text = random_domain_text(machine, devices);
    return parse(text);
}

static Domain *assign(const Domain *domain, guint spare)
{
    g_autoptr(GError) error = NULL;
    Domain *assigned = domain_assign(domain, spare, NULL, &error);
    if (!assigned)
        fail_msg("%s", error->message);
    return assigned;
}

static const char *text_of(const Domain *domain)
{
    return xml_document_text(domain->document);
}

/* "disk vda 00:03.0\n..." of all that have a place, in the order of the file. */
static char *list_places(const Domain *domain)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        g_autofree char *name = domain_device_name(device);
        g_autofree char *place = address_to_text(&device->address.place);
        if (place[0])
            g_string_append_printf(list, "%s %s\n", name, place);
    }
    return g_string_free(list, FALSE);
}

static void check_spare(const char *machine, guint spare, const char *devices, const char *places)
{
    g_autoptr(Domain) domain = make(machine, devices);
    g_autoptr(Domain) assigned = assign(domain, spare);
    g_autoptr(Domain) again = assign(assigned, spare);
    g_autofree char *list = list_places(assigned);
    assert_string_equal(list, places);
    assert_string_equal(text_of(again), text_of(assigned));
}

static void check(const char *machine, const char *devices, const char *places)
{
    check_spare(machine, 0, devices, places);
}

/* Both parts are in the message. */
static void check_refused(const char *machine, const char *devices, int code, const char *one,
                          const char *two)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = make(machine, devices);
    g_autoptr(Domain) assigned = domain_assign(domain, 0, NULL, &error);
    assert_null(assigned);
    assert_true(g_error_matches(error, ENGINE_ERROR, code));
    if (!strstr(error->message, one) || !strstr(error->message, two))
        fail_msg("%s", error->message);
}

static char *repeat(const char *element, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append(text, element);
    return g_string_free(text, FALSE);
}

static char *virtio_disks(guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = target_name("vd", i);
        g_string_append_printf(text, "<disk><target dev='%s' bus='virtio'/></disk>", name);
    }
    return g_string_free(text, FALSE);
}

static guint count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

/* --- the proposal ---------------------------------------------------------------------------- */

static char *without_addresses(const char *text)
{
    g_autoptr(GRegex) address = g_regex_new(" *<address type='(pci|drive)'[^>]*/>\n", 0, 0, NULL);
    return g_regex_replace_literal(address, text, -1, 0, "", 0, NULL);
}

static void test_proposal(void **state)
{
    g_autofree char *text = NULL, *list = NULL;
    assert_true(g_file_get_contents(PROPOSAL, &text, NULL, NULL));
    g_autofree char *bare = without_addresses(text);
    assert_int_equal(count(text, "<address type") - count(bare, "<address type"), 16);
    g_autoptr(Domain) domain = parse(bare);
    g_autoptr(Domain) assigned = assign(domain, 0);
    g_autoptr(GRegex) dynamic = g_regex_new("mode='dynamic'", 0, 0, NULL);
    list = g_regex_replace_literal(dynamic, text, -1, 0, "mode='static'", 0, NULL);
    assert_string_equal(text_of(assigned), list);
}

/* --- pc -------------------------------------------------------------------------------------- */

/* The classes of libvirt in the reverse of their order. */
static const char all_classes[] =
    "<vsock model='virtio'/><serial type='pty'><target type='pci-serial'/></serial>"
    "<input type='tablet' bus='virtio'/><shmem name='s'><model type='ivshmem-plain'/></shmem>"
    "<video><model type='cirrus'/></video><video><model type='qxl'/></video>"
    "<watchdog model='i6300esb'/><rng model='virtio'/><memballoon model='virtio'/>"
    "<hostdev mode='subsystem' type='pci'/>"
    "<disk><target dev='vdb' bus='virtio'/></disk><disk><target dev='vda' bus='virtio'/></disk>"
    "<controller type='usb' index='0' model='nec-xhci'/><controller type='virtio-serial' "
    "index='0'/>"
    "<controller type='scsi' index='0'/><sound model='ac97'/>"
    "<interface type='user'><model type='e1000'/></interface>"
    "<filesystem><target dir='x'/></filesystem>"
    "<controller type='pci' index='1' model='pci-bridge'/>";

static void test_classes(void **state)
{
    check("pc", all_classes,
          "vsock 1 (virtio) 00:14.0\nserial 1 (pci-serial) 00:13.0\ninput 1 (tablet) 00:12.0\n"
          "shmem 1 (ivshmem-plain) 00:11.0\nvideo 1 (cirrus) 00:02.0\nvideo 2 (qxl) 00:10.0\n"
          "watchdog 1 (i6300esb) 00:0f.0\nrng 1 (virtio) 00:0e.0\nmemballoon 1 (virtio) 00:0d.0\n"
          "hostdev 1 (pci) 00:0c.0\ndisk vdb 00:0b.0\ndisk vda 00:0a.0\ncontroller usb 0 00:07.0\n"
          "controller virtio-serial 0 00:08.0\ncontroller scsi 0 00:09.0\nsound 1 (ac97) 00:06.0\n"
          "interface 1 (e1000) 00:05.0\nfilesystem 1 00:04.0\ncontroller pci 1 00:03.0\n");
}

static void test_kept(void **state)
{
    check(
        "pc",
        "<interface><model type='e1000'/><address type='pci' mode='dynamic' slot='3'/></interface>"
        "<interface><model type='e1000'/><address type='pci'/></interface>"
        "<interface><model type='e1000'/><address type='pci' slot='2'/></interface>"
        "<interface><model type='e1000'/></interface>"
        "<hostdev mode='subsystem' type='pci'><address type='unassigned'/></hostdev>",
        "interface 1 (e1000) 00:03.0\ninterface 2 (e1000) 00:04.0\ninterface 3 (e1000) 00:02.0\n"
        "interface 4 (e1000) 00:05.0\n");
    /* The video would have liked slot 2. */
    check("pc",
          "<video><model type='vga'/></video>"
          "<sound model='ac97'><address type='pci' slot='2'/></sound>",
          "video 1 (vga) 00:03.0\nsound 1 (ac97) 00:02.0\n");
}

static void test_fixed(void **state)
{
    check("pc",
          "<controller type='isa' index='0'/><controller type='ide' index='0'/>"
          "<controller type='usb' index='0' model='piix3-uhci'/>"
          "<controller type='usb' index='1' model='piix3-uhci'/><device driver='PIIX4_PM'/>",
          "controller isa 0 00:01.0\ncontroller ide 0 00:01.1\ncontroller usb 0 00:01.2\n"
          "controller usb 1 00:02.0\ndevice 1 (PIIX4_PM) 00:01.3\n");
    check_refused("pc",
                  "<controller type='usb' index='0' model='piix3-uhci'/>"
                  "<interface><model type='e1000'/><address type='pci' slot='1' function='2'/>"
                  "</interface>",
                  ENGINE_ERROR_REFUSED, "controller usb 0 (line 7) belongs at 00:01.2",
                  "interface 1 (e1000) (line 7)");
    check_refused("pc",
                  "<interface><model type='e1000'/><address type='pci' slot='1' function='1'/>"
                  "</interface>",
                  ENGINE_ERROR_INPUT, "interface 1 (e1000)", "piix3-ide");
    check_refused("pc", "<controller type='pci' index='1' model='pcie-root-port'/>",
                  ENGINE_ERROR_REFUSED, "controller pci 1", "PCI Express");
}

static guint count_bridges(guint disks)
{
    g_autofree char *devices = virtio_disks(disks);
    g_autoptr(Domain) domain = make("pc", devices);
    g_autoptr(Domain) assigned = assign(domain, 0);
    return count(text_of(assigned), "model='pci-bridge'");
}

/* A bridge takes a slot and brings 31. */
static void test_bridges(void **state)
{
    assert_int_equal(count_bridges(29), 0);
    assert_int_equal(count_bridges(30), 1);
    assert_int_equal(count_bridges(59), 1);
    assert_int_equal(count_bridges(60), 2);
    assert_int_equal(count_bridges(89), 2);
}

/* 30 slots of the root bus, and one of them stays free. */
static void test_bridge(void **state)
{
    g_autofree char *disks = virtio_disks(30);
    g_autoptr(Domain) domain = make("pc", disks);
    g_autoptr(Domain) assigned = assign(domain, 0);
    const DomainDevice *bridge = domain_controller(assigned, "pci", 1);
    const DomainDevice *last = domain_find(assigned, "vdad", NULL);
    assert_int_equal(bridge->address.place.pci.slot, 2);
    assert_string_equal(xml_node_child_get(bridge->node, "target", "chassisNr"), "1");
    assert_int_equal(last->address.place.pci.bus, 1);
    assert_int_equal(last->address.place.pci.slot, 1);
    g_autoptr(Domain) again = assign(assigned, 0);
    assert_string_equal(text_of(assigned), text_of(again));
}

static void test_functions(void **state)
{
    g_autoptr(Domain) domain =
        make("pc", "<interface><model type='e1000'/><address type='pci' slot='5'/></interface>"
                   "<interface><model type='e1000'/>"
                   "<address type='pci' slot='5' function='1'/></interface>");
    g_autoptr(Domain) assigned = assign(domain, 0);
    assert_non_null(strstr(text_of(assigned), "<address type='pci' slot='5' multifunction='on'/>"));
    assert_int_equal(count(text_of(assigned), "multifunction"), 1);
}

/* --- q35 ------------------------------------------------------------------------------------- */

static const char mixed[] =
    "<interface><model type='virtio'/></interface><interface><model type='ne2k_pci'/></interface>"
    "<interface><model type='virtio-transitional'/></interface>"
    "<interface><model type='virtio-non-transitional'/></interface><video><model "
    "type='vga'/></video>"
    "<sound model='ich9'/><controller type='sata' index='0'/><iommu model='virtio'/>";

static void test_q35(void **state)
{
    check("q35", mixed,
          "interface 1 (virtio) 03:00.0\ninterface 2 (ne2k_pci) 02:01.0\n"
          "interface 3 (virtio-transitional) 02:02.0\n"
          "interface 4 (virtio-non-transitional) 04:00.0\nvideo 1 (vga) 00:01.0\n"
          "sound 1 (ich9) 00:1b.0\ncontroller sata 0 00:1f.2\ncontroller pci 1 00:03.0\n"
          "controller pci 2 01:00.0\ncontroller pci 3 00:03.1\ncontroller pci 4 00:03.2\n"
          "iommu 1 (virtio) 00:02.0\n");
}

static void test_spare(void **state)
{
    static const char nic[] = "<interface><model type='virtio'/></interface>";
    check_spare("q35", 0, nic, "interface 1 (virtio) 01:00.0\ncontroller pci 1 00:01.0\n");
    check_spare("q35", 1, nic,
                "interface 1 (virtio) 01:00.0\ncontroller pci 1 00:01.0\ncontroller pci 2 "
                "00:01.1\n");
    check_spare("q35", 4, "",
                "controller pci 1 00:01.0\ncontroller pci 2 00:01.1\ncontroller pci 3 00:01.2\n"
                "controller pci 4 00:01.3\n");
    check_spare("pc", 4, nic, "interface 1 (virtio) 00:02.0\n");
    /* Ports of the file are used first, and count; the next of ours joins one that may be joined.
     */
    check_spare(
        "q35", 2,
        "<interface><model type='virtio'/></interface>"
        "<controller type='pci' index='4' model='pcie-root-port'>"
        "<target chassis='6'/><address type='pci' slot='5' multifunction='on'/></controller>"
        "<controller type='pci' index='5' model='pcie-root-port'/>",
        "interface 1 (virtio) 04:00.0\ncontroller pci 4 00:05.0\ncontroller pci 5 00:05.1\n"
        "controller pci 6 00:05.2\n");
}

static const DomainDevice *controller_at(const Domain *domain, guint index)
{
    const DomainDevice *controller = domain_controller(domain, "pci", index);
    assert_non_null(controller);
    return controller;
}

/* Two ports of one chassis number are refused by QEMU. */
static void test_chassis(void **state)
{
    static const char *const expected[] = { "1", "2", "5" };
    g_autoptr(Domain) domain =
        make("q35", "<controller type='pci' index='1' model='pcie-root-port'>"
                    "<target chassis='3'/></controller>"
                    "<controller type='pci' index='2' model='pcie-root-port'>"
                    "<target chassis='4'/></controller>");
    g_autoptr(Domain) assigned = assign(domain, 5);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const XmlNode *node = controller_at(assigned, i + 3)->node;
        assert_string_equal(xml_node_child_get(node, "target", "chassis"), expected[i]);
    }
    assert_string_equal(xml_node_child_get(controller_at(assigned, 5)->node, "target", "port"),
                        "0xc");
}

/* 240 ports are what the root bus holds. */
static void test_switch(void **state)
{
    g_autofree char *fits = virtio_disks(240), *more = virtio_disks(253);
    g_autofree char *too_many = virtio_disks(254);
    g_autoptr(Domain) domain_fits = make("q35", fits);
    g_autoptr(Domain) domain_more = make("q35", more);
    g_autoptr(Domain) one = assign(domain_fits, 0);
    assert_int_equal(count(text_of(one), "switch"), 0);
    g_autoptr(Domain) two = assign(domain_more, 0);
    assert_string_equal(controller_at(two, 241)->xml_model, "pcie-switch-upstream-port");
    assert_int_equal(controller_at(two, 241)->address.place.pci.bus, 1);
    assert_string_equal(controller_at(two, 255)->xml_model, "pcie-switch-downstream-port");
    assert_int_equal(controller_at(two, 255)->address.place.pci.bus, 241);
    check_refused("q35", too_many, ENGINE_ERROR_REFUSED, "255 PCI buses", "SCSI");
    /* A later run goes on in the switch that is there. */
    g_autofree char *base = virtio_disks(242);
    g_autoptr(Domain) domain_base = make("q35", base);
    g_autoptr(Domain) three = assign(domain_base, 3);
    g_autoptr(Domain) four = assign(three, 5);
    assert_int_equal(count(text_of(four), "'pcie-switch-upstream-port'"), 1);
    assert_int_equal(count(text_of(four), "'pcie-switch-downstream-port'"), 8);
}

static void test_bridges_of_q35(void **state)
{
    g_autofree char *cards = repeat("<interface><model type='e1000'/></interface>", 32);
    g_autoptr(Domain) domain = make("q35", cards);
    g_autoptr(Domain) assigned = assign(domain, 0);
    assert_string_equal(controller_at(assigned, 2)->xml_model, "pcie-to-pci-bridge");
    assert_string_equal(controller_at(assigned, 4)->xml_model, "pcie-to-pci-bridge");
    assert_null(domain_controller(assigned, "pci", 5));
    /* Bridges of the file find their own places. */
    check("q35",
          "<controller type='pci' index='1' model='dmi-to-pci-bridge'/>"
          "<controller type='pci' index='2' model='pci-bridge'/>"
          "<controller type='pci' index='3' model='pcie-root-port'/>"
          "<controller type='pci' index='4' model='pcie-switch-upstream-port'/>"
          "<controller type='pci' index='5' model='pcie-switch-downstream-port'/>"
          "<interface><model type='e1000'/></interface>"
          "<interface><model type='virtio'/></interface>",
          "controller pci 1 00:1e.0\ncontroller pci 2 01:01.0\ncontroller pci 3 00:01.0\n"
          "controller pci 4 03:00.0\ncontroller pci 5 04:00.0\ninterface 1 (e1000) 02:01.0\n"
          "interface 2 (virtio) 05:00.0\n");
    check("q35", "<controller type='pci' index='1' model='pcie-to-pci-bridge'/>",
          "controller pci 1 02:00.0\ncontroller pci 2 00:01.0\n");
    check_refused("q35", "<controller type='pci' index='5' model='pcie-switch-downstream-port'/>",
                  ENGINE_ERROR_REFUSED, "controller pci 5", "lower index");
    check_refused("q35", "<controller type='pci' index='1' model='pci-bridge'/>",
                  ENGINE_ERROR_REFUSED, "controller pci 1", "lower index");
    check_refused("q35",
                  "<controller type='pci' index='1' model='pcie-switch-upstream-port'/>"
                  "<controller type='pci' index='2' model='pcie-switch-downstream-port'/>",
                  ENGINE_ERROR_REFUSED, "controller pci 1", "lower index");
    /* The upstream port does not end up behind itself. */
    check("q35",
          "<controller type='pci' index='1' model='pcie-to-pci-bridge'/>"
          "<controller type='pci' index='2' model='pcie-root-port'/>"
          "<controller type='pci' index='3' model='pcie-switch-upstream-port'/>"
          "<controller type='pci' index='4' model='pcie-switch-downstream-port'/>",
          "controller pci 1 04:00.0\ncontroller pci 2 00:01.0\ncontroller pci 3 02:00.0\n"
          "controller pci 4 03:00.0\n");
}

/* --- USB ------------------------------------------------------------------------------------- */

#define TABLET "<input type='tablet' bus='usb'/>"
#define GROUP                                                                                      \
    "<controller type='usb' index='0' model='ich9-ehci1'/>"                                        \
    "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>"     \
    "<controller type='usb' index='0' model='ich9-uhci2'><master startport='2'/></controller>"

static void test_usb(void **state)
{
    check("pc", TABLET, "input 1 (tablet) usb 0.1\ncontroller usb 0 00:01.2\n");
    check("q35", TABLET,
          "input 1 (tablet) usb 0.1\ncontroller usb 0 01:00.0\ncontroller pci 1 00:01.0\n");
    /* Two ports for three devices: a hub, which has eight. */
    check("pc", TABLET TABLET TABLET,
          "input 1 (tablet) usb 0.2\ninput 2 (tablet) usb 0.1.1\ninput 3 (tablet) usb 0.1.2\n"
          "controller usb 0 00:01.2\nhub 1 (usb) usb 0.1\n");
    /* No port for a hub: another controller. */
    check("pc",
          TABLET "<input type='mouse' bus='usb'><address type='usb' bus='0' port='1'/></input>"
                 "<input type='mouse' bus='usb'><address type='usb' bus='0' port='2'/></input>",
          "input 1 (tablet) usb 1.1\ninput 2 (mouse) usb 0.1\ninput 3 (mouse) usb 0.2\n"
          "controller usb 0 00:01.2\ncontroller usb 1 00:02.0\n");
    check("pc",
          "<controller type='usb' index='0' model='qemu-xhci' ports='2'/>"
          "<controller type='usb' index='1' model='qemu-xhci'/>"
          "<input type='mouse' bus='usb'><address type='usb' bus='1'/></input>" TABLET TABLET,
          "controller usb 0 00:02.0\ncontroller usb 1 00:03.0\ninput 1 (mouse) usb 1.1\n"
          "input 2 (tablet) usb 0.1\ninput 3 (tablet) usb 0.2\n");
    check_refused("pc", "<controller type='usb' model='none'/>" TABLET, ENGINE_ERROR_REFUSED,
                  "input 1 (tablet)", "line 7");
}

/* What is slow needs a companion: ports 1 to 4 have one. */
static void test_usb_speed(void **state)
{
    check("pc", GROUP "<hub type='usb'/>" TABLET,
          "controller usb 0 00:02.7\ncontroller usb 0 00:02.0\ncontroller usb 0 00:02.1\n"
          "hub 1 (usb) usb 0.1\ninput 1 (tablet) usb 0.2\n");
    check("pc", "<controller type='usb' index='0' model='ich9-ehci1'/><hub type='usb'/>" TABLET,
          "controller usb 0 00:02.0\ncontroller usb 1 00:03.0\nhub 1 (usb) usb 1.1\n"
          "input 1 (tablet) usb 0.1\n");
    check("q35", GROUP,
          "controller usb 0 00:1d.7\ncontroller usb 0 00:1d.0\ncontroller usb 0 00:1d.1\n");
    g_autoptr(Domain) domain = make("q35", GROUP);
    g_autoptr(Domain) assigned = assign(domain, 0);
    assert_int_equal(count(text_of(assigned), "function='0x0' multifunction='on'"), 1);
}

#define SLOW "<sound model='usb'/>"
#define TWO_SLOW_PORTS                                                                             \
    "<controller type='usb' index='0' model='ich9-ehci1'/>"                                        \
    "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>"

/* What fits every port leaves the slow ones to those that need them. */
static void test_slow_ports(void **state)
{
    check("pc", TWO_SLOW_PORTS TABLET TABLET SLOW,
          "controller usb 0 00:02.7\ncontroller usb 0 00:02.0\ninput 1 (tablet) usb 0.2\n"
          "input 2 (tablet) usb 0.3\nsound 1 (usb) usb 0.1\n");
    check("pc", TWO_SLOW_PORTS SLOW SLOW SLOW,
          "controller usb 0 00:02.7\ncontroller usb 0 00:02.0\nsound 1 (usb) usb 0.2\n"
          "sound 2 (usb) usb 0.1.1\nsound 3 (usb) usb 0.1.2\nhub 1 (usb) usb 0.1\n");
}

/* A file that is well but for what comes by itself. */
static void test_ports_too_few(void **state)
{
    check_refused("pc",
                  "<input type='mouse' bus='usb'><address type='usb' bus='0' port='5'/></input>",
                  ENGINE_ERROR_INPUT, "input 1 (mouse)", "ports 1 to 2");
}

/* Hubs at 1, 1.8 and 1.8.8, everything but 1.8.8.8 taken: that is no port for a hub. */
static void test_hub_depth(void **state)
{
    static const char *const prefixes[] = { "", "1.", "1.8.", "1.8.8." };
    g_autoptr(GString) devices = g_string_new(TABLET TABLET);
    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        guint hub = i == 0 ? 1 : 8, last = i == 0 ? 2 : 8;
        for (guint port = 1; port <= last; port++) {
            gboolean is_hub = port == hub;
            if (is_hub && i + 1 == G_N_ELEMENTS(prefixes))
                continue;
            const char *element = is_hub ? "hub type='usb'" : "input type='mouse' bus='usb'";
            g_string_append_printf(devices, "<%s><address type='usb' bus='0' port='%s%u'/></%s>",
                                   element, prefixes[i], port, is_hub ? "hub" : "input");
        }
    }
    g_autoptr(Domain) domain = make("pc", devices->str);
    g_autoptr(Domain) assigned = assign(domain, 0);
    g_autofree char *list = list_places(assigned);
    assert_true(
        g_str_has_prefix(list, "input 1 (tablet) usb 0.1.8.8.8\ninput 2 (tablet) usb 1.1\n"));
}

/* --- virtio-serial --------------------------------------------------------------------------- */

static void test_serial(void **state)
{
    g_autofree char *channels = repeat("<channel><target type='virtio'/></channel>", 3);
    g_autofree char *devices =
        g_strconcat("<controller type='virtio-serial' index='1' ports='3'/>", channels,
                    "<console><target type='virtio'/></console>", NULL);
    check("pc", devices,
          "controller virtio-serial 1 00:02.0\ncontroller virtio-serial 2 00:03.0\n"
          "channel 1 (virtio) serial 1.1\nchannel 2 (virtio) serial 1.2\n"
          "channel 3 (virtio) serial 2.1\nconsole 1 (virtio) serial 1.0\n");
    check("pc",
          "<channel><target type='virtio'/><address type='virtio-serial' port='2'/></channel>"
          "<channel><target type='virtio'/></channel>",
          "channel 1 (virtio) serial 0.2\nchannel 2 (virtio) serial 0.1\n"
          "controller virtio-serial 0 00:02.0\n");
    check("pc",
          "<channel><target type='virtio'/><address type='virtio-serial' port='2'/></channel>",
          "channel 1 (virtio) serial 0.2\ncontroller virtio-serial 0 00:02.0\n");
}

/* --- what is said ---------------------------------------------------------------------------- */

static char *notes_of(const char *machine, const char *devices, guint spare)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) domain = make(machine, devices);
    g_autoptr(Domain) assigned = domain_assign(domain, spare, notes, NULL);
    assert_non_null(assigned);
    g_ptr_array_add(notes, NULL);
    return g_strjoinv("\n", (char **)notes->pdata);
}

static void test_notes(void **state)
{
    g_autofree char *ports = notes_of("q35", mixed, 2);
    assert_string_equal(ports,
                        "controller pci 2 (pcie-to-pci-bridge) was added: conventional PCI devices "
                        "have their slots there\n5 PCI Express ports were added; 2 of all ports "
                        "stay empty for what is plugged later");
    g_autofree char *usb = notes_of("pc", TABLET TABLET TABLET, 0);
    assert_string_equal(usb, "controller usb 0 (piix3-uhci) was added: USB devices need one\n"
                             "1 USB hub was added: the ports of the controllers do not suffice");
    g_autofree char *unknown = notes_of("pc", "<interface><model type='x'/></interface>", 0);
    assert_string_equal(unknown, "interface 1 (x) has no address: which bus it needs is not known");
    g_autofree char *none = notes_of(
        "pc", "<memballoon model='none'/><serial type='pty'/><disk><target dev='fda'/></disk>", 0);
    assert_string_equal(none, "controller fdc 0 was added: drives need it");
}

static void test_other_machine(void **state)
{
    static const char devices[] = "<interface><model type='virtio'/></interface>"
                                  "<disk><target dev='sdb' bus='scsi'/></disk>";
    g_autofree char *notes = notes_of("virt", devices, 2);
    assert_non_null(strstr(notes, "interface 1 (virtio) has no address: places are chosen for pc "
                                  "and q35 machines alone"));
    check("virt", devices, "disk sdb 0:0:1\n");
}

/* --- any domain ------------------------------------------------------------------------------ */

static gboolean begins(const char *line, const char *const *words)
{
    for (; *words; words++) {
        if (g_str_has_prefix(line, *words))
            return TRUE;
    }
    return FALSE;
}

/* Lines of addresses change, and lines of controllers and hubs come. */
static void check_diff(const char *before, const char *after)
{
    static const char *const changed[] = { "<address", NULL };
    static const char *const added[] = { "<address",        "<controller",
                                         "</controller>",   "<model name=",
                                         "<target chassis", "<hub type='usb'>",
                                         "</hub>",          NULL };
    g_autoptr(GPtrArray) lines = line_diff(before, after);
    for (guint i = 0; i < lines->len; i++) {
        const char *line = lines->pdata[i];
        const char *text = line + 1 + strspn(line + 1, " ");
        if (strchr("+-", line[0]) && !begins(text, line[0] == '+' ? added : changed))
            fail_msg("%s", line);
    }
}

static gboolean is_at_port(const Domain *domain, const Address *place)
{
    const DomainDevice *controller;
    return domain_pci_bus(domain, place->pci.bus, &controller) == BUS_PCIE && place->pci.bus > 0;
}

/* Everything that can have an address has one, and each card is on a bus for its kind. */
static void check_complete(const Domain *domain)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        const Address *place = &device->address.place;
        g_autofree char *name = domain_device_name(device);
        if (!device->model || device->builtin)
            continue;
        if ((device->model->plugs == BUS_PCIE || device->model->plugs == BUS_PCI ||
             device->model->plugs == BUS_USB || device->model->plugs == BUS_SCSI ||
             device->model->plugs == BUS_VIRTIO_SERIAL || device->model->plugs == BUS_IDE ||
             device->model->plugs == BUS_FLOPPY) &&
            place->type == ADDRESS_NONE)
            fail_msg("%s has no address", name);
        if (domain->family == MACHINE_Q35 && device->model->plugs == BUS_PCI &&
            is_at_port(domain, place))
            fail_msg("%s is at a port", name);
    }
}

static void check_kept(const Domain *before, const Domain *after)
{
    for (guint i = 0; i < before->devices->len; i++) {
        const DomainDevice *device = before->devices->pdata[i];
        if (device->address.place.type == ADDRESS_NONE)
            continue;
        g_autofree char *list = list_places(after), *name = domain_device_name(device);
        g_autofree char *place = address_to_text(&device->address.place);
        g_autofree char *line = g_strdup_printf("%s %s\n", name, place);
        assert_non_null(strstr(list, line));
    }
}

static void test_any(void **state)
{
    for (guint seed = 1; seed <= RANDOM_DOMAINS; seed++) {
        g_autofree char *text = random_domain(seed, "/images", RANDOM_STATIC | RANDOM_DYNAMIC);
        g_autoptr(Domain) domain = parse(text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Domain) assigned = domain_assign(domain, seed % 4, NULL, &error);
        if (!assigned)
            fail_msg("seed %u: %s\n%s", seed, error->message, text);
        g_autoptr(Domain) again = assign(assigned, seed % 4);
        assert_string_equal(text_of(again), text_of(assigned));
        check_diff(text, text_of(assigned));
        check_complete(assigned);
        check_kept(domain, assigned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposal),      cmocka_unit_test(test_classes),
        cmocka_unit_test(test_kept),          cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_bridges),       cmocka_unit_test(test_bridge),
        cmocka_unit_test(test_functions),     cmocka_unit_test(test_q35),
        cmocka_unit_test(test_spare),         cmocka_unit_test(test_chassis),
        cmocka_unit_test(test_switch),        cmocka_unit_test(test_bridges_of_q35),
        cmocka_unit_test(test_usb),           cmocka_unit_test(test_usb_speed),
        cmocka_unit_test(test_slow_ports),    cmocka_unit_test(test_hub_depth),
        cmocka_unit_test(test_ports_too_few), cmocka_unit_test(test_serial),
        cmocka_unit_test(test_notes),         cmocka_unit_test(test_other_machine),
        cmocka_unit_test(test_any),
    };
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
