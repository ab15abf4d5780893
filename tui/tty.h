/* The terminal: opened, given back on every way out, measured. */
#ifndef BACKPLANE_TTY_H
#define BACKPLANE_TTY_H

#include "tui/draw.h"
#include "tui/keymap.h"

typedef struct Tty Tty;

/* Takes the terminal over; type NULL: $TERM. There is one at a time. Errors: G_IO_ERROR when the
 * type is not known. (transfer full) */
Tty *tty_open(const char *type, FILE *out, FILE *in, GError **error);
/* Gives it back. */
void tty_close(Tty *tty);

/* The descriptor that keys come from. */
int tty_input(const Tty *tty);
/* FALSE when no key is there. *mouse is filled for KEY_MOUSE. */
gboolean tty_read_key(Tty *tty, Key *key, MEVENT *mouse);

/* The window to paint on, and its frame out to the terminal with the cursor there. */
WINDOW *tty_window(const Tty *tty);
void tty_show(Tty *tty, int row, int column, gboolean cursor);
/* The line still carries what was painted before: another frame would only make it wait longer. */
gboolean tty_is_busy(const Tty *tty);
/* How far apart frames should be at least, microseconds; 0 on a line that is not slow. */
gint64 tty_frame_time(const Tty *tty);
/* The next frame repaints everything. */
void tty_forget_screen(Tty *tty);

/* Asks the kernel for the size and takes it; sizes given by tests otherwise. */
void tty_take_size(Tty *tty);
void tty_resize(Tty *tty, int rows, int columns);

gboolean tty_has_colours(const Tty *tty);

/* Whether the terminal reports the mouse; on at first. */
void tty_set_mouse(Tty *tty, gboolean on);
/* How long a lone Escape waits for the rest of a key. */
void tty_set_escape(Tty *tty, int milliseconds);
/* Whether this type of terminal may have a clipboard that programs can write: most emulators do. */
gboolean tty_has_clipboard(void);
/* Sends text there (OSC 52); whether the terminal takes it nobody tells. FALSE: it is too long. */
gboolean tty_copy(Tty *tty, const char *text);

/* Gives the terminal back, stops the process, and takes it again once it goes on. */
void tty_suspend(Tty *tty);

#endif
