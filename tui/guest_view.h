/* The guest view: what the guest says on its serial console, for guests that we started. Read-only:
 * so one sees what hotplug looks like from within. */
#ifndef BACKPLANE_GUEST_VIEW_H
#define BACKPLANE_GUEST_VIEW_H

#include "tui/view.h"

extern const ViewClass guest_view_class;

#endif
