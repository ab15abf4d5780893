/* The inside of the slots view, shared by its files. */
#ifndef BACKPLANE_SLOTS_VIEW_PRIVATE_H
#define BACKPLANE_SLOTS_VIEW_PRIVATE_H

#include "tui/slots_layout.h"
#include "tui/slots_view.h"

typedef struct {
    View view;
    Guest *guest;
    Outline *outline;
    SlotsModel *model;
    SlotsLayout *layout; /* of the page that the cursor is on */
    guint at;            /* the position of the cursor's spot */
    char *key;           /* of its row, */
    char *bus, *address; /* the path of its bus and its place there: who comes after it */
    guint slot;
    int goal; /* the column that moves up and down keep to; -1: where the cursor is */
    int scroll;
    gboolean moved;    /* the cursor has since the latest frame: shown with the frame of its card */
    int rows, columns; /* of the latest canvas */
} SlotsView;

/* NULL: there is nothing to be on. */
const SlotsSpot *slots_view_spot(const SlotsView *self);
const SlotsPlace *slots_view_place(const SlotsView *self);
/* The cursor goes there, and the page along with it. */
void slots_view_go(SlotsView *self, const SlotsSpot *spot);
/* FALSE for NULL. */
gboolean slots_view_go_card(SlotsView *self, const SlotsCard *card);
/* Keeps the sheet from being scrolled past its ends. */
void slots_view_clamp(SlotsView *self);

/* --- slots_moves.c: members of the class ----------------------------------------------------- */

gboolean slots_view_move(View *view, ViewMove move);
gboolean slots_view_enter(View *view);
gboolean slots_view_click(View *view, int line, int column);
void slots_view_scroll(View *view, int lines);

#endif
