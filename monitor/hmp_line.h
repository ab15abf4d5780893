/* QMP commands as lines of the human monitor: for people who work there, and for the dialect. */
#ifndef BACKPLANE_HMP_LINE_H
#define BACKPLANE_HMP_LINE_H

#include <glib.h>
#include <jansson.h>

/* "device_add e1000,id=net1,bus=pci.0,addr=06.0" for device_add and its arguments (an object, or
 * NULL), "info pci" for query-pci, its own line for human-monitor-command. NULL where the human
 * monitor has no such command, or cannot be given these arguments. (transfer full) */
char *hmp_line(const char *command, json_t *arguments);

/* The same as the QEMU with this help takes it (hmp_text_help of `help` and `help info`, in one
 * object); NULL also where it has no such command. Commands of 0.10 to 0.14 that QMP never had are
 * known under their own names, with arguments such as
 *   pci_add   {"pci_addr": "0:1c", "type": "storage", "options": {"if": "scsi"}}
 *   drive_add {"pci_addr": "0:5", "options": {"file": "x.img", "if": "scsi", "unit": 5}}
 * (host_net_add: type, options; host_net_remove: vlan, name; usb_add, usb_del: devname). Options
 * keep the order of the object. (transfer full) */
char *hmp_line_for(json_t *help, const char *command, json_t *arguments);

/* Whether that QEMU has the command which the line begins with; the one that this QMP command is
 * there. */
gboolean hmp_line_known(json_t *help, const char *line);
gboolean hmp_line_has(json_t *help, const char *command);

/* What query-commands would say: [{"name": "device_add"}, ...], of those that have a line.
 * (transfer full) */
json_t *hmp_line_commands(json_t *help);

/* "e1000,id=net1,bus=pci.0": arguments as one list of options, as the human monitor and the command
 * line take it: nested ones dotted, commas doubled. implied: goes first, without its key; NULL:
 * none does. NULL where a value has no such form. (transfer full) */
char *hmp_options(json_t *arguments, const char *implied);

/* "drive_add 0 if=none,...": a drive of these options (an object) for a device that comes later.
 * NULL where a value has no such form. (transfer full) */
char *hmp_line_drive(json_t *options);

/* The line that a human-monitor-command carries; NULL for another one. (transfer full) */
char *hmp_line_sent(json_t *message);

#endif
