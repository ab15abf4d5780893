/* What the slots view tells below its sheet: the legend of the states that there are, and the facts
 * of the selected card; above it, on a bus behind a bridge, the way there. */
#ifndef BACKPLANE_SLOTS_TOLD_H
#define BACKPLANE_SLOTS_TOLD_H

#include "engine/session.h"
#include "tui/slots_draw.h"

/* One line. hidden: lines of the sheet that are below its part on the screen. */
void slots_draw_legend(const SlotsModel *model, const Canvas *canvas, int hidden);

/* "pci.0 > 05.0 PCI bridge > pci.1" in line 0 of the canvas. */
void slots_draw_path(const SlotsPage *page, const Canvas *canvas);

/* Instead of slots, of a guest without a PCI bus; lines: that it may take. */
void slots_draw_bare(const SlotsPage *page, const Canvas *canvas, int line, int lines);

typedef struct {
    const SlotsModel *model;
    const SlotsSpot *spot; /* NULL: nothing is selected */
    const Session *session;
    gboolean marked;
    gint64 now;
} SlotsTold;

/* heading: a line of its own above the others. */
void slots_draw_told(const SlotsTold *told, const Canvas *canvas, gboolean heading);

#endif
