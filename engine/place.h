/* The identity of a device where QEMU has no QOM (before 1.0): its place. It is the key by which
 * marks and selections find a device again, and is given to no command.
 *
 *   pci 00:05.0             a PCI function, by bus, slot and function as query-pci numbers them
 *   pci 00:0a.0/scsi 5      the drive with SCSI id 5 behind it; "ide 1:0", "usb 2.1" likewise
 *   pci 00:01.0/isa-serial  what has no address, by its driver; a second one "isa-serial 2"
 *   drive scsi1-hd5         a drive of which QEMU does not say where it is
 *
 * Another device that takes the place of one that has gone is told from it by its driver (marks).
 */
#ifndef BACKPLANE_PLACE_H
#define BACKPLANE_PLACE_H

#include "engine/address.h"

/* "pci 00:05.0". (transfer full) */
char *place_of_pci(const Address *address);
/* "pci 00:0a.0/scsi 5", of a controller with that identity. (transfer full) */
char *place_of_scsi(const char *controller, guint target);
/* The slot of the card that it is, or is behind of, on the first bus; FALSE for no such. */
gboolean place_slot(const char *place, guint *slot);
/* It is a card itself, and nothing behind one. */
gboolean place_is_card(const char *place);

#endif
