/* How a text is laid out around a place: lines, indentation, line ends, so that what is added looks
 * like its neighbours. All places are offsets in bytes. */
#ifndef BACKPLANE_XML_LAYOUT_H
#define BACKPLANE_XML_LAYOUT_H

#include <glib.h>

/* Behind the spaces and tabs that begin at `at`. */
gsize xml_skip_spaces(const char *text, gsize at);
/* Where the blanks, line ends included, begin that end at `at`. */
gsize xml_blanks_before(const char *text, gsize at);
gboolean xml_is_blank_between(const char *text, gsize begin, gsize end);
gsize xml_line_start(const char *text, gsize at);
/* Behind the line end at `at`, if there is one. */
gsize xml_skip_line_end(const char *text, gsize at);
/* Nothing but spaces stands before it, or behind it, on its line. */
gboolean xml_begins_line(const char *text, gsize at);
gboolean xml_ends_line(const char *text, gsize at);
/* The spaces that the line of `at` begins with. (transfer full) */
char *xml_indent_of(const char *text, gsize at);
/* The end of the line when between `at` and it are only comments and spaces; else `at`. */
gsize xml_past_comments(const char *text, gsize at);

/* How elements are laid out at a place. */
typedef struct {
    gboolean lines;      /* each on lines of its own; else one behind the other */
    const char *newline; /* with lines alone, like the other two */
    char *indent;        /* of the element to come */
    char *unit;          /* what one level adds to it */
} XmlLayout;

/* "\n", or what ends the line before `at`, or the next one. */
const char *xml_newline_at(const char *text, gsize at);
/* Elements (char *) with newlines and two spaces a level, as they are written there. first: a line
 * end comes before the first one too. (transfer full) */
char *xml_layout_print(const XmlLayout *layout, const GPtrArray *elements, gboolean first);
void xml_layout_clear(XmlLayout *layout);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(XmlLayout, xml_layout_clear)

#endif
