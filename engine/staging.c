/* A list of plans. Each was made for the guest as those before it will leave it, and is looked at
 * again whenever the guest is another. */
#include "engine/staging.h"

#include "engine/guest_after.h"
#include "engine/history.h"

struct Staging {
    GPtrArray *entries; /* (StagedPlan) */
    guint applied;      /* how many of the first run now, or may have changed the guest */
    Guest *looked;      /* the guest that the problems are of; NULL: none */
    Guest *after;       /* and what becomes of it */
};

static void entry_free(gpointer data)
{
    StagedPlan *entry = data;

    plan_free(entry->plan);
    g_free(entry->problem);
    g_free(entry);
}

Staging *staging_new(void)
{
    Staging *staging = g_new0(Staging, 1);

    staging->entries = g_ptr_array_new_with_free_func(entry_free);
    return staging;
}

static void forget_look(Staging *staging)
{
    g_clear_pointer(&staging->looked, guest_unref);
    g_clear_pointer(&staging->after, guest_unref);
}

void staging_free(Staging *staging)
{
    if (!staging)
        return;
    forget_look(staging);
    g_ptr_array_unref(staging->entries);
    g_free(staging);
}

/* --- against the guest ----------------------------------------------------------------------- */

/* Each as those before it leave the guest. One that it does not take changes nothing of it. */
static void look_at(Staging *staging, guint index)
{
    StagedPlan *entry = staging->entries->pdata[index];
    g_autoptr(GError) error = NULL;
    Guest *before = staging->after;

    g_clear_pointer(&entry->problem, g_free);
    if (history_check_plan(entry->plan, before, &error)) {
        staging->after = guest_after(before, entry->plan);
        guest_unref(before);
    } else if (index >= staging->applied) {
        entry->problem = g_strdup(error->message);
    }
}

static void look(Staging *staging, Guest *guest)
{
    if (!guest || staging->looked == guest)
        return;
    forget_look(staging);
    staging->looked = guest_ref(guest);
    staging->after = guest_ref(guest);
    for (guint i = 0; i < staging->entries->len; i++)
        look_at(staging, i);
}

const GPtrArray *staging_entries(Staging *staging, const Guest *guest)
{
    look(staging, (Guest *)guest);
    return staging->entries;
}

Guest *staging_after(Staging *staging, Guest *guest)
{
    look(staging, guest);
    return staging->after;
}

/* --- the list -------------------------------------------------------------------------------- */

gboolean staging_add(Staging *staging, const Guest *guest, Plan *plan, gboolean carries,
                     GError **error)
{
    StagedPlan *entry;

    look(staging, (Guest *)guest);
    if (!history_check_plan(plan, staging->after, error)) {
        plan_free(plan);
        return FALSE;
    }
    entry = g_new0(StagedPlan, 1);
    entry->plan = plan;
    entry->carries = carries;
    entry->at = g_get_real_time();
    g_ptr_array_add(staging->entries, entry);
    look_at(staging, staging->entries->len - 1);
    return TRUE;
}

gboolean staging_remove(Staging *staging, guint index)
{
    if (index < staging->applied || index >= staging->entries->len)
        return FALSE;
    g_ptr_array_remove_index(staging->entries, index);
    forget_look(staging);
    return TRUE;
}

/* --- as one plan ----------------------------------------------------------------------------- */

/* "attach nic net5: the id net5 has been taken ..."; NULL where all can be applied. (transfer full)
 */
static char *problems_text(const Staging *staging)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < staging->entries->len; i++) {
        const StagedPlan *entry = staging->entries->pdata[i];

        if (entry->problem)
            g_string_append_printf(text, "%s\"%s\": %s", text->len ? "; " : "", entry->plan->title,
                                   entry->problem);
    }
    return text->len ? g_strdup(text->str) : NULL;
}

static gboolean check_all(const Staging *staging, GError **error)
{
    g_autofree char *problems = problems_text(staging);

    if (!staging->entries->len)
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "nothing is staged: put a change on the stage where it is planned, with "
                    "[ Stage ] in place of [ Attach ]");
    else if (staging->applied)
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the staged changes are being applied: wait until that is over");
    else if (problems)
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "nothing was sent, since the guest has changed under the staged changes: %s",
                    problems);
    return staging->entries->len && !staging->applied && !problems;
}

static void join_into(Plan **joined, const Plan *plan)
{
    if (*joined)
        plan_join(*joined, plan_copy(plan));
    else
        *joined = plan_copy(plan);
}

/* "apply 3 changes: net5, scsi1, sd0". (transfer full) */
static char *joined_title(const Staging *staging)
{
    g_autoptr(GString) title = g_string_new(NULL);

    g_string_printf(title, "apply %u changes: ", staging->entries->len);
    for (guint i = 0; i < staging->entries->len; i++) {
        const StagedPlan *entry = staging->entries->pdata[i];
        const GPtrArray *subjects = entry->plan->subjects;
        g_autofree char *name =
            subjects->len ? plan_subject_name(subjects->pdata[0]) : g_strdup(entry->plan->title);

        g_string_append_printf(title, "%s%s", i ? ", " : "", name);
    }
    return g_strdup(title->str);
}

Plan *staging_join(Staging *staging, const Guest *guest, Plan **carried, GError **error)
{
    Plan *joined = NULL;

    *carried = NULL;
    look(staging, (Guest *)guest);
    if (!check_all(staging, error))
        return NULL;
    for (guint i = 0; i < staging->entries->len; i++) {
        const StagedPlan *entry = staging->entries->pdata[i];

        join_into(&joined, entry->plan);
        if (entry->carries)
            join_into(carried, entry->plan);
    }
    if (staging->entries->len > 1) {
        g_free(joined->title);
        joined->title = joined_title(staging);
    }
    return joined;
}

void staging_begin(Staging *staging)
{
    staging->applied = staging->entries->len;
}

void staging_end(Staging *staging, gboolean done)
{
    if (done)
        g_ptr_array_remove_range(staging->entries, 0, staging->applied);
    staging->applied = 0;
    forget_look(staging);
}

gboolean staging_is_applied(const Staging *staging)
{
    return staging->applied > 0;
}
