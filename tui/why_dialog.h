/* Explains what is under the cursor: what it is, its state, whether it can go, who chose its place
 * and what its address means. The texts are engine/why.ini's. */
#ifndef BACKPLANE_WHY_DIALOG_H
#define BACKPLANE_WHY_DIALOG_H

#include "tui/dialog.h"
#include "tui/view.h"

/* A second ? shows all keys, as they are in this view. (transfer full) */
Dialog *why_dialog_new(const Session *session, const OutlineRow *row, ViewId view);

/* (WhyPart) on a device. (transfer full) */
GPtrArray *why_dialog_parts(const Session *session, const Device *device, const MatchPair *pair);

#endif
