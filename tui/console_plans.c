/* Plans in the console: asked for, confirmed, run, and what was sent for them. */
#include "tui/console_private.h"

#include "tui/attach_dialog.h"
#include "tui/confirm_dialog.h"
#include "tui/plan_lines.h"
#include "tui/text_dialog.h"

/* Plans that are over and can still be shown with what was sent. */
#define RECENT_MAX 20

/* --- asked for ------------------------------------------------------------------------------- */

static void say_not_connected(Console *console)
{
    console_say(console, ELEMENT_CAUTION, "There is no connection to the guest now.");
}

void console_attach(Console *console)
{
    if (!console_is_live(console)) {
        say_not_connected(console);
        return;
    }
    console_open(console, attach_dialog_new(console->session, console_row(console)));
}

/* A plan to be confirmed has come, or a reason why there is none. What is taken back or done again
 * is that with the domain file as well. */
static void confirm(Console *console, const char *verb, gboolean offer_file, Plan *plan,
                    const GError *error)
{
    console->asking = FALSE;
    g_clear_pointer(&console->message, g_free);
    if (error)
        console_say(console, ELEMENT_ERROR, "%s", error->message);
    else if (console->dialog)
        plan_free(plan); /* the user went on to something else */
    else
        console_open(console, confirm_dialog_new(verb, plan, console->session, offer_file));
    console_paint_soon(console);
}

static void on_attach_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    confirm(data, "Attach", TRUE, plan, error);
}

static void on_detach_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    confirm(data, "Detach", TRUE, plan, error);
}

static void on_undo_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    confirm(data, "Undo", FALSE, plan, error);
}

static void on_redo_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    confirm(data, "Redo", FALSE, plan, error);
}

/* FALSE when a plan cannot be asked for now. */
static gboolean begin_asking(Console *console)
{
    if (console->asking)
        return FALSE;
    if (!console_is_live(console)) {
        say_not_connected(console);
        return FALSE;
    }
    console->asking = TRUE;
    console_say(console, ELEMENT_DIM, "asking the guest ...");
    return TRUE;
}

void console_ask_attach(Console *console, const Request *request)
{
    if (begin_asking(console))
        session_plan_attach(console->session, request, on_attach_planned, console);
}

void console_ask_detach(Console *console, const char *const *names)
{
    if (begin_asking(console))
        session_plan_detach(console->session, names, on_detach_planned, console);
}

void console_detach(Console *console)
{
    g_autoptr(GPtrArray) devices = console_chosen(console);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i < devices->len; i++)
        g_ptr_array_add(names, ((const Device *)devices->pdata[i])->path);
    g_ptr_array_add(names, NULL);
    if (!devices->len)
        console_say(console, ELEMENT_CAUTION, "There is no device on this row to detach.");
    else
        console_ask_detach(console, (const char *const *)names->pdata);
}

void console_undo(Console *console)
{
    if (begin_asking(console))
        session_plan_undo(console->session, on_undo_planned, console);
}

void console_redo(Console *console)
{
    if (begin_asking(console))
        session_plan_redo(console->session, on_redo_planned, console);
}

void console_ask_again(Console *console)
{
    g_autoptr(GPtrArray) devices = console_chosen(console);
    guint asked = 0;

    if (!console_is_live(console)) {
        say_not_connected(console);
        return;
    }
    for (guint i = 0; i < devices->len; i++)
        asked += session_ask_again(console->session, devices->pdata[i]);
    if (asked)
        console_say(console, ELEMENT_TEXT, "asked the guest again to release %s",
                    asked == 1 ? "the device" : "the devices");
    else
        console_say(console, ELEMENT_CAUTION, "Nothing waits here for the guest to let go.");
}

void console_reconnect(Console *console)
{
    if (console_is_live(console)) {
        console_say(console, ELEMENT_TEXT, "connected");
        return;
    }
    session_reconnect(console->session);
}

/* --- running plans --------------------------------------------------------------------------- */

/* What was sent for a plan that is over: texts, since the plan itself is gone by then. */
typedef struct {
    char *title;
    GPtrArray *labels, *texts; /* (char) */
} SentPlan;

void console_recent_free(gpointer data)
{
    SentPlan *sent = data;

    g_free(sent->title);
    g_ptr_array_unref(sent->labels);
    g_ptr_array_unref(sent->texts);
    g_free(sent);
}

static SentPlan *sent_new(const Plan *plan)
{
    SentPlan *sent = g_new0(SentPlan, 1);

    sent->title = g_strdup(plan->title);
    sent->labels = g_ptr_array_new_with_free_func(g_free);
    sent->texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        g_ptr_array_add(sent->labels, g_strdup(step_state_name(step->state)));
        g_ptr_array_add(sent->texts, action_to_qmp(step->action));
        if (!step->error)
            continue;
        g_ptr_array_add(sent->labels, g_strdup(""));
        g_ptr_array_add(sent->texts, g_strdup(step->error));
    }
    return sent;
}

static void remember(Console *console, const Plan *plan)
{
    g_ptr_array_add(console->recent, sent_new(plan));
    if (console->recent->len > RECENT_MAX)
        g_ptr_array_remove_index(console->recent, 0);
}

/* QEMU's own sentence, and what became of the guest. */
static char *failure_text(const Transaction *transaction)
{
    g_auto(GStrv) leftovers = transaction_leftovers(transaction);
    const char *error = transaction_error(transaction);
    g_autofree char *left = leftovers ? g_strjoinv(", ", leftovers) : NULL;

    switch (transaction_outcome(transaction)) {
    case OUTCOME_ROLLED_BACK:
        return g_strdup_printf("%s\n\nEverything done before was taken back: the guest %s.",
                               error ? error : "QEMU refused.",
                               transaction_plan(transaction)->file
                                   ? "and the domain file are as they were"
                                   : "is as it was");
    case OUTCOME_LEFTOVERS:
        return g_strdup_printf("%s\n\nThis could not be taken back and is left: %s.",
                               error ? error : "QEMU refused.", left && *left ? left : "not known");
    case OUTCOME_LOST:
        return g_strdup(
            "The connection was lost in the middle: how far it came shows once it is back.");
    default:
        return g_strdup("It is not over.");
    }
}

static void on_finished(Session *session, const Transaction *transaction, gpointer data)
{
    Console *console = data;
    const Plan *plan = transaction_plan(transaction);
    g_autofree char *text = NULL;

    remember(console, plan);
    if (transaction_outcome(transaction) == OUTCOME_DONE) {
        console_say(console, ELEMENT_TEXT, "done: %s", plan->title);
    } else {
        console_await(console, NULL);
        text = failure_text(transaction);
        if (console->dialog)
            console_say(console, ELEMENT_ERROR, "%s", text);
        else
            console_open(console, refusal_dialog_new(plan->title, text));
    }
    console_paint_soon(console);
}

void console_run_plan(Console *console, Plan *plan)
{
    const PlanSubject *asked_for = plan->subjects->len ? plan->subjects->pdata[0] : NULL;

    if (asked_for && plan->verb == PLAN_ATTACH)
        console_await(console, asked_for->path);
    console_say(console, ELEMENT_DIM, "%s ...", plan->title);
    session_run(console->session, plan, on_finished, console);
}

static void fill_sent(LineList *list, gboolean ascii, gpointer data)
{
    Console *console = data;
    const GPtrArray *running = session_running(console->session);

    for (guint i = 0; running && i < running->len; i++) {
        const Plan *plan = transaction_plan(running->pdata[i]);

        line_list_text(list, ELEMENT_TITLE, plan->title);
        plan_lines_sent(list, plan, ascii);
        line_list_blank(list);
    }
    for (guint i = console->recent->len; i-- > 0;) {
        const SentPlan *sent = console->recent->pdata[i];

        line_list_text(list, ELEMENT_TITLE, sent->title);
        for (guint k = 0; k < sent->texts->len; k++)
            line_list_field(list, sent->labels->pdata[k], ELEMENT_TEXT, sent->texts->pdata[k]);
        line_list_blank(list);
    }
    if (line_list_length(list) == 0)
        line_list_text(list, ELEMENT_DIM, "Nothing was sent yet that changes the guest.");
}

void console_commands_sent(Console *console)
{
    console_open(console, text_dialog_new("Commands sent", fill_sent, console, NULL));
}
