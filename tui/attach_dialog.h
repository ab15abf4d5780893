/* Plugs a device: what, to where, with the plan that will run shown while one types. Nothing is
 * sent before [ Attach ]. */
#ifndef BACKPLANE_ATTACH_DIALOG_H
#define BACKPLANE_ATTACH_DIALOG_H

#include "tui/dialog.h"
#include "tui/outline.h"

/* row: where the cursor is; a vacant place or a controller there fills in the place. May be NULL.
 * (transfer full) */
Dialog *attach_dialog_new(Session *session, const OutlineRow *row);

#endif
