/* Lines that were typed earlier, kept across runs in $XDG_STATE_HOME/backplane (~/.local/state).
 * They are handed to readline's history, of which there is one: what is typed next belongs to the
 * name that was taken last. */
#ifndef BACKPLANE_LINE_HISTORY_H
#define BACKPLANE_LINE_HISTORY_H

#include <glib.h>

/* Lines that a file keeps. */
#define LINE_HISTORY_LINES 1000

/* readline's history becomes that of this name, as its file has it now; NULL: an empty one. */
void line_history_take(const char *name);

/* Adds a line to readline's history and to the file of that name, unless it is blank or the same as
 * the one before. A file that cannot be written is let be: what is typed works all the same. */
void line_history_add(const char *name, const char *line);

/* (transfer full) */
char *line_history_path(const char *name);

#endif
