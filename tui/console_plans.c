/* Plans in the console: asked for, confirmed, run, and what was sent for them. */
#include "tui/console_private.h"

#include "tui/attach_dialog.h"
#include "tui/confirm_dialog.h"
#include "tui/plan_lines.h"
#include "tui/text_dialog.h"

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

/* What is taken back or done again is that with the domain file as well. */
void console_confirm(Console *console, const char *verb, gboolean fresh, Plan *plan,
                     const GError *error)
{
    console->asking = FALSE;
    g_clear_pointer(&console->message, g_free);
    if (error)
        console_say(console, ELEMENT_ERROR, "%s", error->message);
    else if (console->dialog)
        plan_free(plan); /* the user went on to something else */
    else
        console_open(console, confirm_dialog_new(verb, plan, console->session, fresh));
    console_paint_soon(console);
}

static void on_attach_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Attach", TRUE, plan, error);
}

static void on_detach_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Detach", TRUE, plan, error);
}

static void on_undo_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Undo", FALSE, plan, error);
}

static void on_redo_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Redo", FALSE, plan, error);
}

gboolean console_begin_asking(Console *console)
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
    if (console_begin_asking(console))
        session_plan_attach(console->session, request, on_attach_planned, console);
}

void console_ask_detach(Console *console, const char *const *names)
{
    if (console_begin_asking(console))
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
    if (console_begin_asking(console))
        session_plan_undo(console->session, on_undo_planned, console);
}

void console_redo(Console *console)
{
    if (console_begin_asking(console))
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

    if (asked_for && asked_for->verb == PLAN_ATTACH)
        console_await(console, asked_for->path);
    console_say(console, ELEMENT_DIM, "%s ...", plan->title);
    session_run(console->session, plan, on_finished, console);
}

static void add_sent(LineList *list, const Plan *plan, gboolean ascii)
{
    line_list_text(list, ELEMENT_TITLE, plan->title);
    plan_lines_sent(list, plan, ascii);
    line_list_blank(list);
}

/* What runs, and what ran: the newest first. */
static void fill_sent(LineList *list, gboolean ascii, gpointer data)
{
    Console *console = data;
    const GPtrArray *running = session_running(console->session);
    const GPtrArray *history = session_history(console->session);

    for (guint i = 0; running && i < running->len; i++)
        add_sent(list, transaction_plan(running->pdata[i]), ascii);
    for (guint i = history->len; i-- > 0;)
        add_sent(list, ((const HistoryEntry *)history->pdata[i])->plan, ascii);
    if (line_list_length(list) == 0)
        line_list_text(list, ELEMENT_DIM, "Nothing was sent yet that changes the guest.");
}

void console_commands_sent(Console *console)
{
    console_open(console, text_dialog_new("Commands sent", fill_sent, console, NULL));
}
