/* The dialect of the human monitor without its socket: QMP's commands in, lines out; texts in,
 * QMP's answers out. The sibling of qmp.h. One line is under way at a time. It knows no events. */
#ifndef BACKPLANE_HMP_H
#define BACKPLANE_HMP_H

#include "monitor/pending.h"

typedef struct Hmp Hmp;

typedef struct {
    void (*write)(const char *bytes, gsize length, gpointer data);
    /* The greeting was answered and QEMU has said what it can do. Once. */
    void (*ready)(gpointer data);
    /* As in qmp.h: error's message is a predicate. The handler answers with hmp_close or hmp_free.
     */
    void (*failed)(const GError *error, gpointer data);
} HmpHandler;

/* As qmp_new, qmp_free and qmp_close. */
Hmp *hmp_new(Pending *pending, const HmpHandler *handler, gpointer data);
void hmp_free(Hmp *hmp);
void hmp_close(Hmp *hmp);

/* Bytes from the peer, from the very first on. */
void hmp_receive(Hmp *hmp, const char *bytes, gsize length);

/* Without a peer: commands may be sent at once, and QEMU was of this version. A line is written,
 * and a reply received, as the trace has it: a human-monitor-command and its answer. A reply to
 * nothing that was asked is what QEMU said of its commands when it was connected with. */
void hmp_start(Hmp *hmp, const char *version);
void hmp_receive_json(Hmp *hmp, json_t *message);

gboolean hmp_greeted(const Hmp *hmp);
const char *hmp_version(const Hmp *hmp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hmp, hmp_free)

#endif
