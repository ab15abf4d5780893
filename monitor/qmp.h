/* The QMP dialect without its socket: messages in, bytes to send out. Matches replies to commands
 * by id and tells events. */
#ifndef BACKPLANE_QMP_H
#define BACKPLANE_QMP_H

#include "monitor/monitor.h"

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

/* One complete JSON object from the peer, or text that does not begin one. */
void qmp_receive(Qmp *qmp, const char *text, gsize length);
void qmp_receive_stray(Qmp *qmp, const char *text, gsize length);

/* There is no peer any more: every pending command gets error, once, in order; commands sent later
 * get it in a later turn of the main loop. */
void qmp_close(Qmp *qmp, const GError *error);

/* As monitor_send, monitor_cancel and monitor_cancel_data. */
guint qmp_send(Qmp *qmp, const char *command, json_t *arguments, MonitorReplyFn reply,
               gpointer data);
void qmp_cancel(Qmp *qmp, guint id);
void qmp_cancel_data(Qmp *qmp, gpointer data);

gboolean qmp_greeted(const Qmp *qmp);
const char *qmp_version(const Qmp *qmp);
gint64 qmp_latency(const Qmp *qmp);
gint64 qmp_silence(const Qmp *qmp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qmp, qmp_free)

#endif
