/* The plan view: what runs, what is staged, and what ran. */
#ifndef BACKPLANE_PLAN_VIEW_H
#define BACKPLANE_PLAN_VIEW_H

#include "tui/view.h"

extern const ViewClass plan_view_class;

/* Of any view: the plan that the cursor is on, or on a step of; NULL for none. Valid until the next
 * call that is not const. */
const Plan *plan_view_plan(const View *view);
/* The staged change that the cursor is on, as session_unstage counts; G_MAXUINT for none. */
guint plan_view_staged(const View *view);

#endif
