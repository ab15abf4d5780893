/* Guests built by hand, for tests of what is shown: the one of the pictures of the main view, a q35
 * with ports and a switch, and ones of any size. */
#ifndef BACKPLANE_TESTS_HAND_GUEST_H
#define BACKPLANE_TESTS_HAND_GUEST_H

#include "engine/guest.h"

/* When the pictures were taken: 12:04:31 UTC. */
#define HAND_NOW (G_GINT64_CONSTANT(1700049871) * G_USEC_PER_SEC)

/* web01: disk1 has been leaving for 7 s, net1 was added 42 s ago. (transfer full) */
Guest *hand_guest_web01(void);
/* Three root ports (a NIC, nothing, a switch), an xHCI with a hub, AHCI, an expander. */
Guest *hand_guest_q35(void);
/* A pc with bridges inside of bridges, a slot of eight functions, and an expander. */
Guest *hand_guest_bridges(void);
/* A q35 with so many root ports, eight to a slot; a switch is behind the last. */
Guest *hand_guest_ports(guint ports);
/* A machine without PCI: what it has sits on the board. */
Guest *hand_guest_board(void);
/* Buses and devices as chance will have them, always the same for a seed. */
Guest *hand_guest_random(guint32 seed);
/* A pc with so many disks on SCSI controllers. */
Guest *hand_guest_large(guint disks);
/* One whose names try to get at the terminal. */
Guest *hand_guest_hostile(void);

#endif
