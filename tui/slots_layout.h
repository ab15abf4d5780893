/* Where the blocks and cards of a page stand in the slots view: pure numbers. The page is a sheet
 * of lines that scrolls; below it stand the legend and what is told of the selected card. */
#ifndef BACKPLANE_SLOTS_LAYOUT_H
#define BACKPLANE_SLOTS_LAYOUT_H

#include "tui/slots_model.h"

/* How cards are drawn. */
typedef struct {
    gboolean strips;            /* low screens: a line for each bus, a glyph for each slot */
    int pitch;                  /* strips: columns from glyph to glyph, 1 or 2 */
    int inside;                 /* columns inside of a card: 3, 6, 10; 1 in strips */
    int across;                 /* cards beside one another in a chassis: 16, 8; 32 in strips */
    gboolean ids;               /* a third line with the id */
    gboolean wide;              /* cells of controllers with ids */
    int port_columns;           /* inside of the card of a port */
    int left;                   /* the left border of a chassis */
    int strip_name, strip_left; /* of controllers: columns of their name; the left border */
    int pad;                    /* blanks at either end of their cells */
} SlotsForm;

SlotsForm slots_form(int rows, int columns);
/* The lines of a card inside of its borders. */
int slots_form_card_lines(const SlotsForm *form);

typedef struct {
    const SlotsCard *card;
    int line, column, lines, columns; /* of the sheet, without borders and blanks beside it */
} SlotsPlace;

typedef struct {
    const SlotsBlock *block;
    int title;       /* the line of its heading; -1: it stands below the one before */
    int line, lines; /* what comes below the heading, borders included */
    guint first;     /* of its cards among the places */
} SlotsBand;

typedef struct {
    const SlotsPage *page;
    SlotsForm form;
    GArray *places; /* (SlotsPlace) in the order of the cards */
    GArray *bands;  /* (SlotsBand) */
    int lines;      /* of the whole sheet; where there is room an empty one parts its sections */

    int bare;  /* lines at the top of the sheet to say that there is no PCI bus; 0 where there is */
    int path;  /* where the way to this page stands: 0; -1 for none */
    int top;   /* the first line of the sheet, */
    int sheet; /* and how many of it there is room for */
    int legend; /* -1: no room */
    int told;   /* the heading of what is told of the selected card; -1: one line without */
    int tell;   /* the first of those lines, */
    int tells;  /* and how many */
} SlotsLayout;

/* page: must outlive it. */
SlotsLayout *slots_layout_new(const SlotsPage *page, int rows, int columns);
void slots_layout_free(SlotsLayout *layout);

/* NULL where the card is not on the page. */
const SlotsPlace *slots_layout_place(const SlotsLayout *layout, const SlotsCard *card);
/* The card at a place of the sheet; NULL for none. */
const SlotsPlace *slots_layout_at(const SlotsLayout *layout, int line, int column);
/* Of the nearest line with cards from this line on, in this direction (1, -1), the card whose
 * middle is nearest to the column; NULL: there is none. */
const SlotsPlace *slots_layout_toward(const SlotsLayout *layout, int line, int column,
                                      int direction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SlotsLayout, slots_layout_free)

#endif
