/* Two stacks, and a list of all that ran. Whether a plan still fits the guest is looked at in
 * history_check.c. */
#include "engine/history.h"

struct History {
    GPtrArray *done; /* (Plan) latest last */
    GPtrArray *undone;
    GPtrArray *entries; /* (HistoryEntry) latest last */
};

static void entry_free(gpointer data)
{
    HistoryEntry *entry = data;

    plan_free(entry->plan);
    g_free(entry->error);
    g_free(entry);
}

History *history_new(void)
{
    History *history = g_new0(History, 1);

    history->done = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    history->undone = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    history->entries = g_ptr_array_new_with_free_func(entry_free);
    return history;
}

void history_free(History *history)
{
    if (!history)
        return;
    g_ptr_array_unref(history->done);
    g_ptr_array_unref(history->undone);
    g_ptr_array_unref(history->entries);
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

static const Plan *latest_on(const GPtrArray *plans, PlanVerb verb, const char *path)
{
    for (guint i = plans->len; i-- > 0;) {
        const Plan *plan = plans->pdata[i];

        for (guint k = 0; k < plan->subjects->len; k++) {
            const PlanSubject *subject = plan->subjects->pdata[k];

            if (plan->verb == verb && g_strcmp0(subject->path, path) == 0)
                return plan;
        }
    }
    return NULL;
}

const Plan *history_plugged(const History *history, const char *path)
{
    const Plan *plan = latest_on(history->done, PLAN_ATTACH, path);

    return plan ? plan : latest_on(history->undone, PLAN_DETACH, path);
}

/* --- what ran -------------------------------------------------------------------------------- */

/* After each change of the stacks, and before another plan can be at the address of one that has
 * gone. */
static void mark_entries(History *history)
{
    for (guint i = 0; i < history->entries->len; i++) {
        HistoryEntry *entry = history->entries->pdata[i];

        if (!g_ptr_array_find(history->done, entry->kept, NULL) &&
            !g_ptr_array_find(history->undone, entry->kept, NULL))
            entry->kept = NULL;
        entry->undoable = entry->kept && entry->kept == history_undoable(history);
        entry->redoable = entry->kept && entry->kept == history_redoable(history);
    }
}

void history_ended(History *history, const Plan *plan, Outcome outcome, const char *error)
{
    HistoryEntry *entry = g_new0(HistoryEntry, 1);

    entry->plan = plan_copy_run(plan);
    entry->outcome = outcome;
    entry->error = g_strdup(error);
    entry->ended = g_get_real_time();
    g_ptr_array_add(history->entries, entry);
    if (history->entries->len > HISTORY_PLANS)
        g_ptr_array_remove_index(history->entries, 0);
}

const GPtrArray *history_entries(const History *history)
{
    return history->entries;
}

gint64 history_entry_took(const HistoryEntry *entry)
{
    gint64 began = 0, ended = 0;

    for (guint i = 0; i < entry->plan->steps->len; i++) {
        const Step *step = entry->plan->steps->pdata[i];

        if (step->started && (!began || step->started < began))
            began = step->started;
        ended = MAX(ended, step->ended);
    }
    return began && ended > began ? ended - began : 0;
}

/* The entry of the run that did what this plan of the stacks does; NULL: it has left. */
static HistoryEntry *entry_of(const History *history, const Plan *kept)
{
    for (guint i = history->entries->len; i-- > 0;) {
        HistoryEntry *entry = history->entries->pdata[i];

        if (entry->kept == kept)
            return entry;
    }
    return NULL;
}

static void keep_by_latest(History *history, const Plan *kept)
{
    guint count = history->entries->len;

    if (count)
        ((HistoryEntry *)history->entries->pdata[count - 1])->kept = kept;
}

/* --- the stacks ------------------------------------------------------------------------------ */

void history_did(History *history, const Plan *plan)
{
    g_ptr_array_set_size(history->undone, 0);
    if (history->done->len == HISTORY_PLANS)
        g_ptr_array_remove_index(history->done, 0);
    mark_entries(history);
    g_ptr_array_add(history->done, plan_copy(plan));
    keep_by_latest(history, latest(history->done));
    mark_entries(history);
}

static gboolean move(GPtrArray *from, GPtrArray *to, const Plan *plan)
{
    guint index;

    if (!g_ptr_array_find(from, plan, &index))
        return FALSE;
    g_ptr_array_add(to, g_ptr_array_steal_index(from, index));
    return TRUE;
}

void history_undid(History *history, const Plan *plan)
{
    HistoryEntry *entry = entry_of(history, plan);

    if (!move(history->done, history->undone, plan))
        return;
    if (entry)
        entry->taken_back = TRUE;
    mark_entries(history);
}

/* It was done by another run now: that one's entry has it. */
void history_redid(History *history, const Plan *plan)
{
    HistoryEntry *entry = entry_of(history, plan);

    if (!move(history->undone, history->done, plan))
        return;
    if (entry)
        entry->kept = NULL;
    keep_by_latest(history, plan);
    mark_entries(history);
}

/* --- another guest? -------------------------------------------------------------------------- */

typedef struct {
    GHashTable *seen; /* paths on which a later plan has the last word */
    const Guest *guest;
} Look;

/* Whether the device is there when the latest plan on it left it there. */
static gboolean subject_fits(const PlanSubject *subject, gboolean done, const Look *look)
{
    gboolean there = subject->verb == PLAN_MEDIUM || (subject->verb == PLAN_ATTACH) == done;

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
    mark_entries(history);
}
