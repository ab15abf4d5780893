/* Sources of the main loop around a socket. Each source's callback holds a reference, so a listener
 * may free the stream from inside. */
#include "monitor/stream.h"

#include <string.h>

#include "monitor/error.h"

#define READ_BYTES (64 * 1024)
/* Reads in one turn, so that a peer that never pauses cannot keep the screen waiting. */
#define READS_PER_TURN 16

struct Stream {
    GSocketConnection *connection;
    GPollableInputStream *input;
    GPollableOutputStream *output;
    StreamListener listener;
    gpointer data;
    Framing framing;
    GByteArray *pending; /* bytes not yet sent */
    GSource *read_source;
    GSource *write_source; /* the end of this turn, or the socket having room again */
    GSource *stray_timer;
    gboolean raw;
    gboolean ended; /* nothing is told any more */
};

static void source_clear(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void stream_stop(Stream *stream)
{
    stream->ended = TRUE;
    source_clear(&stream->read_source);
    source_clear(&stream->write_source);
    source_clear(&stream->stray_timer);
}

static void stream_clear(gpointer data)
{
    Stream *stream = data;

    framing_clear(&stream->framing);
    g_byte_array_unref(stream->pending);
    g_io_stream_close(G_IO_STREAM(stream->connection), NULL, NULL);
    g_object_unref(stream->connection);
}

static void stream_unref(Stream *stream)
{
    g_rc_box_release_full(stream, stream_clear);
}

static GSource *source_attach(GSource *source, GSourceFunc callback, Stream *stream)
{
    g_source_set_callback(source, callback, stream, NULL);
    g_source_attach(source, NULL);
    return source;
}

static void stream_end(Stream *stream, MonitorError code, const char *message)
{
    g_autoptr(GError) error = NULL;

    if (stream->ended)
        return;
    stream_stop(stream);
    error = g_error_new_literal(MONITOR_ERROR, code, message);
    stream->listener.closed(error, stream->data);
}

/* cause: what the system said, NULL for a plain end. A peer that dies with commands unread resets
 * the connection, which to a user is the same as closing it. */
static void stream_end_closed(Stream *stream, const GError *cause)
{
    gboolean plain = !cause || g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
    g_autofree char *message = plain ? g_strdup("closed the connection")
                                     : g_strdup_printf("broke the connection (%s)", cause->message);

    stream_end(stream, MONITOR_ERROR_CLOSED, message);
}

/* Asks what the stray text is. */
static void stream_tell_stray(Stream *stream, gboolean at_end)
{
    const char *text;
    gsize length;

    framing_next(&stream->framing, &text, &length);
    switch (stream->listener.stray(text, length, at_end, stream->data)) {
    case STREAM_STRAY_RAW:
        source_clear(&stream->stray_timer);
        stream->raw = TRUE;
        if (!stream->ended)
            stream->listener.bytes(text, length, stream->data);
        return;
    case STREAM_STRAY_WAIT:
        if (!at_end)
            return;
        G_GNUC_FALLTHROUGH;
    case STREAM_STRAY_END:
    default:
        stream_stop(stream);
    }
}

static gboolean on_stray_timeout(gpointer data)
{
    Stream *stream = g_rc_box_acquire(data);

    stream_tell_stray(stream, TRUE);
    stream_unref(stream);
    return G_SOURCE_REMOVE;
}

/* A banner says what answers only when its line is whole; some (a prompt) never end theirs. */
static void wait_for_stray(Stream *stream, const char *text, gsize length)
{
    if (!stream->stray_timer)
        stream->stray_timer =
            source_attach(g_timeout_source_new(STREAM_STRAY_MS), on_stray_timeout, stream);
    if (length >= STREAM_STRAY_MAX || memchr(text, '\n', length))
        stream_tell_stray(stream, length >= STREAM_STRAY_MAX);
}

/* Tells the messages that are complete. */
static void stream_tell(Stream *stream)
{
    const char *text;
    gsize length;

    while (!stream->ended) {
        switch (framing_next(&stream->framing, &text, &length)) {
        case FRAMING_MESSAGE:
            stream->listener.message(text, length, stream->data);
            break;
        case FRAMING_STRAY:
            wait_for_stray(stream, text, length);
            return;
        case FRAMING_TOO_LONG:
            stream_end(stream, MONITOR_ERROR_LIMIT, "sent a message of more than 64 MiB");
            return;
        case FRAMING_TOO_DEEP:
            stream_end(stream, MONITOR_ERROR_LIMIT, "sent a message nested over 1024 deep");
            return;
        case FRAMING_MORE:
        default:
            return;
        }
    }
}

static void stream_take(Stream *stream, const char *bytes, gsize length)
{
    if (stream->raw) {
        stream->listener.bytes(bytes, length, stream->data);
    } else {
        framing_feed(&stream->framing, bytes, length);
        stream_tell(stream);
    }
}

static void stream_end_input(Stream *stream, const GError *error)
{
    if (stream->stray_timer)
        stream_tell_stray(stream, TRUE);
    if (!stream->ended)
        stream_end_closed(stream, error);
}

/* Reads what there is, up to a turn's share. */
static void stream_read(Stream *stream)
{
    g_autofree char *bytes = g_malloc(READ_BYTES);

    for (int reads = 0; reads < READS_PER_TURN && !stream->ended; reads++) {
        g_autoptr(GError) error = NULL;
        gssize length = g_pollable_input_stream_read_nonblocking(stream->input, bytes, READ_BYTES,
                                                                 NULL, &error);

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            return;
        if (length <= 0) {
            stream_end_input(stream, error);
            return;
        }
        stream_take(stream, bytes, (gsize)length);
    }
}

static gboolean on_readable(GObject *input, gpointer data)
{
    Stream *stream = g_rc_box_acquire(data);

    stream_read(stream);
    stream_unref(stream);
    return G_SOURCE_CONTINUE;
}

static gboolean on_writable(GObject *output, gpointer data);

/* Sends what is queued; what the socket does not take now waits for room. */
static void stream_flush(Stream *stream)
{
    g_autoptr(GError) error = NULL;
    gssize sent = g_pollable_output_stream_write_nonblocking(stream->output, stream->pending->data,
                                                             stream->pending->len, NULL, &error);

    if (sent > 0)
        g_byte_array_remove_range(stream->pending, 0, sent);
    if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        /* A peer that has gone may have answered before: read that first. */
        stream_read(stream);
        stream_end_closed(stream, error);
    } else if (stream->pending->len && !stream->write_source) {
        stream->write_source = g_pollable_output_stream_create_source(stream->output, NULL);
        source_attach(stream->write_source, G_SOURCE_FUNC(on_writable), stream);
    }
}

static gboolean on_writable(GObject *output, gpointer data)
{
    Stream *stream = g_rc_box_acquire(data);
    gboolean more;

    stream_flush(stream);
    more = !stream->ended && stream->pending->len;
    if (!more)
        source_clear(&stream->write_source);
    stream_unref(stream);
    return more;
}

static gboolean on_turn_end(gpointer data)
{
    Stream *stream = g_rc_box_acquire(data);

    source_clear(&stream->write_source);
    stream_flush(stream);
    stream_unref(stream);
    return G_SOURCE_REMOVE;
}

void stream_write(Stream *stream, const char *bytes, gsize length)
{
    if (stream->ended)
        return;
    g_byte_array_append(stream->pending, (const guint8 *)bytes, length);
    if (stream->write_source)
        return;
    stream->write_source = g_idle_source_new();
    g_source_set_priority(stream->write_source, G_PRIORITY_DEFAULT);
    source_attach(stream->write_source, on_turn_end, stream);
}

Stream *stream_new(GSocketConnection *connection, const StreamListener *listener, gpointer data)
{
    Stream *stream = g_rc_box_new0(Stream);
    GIOStream *io = G_IO_STREAM(connection);

    stream->connection = g_object_ref(connection);
    stream->input = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(io));
    stream->output = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(io));
    stream->listener = *listener;
    stream->data = data;
    framing_init(&stream->framing);
    stream->pending = g_byte_array_new();
    stream->read_source = g_pollable_input_stream_create_source(stream->input, NULL);
    source_attach(stream->read_source, G_SOURCE_FUNC(on_readable), stream);
    return stream;
}

void stream_free(Stream *stream)
{
    if (!stream)
        return;
    stream_stop(stream);
    stream_unref(stream);
}
