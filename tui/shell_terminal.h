/* readline at a terminal: the prompt with the guest's name, what happens told above it, and the
 * terminal given back on every way out. There is one at a time. */
#ifndef BACKPLANE_SHELL_TERMINAL_H
#define BACKPLANE_SHELL_TERMINAL_H

#include "tui/options.h"

/* Called once for a line (transfer full), NULL for the end of input, while it is shown. */
typedef void (*ShellTerminalFn)(char *line, gpointer data);

/* options: of the line mode, with its session, which outlives it. */
void shell_terminal_open(const Options *options, ShellTerminalFn done, gpointer data);
void shell_terminal_close(void);

/* Shows the prompt, and takes it away: between the two keys are read and events are told. */
void shell_terminal_show(void);
void shell_terminal_hide(void);
/* Ctrl-C: the line is begun anew. */
void shell_terminal_interrupt(void);

#endif
