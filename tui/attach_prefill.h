/* Fills the attach form in from the row that the cursor is on. */
#ifndef BACKPLANE_ATTACH_PREFILL_H
#define BACKPLANE_ATTACH_PREFILL_H

#include "tui/attach_form.h"

/* A vacant place is meant; so is the free one of a port or a controller. An absent device is what
 * the domain file says of it. */
void attach_prefill(AttachForm *form, const OutlineRow *row);

#endif
