/* What the parts of planning a detach share. Private to detach.c, replug.c and backend.c. */
#ifndef BACKPLANE_DETACH_H
#define BACKPLANE_DETACH_H

#include "engine/hotplug.h"

typedef struct {
    const HotplugFacts *facts;
    const Guest *guest;
    Plan *plan;          /* owned until it is done */
    GPtrArray *leaving;  /* (const Device) all that leave, a parent before what it carries */
    GHashTable *new_ids; /* Device -> id that it gets when it is plugged back; has none now */
} Detach;

/* --- replug.c */
/* The device_add that brings the device back as it is: same id, place, properties and back end.
 * node: the block node behind it then; NULL for what it has now. (transfer full) */
json_t *replug_arguments(Detach *detach, const Device *device, const char *node);
/* The id that it has or gets. (transfer none) */
const char *replug_id(Detach *detach, const Device *device);

/* --- backend.c */
/* The blockdev-add that makes this node again, under another name where as is not NULL; NULL where
 * QEMU tells too little of it. (transfer full) */
json_t *backend_remake_node(const Guest *guest, const char *name, const char *as);
/* The same for a netdev. (transfer full) */
json_t *backend_remake_netdev(const Netdev *netdev);
/* Appends the steps that remove a node which those that leave use, and what is under it, or says
 * why it stays. */
void backend_remove_node(Detach *detach, const char *name);
/* Appends the steps that remove the back ends of all that leave, and says what stays. */
void backend_add_steps(Detach *detach);
/* What is behind the names of nodes that medium.c makes. */
#define MEDIUM_NEW "-medium"
#define MEDIUM_OLD "-before"
/* Whether QEMU closes the node once no device has it: that of -drive, not one that blockdev-add
 * made.
 */
gboolean backend_node_dies(const Drive *drive);
/* The name of the node that replaces a -drive back end, which dies with its device; NULL where the
 * device has none. (transfer full) */
char *backend_drive_node(Detach *detach, const Device *device);

#endif
