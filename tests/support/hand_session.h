/* A session without a monitor: what it says is set by the test. hand_session.c is included by the
 * test program itself (not linked from the library of supports), so that its functions stand in for
 * those of engine/session.c there and nowhere else. */
#ifndef BACKPLANE_TESTS_HAND_SESSION_H
#define BACKPLANE_TESTS_HAND_SESSION_H

#include "engine/session_domain.h"

struct Session {
    SessionState state;
    GError *error;
    gint64 lost_at;
    Guest *guest; /* owned */
    Journal *journal;
    Trace *trace;
    const char *recording; /* NULL: nothing is recorded */
    SessionFn listener;
    gpointer listener_data;
    Image image; /* of every file asked for; no path: none */
    GPtrArray *running;
    SessionPlanFn planned; /* a plan that was asked for: hand_session_answer */
    gpointer planned_data;
    char *asked;         /* what was asked for: "attach", "detach PATH", ... */
    Plan *ran;           /* what session_run got */
    const Plan *plugged; /* what plugged every device; NULL */
    const char *serial;  /* of a guest that was started; NULL: it was not */
    guint runs;          /* how often it was called */
    guint saves;         /* of the domain file */

    int rate_watchers;
    gboolean (*rate)(const Device *device, Rate *rate); /* NULL: no rate is known */

    gboolean read_only;

    GPtrArray *staged;  /* (StagedPlan) */
    gboolean applied;   /* it is being applied */
    GPtrArray *history; /* (HistoryEntry) */
    gint64 clock;       /* of the steps of plans */

    Domain *domain, *saved; /* NULL: no domain file */
    Match *match;
    gboolean backup;      /* of the latest save */
    const char *obstacle; /* what saving fails with; NULL: it does not */
};

Session *hand_session_new(Guest *guest);
void hand_session_change(Session *session, SessionChange change);
/* Replaces the guest (transfer full) and tells. */
void hand_session_set_guest(Session *session, Guest *guest);
/* The session has this domain file, "/srv/vm/web01.xml"; nothing is written to it. */
void hand_session_set_domain(Session *session, const char *xml);
void hand_session_answer(Session *session, Plan *plan, const GError *error);

#endif
