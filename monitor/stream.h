/* Bytes in and out of a connected socket, in the main loop: input cut into JSON objects, or as it
 * comes; output gathered and sent once a turn. Knows nothing of QMP. */
#ifndef BACKPLANE_STREAM_H
#define BACKPLANE_STREAM_H

#include <gio/gio.h>

#include "monitor/framing.h"

typedef struct Stream Stream;

typedef enum {
    STREAM_STRAY_WAIT, /* not to be told yet; at the end it is the same as END */
    STREAM_STRAY_RAW,  /* no JSON: it and all that follows are given as they come */
    STREAM_STRAY_END,  /* of no use, and nothing follows */
} StreamStray;

typedef struct {
    /* One complete JSON object; text is borrowed for the call. */
    void (*message)(const char *text, gsize length, gpointer data);
    /* The peer sent something else, from there on all that came: when it is a line, whenever it has
     * grown, and at the end: after STREAM_STRAY_MS, or STREAM_STRAY_MAX bytes, or when the peer has
     * closed. What is it? */
    StreamStray (*stray)(const char *text, gsize length, gboolean at_end, gpointer data);
    /* What came raw; borrowed for the call. */
    void (*bytes)(const char *bytes, gsize length, gpointer data);
    /* The end. error: MONITOR_ERROR_CLOSED or MONITOR_ERROR_LIMIT, its message a predicate that
     * wants the monitor's name before it: "closed the connection". Once, and nothing follows. */
    void (*closed)(const GError *error, gpointer data);
} StreamListener;

/* How much of a stray text is waited for, and how long. */
#define STREAM_STRAY_MAX (32 * 1024)
#define STREAM_STRAY_MS 200

/* Takes a reference of the connection. Every callback comes from the main loop, and any of them may
 * free the stream. */
Stream *stream_new(GSocketConnection *connection, const StreamListener *listener, gpointer data);
void stream_free(Stream *stream);

/* Queues bytes; all that is queued in one turn of the main loop leaves in one write. */
void stream_write(Stream *stream, const char *bytes, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)

#endif
