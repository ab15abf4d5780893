/* Every message to and from a guest, with its times and what it was for: a ring of bounded size.
 * Messages are kept as they went over the wire; nothing is parsed or written as text before
 * somebody asks. */
#ifndef BACKPLANE_TRACE_H
#define BACKPLANE_TRACE_H

#include <glib.h>
#include <jansson.h>

typedef struct Trace Trace;

/* The oldest messages go when there are more than these, or when all take more bytes; the latest
 * one always stays. */
#define TRACE_MESSAGES 2000
#define TRACE_BYTES (16 * 1024 * 1024)

typedef enum {
    TRACE_GREETING,
    TRACE_COMMAND, /* sent by us; all others came */
    TRACE_REPLY,
    TRACE_EVENT,
    TRACE_FAILURE, /* no message, but why there is no connection any more: a sentence */
} TraceKind;

typedef struct {
    guint64 number; /* counts up from 1, over all connections */
    TraceKind kind;
    gint64 at;        /* g_get_real_time() */
    gint64 clock;     /* g_get_monotonic_time() */
    gint64 latency;   /* of a reply: microseconds since its command was sent; else -1 */
    guint64 answers;  /* of a reply: the number of its command; else 0 */
    gboolean refused; /* a reply that is an error */
    /* "query-pci", a reply's the same; of a line for the human monitor that line ("info qtree");
     * of an event its name; else "". Not made printable. */
    const char *name;
    const char *purpose; /* what a command and its reply were for: "read the tree"; "" unknown */
    GBytes *bytes;       /* one JSON object as it was sent; of a failure its sentence */
} TraceMessage;

/* (transfer full) */
Trace *trace_new(void);
Trace *trace_ref(Trace *trace);
void trace_unref(Trace *trace);

/* How many are kept; the one at an index, 0 is the oldest. (transfer none, valid until the next
 * message is added) */
guint trace_length(const Trace *trace);
const TraceMessage *trace_message(const Trace *trace, guint index);
/* The message of this number, NULL when it is not kept (any more). */
const TraceMessage *trace_find(const Trace *trace, guint64 number);
/* The index of the first message of this number or a later one; the length where all are older. */
guint trace_index(const Trace *trace, guint64 number);
/* The number of the latest message, 0 before the first: another one means that something came. */
guint64 trace_latest(const Trace *trace);

/* message: the one that was added; NULL: all are others (a recording was wound back). A listener
 * may stop any listener, itself included; it may not free the monitor, nor add messages. */
typedef void (*TraceFn)(Trace *trace, const TraceMessage *message, gpointer data);
void trace_listen(Trace *trace, TraceFn listener, gpointer data);
void trace_unlisten(Trace *trace, TraceFn listener, gpointer data);

/* --- adding ---------------------------------------------------------------------------------- */

/* Copies the strings and references the bytes; a number, at and clock that are 0 are filled in.
 * Gives the number. */
guint64 trace_add(Trace *trace, const TraceMessage *message);
/* Replaces all messages by these, and tells once. */
void trace_fill(Trace *trace, const TraceMessage *messages, guint count);

/* --- one message as text --------------------------------------------------------------------- */

const char *trace_kind_name(TraceKind kind);

/* NULL for a failure. (transfer full) */
json_t *trace_message_parse(const TraceMessage *message);
/* On one line, or indented by blanks; of a failure its sentence. Not made printable: every line
 * has to go through text_printable. (transfer full) */
char *trace_message_text(const TraceMessage *message, gboolean pretty);

/* {"number", "time", "kind", "answers", "took_ms", "refused", "name", "for", "message"} on one line
 * with its line break: what a file of messages has of it. "message" is as it was sent, of a failure
 * its sentence. (transfer full) */
char *trace_message_to_line(const TraceMessage *message);

/* A command, as it can be given to another tool; all NULL for other messages. (transfer full) */
/* {"execute": "query-pci"}, without our id. */
char *trace_message_to_qmp(const TraceMessage *message);
/* A line of the human monitor; NULL also where that has no such command. */
char *trace_message_to_hmp(const TraceMessage *message);
/* A line for a shell: virsh qemu-monitor-command NAME '{"execute": "query-pci"}'. */
char *trace_message_to_virsh(const TraceMessage *message, const char *guest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_unref)

#endif
