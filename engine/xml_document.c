/* The only file that knows libxml2: it says whether a text is well formed and what its values are;
 * xml_scan says where they stand. libxml2's tree is gone when the document is there. */
#include "engine/xml_document.h"

#include <libxml/parser.h>
#include <string.h>

#include "engine/xml_scan.h"
#include "engine/xml_text.h"

/* What references to a file's own entities may grow to, and how deep they may go. */
#define EXPANSION_MAX (1024 * 1024)
#define REFERENCE_DEPTH_MAX 40

struct XmlDocument {
    gint references;
    char *name;
    GBytes *bytes;
    char *text;
    XmlEncoding encoding;
    XmlScan *scan;
    /* All of the tree, the root first; its strings; and an array that every element without
     * attributes or children shares. Thousands of devices would else be millions of allocations. */
    XmlNode *nodes;
    guint node_count;
    XmlAttribute *attributes;
    GStringChunk *strings;
    GPtrArray *none;
};

/* --- the document ---------------------------------------------------------------------------- */

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
    for (guint i = 0; i < document->node_count; i++) {
        g_ptr_array_unref(document->nodes[i].attributes);
        g_ptr_array_unref(document->nodes[i].children);
    }
    g_free(document->nodes);
    g_free(document->attributes);
    g_clear_pointer(&document->none, g_ptr_array_unref);
    g_clear_pointer(&document->strings, g_string_chunk_free);
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
    return document->nodes;
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

/* Attributes that a DTD gives are not in the text, and libxml2 compares them all for each element.
 */
static void refuse_attributes(void *data, const xmlChar *element, const xmlChar *name, int type,
                              int given, const xmlChar *value, xmlEnumeration *tree)
{
    xmlParserCtxt *context = data;
    Reading *reading = context->_private;
    xmlFreeEnumeration(tree);
    if (!reading->fatal) {
        g_clear_error(&reading->error);
        reading->fatal = TRUE;
        xml_text_error(&reading->error, reading->name, (guint)xmlSAX2GetLineNumber(context),
                       (guint)xmlSAX2GetColumnNumber(context),
                       "its DOCTYPE declares attributes (<!ATTLIST), which is not read here");
    }
    xmlStopParser(context);
}

/* Neither XML_PARSE_NOENT nor any XML_PARSE_DTD*: nothing outside the text is opened. The text is
 * UTF-8 whatever its declaration says. Comments and instructions need no nodes. */
static xmlDoc *read_text(const char *name, const char *text, GError **error)
{
    Reading reading = { .name = name };
    xmlParserCtxt *context = xmlNewParserCtxt();
    context->_private = &reading;
    context->sax->attributeDecl = refuse_attributes;
    context->sax->comment = NULL;
    context->sax->processingInstruction = NULL;
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

static void not_understood(const XmlDocument *document, GError **error)
{
    xml_text_error(error, document->name, 1, 1,
                   "it is well formed, but where its elements stand was not understood");
}

/* --- our tree -------------------------------------------------------------------------------- */

typedef struct {
    XmlDocument *document;
    guint attributes; /* used */
    GString *text;    /* to collect one in */
    gsize expansion;  /* what references may still add */
    gboolean grown;   /* they wanted more */
} Builder;

static void append_text(Builder *builder, const xmlNode *nodes, guint depth);

/* What comes through references is counted, nodes as well as bytes. */
static void count_growth(Builder *builder, gsize growth, guint depth)
{
    if (depth > 0) {
        builder->grown = builder->grown || growth > builder->expansion;
        builder->expansion -= MIN(growth, builder->expansion);
    }
}

static void append_content(Builder *builder, const xmlChar *content, guint depth)
{
    gsize length = content != NULL ? strlen((const char *)content) : 0;
    count_growth(builder, length, depth);
    if (length > 0 && !builder->grown) {
        g_string_append_len(builder->text, (const char *)content, (gssize)length);
    }
}

static void append_reference(Builder *builder, const xmlNode *node, guint depth)
{
    const xmlEntity *entity = xmlGetDocEntity(node->doc, node->name);
    if (entity == NULL || depth > REFERENCE_DEPTH_MAX) {
        return;
    }
    if (entity->children != NULL) {
        append_text(builder, entity->children, depth);
    } else {
        append_content(builder, entity->content, depth);
    }
}

/* depth: of the reference they come through; 0: none. */
static void append_text(Builder *builder, const xmlNode *nodes, guint depth)
{
    for (const xmlNode *node = nodes; node != NULL && !builder->grown; node = node->next) {
        count_growth(builder, 1, depth);
        if (node->type == XML_ENTITY_REF_NODE) {
            append_reference(builder, node, depth + 1);
        } else if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            append_content(builder, node->content, depth);
        }
    }
}

/* The text of these nodes, collected. */
static GString *collect_text(Builder *builder, const xmlNode *nodes)
{
    g_string_truncate(builder->text, 0);
    append_text(builder, nodes, 0);
    return builder->text;
}

static char *keep(const Builder *builder, const char *text)
{
    return g_string_chunk_insert(builder->document->strings, text);
}

/* Names are few. */
static char *keep_name(const Builder *builder, const xmlNs *ns, const xmlChar *name)
{
    GString *whole = builder->text;
    g_string_truncate(whole, 0);
    if (ns != NULL && ns->prefix != NULL) {
        g_string_append_printf(whole, "%s:", (const char *)ns->prefix);
    }
    g_string_append(whole, (const char *)name);
    return g_string_chunk_insert_const(builder->document->strings, whole->str);
}

static gboolean is_written(const Builder *builder, const char *name, gsize begin, gsize end)
{
    return strlen(name) == end - begin &&
           memcmp(builder->document->text + begin, name, end - begin) == 0;
}

/* libxml2 keeps declarations of namespaces apart from attributes. Takes what is one at `at`. */
static gboolean build_declaration(const Builder *builder, XmlAttribute *attribute,
                                  const XmlAttributeSpan *at)
{
    const char *text = builder->document->text;
    g_autofree char *name = g_strndup(text + at->name, at->name_end - at->name);
    if (!g_str_equal(name, "xmlns") && !g_str_has_prefix(name, "xmlns:")) {
        return FALSE;
    }
    GStringChunk *strings = builder->document->strings;
    attribute->name = g_string_chunk_insert_const(strings, name);
    attribute->value =
        g_string_chunk_insert_len(strings, text + at->value, (gssize)(at->value_end - at->value));
    return TRUE;
}

static void build_attribute(Builder *builder, XmlAttribute *attribute, const xmlAttr *property)
{
    attribute->name = keep_name(builder, property->ns, property->name);
    attribute->value = keep(builder, collect_text(builder, property->children)->str);
}

/* In the order of the file. FALSE: the scan has seen something else than libxml2. */
static gboolean build_attributes(Builder *builder, XmlNode *node, const xmlNode *source,
                                 const XmlElementSpan *span)
{
    XmlDocument *document = builder->document;
    const xmlAttr *property = source->properties;
    for (guint i = 0; i < span->attributes; i++) {
        const XmlAttributeSpan *at = xml_scan_attribute(document->scan, span, i);
        XmlAttribute *attribute = &document->attributes[builder->attributes++];
        if (!build_declaration(builder, attribute, at)) {
            if (property == NULL) {
                return FALSE;
            }
            build_attribute(builder, attribute, property);
            if (!is_written(builder, attribute->name, at->name, at->name_end)) {
                return FALSE;
            }
            property = property->next;
        }
        g_ptr_array_add(node->attributes, attribute);
    }
    return property == NULL;
}

static GPtrArray *array_for(const Builder *builder, gboolean some)
{
    return some ? g_ptr_array_new() : g_ptr_array_ref(builder->document->none);
}

/* Recursion is bounded by XML_DEPTH_MAX. FALSE: the scan has seen something else than libxml2. */
static gboolean build_node(Builder *builder, const xmlNode *source, XmlNode *parent)
{
    XmlDocument *document = builder->document;
    guint index = document->node_count;
    if (index == document->scan->elements->len) {
        return FALSE;
    }
    const XmlElementSpan *span = xml_scan_element(document->scan, index);
    XmlNode *node = &document->nodes[document->node_count++];
    node->name = keep_name(builder, source->ns, source->name);
    node->text = keep(builder, g_strstrip(collect_text(builder, source->children)->str));
    node->parent = parent;
    node->attributes = array_for(builder, source->properties != NULL || span->attributes > 0);
    node->children = array_for(builder, xmlFirstElementChild((xmlNode *)source) != NULL);
    node->line = span->line;
    node->index = index;
    if (parent != NULL) {
        g_ptr_array_add(parent->children, node);
    }
    gboolean same = is_written(builder, node->name, span->start + 1, span->name_end) &&
                    build_attributes(builder, node, source, span);
    for (const xmlNode *child = source->children; same && child != NULL; child = child->next) {
        same = child->type != XML_ELEMENT_NODE || build_node(builder, child, node);
    }
    return same;
}

static gboolean build_tree(XmlDocument *document, const xmlDoc *doc, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Builder builder = { .document = document, .text = text, .expansion = EXPANSION_MAX };
    document->nodes = g_new0(XmlNode, document->scan->elements->len);
    document->attributes = g_new0(XmlAttribute, document->scan->attributes->len);
    document->strings = g_string_chunk_new(4096);
    document->none = g_ptr_array_new();
    gboolean same = build_node(&builder, xmlDocGetRootElement(doc), NULL) &&
                    document->node_count == document->scan->elements->len;
    if (builder.grown) {
        xml_text_error(error, document->name, 1, 1, "its entities grow to more than 1 MiB");
    } else if (!same) {
        not_understood(document, error);
    }
    return same && !builder.grown;
}

/* A file in UTF-16 may be larger or smaller in UTF-8. */
static gboolean check_size(const char *name, gsize size, GError **error)
{
    if (size > XML_BYTES_MAX) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "%s has more than %d MiB, which is too much for domain XML", name,
                    XML_BYTES_MAX / (1024 * 1024));
    }
    return size <= XML_BYTES_MAX;
}

XmlDocument *xml_document_parse(const char *name, GBytes *bytes, GError **error)
{
    if (!check_size(name, g_bytes_get_size(bytes), error)) {
        return NULL;
    }
    g_autoptr(XmlDocument) document = g_new0(XmlDocument, 1);
    document->references = 1;
    document->name = g_strdup(name);
    document->bytes = g_bytes_ref(bytes);
    document->text = xml_text_decode(name, bytes, &document->encoding, error);
    if (document->text == NULL || !check_size(name, strlen(document->text), error)) {
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
    if (doc == NULL) {
        return NULL;
    }
    gboolean built = document->scan != NULL && build_tree(document, doc, error);
    if (document->scan == NULL) {
        not_understood(document, error);
    }
    xmlFreeDoc(doc);
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
