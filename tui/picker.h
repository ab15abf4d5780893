/* The screen that lets one choose among the guests of this host. It knows no session: what was
 * chosen is the target for one. */
#ifndef BACKPLANE_PICKER_H
#define BACKPLANE_PICKER_H

#include "tui/options.h"

/* Runs it on the terminal. Gives the target of the guest that was chosen, or NULL and in *status
 * the exit status when the user left. pid: of the guest that the cursor is to be on, 0 for any; the
 * pid of the chosen one afterwards. The terminal is restored on every way out. (transfer full) */
char *picker_run(const Options *options, gint *pid, int *status);

#endif
