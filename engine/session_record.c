/* What a recording holds of a session. It listens like a view: whenever something is told, all that
 * is shown is compared with what was written last, and what differs is written. Only the end of a
 * plan has to be told by who knows it. */
#include "engine/recording.h"

#include <string.h>

#include "engine/plan_json.h"
#include "engine/recording_json.h"
#include "engine/session_private.h"

/* Of these a line is written when it is another than the latest of its kind. */
typedef enum { RECORD_STATE, RECORD_SHOWN, RECORD_RUNNING, RECORDS } RecordKind;

struct SessionRecord {
    Session *session;
    Recorder *recorder;
    Guest *guest;         /* of the latest tree line; NULL before */
    gboolean late;        /* a read was under way already: not all of its replies are here */
    guint64 journal;      /* how many entries of it are written */
    GHashTable *plans;    /* Transaction -> id of its plan */
    char *lines[RECORDS]; /* what was written last of each, as text */
    Domain *domain, *saved;
    guint latest_plan;
    guint failing; /* idle: tells that it cannot be written */
};

/* --- names ----------------------------------------------------------------------------------- */

const char *session_state_name(SessionState state)
{
    static const char *const names[] = {
        [SESSION_CONNECTING] = "connecting",
        [SESSION_READING] = "reading",
        [SESSION_LIVE] = "live",
        [SESSION_LOST] = "lost",
    };

    return names[state];
}

const char *session_outcome_name(Outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_PENDING] = "pending",     [OUTCOME_DONE] = "done",
        [OUTCOME_ROLLED_BACK] = "refused", [OUTCOME_LEFTOVERS] = "leftovers",
        [OUTCOME_LOST] = "lost",
    };

    return names[outcome];
}

/* --- lines ----------------------------------------------------------------------------------- */

static gboolean on_failing(gpointer data)
{
    SessionRecord *record = data;
    Session *session = g_rc_box_acquire(record->session);
    g_autoptr(GError) error = g_error_copy(recorder_error(record->recorder));

    record->failing = 0;
    session_record_stop(session);
    session_log(session, STATE_REFUSED, session_name(session), "the recording has ended",
                error->message, -1);
    session_unref(session);
    return G_SOURCE_REMOVE;
}

/* Told in a turn of its own: whoever is told may free the session. */
static void check_written(SessionRecord *record)
{
    if (recorder_error(record->recorder) && !record->failing)
        record->failing = g_timeout_add(0, on_failing, record);
}

static void write_line(SessionRecord *record, json_t *line)
{
    recorder_line(record->recorder, line);
    check_written(record);
}

/* value: (transfer full). Whether it is another than the latest of its kind. */
static gboolean is_news(SessionRecord *record, RecordKind kind, json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    gboolean news = g_strcmp0(text, record->lines[kind]) != 0;

    if (news) {
        g_free(record->lines[kind]);
        record->lines[kind] = g_strdup(text);
    }
    free(text);
    return news;
}

/* --- the state ------------------------------------------------------------------------------- */

static json_t *error_json(const GError *error)
{
    return error ? json_pack("{s:o, s:s, s:i}", "text", record_text(error->message), "domain",
                             error->domain == MONITOR_ERROR ? "monitor" : "engine", "code",
                             error->code)
                 : json_null();
}

static void record_state(SessionRecord *record)
{
    const Session *session = record->session;
    const char *qemu = session->monitor ? monitor_version(session->monitor) : NULL;
    const char *dialect = qemu ? monitor_dialect(session->monitor) : NULL;
    json_t *state =
        json_pack("{s:s, s:o, s:o, s:o, s:I}", "state", session_state_name(session->state), "qemu",
                  record_text(qemu), "dialect", record_text(dialect), "error",
                  error_json(session->error), "lost", (json_int_t)session->lost_at);

    if (session->state == SESSION_LOST)
        record->late = FALSE;
    if (is_news(record, RECORD_STATE, state))
        write_line(record, json_pack("{s:O}", "state", state));
    json_decref(state);
}

/* --- the tree -------------------------------------------------------------------------------- */

static void add_marks(json_t *marks, const GPtrArray *devices)
{
    for (guint i = 0; devices && i < devices->len; i++) {
        const Device *device = devices->pdata[i];
        gboolean marked = device->state == STATE_ADDED || device->state == STATE_LEAVING ||
                          device->state == STATE_REFUSED;

        if (marked || device->hotplugged)
            json_array_append_new(
                marks,
                json_pack("[o, o, I, b]", record_text(device->path),
                          marked ? json_string(device_state_name(device->state)) : json_null(),
                          (json_int_t)device->since, device->hotplugged));
    }
}

static json_t *shown_json(const Guest *guest)
{
    json_t *marks = json_array();

    add_marks(marks, guest->devices);
    add_marks(marks, guest->memory_devices);
    return json_pack("{s:o, s:o}", "status", record_text(guest->status), "marks", marks);
}

/* Which questions the tree was made of shows in what it knows. */
static const char *tree_depth(const SessionRecord *record, const Guest *guest)
{
    if (record->late)
        return "none";
    return guest->nodes || guest->graph || guest->chardevs || guest->objects ? "all" : "tree";
}

static void record_guest(SessionRecord *record, Guest *guest)
{
    g_clear_pointer(&record->guest, guest_unref);
    record->guest = guest_ref(guest);
}

static void record_tree(SessionRecord *record)
{
    Guest *guest = record->session->guest;
    gboolean another = guest != record->guest;
    json_t *shown;
    gboolean news;

    if (!guest)
        return;
    shown = shown_json(guest);
    news = is_news(record, RECORD_SHOWN, shown);
    if (another)
        write_line(record,
                   json_pack("{s:s, s:O}", "tree", tree_depth(record, guest), "shown", shown));
    else if (news)
        write_line(record, json_pack("{s:O}", "shown", shown));
    json_decref(shown);
    if (another) {
        record->late = FALSE;
        record_guest(record, guest);
    }
}

/* --- the journal ----------------------------------------------------------------------------- */

static void record_journal(SessionRecord *record)
{
    const Journal *journal = record->session->journal;
    guint64 count = journal_count(journal);
    guint length = journal_length(journal);
    guint news = (guint)MIN(count - record->journal, length);

    for (guint i = length - news; i < length; i++) {
        const JournalEntry *entry = journal_entry(journal, i);

        write_line(record,
                   json_pack("{s:{s:I, s:s, s:o, s:o, s:o, s:I}}", "journal", "at",
                             (json_int_t)entry->at, "state", device_state_name(entry->state),
                             "subject", record_text(entry->subject), "text",
                             record_text(entry->text), "outcome", record_text(entry->outcome),
                             "elapsed", (json_int_t)entry->elapsed));
    }
    record->journal = count;
}

/* --- plans ----------------------------------------------------------------------------------- */

static guint plan_id(SessionRecord *record, const Transaction *transaction)
{
    guint id = GPOINTER_TO_UINT(g_hash_table_lookup(record->plans, transaction));

    if (id)
        return id;
    id = ++record->latest_plan;
    g_hash_table_insert(record->plans, (gpointer)transaction, GUINT_TO_POINTER(id));
    write_line(record, json_pack("{s:o, s:i}", "plan", plan_record(transaction_plan(transaction)),
                                 "id", (int)id));
    return id;
}

static json_t *transaction_json(SessionRecord *record, const Transaction *transaction)
{
    const Plan *plan = transaction_plan(transaction);
    guint id = plan_id(record, transaction);

    return json_pack("{s:i, s:o, s:o, s:o}", "plan", (int)id, "steps",
                     plan_record_steps(plan, recorder_began(record->recorder)), "leaves",
                     record_strv(transaction_leaves(transaction)), "error",
                     record_text(transaction_error(transaction)));
}

static void record_running(SessionRecord *record)
{
    const GPtrArray *running = record->session->running;
    json_t *array = json_array();

    for (guint i = 0; i < running->len; i++)
        json_array_append_new(array, transaction_json(record, running->pdata[i]));
    if (is_news(record, RECORD_RUNNING, array))
        write_line(record, json_pack("{s:O}", "running", array));
    json_decref(array);
}

void session_record_ended(Session *session, const Transaction *transaction, const char *kind)
{
    SessionRecord *record = session->record;
    json_t *ended;

    if (!record)
        return;
    ended = transaction_json(record, transaction);
    json_object_set_new(ended, "kind", json_string(kind));
    json_object_set_new(ended, "outcome",
                        json_string(session_outcome_name(transaction_outcome(transaction))));
    write_line(record, json_pack("{s:o}", "ended", ended));
    g_hash_table_remove(record->plans, transaction);
}

/* --- the domain file ------------------------------------------------------------------------- */

/* JSON holds UTF-8 only. */
static json_t *document_json(const Domain *domain)
{
    gsize length;
    const char *text = g_bytes_get_data(xml_document_bytes(domain->document), &length);
    g_autofree char *encoded = NULL;

    if (g_utf8_validate_len(text, length, NULL) && !memchr(text, '\0', length))
        return json_stringn(text, length);
    encoded = g_base64_encode((const guchar *)text, length);
    return json_pack("{s:s}", "base64", encoded);
}

static void record_domain(SessionRecord *record)
{
    const Session *session = record->session;
    const Domain *domain = session_domain(session), *saved = session_domain_saved(session);
    g_autofree char *name = NULL;

    if (domain == record->domain && saved == record->saved)
        return;
    g_clear_pointer(&record->domain, domain_unref);
    g_clear_pointer(&record->saved, domain_unref);
    record->domain = domain_ref((Domain *)domain);
    record->saved = domain_ref((Domain *)saved);
    name = g_path_get_basename(session_domain_path(session));
    write_line(record, json_pack("{s:{s:o, s:o, s:o}}", "domain", "name", record_text(name), "text",
                                 document_json(domain), "saved",
                                 saved == domain ? json_null() : document_json(saved)));
}

/* --- all of it ------------------------------------------------------------------------------- */

/* In this order a tree never stands before what its domain file was. */
static void record_look(SessionRecord *record)
{
    record_state(record);
    record_domain(record);
    record_tree(record);
    record_journal(record);
    record_running(record);
}

static void on_change(Session *session, SessionChange change, gpointer data)
{
    record_look(data);
}

static void on_message(Trace *trace, const TraceMessage *message, gpointer data)
{
    SessionRecord *record = data;

    if (!message)
        return;
    recorder_message(record->recorder, message);
    check_written(record);
}

/* The tree of now, and what inventory has learned before, are in no line: all is read anew. */
static void begin_late(SessionRecord *record)
{
    Session *session = record->session;

    for (guint i = 0; i < trace_length(session->trace); i++)
        recorder_message(record->recorder, trace_message(session->trace, i));

    if (session->guest)
        record_guest(record, session->guest);
    if (!session->inventory)
        return;
    record->late = inventory_forget(session->inventory);
    session_read(session, INVENTORY_TREE, NULL, NULL);
}

gboolean session_record(Session *session, const char *path, GError **error)
{
    Recorder *recorder;
    SessionRecord *record;

    if (session->record) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "the session is recorded into %s already: stop that first",
                    session_recording(session));
        return FALSE;
    }
    recorder = session_check_live(session, error) ? recorder_new(path, error) : NULL;
    if (!recorder)
        return FALSE;
    record = session->record = g_new0(SessionRecord, 1);
    record->session = session;
    record->recorder = recorder;
    record->plans = g_hash_table_new(NULL, NULL);
    record->lines[RECORD_RUNNING] = g_strdup("[]");
    session_listen(session, on_change, record);
    trace_listen(session->trace, on_message, record);
    begin_late(record);
    record_look(record);
    check_written(record);
    return TRUE;
}

void session_record_stop(Session *session)
{
    SessionRecord *record = g_steal_pointer(&session->record);

    if (!record)
        return;
    session_unlisten(session, on_change, record);
    trace_unlisten(session->trace, on_message, record);
    if (record->failing)
        g_source_remove(record->failing);
    recorder_free(record->recorder);
    g_clear_pointer(&record->guest, guest_unref);
    g_clear_pointer(&record->domain, domain_unref);
    g_clear_pointer(&record->saved, domain_unref);
    g_hash_table_unref(record->plans);
    for (guint i = 0; i < RECORDS; i++)
        g_free(record->lines[i]);
    g_free(record);
}

const char *session_recording(const Session *session)
{
    return session->record ? recorder_path(session->record->recorder) : NULL;
}
