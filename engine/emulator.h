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

/* forced: --emulator PROGRAM; NULL: what the environment's BACKPLANE_QEMU names, else the file's
 * <emulator> if it is a QEMU system emulator that only root can have put there, else the host's for
 * the file's architecture. Waits for the program's list of machines (about 20 ms). Errors:
 * ENGINE_ERROR_REFUSED: there is none, it cannot run, or has no such machine. (transfer full) */
Emulator *emulator_find(const Domain *domain, const char *forced, GError **error);
void emulator_free(Emulator *emulator);

/* Whether the program that a file names may be run: a QEMU system emulator by its name, once
 * symbolic links are followed, which nobody but root can replace or change. Gives its real path, or
 * NULL with why not as a clause: "its name is not that of ...". (transfer full) */
char *emulator_trusted(const char *program, char **why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Emulator, emulator_free)

#endif
