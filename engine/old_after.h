/* What the commands of QEMU 0.10 to 0.14 change, done to a copy of the guest. Private to
 * guest_after.c. */
#ifndef BACKPLANE_OLD_AFTER_H
#define BACKPLANE_OLD_AFTER_H

#include "engine/guest.h"
#include "engine/plan.h"

/* What the action plugs, or makes on the host's side, is in the guest from now on. Other commands
 * change nothing. The devices that an action takes away are not its business. */
void old_after(Guest *guest, const Plan *plan, const Action *action);

#endif
