/* The demonstration guest: QEMU with the devices of the proposal's example, its images in a private
 * temporary folder that is removed at the end. */
#ifndef BACKPLANE_DEMO_H
#define BACKPLANE_DEMO_H

#include <gio/gio.h>

typedef struct Demo Demo;

/* Starts it: does not wait for QEMU (the session does, by connecting). Errors: ENGINE_ERROR_REFUSED:
 * no QEMU, no space. note, if not NULL, gets a sentence when it runs without the demonstration
 * kernel. (transfer full) */
Demo *demo_start(char **note, GError **error);
/* The monitor's target text. */
const char *demo_target(const Demo *demo);
/* Ends QEMU and removes the folder. */
void demo_free(Demo *demo);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Demo, demo_free)

#endif
