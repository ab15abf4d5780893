/* What the one-shot commands share: a session with a main loop of its own, and the ways out of it:
 * an answer, an error, a lost connection, a signal. */
#ifndef BACKPLANE_ONCE_LOOP_H
#define BACKPLANE_ONCE_LOOP_H

#include "engine/session.h"
#include "tui/options.h"

typedef struct Once Once;

typedef struct {
    /* The first tree is there. Once. Ends with once_end or once_fail, now or later. */
    void (*live)(Once *once);
    /* Another tree is there; NULL: of no interest. */
    void (*tree)(Once *once);
    /* The connection failed or went; TRUE when the task goes on, having asked for another. NULL:
     * that is the end. */
    gboolean (*lost)(Once *once);
    /* What is under way in the guest, for those who interrupt or lose it; NULL for nothing.
     * (transfer full) */
    char *(*pending)(Once *once);
    /* Somebody interrupts: TRUE when the task takes back what it did and then ends. NULL: it need
     * not. */
    gboolean (*interrupted)(Once *once);
} OnceTask;

struct Once {
    const Options *options;
    const OnceTask *task;
    gpointer data; /* the task's */
    Session *session;
    GMainLoop *loop;
    gboolean begun;   /* live was called */
    gboolean reading; /* a session that was there already is read anew */
    guint beginning;
    int signal; /* that interrupted, 0 for none */
    int status;
};

/* Runs the task against a target, or on the session of the options where they have one, which then
 * goes on; gives the exit status. */
int once_run(const Options *options, const char *target, const OnceTask *task, gpointer data);

/* What the options ask for of a session that is new: its domain file, its recording. */
gboolean once_open(Session *session, const Options *options, GError **error);

/* The end. The first call counts; a signal that came before gives the status. */
void once_end(Once *once, int status);
/* Tells the error and ends with its status. */
void once_fail(Once *once, const GError *error);
/* Prints text (transfer full) and ends with the status, or with EXIT_REFUSED when it cannot be
 * printed. */
void once_answer(Once *once, char *text, int status);

#endif
