/* Changes to the devices of a domain file: the lines that change, and no others. */
#include "domain_text.h"

#include "engine/domain_address.h"
#include "engine/domain_edit.h"
#include "engine/line_diff.h"

/* The changed lines of a diff, without white space around them: "-<a/>|+<b/>". */
static char *changes(const Domain *before, const Domain *after)
{
    g_autoptr(GPtrArray) lines =
        line_diff(xml_document_text(before->document), xml_document_text(after->document));
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        char *line = lines->pdata[i];
        if (*line != '-' && *line != '+')
            continue;
        g_string_append_printf(text, "%s%c%s", text->len ? "|" : "", *line, g_strstrip(line + 1));
    }
    return g_string_free(text, FALSE);
}

static void check_changes(const Domain *before, const DomainEdit *edit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) after = domain_edit_apply(edit, &error);
    if (!after)
        fail_msg("%s", error->message);
    g_autofree char *found = changes(before, after);
    assert_string_equal(found, expected);
}

/* --- addresses ------------------------------------------------------------------------------- */

/* What a new place does to the address that a device has. */
static void check_address(const char *address, const Address *place, AddressMode mode,
                          const char *expected)
{
    g_autofree char *text =
        g_strdup_printf("    <rng model='virtio'>\n      %s\n    </rng>", address);
    g_autoptr(Domain) domain = domain_of("pc", text);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    domain_edit_address(edit, domain_device(domain, 0), place, mode);
    g_autofree char *line = g_strdup_printf("-%s|+%s", address, expected);
    check_changes(domain, edit, expected ? line : "");
    assert_int_equal(domain_edit_is_empty(edit), !expected);
}

static void test_addresses(void **state)
{
    Address pci = { .type = ADDRESS_PCI, .pci = { 0, 0, 5, 0 } };
    Address drive = { .type = ADDRESS_DRIVE, .drive = { 1, 0, 0, 5, FALSE } };
    Address usb = { .type = ADDRESS_USB, .usb = { 0, "2.1" } };
    /* Nothing differs. */
    check_address("<address type='pci' slot='5'/>", &pci, MODE_STATIC, NULL);
    check_address("<address slot=\"0x05\" mode='dynamic' type='pci' bus='000'/>", &pci,
                  MODE_DYNAMIC, NULL);
    check_address("<address type='drive' controller='1' bus='0' target='0' unit='5'/>", &drive,
                  MODE_STATIC, NULL);
    /* Only what differs. */
    check_address("<address type='pci' domain='0' bus='0' slot='4' function='0'/>", &pci,
                  MODE_STATIC, "<address type='pci' domain='0' bus='0' slot='0x05' function='0'/>");
    check_address("<address function='1' slot=\"0x05\" type=\"pci\"/>", &pci, MODE_STATIC,
                  "<address function='0x0' slot=\"0x05\" type=\"pci\"/>");
    check_address("<address type='pci' mode='static' slot='5'/>", &pci, MODE_DYNAMIC,
                  "<address type='pci' mode='dynamic' slot='5'/>");
    check_address("<address type='pci' slot='5'/>", &pci, MODE_DYNAMIC,
                  "<address type='pci' mode='dynamic' slot='5'/>");
    check_address("<address type='pci' slot='5' multifunction='on'/>", &pci, MODE_DYNAMIC,
                  "<address type='pci' mode='dynamic' slot='5' multifunction='on'/>");
    check_address("<address type='drive' controller='1' bus='0' target='3' unit='5'/>", &drive,
                  MODE_STATIC,
                  "<address type='drive' controller='1' bus='0' target='0' unit='5'/>");
    /* A place that was still to be chosen is written whole. */
    check_address("<address type='pci'/>", &pci, MODE_STATIC,
                  "<address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>");
    check_address("<address type='pci' mode='dynamic' multifunction='on'/>", &pci, MODE_DYNAMIC,
                  "<address type='pci' mode='dynamic' domain='0x0000' bus='0x00' slot='0x05' "
                  "function='0x0' multifunction='on'/>");
    /* USB has one form. */
    check_address("<address type='usb' mode='dynamic' bus='007' dev='003'/>", &usb, MODE_STATIC,
                  "<address type='usb' mode='static' bus='0' port='2.1'/>");
    check_address("<address type='usb' bus='000' device='003' port='2.1'/>", &usb, MODE_STATIC,
                  "<address type='usb' bus='000' port='2.1'/>");
    /* Another type, or none. */
    check_address("<address type='drive' mode='static' controller='1' unit='5'/>", &pci,
                  MODE_STATIC,
                  "<address type='pci' mode='static' domain='0x0000' bus='0x00' slot='0x05' "
                  "function='0x0'/>");
    check_address("<address slot='0x05'/>", &pci, MODE_STATIC, "<address slot='0x05' type='pci'/>");
    check_address("<address type='usb' bus='001' dev='3'/>", &drive, MODE_STATIC,
                  "<address type='drive' controller='1' bus='0' unit='5'/>");
    check_address("<address type='pci' slot='rubbish'/>", &pci, MODE_STATIC,
                  "<address type='pci' slot='0x05'/>");
}

static void test_new_address(void **state)
{
    Address pci = { .type = ADDRESS_PCI, .pci = { 0, 0, 5, 0 } };
    g_autoptr(Domain) domain =
        domain_of("pc", "    <rng model='virtio'>\n      <backend model='random'/>\n    </rng>\n"
                        "    <vsock/>");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    domain_edit_address(edit, domain_device(domain, 0), &pci, MODE_STATIC);
    pci.pci.slot = 6;
    domain_edit_address(edit, domain_device(domain, 1), &pci, MODE_DYNAMIC);
    check_changes(domain, edit,
                  "+<address type='pci' mode='static' domain='0x0000' bus='0x00' slot='0x05' "
                  "function='0x0'/>|-<vsock/>|+<vsock>|+<address type='pci' mode='dynamic' "
                  "domain='0x0000' bus='0x00' slot='0x06' function='0x0'/>|+</vsock>");
}

static void test_modes(void **state)
{
    g_autoptr(Domain) domain =
        domain_of("pc", "<rng><address type='pci' slot='5'/></rng>\n"
                        "<rng><address mode='dynamic' type='ccw' cssid='0' ssid='0' devno='0'/>"
                        "</rng>\n<rng/>");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    domain_edit_mode(edit, domain_device(domain, 0), MODE_STATIC);
    domain_edit_mode(edit, domain_device(domain, 1), MODE_DYNAMIC);
    domain_edit_mode(edit, domain_device(domain, 2), MODE_DYNAMIC);
    assert_true(domain_edit_is_empty(edit));
    domain_edit_mode(edit, domain_device(domain, 0), MODE_DYNAMIC);
    domain_edit_mode(edit, domain_device(domain, 1), MODE_STATIC);
    check_changes(domain, edit,
                  "-<rng><address type='pci' slot='5'/></rng>|"
                  "-<rng><address mode='dynamic' type='ccw' cssid='0' ssid='0' devno='0'/></rng>|"
                  "+<rng><address type='pci' mode='dynamic' slot='5'/></rng>|"
                  "+<rng><address mode='static' type='ccw' cssid='0' ssid='0' devno='0'/></rng>");
}

static void test_multifunction(void **state)
{
    g_autoptr(Domain) domain =
        domain_of("pc", "<rng><address type='pci' slot='5' function='0'/></rng>\n"
                        "<rng><address type='pci' slot='6' multifunction='off'/></rng>\n"
                        "<rng><address type='pci' slot='7' multifunction='on'/></rng>");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    for (guint i = 0; i < 3; i++)
        domain_edit_multifunction(edit, domain_device(domain, i));
    check_changes(domain, edit,
                  "-<rng><address type='pci' slot='5' function='0'/></rng>|"
                  "-<rng><address type='pci' slot='6' multifunction='off'/></rng>|"
                  "+<rng><address type='pci' slot='5' function='0' multifunction='on'/></rng>|"
                  "+<rng><address type='pci' slot='6' multifunction='on'/></rng>");
}

/* --- elements -------------------------------------------------------------------------------- */

static void test_add_and_remove(void **state)
{
    g_autoptr(Domain) domain = domain_of("pc", "    <rng/>\n    <vsock/>\n    <tpm/>");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    domain_edit_add(edit, "<rng model='virtio'>\n  <backend/>\n</rng>");
    domain_edit_add(edit, "<sound model='ac97'/>");
    domain_edit_remove(edit, domain_named(domain, "vsock 1"));
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) after = domain_edit_apply(edit, &error);
    assert_string_equal(xml_document_text(after->document),
                        "<domain type='kvm'>\n  <os><type machine='pc'>hvm</type></os>\n"
                        "  <devices>\n    <rng/>\n    <rng model='virtio'>\n      <backend/>\n"
                        "    </rng>\n    <tpm/>\n    <sound model='ac97'/>\n  </devices>\n"
                        "</domain>\n");
}

/* The last of its name goes in the same change. */
static void test_replace(void **state)
{
    g_autoptr(Domain) domain = domain_of("pc", "    <rng/>\n    <tpm/>\n    <rng model='virtio'/>");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    domain_edit_remove(edit, domain_named(domain, "rng 2 (virtio)"));
    domain_edit_add(edit, "<rng model='virtio-transitional'/>");
    g_autoptr(Domain) after = domain_edit_apply(edit, NULL);
    g_autofree char *found = changes(domain, after);
    assert_string_equal(found, "+<rng model='virtio-transitional'/>|-<rng model='virtio'/>");
}

static void test_no_devices(void **state)
{
    g_autoptr(Domain) domain = domain_of_text("<domain type='kvm'>\n  <name>n</name>\n</domain>\n");
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    assert_true(domain_edit_is_empty(edit));
    domain_edit_add(edit, "<rng model='virtio'>\n  <backend/>\n</rng>");
    domain_edit_add(edit, "<vsock/>");
    assert_false(domain_edit_is_empty(edit));
    g_autoptr(Domain) after = domain_edit_apply(edit, NULL);
    assert_string_equal(xml_document_text(after->document),
                        "<domain type='kvm'>\n  <name>n</name>\n  <devices>\n"
                        "    <rng model='virtio'>\n      <backend/>\n    </rng>\n    <vsock/>\n"
                        "  </devices>\n</domain>\n");
}

/* --- whole files ----------------------------------------------------------------------------- */

static const char *const fixtures[] = { "adapters.xml", "mmio.xml",    "old.xml", "ours.xml",
                                        "proposal.xml", "pseries.xml", "q35.xml", "s390x.xml" };

static void test_nothing(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixtures); i++) {
        g_autoptr(Domain) domain = domain_of_fixture(fixtures[i]);
        g_autoptr(DomainEdit) edit = domain_edit_new(domain);
        for (guint k = 0; k < domain->devices->len; k++) {
            const DomainDevice *device = domain_device(domain, k);
            if (device->address.place.type != ADDRESS_NONE && device->address.usb_device < 0 &&
                xml_node_get(device->address.node, "type"))
                domain_edit_address(edit, device, &device->address.place, device->address.mode);
        }
        g_autoptr(Domain) after = domain_edit_apply(edit, NULL);
        assert_true(g_bytes_equal(xml_document_bytes(after->document),
                                  xml_document_bytes(domain->document)));
    }
}

/* Every address line of the proposal's example, and no other, says static then. */
static void test_pin(void **state)
{
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_autoptr(Domain) pinned = domain_pin(domain, NULL, NULL);
    g_auto(GStrv) before = g_strsplit(xml_document_text(domain->document), "\n", -1);
    g_auto(GStrv) after = g_strsplit(xml_document_text(pinned->document), "\n", -1);
    guint changed = 0;
    assert_int_equal(g_strv_length(before), g_strv_length(after));
    for (guint i = 0; before[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(before[i], "mode='dynamic'", 2);
        g_autofree char *expected = g_strjoinv("mode='static'", parts);
        assert_string_equal(after[i], expected);
        changed += strcmp(before[i], after[i]) != 0;
    }
    assert_int_equal(changed, 16);
    g_autoptr(Domain) again = domain_pin(pinned, NULL, NULL);
    assert_string_equal(xml_document_text(again->document), xml_document_text(pinned->document));
}

static void test_pin_some(void **state)
{
    g_autoptr(Domain) domain = domain_of_fixture("ours.xml");
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_ptr_array_add(some, (gpointer)domain_named(domain, "controller isa 0"));
    g_ptr_array_add(some, (gpointer)domain_named(domain, "memballoon 1 (virtio)")); /* no place */
    g_autoptr(Domain) pinned = domain_pin(domain, some, NULL);
    g_autofree char *found = changes(domain, pinned);
    assert_string_equal(found, "-<address type='pci' mode='dynamic' domain='0x0000' bus='0x00' "
                               "slot='0x01' function='0x0'/>|+<address type='pci' mode='static' "
                               "domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>");
}

static void test_to_libvirt(void **state)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) domain = domain_of_fixture("ours.xml");
    g_autoptr(Domain) libvirt = domain_to_libvirt(domain, left, NULL);
    const char *text = xml_document_text(libvirt->document);
    assert_null(strstr(text, "mode="));
    assert_null(strstr(text, "<device "));
    assert_null(strstr(text, "dev='003'"));
    assert_null(strstr(text, "type='isa' index"));
    assert_non_null(strstr(text, "slot='0x1f'"));
    assert_non_null(strstr(text, "<address type='isa' iobase='0x3f8' irq='0x4'/>"));
    assert_non_null(strstr(text, "<address type='usb' bus='0' port='2'/>"));
    assert_non_null(strstr(text, "<controller type='pci' index='0' model='pci-root'>\n    </cont"));
    assert_int_equal(left->len, 3);
    assert_string_equal(left->pdata[0],
                        "controller isa 0 (line 11) is left out: libvirt knows of it without being "
                        "told");
    assert_string_equal(left->pdata[1],
                        "device 1 (PIIX4_PM) (line 29) is left out: libvirt has no word for it");
    g_autoptr(Domain) again = domain_to_libvirt(libvirt, left, NULL);
    assert_string_equal(xml_document_text(again->document), text);
    assert_int_equal(left->len, 3);
}

static void test_relative_source(void **state)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Domain) domain =
        domain_of("pc", "<disk><source file='a.img'/><target dev='sda'/></disk>\n"
                        "<disk><source file='/a.img'/><target dev='sdb'/></disk>");
    g_autoptr(Domain) libvirt = domain_to_libvirt(domain, left, NULL);
    assert_int_equal(left->len, 1);
    assert_string_equal(left->pdata[0], "disk sda (line 4) has a source that is no absolute path: "
                                        "libvirt takes no other");
    assert_int_equal(libvirt->devices->len, 2);
}

/* Files of libvirt's own are libvirt's already. */
static void test_to_libvirt_same(void **state)
{
    static const char *const own[] = { "adapters.xml", "mmio.xml", "pseries.xml", "q35.xml",
                                       "s390x.xml" };
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        g_autoptr(Domain) domain = domain_of_fixture(own[i]);
        g_autoptr(Domain) libvirt = domain_to_libvirt(domain, NULL, NULL);
        assert_true(g_bytes_equal(xml_document_bytes(libvirt->document),
                                  xml_document_bytes(domain->document)));
    }
}

/* --- by chance ------------------------------------------------------------------------------- */

static gboolean is_changed(const GArray *lines, guint line)
{
    for (guint i = 0; i < lines->len; i++) {
        if (g_array_index(lines, guint, i) == line)
            return TRUE;
    }
    return FALSE;
}

/* Random devices get random slots: their address lines differ, the others are as they were, and
 * what is read again is what was written. */
static void test_random_edits(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    g_autoptr(Domain) domain = domain_of_fixture("proposal.xml");
    g_auto(GStrv) before = g_strsplit(xml_document_text(domain->document), "\n", -1);
    for (guint round = 0; round < 200; round++) {
        g_autoptr(DomainEdit) edit = domain_edit_new(domain);
        g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(guint));
        Address places[64] = { 0 };
        for (guint i = 0; i < domain->devices->len; i++) {
            const DomainDevice *device = domain_device(domain, i);
            if (device->address.place.type != ADDRESS_PCI || g_rand_boolean(random))
                continue;
            places[i] = device->address.place;
            places[i].pci.slot = g_rand_int_range(random, 1, 32);
            domain_edit_address(edit, device, &places[i], MODE_DYNAMIC);
            if (places[i].pci.slot != device->address.place.pci.slot)
                g_array_append_val(lines, device->address.node->line);
        }
        g_autoptr(Domain) edited = domain_edit_apply(edit, NULL);
        g_auto(GStrv) after = g_strsplit(xml_document_text(edited->document), "\n", -1);
        assert_int_equal(g_strv_length(after), g_strv_length(before));
        for (guint i = 0; before[i]; i++)
            assert_int_equal(strcmp(before[i], after[i]) != 0, is_changed(lines, i + 1));
        for (guint i = 0; i < domain->devices->len; i++) {
            if (places[i].type == ADDRESS_PCI)
                assert_true(address_equal(&domain_device(edited, i)->address.place, &places[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_new_address),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_multifunction),
        cmocka_unit_test(test_add_and_remove),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_no_devices),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_pin_some),
        cmocka_unit_test(test_to_libvirt),
        cmocka_unit_test(test_to_libvirt_same),
        cmocka_unit_test(test_relative_source),
        cmocka_unit_test(test_random_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
