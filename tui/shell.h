/* The line mode: the language of the prompt on one session, typed at a terminal or read from a
 * script. Its commands are the one-shot commands, with TARGET left out. */
#ifndef BACKPLANE_SHELL_H
#define BACKPLANE_SHELL_H

#include "tui/options.h"

/* backplane shell TARGET [FILE]. A script ends at the first line that fails, whose exit status it
 * gives; a line that begins with "-" may fail. */
int once_shell(const Options *options);

/* Commands of the line mode alone. */
int shell_undo(const Options *options);
int shell_redo(const Options *options);
int shell_wait(const Options *options);
int shell_help(const Options *options);
int shell_set(const Options *options);
int shell_quit(const Options *options);

#endif
