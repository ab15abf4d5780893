/* A QEMU that we start: its private folder, its monitor socket that is there before QEMU is, its
 * last words. */
#ifndef BACKPLANE_GUEST_PROCESS_H
#define BACKPLANE_GUEST_PROCESS_H

#include "engine/error.h"

typedef struct GuestProcess GuestProcess;

/* Whichever way we end, a crash included, QEMU ends as well, unless it was to last and
 * guest_process_keep was called. */
typedef enum {
    GUEST_PROCESS_LASTS, /* out of reach of our terminal's signals and end */
    GUEST_PROCESS_TIED,
} GuestProcessLife;

/* Makes the folder that goes when QEMU ends, mode 0700: in $XDG_RUNTIME_DIR where QEMU is to last,
 * else in the temporary one. Errors of this and the next two: ENGINE_ERROR_REFUSED. (transfer full)
 */
GuestProcess *guest_process_new(GuestProcessLife life, GError **error);
const char *guest_process_folder(const GuestProcess *process);
/* Listens at a unix socket `name` in the folder and gives the number of the descriptor that QEMU
 * will have for it, -1 with error set. Whoever connects before QEMU is up waits in the queue
 * instead of being refused. */
int guest_process_listen(GuestProcess *process, const char *name, GError **error);
/* Starts program with these arguments (up to a NULL) and with a QMP monitor. Does not wait for
 * QEMU: whoever connects to the monitor does. */
gboolean guest_process_start(GuestProcess *process, const char *program,
                             const char *const *arguments, GError **error);

/* The monitor's target text. */
const char *guest_process_target(const GuestProcess *process);
/* 0 once it has ended. */
int guest_process_pid(const GuestProcess *process);
/* FALSE when QEMU has ended by itself; error (ENGINE_ERROR_REFUSED) tells its last words. */
gboolean guest_process_check(GuestProcess *process, GError **error);
/* From now on QEMU runs on when we end. */
void guest_process_keep(GuestProcess *process);
/* Ends a QEMU that was not kept, and waits until its folder has gone. */
void guest_process_free(GuestProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GuestProcess, guest_process_free)

#endif
