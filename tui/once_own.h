/* What the commands share that start a QEMU themselves: its monitor is looked at with patience,
 * and whoever sits at a terminal gets the console on it. */
#ifndef BACKPLANE_ONCE_OWN_H
#define BACKPLANE_ONCE_OWN_H

#include "engine/guest_process.h"
#include "tui/once_loop.h"
#include "tui/tour.h"

/* Once.data of such a task. */
typedef struct {
    GuestProcess *process;
    gpointer data; /* the command's */
    gint64 deadline;
} OnceOwn;

/* Runs a task against the QEMU's monitor. One that is slow to start is waited for; one that has
 * ended is told with its last words. Gives the exit status. */
int once_own_look(const Options *options, GuestProcess *process, void (*live)(Once *once),
                  gpointer data);

/* Whether there is a terminal for the console, or none is needed, and the user does not ask for
 * JSON. */
gboolean once_own_screen(const Options *options);
/* Of a guest that we started: as session_set_started. */
typedef struct {
    gboolean all_placed;
    const char *serial;
    const TourGuide *guide; /* NULL: no tour */
} OnceStarted;

/* The console on a target, in words with --linear, with the domain file of the options; gives the
 * exit status. started: NULL for a guest of others. */
int once_own_console(const Options *options, const char *target, const OnceStarted *started);

#endif
