/* The commands that wait for their reply, whatever the dialect: kept in order, told once,
 * cancelled, failed when the connection ends, and noted in the trace. The dialect says how one is
 * sent and which one a message answers. */
#ifndef BACKPLANE_PENDING_H
#define BACKPLANE_PENDING_H

#include "monitor/monitor.h"
#include "monitor/trace.h"

typedef struct Pending Pending;

/* A command whose reply is awaited. A cancelled one stays, without reply, to keep its place. */
typedef struct {
    guint id;
    gint64 sent; /* 0 before */
    MonitorReplyFn reply;
    gpointer data;
    char *command;
    json_t *arguments; /* may be NULL */
    char *name;        /* as the trace tells it */
    GRefString *purpose;
    guint64 trace; /* the number of its message */
} Slot;

/* owner is what replies are told to have come from; it is only handed through. (transfer full) */
Pending *pending_new(Monitor *owner);
/* Drops every command unheard. Safe inside any callback. */
void pending_free(Pending *pending);
Pending *pending_ref(Pending *pending);
void pending_unref(Pending *pending);

void pending_set_trace(Pending *pending, Trace *trace);

/* --- for the caller -------------------------------------------------------------------------- */

/* As monitor_send_for, monitor_cancel and monitor_cancel_data. */
guint pending_send(Pending *pending, const char *purpose, const char *command, json_t *arguments,
                   MonitorReplyFn reply, gpointer data);
void pending_cancel(Pending *pending, guint id);
void pending_cancel_data(Pending *pending, gpointer data);

/* As monitor_latency and monitor_silence. */
gint64 pending_latency(const Pending *pending);
gint64 pending_silence(const Pending *pending);

/* There is no peer any more: every command gets error, once, in order; commands sent later get it
 * in a later turn of the main loop. */
void pending_close(Pending *pending, const GError *error);

/* --- for the dialect ------------------------------------------------------------------------- */

/* Commands may be sent: those that waited now, in order, the others as they come. send may not
 * finish a command. */
typedef void (*PendingSendFn)(Slot *slot, gpointer data);
void pending_start(Pending *pending, PendingSendFn send, gpointer data);

/* NULL where there is none (any more). (borrowed) */
Slot *pending_find(const Pending *pending, json_int_t id);
Slot *pending_oldest(const Pending *pending);
/* The oldest that was not sent yet. */
Slot *pending_unsent(const Pending *pending);

/* The peer said something. */
void pending_heard(Pending *pending);

/* The slot was sent, as this text; and what answers it has come. For a slot that is in no queue
 * (its id is 0) as well. They note it in the trace. */
void pending_sent(const Pending *pending, Slot *slot, const char *text, gsize length);
void pending_answered(Pending *pending, const Slot *slot, gboolean refused, const char *text,
                      gsize length);
/* Any other message as it came, into the trace. */
void pending_note(const Pending *pending, TraceKind kind, const char *name, const char *text,
                  gsize length);

/* FALSE where the text of a message is for nobody. */
gboolean pending_is_traced(const Pending *pending);

/* Takes the slot out, tells it and frees it. The callback may free pending: who uses it afterwards
 * holds a reference. */
void pending_finish(Pending *pending, Slot *slot, json_t *result, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pending, pending_free)

#endif
