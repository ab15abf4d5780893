/* The face of engine/: one guest watched. Holds the connection, the current tree, the running plans
 * and the history, and tells listeners what changed. */
#ifndef BACKPLANE_SESSION_H
#define BACKPLANE_SESSION_H

#include "engine/history.h"
#include "engine/hotplug.h"
#include "engine/inventory.h"
#include "engine/journal.h"
#include "engine/medium.h"
#include "engine/rates.h"
#include "engine/staging.h"

typedef struct Session Session;

typedef enum {
    SESSION_CONNECTING,
    SESSION_READING, /* connected, no tree yet */
    SESSION_LIVE,
    SESSION_LOST, /* session_error says why; the last tree stays */
} SessionState;

typedef enum {
    SESSION_STATE_CHANGED,
    SESSION_TREE_CHANGED, /* session_guest is another, or states in it changed */
    SESSION_PLAN_CHANGED, /* a step of a running plan moved, or a plan ended */
    SESSION_JOURNAL_GREW,
    SESSION_RATES_CHANGED, /* another answer for session_rate */
} SessionChange;

typedef void (*SessionFn)(Session *session, SessionChange change, gpointer data);

typedef enum {
    SESSION_ONCE,  /* connect, read, answer: no polling, no reconnecting */
    SESSION_WATCH, /* poll every 2 s for changes made by others; reconnect when the socket is back
                    */
} SessionMode;

/* How often a watched guest is polled for changes made by others: there is no event for them. */
#define SESSION_POLL_MS 1500

/* Starts to connect. target: copied. (transfer full) */
Session *session_new(const char *target, SessionMode mode, GError **error);
void session_free(Session *session);

void session_listen(Session *session, SessionFn listener, gpointer data);
void session_unlisten(Session *session, SessionFn listener, gpointer data);

SessionState session_state(const Session *session);
/* Why there is no connection; NULL while there is one. */
const GError *session_error(const Session *session);
/* When it was lost, g_get_real_time(); 0 while connected. */
gint64 session_lost_at(const Session *session);
const char *session_target(const Session *session);
/* NULL before the first tree. (transfer none, valid until the next SESSION_TREE_CHANGED) */
const Guest *session_guest(const Session *session);
Journal *session_journal(const Session *session);
/* Every message to and from the guest, over all connections. */
Trace *session_trace(Session *session);
/* Whether a message belongs to what is asked again and again while nothing happens. */
gboolean session_is_polling(const TraceMessage *message);
/* Round trip of the latest command, microseconds. */
gint64 session_latency(const Session *session);
/* How long QEMU has left a command unanswered and said nothing else; 0 while it owes nothing. */
gint64 session_silence(const Session *session);

/* The clocks that ages are counted by: g_get_real_time() for devices and the journal,
 * g_get_monotonic_time() for steps of plans; in a replay those of the moment that it shows. */
gint64 session_now(const Session *session);
gint64 session_clock(const Session *session);

/* From now on nothing of the guest and of the files of its user is changed. */
void session_forbid_changes(Session *session);
/* Whether they may be changed at all: not after that, and not in a replay. What is asked for all
 * the same is refused with this error, ENGINE_ERROR_REFUSED. */
gboolean session_allows_changes(const Session *session, GError **error);

/* Writes what happens from now on into a file that replay_new reads: messages with their times, and
 * all that is shown. It holds what QEMU says, and the domain file, so the file is for its owner
 * alone. When it cannot be written any more the journal says so, and the session goes on. Errors:
 * ENGINE_ERROR_INPUT: as recorder_new; one is running. */
gboolean session_record(Session *session, const char *path, GError **error);
void session_record_stop(Session *session);
/* The file, NULL while nothing is recorded. */
const char *session_recording(const Session *session);

/* How often QEMU is asked for its counters while somebody watches rates; seldomer where that costs
 * it much. */
#define SESSION_RATES_MS 2000
/* Whoever shows rates says so, and says when he shows them no longer: counted. Without anybody
 * nothing is asked, nor while the session is paused or lost. */
void session_watch_rates(Session *session, gboolean want);
/* The mean of the latest interval. FALSE: not known: nobody watches, or not long enough; in a
 * replay never. */
gboolean session_rate(const Session *session, const Device *device, Rate *rate);

/* Tries to connect now, after a loss. */
void session_reconnect(Session *session);
/* Stops polling while nobody looks (suspended), starts again. */
void session_pause(Session *session, gboolean pause);

/* Reads the guest. Told once a read that began after the call is published; not told when the
 * connection goes, nor after session_free, nor in a replay. */
typedef void (*SessionReadFn)(Session *session, const GError *error, gpointer data);
void session_read(Session *session, InventoryDepth depth, SessionReadFn done, gpointer data);

/* plan: (transfer full), NULL when error is set. Called once, never before the call returned. */
typedef void (*SessionPlanFn)(Session *session, Plan *plan, const GError *error, gpointer data);

/* Reads the guest anew with all that planning needs, then plans. */
void session_plan_attach(Session *session, const Request *request, SessionPlanFn done,
                         gpointer data);
/* names: what guest_find accepts, and with a domain file what domain_find does. */
void session_plan_detach(Session *session, const char *const *names, SessionPlanFn done,
                         gpointer data);
/* Another medium in a drive, or none. name: as above; change: copied. */
void session_plan_medium(Session *session, const char *name, const MediumChange *change,
                         SessionPlanFn done, gpointer data);
/* The plan that takes back the latest completed plan, or does the latest undone one again.
 * ENGINE_ERROR_REFUSED when there is none. Running the plan moves the place in the history. */
void session_plan_undo(Session *session, SessionPlanFn done, gpointer data);
void session_plan_redo(Session *session, SessionPlanFn done, gpointer data);

/* Changes that are put aside, to be applied together. Attach and detach plans from now on fit the
 * guest as it will be when they are: what a staged change plugs can be used, and is taken. */

/* plan: (transfer full), also with an error; of those that session_plan_attach, _detach and _medium
 * give. One that carries its change into the domain file does so when all are applied. Errors:
 * ENGINE_ERROR_REFUSED: the guest as it will be does not take it. */
gboolean session_stage(Session *session, Plan *plan, GError **error);
/* (StagedPlan) in the order in which they will be done, each with what is in its way in the guest
 * of now. (transfer none, until the stage or the guest is another) */
const GPtrArray *session_staged(Session *session);
/* The guest as it will be then; itself where nothing is staged. NULL before the first tree.
 * (transfer none, until the stage or the guest is another) */
const Guest *session_guest_planned(Session *session);
/* FALSE where there is none, or it is being applied. */
gboolean session_unstage(Session *session, guint index);
gboolean session_stage_is_applied(const Session *session);
/* All of them as one plan, that undo takes back as one; once it is done nothing is staged any more.
 * ENGINE_ERROR_REFUSED when the guest does not take one of them any more, or nothing is staged. */
void session_plan_staged(Session *session, SessionPlanFn done, gpointer data);

/* (HistoryEntry) the plans that are over, latest last. (transfer none) */
const GPtrArray *session_history(const Session *session);

/* For live dialogs: the facts of the latest complete read, with the driver's properties and the
 * image's header for this request where they are known already; what is missing is asked for, and
 * changed is called when it has come, once: whoever still misses something asks again. Drivers that
 * model.h does not know are not asked for before the plan is. The facts are borrowed, and valid
 * until the next turn of the main loop. Cancelled by session_forget(data). */
typedef void (*SessionFactsFn)(Session *session, gpointer data);
HotplugFacts session_facts(Session *session, const Request *request, SessionFactsFn changed,
                           gpointer data);
/* No callback of a read, of a plan, of facts or of a run will be told to data. */
void session_forget(Session *session, gpointer data);

/* Runs a plan (transfer full). It is owned by the session and stays listed until it is over; the
 * finished callback comes once the tree was read again, and the transaction ends with it.
 * finished may be NULL. */
typedef void (*SessionRunFn)(Session *session, const Transaction *transaction, gpointer data);
const Transaction *session_run(Session *session, Plan *plan, SessionRunFn finished, gpointer data);
/* transaction_cancel for one that runs. */
gboolean session_cancel(Session *session, const Transaction *transaction);
/* (transfer none) (Transaction) running ones, oldest first. */
const GPtrArray *session_running(const Session *session);
/* Asks the guest once more to release this device; FALSE when nothing waits for it. */
gboolean session_ask_again(Session *session, const Device *device);

/* One or two plain sentences on why a leaving device may still be there, from what is known of the
 * guest: paused, in its firmware, ... (transfer full) */
char *session_explain_leaving(const Session *session, const Device *device);
/* The plan of this session that plugged the device, or whose undoing did; NULL for none. */
const Plan *session_plugged_by(const Session *session, const Device *device);

/* What whoever started the guest knows of it. all_placed: its command line gave every device its
 * place. serial: file that its serial console is appended to, copied; NULL for none. */
void session_set_started(Session *session, gboolean all_placed, const char *serial);
gboolean session_is_all_placed(const Session *session);
/* NULL for none. */
const char *session_serial(const Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

#endif
