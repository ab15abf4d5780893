/* Asks before a plan runs: what it does, step by step, and to what. The answer that does nothing is
 * the one that has the focus. */
#ifndef BACKPLANE_CONFIRM_DIALOG_H
#define BACKPLANE_CONFIRM_DIALOG_H

#include "tui/dialog.h"

/* verb: the word on the button: "Detach". plan: (transfer full). guest: where its subjects are
 * looked up; only for this call. (transfer full) */
Dialog *confirm_dialog_new(const char *verb, Plan *plan, const Guest *guest);

#endif
