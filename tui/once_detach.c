/* detach: makes the plan, prints or runs it, and waits as long as was said for the guest to let go.
 */
#include "tui/once.h"

#include "engine/hotplug.h"
#include "engine/session_domain.h"
#include "tui/once_outcome.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_plan.h"

typedef struct {
    const Transaction *transaction; /* while it runs */
    guint timeout;
} Detach;

static char *result(const Once *once, const Plan *plan)
{
    return once->options->json ? report_detach_json(plan) : report_detached_text(plan);
}

/* Names of the devices of that fate, the ones that were asked for before what goes with them. ""
 * for none. (transfer full) */
static char *list_fate(const Plan *plan, Fate fate)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        g_autofree char *name = report_subject_name(subject);

        if (report_subject_fate(plan, subject) == fate)
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", name);
    }
    return g_string_free(list, FALSE);
}

/* Back ends that this program made for a device: found by their names when it has left. */
static gboolean has_own_back_ends(const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        for (guint j = 0; subject->id && j < plan->steps->len; j++) {
            const Step *step = plan->steps->pdata[j];

            if (report_subject_fate(plan, subject) == FATE_LEAVING &&
                hotplug_is_own_back_end(step->action, subject->id))
                return TRUE;
        }
    }
    return FALSE;
}

/* A sentence as it stands behind "backplane: ". (transfer full) both */
static char *uncapitalized(char *sentence)
{
    *sentence = g_ascii_tolower(*sentence);
    return sentence;
}

/* Why, as far as the guest's state tells, as a clause; NULL for nothing known. (transfer full) */
static char *explain(const Once *once, const Plan *plan)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device = guest_find_path(session_guest(once->session), subject->path);

        if (device && report_subject_fate(plan, subject) == FATE_LEAVING)
            return uncapitalized(session_explain_leaving(once->session, device));
    }
    return NULL;
}

static void complain_leaving(const Once *once, const Plan *plan)
{
    g_autofree char *leaving = list_fate(plan, FATE_LEAVING);
    g_autofree char *kept = list_fate(plan, FATE_KEPT);
    g_autofree char *why = explain(once, plan);

    report_complain("%s: the guest has not released it after %g s; it stays in use, its back ends "
                    "are untouched, and it leaves when the guest lets go%s",
                    leaving, (double)once->options->wait_ms / 1000,
                    has_own_back_ends(plan)
                        ? " (run the same command again then, to take its back ends away)"
                        : "");
    if (why && *why)
        report_complain("%s", why);
    if (*kept)
        report_complain("%s: its turn had not come; it stays as it is", kept);
}

static gboolean on_too_late(gpointer data)
{
    Once *once = data;
    Detach *detach = once->data;
    const Plan *plan = transaction_plan(detach->transaction);

    detach->timeout = 0;
    if (transaction_outcome(detach->transaction) != OUTCOME_PENDING)
        return G_SOURCE_REMOVE; /* it has left, and is only looked for once more */
    complain_leaving(once, plan);
    once_answer(once, result(once, plan), EXIT_UNFINISHED);
    return G_SOURCE_REMOVE;
}

static void on_detached(Session *session, const Transaction *transaction, gpointer data)
{
    Once *once = data;
    Detach *detach = once->data;

    detach->transaction = NULL;
    g_clear_handle_id(&detach->timeout, g_source_remove);
    if (once_outcome_is_done(once, transaction))
        once_answer(once, result(once, transaction_plan(transaction)), EXIT_DONE);
}

static void detach_run(Once *once, Plan *plan)
{
    Detach *detach = once->data;

    detach->transaction = session_run(once->session, plan, on_detached, once);
    detach->timeout = g_timeout_add(once->options->wait_ms, on_too_late, once);
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Once *once = data;
    g_autoptr(GError) refusal = NULL;

    if (!plan) {
        once_fail(once, error);
    } else if (once->options->in_place && !session_domain_carry(session, plan, &refusal)) {
        once_fail(once, refusal);
        plan_free(plan);
    } else if (once->options->dry_run) {
        once_answer(once,
                    once->options->json ? report_detach_plan_json(plan)
                                        : report_plan_text(plan, once->options->ascii),
                    EXIT_DONE);
        plan_free(plan);
    } else {
        detach_run(once, plan);
    }
}

static void detach_live(Once *once)
{
    session_plan_detach(once->session, (const char *const *)once->options->arguments, on_plan,
                        once);
}

static char *detach_pending(Once *once)
{
    const Detach *detach = once->data;
    g_autofree char *leaving = NULL;

    if (!detach->transaction)
        return NULL;
    leaving = list_fate(transaction_plan(detach->transaction), FATE_LEAVING);
    if (!*leaving)
        return NULL;
    return g_strdup_printf("%s: the guest has not released it yet; it stays in use, its back ends "
                           "are untouched, and it leaves when the guest lets go",
                           leaving);
}

int once_detach(const Options *options)
{
    static const OnceTask task = { .live = detach_live, .pending = detach_pending };
    Detach detach = { 0 };
    int status = once_run(options, options->target, &task, &detach);

    g_clear_handle_id(&detach.timeout, g_source_remove);
    return status;
}
