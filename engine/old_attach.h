/* Planning an attach for QEMU 0.10 to 0.14, by the commands of then: pci_add for cards, drive_add
 * for disks behind a SCSI adapter, host_net_add for the host's side of a NIC, usb_add. They serve
 * 0.12 to 0.14 as well, which have device_add: there it takes a slot above 1f and then hangs or
 * destroys memory, and a second disk of one SCSI id destroys the first. Private to hotplug.c and
 * the old_attach*.c files. */
#ifndef BACKPLANE_OLD_ATTACH_H
#define BACKPLANE_OLD_ATTACH_H

#include "engine/attach.h"

/* Fills the plan. Errors: as hotplug_plan_attach. */
gboolean old_attach(Attach *attach, GError **error);

/* --- what its parts share */

/* The slot that was given, or the first vacant one, into attach->address and attach->bus. */
gboolean old_choose_slot(Attach *attach, GError **error);
/* A step that plugs a card there, the way back included, and its subject. ids: of the card; id: its
 * name, NULL for none; options: (transfer full). */
void old_add_card(Attach *attach, const char *type, json_t *options, const char *ids,
                  const char *id);
/* A subject: a device at that place. */
PlanSubject *old_add_subject(Attach *attach, const char *place, const char *driver);
/* {"file": ..., "if": ..., ...} of the image that was asked for; NULL: refused. (transfer full) */
json_t *old_image_options(Attach *attach, const char *interface, GError **error);

gboolean old_attach_scsi(Attach *attach, GError **error);
gboolean old_attach_nic(Attach *attach, GError **error);
gboolean old_attach_usb(Attach *attach, GError **error);

#endif
