/* The Events view: every message to and from the guest, one line each, with its JSON below it where
 * it is unfolded. */
#ifndef BACKPLANE_EVENTS_VIEW_H
#define BACKPLANE_EVENTS_VIEW_H

#include "tui/view.h"

extern const ViewClass events_view_class;

/* What comes is counted and not shown; again: it is shown. */
void events_view_toggle_pause(View *view);
/* Hides polling; reading the guest as well; nothing; and so on. */
void events_view_next_detail(View *view);

/* The command under the cursor, or the one that the reply there answers; NULL: there is none, or it
 * is not kept any more. Valid until the next message comes. (transfer none) */
const TraceMessage *events_view_command(const View *view);
/* How many messages are listed; one of them. (transfer none) */
guint events_view_listed(const View *view);
const TraceMessage *events_view_message(const View *view, guint index);

#endif
