/* Devices that end QEMU, and with it the guest, when they are plugged or unplugged: measured, since
 * QEMU does not refuse them. */
#ifndef BACKPLANE_QUIRK_H
#define BACKPLANE_QUIRK_H

#include <glib.h>

/* Why this driver must not be plugged or unplugged: "QEMU ends when ..."; NULL when it may. */
const char *quirk_attach(const char *driver);
const char *quirk_detach(const char *driver);
/* What a user should know before an unplug in this QEMU ("10.0.2"); NULL for nothing. */
const char *quirk_caution(const char *driver, const char *qemu);

#endif
