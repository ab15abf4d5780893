/* What we write for libvirt is valid by libvirt's own schema, which tests/tools/fetch-schemas gets.
 * libxml2's RelaxNG is the judge. */
#include "tests/unit/engine/domain_text.h"

#include <libxml/relaxng.h>

#include "engine/assign.h"
#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "tests/unit/engine/fixture_guest.h"

static xmlRelaxNGPtr schema;

static int load_schema(void **state)
{
    xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(BUILDDIR "/schemas/domain.rng");
    schema = parser ? xmlRelaxNGParse(parser) : NULL;
    xmlRelaxNGFreeParserCtxt(parser);
    if (!schema)
        print_error("there is no schema in " BUILDDIR "/schemas: make it with \"make check\"\n");
    return schema ? 0 : -1;
}

static int free_schema(void **state)
{
    xmlRelaxNGFree(schema);
    xmlCleanupParser();
    return 0;
}

static void remember(void *first, xmlErrorPtr error)
{
    GString *text = first;
    if (!text->len)
        g_string_printf(text, "line %d: %s", error->line, error->message);
}

/* NULL: it is valid; else what is not. (transfer full) */
static char *judge(const Domain *domain)
{
    GString *first = g_string_new(NULL);
    GBytes *bytes = xml_document_bytes(domain->document);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    xmlDocPtr document = xmlReadMemory(data, size, "domain.xml", NULL, XML_PARSE_NONET);
    xmlRelaxNGValidCtxtPtr context = xmlRelaxNGNewValidCtxt(schema);
    assert_non_null(document);
    xmlRelaxNGSetValidStructuredErrors(context, (xmlStructuredErrorFunc)remember, first);
    gboolean valid = xmlRelaxNGValidateDoc(context, document) == 0;
    xmlRelaxNGFreeValidCtxt(context);
    xmlFreeDoc(document);
    return g_string_free(first, valid);
}

static void check_valid(const char *name, const Domain *domain)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) libvirt = domain_to_libvirt(domain, NULL, &error);
    if (!libvirt)
        fail_msg("%s: %s", name, error->message);
    g_autofree char *fault = judge(libvirt);
    if (fault)
        fail_msg("%s: %s", name, fault);
}

static const char *const fixtures[] = { "adapters.xml", "mmio.xml",    "old.xml", "ours.xml",
                                        "proposal.xml", "pseries.xml", "q35.xml", "s390x.xml" };

static void test_fixtures(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixtures); i++) {
        g_autoptr(Domain) domain = domain_of_fixture(fixtures[i]);
        check_valid(fixtures[i], domain);
    }
}

/* The judge sees a difference: our own forms are not libvirt's. */
static void test_not_valid(void **state)
{
    static const char *const own[] = { "old.xml", "ours.xml", "proposal.xml" };
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        g_autoptr(Domain) domain = domain_of_fixture(own[i]);
        g_autofree char *fault = judge(domain);
        assert_non_null(fault);
    }
}

/* A place on any bus, written where there was none. */
static void test_edited(void **state)
{
    static const Address places[] = {
        { .type = ADDRESS_PCI, .pci = { 0, 0xff, 0x1f, 7 } },
        { .type = ADDRESS_PCI, .pci = { 0, 0, 1, 0 } },
        { .type = ADDRESS_DRIVE, .drive = { 99, 0, 63, 16383, TRUE } },
        { .type = ADDRESS_DRIVE, .drive = { 0, 1, 0, 1, FALSE } },
        { .type = ADDRESS_USB, .usb = { 3, "1.2.3.4" } },
        { .type = ADDRESS_SERIAL, .serial = { 1, 30 } },
    };
    g_autoptr(Domain) domain = domain_of_fixture("old.xml");
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(DomainEdit) edit = domain_edit_new(domain);
        for (guint k = 0; k < domain->devices->len; k++)
            domain_edit_address(edit, domain->devices->pdata[k], &places[i], MODE_DYNAMIC);
        g_autoptr(Domain) edited = domain_edit_apply(edit, NULL);
        check_valid("an edited file", edited);
    }
}

static void test_placed(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Domain) domain = domain_of_fixture("old.xml");
    g_autoptr(Domain) placed = domain_place_drives(domain, MODE_STATIC, &error);
    assert_non_null(placed);
    check_valid("a file with placed drives", placed);
}

/* The guests were recorded in the folder of their images. */
static char *make_absolute(const char *text)
{
    g_autoptr(GRegex) relative = g_regex_new("source file='(?!/)", 0, 0, NULL);
    return g_regex_replace(relative, text, -1, 0, "source file='/images/", 0, NULL);
}

/* Guests that nobody wrote XML for. */
static void test_described(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture_names); i++) {
        g_autoptr(Guest) guest = fixture_guest(fixture_names[i]);
        g_autofree char *text = describe_guest(guest);
        g_autofree char *absolute = make_absolute(text);
        g_autoptr(Domain) domain = domain_of_text(absolute);
        check_valid(fixture_names[i], domain);
    }
}

static void test_assigned(void **state)
{
    static const char *const files[] = { "adapters.xml", "old.xml", "proposal.xml" };
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Domain) domain = domain_of_fixture(files[i]);
        g_autoptr(Domain) assigned = domain_assign(domain, 2, NULL, &error);
        if (!assigned)
            fail_msg("%s: %s", files[i], error->message);
        check_valid(files[i], assigned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),  cmocka_unit_test(test_not_valid),
        cmocka_unit_test(test_edited),    cmocka_unit_test(test_placed),
        cmocka_unit_test(test_described), cmocka_unit_test(test_assigned),
    };
    return cmocka_run_group_tests(tests, load_schema, free_schema);
}
