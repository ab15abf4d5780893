/* A transaction does one action at a time: first the steps in order, and when one is refused the
 * undo actions of those done, backwards. How a single action ends is in work.c; what follows from
 * that is here. Every entry from the main loop holds a reference, and a freed transaction has no
 * monitor. */
#include "engine/transaction.h"

#include <string.h>

#include "engine/work.h"

struct Transaction {
    Monitor *monitor; /* NULL once it is freed or over */
    Plan *plan;
    TransactionListener listener;
    gpointer data;
    Outcome outcome;
    char *error;
    guint start;
    Work *work;         /* the action under way */
    gboolean cancelled; /* no further step is begun */
    gboolean undoing;
    guint current;   /* step; while undoing, those below it are still to be undone */
    guint undo;      /* action of the current step's undo */
    guint deadline;  /* of an undo that waits for the guest */
    gboolean silent; /* a device went without DEVICE_DELETED */
    GPtrArray *left; /* (char) what refused commands left, in words */
    char **shown;    /* of a recorded one: what its step waits for */
    json_t *deleted; /* payloads of DEVICE_DELETED: some come before the device_del they belong to,
                        since an eject takes the whole slot */
};

static void transaction_undo(Transaction *transaction);

static void transaction_clear(gpointer data)
{
    Transaction *transaction = data;

    plan_free(transaction->plan);
    json_decref(transaction->deleted);
    g_clear_pointer(&transaction->left, g_ptr_array_unref);
    g_free(transaction->error);
    g_strfreev(transaction->shown);
}

static void transaction_unref(Transaction *transaction)
{
    g_rc_box_release_full(transaction, transaction_clear);
}

static Step *transaction_step(const Transaction *transaction)
{
    return transaction->plan->steps->pdata[transaction->current];
}

/* --- telling --------------------------------------------------------------------------------- */

static void step_enter(Transaction *transaction, Step *step, StepState state)
{
    step->state = state;
    if (state == STEP_RUNNING)
        step->started = g_get_monotonic_time();
    else if (state != STEP_LEAVING && state != STEP_UNDOING)
        step->ended = g_get_monotonic_time();
    if (transaction->listener.step)
        transaction->listener.step(transaction, step, transaction->data);
}

static void transaction_stop(Transaction *transaction)
{
    if (transaction->start)
        g_source_remove(transaction->start);
    if (transaction->deadline)
        g_source_remove(transaction->deadline);
    transaction->start = transaction->deadline = 0;
    g_clear_pointer(&transaction->work, work_free);
    transaction->monitor = NULL;
}

static void transaction_finish(Transaction *transaction, Outcome outcome)
{
    if (transaction->outcome != OUTCOME_PENDING)
        return;
    transaction_stop(transaction);
    if (transaction->plan->file)
        file_change_abandon(transaction->plan->file);
    transaction->outcome = outcome;
    if (transaction->listener.finished)
        transaction->listener.finished(transaction, transaction->data);
}

static void transaction_lose(Transaction *transaction, const char *message)
{
    if (!transaction->error)
        transaction->error = g_strdup(message);
    transaction_finish(transaction, OUTCOME_LOST);
}

/* --- one action ------------------------------------------------------------------------------ */

static void work_ended(Transaction *transaction, const char *refusal);

static void work_drop(Transaction *transaction)
{
    if (transaction->deadline)
        g_source_remove(transaction->deadline);
    transaction->deadline = 0;
    g_clear_pointer(&transaction->work, work_free);
}

static gboolean on_deadline(gpointer data)
{
    Transaction *transaction = g_rc_box_acquire(data);

    transaction->deadline = 0;
    work_drop(transaction);
    work_ended(transaction, "the guest has not released it");
    transaction_unref(transaction);
    return G_SOURCE_REMOVE;
}

static void on_leaving(Transaction *transaction)
{
    if (transaction->undoing)
        transaction->deadline =
            g_timeout_add(TRANSACTION_ROLLBACK_WAIT_MS, on_deadline, transaction);
    step_enter(transaction, transaction_step(transaction),
               transaction->undoing ? STEP_UNDOING : STEP_LEAVING);
}

static void on_work(WorkNews news, const char *message, gpointer data)
{
    Transaction *transaction = g_rc_box_acquire(data);

    if (news == WORK_LEAVING) {
        on_leaving(transaction);
    } else if (news == WORK_LOST) {
        transaction_lose(transaction, message);
    } else {
        g_autofree char *refusal = g_strdup(message);

        transaction->silent |= work_silent(transaction->work);
        if (work_left(transaction->work))
            g_ptr_array_add(transaction->left, g_strdup(work_left(transaction->work)));
        work_drop(transaction);
        work_ended(transaction, refusal);
    }
    transaction_unref(transaction);
}

static void transaction_work(Transaction *transaction, const Action *action)
{
    if (!transaction->monitor)
        return;
    if (strcmp(action->command, "device_add") == 0)
        json_array_clear(transaction->deleted); /* it may be one of those */
    transaction->work =
        work_new(transaction->monitor, action, transaction->plan->title, transaction->plan->file,
                 transaction->silent, transaction->deleted, on_work, transaction);
}

/* --- forwards -------------------------------------------------------------------------------- */

/* Nothing more is done, and what was done is taken back. */
static void transaction_turn_back(Transaction *transaction, const char *why)
{
    transaction->error = g_strdup(why);
    transaction->undoing = TRUE;
    transaction_undo(transaction);
}

static void transaction_next(Transaction *transaction)
{
    Step *step;

    if (!transaction->monitor)
        return;
    if (transaction->cancelled) {
        transaction_turn_back(transaction, "cancelled");
        return;
    }
    if (transaction->current == transaction->plan->steps->len) {
        transaction_finish(transaction, OUTCOME_DONE);
        return;
    }
    step = transaction_step(transaction);
    step_enter(transaction, step, STEP_RUNNING);
    transaction_work(transaction, step->action);
}

static void step_ended(Transaction *transaction, const char *refusal)
{
    Step *step = transaction_step(transaction);

    if (!refusal) {
        step_enter(transaction, step, STEP_DONE);
        transaction->current++;
        transaction_next(transaction);
        return;
    }
    step->error = g_strdup(refusal);
    step_enter(transaction, step, STEP_FAILED);
    transaction_turn_back(transaction, refusal);
}

/* --- and back -------------------------------------------------------------------------------- */

/* A step that could not be taken back and uses what this action removes. Asking QEMU will not do:
 * netdev_del succeeds under a NIC that is plugged in, and cuts its network for good. */
static const Step *transaction_user(const Transaction *transaction, const Action *action)
{
    for (guint i = transaction->current + 1; i < transaction->plan->steps->len; i++) {
        const Step *step = transaction->plan->steps->pdata[i];

        if (step->state == STEP_LEFT && work_uses(step->action, action))
            return step;
    }
    return NULL;
}

static void step_left(Step *step, char *error)
{
    if (step->error)
        g_free(error);
    else
        step->error = error;
}

/* The undo actions of one step, in their order. */
static void step_undo(Transaction *transaction)
{
    Step *step = transaction_step(transaction);

    while (transaction->monitor && transaction->undo < step->undo->len) {
        const Action *action = step->undo->pdata[transaction->undo];
        const Step *user = transaction_user(transaction, action);

        if (!user) {
            transaction_work(transaction, action);
            return;
        }
        step_left(step, g_strdup_printf("it is still used by %s", user->words));
        transaction->undo++;
    }
    step_enter(transaction, step, step->error ? STEP_LEFT : STEP_UNDONE);
    transaction_undo(transaction);
}

static void undo_ended(Transaction *transaction, const char *refusal)
{
    if (refusal)
        step_left(transaction_step(transaction), g_strdup(refusal));
    transaction->undo++;
    step_undo(transaction);
}

static Outcome transaction_undone(const Transaction *transaction)
{
    g_auto(GStrv) left = transaction_leftovers(transaction);

    return left[0] ? OUTCOME_LEFTOVERS : OUTCOME_ROLLED_BACK;
}

/* The step before the current one. */
static void transaction_undo(Transaction *transaction)
{
    Step *step;

    if (!transaction->monitor)
        return;
    if (transaction->current == 0) {
        transaction_finish(transaction, transaction_undone(transaction));
        return;
    }
    transaction->current--;
    transaction->undo = 0;
    step = transaction_step(transaction);
    if (step->undo->len == 0)
        step_left(step, g_strdup("there is no way back"));
    step_enter(transaction, step, STEP_UNDOING);
    step_undo(transaction);
}

static void work_ended(Transaction *transaction, const char *refusal)
{
    if (!transaction->monitor)
        return;
    if (transaction->undoing)
        undo_ended(transaction, refusal);
    else
        step_ended(transaction, refusal);
}

/* --- life ------------------------------------------------------------------------------------ */

static gboolean on_start(gpointer data)
{
    Transaction *transaction = g_rc_box_acquire(data);

    transaction->start = 0;
    if (transaction->monitor)
        transaction_next(transaction);
    else
        transaction_lose(transaction, "there is no connection to the guest");
    transaction_unref(transaction);
    return G_SOURCE_REMOVE;
}

Transaction *transaction_new(Monitor *monitor, Plan *plan, const TransactionListener *listener,
                             gpointer data)
{
    Transaction *transaction = g_rc_box_new0(Transaction);

    transaction->monitor = monitor;
    transaction->plan = plan;
    transaction->deleted = json_array();
    transaction->left = g_ptr_array_new_with_free_func(g_free);
    transaction->listener = *listener;
    transaction->data = data;
    transaction->start = g_timeout_add(0, on_start, transaction);
    return transaction;
}

Transaction *transaction_new_recorded(Plan *plan)
{
    Transaction *transaction = g_rc_box_new0(Transaction);

    transaction->plan = plan;
    return transaction;
}

/* The step that is under way, or was last. */
static guint step_shown(const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        StepState state = ((const Step *)plan->steps->pdata[i])->state;

        if (state == STEP_LEAVING || state == STEP_RUNNING || state == STEP_UNDOING)
            return i;
    }
    return plan->steps->len ? plan->steps->len - 1 : 0;
}

void transaction_show(Transaction *transaction, Outcome outcome, const char *error, char **leaves)
{
    gboolean waits = leaves && transaction->plan->steps->len;

    transaction->outcome = outcome;
    transaction->current = step_shown(transaction->plan);
    g_free(transaction->error);
    transaction->error = g_strdup(error);
    g_strfreev(transaction->shown);
    transaction->shown = waits ? g_strdupv(leaves) : NULL;
}

void transaction_free(Transaction *transaction)
{
    if (!transaction)
        return;
    transaction->listener = (TransactionListener){ NULL };
    transaction_stop(transaction);
    transaction_unref(transaction);
}

/* --- the face -------------------------------------------------------------------------------- */

void transaction_event(Transaction *transaction, const char *name, json_t *payload)
{
    if (strcmp(name, "DEVICE_DELETED") == 0)
        json_array_append(transaction->deleted, payload);
    if (transaction->work)
        work_event(transaction->work, name, payload);
}

void transaction_lost(Transaction *transaction, const GError *error)
{
    transaction_lose(transaction, error->message);
}

const Plan *transaction_plan(const Transaction *transaction)
{
    return transaction->plan;
}

Outcome transaction_outcome(const Transaction *transaction)
{
    return transaction->outcome;
}

const char *transaction_error(const Transaction *transaction)
{
    return transaction->error;
}

const Step *transaction_leaving(const Transaction *transaction)
{
    return transaction_leaves(transaction) ? transaction_step(transaction) : NULL;
}

const char *const *transaction_leaves(const Transaction *transaction)
{
    const Action *action = transaction->work ? work_leaving(transaction->work) : NULL;

    return (const char *const *)(action ? action->leaves : transaction->shown);
}

char **transaction_leftovers(const Transaction *transaction)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    for (guint i = 0; i < transaction->plan->steps->len; i++) {
        const Step *step = transaction->plan->steps->pdata[i];

        if (step->state == STEP_LEFT)
            g_strv_builder_add(words, step->words);
    }
    for (guint i = 0; transaction->left && i < transaction->left->len; i++)
        g_strv_builder_add(words, transaction->left->pdata[i]);
    return g_strv_builder_end(words);
}

gboolean transaction_cancel(Transaction *transaction)
{
    if (transaction->outcome != OUTCOME_PENDING ||
        (transaction_leaving(transaction) && !transaction->undoing))
        return FALSE;
    transaction->cancelled = TRUE;
    return TRUE;
}

void transaction_ask_again(Transaction *transaction)
{
    if (transaction->work)
        work_ask_again(transaction->work);
}
