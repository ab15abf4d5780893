/* Identities, and what can come and go, where QEMU has no QOM. Private to inventory. */
#ifndef BACKPLANE_INVENTORY_PLACES_H
#define BACKPLANE_INVENTORY_PLACES_H

#include "engine/guest.h"

/* What `info qtree` of these QEMUs says of bus numbers is a byte of another register: forgets it.
 * Before query-pci is joined. */
void inventory_places_forget_numbers(Bus *root);

/* Gives all devices and buses their identity (place.h), and says what can be unplugged: cards that
 * pci_add can plug, USB devices, drives behind a SCSI controller. The tree is arranged. */
void inventory_places(Guest *guest);

#endif
