/* Domain files from anywhere: reading them, checking them, and editing them at a place that the
 * input's checksum chooses. What an edit does not mean to change must be there afterwards. */
#include <string.h>

#include "engine/domain_edit.h"
#include "engine/xml_edit.h"
#include "engine/xml_scan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/xml_compare.h"

#define ADDED "<added>\n  <inner/>\n</added>"

/* An edit that is sound is refused only where the encoding or a limit is in its way. */
static XmlDocument *apply(const XmlEdit *edit)
{
    g_autoptr(GError) error = NULL;
    XmlDocument *changed = xml_edit_apply(edit, &error);
    g_assert_true(changed != NULL || strstr(error->message, "encoding") != NULL ||
                  strstr(error->message, " than ") != NULL);
    return changed;
}

static XmlDocument *set(XmlDocument *document, guint index, const char *value)
{
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    xml_edit_set(edit, xml_nth(xml_document_root(document), index), "added", value, NULL);
    return apply(edit);
}

static void set_and_back(XmlDocument *document, guint index)
{
    static const char value[] = "<'€\n\">";
    g_autoptr(XmlDocument) more = set(document, index, value);
    if (more == NULL ||
        xml_node_get(xml_nth(xml_document_root(document), index), "added") != NULL) {
        return;
    }
    g_assert_cmpstr(xml_node_get(xml_nth(xml_document_root(more), index), "added"), ==, value);
    g_autoptr(XmlDocument) back = set(more, index, NULL);
    g_assert_true(back != NULL &&
                  g_bytes_equal(xml_document_bytes(back), xml_document_bytes(document)));
}

/* Nothing goes but what closes an empty element, or the blanks in it. */
static void insert(XmlDocument *document, guint index)
{
    const char *text = xml_document_text(document);
    const XmlNode *node = xml_nth(xml_document_root(document), index);
    const XmlElementSpan *span = xml_scan_element(xml_document_scan(document), index);
    gsize most = span->self_closing        ? span->content - span->name_end
                 : node->children->len > 0 ? 0
                                           : strspn(text + span->content, " \t\r\n");
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    xml_edit_insert(edit, node, NULL, ADDED);
    g_autoptr(XmlDocument) changed = apply(edit);
    if (changed != NULL) {
        g_assert_cmpuint(xml_count_gone(text, xml_document_text(changed)), <=, most);
        g_assert_cmpuint(xml_nth(xml_document_root(changed), index)->children->len, ==,
                         node->children->len + 1);
    }
}

/* Nothing comes, and the element goes. */
static void take_out(XmlDocument *document, guint index)
{
    const XmlElementSpan *span = xml_scan_element(xml_document_scan(document), index);
    gsize length = span->end - span->start, before = strlen(xml_document_text(document));
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    xml_edit_remove(edit, xml_nth(xml_document_root(document), index));
    g_autoptr(XmlDocument) changed = apply(edit);
    if (changed != NULL) {
        const char *text = xml_document_text(changed);
        g_assert_cmpuint(xml_count_gone(text, xml_document_text(document)), ==, 0);
        g_assert_cmpuint(strlen(text) + length, <=, before);
    }
}

static void edit_document(XmlDocument *document, guint choice)
{
    guint elements = xml_document_scan(document)->elements->len;
    set_and_back(document, choice % elements);
    insert(document, choice % elements);
    if (elements > 1) {
        take_out(document, 1 + choice % (elements - 1));
    }
}

static void look_at(const Domain *domain)
{
    g_autoptr(GPtrArray) problems = domain_check(domain);
    for (guint i = 0; i < problems->len; i++) {
        g_assert_cmpstr(problems->pdata[i], !=, "");
    }
    for (guint i = 0; i < domain->devices->len; i++) {
        Address place;
        g_autofree char *name = domain_device_name(domain->devices->pdata[i]);
        g_assert_cmpstr(name, !=, "");
        domain_qemu_place(domain->devices->pdata[i], &place);
    }
}

/* A changed domain; NULL: it was refused. Takes it. */
static void look_at_changed(Domain *domain)
{
    if (domain != NULL) {
        look_at(domain);
        domain_unref(domain);
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(XmlDocument) document = xml_document_parse("x.xml", bytes, &error);
    g_assert_true((document == NULL) == (error != NULL));
    if (document == NULL) {
        return 0;
    }
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_MD5, bytes);
    edit_document(document, (guint)g_ascii_strtoull(sum + 24, NULL, 16));
    g_autoptr(Domain) domain = domain_new(document, NULL);
    if (domain != NULL) {
        look_at(domain);
        look_at_changed(domain_pin(domain, NULL, NULL));
        look_at_changed(domain_place_drives(domain, MODE_STATIC, NULL));
        look_at_changed(domain_to_libvirt(domain, NULL, NULL));
    }
    return 0;
}
