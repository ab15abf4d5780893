/* Cuts a stream of bytes into complete JSON objects. Knows brackets, strings and escapes, nothing
 * else: with pretty=on QEMU's messages span lines, so lines tell nothing. */
#ifndef BACKPLANE_FRAMING_H
#define BACKPLANE_FRAMING_H

#include <glib.h>

/* The largest reply measured is 1.5 MB (587 devices); QEMU itself stops at a nesting of 1024. */
#define FRAMING_MESSAGE_MAX (64u * 1024 * 1024)
#define FRAMING_NESTING_MAX 1024

typedef enum {
    FRAMING_MORE,    /* everything was looked at and no object is complete */
    FRAMING_MESSAGE, /* an object is complete */
    FRAMING_STRAY,   /* what comes next does not begin an object */
    FRAMING_TOO_LONG,
    FRAMING_TOO_DEEP,
} FramingResult;

typedef struct {
    GByteArray *bytes;
    gsize start;   /* of the object that is being read */
    gsize scanned; /* up to here every byte was looked at, once */
    guint depth;
    gboolean in_string;
    gboolean escaped;
} Framing;

void framing_init(Framing *framing);
void framing_clear(Framing *framing);

/* Adds bytes that arrived. Invalidates what framing_next gave. */
void framing_feed(Framing *framing, const void *bytes, gsize length);

/* The next object, or why there is none. With MESSAGE, *text (borrowed until the next feed) is the
 * object; with STRAY everything from the stray byte on. After STRAY or TOO_* only STRAY's text may
 * grow: the stream cannot be followed any more. */
FramingResult framing_next(Framing *framing, const char **text, gsize *length);

#endif
