/* A session in a file: one JSON object a line, the first a header, each written at once, so that a
 * crash leaves all but the last line. Lines are in the order of what happened.
 *
 *   {"backplane-recording": 1, "backplane": "0.1", "date": "2026-01-31T12:00:00Z", "at": AT}
 *
 * All others begin with "t", microseconds since the header (they never go back), and "at", the same
 * as g_get_real_time(); what was kept of the time before the header has t 0. What else they have
 * tells what they are:
 *
 *   n, greeting | command | reply | event   a message as it went over the wire, the n-th;
 *      for      of a command: what it was for
 *      to, took of a reply: the n of its command, microseconds
 *   n, to, took, same, id                   a reply that is the reply number `same`, but for its id
 *   n, failure                              why there is no connection any more
 *   state    {state, qemu, error, lost}     of the session
 *   shown    {status, marks}                what the tree shows besides what QEMU said: run state;
 *                                           [path, state, since, plugged while we watched] of
 *                                           devices
 *   tree     "tree" | "all", shown          a tree was read, of the replies since the one before;
 *            "none"                         not all of them are here
 *   journal  {at, state, subject, ...}      a line of it
 *   plan     {...}, id                      a plan begins (engine/plan_json.h)
 *   running  [{plan, steps, ...}]           the plans that run, with the states of their steps
 *   ended    {plan, kind, outcome, ...}     one of them is over
 *   domain   {name, text, saved}            the domain file, null: none
 *
 * The target that a user typed is in none of them, unless an error sentence names it. */
#ifndef BACKPLANE_RECORDING_H
#define BACKPLANE_RECORDING_H

#include "engine/journal.h"
#include "engine/plan.h"
#include "monitor/trace.h"

#define RECORDING_FORMAT 1

/* --- writing --------------------------------------------------------------------------------- */

typedef struct Recorder Recorder;

/* A new file gets the mode 0600; one that holds a recording is replaced. Errors:
 * ENGINE_ERROR_INPUT: there is something else at that path, another program records there, it may
 * not be written; REFUSED: the disk is full. (transfer full) */
Recorder *recorder_new(const char *path, GError **error);
void recorder_free(Recorder *recorder);

const char *recorder_path(const Recorder *recorder);
/* g_get_monotonic_time() when it began: t is counted from there. */
gint64 recorder_began(const Recorder *recorder);
/* Why it cannot write any more; NULL while it can. Then what it is given is dropped. */
const GError *recorder_error(const Recorder *recorder);

/* All at once, into the file. */
void recorder_message(Recorder *recorder, const TraceMessage *message);
/* An object with the members of that line (transfer full), "t" and "at" are added. */
void recorder_line(Recorder *recorder, json_t *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

/* --- reading --------------------------------------------------------------------------------- */

/* A file that takes more is none of ours. */
#define RECORDING_BYTES (1024 * 1024 * 1024)

typedef struct Recording Recording;

typedef enum {
    LINE_MESSAGE,
    LINE_STATE,
    LINE_SHOWN,
    LINE_TREE,
    LINE_JOURNAL,
    LINE_PLAN,
    LINE_RUNNING,
    LINE_ENDED,
    LINE_DOMAIN,
    LINE_KINDS,
} LineKind;

typedef struct {
    LineKind kind;
    guint index; /* among those of its kind */
    gint64 t, at;
    gsize offset, length; /* in the file */
} RecordedLine;

/* Reads and checks the whole file. Its last line may be cut off. Errors: ENGINE_ERROR_INPUT naming
 * file, line and what is wrong. (transfer full) */
Recording *recording_load(const char *path, GError **error);
/* The same of bytes in memory; name: for errors. */
Recording *recording_parse(const char *name, GBytes *bytes, GError **error);
void recording_free(Recording *recording);

/* Of the header: the version of backplane; g_get_real_time() of the beginning. */
const char *recording_version(const Recording *recording);
gint64 recording_began(const Recording *recording);

guint recording_length(const Recording *recording);
const RecordedLine *recording_line(const Recording *recording, guint number);
/* How many there are of a kind; the number of one of them; how many of the first `lines` lines are
 * of that kind. */
guint recording_count(const Recording *recording, LineKind kind);
guint recording_number(const Recording *recording, LineKind kind, guint index);
guint recording_passed(const Recording *recording, LineKind kind, guint lines);

/* The member of a line that is not a message, read anew: "state", "shown", ... NULL where it has no
 * such member. (transfer full) */
json_t *recording_member(const Recording *recording, guint number, const char *member);
/* By their index. (transfer none) */
const JournalEntry *recording_journal(const Recording *recording, guint index);
/* The plan, none run, that an element of "running" or "ended" is about. (transfer none) */
const Plan *recording_plan(const Recording *recording, json_t *run);
/* The fields of a message but its bytes, which are NULL. (transfer none) */
const TraceMessage *recording_fields(const Recording *recording, guint index);
/* How many bytes it has. */
gsize recording_size(const Recording *recording, guint index);
/* With its bytes, which are made for the caller: g_bytes_unref them. */
TraceMessage recording_message(const Recording *recording, guint index);
/* The message that an index repeats, itself where it repeats none: those of the same root are the
 * same but for their ids. */
guint recording_root(const Recording *recording, guint index);
/* The index of the command that a reply answers. FALSE: none that is recorded. */
gboolean recording_answers(const Recording *recording, guint reply, guint *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recording, recording_free)

#endif
