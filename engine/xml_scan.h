/* Where the elements and attributes of an XML text stand. libxml2's tree does not say; this scanner
 * only looks for places, in a text that libxml2 has found to be well formed. */
#ifndef BACKPLANE_XML_SCAN_H
#define BACKPLANE_XML_SCAN_H

#include <glib.h>

/* All offsets are in bytes; an end is behind the last byte. */
typedef struct {
    gsize name, name_end;
    gsize value, value_end; /* between the quotes */
} XmlAttributeSpan;

typedef struct {
    gsize start, end;      /* from "<" of the start tag to behind the end tag */
    gsize name_end;        /* in the start tag; its name begins at start + 1 */
    gsize content;         /* behind the start tag */
    gsize content_end;     /* "<" of the end tag; of <a/> as content */
    gboolean self_closing; /* <a/> */
    guint line;            /* 1.. */
    guint attribute;       /* the first one, in XmlScan.attributes */
    guint attributes;      /* how many */
    guint namespaces;      /* how many of them declare one */
} XmlElementSpan;

typedef struct XmlScan {
    GArray *elements;   /* (XmlElementSpan) in the order of the start tags */
    GArray *attributes; /* (XmlAttributeSpan) in the order of the file */
} XmlScan;

/* Limits, besides those of xml_document.h. More is taken for an attack: each piece of markup costs
 * libxml2 a hundred bytes, and many attributes or namespaces in one place much time. */
#define XML_MARKUP_MAX 500000 /* tags, comments, instructions, CDATA sections and references */
#define XML_ATTRIBUTES_MAX 64
#define XML_NAMESPACES_MAX 64 /* in force at one place */
#define XML_DOCTYPE_MAX (64 * 1024)

/* Any text can be scanned, but only of a well-formed one all is found. NULL: it is not well formed,
 * then limit is NULL, or has more of something than is read: then limit is a clause that says so
 * and `at` is where. (transfer full) */
XmlScan *xml_scan_new(const char *text, const char **limit, gsize *at);
void xml_scan_free(XmlScan *scan);
const XmlElementSpan *xml_scan_element(const XmlScan *scan, guint index);
/* The i-th attribute of an element. */
const XmlAttributeSpan *xml_scan_attribute(const XmlScan *scan, const XmlElementSpan *element,
                                           guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlScan, xml_scan_free)

#endif
