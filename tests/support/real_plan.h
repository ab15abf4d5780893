/* Plans on a real guest, for tests: every function waits for its end and fails the running test
 * when it does not come. */
#ifndef BACKPLANE_TEST_REAL_PLAN_H
#define BACKPLANE_TEST_REAL_PLAN_H

#include "engine/session.h"
#include "tests/support/real_qemu.h"

/* Connected, with its first tree. (transfer full) */
Session *real_plan_session(RealQemu *qemu);

/* options: KEY=VALUE up to a NULL. refusal: gets the planner's sentence, and the plan is NULL then;
 * NULL: a refusal fails the test. (transfer full) */
Plan *real_plan_attach(Session *session, const char *kind, const char *const *options,
                       char **refusal);
/* name: what guest_find takes. (transfer full) */
Plan *real_plan_detach(Session *session, const char *name, char **refusal);
/* name: as above. (transfer full) */
Plan *real_plan_medium(Session *session, const char *name, const MediumChange *change,
                       char **refusal);
/* ask: session_plan_undo or session_plan_redo. (transfer full) */
Plan *real_plan_history(Session *session,
                        void (*ask)(Session *session, SessionPlanFn done, gpointer data));

/* Runs it to the expected end; gives QEMU's sentence, NULL for none. plan: (transfer full).
 * (transfer full) */
char *real_plan_run_to(Session *session, Plan *plan, Outcome expected);
/* The same, to OUTCOME_DONE. */
void real_plan_run(Session *session, Plan *plan);

/* QEMU's state is the expected one of real_qemu_state. */
void real_plan_assert_state(RealQemu *qemu, const char *expected, const char *when);
/* QEMU has the device, of that driver, on that bus, at that place. */
void real_plan_assert_present(RealQemu *qemu, const PlanSubject *subject);

#endif
