/* Puts the parts together: connect, then a stream, with the dialect between it and the caller. Ends
 * once, by whichever part fails first. Every callback that comes from the main loop holds a
 * reference, so that the caller may free the monitor from inside. */
#include "monitor/monitor.h"

#include <string.h>

#include "monitor/banner.h"
#include "monitor/connect.h"
#include "monitor/discover.h"
#include "monitor/hmp.h"
#include "monitor/hmp_framing.h"
#include "monitor/qmp.h"
#include "monitor/stream.h"
#include "monitor/text.h"

struct Monitor {
    Target *target;
    char *name; /* the target, printable */
    MonitorListener listener;
    gpointer data;
    Connect *connect;
    Stream *stream;
    Pending *pending;
    Qmp *qmp; /* until the greeting says that it is the other */
    Hmp *hmp;
    Trace *trace;           /* NULL for none */
    MonitorWriteFn written; /* NULL unless it is detached */
    guint deadline;
    gboolean ended; /* nothing is told any more */
};

static void monitor_clear(gpointer data)
{
    Monitor *monitor = data;

    target_free(monitor->target);
    g_free(monitor->name);
    g_clear_pointer(&monitor->trace, trace_unref);
}

static void monitor_unref(Monitor *monitor)
{
    g_rc_box_release_full(monitor, monitor_clear);
}

static void monitor_stop(Monitor *monitor)
{
    if (monitor->deadline)
        g_source_remove(monitor->deadline);
    monitor->deadline = 0;
    g_clear_pointer(&monitor->connect, connect_free);
    g_clear_pointer(&monitor->stream, stream_free);
}

static void monitor_trace_end(Monitor *monitor, const GError *error)
{
    g_autoptr(GBytes) sentence = g_bytes_new(error->message, strlen(error->message));
    const TraceMessage end = { .kind = TRACE_FAILURE, .latency = -1, .bytes = sentence };

    if (monitor->trace)
        trace_add(monitor->trace, &end);
}

static void monitor_end(Monitor *monitor, const GError *error)
{
    if (monitor->ended)
        return;
    g_rc_box_acquire(monitor);
    monitor->ended = TRUE;
    monitor_stop(monitor);
    monitor_trace_end(monitor, error);
    if (monitor->hmp)
        hmp_close(monitor->hmp);
    else
        qmp_close(monitor->qmp);
    pending_close(monitor->pending, error);
    /* A reply's callback may have freed the monitor, and with it its listener. */
    if (monitor->listener.closed)
        monitor->listener.closed(monitor, error, monitor->data);
    monitor_unref(monitor);
}

/* --- what the dialect says ------------------------------------------------------------------- */

static void on_write(const char *bytes, gsize length, gpointer data)
{
    Monitor *monitor = data;

    if (monitor->written)
        monitor->written(bytes, length, monitor->data);
    else if (monitor->stream)
        stream_write(monitor->stream, bytes, length);
}

static void on_ready(gpointer data)
{
    Monitor *monitor = data;

    g_source_remove(monitor->deadline);
    monitor->deadline = 0;
    if (monitor->listener.ready)
        monitor->listener.ready(monitor, monitor->data);
}

static void on_event(const char *name, json_t *payload, gint64 at, gpointer data)
{
    Monitor *monitor = data;

    if (monitor->listener.event)
        monitor->listener.event(monitor, name, payload, at, monitor->data);
}

static void on_failed(const GError *error, gpointer data)
{
    Monitor *monitor = data;
    g_autoptr(GError) named =
        g_error_new(MONITOR_ERROR, error->code, "%s %s", monitor->name, error->message);

    monitor_end(monitor, named);
}

static const QmpHandler qmp_handler = { on_write, on_ready, on_event, on_failed };
static const HmpHandler hmp_handler = { on_write, on_ready, on_failed };

static gboolean has_greeted(const Monitor *monitor)
{
    return monitor->hmp ? hmp_greeted(monitor->hmp) : qmp_greeted(monitor->qmp);
}

static void speak_hmp(Monitor *monitor)
{
    g_clear_pointer(&monitor->qmp, qmp_free);
    monitor->hmp = hmp_new(monitor->pending, &hmp_handler, monitor);
}

/* --- what the stream says -------------------------------------------------------------------- */

static void on_message(const char *text, gsize length, gpointer data)
{
    Monitor *monitor = g_rc_box_acquire(data);

    qmp_receive(monitor->qmp, text, length);
    monitor_unref(monitor);
}

/* Other text may come before a human monitor's greeting; what begins as no monitor does is none. */
static StreamStray on_stray(const char *text, gsize length, gboolean at_end, gpointer data)
{
    Monitor *monitor = data;

    if (!has_greeted(monitor) && hmp_framing_greets(text, length)) {
        speak_hmp(monitor);
        return STREAM_STRAY_RAW;
    }
    if (!has_greeted(monitor) && !at_end && !banner_is_known(text, length))
        return STREAM_STRAY_WAIT;
    g_rc_box_acquire(monitor);
    qmp_receive_stray(monitor->qmp, text, length);
    monitor_unref(monitor);
    return STREAM_STRAY_END;
}

static void on_bytes(const char *bytes, gsize length, gpointer data)
{
    Monitor *monitor = g_rc_box_acquire(data);

    hmp_receive(monitor->hmp, bytes, length);
    monitor_unref(monitor);
}

static const char *end_remedy(const Monitor *monitor, const GError *error)
{
    if (error->code == MONITOR_ERROR_LIMIT)
        return "connect again, and check that this is the guest's monitor";
    if (!has_greeted(monitor))
        return "check that this is the monitor of a guest that still runs";
    return "the guest has ended, or its monitor was taken away; connect again when it runs";
}

static void on_stream_closed(const GError *error, gpointer data)
{
    Monitor *monitor = data;
    const char *when =
        error->code == MONITOR_ERROR_LIMIT || has_greeted(monitor) ? "" : " without a greeting";
    g_autoptr(GError) named = g_error_new(MONITOR_ERROR, error->code, "%s %s%s: %s", monitor->name,
                                          error->message, when, end_remedy(monitor, error));

    monitor_end(monitor, named);
}

static const StreamListener stream_listener = { on_message, on_stray, on_bytes, on_stream_closed };

/* --- beginning ------------------------------------------------------------------------------- */

/* QEMU serves one client a socket; the next ones are left without a greeting, or without a place in
 * the backlog. A host that does not even connect is another matter. */
static GError *deadline_error(const Monitor *monitor)
{
    const char *path = target_path(monitor->target);
    g_autoptr(SocketHolder) holder = path ? discover_socket_holder(path) : NULL;

    if (monitor->connect && target_kind(monitor->target) == TARGET_TCP)
        return g_error_new(MONITOR_ERROR, MONITOR_ERROR_MISSING,
                           "%s does not answer: check the host's name, the port and the network",
                           monitor->name);
    if (has_greeted(monitor))
        return g_error_new(MONITOR_ERROR, MONITOR_ERROR_BUSY,
                           "the monitor %s greets and then does not answer: try again when the "
                           "guest's host has less to do",
                           monitor->name);
    if (holder)
        return g_error_new(MONITOR_ERROR, MONITOR_ERROR_BUSY,
                           "the monitor %s is in use by %s (pid %d): close it there, or give the "
                           "guest a second -qmp socket",
                           monitor->name, holder->program, holder->pid);
    return g_error_new(
        MONITOR_ERROR, MONITOR_ERROR_BUSY,
        "the monitor %s does not greet: it is in use by another program, or its QEMU "
        "is stopped, or it is no monitor; close it there, or give the guest a "
        "second -qmp socket",
        monitor->name);
}

static gboolean on_deadline(gpointer data)
{
    Monitor *monitor = g_rc_box_acquire(data);
    g_autoptr(GError) error = deadline_error(monitor);

    monitor->deadline = 0;
    monitor_end(monitor, error);
    monitor_unref(monitor);
    return G_SOURCE_REMOVE;
}

static void on_connect_done(GSocketConnection *connection, const GError *error, gpointer data)
{
    Monitor *monitor = data;

    if (error) {
        monitor_end(monitor, error);
        return;
    }
    g_clear_pointer(&monitor->connect, connect_free);
    monitor->stream = stream_new(connection, &stream_listener, monitor);
}

Monitor *monitor_open(const Target *target, const MonitorListener *listener, gpointer data)
{
    Monitor *monitor = g_rc_box_new0(Monitor);

    monitor->target = target_parse(target_text(target), NULL);
    monitor->name = text_printable(target_text(target), -1, 0);
    monitor->listener = *listener;
    monitor->data = data;
    monitor->pending = pending_new(monitor);
    monitor->qmp = qmp_new(monitor->pending, &qmp_handler, monitor);
    monitor->deadline = g_timeout_add(MONITOR_GREETING_MS, on_deadline, monitor);
    monitor->connect = connect_start(monitor->target, on_connect_done, monitor);
    return monitor;
}

Monitor *monitor_new_detached(const char *dialect, const char *version, MonitorWriteFn written,
                              gpointer data)
{
    Monitor *monitor = g_rc_box_new0(Monitor);

    monitor->written = written;
    monitor->data = data;
    monitor->pending = pending_new(monitor);
    monitor->qmp = qmp_new(monitor->pending, &qmp_handler, monitor);
    if (g_strcmp0(dialect, "hmp") == 0) {
        speak_hmp(monitor);
        hmp_start(monitor->hmp, version);
    } else {
        qmp_start(monitor->qmp, version);
    }
    return monitor;
}

void monitor_receive(Monitor *monitor, json_t *message)
{
    g_rc_box_acquire(monitor);
    if (monitor->hmp)
        hmp_receive_json(monitor->hmp, message);
    else
        qmp_receive_json(monitor->qmp, message);
    monitor_unref(monitor);
}

void monitor_set_trace(Monitor *monitor, Trace *trace)
{
    monitor->trace = trace_ref(trace);
    pending_set_trace(monitor->pending, trace);
}

void monitor_free(Monitor *monitor)
{
    if (!monitor)
        return;
    monitor->ended = TRUE;
    monitor->listener = (MonitorListener){ NULL };
    monitor_stop(monitor);
    g_clear_pointer(&monitor->pending, pending_free);
    g_clear_pointer(&monitor->qmp, qmp_free);
    g_clear_pointer(&monitor->hmp, hmp_free);
    monitor_unref(monitor);
}

/* --- use ------------------------------------------------------------------------------------- */

guint monitor_send_for(Monitor *monitor, const char *purpose, const char *command,
                       json_t *arguments, MonitorReplyFn reply, gpointer data)
{
    return pending_send(monitor->pending, purpose, command, arguments, reply, data);
}

guint monitor_send(Monitor *monitor, const char *command, json_t *arguments, MonitorReplyFn reply,
                   gpointer data)
{
    return monitor_send_for(monitor, NULL, command, arguments, reply, data);
}

guint monitor_send_human_for(Monitor *monitor, const char *purpose, const char *line,
                             MonitorReplyFn reply, gpointer data)
{
    /* JSON has no way to say other bytes; a name with such bytes is one that QEMU will not find. */
    g_autofree char *valid = g_utf8_make_valid(line, -1);

    return monitor_send_for(monitor, purpose, "human-monitor-command",
                            json_pack("{s:s}", "command-line", valid), reply, data);
}

guint monitor_send_human(Monitor *monitor, const char *line, MonitorReplyFn reply, gpointer data)
{
    return monitor_send_human_for(monitor, NULL, line, reply, data);
}

void monitor_cancel(Monitor *monitor, guint id)
{
    pending_cancel(monitor->pending, id);
}

void monitor_cancel_data(Monitor *monitor, gpointer data)
{
    pending_cancel_data(monitor->pending, data);
}

const char *monitor_version(const Monitor *monitor)
{
    return monitor->hmp ? hmp_version(monitor->hmp) : qmp_version(monitor->qmp);
}

const char *monitor_dialect(const Monitor *monitor)
{
    return monitor->hmp ? "hmp" : "qmp";
}

gboolean monitor_has_events(const Monitor *monitor)
{
    return !monitor->hmp;
}

gint64 monitor_latency(const Monitor *monitor)
{
    return pending_latency(monitor->pending);
}

gint64 monitor_silence(const Monitor *monitor)
{
    return pending_silence(monitor->pending);
}
