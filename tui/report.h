/* The facts of a guest as plain text, for one-shot commands. Text ends with a line break and holds
 * no escapes: names from outside are made printable. */
#ifndef BACKPLANE_REPORT_H
#define BACKPLANE_REPORT_H

#include "engine/match.h"

/* A line on the guest, then its devices in aligned columns. match: with a domain file; NULL.
 * (transfer full) */
char *report_tree_text(const Guest *guest, const Match *match, gboolean ascii);

/* One device with all that is known of it. (transfer full) */
char *report_device_text(const Device *device, const Match *match, gboolean ascii);

/* Writes to standard output. FALSE when that failed: a reader that has gone away (EPIPE) is
 * silence, any other reason is told on standard error. */
gboolean report_print(const char *text);
gboolean report_print_bytes(GBytes *bytes);

/* "backplane: ", the sentence made printable, a line break: on standard error. */
void report_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
