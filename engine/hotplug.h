/* A wish -> a plan. Everything that cannot work is refused here, before anything is sent. */
#ifndef BACKPLANE_HOTPLUG_H
#define BACKPLANE_HOTPLUG_H

#include "engine/guest.h"
#include "engine/image.h"
#include "engine/plan.h"
#include "engine/request.h"

/* What planning looks at. Pure data, so that a plan can be made again for every key typed. */
typedef struct {
    const Guest *guest;  /* read with INVENTORY_ALL */
    GHashTable *drivers; /* driver -> json_t of device-list-properties; absent: not asked; json
                          * null: QEMU has no such driver (DeviceNotFound) */
    const Image *image;  /* of the request's file; NULL: none, or not readable by us */
    const GError *image_error; /* why it is not readable */
} HotplugFacts;

/* The driver that a request will plug, so that its properties can be asked for first; NULL when the
 * request is not complete enough to tell, or QEMU too old to be asked. (transfer full) */
char *hotplug_driver(const Guest *guest, const Request *request);

/* How this guest is sent its commands. */
ActionForm hotplug_form(const Guest *guest);

/* Errors: ENGINE_ERROR_INPUT, ENGINE_ERROR_REFUSED. (transfer full) */
Plan *hotplug_plan_attach(const HotplugFacts *facts, const Request *request, GError **error);

/* The drivers of all that leaves with these devices (Device), whose properties tell how to plug
 * them back. (transfer full) */
char **hotplug_detach_drivers(const Guest *guest, const GPtrArray *devices);

/* devices: (Device). Slot mates and everything on their buses go as well; the back ends follow.
 * Errors as above. (transfer full) */
Plan *hotplug_plan_detach(const HotplugFacts *facts, GPtrArray *devices, GError **error);

/* Removes the back ends that attach made for a device of this id, which is gone, and which nobody
 * uses: the guest let go of it after a detach had given up. NULL when there are none. (transfer
 * full) */
Plan *hotplug_plan_orphans(const HotplugFacts *facts, const char *id);
/* The action removes a back end that attach makes for a device of this id. */
gboolean hotplug_is_own_back_end(const Action *action, const char *id);

#endif
