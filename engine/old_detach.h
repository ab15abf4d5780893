/* Planning a detach for QEMU 0.10 to 0.14: pci_del takes a whole slot, by its address; usb_del a
 * USB device; a SCSI disk leaves by device_del alone, where that QEMU has it and the disk an id. */
#ifndef BACKPLANE_OLD_DETACH_H
#define BACKPLANE_OLD_DETACH_H

#include "engine/plan.h"
#include "engine/guest.h"

/* As hotplug_plan_detach. (transfer full) */
Plan *old_detach(const Guest *guest, const GPtrArray *devices, GError **error);

#endif
