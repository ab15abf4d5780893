/* One line of text that is typed: UTF-8, a cursor, the keys of every shell. */
#ifndef BACKPLANE_LINE_EDIT_H
#define BACKPLANE_LINE_EDIT_H

#include "tui/draw.h"
#include "tui/keymap.h"

/* Longest text; a path of the kernel has at most so many bytes. */
#define LINE_EDIT_MAX 4096

typedef struct {
    GString *text;
    gsize cursor; /* byte offset, on the beginning of a character */
} LineEdit;

void line_edit_init(LineEdit *edit);
void line_edit_clear(LineEdit *edit);
void line_edit_set(LineEdit *edit, const char *text);

/* FALSE when the key is not one that edits. */
gboolean line_edit_key(LineEdit *edit, Key key);

/* Draws the part around the cursor; gives the column of the cursor on the canvas. */
int line_edit_draw(const LineEdit *edit, const Canvas *canvas, int row, int column, int columns,
                   Element element);

#endif
