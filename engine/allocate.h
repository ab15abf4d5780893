/* Which slot, bay, port, id and MAC is free, and which one comes next. Pure functions of a guest. */
#ifndef BACKPLANE_ALLOCATE_H
#define BACKPLANE_ALLOCATE_H

#include "engine/guest.h"

/* Every free place of a bus that takes hotplug, in order. Empty for buses that take none or have no
 * countable places. For SCSI: lun 0 of every free id. (transfer full) (Address) */
GArray *allocate_vacant(const Bus *bus);

/* Who is at this place of the bus; NULL when it is free. Any function of a slot counts. */
Device *allocate_occupant(const Bus *bus, const Address *address);

/* The first free place; FALSE when the bus is full. */
gboolean allocate_place(const Bus *bus, Address *address);

/* A bus for a device of this model: the one that a knowledgeable user would take (pci.0 on pc; a free
 * root port, else a conventional bridge on q35; the first fitting controller). NULL with an
 * ENGINE_ERROR_REFUSED that names why and where there is room. */
Bus *allocate_bus(const Guest *guest, const Model *model, GError **error);

/* "sd3", "net1", "scsi0": stem and the first number that is no qdev id, node, netdev, object or
 * chardev of the guest. (transfer full) */
char *allocate_id(const Guest *guest, const char *stem);
/* The reason why the id cannot be used: its form (^[A-Za-z][A-Za-z0-9._-]*$, at most 27 characters,
 * since node names derived from it have at most 31) or its holder. */
gboolean allocate_check_id(const Guest *guest, const char *id, GError **error);

/* 52:54:00 and three random bytes, not used by the guest. (transfer full) */
char *allocate_mac(const Guest *guest);

#endif
