/* The two lines at the top: the guest and its monitor; the views and how many devices are in which
 * state, or why there is no connection. */
#ifndef BACKPLANE_HEADER_H
#define BACKPLANE_HEADER_H

#include "engine/session_domain.h"
#include "tui/draw.h"
#include "tui/hints.h"

typedef struct {
    guint states[DEVICE_STATES]; /* devices in each state; STATE_VACANT: free slots; what differs
                                  * from the domain file counts whatever else is told of it */
    /* Not counted by header_count: */
    guint marks;  /* rows that are marked */
    guint staged; /* changes that wait to be applied */
} HeaderCounts;

/* Counted once for each tree. guest and match may be NULL. */
void header_count(const Guest *guest, const Match *match, HeaderCounts *counts);

/* The line of the tabs. */
#define HEADER_TAB_ROW 1

/* tabs: (const Command) whose values are the views there are; the chosen one is marked. Gives where
 * the tabs stand. (transfer full) (Hint) */
GArray *header_draw(const Session *session, const HeaderCounts *counts, const GPtrArray *tabs,
                    int chosen, const Canvas *canvas);

/* "connecting to ...", "guest shut down": what there is to say while there is no live tree; NULL
 * while there is one. (transfer full) */
char *header_connection_text(const Session *session);

#endif
