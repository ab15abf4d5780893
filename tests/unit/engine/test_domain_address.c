/* <address> elements: every type read, every number checked, every place there and back. */
#include "domain_text.h"

#include "engine/domain_address.h"

/* element: an <address>; the device it is in does not matter. */
static XmlDocument *parse_element(const char *element)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(element, strlen(element));
    XmlDocument *document = xml_document_parse("address.xml", bytes, &error);
    if (!document)
        fail_msg("%s: %s", element, error->message);
    return document;
}

static char *read_clauses(const char *element)
{
    g_autoptr(XmlDocument) document = parse_element(element);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    DomainAddress address;
    domain_address_read(xml_document_root(document), &address, problems);
    /* A place that is half right is none; the mode is no part of it. */
    if (problems->len && !g_str_has_prefix(problems->pdata[0], "mode="))
        assert_int_equal(address.place.type, ADDRESS_NONE);
    g_ptr_array_add(problems, NULL);
    return g_strjoinv("; ", (char **)problems->pdata);
}

static void check_problem(const char *element, const char *clauses)
{
    g_autofree char *found = read_clauses(element);
    if (strcmp(found, clauses) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", element, found, clauses);
}

/* type: as understood; place: as address_to_text, "wanted", or "" for a type without an Address. */
static void check_read(const char *element, const char *type, const char *place)
{
    g_autoptr(XmlDocument) document = parse_element(element);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    DomainAddress address;
    domain_address_read(xml_document_root(document), &address, problems);
    g_autofree char *found = address.wanted ? g_strdup("wanted") : address_to_text(&address.place);
    if (problems->len)
        fail_msg("%s: %s", element, (char *)problems->pdata[0]);
    if (g_strcmp0(address.type, type) != 0 || strcmp(found, place) != 0)
        fail_msg("%s is %s \"%s\"", element, address.type, found);
}

static void test_types(void **state)
{
    check_read("<address type='pci' domain='0x0000' bus='0x00' slot='0x1e' function='0x7'/>", "pci",
               "00:1e.7");
    check_read("<address type='drive' controller='1' bus='0' unit='5'/>", "drive", "1:0:5");
    check_read("<address type='usb' bus='1' port='2.1'/>", "usb", "usb 1.2.1");
    check_read("<address type='virtio-serial' controller='1' bus='0' port='30'/>", "virtio-serial",
               "serial 1.30");
    check_read("<address type='ccid' controller='0' slot='1'/>", "ccid", "");
    check_read("<address type='spapr-vio' reg='0x00001000'/>", "spapr-vio", "");
    check_read("<address type='virtio-s390'/>", "virtio-s390", "");
    check_read("<address type='ccw' cssid='0xfe' ssid='0x3' devno='0xffff'/>", "ccw", "");
    check_read("<address type='virtio-mmio'/>", "virtio-mmio", "");
    check_read("<address type='isa' iobase='0x3f8' irq='0x4'/>", "isa", "");
    check_read("<address type='dimm' slot='0' base='0x100000000'/>", "dimm", "");
    check_read("<address type='unassigned'/>", "unassigned", "");
    check_read("<address type='wormhole' slot='99'/>", NULL, "");
}

/* As libvirt: base 0 of strtoull for PCI, and more: hexadecimal without 0x, as its schema has it.
 */
static void test_bases(void **state)
{
    check_read("<address type='pci' slot='30'/>", "pci", "00:1e.0");
    check_read("<address type='pci' slot='0x1E'/>", "pci", "00:1e.0");
    check_read("<address type='pci' slot='0X1e'/>", "pci", "00:1e.0");
    check_read("<address type='pci' slot='036'/>", "pci", "00:1e.0");
    check_read("<address type='pci' slot='1f'/>", "pci", "00:1f.0");
    check_read("<address type='pci' slot='08'/>", "pci", "00:08.0");
    check_read("<address type='pci' bus='ff' slot='0x01'/>", "pci", "ff:01.0");
    check_read("<address type='drive' controller='010' unit='007'/>", "drive", "10:0:7");
    check_read("<address type='usb' bus='007' port='03.01'/>", "usb", "usb 7.3.1");
    check_read("<address type='isa' iobase='3f8'/>", "isa", "");
}

static void test_wanted(void **state)
{
    check_read("<address type='pci'/>", "pci", "wanted");
    check_read("<address type='pci' mode='dynamic'/>", "pci", "wanted");
    check_read("<address type='pci' multifunction='on'/>", "pci", "wanted");
    check_read("<address type='pci' domain='0' bus='0' slot='0' function='3'/>", "pci", "wanted");
    check_read("<address type='pci' bus='1' slot='0'/>", "pci", "01:00.0");
    check_read("<address type='drive'/>", "drive", "wanted");
    check_read("<address type='drive' controller='0' bus='0' unit='0'/>", "drive", "0:0:0");
    check_read("<address type='usb'/>", "usb", "wanted");
    check_read("<address type='usb' bus='0'/>", "usb", "wanted");
    check_read("<address type='virtio-serial'/>", "virtio-serial", "wanted");
    check_read("<address type='ccw'/>", "ccw", "wanted");
}

static void test_without_type(void **state)
{
    check_read("<address domain='0' bus='0' slot='0x1e' function='7'/>", "pci", "00:1e.7");
    check_read("<address controller='1' bus='0' unit='5'/>", "drive", "1:0:5");
    check_read("<address bus='007' dev='003'/>", "usb", "wanted");
    check_problem("<address/>", "type= is missing, and nothing else tells what address it is");
    check_problem("<address bus='1'/>",
                  "type= is missing, and nothing else tells what address it is");
}

static void test_usb_spellings(void **state)
{
    static const struct {
        const char *element;
        int device;
    } forms[] = {
        { "<address type='usb' mode='dynamic' bus='007' dev='003'/>", 3 },
        { "<address type='usb' bus='7' device='12'/>", 12 },
        { "<address type='usb' bus='7' dev='1' device='2'/>", 1 },
        { "<address type='usb' bus='7' port='2'/>", -1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(XmlDocument) document = parse_element(forms[i].element);
        DomainAddress address;
        domain_address_read(xml_document_root(document), &address, NULL);
        assert_int_equal(address.usb_device, forms[i].device);
        assert_string_equal(address.type, "usb");
    }
}

static void test_problems(void **state)
{
    check_problem("<address type='pci' slot='0x20'/>", "slot='0x20' is above 0x1f");
    check_problem("<address type='pci' bus='0x100' slot='1' function='8'/>",
                  "bus='0x100' is above 0xff; function='8' is above 0x7");
    check_problem("<address type='pci' domain='0x10000' slot='1'/>",
                  "domain='0x10000' is above 0xffff");
    check_problem("<address type='pci' slot='-1'/>", "slot='-1' is no number");
    check_problem("<address type='pci' slot=' 1'/>", "slot=' 1' is no number");
    check_problem("<address type='pci' slot=''/>", "slot='' is no number");
    check_problem("<address type='pci' slot='0x'/>", "slot='0x' is no number");
    check_problem("<address type='pci' slot='99999999999999999999'/>",
                  "slot='99999999999999999999' is no number");
    check_problem("<address type='pci' slot='1' multifunction='yes'/>",
                  "multifunction='yes' is neither on nor off");
    check_problem("<address type='pci' slot='1'><zpci uid='0x10000' fid='x'/></address>",
                  "uid='0x10000' is above 0xffff; fid='x' is no number");
    check_problem("<address type='pci' slot='1' mode='fixed'/>", "mode='fixed' is neither "
                                                                 "static nor dynamic");
    check_problem("<address type='drive' controller='0x1'/>",
                  "controller='0x1' is no decimal number");
    check_problem("<address type='drive' bus='100'/>", "bus='100' is above 99");
    check_problem("<address type='drive' unit='100000'/>", "unit='100000' is above 99999");
    check_problem("<address type='usb' bus='0' port='1.'/>",
                  "port='1.' is no port: it is up to 4 numbers of 1 to 255 with dots");
    check_problem("<address type='usb' port='0'/>",
                  "port='0' is no port: it is up to 4 numbers of 1 to 255 with dots");
    check_problem("<address type='usb' port='1.1.1.1.1'/>",
                  "port='1.1.1.1.1' is no port: it is up to 4 numbers of 1 to 255 with dots");
    check_problem("<address type='usb' bus='0' dev='128'/>", "dev='128' is above 127");
    check_problem("<address type='virtio-serial' port='512'/>", "port='512' is above 511");
    check_problem("<address type='ccid' slot='x'/>", "slot='x' is no decimal number");
    check_problem("<address type='ccw' cssid='0xff' ssid='4' devno='0x10000'/>",
                  "cssid='0xff' is above 0xfe; ssid='4' is above 0x3; devno='0x10000' is above "
                  "0xffff");
    check_problem("<address type='ccw' cssid='0xfe'/>",
                  "ssid= is missing: an address of type ccw has it; devno= is missing: an address "
                  "of type ccw has it");
    check_problem("<address type='isa' iobase='0x10000' irq='16'/>",
                  "iobase='0x10000' is above 0xffff; irq='16' is above 0xf");
    check_problem("<address type='dimm' base='0x100'/>",
                  "slot= is missing: an address of type dimm has it");
    check_problem("<address type='spapr-vio' reg='g'/>", "reg='g' is no number");
    /* What a file says is never printed raw. */
    check_problem("<address type='pci' slot='&#9;&#x202e;'/>", "slot='\\t\\u202e' is no number");
}

static void test_modes(void **state)
{
    static const struct {
        const char *element;
        AddressMode mode;
    } forms[] = { { "<address type='pci' slot='1'/>", MODE_STATIC },
                  { "<address type='pci' slot='1' mode='static'/>", MODE_STATIC },
                  { "<address type='pci' slot='1' mode='dynamic'/>", MODE_DYNAMIC } };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(XmlDocument) document = parse_element(forms[i].element);
        DomainAddress address;
        domain_address_read(xml_document_root(document), &address, NULL);
        assert_int_equal(address.mode, forms[i].mode);
    }
    DomainAddress none;
    domain_address_read(NULL, &none, NULL);
    assert_null(none.node);
    assert_null(none.type);
    assert_false(none.wanted);
    assert_int_equal(none.place.type, ADDRESS_NONE);
}

static void test_unknown(void **state)
{
    g_autoptr(XmlDocument) document =
        parse_element("<address type='usb' mode='static' bus='0' port='1' slot='3' lane='4'/>");
    g_autoptr(GPtrArray) unknown = domain_address_unknown(xml_document_root(document));
    assert_int_equal(unknown->len, 2);
    assert_string_equal(unknown->pdata[0], "slot");
    assert_string_equal(unknown->pdata[1], "lane");
}

static void check_written(const Address *place, const AddressMode *mode, const char *element)
{
    g_autofree char *written = domain_address_element(place, mode);
    assert_string_equal(written, element);
}

static void test_written(void **state)
{
    static const AddressMode fixed = MODE_STATIC, found = MODE_DYNAMIC;
    Address pci = { .type = ADDRESS_PCI, .pci = { 0, 0, 7, 0 } };
    Address drive = { .type = ADDRESS_DRIVE, .drive = { 1, 0, 0, 5, FALSE } };
    Address wide = { .type = ADDRESS_DRIVE, .drive = { 1, 0, 3, 5, TRUE } };
    Address usb = { .type = ADDRESS_USB, .usb = { 1, "2.1" } };
    Address serial = { .type = ADDRESS_SERIAL, .serial = { 0, 30 } };
    check_written(&pci, &fixed,
                  "<address type='pci' mode='static' domain='0x0000' bus='0x00' "
                  "slot='0x07' function='0x0'/>");
    check_written(&drive, &found,
                  "<address type='drive' mode='dynamic' controller='1' bus='0' unit='5'/>");
    check_written(&wide, NULL,
                  "<address type='drive' controller='1' bus='0' target='3' unit='5'/>");
    check_written(&usb, NULL, "<address type='usb' bus='1' port='2.1'/>");
    check_written(&serial, NULL,
                  "<address type='virtio-serial' controller='0' bus='0' port='30'/>");
}

/* Any place of any type that has one. */
static Address random_place(GRand *random)
{
    Address place = { .type = g_rand_int_range(random, ADDRESS_PCI, ADDRESS_SERIAL + 1) };
    switch (place.type) {
    case ADDRESS_PCI:
        place.pci.domain = g_rand_int_range(random, 0, 0x10000);
        place.pci.bus = g_rand_int_range(random, 0, 0x100);
        place.pci.slot = g_rand_int_range(random, 1, 0x20);
        place.pci.function = g_rand_int_range(random, 0, 8);
        break;
    case ADDRESS_DRIVE:
        place.drive.controller = g_rand_int_range(random, 0, 100);
        place.drive.bus = g_rand_int_range(random, 0, 2);
        place.drive.target = g_rand_int_range(random, 0, 256);
        place.drive.unit = g_rand_int_range(random, 0, 16384);
        break;
    case ADDRESS_USB:
        place.usb.bus = g_rand_int_range(random, 0, 100);
        g_snprintf(place.usb.port, sizeof place.usb.port, "%d", g_rand_int_range(random, 1, 256));
        for (int i = g_rand_int_range(random, 0, 4); i > 0; i--)
            g_snprintf(place.usb.port + strlen(place.usb.port),
                       sizeof place.usb.port - strlen(place.usb.port), ".%d",
                       g_rand_int_range(random, 1, 256));
        break;
    default:
        place.serial.controller = g_rand_int_range(random, 0, 100);
        place.serial.port = g_rand_int_range(random, 0, 512);
    }
    return place;
}

static void test_there_and_back(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (guint i = 0; i < 3000; i++) {
        Address place = random_place(random);
        AddressMode mode = g_rand_int_range(random, MODE_STATIC, MODE_DYNAMIC + 1);
        g_autofree char *element = domain_address_element(&place, &mode);
        g_autoptr(XmlDocument) document = parse_element(element);
        g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
        DomainAddress read;
        domain_address_read(xml_document_root(document), &read, problems);
        assert_int_equal(problems->len, 0);
        assert_int_equal(read.mode, mode);
        if (memcmp(&read.place, &place, sizeof place) != 0)
            fail_msg("%s is read as another place", element);
    }
}

static void test_equal_values(void **state)
{
    assert_true(domain_address_value_equal("pci", "slot", "0x05", "5"));
    assert_true(domain_address_value_equal("pci", "function", NULL, "0x0"));
    assert_false(domain_address_value_equal("pci", "slot", "0x05", "6"));
    assert_false(domain_address_value_equal("pci", "slot", "five", "0x00"));
    assert_true(domain_address_value_equal("usb", "port", "1.2", "1.2"));
    assert_false(domain_address_value_equal("usb", "port", NULL, "1"));
}

static void check_identity(const char *element, const char *identity)
{
    g_autoptr(XmlDocument) document = parse_element(element);
    g_autofree char *found = domain_address_identity(xml_document_root(document));
    if (g_strcmp0(found, identity) != 0)
        fail_msg("%s is \"%s\"", element, found);
}

static void test_identities(void **state)
{
    check_identity("<address type='isa' iobase='0x3f8' irq='4'/>", "isa iobase=1016");
    check_identity("<address type='isa' irq='4'/>", NULL);
    check_identity("<address type='ccw' cssid='0xfe' ssid='0' devno='1'/>",
                   "ccw cssid=254 ssid=0 devno=1");
    check_identity("<address type='pci' slot='3'/>", NULL);
    check_identity("<address type='unassigned'/>", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),         cmocka_unit_test(test_bases),
        cmocka_unit_test(test_wanted),        cmocka_unit_test(test_without_type),
        cmocka_unit_test(test_usb_spellings), cmocka_unit_test(test_problems),
        cmocka_unit_test(test_modes),         cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_written),       cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_equal_values),  cmocka_unit_test(test_identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
