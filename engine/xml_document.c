/* The only file that knows libxml2: it says whether a text is well formed and what its values are;
 * xml_scan says where they stand. libxml2's tree is gone when the document is there. */
#include "engine/xml_document.h"

#include <libxml/parser.h>
#include <string.h>

#include "engine/xml_scan.h"
#include "engine/xml_text.h"

/* What references to a file's own entities may grow to, and how deep they may go. A reference
 * counts as one character at least. */
#define EXPANSION_MAX (1024 * 1024)
#define REFERENCE_DEPTH_MAX 40

struct XmlDocument {
    gint references;
    char *name;
    GBytes *bytes;
    char *text;
    XmlEncoding encoding;
    XmlScan *scan;
    XmlNode *root;
};

/* --- the document ---------------------------------------------------------------------------- */

static void attribute_free(XmlAttribute *attribute)
{
    g_free(attribute->name);
    g_free(attribute->value);
    g_free(attribute);
}

static void node_free(XmlNode *node)
{
    g_free(node->name);
    g_free(node->text);
    g_ptr_array_unref(node->attributes);
    g_ptr_array_unref(node->children);
    g_free(node);
}

XmlDocument *xml_document_ref(XmlDocument *document)
{
    g_atomic_int_inc(&document->references);
    return document;
}

void xml_document_unref(XmlDocument *document)
{
    if (!g_atomic_int_dec_and_test(&document->references)) {
        return;
    }
    g_clear_pointer(&document->root, node_free);
    g_clear_pointer(&document->scan, xml_scan_free);
    g_clear_pointer(&document->bytes, g_bytes_unref);
    xml_encoding_clear(&document->encoding);
    g_free(document->text);
    g_free(document->name);
    g_free(document);
}

const char *xml_document_name(const XmlDocument *document)
{
    return document->name;
}

XmlNode *xml_document_root(const XmlDocument *document)
{
    return document->root;
}

GBytes *xml_document_bytes(const XmlDocument *document)
{
    return document->bytes;
}

const char *xml_document_text(const XmlDocument *document)
{
    return document->text;
}

const XmlScan *xml_document_scan(const XmlDocument *document)
{
    return document->scan;
}

const XmlEncoding *xml_document_encoding(const XmlDocument *document)
{
    return &document->encoding;
}

/* --- libxml2 reads --------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    gboolean fatal; /* the error kept is one that makes the text not well formed */
    GError *error;
} Reading;

#if LIBXML_VERSION >= 21200
typedef const xmlError *ErrorArgument;
#else
typedef xmlErrorPtr ErrorArgument;
#endif

/* "Opening and ending tag mismatch: a line 1 and b\n" as the end of a sentence. */
static char *clause(const char *message)
{
    char *text = g_strdup(message != NULL ? message : "it is not well-formed XML");
    g_strchomp(text);
    if (g_ascii_isupper(text[0]) && g_ascii_islower(text[1])) {
        text[0] = g_ascii_tolower(text[0]);
    }
    return text;
}

static const struct {
    int code;
    const char *sentence;
} sentences[] = {
    { XML_ERR_ENTITY_LOOP, "its entities refer to each other, or grow without bound" },
    { XML_ERR_DOCUMENT_EMPTY, "it does not begin with an element: this is no XML" },
};

static void keep_error(void *data, ErrorArgument error)
{
    Reading *reading = data;
    gboolean fatal = error->level == XML_ERR_FATAL;
    if (error->level < XML_ERR_ERROR || (reading->error != NULL && (reading->fatal || !fatal))) {
        return;
    }
    g_autofree char *text = clause(error->message);
    const char *sentence = text;
    for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++) {
        sentence = sentences[i].code == error->code ? sentences[i].sentence : sentence;
    }
    g_clear_error(&reading->error);
    reading->fatal = fatal;
    xml_text_error(&reading->error, reading->name, (guint)MAX(error->line, 1),
                   (guint)MAX(error->int2, 1), sentence);
}

/* Neither XML_PARSE_NOENT nor any XML_PARSE_DTD*: nothing outside the text is opened. The text is
 * UTF-8 whatever its declaration says. */
static xmlDoc *read_text(const char *name, const char *text, GError **error)
{
    Reading reading = { .name = name };
    xmlParserCtxt *context = xmlNewParserCtxt();
    xmlSetStructuredErrorFunc(&reading, keep_error);
    xmlDoc *doc = xmlCtxtReadMemory(context, text, (int)strlen(text), NULL, "UTF-8",
                                    XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlFreeParserCtxt(context);
    if (doc != NULL && !reading.fatal) {
        g_clear_error(&reading.error);
        return doc;
    }
    g_clear_pointer(&doc, xmlFreeDoc);
    if (reading.error == NULL) {
        xml_text_error(&reading.error, name, 1, 1, "this is no well-formed XML");
    }
    g_propagate_error(error, reading.error);
    return NULL;
}

/* --- our tree -------------------------------------------------------------------------------- */

typedef struct {
    const XmlDocument *document;
    gsize expansion; /* what references may still add */
    gboolean grown;  /* they wanted more */
} Builder;

static void append_text(Builder *builder, GString *text, const xmlNode *nodes, guint depth);

static void append_reference(Builder *builder, GString *text, const xmlNode *node, guint depth)
{
    const xmlEntity *entity = xmlGetDocEntity(node->doc, node->name);
    if (entity == NULL || builder->grown) {
        return;
    }
    gsize before = text->len;
    if (entity->children == NULL) {
        g_string_append(text, entity->content != NULL ? (const char *)entity->content : "");
    } else if (depth < REFERENCE_DEPTH_MAX) {
        append_text(builder, text, entity->children, depth + 1);
    }
    gsize grown = text->len - before + 1;
    builder->grown = builder->grown || grown > builder->expansion;
    builder->expansion -= MIN(grown, builder->expansion);
}

static void append_text(Builder *builder, GString *text, const xmlNode *nodes, guint depth)
{
    for (const xmlNode *node = nodes; node != NULL && !builder->grown; node = node->next) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            g_string_append(text, node->content != NULL ? (const char *)node->content : "");
        } else if (node->type == XML_ENTITY_REF_NODE) {
            append_reference(builder, text, node, depth);
        }
    }
}

static char *text_of(Builder *builder, const xmlNode *nodes)
{
    GString *text = g_string_new(NULL);
    append_text(builder, text, nodes, 0);
    return g_string_free(text, FALSE);
}

static char *qualified(const xmlNs *ns, const xmlChar *name)
{
    return ns != NULL && ns->prefix != NULL
               ? g_strconcat((const char *)ns->prefix, ":", (const char *)name, NULL)
               : g_strdup((const char *)name);
}

static void add_attribute(XmlNode *node, char *name, char *value)
{
    XmlAttribute *attribute = g_new(XmlAttribute, 1);
    *attribute = (XmlAttribute){ name, value };
    g_ptr_array_add(node->attributes, attribute);
}

/* libxml2 keeps declarations of namespaces apart from attributes. */
static char *namespace_value(const xmlNode *source, const char *name)
{
    const char *prefix = strlen(name) > strlen("xmlns:") ? name + strlen("xmlns:") : NULL;
    for (const xmlNs *ns = source->nsDef; ns != NULL; ns = ns->next) {
        if (g_strcmp0((const char *)ns->prefix, prefix) == 0) {
            return g_strdup(ns->href != NULL ? (const char *)ns->href : "");
        }
    }
    return g_strdup("");
}

/* In the order of the file; behind them those that a DTD gives by default. FALSE: the scan has seen
 * something else than libxml2. */
static gboolean build_attributes(Builder *builder, XmlNode *node, const xmlNode *source,
                                 const XmlElementSpan *span)
{
    const char *text = builder->document->text;
    const xmlAttr *property = source->properties;
    for (guint i = 0; i < span->attributes; i++) {
        const XmlAttributeSpan *at = xml_scan_attribute(builder->document->scan, span, i);
        char *name = g_strndup(text + at->name, at->name_end - at->name);
        if (g_str_equal(name, "xmlns") || g_str_has_prefix(name, "xmlns:")) {
            add_attribute(node, name, namespace_value(source, name));
            continue;
        }
        g_autofree char *other = property != NULL ? qualified(property->ns, property->name) : NULL;
        if (g_strcmp0(name, other) != 0) {
            g_free(name);
            return FALSE;
        }
        add_attribute(node, name, text_of(builder, property->children));
        property = property->next;
    }
    for (; property != NULL; property = property->next) {
        add_attribute(node, qualified(property->ns, property->name),
                      text_of(builder, property->children));
    }
    return TRUE;
}

static XmlNode *build_node(Builder *builder, const xmlNode *source, XmlNode *parent, guint *count)
{
    XmlNode *node = g_new0(XmlNode, 1);
    node->name = qualified(source->ns, source->name);
    node->parent = parent;
    node->index = (*count)++;
    node->text = g_strstrip(text_of(builder, source->children));
    node->attributes = g_ptr_array_new_with_free_func((GDestroyNotify)attribute_free);
    node->children = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
    const XmlScan *scan = builder->document->scan;
    const char *text = builder->document->text;
    gboolean same = node->index < scan->elements->len;
    if (same) {
        const XmlElementSpan *span = xml_scan_element(scan, node->index);
        gsize length = span->name_end - span->start - 1;
        node->line = span->line;
        same = strlen(node->name) == length &&
               memcmp(node->name, text + span->start + 1, length) == 0 &&
               build_attributes(builder, node, source, span);
    }
    for (const xmlNode *child = source->children; same && child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            XmlNode *built = build_node(builder, child, node, count);
            same = built != NULL;
            if (same) {
                g_ptr_array_add(node->children, built);
            }
        }
    }
    if (!same) {
        g_clear_pointer(&node, node_free);
    }
    return node;
}

static gboolean build_tree(XmlDocument *document, xmlDoc *doc, GError **error)
{
    Builder builder = { .document = document, .expansion = EXPANSION_MAX };
    guint count = 0;
    if (document->scan != NULL) {
        document->root = build_node(&builder, xmlDocGetRootElement(doc), NULL, &count);
    }
    if (document->root == NULL || count != document->scan->elements->len) {
        xml_text_error(error, document->name, 1, 1,
                       "it is well formed, but where its elements stand was not understood");
        return FALSE;
    }
    if (builder.grown) {
        xml_text_error(error, document->name, 1, 1, "its entities grow to more than 1 MiB");
        return FALSE;
    }
    return TRUE;
}

XmlDocument *xml_document_parse(const char *name, GBytes *bytes, GError **error)
{
    if (g_bytes_get_size(bytes) > XML_BYTES_MAX) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s has %zu MiB; of domain XML no more than %d MiB are read", name,
                    g_bytes_get_size(bytes) / (1024 * 1024), XML_BYTES_MAX / (1024 * 1024));
        return NULL;
    }
    g_autoptr(XmlDocument) document = g_new0(XmlDocument, 1);
    document->references = 1;
    document->name = g_strdup(name);
    document->bytes = g_bytes_ref(bytes);
    document->text = xml_text_decode(name, bytes, &document->encoding, error);
    if (document->text == NULL) {
        return NULL;
    }
    if (document->text[0] == '\0') {
        xml_text_error(error, name, 1, 1, "the file is empty");
        return NULL;
    }
    const char *limit;
    gsize at;
    document->scan = xml_scan_new(document->text, &limit, &at);
    if (limit != NULL) {
        xml_text_error_at(error, name, document->text, at, limit);
        return NULL;
    }
    xmlDoc *doc = read_text(name, document->text, error);
    gboolean built = doc != NULL && build_tree(document, doc, error);
    g_clear_pointer(&doc, xmlFreeDoc);
    return built ? g_steal_pointer(&document) : NULL;
}

/* --- looking into it ------------------------------------------------------------------------- */

const char *xml_node_get(const XmlNode *node, const char *attribute)
{
    for (guint i = 0; node != NULL && i < node->attributes->len; i++) {
        const XmlAttribute *candidate = node->attributes->pdata[i];
        if (g_str_equal(candidate->name, attribute)) {
            return candidate->value;
        }
    }
    return NULL;
}

XmlNode *xml_node_child(const XmlNode *node, const char *name)
{
    for (guint i = 0; node != NULL && i < node->children->len; i++) {
        XmlNode *child = node->children->pdata[i];
        if (g_str_equal(child->name, name)) {
            return child;
        }
    }
    return NULL;
}

const char *xml_node_child_text(const XmlNode *node, const char *child)
{
    const XmlNode *found = xml_node_child(node, child);
    return found != NULL ? found->text : NULL;
}

const char *xml_node_child_get(const XmlNode *node, const char *child, const char *attribute)
{
    return xml_node_get(xml_node_child(node, child), attribute);
}
