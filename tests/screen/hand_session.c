/* See tests/support/hand_session.h: this file is included, not linked. */
#include "tests/support/hand_session.h"

#include "engine/describe.h"
#include "engine/domain_edit.h"
#include "engine/line_diff.h"
#include "tests/support/hand_guest.h"

static void staged_free(gpointer data)
{
    StagedPlan *entry = data;

    plan_free(entry->plan);
    g_free(entry->problem);
    g_free(entry);
}

static void entry_free(gpointer data)
{
    HistoryEntry *entry = data;

    plan_free(entry->plan);
    g_free(entry->error);
    g_free(entry);
}

Session *hand_session_new(Guest *guest)
{
    Session *session = g_new0(Session, 1);

    session->guest = guest;
    session->state = guest ? SESSION_LIVE : SESSION_CONNECTING;
    session->journal = journal_new();
    session->trace = trace_new();
    session->running = g_ptr_array_new();
    session->staged = g_ptr_array_new_with_free_func(staged_free);
    session->history = g_ptr_array_new_with_free_func(entry_free);
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
    g_clear_pointer(&session->match, match_free);
    g_clear_pointer(&session->domain, domain_unref);
    g_clear_pointer(&session->saved, domain_unref);
    g_clear_pointer(&session->guest, guest_unref);
    g_clear_pointer(&session->ran, plan_free);
    journal_free(session->journal);
    trace_unref(session->trace);
    g_ptr_array_unref(session->running);
    g_ptr_array_unref(session->staged);
    g_ptr_array_unref(session->history);
    g_free(session->asked);
    g_free(session);
}

void hand_session_change(Session *session, SessionChange change)
{
    if (session->listener)
        session->listener(session, change, session->listener_data);
}

static void rematch(Session *session)
{
    g_clear_pointer(&session->match, match_free);
    if (session->domain && session->guest)
        session->match = match_new(session->domain, session->guest, EVIDENCE_ALL);
}

void hand_session_set_guest(Session *session, Guest *guest)
{
    Guest *before = session->guest;

    session->guest = guest;
    rematch(session);
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

const char *session_recording(const Session *session)
{
    return session->recording;
}

Trace *session_trace(Session *session)
{
    return session->trace;
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
    g_autofree char *all = g_strjoinv(" ", (char **)names);

    ask(session, "detach", all, done, data);
}

void session_plan_medium(Session *session, const char *name, const MediumChange *change,
                         SessionPlanFn done, gpointer data)
{
    g_autofree char *what = g_strdup_printf("%s%s %s", change->force ? "force " : "",
                                            change->file ? change->file : "eject", name);

    ask(session, "medium", what, done, data);
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
    session->runs++;
    return NULL;
}

const GPtrArray *session_running(const Session *session)
{
    return session->running;
}

gint64 session_clock(const Session *session)
{
    return session->clock;
}

gboolean session_stage(Session *session, Plan *plan, GError **error)
{
    StagedPlan *entry = g_new0(StagedPlan, 1);

    entry->plan = plan;
    entry->at = HAND_NOW;
    g_ptr_array_add(session->staged, entry);
    hand_session_change(session, SESSION_PLAN_CHANGED);
    return TRUE;
}

const GPtrArray *session_staged(Session *session)
{
    return session->staged;
}

const Guest *session_guest_planned(Session *session)
{
    return session->guest;
}

gboolean session_unstage(Session *session, guint index)
{
    if (index >= session->staged->len || session->applied)
        return FALSE;
    g_ptr_array_remove_index(session->staged, index);
    hand_session_change(session, SESSION_PLAN_CHANGED);
    return TRUE;
}

gboolean session_stage_is_applied(const Session *session)
{
    return session->applied;
}

void session_plan_staged(Session *session, SessionPlanFn done, gpointer data)
{
    ask(session, "staged", NULL, done, data);
}

const GPtrArray *session_history(const Session *session)
{
    return session->history;
}

gboolean session_cancel(Session *session, const Transaction *transaction)
{
    return FALSE;
}

gboolean session_allows_changes(const Session *session, GError **error)
{
    if (session->read_only)
        g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "nothing is changed here");
    return !session->read_only;
}

void session_forbid_changes(Session *session)
{
    session->read_only = TRUE;
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

const Plan *session_plugged_by(const Session *session, const Device *device)
{
    return session->plugged;
}

void session_set_started(Session *session, gboolean all_placed, const char *serial)
{
    session->serial = serial;
}

gboolean session_is_all_placed(const Session *session)
{
    return session->serial != NULL;
}

const char *session_serial(const Session *session)
{
    return session->serial;
}

void session_read(Session *session, InventoryDepth depth, SessionReadFn done, gpointer data)
{
}

Device *session_find(const Session *session, const Guest *guest, const char *name, GError **error)
{
    return guest_find(guest, name, error);
}

/* --- the domain file ------------------------------------------------------------------------- */

/* domain: (transfer full). */
static void take_domain(Session *session, Domain *domain)
{
    Domain *before = session->domain;

    session->domain = domain;
    rematch(session);
    hand_session_change(session, SESSION_TREE_CHANGED);
    g_clear_pointer(&before, domain_unref);
}

void hand_session_set_domain(Session *session, const char *xml)
{
    g_autoptr(GBytes) bytes = g_bytes_new(xml, strlen(xml));
    g_autoptr(GError) error = NULL;
    Domain *domain = domain_parse("/srv/vm/web01.xml", bytes, &error);

    g_assert_no_error(error);
    session->saved = domain_ref(domain);
    take_domain(session, domain);
}

gboolean session_domain_open(Session *session, const char *path, GError **error)
{
    g_assert_not_reached();
}

const char *session_domain_path(const Session *session)
{
    return session->domain ? "/srv/vm/web01.xml" : NULL;
}

const Domain *session_domain(const Session *session)
{
    return session->domain;
}

const Match *session_match(const Session *session)
{
    return session->match;
}

gboolean session_domain_fill(Session *session, const GPtrArray *devices, GPtrArray *left,
                             GError **error)
{
    Domain *domain = match_fill(session->match, devices, left, error);

    if (domain)
        take_domain(session, domain);
    return domain != NULL;
}

gboolean session_domain_pin(Session *session, const GPtrArray *devices, GError **error)
{
    Domain *domain = domain_pin(session->domain, devices, error);

    if (domain)
        take_domain(session, domain);
    return domain != NULL;
}

gboolean session_domain_revert(Session *session, GError **error)
{
    take_domain(session, domain_ref(session->saved));
    return TRUE;
}

static const char *text_of(const Domain *domain)
{
    return xml_document_text(domain->document);
}

gboolean session_domain_is_changed(const Session *session)
{
    return session->domain && !g_str_equal(text_of(session->saved), text_of(session->domain));
}

GPtrArray *session_domain_diff(const Session *session)
{
    return line_diff(text_of(session->saved), text_of(session->domain));
}

gboolean session_domain_save(Session *session, gboolean backup, GError **error)
{
    if (session->obstacle) {
        g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, session->obstacle);
        return FALSE;
    }
    session->backup = backup;
    session->saves++;
    domain_unref(session->saved);
    session->saved = domain_ref(session->domain);
    hand_session_change(session, SESSION_TREE_CHANGED);
    return TRUE;
}

static void edit_for(DomainEdit *edit, const Plan *plan, const Match *match)
{
    g_autoptr(GPtrArray) elements =
        plan->verb == PLAN_ATTACH ? describe_plan(plan, match, NULL) : g_ptr_array_new();

    for (guint i = 0; elements && i < elements->len; i++) /* NULL: the file cannot say it */
        domain_edit_add(edit, elements->pdata[i]);
    for (guint i = 0; plan->verb == PLAN_DETACH && i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        const Device *device = guest_find_path(match->guest, subject->path);
        const MatchPair *pair = device ? match_of_device(match, device) : NULL;

        if (pair && pair->configured)
            domain_edit_remove(edit, pair->configured);
    }
}

gboolean session_domain_carry(Session *session, Plan *plan, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(session->domain);
    g_autoptr(Domain) after = NULL;

    if (session_domain_is_changed(session)) {
        g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                            "/srv/vm/web01.xml has changes that are not saved: save them first.");
        return FALSE;
    }
    edit_for(edit, plan, session->match);
    after = domain_edit_apply(edit, NULL);
    if (!domain_edit_is_empty(edit))
        plan_carry(plan, file_change_new(session_domain_path(session),
                                         xml_document_bytes(session->domain->document),
                                         xml_document_bytes(after->document), FALSE));
    return TRUE;
}

void session_watch_rates(Session *session, gboolean want)
{
    session->rate_watchers += want ? 1 : -1;
}

gboolean session_rate(const Session *session, const Device *device, Rate *rate)
{
    return session->rate && session->rate(device, rate);
}
