/* The replies beside `info qtree`, joined to the tree before it is folded. Private to inventory.
 * Every reply may be NULL or of an unexpected shape: what it would tell is then not known. */
#ifndef BACKPLANE_INVENTORY_JOIN_H
#define BACKPLANE_INVENTORY_JOIN_H

#include "engine/guest.h"

/* query-pci: bus numbers, classes, interrupts. */
void inventory_join_pci(Bus *root, const json_t *reply);

/* An entry of query-block. (transfer full) */
Drive *inventory_drive_new(const json_t *entry);

/* query-block: what is behind each drive. guest->devices must be indexed. */
void inventory_join_drives(Guest *guest, const json_t *reply);

/* `info network` and the NICs' own properties: NICs and guest->netdevs. learned: "nic NAME" -> the
 * PCI address of the card of that name that was plugged by us, where QEMU does not tell. */
void inventory_join_network(Guest *guest, const char *text, GHashTable *learned);

#endif
