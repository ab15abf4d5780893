/* What is known of the row under the cursor: the pane at the right. */
#ifndef BACKPLANE_DETAIL_PANE_H
#define BACKPLANE_DETAIL_PANE_H

#include "tui/line_list.h"
#include "tui/outline.h"

typedef struct {
    const OutlineRow *row;   /* NULL: nothing to tell of */
    const Match *match;      /* of the row's pair */
    const char *explanation; /* why a leaving device may still be there; NULL for others */
    gint64 now;
    gboolean connected; /* else nothing can be asked of the guest */
} DetailFacts;

/* The first key of a command, and what it does here. */
void detail_add_key(LineList *list, const char *command, const char *what);

/* heads: title on line 0, then the lines from *top on, which is clamped. */
void detail_pane_draw(const DetailFacts *facts, const Canvas *canvas, gboolean focused, int *top);

#endif
