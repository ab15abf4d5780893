/* What differs between two texts, line by line. */
#ifndef BACKPLANE_LINE_DIFF_H
#define BACKPLANE_LINE_DIFF_H

#include <glib.h>

/* Lines of a unified diff with 3 lines of context, without the two header lines; the first
 * character of each is ' ', '-', '+' or '@', or '\' in "\ No newline at end of file"; line ends are
 * taken off, but count as a difference. Empty when the texts are equal. (transfer full) (char *) */
GPtrArray *line_diff(const char *before, const char *after);

#endif
