/* Paints the sheet of the slots view: chassis, ports, strips and lists of cards. */
#ifndef BACKPLANE_SLOTS_DRAW_H
#define BACKPLANE_SLOTS_DRAW_H

#include "tui/draw.h"
#include "tui/slots_layout.h"

/* All that a frame is painted from. */
typedef struct {
    const SlotsLayout *layout;
    const SlotsSpot *cursor; /* NULL: nothing is selected */
    int scroll;              /* the line of the sheet that is at the top */
    GHashTable *marks;       /* as ViewHost.marks; NULL for none */
    gint64 now;
} SlotsPicture;

/* canvas: the part for the sheet. Gives the cell of the selected glyph on it; -1 in *line where it
 * is not in sight. */
void slots_draw_sheet(const SlotsPicture *picture, const Canvas *canvas, int *line, int *column);

#endif
