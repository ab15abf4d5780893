/* The QEMU program for a domain: which one may be run, and what it calls the machine. */
#ifndef BACKPLANE_EMULATOR_H
#define BACKPLANE_EMULATOR_H

#include "engine/domain.h"

typedef struct {
    char *program;    /* absolute */
    char *machine;    /* that it has; NULL: its default */
    gboolean kvm;     /* usable: same architecture, /dev/kvm can be opened */
    GPtrArray *notes; /* (char *) what is other than the file says: "machine pc-0.11 is not in
                       * QEMU 7.2.22: pc-i440fx-7.2 is used" */
} Emulator;

/* forced: --emulator PROGRAM, NULL: the file's <emulator> if it is a QEMU system emulator in a
 * folder that only root may write, else the host's for the file's architecture. Waits for the
 * program's list of machines (about 20 ms). Errors: ENGINE_ERROR_REFUSED: there is none, or it
 * cannot run. (transfer full) */
Emulator *emulator_find(const Domain *domain, const char *forced, GError **error);
void emulator_free(Emulator *emulator);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Emulator, emulator_free)

#endif
