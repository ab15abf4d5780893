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
} Slot;

struct Qmp {
    Monitor *owner;
    QmpHandler handler;
    gpointer data;
    QmpState state;
    char *version;
    GQueue slots;      /* of Slot, oldest first */
    GHashTable *links; /* id -> its link in slots */
    GString *outbox;   /* commands given before QMP_RUNNING */
    GError *end;       /* why it is closed */
    GSource *late;     /* tells commands sent after the end */
    guint last_id;
    gint64 latency;
    gint64 heard; /* when the latest message came */
};

/* --- slots ----------------------------------------------------------------------------------- */

static Slot *slot_push(Qmp *qmp, MonitorReplyFn reply, gpointer data)
{
    Slot *slot = g_new0(Slot, 1);

    slot->id = ++qmp->last_id;
    slot->sent = g_get_monotonic_time();
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

    g_hash_table_remove(qmp->links, GUINT_TO_POINTER(slot->id));
    g_queue_delete_link(&qmp->slots, link);
    if (slot->reply)
        slot->reply(qmp->owner, result, error, slot->data);
    g_free(slot);
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
    g_queue_clear_full(&qmp->slots, g_free);
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
    qmp->outbox = g_string_new(NULL);
    return qmp;
}

static void qmp_clear(gpointer data)
{
    Qmp *qmp = data;

    slots_drop(qmp);
    g_hash_table_unref(qmp->links);
    g_string_free(qmp->outbox, TRUE);
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

static char *command_text(const char *command, json_t *arguments, guint id)
{
    json_t *message = json_object();
    char *text;

    json_object_set_new(message, "execute", json_string(command));
    if (arguments)
        json_object_set_new(message, "arguments", arguments);
    json_object_set_new(message, "id", json_integer(id));
    /* Compact: QEMU reads its monitor one byte a system call. */
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    return text;
}

guint qmp_send(Qmp *qmp, const char *command, json_t *arguments, MonitorReplyFn reply,
               gpointer data)
{
    Slot *slot = slot_push(qmp, reply, data);
    char *text = command_text(command, arguments, slot->id);

    if (qmp->state == QMP_CLOSED)
        qmp_fail_later(qmp);
    else if (qmp->state == QMP_RUNNING)
        qmp->handler.write(text, strlen(text), qmp->data);
    else
        g_string_append(qmp->outbox, text);
    free(text);
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

static gboolean receive_greeting(Qmp *qmp, json_t *message)
{
    static const char capabilities[] = "{\"execute\":\"qmp_capabilities\",\"id\":0}";
    json_t *greeting = json_object_get(message, "QMP");

    if (!json_is_object(greeting))
        return FALSE;
    qmp->version = version_text(greeting);
    qmp->state = QMP_CAPABILITIES;
    qmp->handler.write(capabilities, strlen(capabilities), qmp->data);
    return TRUE;
}

/* Commands that waited leave before ready, so that they keep their place. */
static void qmp_run(Qmp *qmp)
{
    gint64 now = g_get_monotonic_time();

    qmp->state = QMP_RUNNING;
    for (GList *link = qmp->slots.head; link; link = link->next)
        ((Slot *)link->data)->sent = now;
    if (qmp->outbox->len)
        qmp->handler.write(qmp->outbox->str, qmp->outbox->len, qmp->data);
    g_string_truncate(qmp->outbox, 0);
    qmp->handler.ready(qmp->data);
}

static const char *error_text(json_t *error)
{
    const char *text = json_string_value(json_object_get(error, "desc"));

    return text && *text ? text : "QEMU gave no reason";
}

static gboolean receive_capabilities(Qmp *qmp, json_t *message)
{
    json_t *error = json_object_get(message, "error");
    g_autofree char *shown = NULL;

    if (json_object_get(message, "event"))
        return TRUE;
    if (json_object_get(message, "return")) {
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

static gboolean receive_event(Qmp *qmp, json_t *message, json_t *event)
{
    if (!json_is_string(event))
        return FALSE;
    qmp->handler.event(json_string_value(event), json_object_get(message, "data"),
                       event_time(message), qmp->data);
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

/* FALSE when it answers nothing that was asked. QEMU cannot name the command that it could not
 * parse; it answers in order, so that is the oldest (and one command may earn two such errors). */
static gboolean receive_reply(Qmp *qmp, json_t *message)
{
    json_t *result = json_object_get(message, "return");
    json_t *refusal = json_object_get(message, "error");
    json_t *id = json_object_get(message, "id");
    g_autoptr(GError) error = json_is_object(refusal) ? reply_error(refusal) : NULL;
    Slot *slot;

    if (!result && !error)
        return FALSE;
    if (!id && error)
        slot = g_queue_peek_head(&qmp->slots);
    else
        slot = slot_find(qmp, json_integer_value(id));
    if (!slot)
        return !id && error;
    qmp->latency = g_get_monotonic_time() - slot->sent;
    slot_finish(qmp, slot, error ? NULL : result, error);
    return TRUE;
}

static gboolean receive_message(Qmp *qmp, json_t *message)
{
    json_t *event = json_object_get(message, "event");

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
    json_t *message;

    if (qmp->state == QMP_CLOSED)
        return;
    g_rc_box_acquire(qmp);
    qmp->heard = g_get_monotonic_time();
    message = json_text_parse(text, length);
    if (!message || !receive_message(qmp, message))
        qmp_fail_text(qmp, text, length);
    json_decref(message);
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
