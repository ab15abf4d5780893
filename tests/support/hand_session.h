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
