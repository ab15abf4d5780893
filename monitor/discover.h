/* The QEMU processes of this host and their monitors, found without touching a monitor: all is read
 * from /proc. */
#ifndef BACKPLANE_DISCOVER_H
#define BACKPLANE_DISCOVER_H

#include "monitor/socket_holder.h"

/* What would come of connecting to a monitor, the best first. */
typedef enum {
    FOUND_FREE,
    FOUND_QUEUED,    /* clients wait that QEMU has not accepted: it is stopped, or busy */
    FOUND_HELD,      /* a client is in, and QEMU serves one at a time */
    FOUND_DENIED,    /* not ours to connect to */
    FOUND_ELSEWHERE, /* an address of another network name space */
    FOUND_GONE,      /* its socket was removed, or QEMU does not listen any more */
    FOUND_CLIENT,    /* QEMU connects to somebody (server=off) */
    FOUND_NO_SOCKET, /* stdio, a pty, a window: see kind */
    FOUND_STATES,
} FoundState;

typedef struct {
    gboolean qmp; /* else it is a human monitor */
    FoundState state;
    char *kind;           /* "unix", "tcp", "telnet", "fd", "stdio", "pty" ... */
    char *target;         /* what target_parse takes; NULL where one cannot connect at all */
    SocketHolder *holder; /* FOUND_HELD; NULL: the kernel does not tell */
    guint waiting;        /* clients that wait behind it */
} FoundMonitor;

typedef struct {
    gint pid;
    char *name;          /* -name; NULL: it has none */
    char *image;         /* base name of its first drive or its kernel; NULL */
    char *program;       /* base name of the executable */
    char *machine;       /* as it was named; NULL: not known */
    char *accelerator;   /* "kvm", "tcg" */
    GPtrArray *monitors; /* (FoundMonitor) in the order of its command line */
} FoundGuest;

/* The guests that we may see, by name, then by pid. proc: "/proc" but for tests. pairs: as
 * sock_diag_pairs, to find the holders; NULL: none are known. before: what was found the last time,
 * so that who held a monitor then is asked first; NULL. Takes some 15 microseconds for each process
 * of the host, and for holders that are not found there 50 more. Errors: G_FILE_ERROR: there is no
 * such folder. (transfer full) (FoundGuest) */
GPtrArray *discover_guests(const char *proc, GHashTable *pairs, const GPtrArray *before,
                           GError **error);
void found_guest_free(FoundGuest *guest);

/* The one to connect to, whatever its state: the first of the best, QMP before HMP. NULL: it has
 * none. (transfer none) */
const FoundMonitor *found_guest_best(const FoundGuest *guest);
/* Whether anything that a person sees differs. */
gboolean found_guests_equal(const GPtrArray *a, const GPtrArray *b);

/* --- discover_words.c ------------------------------------------------------------------------ */

/* What a person calls it: its name, else its image, else its program; printable. (transfer full) */
char *found_guest_title(const FoundGuest *guest);
/* "qmp", "hmp". */
const char *found_monitor_dialect(const FoundMonitor *monitor);
/* "free", "held by virtqemud (812)". (transfer full) */
char *found_monitor_text(const FoundMonitor *monitor);
/* "free", "held": for programs. */
const char *found_state_name(FoundState state);
/* Why the guest cannot be reached and what to do, as a clause; NULL where it can. (transfer full)
 */
char *found_guest_advice(const FoundGuest *guest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FoundGuest, found_guest_free)

#endif
