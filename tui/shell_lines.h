/* Where the line mode's lines come from: a terminal with readline, or a script. Waiting for one
 * lets the main loop run. */
#ifndef BACKPLANE_SHELL_LINES_H
#define BACKPLANE_SHELL_LINES_H

#include "tui/options.h"

/* The longest line of a script. */
#define SHELL_LINE_MAX (1024 * 1024)

typedef struct ShellLines ShellLines;

/* path: a script; NULL: standard input. options: of the line mode, with its session, which outlives
 * it. Errors: G_FILE_ERROR. (transfer full) */
ShellLines *shell_lines_new(const char *path, const Options *options, GError **error);
void shell_lines_free(ShellLines *lines);

/* The next line without its end, NULL at the end of them, and after a signal. (transfer full) */
char *shell_lines_next(ShellLines *lines);

/* A person types them. */
gboolean shell_lines_typed(const ShellLines *lines);
/* How many were given. */
guint shell_lines_number(const ShellLines *lines);
/* That ended the waiting for a line; 0 for none. */
int shell_lines_signal(const ShellLines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShellLines, shell_lines_free)

#endif
