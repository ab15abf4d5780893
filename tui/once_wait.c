/* Commands that only make sense where one session lasts: undo, redo, and waiting for the guest. */
#include "tui/shell.h"

#include "tui/once_outcome.h"
#include "tui/report.h"
#include "tui/report_plan.h"

/* What is waited for, for messages: the titles of plans that run, then devices that leave. */
static char *list_open(const Session *session)
{
    const GPtrArray *running = session_running(session);
    const Guest *guest = session_guest(session);
    GString *list = g_string_new(NULL);

    for (guint i = 0; running && i < running->len; i++)
        g_string_append_printf(list, "%s%s", list->len ? ", " : "",
                               transaction_plan(running->pdata[i])->title);
    for (guint i = 0; !list->len && guest && i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        g_autofree char *name = device_display_name(device);

        if (device->state == STATE_LEAVING)
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", name);
    }
    return g_string_free(list, FALSE);
}

typedef struct {
    const Transaction *transaction; /* undo, redo: while it runs */
    guint timeout;
} Waiting;

static gboolean on_too_late(gpointer data)
{
    Once *once = data;
    Waiting *waiting = once->data;
    g_autofree char *open = list_open(once->session);

    waiting->timeout = 0;
    report_complain("not over after %g s: %s", (double)once->options->wait_ms / 1000, open);
    once_end(once, EXIT_UNFINISHED);
    return G_SOURCE_REMOVE;
}

static void begin_waiting(Once *once)
{
    Waiting *waiting = once->data;

    waiting->timeout = g_timeout_add((guint)once->options->wait_ms, on_too_late, once);
}

static int run(const Options *options, const OnceTask *task)
{
    Waiting waiting = { NULL };
    int status = once_run(options, options->target, task, &waiting);

    g_clear_handle_id(&waiting.timeout, g_source_remove);
    return status;
}

/* --- wait ------------------------------------------------------------------------------------ */

static void wait_look(Once *once)
{
    g_autofree char *open = list_open(once->session);

    if (!*open)
        once_end(once, EXIT_DONE);
}

static void wait_live(Once *once)
{
    begin_waiting(once);
    wait_look(once);
}

int shell_wait(const Options *options)
{
    static const OnceTask task = { .live = wait_live, .tree = wait_look };

    return run(options, &task);
}

/* --- undo, redo ------------------------------------------------------------------------------ */

static void on_done(Session *session, const Transaction *transaction, gpointer data)
{
    Once *once = data;

    if (once_outcome_is_done(once, transaction))
        once_answer(once, g_strdup_printf("done: %s\n", transaction_plan(transaction)->title),
                    EXIT_DONE);
}

static void on_plan(Session *session, Plan *plan, const GError *error, gpointer data)
{
    Once *once = data;
    Waiting *waiting = once->data;

    if (!plan) {
        once_fail(once, error);
    } else if (once->options->dry_run) {
        once_answer(once, report_plan_text(plan, once->options->ascii), EXIT_DONE);
        plan_free(plan);
    } else {
        waiting->transaction = session_run(session, plan, on_done, once);
        begin_waiting(once);
    }
}

static void undo_live(Once *once)
{
    session_plan_undo(once->session, on_plan, once);
}

static void redo_live(Once *once)
{
    session_plan_redo(once->session, on_plan, once);
}

int shell_undo(const Options *options)
{
    static const OnceTask task = { .live = undo_live };

    return run(options, &task);
}

int shell_redo(const Options *options)
{
    static const OnceTask task = { .live = redo_live };

    return run(options, &task);
}
