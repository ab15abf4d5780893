/* What a session shows at a line of a recording. Each kind of fact has a function here that shows
 * it, unless the same is shown already. */
#include "engine/session_replay.h"

#include <string.h>

#include "engine/plan_json.h"
#include "engine/recording_json.h"
#include "engine/session_private.h"

/* So many messages more are told one by one; with more of them the trace is filled anew. */
#define MESSAGES_APART 64

struct SessionReplay {
    char *path;
    const Recording *recording;
    ReplayTrees *trees;
    gint64 now, clock;
    guint passed[LINE_KINDS]; /* lines of each kind that are shown */
    gint64 unanswered;        /* t since which QEMU owes an answer; -1: it owes none */
    GArray *states;           /* (DeviceState) of the guest's devices, without marks */
    GHashTable *runs;         /* id of a plan -> Transaction */
};

/* What was shown before: it is kept until everybody was told. */
typedef struct {
    guint passed[LINE_KINDS];
    Guest *guest;
    Matching *matching;
    DomainFile *domain;
    GPtrArray *runs; /* (Transaction) that are over */
} Before;

typedef enum {
    SHOWN_STATE = 1 << SESSION_STATE_CHANGED,
    SHOWN_TREE = 1 << SESSION_TREE_CHANGED,
    SHOWN_PLAN = 1 << SESSION_PLAN_CHANGED,
    SHOWN_JOURNAL = 1 << SESSION_JOURNAL_GREW,
} ShownChanges;

/* The member of the latest line of a kind that is shown; NULL before the first. (transfer full) */
static json_t *latest_member(const SessionReplay *replay, LineKind kind, guint passed,
                             const char *member)
{
    return passed ? recording_member(replay->recording,
                                     recording_number(replay->recording, kind, passed - 1), member)
                  : NULL;
}

/* --- the state ------------------------------------------------------------------------------- */

static SessionState read_state(json_t *state)
{
    const char *name = json_string_value(json_object_get(state, "state"));

    for (SessionState known = SESSION_CONNECTING; known < SESSION_LOST; known++) {
        if (g_strcmp0(name, session_state_name(known)) == 0)
            return known;
    }
    return state ? SESSION_LOST : SESSION_CONNECTING;
}

static GError *read_error(json_t *error)
{
    g_autofree char *text = printable_read(json_object_get(error, "text"));
    const char *domain = json_string_value(json_object_get(error, "domain"));

    return text ? g_error_new_literal(g_strcmp0(domain, "monitor") == 0 ? MONITOR_ERROR
                                                                        : ENGINE_ERROR,
                                      (int)json_integer_value(json_object_get(error, "code")), text)
                : NULL;
}

static void show_state(Session *session, guint passed)
{
    json_t *state = latest_member(session->replay, LINE_STATE, passed, "state");

    session->state = read_state(state);
    g_clear_error(&session->error);
    session->error = read_error(json_object_get(state, "error"));
    session->lost_at = json_integer_value(json_object_get(state, "lost"));
    json_decref(state);
}

/* --- the tree -------------------------------------------------------------------------------- */

typedef void (*DeviceFn)(Device *device, gpointer data);

static void each_device(const Guest *guest, DeviceFn visit, gpointer data)
{
    const GPtrArray *lists[] = { guest->devices, guest->memory_devices };

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (guint j = 0; lists[i] && j < lists[i]->len; j++)
            visit(lists[i]->pdata[j], data);
    }
}

static void keep_state(Device *device, gpointer data)
{
    g_array_append_val((GArray *)data, device->state);
}

/* One whose replies are not recorded, as it is with those before a recording began, is passed over.
 */
static Guest *make_guest(const SessionReplay *replay, guint passed)
{
    Guest *guest = NULL;

    while (passed > 0 && !guest)
        guest = replay_trees_make(replay->trees, --passed);
    return guest;
}

static void show_guest(Session *session, guint passed, Before *before)
{
    SessionReplay *replay = session->replay;

    before->guest = session->guest;
    session->guest = make_guest(replay, passed);
    g_array_set_size(replay->states, 0);
    if (session->guest)
        each_device(session->guest, keep_state, replay->states);
    before->matching = session_domain_rematch(session);
}

/* The latest line that tells what the tree shows: of its own, or with a tree. (transfer full) */
static json_t *latest_shown(const SessionReplay *replay, guint trees, guint alone)
{
    const Recording *recording = replay->recording;
    gboolean later = alone && (!trees || recording_number(recording, LINE_SHOWN, alone - 1) >
                                             recording_number(recording, LINE_TREE, trees - 1));

    return later ? latest_member(replay, LINE_SHOWN, alone, "shown")
                 : latest_member(replay, LINE_TREE, trees, "shown");
}

typedef struct {
    GHashTable *marks; /* path -> json */
    const GArray *states;
    guint index;
} Marking;

static void show_mark(Device *device, gpointer data)
{
    Marking *marking = data;
    json_t *mark = g_hash_table_lookup(marking->marks, device->path);
    DeviceState state = g_array_index(marking->states, DeviceState, marking->index++);

    device_state_read(json_array_get(mark, 1), &state);
    device->state = state;
    device->since = json_integer_value(json_array_get(mark, 2));
    device->hotplugged = json_is_true(json_array_get(mark, 3));
}

static void show_marks(Session *session, guint trees, guint alone)
{
    json_t *shown = latest_shown(session->replay, trees, alone), *mark;
    json_t *status = json_object_get(shown, "status");
    g_autoptr(GHashTable) marks = g_hash_table_new(g_str_hash, g_str_equal);
    Marking marking = { marks, session->replay->states, 0 };
    size_t index;

    json_array_foreach (json_object_get(shown, "marks"), index, mark)
        g_hash_table_insert(marks, (gpointer)json_string_value(json_array_get(mark, 0)), mark);
    if (session->guest) {
        each_device(session->guest, show_mark, &marking);
        g_free(session->guest->status);
        session->guest->status = g_strdup(json_string_value(status));
    }
    json_decref(shown);
}

/* --- plans that run -------------------------------------------------------------------------- */

/* The same one for the same plan, as long as it is shown. */
static Transaction *transaction_of(SessionReplay *replay, json_t *run)
{
    gpointer id = GINT_TO_POINTER(json_integer_value(json_object_get(run, "plan")));
    Transaction *transaction = g_hash_table_lookup(replay->runs, id);

    if (!transaction) {
        transaction = transaction_new_recorded(plan_copy(recording_plan(replay->recording, run)));
        g_hash_table_insert(replay->runs, id, transaction);
    }
    return transaction;
}

static void show_run(Session *session, json_t *run)
{
    Transaction *transaction = transaction_of(session->replay, run);
    g_autofree char *error = printable_read(json_object_get(run, "error"));
    g_auto(GStrv) leaves = strv_read(json_object_get(run, "leaves"));

    plan_set_steps((Plan *)transaction_plan(transaction), json_object_get(run, "steps"));
    transaction_show(transaction, OUTCOME_PENDING, error, leaves);
    if (!g_ptr_array_find(session->running, transaction, NULL))
        g_ptr_array_add(session->running, transaction);
}

static void show_running(Session *session, guint passed, Before *before)
{
    json_t *running = latest_member(session->replay, LINE_RUNNING, passed, "running"), *run;
    size_t index;
    GHashTableIter iter;
    gpointer transaction;

    g_ptr_array_set_size(session->running, 0);
    json_array_foreach (running, index, run)
        show_run(session, run);
    json_decref(running);
    g_hash_table_iter_init(&iter, session->replay->runs);
    while (g_hash_table_iter_next(&iter, NULL, &transaction)) {
        if (g_ptr_array_find(session->running, transaction, NULL))
            continue;
        g_ptr_array_add(before->runs, transaction);
        g_hash_table_iter_steal(&iter);
    }
}

/* --- the domain file ------------------------------------------------------------------------- */

static Domain *read_document(const char *name, json_t *document)
{
    const char *encoded = json_string_value(json_object_get(document, "base64"));
    g_autoptr(GBytes) bytes = NULL;
    gsize length;
    guchar *decoded;

    if (json_is_string(document)) {
        bytes = g_bytes_new(json_string_value(document), json_string_length(document));
    } else if (encoded) {
        decoded = g_base64_decode(encoded, &length);
        bytes = g_bytes_new_take(decoded, length);
    }
    return bytes ? domain_parse(name, bytes, NULL) : NULL;
}

static void show_domain(Session *session, guint passed, Before *before)
{
    json_t *domain = latest_member(session->replay, LINE_DOMAIN, passed, "domain");
    g_autofree char *name = printable_read(json_object_get(domain, "name"));
    g_autoptr(Domain) now = name ? read_document(name, json_object_get(domain, "text")) : NULL;
    g_autoptr(Domain) saved = now ? read_document(name, json_object_get(domain, "saved")) : NULL;

    before->domain = session_domain_show(session, name, saved, now);
    json_decref(domain);
}

/* --- the journal and the messages ------------------------------------------------------------ */

static void show_journal(Session *session, guint before, guint passed)
{
    guint first = passed > JOURNAL_ENTRIES ? passed - JOURNAL_ENTRIES : 0;

    if (passed < before)
        journal_clear(session->journal);
    else
        first = MAX(first, before);
    for (guint i = first; i < passed; i++)
        journal_restore(session->journal, recording_journal(session->replay->recording, i));
}

static void message_clear(gpointer data)
{
    g_bytes_unref(((TraceMessage *)data)->bytes);
}

/* Those that a trace keeps of the first `passed` messages. (transfer full) */
static GArray *kept_messages(const Recording *recording, guint passed)
{
    guint most = MIN(passed, TRACE_MESSAGES), first = passed;
    GArray *messages = g_array_new(FALSE, FALSE, sizeof(TraceMessage));
    gsize bytes = 0;

    while (passed - first < most && bytes <= TRACE_BYTES)
        bytes += recording_size(recording, --first);
    g_array_set_clear_func(messages, message_clear);
    for (guint i = first; i < passed; i++) {
        TraceMessage message = recording_message(recording, i);

        g_array_append_val(messages, message);
    }
    return messages;
}

static void show_messages(Session *session, guint before, guint passed)
{
    const Recording *recording = session->replay->recording;

    if (passed < before || passed - before > MESSAGES_APART) {
        g_autoptr(GArray) messages = kept_messages(recording, passed);

        trace_fill(session->trace, (const TraceMessage *)messages->data, messages->len);
        return;
    }
    for (guint i = before; i < passed; i++) {
        TraceMessage message = recording_message(recording, i);

        trace_add(session->trace, &message);
        g_bytes_unref(message.bytes);
    }
}

/* The latest reply, or what ended a connection or began one; FALSE: none. */
static gboolean latest_reply(const Recording *recording, guint passed, guint *index)
{
    for (guint i = passed; i-- > 0;) {
        TraceKind kind = recording_fields(recording, i)->kind;

        if (kind != TRACE_COMMAND && kind != TRACE_EVENT) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* QEMU answers in order: it owes an answer to what was sent after the command that it answered
 * last. */
static void show_waiting(Session *session, guint passed)
{
    SessionReplay *replay = session->replay;
    const Recording *recording = replay->recording;
    guint latest = 0, next = 0;
    gboolean heard = latest_reply(recording, passed, &latest);

    session->latency = heard ? MAX(recording_fields(recording, latest)->latency, 0) : 0;
    replay->unanswered = -1;
    if (heard)
        next = recording_answers(recording, latest, &next) ? next + 1 : latest + 1;
    while (next < passed && recording_fields(recording, next)->kind != TRACE_COMMAND)
        next++;
    if (next < passed)
        replay->unanswered = recording_fields(recording, next)->clock;
    for (guint i = passed; next < passed && i-- > next;) {
        if (recording_fields(recording, i)->kind == TRACE_COMMAND)
            continue;
        replay->unanswered = recording_fields(recording, i)->clock;
        break;
    }
}

/* --- a moment -------------------------------------------------------------------------------- */

static gboolean is_another(const Session *session, LineKind kind, const Before *before)
{
    return session->replay->passed[kind] != before->passed[kind];
}

static ShownChanges show_tree(Session *session, Before *before)
{
    const guint *passed = session->replay->passed;
    gboolean tree = is_another(session, LINE_TREE, before);
    gboolean marks = tree || is_another(session, LINE_SHOWN, before);
    gboolean domain = is_another(session, LINE_DOMAIN, before);

    if (domain)
        show_domain(session, passed[LINE_DOMAIN], before);
    if (tree)
        show_guest(session, passed[LINE_TREE], before);
    if (marks)
        show_marks(session, passed[LINE_TREE], passed[LINE_SHOWN]);
    return marks || domain ? SHOWN_TREE : 0;
}

static ShownChanges show_lines(Session *session, Before *before)
{
    const guint *passed = session->replay->passed;
    ShownChanges changes = show_tree(session, before);

    if (is_another(session, LINE_STATE, before)) {
        show_state(session, passed[LINE_STATE]);
        changes |= SHOWN_STATE;
    }
    if (is_another(session, LINE_RUNNING, before)) {
        show_running(session, passed[LINE_RUNNING], before);
        changes |= SHOWN_PLAN;
    }
    if (is_another(session, LINE_JOURNAL, before)) {
        show_journal(session, before->passed[LINE_JOURNAL], passed[LINE_JOURNAL]);
        changes |= SHOWN_JOURNAL;
    }
    /* Nobody expects to be connected to a guest that is not there. */
    if (session->state == SESSION_LIVE && !session->guest)
        session->state = SESSION_READING;
    return changes;
}

static void tell(Session *session, ShownChanges changes)
{
    for (SessionChange change = SESSION_STATE_CHANGED; change <= SESSION_JOURNAL_GREW; change++) {
        if (changes & (1u << change) && !session->freed)
            session_notify(session, change);
    }
}

static void before_clear(Before *before)
{
    matching_free(before->matching);
    domain_file_free(before->domain);
    g_clear_pointer(&before->guest, guest_unref);
    g_ptr_array_unref(before->runs);
}

static void show_time(SessionReplay *replay, guint lines, gint64 t)
{
    const RecordedLine *line = lines ? recording_line(replay->recording, lines - 1) : NULL;

    replay->clock = t;
    replay->now = line ? line->at + (t - line->t) : recording_began(replay->recording) + t;
}

void session_replay_show(Session *session, guint lines, gint64 t)
{
    SessionReplay *replay = session->replay;
    Before before = { .runs = g_ptr_array_new_with_free_func((GDestroyNotify)transaction_free) };
    ShownChanges changes;

    g_rc_box_acquire(session);
    memcpy(before.passed, replay->passed, sizeof before.passed);
    for (LineKind kind = 0; kind < LINE_KINDS; kind++)
        replay->passed[kind] = recording_passed(replay->recording, kind, lines);
    show_time(replay, lines, t);
    changes = show_lines(session, &before);
    if (is_another(session, LINE_MESSAGE, &before)) {
        show_waiting(session, replay->passed[LINE_MESSAGE]);
        show_messages(session, before.passed[LINE_MESSAGE], replay->passed[LINE_MESSAGE]);
    }
    tell(session, changes);
    before_clear(&before);
    session_unref(session);
}

/* --- life ------------------------------------------------------------------------------------ */

Session *session_new_replay(const char *path, const Recording *recording, ReplayTrees *trees)
{
    Session *session = session_new_idle(SESSION_ONCE);
    SessionReplay *replay = session->replay = g_new0(SessionReplay, 1);

    replay->path = g_strdup(path);
    replay->recording = recording;
    replay->trees = trees;
    replay->unanswered = -1;
    replay->states = g_array_new(FALSE, FALSE, sizeof(DeviceState));
    replay->runs = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)transaction_free);
    show_time(replay, 0, 0);
    return session;
}

void session_replay_free(SessionReplay *replay)
{
    if (!replay)
        return;
    g_array_unref(replay->states);
    g_hash_table_unref(replay->runs);
    g_free(replay->path);
    g_free(replay);
}

const char *session_replay_path(const SessionReplay *replay)
{
    return replay->path;
}

gint64 session_replay_now(const SessionReplay *replay)
{
    return replay->now;
}

gint64 session_replay_clock(const SessionReplay *replay)
{
    return replay->clock;
}

gint64 session_replay_silence(const SessionReplay *replay)
{
    return replay->unanswered < 0 ? 0 : replay->clock - replay->unanswered;
}
