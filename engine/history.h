/* The plans that were completed, for undo and redo. */
#ifndef BACKPLANE_HISTORY_H
#define BACKPLANE_HISTORY_H

#include "engine/guest.h"
#include "engine/plan.h"

typedef struct History History;

/* How many plans can be taken back. */
#define HISTORY_PLANS 100

History *history_new(void);
void history_free(History *history);

/* The latest plan that was done; the latest that was taken back. NULL for none. */
const Plan *history_undoable(const History *history);
const Plan *history_redoable(const History *history);

/* A new plan was completed; what could be done again cannot any more. plan: copied. */
void history_did(History *history, const Plan *plan);
/* One of those above was taken back, was done again. Nothing happens when it has left the history
 * meanwhile. */
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
