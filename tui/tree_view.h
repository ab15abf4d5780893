/* The tree of devices: the view that is there first. */
#ifndef BACKPLANE_TREE_VIEW_H
#define BACKPLANE_TREE_VIEW_H

#include "tui/view.h"

extern const ViewClass tree_view_class;

/* Free places one by one, or as runs. */
void tree_view_toggle_vacant(View *view);

#endif
