/* Runs a plan against a monitor: one step after the other, waiting for the guest where a step needs
 * it; on a failure everything done is taken back in reverse order. */
#ifndef BACKPLANE_TRANSACTION_H
#define BACKPLANE_TRANSACTION_H

#include "engine/plan.h"
#include "monitor/monitor.h"

/* How long a rollback waits for the guest to release a device before it is listed as left behind.
 */
#define TRANSACTION_ROLLBACK_WAIT_MS 5000

typedef enum {
    OUTCOME_PENDING,
    OUTCOME_DONE,
    OUTCOME_ROLLED_BACK, /* refused, and the guest (and the file) is as it was */
    OUTCOME_LEFTOVERS,   /* refused, and not everything could be taken back */
    OUTCOME_LOST,        /* the connection went in the middle: a file that the plan carries its
                          * change into is as it was, unless its turn had come */
} Outcome;

typedef struct Transaction Transaction;

typedef struct {
    /* A step changed its state, or one that is being undone waits for the guest now. */
    void (*step)(Transaction *transaction, const Step *step, gpointer data);
    /* Over; outcome is not OUTCOME_PENDING. Once. */
    void (*finished)(Transaction *transaction, gpointer data);
} TransactionListener;

/* plan: (transfer full). Starts in the next turn of the main loop. monitor NULL: there is no
 * connection, and it ends as OUTCOME_LOST. */
Transaction *transaction_new(Monitor *monitor, Plan *plan, const TransactionListener *listener,
                             gpointer data);
/* One that was recorded: it shows what it is given, and does nothing. leaves: the QOM paths that
 * its step waits for, NULL unless one waits. plan: (transfer full). */
Transaction *transaction_new_recorded(Plan *plan);
void transaction_show(Transaction *transaction, Outcome outcome, const char *error, char **leaves);

/* Stops listening; what was sent stays sent. Safe inside its own callbacks; the monitor must still
 * be there unless the transaction is over. */
void transaction_free(Transaction *transaction);

/* The owner passes on events and the loss of the connection. */
void transaction_event(Transaction *transaction, const char *name, json_t *payload);
void transaction_lost(Transaction *transaction, const GError *error);

const Plan *transaction_plan(const Transaction *transaction);
Outcome transaction_outcome(const Transaction *transaction);
/* QEMU's sentence for the step that failed, else why the connection was lost; NULL. */
const char *transaction_error(const Transaction *transaction);
/* The step that waits for the guest to let go; NULL when none does. */
const Step *transaction_leaving(const Transaction *transaction);
/* The QOM paths that it waits for, NULL unless a step waits. (transfer none) */
const char *const *transaction_leaves(const Transaction *transaction);
/* Words of what could not be undone. (transfer full) */
char **transaction_leftovers(const Transaction *transaction);
/* Begins no further step, and takes back what was done once the command under way is answered: it
 * ends as refused. FALSE when it is over, or waits for the guest to let go, which nothing takes
 * back.
 */
gboolean transaction_cancel(Transaction *transaction);
/* Sends the device_del that waits once more; whatever QEMU says to that, the wait goes on. */
void transaction_ask_again(Transaction *transaction);

#endif
