/* A guest as a plan will leave it: what is planned next has to fit that one. */
#ifndef BACKPLANE_GUEST_AFTER_H
#define BACKPLANE_GUEST_AFTER_H

#include "engine/guest.h"
#include "engine/plan.h"

/* What the plan plugs is in it, marked as planned, and what it unplugs is not; the same for back
 * ends, where the guest was read with INVENTORY_ALL. (transfer full) */
Guest *guest_after(const Guest *guest, const Plan *plan);

#endif
