/* Asks before a plan runs: what it does, step by step, and to what. The answer that does nothing is
 * the one that has the focus. */
#ifndef BACKPLANE_CONFIRM_DIALOG_H
#define BACKPLANE_CONFIRM_DIALOG_H

#include "engine/session_domain.h"
#include "tui/dialog.h"

/* verb: the word on the button: "Detach". plan: (transfer full). session: where its subjects are
 * looked up; outlives the dialog. fresh: the plan is a new one: it can be staged, and the domain
 * file be changed along. (transfer full) */
Dialog *confirm_dialog_new(const char *verb, Plan *plan, Session *session, gboolean fresh);

#endif
