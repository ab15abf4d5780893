/* What the human monitor's text means: whether the command succeeded, and QMP's answer to it. Each
 * command has its own way of saying so, which was seen on QEMU 0.10 to 0.14, 7.2 and 10.0; what
 * they are is in one table. */
#ifndef BACKPLANE_HMP_REPLY_H
#define BACKPLANE_HMP_REPLY_H

#include <jansson.h>

#include "monitor/error.h"

/* text: what QEMU printed between the echo of the line and the prompt. Returns QMP's "return"
 * ({} where there is nothing to tell), or NULL and an error as a refusal of QMP's would be: the
 * message is QEMU's own. A command of old monitors is known under its own name (monitor/hmp_line.h)
 * and answers:
 *   pci_add    {"domain", "bus", "slot", "function"}, all numbers
 *   drive_add  {"bus", "unit"} as QEMU says them, {} for a drive of no bus
 *   info usb   see hmp_text_usb
 * Of pci_del, device_del and usb_add a success means only that QEMU has taken the request.
 * (transfer full) */
json_t *hmp_reply(const char *command, json_t *arguments, const char *text, GError **error);

#endif
