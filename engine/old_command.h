/* The commands of QEMU 0.10 to 0.14 as actions, each with what must hold before it is sent and
 * after it was accepted: without that they end that QEMU, lose its disks, or fail in silence. What
 * is never sent, and why, stands in the plans (old_attach.c, old_detach.c). */
#ifndef BACKPLANE_OLD_COMMAND_H
#define BACKPLANE_OLD_COMMAND_H

#include "engine/guest.h"
#include "engine/plan.h"

/* The one SCSI adapter that pci_add plugs and drive_add takes: an lsi53c895a. */
#define OLD_SCSI_IDS "1000:0012"

/* The bus whose slots pci_add and pci_del mean; NULL: the guest has none. */
Bus *old_pci_bus(const Guest *guest);
/* "8086:100e". (transfer full) */
char *old_ids(guint16 vendor, guint16 device);
/* It is an adapter that drive_add takes. */
gboolean old_is_adapter(const Device *device);

/* How many USB devices the guest has that QEMU calls so. */
guint old_usb_count(const Guest *guest, const char *product);
/* What pci_add calls the model; NULL for one that it has not. (transfer none) */
const char *old_nic_model(const char *driver);
/* A NIC that comes later ends this QEMU. */
gboolean old_roms_are_fixed(const Guest *guest);
/* ENGINE_ERROR_REFUSED; FALSE. */
gboolean old_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* All: (transfer full). Into a vacant slot; options, an object: (transfer full). ids: of the card
 * that must be there then. */
Action *old_action_pci_add(guint slot, const char *type, json_t *options, const char *ids);
/* Of a slot that holds this card and nothing else; leaves (transfer full): what goes, the card
 * first. */
Action *old_action_pci_del(guint slot, const char *ids, char **leaves);
/* Onto the adapter in the slot, where no SCSI drive came or went since `guest` was read; name: as
 * `info block` will call it. */
Action *old_action_drive_add(const Guest *guest, guint slot, json_t *options, const char *name);
Action *old_action_host_net_add(const char *type, json_t *options);
Action *old_action_host_net_remove(guint vlan, const char *name);
/* before: how many of that product there are. */
Action *old_action_usb_add(const char *devname, const char *product, guint before);
Action *old_action_usb_del(const char *devname, const char *product, guint before);

/* (transfer full) */
char **old_leaves(const char *first, const char *second);

#endif
