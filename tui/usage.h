/* What --help says. */
#ifndef BACKPLANE_USAGE_H
#define BACKPLANE_USAGE_H

#include "tui/command.h"

/* Of one sub-command, or with NULL of the program. (transfer full) */
char *usage_text(const Command *command);

/* "  NAME   help", the help wrapped to the right of its column. */
void usage_add_row(GString *text, const char *name, gsize column, const char *help);

#endif
