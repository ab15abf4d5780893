/* The line of the player: whether a recording plays, how fast, and where it is. */
#ifndef BACKPLANE_REPLAY_BAR_H
#define BACKPLANE_REPLAY_BAR_H

#include "engine/replay.h"
#include "tui/draw.h"

/* Where the parts stand that a click does something on. */
typedef struct {
    int state_columns;              /* from column 0 on: plays or pauses */
    int progress, progress_columns; /* goes there; 0 columns: there is no room for it */
} ReplayBar;

ReplayBar replay_bar_draw(const Replay *replay, const Canvas *canvas, int row);

/* What a click at this column does. */
void replay_bar_click(const ReplayBar *bar, Replay *replay, int column);

/* --- what the keys do ------------------------------------------------------------------------ */

/* Plays, from the beginning where it is at its end; or pauses. */
void replay_bar_toggle(Replay *replay);
/* The next of the usual speeds, whether it plays or not. */
void replay_bar_change_speed(Replay *replay, gboolean faster);
/* So many moments on, back where negative; what plays pauses. FALSE: it was there already. */
gboolean replay_bar_step(Replay *replay, int moments);

#endif
