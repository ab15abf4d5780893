/* eject and insert: make the plan, print or run it. An interruption takes back what was done. */
#include "tui/once.h"

#include "tui/once_outcome.h"
#include "tui/report.h"
#include "tui/report_json.h"
#include "tui/report_plan.h"

typedef struct {
    const char *file; /* NULL: eject */
    const Transaction *transaction;
} Medium;

static char *result(const Once *once, const Plan *plan)
{
    return once->options->json ? report_attach_json(plan) : g_strconcat(plan->title, "\n", NULL);
}

static void on_changed(Session *session, const Transaction *transaction, gpointer data)
{
    Once *once = data;
    Medium *medium = once->data;

    medium->transaction = NULL;
    if (once_outcome_is_done(once, transaction))
        once_answer(once, result(once, transaction_plan(transaction)), EXIT_DONE);
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Once *once = data;
    Medium *medium = once->data;
    g_autoptr(Plan) owned = plan;

    if (!plan)
        once_fail(once, error);
    else if (once->options->dry_run)
        once_answer(once,
                    once->options->json ? report_attach_json(plan)
                                        : report_plan_text(plan, once->options->ascii),
                    EXIT_DONE);
    else
        medium->transaction = session_run(session, g_steal_pointer(&owned), on_changed, once);
}

static void medium_live(Once *once)
{
    const Medium *medium = once->data;
    const MediumChange change = { .file = medium->file, .force = once->options->force };

    session_plan_medium(once->session, once->options->arguments[0], &change, on_plan, once);
}

static char *medium_pending(Once *once)
{
    const Medium *medium = once->data;

    if (!medium->transaction)
        return NULL;
    return g_strdup_printf("%s: how far it came is not known",
                           transaction_plan(medium->transaction)->title);
}

static gboolean medium_interrupted(Once *once)
{
    const Medium *medium = once->data;

    return medium->transaction && session_cancel(once->session, medium->transaction);
}

static int change_medium(const Options *options, const char *file)
{
    static const OnceTask task = { .live = medium_live,
                                   .pending = medium_pending,
                                   .interrupted = medium_interrupted };
    Medium medium = { .file = file };

    return once_run(options, options->target, &task, &medium);
}

int once_eject(const Options *options)
{
    return change_medium(options, NULL);
}

int once_insert(const Options *options)
{
    return change_medium(options, options->arguments[1]);
}
