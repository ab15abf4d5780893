/* The drives of the guest: bays by controller, what is in them, and how fast it is read and
 * written. */
#ifndef BACKPLANE_DRIVES_VIEW_H
#define BACKPLANE_DRIVES_VIEW_H

#include "tui/view.h"

extern const ViewClass drives_view_class;

/* The next order: by bay, size, rate of reading, of writing, file. Its name. (transfer none) */
const char *drives_view_sort(View *view);

#endif
