/* The terminal: opened, given back on every way out, measured. */
#ifndef BACKPLANE_TERMINAL_H
#define BACKPLANE_TERMINAL_H

#include "tui/draw.h"
#include "tui/keymap.h"

typedef struct Terminal Terminal;

/* Takes the terminal over; type NULL: $TERM. There is one at a time. Errors: G_IO_ERROR when the
 * type is not known. (transfer full) */
Terminal *terminal_open(const char *type, FILE *out, FILE *in, GError **error);
/* Gives it back. */
void terminal_close(Terminal *terminal);

/* The descriptor that keys come from. */
int terminal_input(const Terminal *terminal);
/* FALSE when no key is there. *mouse is filled for KEY_MOUSE. */
gboolean terminal_read_key(Terminal *terminal, Key *key, MEVENT *mouse);

/* The window to paint on, and its frame out to the terminal with the cursor there. */
WINDOW *terminal_window(const Terminal *terminal);
void terminal_show(Terminal *terminal, int row, int column, gboolean cursor);
/* The next frame repaints everything. */
void terminal_forget_screen(Terminal *terminal);

/* Asks the kernel for the size and takes it; sizes given by tests otherwise. */
void terminal_take_size(Terminal *terminal);
void terminal_resize(Terminal *terminal, int rows, int columns);

gboolean terminal_has_colours(const Terminal *terminal);

/* Gives the terminal back, stops the process, and takes it again once it goes on. */
void terminal_suspend(Terminal *terminal);

#endif
