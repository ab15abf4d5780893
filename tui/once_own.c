/* A QEMU that we started, looked at once or by the console. */
#include "tui/once_own.h"

#include <string.h>
#include <unistd.h>

#include "tui/console.h"
#include "tui/once_target.h"
#include "tui/report.h"
#include "tui/shell.h"

/* How long a QEMU may take to answer on a busy host. */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

/* A QEMU that is slow to start does not greet in time: it is ours, so that is no reason to give up.
 */
static gboolean own_lost(Once *once)
{
    const OnceOwn *own = once->data;
    g_autoptr(GError) error = NULL;

    if (!guest_process_check(own->process, &error)) {
        once_fail(once, error);
        return TRUE;
    }
    if (once->begun || g_get_monotonic_time() > own->deadline)
        return FALSE;
    session_reconnect(once->session);
    return TRUE;
}

int once_own_look(const Options *options, GuestProcess *process, void (*live)(Once *once),
                  gpointer data)
{
    const OnceTask task = { .live = live, .lost = own_lost };
    OnceOwn own = { process, data, g_get_monotonic_time() + PATIENCE_US };

    return once_run(options, guest_process_target(process), &task, &own);
}

gboolean once_own_screen(const Options *options)
{
    const char *term = g_getenv("TERM");

    if (options->linear)
        return TRUE;
    return !options->json && term && *term && strcmp(term, "dumb") != 0 && isatty(STDIN_FILENO) &&
           isatty(STDOUT_FILENO);
}

/* In the place of the console. */
static int run_linear(const Options *options, const char *target)
{
    Options with_target = *options;

    with_target.target = (char *)target;
    return once_shell(&with_target);
}

int once_own_console(const Options *options, const char *target, const OnceStarted *started)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Session) session = NULL;

    if (options->linear)
        return run_linear(options, target);
    session = once_session_new(options, target, SESSION_WATCH, &error);
    if (session && started)
        session_set_started(session, started->all_placed, started->serial);
    if (session && once_open(session, options, &error))
        return console_run(session, options, started ? started->guide : NULL);
    report_complain("%s", error->message);
    return exit_status_from_error(error);
}
