/* The session's life: listeners, the connection, its loss and its return. What it reads, plans and
 * runs is in the other session_*.c. */
#include "engine/session_private.h"

#define RETRY_MOST_S 5

typedef struct {
    SessionFn told; /* NULL once it has gone */
    gpointer data;
} Listener;

static void session_open(Session *session);

/* --- listeners ------------------------------------------------------------------------------- */

void session_listen(Session *session, SessionFn listener, gpointer data)
{
    Listener *added = g_new0(Listener, 1);

    added->told = listener;
    added->data = data;
    g_ptr_array_add(session->listeners, added);
}

/* Those that have gone keep their place until nobody walks the list. */
void session_unlisten(Session *session, SessionFn listener, gpointer data)
{
    for (guint i = 0; i < session->listeners->len; i++) {
        Listener *listed = session->listeners->pdata[i];

        if (listed->told == listener && listed->data == data)
            listed->told = NULL;
    }
}

void session_notify(Session *session, SessionChange change)
{
    g_rc_box_acquire(session);
    for (guint i = 0; i < session->listeners->len; i++) {
        const Listener *listener = session->listeners->pdata[i];

        if (listener->told && !session->freed)
            listener->told(session, change, listener->data);
    }
    session_unref(session);
}

const char *session_name(const Session *session)
{
    return session->guest && session->guest->name ? session->guest->name : session_target(session);
}

void session_log(Session *session, DeviceState state, const char *subject, const char *text,
                 const char *outcome, gint64 elapsed)
{
    journal_add(session->journal, state, subject, text, outcome, elapsed);
    session_notify(session, SESSION_JOURNAL_GREW);
}

/* --- the end of a connection ----------------------------------------------------------------- */

static gboolean on_retry(gpointer data)
{
    Session *session = data;

    session->retry = 0;
    session_open(session);
    return G_SOURCE_REMOVE;
}

/* 1, 2, 4, 5, 5 ... seconds. */
static void session_retry_later(Session *session)
{
    guint seconds = MIN(1u << MIN(session->retries, 8), RETRY_MOST_S);

    if (session->mode != SESSION_WATCH || session->paused || session->retry || session->freed)
        return;
    session->retries++;
    session->retry = g_timeout_add_seconds(seconds, on_retry, session);
}

static void session_hang_up(Session *session)
{
    if (session->retry)
        g_source_remove(session->retry);
    session->retry = 0;
    watch_stop(session->watch);
    rates_watch_stop(session->rates);
    session_drop_reads(session);
    g_clear_pointer(&session->inventory, inventory_free);
    if (session->monitor)
        session->latency = monitor_latency(session->monitor);
    g_clear_pointer(&session->monitor, monitor_free);
    session_facts_clear(session);
}

static void session_enter(Session *session, SessionState state)
{
    if (session->state == state)
        return;
    session->state = state;
    session_notify(session, SESSION_STATE_CHANGED);
}

/* A guest that shut down said why before it closed its monitor. */
static GError *loss_reason(const Session *session, const GError *error)
{
    if (session->farewell)
        return g_error_new(MONITOR_ERROR, MONITOR_ERROR_CLOSED, "guest shut down (%s)",
                           session->farewell);
    return g_error_copy(error);
}

/* Runs and plans hear of it first, while the monitor is still there to be let go of. */
void session_lose(Session *session, const GError *error)
{
    g_autoptr(GError) reason = loss_reason(session, error);

    g_clear_error(&session->error);
    session->error = g_error_copy(reason);
    if (!session->lost_at) /* else an attempt to come back failed */
        session->lost_at = g_get_real_time();
    session->state = SESSION_LOST;
    session_runs_lost(session, reason);
    session_hang_up(session);
    session_queries_lost(session, reason);
    session_log(session, STATE_GONE, session_name(session),
                session->trees ? "connection lost" : "no connection", reason->message, -1);
    session_notify(session, SESSION_STATE_CHANGED);
    session_retry_later(session);
}

/* Trying again in the background failed: what was said on the loss stays true, unless somebody else
 * holds the monitor now. */
static void session_retry_failed(Session *session, const GError *error)
{
    session_hang_up(session);
    if (g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_BUSY) &&
        g_strcmp0(error->message, session->error->message) != 0) {
        g_clear_error(&session->error);
        session->error = g_error_copy(error);
        session_notify(session, SESSION_STATE_CHANGED);
    }
    session_retry_later(session);
}

/* --- the connection -------------------------------------------------------------------------- */

static void on_ready(Monitor *monitor, gpointer data)
{
    Session *session = g_rc_box_acquire(data);

    g_clear_pointer(&session->farewell, g_free);
    g_clear_pointer(&session->marks, marks_free);
    session->marks = marks_new();
    session->trees = 0;
    session->lost_at = 0;
    g_clear_error(&session->error);
    session->inventory = inventory_new(monitor);
    session_domain_touched(session);
    watch_start(session->watch);
    session_enter(session, SESSION_READING);
    session_unref(session);
}

static void on_event(Monitor *monitor, const char *name, json_t *payload, gint64 at, gpointer data)
{
    Session *session = g_rc_box_acquire(data);

    session_runs_event(session, name, payload);
    if (!session->freed)
        session_handle_event(session, name, payload);
    session_unref(session);
}

static void on_closed(Monitor *monitor, const GError *error, gpointer data)
{
    Session *session = g_rc_box_acquire(data);

    if (session->state == SESSION_LOST)
        session_retry_failed(session, error);
    else
        session_lose(session, error);
    session_unref(session);
}

static void session_open(Session *session)
{
    static const MonitorListener listener = { on_ready, on_event, on_closed };

    session->monitor = monitor_open(session->target, &listener, session);
    monitor_set_trace(session->monitor, session->trace);
}

void session_enter_live(Session *session)
{
    guint devices = session->guest->devices->len + session->guest->memory_devices->len;
    g_autofree char *domain = session_domain_summary(session);
    g_autofree char *text =
        g_strdup_printf("connected to QEMU %s: %u device%s%s%s", session->guest->qemu, devices,
                        devices == 1 ? "" : "s", domain ? ", " : "", domain ? domain : "");

    session->retries = 0;
    history_keep_for(session->history, session->guest);
    session_log(session, STATE_PRESENT, session_name(session), text, NULL, -1);
    if (!session->freed)
        session_domain_tell_differences(session);
    if (session->freed)
        return;
    session_enter(session, SESSION_LIVE);
    if (!session->freed)
        rates_watch_start(session->rates);
}

/* --- life ------------------------------------------------------------------------------------ */

Session *session_new_idle(SessionMode mode)
{
    Session *session = g_rc_box_new0(Session);

    session->mode = mode;
    session->listeners = g_ptr_array_new_with_free_func(g_free);
    session->trace = trace_new();
    session->journal = journal_new();
    session->marks = marks_new();
    session->watch = watch_new(session);
    session->rates = rates_watch_new(session);
    session->reads = g_ptr_array_new_with_free_func(g_free);
    session->runs = g_ptr_array_new();
    session->running = g_ptr_array_new();
    session->history = history_new();
    session->staging = staging_new();
    session->queries = g_ptr_array_new();
    session_facts_init(session);
    return session;
}

Session *session_new(const char *text, SessionMode mode, GError **error)
{
    Target *target = target_parse(text, error);
    Session *session = target ? session_new_idle(mode) : NULL;

    if (!session)
        return NULL;
    session->target = target;
    session_open(session);
    return session;
}

static void session_clear(gpointer data)
{
    Session *session = data;

    target_free(session->target);
    g_clear_error(&session->error);
    g_ptr_array_unref(session->listeners);
    g_free(session->farewell);
    g_clear_pointer(&session->guest, guest_unref);
    trace_unref(session->trace);
    journal_free(session->journal);
    marks_free(session->marks);
    watch_free(session->watch);
    rates_watch_free(session->rates);
    g_ptr_array_unref(session->reads);
    g_ptr_array_unref(session->runs);
    g_ptr_array_unref(session->running);
    history_free(session->history);
    g_free(session->serial);
    staging_free(session->staging);
    json_decref(session->offered_content);
    g_ptr_array_unref(session->queries);
    g_hash_table_unref(session->drivers);
    g_hash_table_unref(session->asked);
    g_ptr_array_unref(session->watchers);
    domain_file_free(session->domain_file);
    session_replay_free(session->replay);
}

void session_unref(Session *session)
{
    g_rc_box_release_full(session, session_clear);
}

void session_free(Session *session)
{
    if (!session)
        return;
    session->freed = TRUE;
    session_record_stop(session);
    session_runs_free(session);
    session_queries_free(session);
    g_ptr_array_set_size(session->watchers, 0);
    session_hang_up(session);
    session_unref(session);
}

/* --- what is asked of it --------------------------------------------------------------------- */

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
    return session->replay ? session_replay_path(session->replay) : target_text(session->target);
}

const Guest *session_guest(const Session *session)
{
    return session->guest;
}

Journal *session_journal(const Session *session)
{
    return session->journal;
}

Trace *session_trace(Session *session)
{
    return session->trace;
}

gint64 session_latency(const Session *session)
{
    return session->monitor ? monitor_latency(session->monitor) : session->latency;
}

gint64 session_silence(const Session *session)
{
    if (session->replay)
        return session_replay_silence(session->replay);
    return session->monitor ? monitor_silence(session->monitor) : 0;
}

gint64 session_now(const Session *session)
{
    return session->replay ? session_replay_now(session->replay) : g_get_real_time();
}

gint64 session_clock(const Session *session)
{
    return session->replay ? session_replay_clock(session->replay) : g_get_monotonic_time();
}

void session_forbid_changes(Session *session)
{
    session->read_only = TRUE;
}

static gboolean refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, reason);
    return FALSE;
}

gboolean session_check_live(const Session *session, GError **error)
{
    return !session->replay ||
           refuse(error, "this is a recording of what was, and nothing in it can be changed: "
                         "connect to the guest itself");
}

gboolean session_allows_changes(const Session *session, GError **error)
{
    return session_check_live(session, error) &&
           (!session->read_only ||
            refuse(error, "nothing is changed here, since this was started with --read-only: "
                          "start again without it"));
}

void session_reconnect(Session *session)
{
    if (session->state != SESSION_LOST || session->replay)
        return;
    session_hang_up(session);
    g_clear_pointer(&session->farewell, g_free);
    session->trees = 0;
    session->retries = 0;
    session_open(session);
    session_enter(session, SESSION_CONNECTING);
}

void session_pause(Session *session, gboolean pause)
{
    session->paused = pause;
    watch_pause(session->watch, pause);
    if (pause)
        rates_watch_stop(session->rates);
    else
        rates_watch_start(session->rates);
    if (pause && session->retry) {
        g_source_remove(session->retry);
        session->retry = 0;
    } else if (!pause && session->state == SESSION_LOST && !session->monitor) {
        session_retry_later(session);
    }
}
