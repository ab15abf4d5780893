/* The QMP dialect without its socket: messages in, bytes to send out. Matches replies to commands
 * by id and tells events. */
#ifndef BACKPLANE_QMP_H
#define BACKPLANE_QMP_H

#include "monitor/pending.h"

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

/* Sends and answers what is pending, which must not be told anything any more when this is freed:
 * pending_free comes first. (transfer full) */
Qmp *qmp_new(Pending *pending, const QmpHandler *handler, gpointer data);
/* Safe inside any callback. */
void qmp_free(Qmp *qmp);

/* One complete JSON object from the peer, or text that does not begin one. */
void qmp_receive(Qmp *qmp, const char *text, gsize length);
void qmp_receive_stray(Qmp *qmp, const char *text, gsize length);

/* Without a peer: commands may be sent at once, and QEMU was of this version. What is received then
 * is a message as json, which only a NULL trace can do without its text. */
void qmp_start(Qmp *qmp, const char *version);
void qmp_receive_json(Qmp *qmp, json_t *message);

/* There is no peer any more: what still comes is not looked at. */
void qmp_close(Qmp *qmp);

gboolean qmp_greeted(const Qmp *qmp);
const char *qmp_version(const Qmp *qmp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qmp, qmp_free)

#endif
