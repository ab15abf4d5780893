/* How domain XML numbers the buses and controllers of a guest: PCI buses and controllers of each
 * type have an index there, which the guest knows nothing of. */
#ifndef BACKPLANE_NUMBERING_H
#define BACKPLANE_NUMBERING_H

#include "engine/guest.h"

typedef struct Numbering Numbering;

/* known: Bus -> GINT_TO_POINTER(index) of buses whose index a domain file says; NULL for none. The
 * others get an index of their own: from an id such as "pci.3", "scsi1", "usb2", else the guest's
 * bus number where that is free, else the next; root PCI bus 0; a bridge's above that of the bus it
 * is on. (transfer full) */
Numbering *numbering_new(const Guest *guest, GHashTable *known);
void numbering_free(Numbering *numbering);

/* The index of a bus in XML; -1 for a bus that XML cannot name. */
int numbering_index(const Numbering *numbering, const Bus *bus);
/* A device's place, or any place of a bus, in the file's words (see DomainAddress); FALSE where XML
 * has no words for it. */
gboolean numbering_place(const Numbering *numbering, const Device *device, Address *place);
gboolean numbering_address(const Numbering *numbering, const Bus *bus, const Address *qemu,
                           Address *place);
/* The reverse: the bus that an address of the file means, and QEMU's place on it; NULL: no such. */
Bus *numbering_bus(const Numbering *numbering, const Address *place, Address *qemu);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Numbering, numbering_free)

#endif
