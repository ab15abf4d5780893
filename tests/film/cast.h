/* A recording of a terminal's output as asciinema has it, version 2: a line of JSON about the
 * terminal, then one for each piece of output with its time. */
#ifndef BACKPLANE_TESTS_CAST_H
#define BACKPLANE_TESTS_CAST_H

#include <glib.h>

typedef struct Cast Cast;

/* NULL when the file cannot be written. (transfer full) */
Cast *cast_new(const char *path, int columns, int rows);
/* What came out just now. A wait longer than three seconds before it is shortened to that. */
void cast_add(Cast *cast, const char *bytes, gsize length);
/* NULL is fine. */
void cast_free(Cast *cast);

#endif
