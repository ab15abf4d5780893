/* The main loop of a one-shot command. */
#include "tui/once_loop.h"

#include "engine/session_domain.h"
#include "tui/end_signals.h"
#include "tui/once_target.h"
#include "tui/report.h"

/* A QEMU that was stopped, or waits for a dead file system, answers nothing more. */
#define SILENCE_US (10 * G_USEC_PER_SEC)
#define SILENCE_LOOK_MS 500

void once_end(Once *once, int status)
{
    if (!g_main_loop_is_running(once->loop))
        return;
    once->status = once->signal ? EXIT_SIGNAL + once->signal : status;
    g_main_loop_quit(once->loop);
}

void once_fail(Once *once, const GError *error)
{
    report_complain("%s", error->message);
    once_end(once, exit_status_from_error(error));
}

void once_answer(Once *once, char *text, int status)
{
    gboolean printed = report_print(text);

    g_free(text);
    once_end(once, printed ? status : MAX(status, EXIT_REFUSED));
}

static void complain_pending(Once *once)
{
    g_autofree char *pending = once->task->pending ? once->task->pending(once) : NULL;

    if (pending)
        report_complain("%s", pending);
}

static void on_lost(Once *once)
{
    if (once->task->lost && once->task->lost(once))
        return;
    complain_pending(once);
    once_fail(once, session_error(once->session));
}

static void on_session(Session *session, SessionChange change, gpointer data)
{
    Once *once = data;

    if (!g_main_loop_is_running(once->loop))
        return;
    if (session_state(session) == SESSION_LOST) {
        if (change == SESSION_STATE_CHANGED)
            on_lost(once);
    } else if (!once->begun && !once->reading && session_state(session) == SESSION_LIVE &&
               session_guest(session)) {
        once->begun = TRUE;
        once->task->live(once);
    } else if (once->begun && change == SESSION_TREE_CHANGED && once->task->tree) {
        once->task->tree(once);
    }
}

static gboolean on_silence_look(gpointer data)
{
    Once *once = data;

    if (session_silence(once->session) < SILENCE_US || !g_main_loop_is_running(once->loop))
        return G_SOURCE_CONTINUE;
    complain_pending(once);
    report_complain("the monitor %s has not answered for %d s: QEMU is stopped, or waits for a "
                    "file; look at its process, then at what has come of this with backplane tree",
                    session_target(once->session), (int)(SILENCE_US / G_USEC_PER_SEC));
    once_end(once, EXIT_CONNECTION);
    return G_SOURCE_CONTINUE;
}

/* The first may start a way back, the second ends that as well. */
static void on_signal(int number, gpointer data)
{
    Once *once = data;
    gboolean again = once->signal != 0;

    once->signal = number;
    if (!again && once->task->interrupted && once->task->interrupted(once)) {
        report_complain("interrupted: taking back what was done");
        return;
    }
    complain_pending(once);
    report_complain("interrupted");
    once_end(once, EXIT_SIGNAL + number);
}

gboolean once_open(Session *session, const Options *options, GError **error)
{
    if (options->read_only)
        session_forbid_changes(session);
    return (!options->domain || session_domain_open(session, options->domain, error)) &&
           (!options->record || session_record(session, options->record, error));
}

/* --- the session -------------------------------------------------------------------------------
 */

static void on_read(Session *session, const GError *error, gpointer data)
{
    Once *once = data;

    if (!g_main_loop_is_running(once->loop))
        return;
    once->reading = FALSE;
    if (error) {
        once_fail(once, error);
        return;
    }
    once->begun = TRUE;
    once->task->live(once);
}

/* A session that is there already: what it has may be as old as its latest look. */
static gboolean on_begin(gpointer data)
{
    Once *once = data;
    Session *session = once->session;

    once->beginning = 0;
    if (session_state(session) == SESSION_LOST) {
        session_reconnect(session);
    } else if (session_guest(session) && session_state(session) == SESSION_LIVE) {
        once->reading = TRUE;
        session_read(session, INVENTORY_TREE, on_read, once);
    }
    return G_SOURCE_REMOVE;
}

static int run(Once *once, Session *session)
{
    EndSignals *signals;
    guint look;

    once->session = session;
    session_listen(session, on_session, once);
    signals = end_signals_new(on_signal, once);
    look = g_timeout_add(SILENCE_LOOK_MS, on_silence_look, once);
    if (once->options->session)
        once->beginning = g_idle_add(on_begin, once);
    g_main_loop_run(once->loop);
    g_clear_handle_id(&once->beginning, g_source_remove);
    g_source_remove(look);
    end_signals_free(signals);
    session_unlisten(session, on_session, once);
    session_forget(session, once);
    return once->status;
}

int once_run(const Options *options, const char *target, const OnceTask *task, gpointer data)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Once once = { .options = options, .task = task, .data = data, .loop = loop };
    g_autoptr(Session) session = NULL;
    g_autoptr(GError) error = NULL;

    if (options->session)
        return run(&once, options->session);
    session = once_session_new(options, target, SESSION_ONCE, &error);
    if (!session || !once_open(session, options, &error)) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    return run(&once, session);
}
