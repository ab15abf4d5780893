/* The face of monitor/: one connection to one QEMU, whatever its dialect. QMP's command names and
 * JSON shapes are the vocabulary. Everything is asynchronous and happens in the default main
 * context; no call blocks and no callback runs before the call that registered it has returned. */
#ifndef BACKPLANE_MONITOR_H
#define BACKPLANE_MONITOR_H

#include <jansson.h>

#include "monitor/error.h"
#include "monitor/target.h"
#include "monitor/trace.h"

typedef struct Monitor Monitor;

/* How long a listening socket may keep us waiting for its greeting before it counts as in use, in
 * milliseconds; a second client's connect() succeeds and then hangs (QEMU 7.2 and 10.0). */
#define MONITOR_GREETING_MS 1500

typedef struct {
    /* The greeting was read and the capabilities are negotiated: commands may be sent. Once. */
    void (*ready)(Monitor *monitor, gpointer data);
    /* An event of QEMU. payload may be NULL. at: when QEMU stamped it, as g_get_real_time(). */
    void (*event)(Monitor *monitor, const char *name, json_t *payload, gint64 at, gpointer data);
    /* No connection (any more). Once, after every pending command got its error; last. */
    void (*closed)(Monitor *monitor, const GError *error, gpointer data);
} MonitorListener;

/* result: QMP's "return" (borrowed), NULL when error is set. Called exactly once for each command
 * that was not cancelled. */
typedef void (*MonitorReplyFn)(Monitor *monitor, json_t *result, const GError *error,
                               gpointer data);

/* Starts to connect. The listener (copied) hears of success or failure. (transfer full) */
Monitor *monitor_open(const Target *target, const MonitorListener *listener, gpointer data);

/* What the questions are for by which a human monitor is asked for its commands; they are "help
 * ...".
 */
#define MONITOR_PURPOSE_HELP "connect"

/* A monitor without a connection, which answers what was recorded: commands may be sent at once,
 * written hears each as the trace has it, and monitor_receive tells the reply to whoever sent it.
 * dialect, version: as the monitor and the QEMU had it. (transfer full) */
typedef void (*MonitorWriteFn)(const char *command, gsize length, gpointer data);
Monitor *monitor_new_detached(const char *dialect, const char *version, MonitorWriteFn written,
                              gpointer data);
void monitor_receive(Monitor *monitor, json_t *message);

/* Every message goes into the trace as well, and in the end why there is no connection any more. To
 * be called before the main loop runs again; the trace lives on. */
void monitor_set_trace(Monitor *monitor, Trace *trace);

/* Closes the connection and frees: pending replies are dropped unheard, `closed` is not called.
 * Safe inside any callback. */
void monitor_free(Monitor *monitor);

/* Queues a command; arguments (transfer full) may be NULL. Commands queued in one turn of the main
 * loop leave in one write and are answered in order. Never fails at once: a closed monitor answers
 * with MONITOR_ERROR_CLOSED later. reply may be NULL. Returns an id for monitor_cancel. */
guint monitor_send(Monitor *monitor, const char *command, json_t *arguments, MonitorReplyFn reply,
                   gpointer data);

/* A line of the human monitor (human-monitor-command); the result is a JSON string. */
guint monitor_send_human(Monitor *monitor, const char *line, MonitorReplyFn reply, gpointer data);

/* The same two with what the command is for, as the trace tells it: "read the tree" (copied). Those
 * above, and NULL here: for the same as the command whose reply is being told; else nothing. */
guint monitor_send_for(Monitor *monitor, const char *purpose, const char *command,
                       json_t *arguments, MonitorReplyFn reply, gpointer data);
guint monitor_send_human_for(Monitor *monitor, const char *purpose, const char *line,
                             MonitorReplyFn reply, gpointer data);

/* The reply of this command will not be told. */
void monitor_cancel(Monitor *monitor, guint id);

/* Forgets every pending reply that was to be told to data. */
void monitor_cancel_data(Monitor *monitor, gpointer data);

/* "7.2.22", once ready; NULL before. */
const char *monitor_version(const Monitor *monitor);
/* "qmp", or "hmp" for the human monitor; once ready. */
const char *monitor_dialect(const Monitor *monitor);
/* FALSE: QEMU tells nothing unasked here, and whoever wants to know has to ask again. */
gboolean monitor_has_events(const Monitor *monitor);
/* Round trip of the latest command in microseconds, 0 before the first. */
gint64 monitor_latency(const Monitor *monitor);
/* Microseconds since QEMU said anything, or was sent the oldest command that it has not answered,
 * whichever was later; 0 when no answer is awaited. QEMU may be stopped, or wait for a file. */
gint64 monitor_silence(const Monitor *monitor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Monitor, monitor_free)

#endif
