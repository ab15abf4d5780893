/* The line at the bottom: which keys do something here. */
#ifndef BACKPLANE_HINTS_H
#define BACKPLANE_HINTS_H

#include "tui/command.h"
#include "tui/draw.h"

/* Where a hint stands, for clicks. */
typedef struct {
    int column, columns;
    const Command *command;
} Hint;

/* commands: (const Command) in their order, from column on; those of the program end at the right,
 * and stay when there is no room for all. Those that do not apply to the console now are dim, so
 * that the others keep their places. Gives where each stands. (transfer full) (Hint) */
GArray *hints_draw(const GPtrArray *commands, const Console *console, const Canvas *canvas, int row,
                   int column);

/* The command at this column; NULL for none. */
const Command *hints_find(const GArray *hints, int column);

#endif
