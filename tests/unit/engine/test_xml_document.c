/* XML files of every kind, read; and those that are no XML, or too much of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/xml_document.h"
#include "engine/xml_scan.h"
#include "tests/unit/engine/nasty.h"

static XmlDocument *parse(const char *text, gssize length, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, length >= 0 ? (gsize)length : strlen(text));
    return xml_document_parse("x.xml", bytes, error);
}

static XmlDocument *parse_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    XmlDocument *document = parse(text, -1, &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

/* It is refused with a sentence that begins with the place and contains `why`. */
static void refused(const char *text, gssize length, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(XmlDocument) document = parse(text, length, &error);
    assert_null(document);
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT));
    if (strstr(error->message, why) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", why, error->message);
    }
}

static char *repeat(const char *begin, const char *part, guint count, const char *end)
{
    GString *text = g_string_new(begin);
    for (guint i = 0; i < count; i++) {
        g_string_append(text, part);
    }
    g_string_append(text, end);
    return g_string_free(text, FALSE);
}

/* --- what is read ---------------------------------------------------------------------------- */

/* Of the first element of a name: its text, or the value of an attribute. */
static const struct {
    const char *file, *element, *attribute, *value;
} values[] = {
    { "utf8.xml", "name", NULL, "Äpfel €" },
    { "utf8-bom.xml", "name", NULL, "Äpfel €" },
    { "utf8-bom-crlf.xml", "source", "file", "/images/größe.qcow2" },
    { "utf16le.xml", "name", NULL, "Äpfel 𝄞" },
    { "utf16be.xml", "name", NULL, "Äpfel 𝄞" },
    { "utf16le-no-mark.xml", "source", "file", "/images/größe.qcow2" },
    { "utf16le-crlf.xml", "source", "file", "/images/größe.qcow2" },
    { "utf16le-says-utf8.xml", "name", NULL, "Äpfel" },
    { "utf32be.xml", "name", NULL, "Äpfel" },
    { "latin1.xml", "source", "file", "/images/größe.qcow2" },
    { "windows-1252.xml", "name", NULL, "Äpfel “€”" },
    { "koi8-r.xml", "name", NULL, "Гость" },
    { "shift-jis.xml", "name", NULL, "ソ表" },
    { "ascii.xml", "source", "file", "/images/größe.qcow2" },
    { "crlf.xml", "address", "unit", "5" },
    { "cr.xml", "address", "unit", "5" },
    { "cr-in-text.xml", "name", NULL, "a\nb\nc" },
    { "cr-in-text.xml", "disk", "device", "disk" },
    { "one-per-odd-line.xml", "name", NULL, "plain" },
    { "cdata.xml", "name", NULL, "<disk type='file'/> & \"more\" ]] >" },
    { "cdata.xml", "description", NULL, "before </description></domain> after" },
    { "references.xml", "name", NULL, "<a & b> \"' AB\xf0\x9f\x98\x80" },
    { "references.xml", "source", "file", "/a & b/<c>/\"d\"/'e'/\t\n\r,f.img" },
    { "references.xml", "target", "note", "a > b and 'c' and \"" },
    { "entities.xml", "name", NULL, "me & <you>" },
    { "entities.xml", "source", "file", "/var/lib/images/a me & <you>.img" },
    { "entities.xml", "target", "note", "/var/lib/images/me & <you>" },
    { "entities.xml", "target", "dev", "vda" },
    { "doctype.xml", "name", NULL, "plain ]>" },
    { "doctype.xml", "target", "dev", "vda" },
    { "namespaces.xml", "qemu:arg", "value", "-device" },
    { "namespaces.xml", "domain", "xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0" },
    { "namespaces.xml", "app:info", "xmlns:app", "urn:app?a=1&amp;b=2" },
    { "namespaces.xml", "app:info", "app:version", "1" },
    { "namespaces.xml", "app:tag", "xml:lang", "en" },
    { "namespaces.xml", "lost:prefix", "lost:attribute", "kept" },
    { "comments.xml", "name", NULL, "plain" },
    { "instructions.xml", "name", NULL, "plain" },
    { "quotes.xml", "disk", "a", "\"" },
    { "quotes.xml", "disk", "b", "'" },
    { "quotes.xml", "disk", "d", "/>" },
    { "quotes.xml", "disk", "g", "" },
    { "quotes.xml", "source", "startupPolicy", "optional" },
    { "mixed.xml", "name", NULL, "plain" },
    { "mixed.xml", "title", NULL, "ad" },
};

static void test_values(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(XmlDocument) document = nasty_parse(values[i].file);
        const XmlNode *node = nasty_find(xml_document_root(document), values[i].element);
        assert_non_null(node);
        const char *value =
            values[i].attribute != NULL ? xml_node_get(node, values[i].attribute) : node->text;
        if (g_strcmp0(value, values[i].value) != 0) {
            fail_msg("%s: %s is %s", values[i].file, values[i].element, value);
        }
    }
}

static void check_place(const XmlDocument *document, const XmlNode *node, guint *count)
{
    const XmlElementSpan *span = xml_scan_element(xml_document_scan(document), node->index);
    const char *text = xml_document_text(document);
    guint line = 1;
    for (gsize i = 0; i < span->start; i++) {
        line += text[i] == '\n';
    }
    assert_int_equal(node->index, (*count)++);
    assert_int_equal(node->line, line);
    assert_memory_equal(text + span->start + 1, node->name, strlen(node->name));
    assert_int_equal(text[span->end - 1], '>');
    for (guint i = 0; i < node->children->len; i++) {
        const XmlNode *child = node->children->pdata[i];
        const XmlElementSpan *inner = xml_scan_element(xml_document_scan(document), child->index);
        assert_ptr_equal(child->parent, node);
        assert_true(inner->start >= span->content && inner->end <= span->content_end);
        check_place(document, child, count);
    }
}

static void check_places(XmlDocument *document)
{
    guint count = 0;
    check_place(document, xml_document_root(document), &count);
}

static void test_places(void **state)
{
    nasty_each(check_places);
}

static void test_attributes_in_order(void **state)
{
    g_autoptr(XmlDocument) document = parse_good("<a z='1' xmlns:q='u' q:y='2' x='3'><b/></a>");
    const XmlNode *root = xml_document_root(document);
    const char *const names[] = { "z", "xmlns:q", "q:y", "x" };
    const char *const expected[] = { "1", "u", "2", "3" };
    assert_int_equal(root->attributes->len, G_N_ELEMENTS(names));
    for (guint i = 0; i < root->attributes->len; i++) {
        const XmlAttribute *attribute = root->attributes->pdata[i];
        assert_string_equal(attribute->name, names[i]);
        assert_string_equal(attribute->value, expected[i]);
    }
}

/* What looks like an element in a DOCTYPE is none. */
static void test_doctype(void **state)
{
    static const char *const texts[] = {
        "<!DOCTYPE a SYSTEM '><b>'><a/>",
        "<!DOCTYPE a SYSTEM \"><b>\"><a/>",
        "<!DOCTYPE a [<!ENTITY c '><b>'><!ENTITY d \"'><b>\">]><a/>",
        "<!DOCTYPE a [<!-- '> <b> --><?c \"> <b> ?>]><a/>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(XmlDocument) document = parse_good(texts[i]);
        assert_int_equal(xml_document_scan(document)->elements->len, 1);
    }
}

static void test_looking(void **state)
{
    g_autoptr(XmlDocument) document =
        parse_good("<domain><name> web01\n</name><disk><source file='/a'/></disk><disk/></domain>");
    const XmlNode *root = xml_document_root(document);
    const XmlNode *disk = xml_node_child(root, "disk");
    assert_string_equal(xml_document_name(document), "x.xml");
    assert_string_equal(xml_node_child_text(root, "name"), "web01");
    assert_string_equal(xml_node_child_get(disk, "source", "file"), "/a");
    assert_null(xml_node_child_get(disk, "target", "dev"));
    assert_null(xml_node_child_text(NULL, "name"));
    assert_null(xml_node_get(disk, "type"));
}

static void test_bytes_are_kept(void **state)
{
    g_autoptr(XmlDocument) document = nasty_parse("utf16le-crlf.xml");
    assert_true(g_str_has_prefix(xml_document_text(document),
                                 "<?xml version='1.0' encoding='UTF-16'?>\r\n<domain"));
    assert_memory_equal(g_bytes_get_data(xml_document_bytes(document), NULL), "\xff\xfe<\0", 4);
}

/* --- what is refused ------------------------------------------------------------------------- */

static const struct {
    const char *text;
    gssize length; /* -1: up to the NUL */
    const char *why;
} bad[] = {
    { "", -1, "x.xml:1:1: the file is empty" },
    { "\xef\xbb\xbf", -1, "x.xml:1:1: the file is empty" },
    { "no XML", -1, "x.xml:1:1: it does not begin with an element" },
    { "<a>\n <b></c></a>", -1, "x.xml:2:9: opening and ending tag mismatch: b line 2 and c" },
    { "<a>\n<b>", -1, "x.xml:2:4: " },
    { "<a/><b/>", -1, "x.xml:1:5: extra content" },
    { "<a b='1' b='2'/>", -1, "attribute b redefined" },
    { "<a b='<'/>", -1, "x.xml:1:7: " },
    { "<!DOCTYPE a [<!ENTITY % x SYSTEM '/dev/zero'> %x;]><a>&more;</a>", -1,
      "entity 'more' not defined" },
    { "<!DOCTYPE a [\n<!ATTLIST a b CDATA 'c' d (e|f) 'e'>]><a/>", -1,
      "x.xml:2:25: its DOCTYPE declares attributes" },
    { "<!DOCTYPE a [<!ENTITY % x '<!&#65;TTLIST a b CDATA \"c\">'>%x;]><a/>", -1,
      "its DOCTYPE declares attributes" },
    { "<a>&nothing;</a>", -1, "entity 'nothing' not defined" },
    { "<a\x01/>", -1, "x.xml:1:3: " },
    { "<a>\n\x01</a>", -1, "x.xml:2:1: " },
    { "<a>\n \0</a>", 10, "x.xml:2:2: a NUL character" },
    { "<a>\n\xe4</a>", -1, "x.xml:2:1: byte 0xe4 is not UTF-8" },
    { "<?xml version='1.0' encoding='klingon'?><a/>", -1, "encoding klingon is not known here" },
    { "<?xml version='1.0' encoding='UTF-8//IGNORE'?><a/>", -1, "is no name of an encoding" },
    { "<?xml version='1.0' encoding='\x1b[2J'?><a/>", -1, "\"\\x1b[2J\" is no name" },
    { "<?xml version='1.0' encoding=''?><a/>", -1, "\"\" is no name" },
    { "<?xml version='1.0' encoding='UTF-16LE'?><a/>", -1, "but it is not written so" },
    { "<?xml version='1.0' encoding='US-ASCII'?>\n<a>\xe4</a>", -1,
      "x.xml:2:4: byte 0xe4 is not US-ASCII" },
    { "<?xml version='1.0' encoding='windows-1252'?>\n<a b='\x81'/>", -1, "x.xml:2:7: byte 0x81" },
    { "\xff\xfe<\0a\0/\0", 8, "x.xml:1:" },
    { "\xff\xfe<\0a\0/\0>", 9, "x.xml:1:7: its last character, which is UTF-16LE, is cut off" },
    { "<a><b\xe2\x80\x8c></c></a>", -1, "b\\u200c" },
};

static void test_bad(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        refused(bad[i].text, bad[i].length, bad[i].why);
    }
}

/* What is cut off anywhere is refused with a place, or is whole without the rest. */
static void cut_anywhere(XmlDocument *document)
{
    gsize length;
    const char *data = g_bytes_get_data(xml_document_bytes(document), &length);
    for (gsize cut = 0; cut < length; cut++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(XmlDocument) short_one = parse(data, (gssize)cut, &error);
        guint line, column;
        if (short_one == NULL && sscanf(error->message, "x.xml:%u:%u: ", &line, &column) != 2) {
            fail_msg("%s cut at %zu: %s", xml_document_name(document), cut, error->message);
        }
    }
}

static void test_truncated(void **state)
{
    nasty_each(cut_anywhere);
}

/* libxml2 would by default print there. */
static void test_nothing_on_stderr(void **state)
{
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("stderr-XXXXXX", &path, NULL);
    int saved = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    test_bad(state);
    g_autoptr(XmlDocument) document = nasty_parse("namespaces.xml");
    dup2(saved, STDERR_FILENO);
    assert_int_equal(lseek(file, 0, SEEK_END), 0);
    close(saved);
    close(file);
    g_unlink(path);
}

/* --- attacks --------------------------------------------------------------------------------- */

static void test_nothing_outside_is_read(void **state)
{
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("outside-XXXXXX", &path, NULL);
    static const char secret[] = "<!ATTLIST a b CDATA 'secret'><!ENTITY more 'secret'>";
    assert_int_equal(write(file, secret, strlen(secret)), strlen(secret));
    close(file);
    static const char *const forms[] = {
        "<!DOCTYPE a SYSTEM 'file://%s'><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file://%s'>]><a b='1'>&x;</a>",
        "<!DOCTYPE a [<!ENTITY %% x SYSTEM 'file://%s'> %%x;]><a/>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        g_autofree char *text = g_strdup_printf(forms[i], path);
#pragma GCC diagnostic pop
        g_autoptr(XmlDocument) document = parse_good(text);
        assert_string_equal(xml_document_root(document)->text, "");
    }
    g_unlink(path);
}

static char *laughs(const char *leaf, const char *use)
{
    GString *text = g_string_new("<!DOCTYPE a [");
    g_string_append_printf(text, "<!ENTITY e0 '%s'>", leaf);
    for (guint i = 1; i < 20; i++) {
        g_string_append_printf(text, "<!ENTITY e%u '", i);
        for (guint j = 0; j < 10; j++) {
            g_string_append_printf(text, "&e%u;", i - 1);
        }
        g_string_append(text, "'>");
    }
    g_string_append_printf(text, "]><a%s</a>", use);
    return g_string_free(text, FALSE);
}

static void test_entities_that_grow(void **state)
{
    static const char *const uses[] = { ">&e19;", " b='&e19;'>", "><b c='&e19;'/>&e19;" };
    static const char *const leaves[] = { "ha", "", "<b/>" };
    for (gsize i = 0; i < G_N_ELEMENTS(uses); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(leaves); j++) {
            g_autofree char *text = laughs(leaves[j], uses[i]);
            refused(text, -1, "x.xml:1:");
        }
    }
    refused("<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a>&b;</a>", -1, "x.xml:1:");
    refused("<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a b='&b;'/>", -1, "x.xml:1:");
}

/* One long entity, often. */
static void test_quadratic_growth(void **state)
{
    g_autofree char *entity = repeat("<!DOCTYPE a [<!ENTITY e '", "x", 50000, "'>]><a>");
    g_autofree char *text = repeat(entity, "&e;", 10000, "</a>");
    refused(text, -1, "x.xml:1:1: its entities grow to more than 1 MiB");
}

/* Many elements, often; they are looked through, though not seen. */
static void test_growth_without_text(void **state)
{
    g_autofree char *entity = repeat("<!DOCTYPE a [<!ENTITY e '", "<b/>", 10000, "'>]><a>");
    g_autofree char *text = repeat(entity, "&e;", 10000, "</a>");
    refused(text, -1, "x.xml:1:1: its entities grow to more than 1 MiB");
}

static void test_limits(void **state)
{
    g_autofree char *inner = repeat("", "<a>", XML_DEPTH_MAX, "");
    g_autofree char *outer = repeat(inner, "</a>", XML_DEPTH_MAX, "");
    g_autoptr(XmlDocument) deep = parse_good(outer);
    g_autofree char *deeper = g_strconcat("\n<b>", outer, "</b>", NULL);
    refused(deeper, -1, "x.xml:2:193: elements are nested deeper than 64");
    g_autofree char *many = repeat("<a ", "b='' ", XML_ATTRIBUTES_MAX + 1, "/>");
    refused(many, -1, "an element has more than 64 attributes");
    g_autofree char *declared = repeat("<a><b", " xmlns:c='d'", 32, ">");
    g_autofree char *twice = repeat(declared, "<e xmlns='f'>", 33, "");
    refused(twice, -1, "x.xml:1:810: more than 64 namespaces are declared at once");
    g_autofree char *beside = repeat("<a>", "<e xmlns='f'></e><e xmlns='f'/>", 64, "</a>");
    g_autoptr(XmlDocument) namespaces = parse_good(beside);
    g_autofree char *entities = repeat("<!DOCTYPE a [", "<!ENTITY e ''>", 5000, "]><a/>");
    refused(entities, -1, "its DOCTYPE has more than 64 KiB");
    g_autofree char *doctype = repeat("<!DOCTYPE a [<!-- ", "x", XML_DOCTYPE_MAX, "-->]><a/>");
    refused(doctype, -1, "its DOCTYPE has more than 64 KiB");
    static const char *const pieces[] = { "<b/>", "<!---->", "&#65;", "<?b?>", "<![CDATA[]]>" };
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autofree char *text = repeat("<a>", pieces[i], XML_MARKUP_MAX, "</a>");
        refused(text, -1, "it has more than 500000 tags, comments and references");
    }
    g_autofree char *large = repeat("<a>", "1234567890123456", XML_BYTES_MAX / 16, "</a>");
    refused(large, -1, "x.xml has more than 8 MiB");
}

static void test_many_devices(void **state)
{
    g_autofree char *text = repeat("<domain>\n<devices>\n", "<disk><target dev='vda'/>\n</disk>\n",
                                   5000, "</devices></domain>");
    g_autoptr(XmlDocument) document = parse_good(text);
    const XmlNode *devices = xml_node_child(xml_document_root(document), "devices");
    assert_int_equal(devices->children->len, 5000);
    const XmlNode *last = devices->children->pdata[4999];
    assert_int_equal(last->line, 10001);
    assert_int_equal(last->index, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_attributes_in_order),
        cmocka_unit_test(test_doctype),
        cmocka_unit_test(test_looking),
        cmocka_unit_test(test_bytes_are_kept),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_nothing_on_stderr),
        cmocka_unit_test(test_nothing_outside_is_read),
        cmocka_unit_test(test_entities_that_grow),
        cmocka_unit_test(test_quadratic_growth),
        cmocka_unit_test(test_growth_without_text),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
