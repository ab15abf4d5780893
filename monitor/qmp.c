/* The state machine of QMP, after docs/interop/qmp-spec of QEMU: greeting, capabilities, running,
 * closed. */
#include "monitor/qmp.h"

#include <string.h>

#include "monitor/banner.h"
#include "monitor/json_text.h"
#include "monitor/qmp_drive.h"
#include "monitor/qmp_mend.h"
#include "monitor/text.h"

#define SHOWN_COLUMNS 60

typedef enum {
    QMP_GREETING,
    QMP_CAPABILITIES,
    QMP_RUNNING,
    QMP_CLOSED,
} QmpState;

struct Qmp {
    Pending *pending;
    QmpHandler handler;
    gpointer data;
    QmpState state;
    char *version;
    gboolean drives; /* it has no commands for block nodes */
    Slot handshake;  /* qmp_capabilities, which is not one of the pending ones */
};

/* A message as it came. */
typedef struct {
    json_t *json;
    const char *text;
    gsize length;
} Message;

/* --- life ------------------------------------------------------------------------------------ */

Qmp *qmp_new(Pending *pending, const QmpHandler *handler, gpointer data)
{
    Qmp *qmp = g_rc_box_new0(Qmp);

    qmp->pending = pending_ref(pending);
    qmp->handler = *handler;
    qmp->data = data;
    qmp->handshake.name = g_strdup("qmp_capabilities");
    qmp->handshake.purpose = g_ref_string_new_intern("connect");
    return qmp;
}

static void qmp_clear(gpointer data)
{
    Qmp *qmp = data;

    pending_unref(qmp->pending);
    g_free(qmp->handshake.name);
    g_ref_string_release(qmp->handshake.purpose);
    g_free(qmp->version);
}

static void qmp_unref(Qmp *qmp)
{
    g_rc_box_release_full(qmp, qmp_clear);
}

void qmp_close(Qmp *qmp)
{
    qmp->state = QMP_CLOSED;
}

void qmp_free(Qmp *qmp)
{
    if (!qmp)
        return;
    qmp_close(qmp);
    qmp_unref(qmp);
}

/* --- sending --------------------------------------------------------------------------------- */

/* (transfer full), by free() */
static char *command_text(const char *command, json_t *arguments, guint id)
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
    return text;
}

static void qmp_write(Qmp *qmp, Slot *slot, const char *text)
{
    qmp->handler.write(text, strlen(text), qmp->data);
    pending_sent(qmp->pending, slot, text, strlen(text));
}

/* As a line of the human monitor, where QEMU has block nodes only there. (transfer full) */
static json_t *drive_command(const Qmp *qmp, const Slot *slot)
{
    g_autofree char *line = qmp->drives ? qmp_drive_line(slot->command, slot->arguments) : NULL;

    return line ? json_pack("{s:s}", "command-line", line) : NULL;
}

static void on_send(Slot *slot, gpointer data)
{
    json_t *drive = drive_command(data, slot);
    char *text = drive ? command_text("human-monitor-command", drive, slot->id)
                       : command_text(slot->command, slot->arguments, slot->id);

    qmp_write(data, slot, text);
    json_decref(drive);
    free(text);
}

/* --- receiving ------------------------------------------------------------------------------- */

static void note(const Qmp *qmp, const Message *message, TraceKind kind, const char *name)
{
    pending_note(qmp->pending, kind, name, message->text, message->length);
}

static void answered(const Qmp *qmp, const Message *message, const Slot *slot, gboolean refused)
{
    pending_answered(qmp->pending, slot, refused, message->text, message->length);
}

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
    qmp_write(qmp, &qmp->handshake, "{\"execute\":\"qmp_capabilities\",\"id\":0}");
}

static gboolean receive_greeting(Qmp *qmp, const Message *message)
{
    json_t *greeting = json_object_get(message->json, "QMP");

    if (!json_is_object(greeting))
        return FALSE;
    note(qmp, message, TRACE_GREETING, "");
    qmp->version = version_text(greeting);
    qmp->state = QMP_CAPABILITIES;
    send_capabilities(qmp);
    return TRUE;
}

/* Commands that waited leave before ready, so that they keep their place. */
static void qmp_run(Qmp *qmp)
{
    qmp->state = QMP_RUNNING;
    pending_start(qmp->pending, on_send, qmp);
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
        note(qmp, message, TRACE_EVENT, json_string_value(event));
        return TRUE;
    }
    answered(qmp, message, &qmp->handshake, error != NULL);
    if (json_object_get(message->json, "return")) {
        qmp_run(qmp);
        return TRUE;
    }
    if (!error)
        return FALSE;
    shown = text_printable(error_text(error), -1, SHOWN_COLUMNS);
    qmp_fail(qmp, g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                              "does not negotiate QMP ('%s'): connect to its human monitor instead",
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
    note(qmp, message, TRACE_EVENT, json_string_value(event));
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
        return pending_oldest(qmp->pending);
    return pending_find(qmp->pending, json_integer_value(id));
}

/* QMP's answer of now to what was asked. NULL: refused after all. (transfer full) */
static json_t *answer_of(Qmp *qmp, const Slot *slot, json_t *result, GError **error)
{
    if (strcmp(slot->command, "query-commands") == 0)
        qmp->drives = qmp_drive_needed(result);
    if (json_is_string(result) && g_str_has_prefix(slot->command, "blockdev-"))
        return qmp_drive_reply(slot->command, json_string_value(result), error);
    return qmp_mend(slot->command, slot->arguments, result);
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
        note(qmp, message, TRACE_REPLY, "");
        return !id && error;
    }
    result = error ? NULL : answer_of(qmp, slot, result, &error);
    answered(qmp, message, slot, error != NULL);
    pending_finish(qmp->pending, slot, result, error);
    json_decref(result);
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
    pending_heard(qmp->pending);
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
    pending_start(qmp->pending, on_send, qmp);
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
