/* Which slot, bay, port, id and MAC is free, and which one comes next. Pure functions of a guest.
 */
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

/* A bus for a device of this model: the one that a knowledgeable user would take (pci.0 on pc; a
 * free root port, else a conventional bridge on q35; the first fitting controller). NULL with an
 * ENGINE_ERROR_REFUSED that names why and where there is room. */
Bus *allocate_bus(const Guest *guest, const Model *model, GError **error);

/* The bus is of the family that the model plugs to; any PCI function goes into any kind of PCI bus
 * (QEMU 7.2 and 10.0 take conventional functions in root ports too). */
gboolean allocate_fits(const Bus *bus, const Model *model);
/* Why a bus of the right family is no place for this model, as a clause; NULL for no reason. QEMU
 * does not refuse all of these. */
const char *allocate_objection(const Guest *guest, const Bus *bus, const Model *model);

/* "00.0 on rp3, 01.0 on br1 and 30 more": where a device of this model would have room; NULL when
 * nowhere. (transfer full) */
char *allocate_free_places(const Guest *guest, const Model *model);
/* The end of a refusal: the free places, or what to do where there are none. (transfer full) */
char *allocate_remedy(const Guest *guest, const Model *model);

/* "sd3", "net1", "scsi0": stem and the first number that is no qdev id, node, netdev, object or
 * chardev of the guest. (transfer full) */
char *allocate_id(const Guest *guest, const char *stem);
/* The reason why the id cannot be used: its form (^[A-Za-z][A-Za-z0-9._-]*$, at most 27 characters,
 * since node names derived from it have at most 31) or its holder. */
gboolean allocate_check_id(const Guest *guest, const char *id, GError **error);

/* 52:54:00 and three bytes that are random from run to run but stay while the guest stays as it is;
 * not used by the guest. (transfer full) */
char *allocate_mac(const Guest *guest);
/* The NIC that has this MAC; NULL when none has. */
Device *allocate_mac_holder(const Guest *guest, const char *mac);

#endif
