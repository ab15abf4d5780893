/* Changes to an XML file that leave every other byte of it as it was: order, quotes, indentation,
 * comments, encoding, line ends. */
#ifndef BACKPLANE_XML_EDIT_H
#define BACKPLANE_XML_EDIT_H

#include "engine/xml_document.h"

typedef struct XmlEdit XmlEdit;

/* Collects changes to the document, which it holds a reference to. (transfer full) */
XmlEdit *xml_edit_new(XmlDocument *document);
void xml_edit_free(XmlEdit *edit);

/* Sets an attribute: its value between the quotes that are there; a new one, quoted like its
 * neighbours, behind `after`, or behind the last one when after is NULL or not there. value NULL
 * takes it out. The value is escaped. */
void xml_edit_set(XmlEdit *edit, const XmlNode *node, const char *attribute, const char *value,
                  const char *after);
/* Puts an element, as UTF-8 text with newlines and two spaces per level, into parent: behind the
 * child `after`, or as the last child when after is NULL. Indentation and line ends become those
 * of its neighbours. Several behind the same child keep their order. */
void xml_edit_insert(XmlEdit *edit, const XmlNode *parent, const XmlNode *after, const char *text);
/* Takes an element out, with the line it has for itself. */
void xml_edit_remove(XmlEdit *edit, const XmlNode *node);
gboolean xml_edit_is_empty(const XmlEdit *edit);

/* The document with the changes made. Errors: ENGINE_ERROR_REFUSED where the file's encoding cannot
 * be written back byte for byte, or cannot express a value. (transfer full) */
XmlDocument *xml_edit_apply(const XmlEdit *edit, GError **error);

/* value with & < > " ' as entities, and what XML cannot hold left out. (transfer full) */
char *xml_escape(const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlEdit, xml_edit_free)

#endif
