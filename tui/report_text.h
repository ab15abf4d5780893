/* What the plain-text reports share: cells that are safe to print, and columns. */
#ifndef BACKPLANE_REPORT_TEXT_H
#define BACKPLANE_REPORT_TEXT_H

#include "engine/guest.h"

/* Made printable; in ASCII, other characters become \u escapes, for terminals that have none. text
 * may be NULL. (transfer full) */
char *report_printable(const char *text, gboolean ascii);

/* Appends text and blanks up to a width in columns. */
void report_pad(GString *line, const char *text, int width);

/* Takes the blanks at the end away and ends the line. */
void report_end_line(GString *text);

/* What is known of the guest itself: its name, then status, machine, vCPUs, memory, QEMU. (transfer
 * full) */
char **report_guest_facts(const Guest *guest, gboolean ascii);

/* Lines of `columns` cells, every column as wide as its widest cell and two blanks apart. cells:
 * (char *) line by line. */
void report_add_table(GString *text, const GPtrArray *cells, guint columns);

#endif
