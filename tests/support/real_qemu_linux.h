/* The real QEMU's Linux guest (tests/tools/fetch-linux): what an operating system of the field
 * sees. */
#ifndef BACKPLANE_TEST_REAL_QEMU_LINUX_H
#define BACKPLANE_TEST_REAL_QEMU_LINUX_H

#include "tests/support/real_qemu.h"

/* Before real_qemu_launch: lets it boot Linux. */
void real_qemu_linux_add(RealQemu *qemu);
/* Waits until the guest has loaded its drivers and takes commands. */
void real_qemu_linux_wait_ready(RealQemu *qemu);

/* What the guest sees, sorted, one line each: "pci 00:05.0 8086 100e 0200", "scsi 00:0a.0 0:3:0 0"
 * (controller, channel:target:lun, SCSI type), "disk 00:0b.0 2048" (virtio, sectors), "net 00:05.0
 * 52:54:00:12:34:56". (transfer full) */
char *real_qemu_linux_list(RealQemu *qemu);
/* Lets the guest look anew at its SCSI buses; parallel SCSI tells it nothing of changes. */
void real_qemu_linux_rescan(RealQemu *qemu);

#endif
