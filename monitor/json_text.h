/* QEMU's JSON text -> jansson values. */
#ifndef BACKPLANE_JSON_TEXT_H
#define BACKPLANE_JSON_TEXT_H

#include <glib.h>
#include <jansson.h>

/* NULL when it is not JSON. An integer beyond 64 signed bits becomes a real: QEMU prints unsigned
 * 64-bit properties in full, which jansson alone refuses. (transfer full) */
json_t *json_text_parse(const char *text, gsize length);

/* Where in the text of an object the value of a member stands, from its first byte to behind its
 * last. text: one that json_text_parse takes. FALSE when there is no such member. */
gboolean json_text_member(const char *text, gsize length, const char *member, gsize *start,
                          gsize *end);

/* The same text with other blanks: on one line, or a member a line and indented. Numbers, names and
 * their order stay as they were sent. text: one that json_text_parse takes. (transfer full) */
char *json_text_layout(const char *text, gsize length, gboolean pretty);

#endif
