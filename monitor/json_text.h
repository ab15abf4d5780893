/* QEMU's JSON text -> jansson values. */
#ifndef BACKPLANE_JSON_TEXT_H
#define BACKPLANE_JSON_TEXT_H

#include <glib.h>
#include <jansson.h>

/* NULL when it is not JSON. An integer beyond 64 signed bits becomes a real: QEMU prints unsigned
 * 64-bit properties in full, which jansson alone refuses. (transfer full) */
json_t *json_text_parse(const char *text, gsize length);

#endif
