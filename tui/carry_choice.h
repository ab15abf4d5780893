/* "now and in web01.xml" or "now only": what dialogs ask where there is a domain file. */
#ifndef BACKPLANE_CARRY_CHOICE_H
#define BACKPLANE_CARRY_CHOICE_H

#include "tui/draw.h"

/* path: of the domain file. */
void carry_choice_draw(const Canvas *canvas, int row, int column, int columns, const char *path,
                       gboolean carry);

#endif
