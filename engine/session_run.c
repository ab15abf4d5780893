/* Running plans: a transaction each, the journal of its steps, the marks on what leaves, and the
 * history of what was completed. */
#include "engine/session_private.h"

#include <string.h>

static const char *const kind_names[] = {
    [RUN_NEW] = "new", [RUN_STAGED] = "new", [RUN_UNDO] = "undo", [RUN_REDO] = "redo"
};

struct Run {
    Session *session;
    guint refused; /* idle: tells that it cannot run in a replay */
    Transaction *transaction;
    RunKind kind;
    const Plan *from; /* the plan of the history that is undone or redone */
    SessionRunFn finished;
    gpointer data;
    const Step *leaving; /* the latest that waited for the guest */
    GPtrArray *awaited;  /* (char) QOM paths that were asked to leave and have not been seen to */
    guint awaited_before;
};

/* --- the journal ----------------------------------------------------------------------------- */

/* Whom a step is about: the device that it names by id or path, else the one that it is for. NULL
 * where the plan has no such device. */
static const PlanSubject *step_subject(const Run *run, const Step *step)
{
    const GPtrArray *subjects = transaction_plan(run->transaction)->subjects;
    const char *id = json_string_value(json_object_get(step->action->arguments, "id"));

    if (!id || !g_str_has_prefix(step->action->command, "device_"))
        return step->subject < subjects->len ? subjects->pdata[step->subject] : NULL;
    for (guint i = 0; i < subjects->len; i++) {
        const PlanSubject *subject = subjects->pdata[i];

        if (g_strcmp0(subject->id, id) == 0 || g_strcmp0(subject->path, id) == 0)
            return subject;
    }
    return NULL;
}

/* (transfer full) */
static char *step_subject_name(const Run *run, const Step *step)
{
    const PlanSubject *subject = step_subject(run, step);

    return subject ? plan_subject_name(subject) : g_strdup(session_name(run->session));
}

static DeviceState step_glyph(const Run *run, const Step *step, gboolean back)
{
    const PlanSubject *subject = step_subject(run, step);
    PlanVerb verb = subject ? subject->verb : transaction_plan(run->transaction)->verb;

    if (verb == PLAN_MEDIUM)
        return STATE_PRESENT;
    return (verb == PLAN_ATTACH) != back ? STATE_ADDED : STATE_LEAVING;
}

static void log_command(Run *run, const Step *step, DeviceState state, const char *outcome,
                        gint64 ended)
{
    g_autofree char *subject = step_subject_name(run, step);
    g_autofree char *text = action_to_text(step->action);

    journal_add(run->session->journal, state, subject, text, outcome, ended - step->started);
}

static void log_waiting(Run *run, const Step *step)
{
    const PlanSubject *about = step_subject(run, step);
    g_autofree char *subject = step_subject_name(run, step);
    g_autofree char *place = about ? address_to_text(&about->address) : NULL;
    g_autofree char *text = NULL;

    text = step->action->leaves ? g_strdup_printf("waiting for the guest to release %s",
                                                  place && *place ? place : "it")
                                : g_strdup("waiting for the guest to open its locked tray");
    journal_add(run->session->journal, STATE_LEAVING, subject, text, NULL, -1);
}

static void log_taken_back(Run *run, const Step *step)
{
    g_autofree char *subject = step_subject_name(run, step);
    g_autofree char *text = g_strdup_printf("%s: taken back", step->words);

    journal_add(run->session->journal, step_glyph(run, step, TRUE), subject, text, NULL,
                step->ended - step->started);
}

static void log_left(Run *run, const Step *step)
{
    g_autofree char *subject = step_subject_name(run, step);
    g_autofree char *text = g_strdup_printf("%s: could not be taken back", step->words);

    journal_add(run->session->journal, STATE_REFUSED, subject, text, step->error, -1);
}

/* What the step plugged, by the name that inventory_learn takes. (transfer full) NULL: nothing that
 * a QEMU of 0.10 or 0.11 would not tell. */
static char *plugged_name(const Action *action)
{
    json_t *options = json_object_get(action->arguments, "options");
    const char *name = json_string_value(json_object_get(options, "name"));

    if (strcmp(action->command, "pci_add") == 0 && name)
        return g_strconcat("nic ", name, NULL);
    if (strcmp(action->command, "drive_add") != 0)
        return NULL;
    return g_strdup_printf("scsi%d-%s%d", (int)json_integer_value(json_object_get(options, "bus")),
                           json_object_get(options, "media") ? "cd" : "hd",
                           (int)json_integer_value(json_object_get(options, "unit")));
}

/* Of a disk on one of several adapters nothing tells afterwards where it is, nor of one of two
 * equal NICs. */
static void run_learn(const Run *run, const Step *step)
{
    const char *slot = json_string_value(json_object_get(step->action->arguments, "pci_addr"));
    g_autofree char *name = slot && step->state == STEP_DONE ? plugged_name(step->action) : NULL;
    g_autofree char *address = slot ? g_strdup_printf("00:%s.0", slot + strlen("0:")) : NULL;

    if (name && run->session->inventory)
        inventory_learn(run->session->inventory, name, address);
}

static void step_log(Run *run, const Step *step)
{
    switch (step->state) {
    case STEP_LEAVING:
        if (step->action->leaves)
            log_command(run, step, step_glyph(run, step, FALSE), "-> {}", g_get_monotonic_time());
        log_waiting(run, step);
        break;
    case STEP_DONE:
        if (step != run->leaving)
            log_command(run, step, step_glyph(run, step, FALSE),
                        step->action->kind == ACTION_COMMAND ? "-> {}" : NULL, step->ended);
        break;
    case STEP_FAILED:
        log_command(run, step, STATE_REFUSED, step->error, step->ended);
        break;
    case STEP_UNDONE:
        log_taken_back(run, step);
        break;
    case STEP_LEFT:
        log_left(run, step);
        break;
    case STEP_WAITING:
    case STEP_RUNNING:
    case STEP_UNDOING:
    default:
        break;
    }
}

static void run_log_end(Run *run)
{
    const Plan *plan = transaction_plan(run->transaction);
    g_auto(GStrv) left = transaction_leftovers(run->transaction);
    g_autofree char *names = g_strjoinv(", ", left);
    g_autofree char *text = NULL;

    switch (transaction_outcome(run->transaction)) {
    case OUTCOME_ROLLED_BACK:
        text = g_strdup_printf("%s: refused, the guest is as it was", plan->title);
        break;
    case OUTCOME_LEFTOVERS:
        text = g_strdup_printf("%s: refused, and left behind: %s", plan->title, names);
        break;
    case OUTCOME_LOST:
        text = g_strdup_printf("%s: connection lost on the way, how far it went is not known",
                               plan->title);
        break;
    case OUTCOME_PENDING:
    case OUTCOME_DONE:
    default:
        return;
    }
    session_log(run->session, STATE_REFUSED, session_name(run->session), text, NULL, -1);
}

/* --- what the transaction says --------------------------------------------------------------- */

/* A device that has come and is asked to leave within one plan may be in no tree yet: it is marked
 * again with each tree. One that the guest keeps stays marked when the plan is over. */
void session_runs_mark(Session *session)
{
    for (guint i = 0; i < session->runs->len; i++) {
        const Run *run = session->runs->pdata[i];

        for (guint j = 0; j < run->awaited->len; j++)
            marks_leaving(session->marks, run->awaited->pdata[j]);
    }
    if (session->guest)
        marks_show(session->marks, session->guest);
}

/* The step that waited has its end. What was awaited is gone, unless it was left behind. */
static void run_wait_over(Run *run, const Step *step)
{
    if (step != run->leaving ||
        (step->state != STEP_DONE && step->state != STEP_UNDONE && step->state != STEP_FAILED))
        return;
    g_ptr_array_set_size(run->awaited, (int)run->awaited_before);
}

static void run_wait(Run *run, const Step *step)
{
    const char *const *leaves = transaction_leaves(run->transaction);

    if (!leaves)
        return;
    run->leaving = step;
    run->awaited_before = run->awaited->len;
    for (guint i = 0; leaves[i]; i++)
        g_ptr_array_add(run->awaited, g_strdup(leaves[i]));
    session_runs_mark(run->session);
}

static void on_step(Transaction *transaction, const Step *step, gpointer data)
{
    Run *run = data;
    Session *session = g_rc_box_acquire(run->session);
    gboolean waits = transaction_leaving(transaction) == step;

    step_log(run, step);
    run_learn(run, step);
    run_wait_over(run, step);
    run_wait(run, step);
    /* From here on a listener may have freed the session, and the run with it. */
    session_notify(session, SESSION_JOURNAL_GREW);
    if (waits)
        session_notify(session, SESSION_TREE_CHANGED);
    session_notify(session, SESSION_PLAN_CHANGED);
    session_unref(session);
}

static void run_remember(Run *run)
{
    History *history = run->session->history;
    gboolean done = transaction_outcome(run->transaction) == OUTCOME_DONE;

    history_ended(history, transaction_plan(run->transaction),
                  transaction_outcome(run->transaction), transaction_error(run->transaction));
    if (run->kind == RUN_STAGED)
        staging_end(run->session->staging, done);
    if (!done)
        return;
    if (run->kind == RUN_UNDO)
        history_undid(history, run->from);
    else if (run->kind == RUN_REDO)
        history_redid(history, run->from);
    else
        history_did(history, transaction_plan(run->transaction));
}

static void run_free(Run *run)
{
    if (run->refused)
        g_source_remove(run->refused);
    transaction_free(run->transaction);
    g_ptr_array_unref(run->awaited);
    g_free(run);
}

/* Last: tells whoever started it. */
static void run_conclude(Run *run)
{
    Session *session = run->session;

    g_ptr_array_remove(session->runs, run);
    if (run->finished)
        run->finished(session, run->transaction, run->data);
    run_free(run);
}

static void on_run_read(Session *session, const GError *error, gpointer data)
{
    run_conclude(data);
}

/* The outcome is told together with the tree that shows it. */
static void on_finished(Transaction *transaction, gpointer data)
{
    Run *run = data;
    Session *session = g_rc_box_acquire(run->session);

    run_remember(run);
    session_record_ended(session, transaction, kind_names[run->kind]);
    if (transaction_plan(transaction)->file)
        session_domain_touched(session);
    g_ptr_array_remove(session->running, transaction);
    run_log_end(run);
    if (!session->freed)
        session_notify(session, SESSION_PLAN_CHANGED);
    if (!session->freed) {
        if (session->state == SESSION_LIVE)
            session_read(session, INVENTORY_TREE, on_run_read, run);
        else
            run_conclude(run);
    }
    session_unref(session);
}

/* --- starting -------------------------------------------------------------------------------- */

/* The plan that was given away comes back: by its address alone it could be a later one. */
static gboolean is_offered(const Session *session, const Plan *plan)
{
    json_t *content = plan == session->offered ? plan_to_json(plan) : NULL;
    gboolean same = content && json_equal(content, session->offered_content);

    json_decref(content);
    return same;
}

void session_offer(Session *session, const Plan *plan, RunKind kind, const Plan *from)
{
    session->offered = plan;
    session->offered_kind = kind;
    session->offered_from = from;
    json_decref(session->offered_content);
    session->offered_content = plan_to_json(plan);
}

static gboolean on_refused(gpointer data)
{
    Run *run = data;
    Session *session = g_rc_box_acquire(run->session);

    run->refused = 0;
    run_conclude(run);
    session_unref(session);
    return G_SOURCE_REMOVE;
}

/* Where nothing may be changed: over at once, and in no list of what runs. */
static const Transaction *run_refuse(Run *run, Plan *plan)
{
    g_autoptr(GError) error = NULL;

    session_allows_changes(run->session, &error);
    run->transaction = transaction_new_recorded(plan);
    transaction_show(run->transaction, OUTCOME_ROLLED_BACK, error->message, NULL);
    g_ptr_array_add(run->session->runs, run);
    run->refused = g_timeout_add(0, on_refused, run);
    return run->transaction;
}

static Run *run_new(Session *session, SessionRunFn finished, gpointer data)
{
    Run *run = g_new0(Run, 1);

    run->session = session;
    run->awaited = g_ptr_array_new_with_free_func(g_free);
    run->finished = finished;
    run->data = data;
    return run;
}

const Transaction *session_run(Session *session, Plan *plan, SessionRunFn finished, gpointer data)
{
    static const TransactionListener listener = { on_step, on_finished };
    Run *run = run_new(session, finished, data);
    gboolean freed;

    if (!session_allows_changes(session, NULL))
        return run_refuse(run, plan);
    run->kind = is_offered(session, plan) ? session->offered_kind : RUN_NEW;
    run->from = session->offered_from;
    if (run->kind == RUN_STAGED)
        staging_begin(session->staging);
    run->transaction = transaction_new(session->state == SESSION_LIVE ? session->monitor : NULL,
                                       plan, &listener, run);
    g_ptr_array_add(session->runs, run);
    g_ptr_array_add(session->running, run->transaction);
    g_rc_box_acquire(session);
    session_notify(session, SESSION_PLAN_CHANGED);
    freed = session->freed;
    session_unref(session);
    return freed ? NULL : run->transaction;
}

gboolean session_cancel(Session *session, const Transaction *transaction)
{
    guint index;

    return !session->replay && g_ptr_array_find(session->running, transaction, &index) &&
           transaction_cancel(session->running->pdata[index]);
}

const GPtrArray *session_running(const Session *session)
{
    return session->running;
}

/* --- what the connection says ---------------------------------------------------------------- */

void session_runs_event(Session *session, const char *name, json_t *payload)
{
    for (guint i = session->running->len; i-- > 0 && !session->freed;) {
        if (i < session->running->len)
            transaction_event(session->running->pdata[i], name, payload);
    }
}

/* Those that are over and wait for a read have their outcome; the others are lost now. */
void session_runs_lost(Session *session, const GError *error)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_copy(session->runs, NULL, NULL);

    for (guint i = 0; i < runs->len && !session->freed; i++) {
        Run *run = runs->pdata[i];

        if (!g_ptr_array_find(session->runs, run, NULL))
            continue;
        if (transaction_outcome(run->transaction) == OUTCOME_PENDING)
            transaction_lost(run->transaction, error);
        else
            run_conclude(run);
    }
}

void session_runs_free(Session *session)
{
    for (guint i = 0; i < session->runs->len; i++)
        run_free(session->runs->pdata[i]);
    g_ptr_array_set_size(session->runs, 0);
    g_ptr_array_set_size(session->running, 0);
}

/* --- leaving devices ------------------------------------------------------------------------- */

static Transaction *awaiting(const Session *session, const Device *device)
{
    for (guint i = 0; device->path && i < session->running->len; i++) {
        Transaction *transaction = session->running->pdata[i];
        const char *const *leaves = transaction_leaves(transaction);

        if (leaves && g_strv_contains(leaves, device->path))
            return transaction;
    }
    return NULL;
}

gboolean session_awaits(const Session *session, const Device *device)
{
    return awaiting(session, device) != NULL;
}

gboolean session_ask_again(Session *session, const Device *device)
{
    Transaction *transaction = awaiting(session, device);
    g_autofree char *name = NULL;

    if (!transaction || !session_allows_changes(session, NULL))
        return FALSE;
    transaction_ask_again(transaction);
    name = device_display_name(device);
    session_log(session, STATE_LEAVING, name, "asked again", NULL, -1);
    return TRUE;
}

void session_runs_forget(Session *session, gpointer data)
{
    for (guint i = 0; i < session->runs->len; i++) {
        Run *run = session->runs->pdata[i];

        if (run->data == data)
            run->finished = NULL;
    }
}
