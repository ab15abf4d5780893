/* What stands on the cards of the slots view: words of 3, 4 and up to 10 letters for what a device
 * is, the cells of strips, and headings. */
#ifndef BACKPLANE_SLOTS_WORDS_H
#define BACKPLANE_SLOTS_WORDS_H

#include "tui/slots_model.h"

/* A word for the device of a row, or for what an absent one would be, of at most so many columns;
 * "" for a vacant place. "»" (">" in ASCII) ends it where there is a PCI bus behind the device.
 * (transfer full) */
char *slots_word(const OutlineRow *row, int columns, gboolean ascii);

/* One cell of a strip: "0:0", a glyph, "hd0 20.0G". */
typedef struct {
    char *place;
    char *text;
    int glyph;   /* the column of the glyph */
    int columns; /* all of it */
} SlotsCell;

/* row: that of the card to tell of. wide: with the id before the size of a drive. */
SlotsCell slots_cell(const SlotsCard *card, const OutlineRow *row, gboolean wide, gboolean ascii);
void slots_cell_clear(SlotsCell *cell);

/* "pci.1  PCI bridge br1 at 05.0": of a bus behind a bridge. (transfer full) */
char *slots_bus_title(const Bus *bus);
/* "9 of 32 used": of a chassis, of a group of ports, of all strips of a kind on the page. (transfer
 * full) */
char *slots_usage(const SlotsBlock *block);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SlotsCell, slots_cell_clear)

#endif
