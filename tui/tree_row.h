/* One row of the tree in its columns. */
#ifndef BACKPLANE_TREE_ROW_H
#define BACKPLANE_TREE_ROW_H

#include "tui/draw.h"
#include "tui/outline.h"

/* Where the columns of a row are; backend 0 columns: it follows the name. */
typedef struct {
    int address, address_columns;
    int glyph;
    int name, name_columns;
    int backend, backend_columns;
    int tail, tail_columns; /* the id from the left, the status from the right */
} TreeColumns;

/* The width that the addresses of this outline take. */
int tree_row_address_columns(const Outline *outline);
TreeColumns tree_columns(int width, int address_columns);

typedef struct {
    gboolean selected, fresh, marked;
} TreeRowLook;

/* Whether the device has come, or was asked to leave, just now. */
gboolean tree_row_is_fresh(const OutlineRow *row, gint64 now);

void tree_row_draw_heads(const Canvas *canvas, const TreeColumns *columns);
void tree_row_draw(const OutlineRow *row, const Canvas *canvas, int line,
                   const TreeColumns *columns, TreeRowLook look);

#endif
