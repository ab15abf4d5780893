/* QMP commands as lines of the human monitor, for people who work there. */
#ifndef BACKPLANE_HMP_LINE_H
#define BACKPLANE_HMP_LINE_H

#include <glib.h>
#include <jansson.h>

/* "device_add e1000,id=net1,bus=pci.0,addr=06.0" for device_add and its arguments (an object, or
 * NULL), "info pci" for query-pci, its own line for human-monitor-command. NULL where the human
 * monitor has no such command, or cannot be given these arguments. (transfer full) */
char *hmp_line(const char *command, json_t *arguments);

/* "e1000,id=net1,bus=pci.0": arguments as one list of options, as the human monitor and the command
 * line take it: nested ones dotted, commas doubled. implied: goes first, without its key; NULL:
 * none does. NULL where a value has no such form. (transfer full) */
char *hmp_options(json_t *arguments, const char *implied);

/* The line that a human-monitor-command carries; NULL for another one. (transfer full) */
char *hmp_line_sent(json_t *message);

#endif
