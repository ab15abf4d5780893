/* Plans for the medium of a drive that stays plugged: taken out, put in, changed. CD-ROM and floppy
 * drives, and disks that the guest was told are removable. */
#ifndef BACKPLANE_MEDIUM_H
#define BACKPLANE_MEDIUM_H

#include "engine/hotplug.h"

typedef struct {
    const char *file;   /* NULL: the medium is taken out, and none put in */
    const char *format; /* NULL: as its header says */
    gboolean force;     /* open the tray although the guest holds it locked */
} MediumChange;

/* Whether a medium can be taken out of it or put in. */
gboolean medium_is_changeable(const Device *device);

/* facts: with the header of the new file. Errors: ENGINE_ERROR_INPUT, ENGINE_ERROR_REFUSED.
 * (transfer full) */
Plan *medium_plan(const HotplugFacts *facts, const Device *device, const MediumChange *change,
                  GError **error);

#endif
