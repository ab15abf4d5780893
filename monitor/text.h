/* Bytes from outside (a peer, a file, a guest's device name) made safe to print. */
#ifndef BACKPLANE_TEXT_H
#define BACKPLANE_TEXT_H

#include <glib.h>

/* A copy in which nothing can move the cursor, reorder the line or hide: control and format
 * characters (C0, C1, bidi overrides, zero-width ones) and bytes that are not UTF-8 become visible
 * escapes (\n, \x1b, \u202e). Cut to max_columns terminal columns, the cut shown as "..."; 0 means
 * no limit. A negative length means up to the NUL. (transfer full) */
char *text_printable(const char *bytes, gssize length, gsize max_columns);

#endif
