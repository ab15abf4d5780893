/* An XML file as a tree of elements that know where they stand in the text. Reading is libxml2's,
 * in xml_document.c alone; what is written back is the text that was read, with the edits in it. */
#ifndef BACKPLANE_XML_DOCUMENT_H
#define BACKPLANE_XML_DOCUMENT_H

#include "engine/error.h"

/* Limits of what is read: more is an error that says so. */
#define XML_BYTES_MAX (8 * 1024 * 1024) /* libxml2 reads 10 MB */
#define XML_DEPTH_MAX 64

typedef struct XmlDocument XmlDocument;
typedef struct XmlNode XmlNode;

typedef struct {
    char *name;  /* as written, with its prefix */
    char *value; /* UTF-8, entities resolved (of xmlns as written) */
} XmlAttribute;

struct XmlNode {
    char *name; /* as written, with its prefix: "disk", "qemu:arg" */
    char *text; /* character data directly in it, CDATA included, without white space around; "" */
    XmlNode *parent;
    GPtrArray *attributes; /* (XmlAttribute) in the order of the file; none that a DTD gives */
    GPtrArray *children;   /* (XmlNode) elements */
    guint line;            /* 1.. */
    guint index;           /* of the document's elements in the order of the file, 0 is the root */
};

/* No network, no external entity, no DTD is loaded. name: of the file, for messages. Errors:
 * ENGINE_ERROR_INPUT "web01.xml:12:7: opening and ending tag mismatch ..."; too deep, too large,
 * not the encoding it says. (transfer full) */
XmlDocument *xml_document_parse(const char *name, GBytes *bytes, GError **error);
XmlDocument *xml_document_ref(XmlDocument *document);
void xml_document_unref(XmlDocument *document);

const char *xml_document_name(const XmlDocument *document);
XmlNode *xml_document_root(const XmlDocument *document);
/* The file as it was read. (transfer none) */
GBytes *xml_document_bytes(const XmlDocument *document);
/* The same in UTF-8 with its line ends as they are, for a diff. (transfer none) */
const char *xml_document_text(const XmlDocument *document);

/* All: NULL when there is none; node may be NULL. (transfer none) */
const char *xml_node_get(const XmlNode *node, const char *attribute);
XmlNode *xml_node_child(const XmlNode *node, const char *name);
/* Text of a child element: xml_node_child_text(domain, "name"). */
const char *xml_node_child_text(const XmlNode *node, const char *child);
/* Attribute of a child element: xml_node_child_get(disk, "source", "file"). */
const char *xml_node_child_get(const XmlNode *node, const char *child, const char *attribute);

/* For xml_edit alone: where everything stands in the text, and how it becomes bytes again.
 * (transfer none) */
const struct XmlScan *xml_document_scan(const XmlDocument *document);
const struct XmlEncoding *xml_document_encoding(const XmlDocument *document);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlDocument, xml_document_unref)

#endif
