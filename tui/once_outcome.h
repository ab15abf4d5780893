/* What attach and detach say of a plan that did not do what it should. */
#ifndef BACKPLANE_ONCE_OUTCOME_H
#define BACKPLANE_ONCE_OUTCOME_H

#include "tui/once_loop.h"

/* TRUE when the plan did what it should; else all is said and the command ends. */
gboolean once_outcome_is_done(Once *once, const Transaction *transaction);

#endif
