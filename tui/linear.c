/* Tells a session line by line. There is one at a time. */
#include "tui/linear.h"

#include "engine/session_domain.h"
#include "tui/end_signals.h"
#include "tui/report.h"
#include "tui/report_linear.h"

static struct {
    gboolean ascii;
    guint64 told; /* entries of the journal, ever */
} linear;

static void tell_journal(const Journal *journal)
{
    guint length = journal_length(journal);
    guint fresh = (guint)MIN(journal_count(journal) - linear.told, length);

    linear.told = journal_count(journal);
    for (guint i = length - fresh; i < length; i++) {
        g_autofree char *line = report_journal_linear(journal_entry(journal, i), linear.ascii);

        report_print(line);
    }
}

static void on_session(Session *session, SessionChange change, gpointer data)
{
    if (change == SESSION_JOURNAL_GREW)
        tell_journal(session_journal(session));
}

void linear_begin(Session *session, gboolean ascii, gboolean typed)
{
    g_autofree char *tree =
        report_tree_linear(session_guest(session), session_match(session), ascii);

    linear.ascii = ascii;
    report_print(tree);
    tell_journal(session_journal(session));
    if (!typed)
        session_listen(session, on_session, &linear);
}

void linear_end(Session *session)
{
    session_unlisten(session, on_session, &linear);
}

typedef struct {
    GMainLoop *loop;
    int signal;
} Stay;

static void on_signal(int number, gpointer data)
{
    Stay *stay = data;

    stay->signal = number;
    g_main_loop_quit(stay->loop);
}

int linear_stay(void)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Stay stay = { .loop = loop };
    EndSignals *signals = end_signals_new(on_signal, &stay);

    g_main_loop_run(loop);
    end_signals_free(signals);
    return stay.signal;
}
