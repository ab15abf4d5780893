/* Two stacks. Whether a plan still fits the guest is looked at in history_check.c. */
#include "engine/history.h"

struct History {
    GPtrArray *done; /* (Plan) latest last */
    GPtrArray *undone;
};

History *history_new(void)
{
    History *history = g_new0(History, 1);

    history->done = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    history->undone = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    return history;
}

void history_free(History *history)
{
    if (!history)
        return;
    g_ptr_array_unref(history->done);
    g_ptr_array_unref(history->undone);
    g_free(history);
}

static const Plan *latest(const GPtrArray *plans)
{
    return plans->len ? plans->pdata[plans->len - 1] : NULL;
}

const Plan *history_undoable(const History *history)
{
    return latest(history->done);
}

const Plan *history_redoable(const History *history)
{
    return latest(history->undone);
}

void history_did(History *history, const Plan *plan)
{
    g_ptr_array_set_size(history->undone, 0);
    g_ptr_array_add(history->done, plan_copy(plan));
    if (history->done->len > HISTORY_PLANS)
        g_ptr_array_remove_index(history->done, 0);
}

static void move(GPtrArray *from, GPtrArray *to, const Plan *plan)
{
    guint index;

    if (g_ptr_array_find(from, plan, &index))
        g_ptr_array_add(to, g_ptr_array_steal_index(from, index));
}

void history_undid(History *history, const Plan *plan)
{
    move(history->done, history->undone, plan);
}

void history_redid(History *history, const Plan *plan)
{
    move(history->undone, history->done, plan);
}

/* --- another guest? -------------------------------------------------------------------------- */

typedef struct {
    GHashTable *seen; /* paths on which a later plan has the last word */
    const Guest *guest;
} Look;

/* Whether the device is there when the latest plan on it left it there. */
static gboolean subject_fits(const PlanSubject *subject, gboolean done, const Look *look)
{
    gboolean there = (subject->verb == PLAN_ATTACH) == done;

    return !subject->path || !g_hash_table_add(look->seen, subject->path) ||
           (guest_find_path(look->guest, subject->path) != NULL) == there;
}

/* What was done is looked at from its end, what was taken back from its beginning. */
static gboolean plan_fits(const Plan *plan, gboolean done, const Look *look)
{
    guint count = plan->subjects->len;

    for (guint i = 0; i < count; i++) {
        if (!subject_fits(plan->subjects->pdata[done ? count - 1 - i : i], done, look))
            return FALSE;
    }
    return TRUE;
}

static gboolean plans_fit(const GPtrArray *plans, gboolean done, const Look *look)
{
    for (guint i = plans->len; i-- > 0;) {
        if (!plan_fits(plans->pdata[i], done, look))
            return FALSE;
    }
    return TRUE;
}

void history_keep_for(History *history, const Guest *guest)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const Look look = { seen, guest };

    if (plans_fit(history->done, TRUE, &look) && plans_fit(history->undone, FALSE, &look))
        return;
    g_hash_table_remove_all(seen);
    g_ptr_array_set_size(history->done, 0);
    g_ptr_array_set_size(history->undone, 0);
}
