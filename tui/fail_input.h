/* The error of whoever gave us words: wrong usage, bad input. */
#ifndef BACKPLANE_FAIL_INPUT_H
#define BACKPLANE_FAIL_INPUT_H

#include <glib.h>

/* Sets ENGINE_ERROR_INPUT with that sentence; gives FALSE, for its caller to return. */
gboolean fail_input(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
