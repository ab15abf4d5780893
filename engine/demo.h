/* The demonstration guest: QEMU with the devices of the proposal's example, its images in a private
 * temporary folder that is removed at the end. */
#ifndef BACKPLANE_DEMO_H
#define BACKPLANE_DEMO_H

#include "engine/guest_process.h"

typedef struct Demo Demo;

/* Starts it: does not wait for QEMU (the session does, by connecting). Errors:
 * ENGINE_ERROR_REFUSED: no QEMU, no space. note, if not NULL, gets a sentence when it runs without
 * the demonstration kernel. (transfer full) */
Demo *demo_start(char **note, GError **error);
/* The monitor's target text. */
const char *demo_target(const Demo *demo);
/* Where its images are: two of them, spare.img and spare.qcow2, are there to be plugged in. The
 * guest's serial line is the unix socket serial.sock in it. */
const char *demo_folder(const Demo *demo);
/* The file that all the guest says on its serial line is appended to. */
const char *demo_serial(const Demo *demo);
/* Writes domain XML of the guest into its folder, without addresses; gives its path. Errors:
 * ENGINE_ERROR_REFUSED. (transfer full) */
char *demo_write_domain(const Demo *demo, GError **error);
/* Says a word to the demonstration kernel (demo/README.md), by its serial line. Without a kernel,
 * or where the line is taken, nothing happens. */
void demo_tell(Demo *demo, const char *word);
/* To see whether it still runs. */
GuestProcess *demo_process(const Demo *demo);
/* Ends QEMU and removes the folder. Whichever way this process ends without calling it, a crash
 * included, QEMU ends and the folder goes as well. */
void demo_free(Demo *demo);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Demo, demo_free)

#endif
