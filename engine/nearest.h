/* The name that somebody meant who mistyped one. */
#ifndef BACKPLANE_NEAREST_H
#define BACKPLANE_NEAREST_H

#include <glib.h>

/* The candidate with the fewest edits; NULL when none is close enough to be what was meant. names:
 * count pointers, stride bytes apart, so that a column of a table will do. (transfer none) */
const char *nearest_name(const char *typed, const void *names, gsize count, gsize stride);

/* "; did you mean \"bus\"?" or "" (transfer full) */
char *nearest_hint(const char *typed, const void *names, gsize count, gsize stride);

#endif
