/* Edits of XML files: what changes, and that nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/xml_edit.h"
#include "engine/xml_scan.h"
#include "tests/support/xml_compare.h"
#include "tests/unit/engine/nasty.h"

static XmlDocument *parse(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    XmlDocument *document = xml_document_parse("x.xml", bytes, &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

static XmlDocument *apply(const XmlEdit *edit)
{
    g_autoptr(GError) error = NULL;
    XmlDocument *document = xml_edit_apply(edit, &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

/* --- by example ------------------------------------------------------------------------------ */

typedef enum { END, SET, INSERT, REMOVE } Kind;

typedef struct {
    Kind kind;
    const char *element; /* the first of this name */
    const char *name;    /* attribute; for INSERT the child it comes behind, or NULL */
    const char *value;   /* or the element to insert */
    const char *after;
} Operation;

static void operate(XmlEdit *edit, XmlDocument *document, const Operation *operation)
{
    XmlNode *root = xml_document_root(document);
    XmlNode *node = nasty_find(root, operation->element);
    assert_non_null(node);
    if (operation->kind == SET) {
        xml_edit_set(edit, node, operation->name, operation->value, operation->after);
    } else if (operation->kind == INSERT) {
        xml_edit_insert(edit, node,
                        operation->name != NULL ? nasty_find(root, operation->name) : NULL,
                        operation->value);
    } else {
        xml_edit_remove(edit, node);
    }
}

#define MOST 4

typedef struct {
    const char *before;
    Operation operations[MOST];
    const char *after;
} Example;

static const Example examples[] = {
    /* values */
    { "<a b='1'  c=\"2\"/>", { { SET, "a", "c", "3" } }, "<a b='1'  c=\"3\"/>" },
    { "<a b='1'/>", { { SET, "a", "b", "1" } }, "<a b='1'/>" },
    { "<a b='&#49;'/>", { { SET, "a", "b", "1" } }, "<a b='&#49;'/>" },
    { "<a b='1'/>", { { SET, "a", "b", "<'&\">\n" } }, "<a b='&lt;&apos;&amp;&quot;&gt;&#10;'/>" },
    { "<a b='1'/>", { { SET, "a", "b", "2" }, { SET, "a", "b", "3" } }, "<a b='3'/>" },
    { "<a b='1'/>", { { SET, "a", "b", "x\x01y\xff" } }, "<a b='xy\xef\xbf\xbd'/>" },
    /* new attributes */
    { "<a/>", { { SET, "a", "b", "1" } }, "<a b='1'/>" },
    { "<a />", { { SET, "a", "b", "1" } }, "<a b='1' />" },
    { "<a></a>", { { SET, "a", "b", "1" }, { SET, "a", "c", "2" } }, "<a b='1' c='2'></a>" },
    { "<a b=\"1\"><c/></a>", { { SET, "c", "d", "1" } }, "<a b=\"1\"><c d=\"1\"/></a>" },
    { "<a><c/><d e=\"1\"/></a>", { { SET, "c", "d", "1" } }, "<a><c d=\"1\"/><d e=\"1\"/></a>" },
    { "<a b='1' c=\"2\"/>", { { SET, "a", "d", "3" } }, "<a b='1' c=\"2\" d=\"3\"/>" },
    { "<a b='1' c='2'/>", { { SET, "a", "d", "3", "b" } }, "<a b='1' d='3' c='2'/>" },
    { "<a b='1' c='2'/>", { { SET, "a", "d", "3", "none" } }, "<a b='1' c='2' d='3'/>" },
    { "<a b='1' c='2'/>",
      { { SET, "a", "d", "3", "b" }, { SET, "a", "e", "4", "d" }, { SET, "a", "f", "5" } },
      "<a b='1' d='3' e='4' c='2' f='5'/>" },
    { "<a b='1'\n   c='2'/>", { { SET, "a", "d", "3" } }, "<a b='1'\n   c='2'\n   d='3'/>" },
    { "<a b='1'\r\n\tc='2'/>",
      { { SET, "a", "d", "3", "b" } },
      "<a b='1'\r\n\td='3'\r\n\tc='2'/>" },
    { "<a\n  b='1'\n/>", { { SET, "a", "d", "3" } }, "<a\n  b='1'\n  d='3'\n/>" },
    { "<a b='1'   c='2'/>", { { SET, "a", "d", "3" } }, "<a b='1'   c='2' d='3'/>" },
    /* and gone ones */
    { "<a b='1' c='2'/>", { { SET, "a", "b", NULL } }, "<a c='2'/>" },
    { "<a b='1' c='2' />", { { SET, "a", "c", NULL } }, "<a b='1' />" },
    { "<a b='1'\n   c='2'\n   d='3'/>", { { SET, "a", "c", NULL } }, "<a b='1'\n   d='3'/>" },
    { "<a b='1'/>", { { SET, "a", "none", NULL } }, "<a b='1'/>" },
    { "<a b='1' c='2'/>",
      { { SET, "a", "b", NULL }, { SET, "a", "c", NULL }, { SET, "a", "d", "3" } },
      "<a d='3'/>" },
    { "<a b='1' c='2'/>",
      { { SET, "a", "d", "3", "b" }, { SET, "a", "b", NULL } },
      "<a d='3' c='2'/>" },
    { "<a b='1' c='2'/>", { { SET, "a", "b", NULL }, { SET, "a", "b", "4" } }, "<a c='2' b='4'/>" },
    { "<a b='1'/>", { { SET, "a", "c", "2" }, { SET, "a", "c", NULL } }, "<a b='1'/>" },
    /* elements behind others */
    { "<a>\n  <b/>\n  <c/>\n</a>\n",
      { { INSERT, "a", "b", "<d>\n  <e/>\n</d>" } },
      "<a>\n  <b/>\n  <d>\n    <e/>\n  </d>\n  <c/>\n</a>\n" },
    { "<a>\n\t<b/>\n</a>\n",
      { { INSERT, "a", NULL, "<d>\n  <e>\n    <f/>\n  </e>\n</d>" } },
      "<a>\n\t<b/>\n\t<d>\n\t\t<e>\n\t\t\t<f/>\n\t\t</e>\n\t</d>\n</a>\n" },
    { "<a>\r\n    <b/>\r\n</a>",
      { { INSERT, "a", NULL, "<d>\n  <e/>\n</d>" } },
      "<a>\r\n    <b/>\r\n    <d>\r\n        <e/>\r\n    </d>\r\n</a>" },
    { "<a>\r  <b/>\r</a>", { { INSERT, "a", NULL, "<d/>" } }, "<a>\r  <b/>\r  <d/>\r</a>" },
    { "<a>\n<b/>\n</a>",
      { { INSERT, "a", NULL, "<d>\n  <e/>\n</d>" } },
      "<a>\n<b/>\n<d>\n<e/>\n</d>\n</a>" },
    { "<a><b/><c/></a>",
      { { INSERT, "a", "b", "<d>\n  <e/>\n</d>" } },
      "<a><b/><d><e/></d><c/></a>" },
    { "<a>\n  <b/>\n</a>\n",
      { { INSERT, "a", "b", "<d/>" }, { INSERT, "a", NULL, "<e/>" }, { INSERT, "a", "b", "<f/>" } },
      "<a>\n  <b/>\n  <d/>\n  <e/>\n  <f/>\n</a>\n" },
    { "<a>\n  <b/> <!-- of b --> \n  <!-- of c -->\n  <c/>\n</a>\n",
      { { INSERT, "a", "b", "<d/>" } },
      "<a>\n  <b/> <!-- of b --> \n  <d/>\n  <!-- of c -->\n  <c/>\n</a>\n" },
    { "<a>\n  <b/> <!-- on\n two lines -->\n</a>\n",
      { { INSERT, "a", "b", "<d/>" } },
      "<a>\n  <b/>\n  <d/> <!-- on\n two lines -->\n</a>\n" },
    { "<a>\n  <b>\n  </b></a>\n",
      { { INSERT, "a", "b", "<d/>" } },
      "<a>\n  <b>\n  </b>\n  <d/></a>\n" },
    /* elements into empty ones */
    { "<a>\n  <b/>\n</a>",
      { { INSERT, "b", NULL, "<c/>" }, { INSERT, "b", NULL, "<d>\n  <e/>\n</d>" } },
      "<a>\n  <b>\n    <c/>\n    <d>\n      <e/>\n    </d>\n  </b>\n</a>" },
    { "<a>\n\t<b  c='1' />\n</a>",
      { { INSERT, "b", NULL, "<c/>" }, { SET, "b", "d", "2" } },
      "<a>\n\t<b  c='1' d='2'>\n\t\t<c/>\n\t</b>\n</a>" },
    { "<a>\n  <b></b>\n</a>",
      { { INSERT, "b", NULL, "<c/>" } },
      "<a>\n  <b>\n    <c/>\n  </b>\n</a>" },
    { "<a>\r\n  <b>\r\n  </b>\r\n</a>",
      { { INSERT, "b", NULL, "<c/>" } },
      "<a>\r\n  <b>\r\n    <c/>\r\n  </b>\r\n</a>" },
    { "<a>\n  <b>\n    <!-- none -->\n  </b>\n</a>",
      { { INSERT, "b", NULL, "<c/>" } },
      "<a>\n  <b>\n    <!-- none -->\n    <c/>\n  </b>\n</a>" },
    { "<a>\n  <b>text</b>\n</a>",
      { { INSERT, "b", NULL, "<c/>" } },
      "<a>\n  <b>text<c/></b>\n</a>" },
    { "<a><b/></a>",
      { { INSERT, "b", NULL, "<c/>" }, { INSERT, "b", NULL, "<d/>" } },
      "<a><b><c/><d/></b></a>" },
    { "<a/>", { { INSERT, "a", NULL, "<c/>" } }, "<a>\n  <c/>\n</a>" },
    { "<a>\n    <b/>\n    <c>\n        <d/>\n    </c>\n</a>",
      { { INSERT, "b", NULL, "<c/>" } },
      "<a>\n    <b>\n        <c/>\n    </b>\n    <c>\n        <d/>\n    </c>\n</a>" },
    /* elements that go */
    { "<a>\n  <b/>\n  <c/>\n</a>", { { REMOVE, "b" } }, "<a>\n  <c/>\n</a>" },
    { "<a>\r\n  <b>\r\n  </b>  \r\n  <c/>\r\n</a>", { { REMOVE, "b" } }, "<a>\r\n  <c/>\r\n</a>" },
    { "<a>\r  <b/>\r</a>", { { REMOVE, "b" } }, "<a>\r</a>" },
    { "<a><b/><c/></a>", { { REMOVE, "b" } }, "<a><c/></a>" },
    { "<a>\n  <b/> <!-- of b -->\n</a>", { { REMOVE, "b" } }, "<a>\n   <!-- of b -->\n</a>" },
    { "<a>\n  <b/></a>", { { REMOVE, "b" } }, "<a>\n  </a>" },
    { "<a>\n  <b>\n    <c/>\n  </b>\n</a>",
      { { REMOVE, "b" }, { SET, "c", "d", "1" }, { INSERT, "c", NULL, "<e/>" } },
      "<a>\n</a>" },
    { "<a>\n  <b>\n    <c/>\n  </b>\n</a>", { { REMOVE, "b" }, { REMOVE, "c" } }, "<a>\n</a>" },
    { "<a>\n  <b/>\n  <c/>\n</a>",
      { { REMOVE, "b" }, { INSERT, "a", "b", "<d>\n  <e/>\n</d>" }, { INSERT, "a", "b", "<f/>" } },
      "<a>\n  <d>\n    <e/>\n  </d>\n  <f/>\n  <c/>\n</a>" },
    { "<a>\n  <b/>\n  <c/>\n</a>",
      { { REMOVE, "b" }, { REMOVE, "c" }, { INSERT, "a", NULL, "<d/>" } },
      "<a>\n  <d/>\n</a>" },
};

static void test_examples(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(examples); i++) {
        g_autoptr(XmlDocument) document = parse(examples[i].before);
        g_autoptr(XmlEdit) edit = xml_edit_new(document);
        for (guint j = 0; j < MOST && examples[i].operations[j].kind != END; j++) {
            operate(edit, document, &examples[i].operations[j]);
        }
        g_autoptr(XmlDocument) changed = apply(edit);
        if (strcmp(xml_document_text(changed), examples[i].after) != 0) {
            fail_msg("%s\nbecame\n%s\ninstead of\n%s", examples[i].before,
                     xml_document_text(changed), examples[i].after);
        }
    }
}

static void test_escape(void **state)
{
    g_autofree char *text = xml_escape("a<b>&'\"\t\r\n\x01\x7f\xc2\x85\xef\xbf\xbf\xff€");
    assert_string_equal(text, "a&lt;b&gt;&amp;&apos;&quot;&#9;&#13;&#10;\x7f\xc2\x85\xef\xbf\xbd€");
}

/* --- encodings ------------------------------------------------------------------------------- */

static void check_hex(const XmlDocument *document, const char *bytes, gsize length)
{
    gsize size;
    const char *data = g_bytes_get_data(xml_document_bytes(document), &size);
    assert_non_null(memmem(data, size, bytes, length));
}

static void test_encoding_is_kept(void **state)
{
    static const struct {
        const char *file, *value, *bytes;
        gsize length;
    } cases[] = {
        { "latin1.xml", "ü", "'\xfc'", 3 },          { "latin1.xml", "€", "'&#x20ac;'", 10 },
        { "windows-1252.xml", "€", "'\x80'", 3 },    { "windows-1252.xml", "Г", "'&#x413;'", 9 },
        { "koi8-r.xml", "Г", "'\xe7'", 3 },          { "utf16le.xml", "€", "'\0\xac\x20'\0", 6 },
        { "utf16be.xml", "€", "\0'\x20\xac\0'", 6 }, { "ascii.xml", "ü", "'&#xfc;'", 8 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(XmlDocument) document = nasty_parse(cases[i].file);
        g_autoptr(XmlEdit) edit = xml_edit_new(document);
        xml_edit_set(edit, nasty_find(xml_document_root(document), "sound"), "model",
                     cases[i].value, NULL);
        g_autoptr(XmlDocument) changed = apply(edit);
        check_hex(changed, cases[i].bytes, cases[i].length);
        assert_string_equal(xml_node_get(nasty_find(xml_document_root(changed), "sound"), "model"),
                            cases[i].value);
    }
}

/* "+AGE-" is a long way to write "a" in UTF-7, which would be written back as "a". */
static void test_encoding_that_does_not_come_back(void **state)
{
    g_autoptr(XmlDocument) document = parse("<?xml version='1.0' encoding='UTF-7'?><a b='+AGE-'/>");
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    g_autoptr(GError) error = NULL;
    assert_string_equal(xml_node_get(xml_document_root(document), "b"), "a");
    xml_edit_set(edit, xml_document_root(document), "c", "1", NULL);
    assert_null(xml_edit_apply(edit, &error));
    assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
    assert_string_equal(error->message, "x.xml cannot be changed: its encoding cannot be written "
                                        "back byte for byte; save it as UTF-8");
}

static void test_result_must_be_xml(void **state)
{
    static const Operation impossible[] = {
        { REMOVE, "a", NULL, NULL },
        { INSERT, "a", NULL, "<b>" },
        { SET, "a", "not a name", "1" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(impossible); i++) {
        g_autoptr(XmlDocument) document = parse("<a/>");
        g_autoptr(XmlEdit) edit = xml_edit_new(document);
        g_autoptr(GError) error = NULL;
        operate(edit, document, &impossible[i]);
        assert_null(xml_edit_apply(edit, &error));
        assert_true(g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED));
        assert_true(g_str_has_prefix(error->message, "x.xml cannot be changed: x.xml:"));
    }
}

/* --- on every file --------------------------------------------------------------------------- */

static void same_bytes(const XmlDocument *document, const XmlDocument *other)
{
    if (!g_bytes_equal(xml_document_bytes(document), xml_document_bytes(other))) {
        fail_msg("%s:\n%s\nbecame\n%s", xml_document_name(document), xml_document_text(document),
                 xml_document_text(other));
    }
}

static void change_nothing(XmlDocument *document)
{
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    assert_true(xml_edit_is_empty(edit));
    g_autoptr(XmlDocument) changed = apply(edit);
    same_bytes(document, changed);
}

static void test_no_change(void **state)
{
    nasty_each(change_nothing);
}

static guint count_elements(const XmlDocument *document)
{
    return xml_document_scan(document)->elements->len;
}

static XmlDocument *set_one(XmlDocument *document, guint index, const char *name, const char *value)
{
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    xml_edit_set(edit, xml_nth(xml_document_root(document), index), name, value, NULL);
    return apply(edit);
}

/* The value is written without references. */
static gboolean is_plain(const XmlDocument *document, const XmlNode *node, guint i)
{
    const XmlScan *scan = xml_document_scan(document);
    const XmlAttributeSpan *at = xml_scan_attribute(scan, xml_scan_element(scan, node->index), i);
    const XmlAttribute *attribute = node->attributes->pdata[i];
    return strlen(attribute->value) == at->value_end - at->value &&
           strpbrk(attribute->value, "&<>\"'\r\n\t") == NULL &&
           !g_str_has_prefix(attribute->name, "xml");
}

static void set_and_back(XmlDocument *document)
{
    for (guint i = 0; i < count_elements(document); i++) {
        const XmlNode *node = xml_nth(xml_document_root(document), i);
        g_autoptr(XmlDocument) more = set_one(document, i, "added", "<€>");
        g_autoptr(XmlDocument) less = set_one(more, i, "added", NULL);
        assert_string_equal(xml_node_get(xml_nth(xml_document_root(more), i), "added"), "<€>");
        same_bytes(document, less);
        for (guint j = 0; j < node->attributes->len; j++) {
            const XmlAttribute *attribute = node->attributes->pdata[j];
            g_autoptr(XmlDocument) other = set_one(document, i, attribute->name, "other");
            g_autoptr(XmlDocument) back = set_one(other, i, attribute->name, attribute->value);
            assert_false(g_bytes_equal(xml_document_bytes(other), xml_document_bytes(back)));
            if (is_plain(document, node, j)) {
                same_bytes(document, back);
            }
        }
    }
}

static void test_set_and_back(void **state)
{
    nasty_each(set_and_back);
}

/* --- by chance ------------------------------------------------------------------------------- */

#define ADDED "<added>\n  <inner/>\n</added>"
#define CHANCES 25 /* a file */

static GRand *chance;

/* An insertion takes nothing but what closes an empty element or the blanks in it, a removal
 * leaves nothing. */
static void one_change(XmlDocument *document)
{
    for (guint i = 1; i < count_elements(document); i++) {
        XmlNode *node = xml_nth(xml_document_root(document), i);
        const XmlElementSpan *span = xml_scan_element(xml_document_scan(document), i);
        const char *text = xml_document_text(document);
        g_autoptr(XmlEdit) insertion = xml_edit_new(document);
        xml_edit_insert(insertion, node, NULL, ADDED);
        g_autoptr(XmlDocument) more = apply(insertion);
        gsize blanks = strspn(text + span->content, " \t\r\n");
        gsize gone = xml_count_gone(text, xml_document_text(more));
        assert_true(gone <= (span->self_closing        ? span->content - span->name_end
                             : node->children->len > 0 ? 0
                                                       : blanks));
        g_autoptr(XmlEdit) removal = xml_edit_new(document);
        xml_edit_remove(removal, node);
        g_autoptr(XmlDocument) less = apply(removal);
        assert_int_equal(xml_count_gone(xml_document_text(less), text), 0);
        assert_true(strlen(text) - strlen(xml_document_text(less)) >= span->end - span->start);
    }
}

static void test_one_change(void **state)
{
    nasty_each(one_change);
}

typedef enum { NOTHING, SETS, INSERTS, REMOVES } Deed;

/* The tree in words; deeds: for each element of the document, NULL for what it is. */
static void print_tree(GString *output, const XmlNode *node, const Deed *deeds)
{
    Deed deed = deeds != NULL ? deeds[node->index] : NOTHING;
    if (deed == REMOVES) {
        return;
    }
    g_string_append_printf(output, "(%s", node->name);
    for (guint i = 0; i < node->attributes->len; i++) {
        const XmlAttribute *attribute = node->attributes->pdata[i];
        g_string_append_printf(output, " %s=[%s]", attribute->name, attribute->value);
    }
    g_string_append(output, deed == SETS ? " added=[a&b]" : "");
    g_auto(GStrv) words = g_strsplit_set(node->text, " \t\n", -1);
    g_autofree char *text = g_strjoinv("", words);
    g_string_append_printf(output, " \"%s\"", text);
    for (guint i = 0; i < node->children->len; i++) {
        print_tree(output, node->children->pdata[i], deeds);
    }
    g_string_append(output, deed == INSERTS ? "(added \"\"(inner \"\"))" : "");
    g_string_append(output, ")");
}

static void do_deed(XmlEdit *edit, XmlDocument *document, guint index, Deed deed)
{
    XmlNode *node = xml_nth(xml_document_root(document), index);
    if (deed == SETS) {
        xml_edit_set(edit, node, "added", "a&b", NULL);
    } else if (deed == INSERTS) {
        xml_edit_insert(edit, node, NULL, ADDED);
    } else if (deed == REMOVES) {
        xml_edit_remove(edit, node);
    }
}

static XmlDocument *do_all(XmlDocument *document, const Deed *deeds)
{
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    for (guint i = 0; i < count_elements(document); i++) {
        do_deed(edit, document, i, deeds[i]);
    }
    return apply(edit);
}

/* The last one first, so that no deed moves what is still to be done. */
static XmlDocument *do_one_by_one(XmlDocument *document, const Deed *deeds)
{
    XmlDocument *changed = xml_document_ref(document);
    for (guint i = count_elements(document); i-- > 0;) {
        g_autoptr(XmlDocument) before = changed;
        g_autoptr(XmlEdit) edit = xml_edit_new(before);
        do_deed(edit, before, i, deeds[i]);
        changed = apply(edit);
    }
    return changed;
}

static void same_tree(XmlDocument *document, const Deed *deeds)
{
    g_autoptr(XmlDocument) changed = do_all(document, deeds);
    g_autoptr(GString) expected = g_string_new(NULL);
    g_autoptr(GString) found = g_string_new(NULL);
    print_tree(expected, xml_document_root(document), deeds);
    print_tree(found, xml_document_root(changed), NULL);
    assert_string_equal(found->str, expected->str);
}

static Deed *choose(XmlDocument *document, Deed last)
{
    Deed *deeds = g_new0(Deed, count_elements(document));
    for (guint i = 0; i < count_elements(document); i++) {
        deeds[i] = (Deed)g_rand_int_range(chance, NOTHING, last + 1);
    }
    deeds[0] = deeds[0] == REMOVES ? NOTHING : deeds[0];
    return deeds;
}

static void many_changes(XmlDocument *document)
{
    for (guint i = 0; i < CHANCES; i++) {
        g_autofree Deed *any = choose(document, REMOVES);
        same_tree(document, any);
        g_autofree Deed *additions = choose(document, INSERTS);
        g_autoptr(XmlDocument) at_once = do_all(document, additions);
        g_autoptr(XmlDocument) one_by_one = do_one_by_one(document, additions);
        same_bytes(one_by_one, at_once);
    }
}

static void test_many_changes(void **state)
{
    chance = g_rand_new_with_seed(3);
    nasty_each(many_changes);
    g_rand_free(chance);
}

/* --- a large file ---------------------------------------------------------------------------- */

static void test_many_devices(void **state)
{
    g_autoptr(GString) text = g_string_new("<domain>\n  <devices>\n");
    for (guint i = 0; i < 5000; i++) {
        g_string_append_printf(text, "    <disk>\n      <target dev='vd%u'/>\n    </disk>\n", i);
    }
    g_string_append(text, "  </devices>\n</domain>\n");
    g_autoptr(XmlDocument) document = parse(text->str);
    g_autoptr(XmlEdit) edit = xml_edit_new(document);
    const GPtrArray *disks = nasty_find(xml_document_root(document), "devices")->children;
    for (guint i = 0; i < disks->len; i++) {
        xml_edit_insert(edit, disks->pdata[i], NULL, "<address type='pci'/>");
    }
    g_autoptr(XmlDocument) changed = apply(edit);
    g_auto(GStrv) parts = g_strsplit(text->str, "\n    </disk>", -1);
    g_autofree char *joined = g_strjoinv("\n      <address type='pci'/>\n    </disk>", parts);
    assert_string_equal(xml_document_text(changed), joined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_encoding_is_kept),
        cmocka_unit_test(test_encoding_that_does_not_come_back),
        cmocka_unit_test(test_result_must_be_xml),
        cmocka_unit_test(test_no_change),
        cmocka_unit_test(test_set_and_back),
        cmocka_unit_test(test_one_change),
        cmocka_unit_test(test_many_changes),
        cmocka_unit_test(test_many_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
