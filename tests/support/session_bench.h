/* A fake guest with cards on pci.0, and a session on it, for tests of the session. */
#ifndef BACKPLANE_TEST_SESSION_BENCH_H
#define BACKPLANE_TEST_SESSION_BENCH_H

#include "engine/session.h"
#include "tests/support/fake_monitor.h"

/* What tells that the whole tree was read. */
#define READS "hmp:info qtree"

typedef struct {
    char *id;
    char *driver;
    guint slot;
} Card;

typedef struct {
    FakeMonitor *fake;
    Session *session;
    GPtrArray *cards;  /* (Card) what the guest has on pci.0 */
    gboolean stubborn; /* device_del is accepted and nothing happens */
    gboolean bridge;   /* a bridge stands in slot 1f */
    guint bridge_bus;  /* that leads to this bus, 0 before it is numbered */
    const char *status;
    guint changes[SESSION_RATES_CHANGED + 1];
    int free_at; /* the n-th change frees the session; -1 never */
    Plan *plan;  /* what was planned last */
    GError *refusal;
    guint planned;
    guint finished;
    Outcome outcome;
    guint facts_changed;
} Bench;

/* For cmocka; the guest has a NIC "net0" in slot 3. */
int bench_setup(void **state);
int bench_teardown(void **state);
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

/* Behind the session's back. */
void bench_plug(Bench *bench, const char *driver, const char *id, guint slot);
void bench_unplug(Bench *bench, const char *id);
gboolean bench_has(const Bench *bench, const char *id);
/* It goes, and DEVICE_DELETED tells. */
void bench_delete(Bench *bench, const char *id);

void bench_open(Bench *bench, SessionMode mode);
/* Opens it for watching and waits until it is live. */
void bench_connect(Bench *bench);
/* In the session's tree. */
Device *bench_device(const Bench *bench, const char *id);
/* Whether a line of the journal has this subject, text and outcome (NULL: any). */
gboolean bench_told(const Bench *bench, const char *subject, const char *text, const char *outcome);

/* A SessionPlanFn and a SessionRunFn that keep what they are told. */
void bench_on_planned(Session *session, Plan *plan, const GError *error, gpointer data);
void bench_on_finished(Session *session, const Transaction *transaction, gpointer data);
/* plan: (transfer full). Waits for its end. */
void bench_run(Bench *bench, Plan *plan);
/* An e1000 of this id in this slot comes, goes. (transfer full) */
Plan *bench_attach_plan(const char *id, guint slot);
Plan *bench_detach_plan(const char *id, guint slot);

#endif
