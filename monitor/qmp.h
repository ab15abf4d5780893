/* The QMP dialect without its socket: messages in, bytes to send out. Matches replies to commands
 * by id and tells events. */
#ifndef BACKPLANE_QMP_H
#define BACKPLANE_QMP_H

#include "monitor/monitor.h"
#include "monitor/trace.h"

typedef struct Qmp Qmp;

typedef struct {
    void (*write)(const char *bytes, gsize length, gpointer data);
    /* The capabilities are negotiated. Once. */
    void (*ready)(gpointer data);
    void (*event)(const char *name, json_t *payload, gint64 at, gpointer data);
    /* What answers does not speak QMP. error's message is a predicate that wants the monitor's name
     * before it: "is the human monitor: ...". The handler answers with qmp_close or qmp_free. */
    void (*failed)(const GError *error, gpointer data);
} QmpHandler;

/* owner is what replies are told to have come from; it is only handed through. (transfer full) */
Qmp *qmp_new(Monitor *owner, const QmpHandler *handler, gpointer data);
/* Forgets every pending reply. Safe inside any callback. */
void qmp_free(Qmp *qmp);

/* Every message from now on goes in there as well; NULL for none. */
void qmp_set_trace(Qmp *qmp, Trace *trace);

/* One complete JSON object from the peer, or text that does not begin one. */
void qmp_receive(Qmp *qmp, const char *text, gsize length);
void qmp_receive_stray(Qmp *qmp, const char *text, gsize length);

/* Without a peer: commands may be sent at once, and QEMU was of this version. What is received then
 * is a message as json, which only a NULL trace can do without its text. */
void qmp_start(Qmp *qmp, const char *version);
void qmp_receive_json(Qmp *qmp, json_t *message);

/* There is no peer any more: every pending command gets error, once, in order; commands sent later
 * get it in a later turn of the main loop. */
void qmp_close(Qmp *qmp, const GError *error);

/* As monitor_send_for, monitor_cancel and monitor_cancel_data. */
guint qmp_send(Qmp *qmp, const char *purpose, const char *command, json_t *arguments,
               MonitorReplyFn reply, gpointer data);
void qmp_cancel(Qmp *qmp, guint id);
void qmp_cancel_data(Qmp *qmp, gpointer data);

gboolean qmp_greeted(const Qmp *qmp);
const char *qmp_version(const Qmp *qmp);
gint64 qmp_latency(const Qmp *qmp);
gint64 qmp_silence(const Qmp *qmp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qmp, qmp_free)

#endif
