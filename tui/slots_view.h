/* Every PCI bus as a chassis with a card for each slot, with the places of controllers below. */
#ifndef BACKPLANE_SLOTS_VIEW_H
#define BACKPLANE_SLOTS_VIEW_H

#include "tui/view.h"

extern const ViewClass slots_view_class;

#endif
