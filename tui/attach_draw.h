/* How the parts of the attach dialog look: choices in a line, places on the strip of a bus, the
 * plan. */
#ifndef BACKPLANE_ATTACH_DRAW_H
#define BACKPLANE_ATTACH_DRAW_H

#include "tui/attach_form.h"
#include "tui/line_list.h"

/* The choices (char) side by side, the chosen one in brackets; shifted so that it is in sight. */
void attach_draw_choices(const Canvas *canvas, int row, int column, int columns, GPtrArray *choices,
                         const char *value, gboolean proposed);

/* "■■●[·]····  09.0": the strip of the bus with the place in brackets. */
void attach_draw_slot(const AttachForm *form, const Canvas *canvas, int row, int column,
                      int columns, const char *value, gboolean proposed);

/* The plan below the fields, or why there is none. json: arguments as they are sent; planning: a
 * newer one is being made. */
void attach_draw_plan(const AttachForm *form, LineList *list, gboolean json, gboolean wide,
                      gboolean planning);

#endif
