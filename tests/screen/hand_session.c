/* See tests/support/hand_session.h: this file is included, not linked. */
#include "tests/support/hand_session.h"

#include "tests/support/hand_guest.h"

Session *hand_session_new(Guest *guest)
{
    Session *session = g_new0(Session, 1);

    session->guest = guest;
    session->state = guest ? SESSION_LIVE : SESSION_CONNECTING;
    session->journal = journal_new();
    session->running = g_ptr_array_new();
    return session;
}

/* The one-shot commands, linked along with the table of commands, name it. */
Session *session_new(const char *target, SessionMode mode, GError **error)
{
    return hand_session_new(NULL);
}

void session_free(Session *session)
{
    g_clear_error(&session->error);
    g_clear_pointer(&session->guest, guest_unref);
    g_clear_pointer(&session->ran, plan_free);
    journal_free(session->journal);
    g_ptr_array_unref(session->running);
    g_free(session->asked);
    g_free(session);
}

void hand_session_change(Session *session, SessionChange change)
{
    if (session->listener)
        session->listener(session, change, session->listener_data);
}

void hand_session_set_guest(Session *session, Guest *guest)
{
    Guest *before = session->guest;

    session->guest = guest;
    hand_session_change(session, SESSION_TREE_CHANGED);
    g_clear_pointer(&before, guest_unref);
}

void hand_session_answer(Session *session, Plan *plan, const GError *error)
{
    SessionPlanFn planned = session->planned;

    session->planned = NULL;
    if (planned)
        planned(session, plan, error, session->planned_data);
}

void session_listen(Session *session, SessionFn listener, gpointer data)
{
    session->listener = listener;
    session->listener_data = data;
}

void session_unlisten(Session *session, SessionFn listener, gpointer data)
{
    session->listener = NULL;
}

SessionState session_state(const Session *session)
{
    return session->state;
}

const GError *session_error(const Session *session)
{
    return session->error;
}

gint64 session_lost_at(const Session *session)
{
    return session->lost_at;
}

const char *session_target(const Session *session)
{
    return "/run/vm/web01.sock";
}

const Guest *session_guest(const Session *session)
{
    return session->guest;
}

Journal *session_journal(const Session *session)
{
    return session->journal;
}

gint64 session_latency(const Session *session)
{
    return 800;
}

static void ask(Session *session, const char *what, const char *name, SessionPlanFn done,
                gpointer data)
{
    g_free(session->asked);
    session->asked = g_strdup_printf("%s%s%s", what, name ? " " : "", name ? name : "");
    session->planned = done;
    session->planned_data = data;
}

void session_reconnect(Session *session)
{
    ask(session, "reconnect", NULL, NULL, NULL);
}

void session_pause(Session *session, gboolean pause)
{
}

void session_plan_attach(Session *session, const Request *request, SessionPlanFn done,
                         gpointer data)
{
    ask(session, "attach", request_get(request, "file"), done, data);
}

void session_plan_detach(Session *session, const char *const *names, SessionPlanFn done,
                         gpointer data)
{
    ask(session, "detach", names[0], done, data);
}

void session_plan_undo(Session *session, SessionPlanFn done, gpointer data)
{
    ask(session, "undo", NULL, done, data);
}

void session_plan_redo(Session *session, SessionPlanFn done, gpointer data)
{
    ask(session, "redo", NULL, done, data);
}

HotplugFacts session_facts(Session *session, const Request *request, SessionFactsFn changed,
                           gpointer data)
{
    gboolean file = request_get(request, "file") != NULL;

    return (HotplugFacts){
        .guest = session->guest,
        .image = file && session->image.path ? &session->image : NULL,
    };
}

void session_forget(Session *session, gpointer data)
{
    if (session->planned_data == data)
        session->planned = NULL;
}

const Transaction *session_run(Session *session, Plan *plan, SessionRunFn finished, gpointer data)
{
    g_clear_pointer(&session->ran, plan_free);
    session->ran = plan;
    return NULL;
}

const GPtrArray *session_running(const Session *session)
{
    return session->running;
}

gboolean session_cancel(Session *session, const Transaction *transaction)
{
    return FALSE;
}

gint64 session_silence(const Session *session)
{
    return 0;
}

gboolean session_ask_again(Session *session, const Device *device)
{
    ask(session, "ask-again", device->path, NULL, NULL);
    return device->state == STATE_LEAVING;
}

char *session_explain_leaving(const Session *session, const Device *device)
{
    return g_strdup("The guest has not released the device: it stays in use until DEVICE_DELETED "
                    "arrives.");
}
