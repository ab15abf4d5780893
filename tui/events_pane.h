/* The latest lines of the journal, at the bottom of the screen. */
#ifndef BACKPLANE_EVENTS_PANE_H
#define BACKPLANE_EVENTS_PANE_H

#include "engine/journal.h"
#include "tui/draw.h"

/* A rule, then lines. back: how many entries it is scrolled back from the newest; clamped. joint:
 * the column in which the bar of the detail pane ends, -1 for none. */
void events_pane_draw(const Journal *journal, const Canvas *canvas, gboolean focused, int *back,
                      int joint);

#endif
