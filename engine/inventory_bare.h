/* The tree of a QEMU whose `info qtree` has no PCI cards (0.11), or which has none (0.10): made of
 * query-pci, query-block, `info network` and `info usb`. What these prove is put in its place. What
 * they do not prove is not guessed: such a drive stands alone, such a NIC has no MAC.
 * Private to inventory. */
#ifndef BACKPLANE_INVENTORY_BARE_H
#define BACKPLANE_INVENTORY_BARE_H

#include "engine/guest.h"

/* Some bus of the tree is one for PCI cards. */
gboolean inventory_has_pci(const Bus *root);

/* Adds a host bridge with all that query-pci lists, and the buses that these offer. A driver is
 * told by PCI ids where they tell it, else it is "". */
void inventory_bare_pci(Bus *root, const json_t *reply);

/* Adds those cards of the first bus that `info qtree` leaves out (0.12: power management): their
 * slots are taken. */
void inventory_unlisted_pci(Bus *root, const json_t *reply);

/* Adds the drives of query-block, each where its name ("scsi0-hd5", "ide1-cd0") says for certain
 * where that is, else to those on no bus. learned: drive name -> text of the PCI address of the
 * controller that it was plugged into by us; NULL: nothing. guest->devices must be indexed. */
void inventory_bare_drives(Guest *guest, const json_t *reply, GHashTable *learned);

/* The two properties in which the floppy controller of 0.12 to 0.14 names its drives, as devices of
 * their own. */
void inventory_floppy_drives(Guest *guest, const json_t *reply);

/* Before the NICs go from guest->netdevs: each that only one card can be, or that we plugged,
 * gives that card its name and MAC. */
void inventory_bare_nics(Guest *guest, GHashTable *learned);

/* Adds the devices of `info usb`: to the USB bus where there is one, else to those on no bus. */
void inventory_bare_usb(Guest *guest, const char *text);

#endif
