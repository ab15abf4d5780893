/* One line of the drives view in its columns. */
#ifndef BACKPLANE_DRIVES_DRAW_H
#define BACKPLANE_DRIVES_DRAW_H

#include "tui/draw.h"
#include "tui/drives_model.h"

typedef enum {
    DRIVES_CELL_NAME,
    DRIVES_CELL_FILE,
    DRIVES_CELL_ID,
    DRIVES_CELL_FORMAT,
    DRIVES_CELL_SIZE,
    DRIVES_CELL_USED,
    DRIVES_CELL_READ,
    DRIVES_CELL_WRITE,
    DRIVES_CELL_STATE,
    DRIVES_CELLS,
} DrivesCell;

/* Where the cells are; one of 0 columns is not shown. */
typedef struct {
    int address, address_columns;
    int glyph;
    struct {
        int at, columns;
    } cells[DRIVES_CELLS];
} DrivesColumns;

DrivesColumns drives_columns(int width, DrivesOrder order);
void drives_draw_heads(const Canvas *canvas, const DrivesColumns *columns, DrivesOrder order);

/* The order that goes by the head of this column; DRIVES_ORDERS for none. */
DrivesOrder drives_order_at(const DrivesColumns *columns, int column);

typedef struct {
    gboolean selected, fresh, marked;
    gboolean last; /* of the bays of its controller */
} DrivesLook;

void drives_draw_line(const DrivesModel *model, const DrivesLine *line, const Canvas *canvas,
                      int row, const DrivesColumns *columns, DrivesLook look);

/* "0", "940", "1.2M": bytes a second. (transfer full) */
char *rate_to_text(gint64 bytes);

#endif
