/* The text of an XML file: from its encoding to UTF-8 and back, and where in it something is. */
#ifndef BACKPLANE_XML_TEXT_H
#define BACKPLANE_XML_TEXT_H

#include "engine/error.h"

typedef struct XmlEncoding {
    char *charset; /* iconv's name */
    GBytes *mark;  /* the byte order mark it begins with; empty: none */
} XmlEncoding;

/* The file in UTF-8 without its byte order mark, line ends as they are. The encoding is that of the
 * mark, else of the first bytes, else what the XML declaration says, else UTF-8. name: of the file,
 * for messages. Errors: ENGINE_ERROR_INPUT with line and column. (transfer full) */
char *xml_text_decode(const char *name, GBytes *bytes, XmlEncoding *encoding, GError **error);
/* The reverse. NULL where the encoding lacks a character. (transfer full) */
GBytes *xml_text_encode(const XmlEncoding *encoding, const char *text);
/* As xml_text_encode, with references (&#x20ac;) for the characters that it lacks. (transfer full)
 */
char *xml_text_with_references(const XmlEncoding *encoding, const char *text);
void xml_encoding_clear(XmlEncoding *encoding);

/* Space, tab, or one of the characters that end a line. */
gboolean xml_is_blank(char c);

/* "web01.xml:12:7: sentence", made printable. */
void xml_text_error(GError **error, const char *name, guint line, guint column,
                    const char *sentence);
/* The same for an offset into a text, or into bytes whose line feed is one byte. */
void xml_text_error_at(GError **error, const char *name, const char *text, gsize at,
                       const char *sentence);

#endif
