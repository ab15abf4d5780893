/* The tree of a real guest, read by itself as a one-shot command does. */
#ifndef BACKPLANE_TEST_REAL_GUEST_H
#define BACKPLANE_TEST_REAL_GUEST_H

#include "engine/guest.h"
#include "tests/support/real_qemu.h"

/* Everything that an inventory can ask. Fails the running test when it cannot be read. (transfer
 * full) */
Guest *real_guest_read(RealQemu *qemu);

#endif
