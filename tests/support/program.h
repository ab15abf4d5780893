/* The program under test as a user's script runs it: arguments in, standard output and error and
 * the exit status out. Its standard input is empty, none of the three is a terminal. */
#ifndef BACKPLANE_TEST_PROGRAM_H
#define BACKPLANE_TEST_PROGRAM_H

#include <gio/gio.h>
#include <jansson.h>

typedef struct {
    int status; /* 128 plus the signal's number when one ended it */
    char *out;
    char *err;
} Run;

/* Runs it to its end. A finding of a sanitizer fails the test. (transfer full) */
Run *program_run(const char *const *arguments);
void run_free(Run *run);

/* The same in two steps, to do something meanwhile. */
GSubprocess *program_start(const char *const *arguments);
/* Another program, in the same environment: a shell that runs ours. */
GSubprocess *program_start_other(const char *const *line);
Run *program_end(GSubprocess *process);

/* What it printed, which must be JSON in ASCII. (transfer full) */
json_t *run_json(const Run *run);

/* One line or more on standard error, each "backplane: ..."; one holds text. */
void assert_complaint(const Run *run, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

#endif
