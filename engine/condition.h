/* What QEMU must say of itself right before a command that would harm it otherwise, and right after
 * one that does not tell whether it worked. Plain JSON, so that a plan can be shown and recorded:
 *
 *   {"ask": "query-pci", "slot": 28, "holds": "1000:0012"}     nothing else is in the slot; null:
 *                                                              nothing at all
 *   {"ask": "query-block", "scsi": ["scsi0-hd0"]}              these are all SCSI drives
 *   {"ask": "query-block", "drive": "scsi1-hd5", "there": true}
 *   {"ask": "query-block"}
 *   {"ask": "info network", "client": "net1", "there": false}
 *   {"ask": "info usb", "product": "QEMU USB Tablet", "count": 1} */
#ifndef BACKPLANE_CONDITION_H
#define BACKPLANE_CONDITION_H

#include <glib.h>
#include <jansson.h>

/* Each: (transfer full). A slot is one of the first PCI bus; ids NULL: it is vacant. */
json_t *condition_slot(guint slot, const char *ids);
/* blocks: the reply to query-block as it is now. */
json_t *condition_scsi_drives(const json_t *blocks);
json_t *condition_drive(const char *name, gboolean there);
/* Holds always; but what a refused command leaves is told from what was there. */
json_t *condition_drives_known(void);
json_t *condition_client(const char *name, gboolean there);
json_t *condition_usb(const char *product, guint count);

/* The command that is asked; a line of the human monitor where it begins with "info ". */
const char *condition_question(const json_t *condition);
/* "slot 1c is vacant"; NULL where it holds always. (transfer full) */
char *condition_words(const json_t *condition);

/* NULL where it holds, else a sentence that says what is so instead. A reply of another shape
 * proves nothing. (transfer full) */
char *condition_objection(const json_t *condition, const json_t *reply);

/* How many devices of `info usb` are called so. */
guint condition_count_usb(const char *text, const char *product);

#endif
