/* How domain XML numbers the buses and controllers of a guest: PCI buses and controllers of each
 * type have an index there, which the guest knows nothing of. */
#ifndef BACKPLANE_NUMBERING_H
#define BACKPLANE_NUMBERING_H

#include "engine/guest.h"

typedef struct Numbering Numbering;

/* The bus whose index is the one of the device's controller element: the first that it offers; of
 * a PCI expander the one that cards go to; of a companion UHCI that of its EHCI; of the host
 * bridge's PCI function the bus it is on. NULL for what is no controller, and for one of a type
 * that has no index. (transfer none) */
Bus *numbering_bus_of(const Guest *guest, const Device *controller);

/* known: Bus -> GINT_TO_POINTER(index) of buses (see numbering_bus_of) whose index a domain file
 * says; NULL for none. The others get an index of their own: root PCI bus 0, the machine's own IDE,
 * SATA and floppy controller 0, from an id such as "pci.3", "scsi1", "usb2", else the guest's bus
 * number where that is free, else the next; a bridge's above that of the bus it is on. Indexes of
 * PCI, SCSI, IDE, SATA, floppy, USB and virtio-serial count apart. The guest must outlive it.
 * (transfer full) */
Numbering *numbering_new(const Guest *guest, GHashTable *known);
void numbering_free(Numbering *numbering);

/* The index of a bus in XML, shared by the channels of a controller; -1 for a bus that XML cannot
 * name. */
int numbering_index(const Numbering *numbering, const Bus *bus);
/* A device's place, or any place of a bus, in the file's words (see DomainAddress); FALSE where XML
 * has no words for it. */
gboolean numbering_place(const Numbering *numbering, const Device *device, Address *place);
gboolean numbering_address(const Numbering *numbering, const Bus *bus, const Address *qemu,
                           Address *place);
/* The lowest index from that one on that no bus has. */
guint numbering_free_index(const Numbering *numbering, BusFamily family, guint from);
/* The reverse: the bus that an address of the file means, and QEMU's place on it (as in
 * Device.address), which may be NULL; NULL: no such bus. family: of the controllers that the
 * address counts, since IDE, SATA, SCSI and floppy drives are addressed alike; BUS_PCI is PCI
 * Express as well. */
Bus *numbering_bus(const Numbering *numbering, BusFamily family, const Address *place,
                   Address *qemu);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Numbering, numbering_free)

#endif
