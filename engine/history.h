/* The plans that ran, what came of them, and which of those that were completed undo and redo take
 * next. */
#ifndef BACKPLANE_HISTORY_H
#define BACKPLANE_HISTORY_H

#include "engine/guest.h"
#include "engine/transaction.h"

typedef struct History History;

/* How many plans can be taken back, and how many that ran are remembered. */
#define HISTORY_PLANS 100

/* A plan that is over. Taking one back is a plan of its own, as is doing it again. */
typedef struct {
    Plan *plan; /* with the states and times of its steps */
    Outcome outcome;
    char *error;         /* QEMU's sentence for the step that failed; NULL */
    gint64 ended;        /* g_get_real_time() */
    gboolean taken_back; /* by a later plan, and not done again by this one */
    gboolean undoable;   /* undo takes this one; at most one */
    gboolean redoable;   /* redo takes this one; likewise */
    const Plan *kept;    /* the plan of undo and redo, only to be compared with; NULL: none */
} HistoryEntry;

History *history_new(void);
void history_free(History *history);

/* The latest plan that was done; the latest that was taken back. NULL for none. */
const Plan *history_undoable(const History *history);
const Plan *history_redoable(const History *history);
/* The latest plan that brought this device, by being done or by being taken back; NULL for none. */
const Plan *history_plugged(const History *history, const char *path);

/* A plan is over, and gets its entry; of a completed one history_did, _undid or _redid tells next
 * what it was. plan: copied. */
void history_ended(History *history, const Plan *plan, Outcome outcome, const char *error);
/* (HistoryEntry) latest last. (transfer none) */
const GPtrArray *history_entries(const History *history);
/* From the first step's beginning to the last one's end, microseconds. */
gint64 history_entry_took(const HistoryEntry *entry);

/* A new plan was completed; what could be done again cannot any more. plan: copied. */
void history_did(History *history, const Plan *plan);
/* One of those above was taken back, was done again. Nothing can be undone by it when it has left
 * the history meanwhile. */
void history_undid(History *history, const Plan *plan);
void history_redid(History *history, const Plan *plan);

/* Empties the history unless this guest has what those plans attached and lacks what they detached:
 * after a new connection it may be another one. */
void history_keep_for(History *history, const Guest *guest);

/* Whether a plan that was made earlier can be run on the guest as it is now: ids and places are
 * free, nobody leaves that the plan does not name, and a file that it changes holds what it shall
 * replace. Errors: ENGINE_ERROR_REFUSED. */
gboolean history_check_plan(const Plan *plan, const Guest *guest, GError **error);

#endif
