/* The state machine of QMP, after docs/interop/qmp-spec of QEMU: greeting, capabilities, running,
 * closed. Pending commands stand in a queue in the order sent, and in a table by id. */
#include "monitor/qmp.h"

#include <string.h>

#include "monitor/banner.h"
#include "monitor/json_text.h"
#include "monitor/text.h"

#define SHOWN_COLUMNS 60

typedef enum {
    QMP_GREETING,
    QMP_CAPABILITIES,
    QMP_RUNNING,
    QMP_CLOSED,
} QmpState;

/* A command whose reply is awaited. A cancelled one stays, without reply, to keep its place. */
typedef struct {
    guint id;
    gint64 sent;
    MonitorReplyFn reply;
    gpointer data;
    char *name; /* as the trace tells it */
    GRefString *purpose;
    GBytes *text;  /* until it is sent */
    guint64 trace; /* the number of its message */
} Slot;

struct Qmp {
    Monitor *owner;
    QmpHandler handler;
    gpointer data;
    QmpState state;
    char *version;
    Trace *trace;        /* NULL for none */
    GQueue slots;        /* of Slot, oldest first */
    GHashTable *links;   /* id -> its link in slots */
    GRefString *purpose; /* of the command whose reply is being told; else NULL */
    Slot handshake;      /* qmp_capabilities, which is not one of those */
    GError *end;         /* why it is closed */
    GSource *late;       /* tells commands sent after the end */
    guint last_id;
    gint64 latency;
    gint64 heard; /* when the latest message came */
};

/* A message as it came. */
typedef struct {
    json_t *json;
    const char *text;
    gsize length;
} Message;

/* --- the trace ------------------------------------------------------------------------------- */

void qmp_set_trace(Qmp *qmp, Trace *trace)
{
    g_clear_pointer(&qmp->trace, trace_unref);
    qmp->trace = trace ? trace_ref(trace) : NULL;
}

static void note_message(const Qmp *qmp, const Message *message, TraceMessage fields)
{
    g_autoptr(GBytes) bytes = NULL;

    if (!qmp->trace)
        return;
    bytes = g_bytes_new(message->text, message->length);
    fields.bytes = bytes;
    trace_add(qmp->trace, &fields);
}

static void note_plain(const Qmp *qmp, const Message *message, TraceKind kind, const char *name)
{
    note_message(qmp, message, (TraceMessage){ .kind = kind, .latency = -1, .name = name });
}

static void note_reply(const Qmp *qmp, const Message *message, const Slot *slot, gboolean refused)
{
    note_message(qmp, message,
                 (TraceMessage){ .kind = TRACE_REPLY,
                                 .latency = g_get_monotonic_time() - slot->sent,
                                 .answers = slot->trace,
                                 .refused = refused,
                                 .name = slot->name,
                                 .purpose = slot->purpose });
}

/* --- slots ----------------------------------------------------------------------------------- */

static void slot_clear(Slot *slot)
{
    g_free(slot->name);
    g_clear_pointer(&slot->purpose, g_ref_string_release);
    g_clear_pointer(&slot->text, g_bytes_unref);
}

static void slot_free(Slot *slot)
{
    slot_clear(slot);
    g_free(slot);
}

static Slot *slot_push(Qmp *qmp, MonitorReplyFn reply, gpointer data)
{
    Slot *slot = g_new0(Slot, 1);

    slot->id = ++qmp->last_id;
    slot->reply = reply;
    slot->data = data;
    g_queue_push_tail(&qmp->slots, slot);
    g_hash_table_insert(qmp->links, GUINT_TO_POINTER(slot->id), qmp->slots.tail);
    return slot;
}

static Slot *slot_find(const Qmp *qmp, json_int_t id)
{
    GList *link = id > 0 && id <= G_MAXUINT
                      ? g_hash_table_lookup(qmp->links, GUINT_TO_POINTER((guint)id))
                      : NULL;

    return link ? link->data : NULL;
}

/* Takes the slot out, tells it and frees it. The callback may free qmp: callers hold a reference.
 */
static void slot_finish(Qmp *qmp, Slot *slot, json_t *result, const GError *error)
{
    GList *link = g_hash_table_lookup(qmp->links, GUINT_TO_POINTER(slot->id));
    GRefString *before = qmp->purpose;

    g_hash_table_remove(qmp->links, GUINT_TO_POINTER(slot->id));
    g_queue_delete_link(&qmp->slots, link);
    qmp->purpose = slot->purpose;
    if (slot->reply)
        slot->reply(qmp->owner, result, error, slot->data);
    qmp->purpose = before;
    slot_free(slot);
}

/* Every pending slot up to this id gets the error. */
static void slots_fail(Qmp *qmp, guint last_id)
{
    Slot *slot;

    while ((slot = g_queue_peek_head(&qmp->slots)) && slot->id <= last_id)
        slot_finish(qmp, slot, NULL, qmp->end);
}

static void slots_drop(Qmp *qmp)
{
    g_hash_table_remove_all(qmp->links);
    g_queue_clear_full(&qmp->slots, (GDestroyNotify)slot_free);
}

/* --- life ------------------------------------------------------------------------------------ */

Qmp *qmp_new(Monitor *owner, const QmpHandler *handler, gpointer data)
{
    Qmp *qmp = g_rc_box_new0(Qmp);

    qmp->owner = owner;
    qmp->handler = *handler;
    qmp->data = data;
    g_queue_init(&qmp->slots);
    qmp->links = g_hash_table_new(NULL, NULL);
    qmp->handshake.name = g_strdup("qmp_capabilities");
    qmp->handshake.purpose = g_ref_string_new_intern("connect");
    return qmp;
}

static void qmp_clear(gpointer data)
{
    Qmp *qmp = data;

    slots_drop(qmp);
    slot_clear(&qmp->handshake);
    g_hash_table_unref(qmp->links);
    g_clear_pointer(&qmp->trace, trace_unref);
    g_free(qmp->version);
    g_clear_error(&qmp->end);
}

static void qmp_unref(Qmp *qmp)
{
    g_rc_box_release_full(qmp, qmp_clear);
}

static void qmp_forget_late(Qmp *qmp)
{
    if (qmp->late)
        g_source_destroy(qmp->late);
    g_clear_pointer(&qmp->late, g_source_unref);
}

void qmp_free(Qmp *qmp)
{
    if (!qmp)
        return;
    qmp->state = QMP_CLOSED;
    qmp_forget_late(qmp);
    slots_drop(qmp);
    qmp_unref(qmp);
}

static gboolean on_late(gpointer data)
{
    Qmp *qmp = g_rc_box_acquire(data);

    qmp_forget_late(qmp);
    slots_fail(qmp, qmp->last_id);
    qmp_unref(qmp);
    return G_SOURCE_REMOVE;
}

static void qmp_fail_later(Qmp *qmp)
{
    if (qmp->late)
        return;
    qmp->late = g_idle_source_new();
    g_source_set_priority(qmp->late, G_PRIORITY_DEFAULT);
    g_source_set_callback(qmp->late, on_late, qmp, NULL);
    g_source_attach(qmp->late, NULL);
}

void qmp_close(Qmp *qmp, const GError *error)
{
    if (qmp->state == QMP_CLOSED)
        return;
    g_rc_box_acquire(qmp);
    qmp->state = QMP_CLOSED;
    qmp->end = g_error_copy(error);
    slots_fail(qmp, qmp->last_id);
    qmp_unref(qmp);
}

/* --- sending --------------------------------------------------------------------------------- */

static GBytes *command_text(const char *command, json_t *arguments, guint id)
{
    json_t *message = json_object();
    char *text;

    json_object_set_new(message, "execute", json_string(command));
    if (arguments)
        json_object_set(message, "arguments", arguments);
    json_object_set_new(message, "id", json_integer(id));
    /* Compact: QEMU reads its monitor one byte a system call. */
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    return g_bytes_new_with_free_func(text, strlen(text), free, text);
}

/* The human monitor's lines are told by themselves: what carries them says nothing. */
static char *command_name(const char *command, json_t *arguments)
{
    const char *line = json_string_value(json_object_get(arguments, "command-line"));

    return g_strdup(line && strcmp(command, "human-monitor-command") == 0 ? line : command);
}

static void slot_send(Qmp *qmp, Slot *slot)
{
    g_autoptr(GBytes) bytes = g_steal_pointer(&slot->text);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    const TraceMessage message = { .kind = TRACE_COMMAND,
                                   .latency = -1,
                                   .name = slot->name,
                                   .purpose = slot->purpose,
                                   .bytes = bytes };

    slot->sent = g_get_monotonic_time();
    qmp->handler.write(text, length, qmp->data);
    if (qmp->trace)
        slot->trace = trace_add(qmp->trace, &message);
}

static GRefString *purpose_ref(const Qmp *qmp, const char *purpose)
{
    if (purpose)
        return g_ref_string_new_intern(purpose);
    return qmp->purpose ? g_ref_string_acquire(qmp->purpose) : NULL;
}

guint qmp_send(Qmp *qmp, const char *purpose, const char *command, json_t *arguments,
               MonitorReplyFn reply, gpointer data)
{
    Slot *slot = slot_push(qmp, reply, data);

    slot->name = command_name(command, arguments);
    slot->purpose = purpose_ref(qmp, purpose);
    slot->text = command_text(command, arguments, slot->id);
    json_decref(arguments);
    if (qmp->state == QMP_CLOSED)
        qmp_fail_later(qmp);
    else if (qmp->state == QMP_RUNNING)
        slot_send(qmp, slot);
    return slot->id;
}

void qmp_cancel(Qmp *qmp, guint id)
{
    Slot *slot = slot_find(qmp, id);

    if (slot)
        slot->reply = NULL;
}

void qmp_cancel_data(Qmp *qmp, gpointer data)
{
    for (GList *link = qmp->slots.head; link; link = link->next) {
        Slot *slot = link->data;

        if (slot->data == data)
            slot->reply = NULL;
    }
}

/* --- receiving ------------------------------------------------------------------------------- */

static void qmp_fail(Qmp *qmp, GError *error)
{
    qmp->handler.failed(error, qmp->data);
    g_error_free(error);
}

static void qmp_fail_garbage(Qmp *qmp, const char *text, gsize length)
{
    g_autofree char *shown = text_printable(text, (gssize)MIN(length, 4096), SHOWN_COLUMNS);

    qmp_fail(qmp, g_error_new(MONITOR_ERROR, MONITOR_ERROR_GARBAGE,
                              "sent '%s', which is not QMP: connect again, and if it happens again "
                              "look at what else writes to this socket",
                              shown));
}

/* What does not belong is a wrong address before the greeting and a broken peer after it. */
static void qmp_fail_text(Qmp *qmp, const char *text, gsize length)
{
    if (qmp->state == QMP_GREETING)
        qmp_fail(qmp, banner_error(text, length));
    else
        qmp_fail_garbage(qmp, text, length);
}

void qmp_receive_stray(Qmp *qmp, const char *text, gsize length)
{
    if (qmp->state != QMP_CLOSED)
        qmp_fail_text(qmp, text, length);
}

static char *version_text(json_t *greeting)
{
    int major, minor, micro;

    if (json_unpack(greeting, "{s:{s:{s:i,s:i,s:i}}}", "version", "qemu", "major", &major, "minor",
                    &minor, "micro", &micro) != 0)
        return NULL;
    return g_strdup_printf("%d.%d.%d", major, minor, micro);
}

static void send_capabilities(Qmp *qmp)
{
    static const char text[] = "{\"execute\":\"qmp_capabilities\",\"id\":0}";

    qmp->handshake.text = g_bytes_new_static(text, strlen(text));
    slot_send(qmp, &qmp->handshake);
}

static gboolean receive_greeting(Qmp *qmp, const Message *message)
{
    json_t *greeting = json_object_get(message->json, "QMP");

    if (!json_is_object(greeting))
        return FALSE;
    note_plain(qmp, message, TRACE_GREETING, "");
    qmp->version = version_text(greeting);
    qmp->state = QMP_CAPABILITIES;
    send_capabilities(qmp);
    return TRUE;
}

/* Commands that waited leave before ready, so that they keep their place. */
static void qmp_run(Qmp *qmp)
{
    qmp->state = QMP_RUNNING;
    for (GList *link = qmp->slots.head; link; link = link->next)
        slot_send(qmp, link->data);
    qmp->handler.ready(qmp->data);
}

static const char *error_text(json_t *error)
{
    const char *text = json_string_value(json_object_get(error, "desc"));

    return text && *text ? text : "QEMU gave no reason";
}

static gboolean receive_capabilities(Qmp *qmp, const Message *message)
{
    json_t *event = json_object_get(message->json, "event");
    json_t *error = json_object_get(message->json, "error");
    g_autofree char *shown = NULL;

    if (event) {
        note_plain(qmp, message, TRACE_EVENT, json_string_value(event));
        return TRUE;
    }
    note_reply(qmp, message, &qmp->handshake, error != NULL);
    if (json_object_get(message->json, "return")) {
        qmp_run(qmp);
        return TRUE;
    }
    if (!error)
        return FALSE;
    shown = text_printable(error_text(error), -1, SHOWN_COLUMNS);
    qmp_fail(qmp, g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                              "does not negotiate QMP ('%s'): a QEMU of version 2.12 or later is "
                              "needed",
                              shown));
    return TRUE;
}

static gint64 event_time(json_t *message)
{
    json_int_t seconds, microseconds;

    if (json_unpack(message, "{s:{s:I,s:I}}", "timestamp", "seconds", &seconds, "microseconds",
                    &microseconds) != 0 ||
        seconds < 0 || seconds > G_MAXINT64 / G_USEC_PER_SEC - 1 || microseconds < 0 ||
        microseconds >= G_USEC_PER_SEC)
        return g_get_real_time(); /* QEMU writes -1 when it cannot tell the time */
    return seconds * G_USEC_PER_SEC + microseconds;
}

static gboolean receive_event(Qmp *qmp, const Message *message, json_t *event)
{
    if (!json_is_string(event))
        return FALSE;
    note_plain(qmp, message, TRACE_EVENT, json_string_value(event));
    qmp->handler.event(json_string_value(event), json_object_get(message->json, "data"),
                       event_time(message->json), qmp->data);
    return TRUE;
}

static GError *reply_error(json_t *error)
{
    static const struct {
        const char *name;
        MonitorError code;
    } classes[] = {
        { "CommandNotFound", MONITOR_ERROR_COMMAND_NOT_FOUND },
        { "DeviceNotFound", MONITOR_ERROR_DEVICE_NOT_FOUND },
    };
    const char *name = json_string_value(json_object_get(error, "class"));
    MonitorError code = MONITOR_ERROR_GENERIC;

    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (g_strcmp0(name, classes[i].name) == 0)
            code = classes[i].code;
    }
    return g_error_new_literal(MONITOR_ERROR, code, error_text(error));
}

/* The command that a message answers; NULL for none. QEMU cannot name the command that it could not
 * parse; it answers in order, so that is the oldest (and one command may earn two such errors). */
static Slot *slot_answered(const Qmp *qmp, json_t *id, gboolean refused)
{
    if (!id && refused)
        return g_queue_peek_head((GQueue *)&qmp->slots);
    return slot_find(qmp, json_integer_value(id));
}

/* FALSE when it answers nothing that was asked. */
static gboolean receive_reply(Qmp *qmp, const Message *message)
{
    json_t *result = json_object_get(message->json, "return");
    json_t *refusal = json_object_get(message->json, "error");
    json_t *id = json_object_get(message->json, "id");
    g_autoptr(GError) error = json_is_object(refusal) ? reply_error(refusal) : NULL;
    Slot *slot;

    if (!result && !error)
        return FALSE;
    slot = slot_answered(qmp, id, error != NULL);
    if (!slot) {
        note_plain(qmp, message, TRACE_REPLY, "");
        return !id && error;
    }
    qmp->latency = g_get_monotonic_time() - slot->sent;
    note_reply(qmp, message, slot, error != NULL);
    slot_finish(qmp, slot, error ? NULL : result, error);
    return TRUE;
}

static gboolean receive_message(Qmp *qmp, const Message *message)
{
    json_t *event = json_object_get(message->json, "event");

    switch (qmp->state) {
    case QMP_GREETING:
        return receive_greeting(qmp, message);
    case QMP_CAPABILITIES:
        return receive_capabilities(qmp, message);
    case QMP_RUNNING:
        return event ? receive_event(qmp, message, event) : receive_reply(qmp, message);
    case QMP_CLOSED:
    default:
        return TRUE;
    }
}

void qmp_receive(Qmp *qmp, const char *text, gsize length)
{
    Message message = { NULL, text, length };

    if (qmp->state == QMP_CLOSED)
        return;
    g_rc_box_acquire(qmp);
    qmp->heard = g_get_monotonic_time();
    message.json = json_text_parse(text, length);
    if (!message.json || !receive_message(qmp, &message))
        qmp_fail_text(qmp, text, length);
    json_decref(message.json);
    qmp_unref(qmp);
}

/* --- without a peer -------------------------------------------------------------------------- */

void qmp_start(Qmp *qmp, const char *version)
{
    qmp->version = g_strdup(version);
    qmp->state = QMP_RUNNING;
}

void qmp_receive_json(Qmp *qmp, json_t *json)
{
    const Message message = { json, "", 0 };

    g_rc_box_acquire(qmp);
    receive_message(qmp, &message);
    qmp_unref(qmp);
}

gboolean qmp_greeted(const Qmp *qmp)
{
    return qmp->version || qmp->state > QMP_GREETING;
}

const char *qmp_version(const Qmp *qmp)
{
    return qmp->state == QMP_RUNNING || qmp->state == QMP_CLOSED ? qmp->version : NULL;
}

gint64 qmp_latency(const Qmp *qmp)
{
    return qmp->latency;
}

gint64 qmp_silence(const Qmp *qmp)
{
    const Slot *oldest = qmp->slots.head ? qmp->slots.head->data : NULL;

    return oldest && qmp->state == QMP_RUNNING
               ? g_get_monotonic_time() - MAX(oldest->sent, qmp->heard)
               : 0;
}
