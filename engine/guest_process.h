/* A QEMU that we start: its private folder, its monitor socket that is there before QEMU is, its
 * last words. */
#ifndef BACKPLANE_GUEST_PROCESS_H
#define BACKPLANE_GUEST_PROCESS_H

#include "engine/launch.h"

typedef struct GuestProcess GuestProcess;

/* Starts program with the launch's arguments and a QMP monitor. It outlives us: the folder
 * ($XDG_RUNTIME_DIR or the temporary one, mode 0700) goes when QEMU ends. Errors:
 * ENGINE_ERROR_REFUSED. (transfer full) */
GuestProcess *guest_process_start(const char *program, const Launch *launch, GError **error);
/* The monitor's target text. */
const char *guest_process_target(const GuestProcess *process);
/* FALSE when QEMU has ended by itself; error (ENGINE_ERROR_REFUSED) tells its last words. */
gboolean guest_process_check(GuestProcess *process, GError **error);
/* Ends QEMU. */
void guest_process_kill(GuestProcess *process);
/* QEMU runs on. */
void guest_process_free(GuestProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GuestProcess, guest_process_free)

#endif
