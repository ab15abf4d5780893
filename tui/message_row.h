/* One message, or one line of its JSON, as a row of the Events view. */
#ifndef BACKPLANE_MESSAGE_ROW_H
#define BACKPLANE_MESSAGE_ROW_H

#include "monitor/trace.h"
#include "tui/draw.h"

/* Where the columns of a row are; purpose 0 columns: there is no room for it. */
typedef struct {
    int clock;
    int glyph;
    int text, text_columns;
    int purpose, purpose_columns;
    int took;
    gboolean wide;
} MessageColumns;

MessageColumns message_columns(int width);

void message_row_draw_heads(const Canvas *canvas, const MessageColumns *columns);
/* gist: message_gist of it. */
void message_row_draw(const TraceMessage *message, const char *gist, const Canvas *canvas, int line,
                      const MessageColumns *columns);
void message_row_draw_json(const char *text, const Canvas *canvas, int line,
                           const MessageColumns *columns);

#endif
