/* Changes that are planned and put aside, to be applied together: all or none. */
#ifndef BACKPLANE_STAGING_H
#define BACKPLANE_STAGING_H

#include "engine/guest.h"
#include "engine/plan.h"

typedef struct {
    Plan *plan;       /* none run, and without a file */
    gboolean carries; /* its change is for the domain file as well */
    gint64 at;        /* g_get_real_time() when it was staged */
    char *problem;    /* a sentence: why the guest of now does not take it any more; NULL */
} StagedPlan;

typedef struct Staging Staging;

Staging *staging_new(void);
void staging_free(Staging *staging);

/* Behind what is staged already, whose devices and places it may use. plan: (transfer full), also
 * with an error. Errors: ENGINE_ERROR_REFUSED: the guest as it will be does not take it. */
gboolean staging_add(Staging *staging, const Guest *guest, Plan *plan, gboolean carries,
                     GError **error);
/* FALSE where there is none, or it is being applied. */
gboolean staging_remove(Staging *staging, guint index);

/* (StagedPlan) in the order in which they will be done, looked at with this guest; NULL: as they
 * were looked at last. (transfer none, valid until the next call) */
const GPtrArray *staging_entries(Staging *staging, const Guest *guest);
/* The guest as it will be when all that it takes is applied: itself where nothing is staged.
 * (transfer none, valid until the next call) */
Guest *staging_after(Staging *staging, Guest *guest);

/* All of them as one plan. carried: of those that are for the domain file the same, NULL for none.
 * Errors: ENGINE_ERROR_REFUSED: nothing is staged; or the guest does not take all any more: by each
 * of those why. (transfer full, both) */
Plan *staging_join(Staging *staging, const Guest *guest, Plan **carried, GError **error);

/* What was joined runs: nothing is said of it, and nothing removed, until it is over. */
void staging_begin(Staging *staging);
/* done: what ran is not staged any more. */
void staging_end(Staging *staging, gboolean done);
gboolean staging_is_applied(const Staging *staging);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Staging, staging_free)

#endif
