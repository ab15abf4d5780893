/* The state machine of the human monitor: greeting, its two helps, running, closed. The trace tells
 * a line and its reply as a human-monitor-command, which is what they would be over QMP. */
#include "monitor/hmp.h"

#include <string.h>

#include "monitor/hmp_framing.h"
#include "monitor/hmp_line.h"
#include "monitor/hmp_reply.h"
#include "monitor/hmp_text.h"

/* How long a greeting may stand there without a prompt, in milliseconds. */
#define PROMPT_MS 200
#define MARK_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"

typedef enum {
    HMP_GREETING,
    HMP_HELP, /* it says which commands it has */
    HMP_RUNNING,
    HMP_CLOSED,
} HmpState;

struct Hmp {
    Pending *pending;
    HmpHandler handler;
    gpointer data;
    HmpState state;
    HmpFraming *framing;
    char *version;
    json_t *help;   /* of `help` and `help info`; NULL where they are not known */
    guint asked;    /* how many of those */
    Slot question;  /* one of those, which is not one of the pending ones */
    guint current;  /* the id of the command whose reply is awaited; 0: none is */
    GSource *turn;  /* sends the next command */
    GSource *nudge; /* no prompt has come */
};

static const char *const questions[] = { "help", "help info" };

/* --- life ------------------------------------------------------------------------------------ */

/* Told from what anybody else would write. */
static HmpFraming *new_framing(void)
{
    char mark[] = "#0000";

    for (guint i = 1; i < strlen(mark); i++)
        mark[i] = MARK_LETTERS[g_random_int_range(0, (gint32)strlen(MARK_LETTERS))];
    return hmp_framing_new(mark);
}

Hmp *hmp_new(Pending *pending, const HmpHandler *handler, gpointer data)
{
    Hmp *hmp = g_rc_box_new0(Hmp);

    hmp->pending = pending_ref(pending);
    hmp->handler = *handler;
    hmp->data = data;
    hmp->framing = new_framing();
    hmp->question.purpose = g_ref_string_new_intern(MONITOR_PURPOSE_HELP);
    return hmp;
}

static void hmp_clear(gpointer data)
{
    Hmp *hmp = data;

    pending_unref(hmp->pending);
    hmp_framing_free(hmp->framing);
    json_decref(hmp->help);
    g_free(hmp->question.name);
    g_ref_string_release(hmp->question.purpose);
    g_free(hmp->version);
}

static void hmp_unref(Hmp *hmp)
{
    g_rc_box_release_full(hmp, hmp_clear);
}

static void clear_source(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void hmp_close(Hmp *hmp)
{
    hmp->state = HMP_CLOSED;
    clear_source(&hmp->turn);
    clear_source(&hmp->nudge);
}

void hmp_free(Hmp *hmp)
{
    if (!hmp)
        return;
    hmp_close(hmp);
    hmp_unref(hmp);
}

static GSource *attach(GSource *source, GSourceFunc callback, Hmp *hmp)
{
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, callback, hmp, NULL);
    g_source_attach(source, NULL);
    return source;
}

/* --- as the trace tells it ------------------------------------------------------------------- */

/* (transfer full), by free() */
static char *message_text(json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);

    json_decref(message);
    return text;
}

static char *line_text(const char *line, guint id)
{
    return message_text(json_pack("{s:s, s:{s:s}, s:i}", "execute", "human-monitor-command",
                                  "arguments", "command-line", line, "id", (int)id));
}

static void note_greeting(const Hmp *hmp)
{
    g_autofree char *greeting = g_utf8_make_valid(hmp_framing_greeting(hmp->framing), -1);
    char *text = message_text(json_pack("{s:s}", "HMP", greeting));

    pending_note(hmp->pending, TRACE_GREETING, "", text, strlen(text));
    free(text);
}

static const char *class_name(const GError *refusal)
{
    return refusal->code == MONITOR_ERROR_DEVICE_NOT_FOUND    ? "DeviceNotFound"
           : refusal->code == MONITOR_ERROR_COMMAND_NOT_FOUND ? "CommandNotFound"
                                                              : "GenericError";
}

/* A refusal has the text, and what QMP would have said. */
static void answered(const Hmp *hmp, const Slot *slot, const GError *refusal, const char *reply)
{
    json_t *message;
    char *text;

    if (!pending_is_traced(hmp->pending)) {
        pending_answered(hmp->pending, slot, refusal != NULL, "", 0);
        return;
    }
    message = json_pack("{s:s, s:i}", "return", reply, "id", (int)slot->id);
    if (refusal)
        json_object_set_new(
            message, "error",
            json_pack("{s:s, s:s}", "class", class_name(refusal), "desc", refusal->message));
    text = message_text(message);
    pending_answered(hmp->pending, slot, refusal != NULL, text, strlen(text));
    free(text);
}

/* --- sending --------------------------------------------------------------------------------- */

static void hmp_write(const Hmp *hmp, const GString *bytes)
{
    if (bytes->len)
        hmp->handler.write(bytes->str, bytes->len, hmp->data);
}

/* FALSE with the reason where QEMU would not get it as it is. */
static gboolean send_line(Hmp *hmp, Slot *slot, const char *line, GError **error)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    char *text;

    if (!hmp_framing_send(hmp->framing, line, bytes, error))
        return FALSE;
    g_free(slot->name);
    slot->name = g_strdup(line);
    text = line_text(line, slot->id);
    pending_sent(hmp->pending, slot, text, strlen(text));
    hmp_write(hmp, bytes);
    free(text);
    return TRUE;
}

/* NULL with the reason where there is none; QEMU before 0.15 answers `info` of what it does not
 * know with all that it does know. (transfer full) */
static char *line_of(const Hmp *hmp, const Slot *slot, GError **error)
{
    g_autofree char *line = hmp_line_for(hmp->help, slot->command, slot->arguments);
    gboolean known = line && (!hmp->help || hmp_line_known(hmp->help, line));

    if (known)
        return g_steal_pointer(&line);
    if (!line && hmp_line_has(hmp->help, slot->command))
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_GENERIC,
                    "the human monitor cannot be given these arguments of %s: connect to a QMP "
                    "socket of the guest",
                    slot->command);
    else
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_COMMAND_NOT_FOUND,
                    "The command %s has not been found", line ? line : slot->command);
    return NULL;
}

/* Sends it, or answers it at once. */
static void begin(Hmp *hmp, Slot *slot)
{
    gboolean is_known = strcmp(slot->command, "query-commands") == 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *line = is_known ? NULL : line_of(hmp, slot, &error);
    json_t *result = is_known ? hmp_line_commands(hmp->help) : NULL;

    if (line && send_line(hmp, slot, line, &error))
        hmp->current = slot->id;
    if (result || error)
        pending_finish(hmp->pending, slot, result, error);
    json_decref(result);
}

/* The commands that can be, until one is under way. */
static void send_next(Hmp *hmp)
{
    Slot *slot;

    while (hmp->state == HMP_RUNNING && !hmp->current && (slot = pending_unsent(hmp->pending)))
        begin(hmp, slot);
}

static gboolean on_turn(gpointer data)
{
    Hmp *hmp = g_rc_box_acquire(data);

    clear_source(&hmp->turn);
    send_next(hmp);
    hmp_unref(hmp);
    return G_SOURCE_REMOVE;
}

/* In a later turn, since some commands are answered without being sent. */
static void on_send(Slot *slot, gpointer data)
{
    Hmp *hmp = data;

    if (!hmp->turn)
        hmp->turn = attach(g_idle_source_new(), on_turn, hmp);
}

/* --- beginning ------------------------------------------------------------------------------- */

static void ask_help(Hmp *hmp)
{
    hmp->state = HMP_HELP;
    send_line(hmp, &hmp->question, questions[hmp->asked++], NULL);
}

static void learn_help(Hmp *hmp, const char *text)
{
    json_t *help = hmp_text_help(text);

    if (hmp->help)
        json_object_update(hmp->help, help);
    else
        hmp->help = json_incref(help);
    json_decref(help);
}

static void receive_help(Hmp *hmp)
{
    g_autofree char *text = g_utf8_make_valid(hmp_framing_reply(hmp->framing), -1);

    answered(hmp, &hmp->question, NULL, text);
    learn_help(hmp, text);
    if (hmp->asked < G_N_ELEMENTS(questions)) {
        ask_help(hmp);
        return;
    }
    hmp->state = HMP_RUNNING;
    pending_start(hmp->pending, on_send, hmp);
    hmp->handler.ready(hmp->data);
}

static void receive_ready(Hmp *hmp)
{
    clear_source(&hmp->nudge);
    hmp->version = g_utf8_make_valid(hmp_framing_version(hmp->framing), -1);
    note_greeting(hmp);
    ask_help(hmp);
}

static gboolean on_no_prompt(gpointer data)
{
    Hmp *hmp = data;
    g_autoptr(GString) keys = g_string_new(NULL);

    clear_source(&hmp->nudge);
    hmp_framing_nudge(hmp->framing, keys);
    hmp_write(hmp, keys);
    return G_SOURCE_REMOVE;
}

/* --- receiving ------------------------------------------------------------------------------- */

/* (transfer full) */
static json_t *judge(const Slot *slot, const char *text, gboolean asked, GError **error)
{
    if (asked) {
        g_set_error(error, MONITOR_ERROR, MONITOR_ERROR_GENERIC,
                    "QEMU asks for a password instead, which it cannot be given here: give it at "
                    "the monitor by hand");
        return NULL;
    }
    return hmp_reply(slot->command, slot->arguments, text, error);
}

static void receive_reply(Hmp *hmp, Slot *slot, const char *text, gboolean asked)
{
    g_autoptr(GError) error = NULL;
    json_t *result = judge(slot, text, asked, &error);

    hmp->current = 0;
    answered(hmp, slot, error, text);
    pending_finish(hmp->pending, slot, error ? NULL : result, error);
    json_decref(result);
    send_next(hmp);
}

static void receive_running(Hmp *hmp)
{
    Slot *slot = pending_find(hmp->pending, hmp->current);
    g_autofree char *text = g_utf8_make_valid(hmp_framing_reply(hmp->framing), -1);

    if (slot)
        receive_reply(hmp, slot, text, hmp_framing_asked_password(hmp->framing));
}

static void receive_too_much(Hmp *hmp)
{
    g_autoptr(GError) error =
        hmp->state == HMP_GREETING
            ? g_error_new(MONITOR_ERROR, MONITOR_ERROR_NOT_MONITOR,
                          "has sent %u KiB of other text and is not ready: connect to another "
                          "monitor of the guest",
                          HMP_GREETING_MAX / 1024)
            : g_error_new(MONITOR_ERROR, MONITOR_ERROR_LIMIT,
                          "sent a reply of more than %u MiB: connect again, and check that this is "
                          "the guest's monitor",
                          HMP_REPLY_MAX / 1024 / 1024);

    hmp->handler.failed(error, hmp->data);
}

static void receive_result(Hmp *hmp, HmpFramingResult result)
{
    switch (result) {
    case HMP_FRAMING_READY:
        receive_ready(hmp);
        return;
    case HMP_FRAMING_REPLY:
        if (hmp->state == HMP_HELP)
            receive_help(hmp);
        else
            receive_running(hmp);
        return;
    case HMP_FRAMING_TOO_LONG:
        receive_too_much(hmp);
        return;
    case HMP_FRAMING_MORE:
    default:
        return;
    }
}

void hmp_receive(Hmp *hmp, const char *bytes, gsize length)
{
    g_autoptr(GString) out = g_string_new(NULL);
    HmpFramingResult result;

    if (hmp->state == HMP_CLOSED)
        return;
    g_rc_box_acquire(hmp);
    pending_heard(hmp->pending);
    if (hmp->state == HMP_GREETING && !hmp->nudge)
        hmp->nudge = attach(g_timeout_source_new(PROMPT_MS), on_no_prompt, hmp);
    result = hmp_framing_feed(hmp->framing, bytes, length, out);
    hmp_write(hmp, out);
    receive_result(hmp, result);
    hmp_unref(hmp);
}

/* --- without a peer -------------------------------------------------------------------------- */

/* What has no line goes as it is: nobody has an answer to it, and that is the answer. */
static void on_send_detached(Slot *slot, gpointer data)
{
    Hmp *hmp = data;
    g_autofree char *line = line_of(hmp, slot, NULL);
    char *text =
        line ? line_text(line, slot->id)
             : message_text(json_pack("{s:s, s:i}", "execute", slot->command, "id", (int)slot->id));

    pending_sent(hmp->pending, slot, text, strlen(text));
    hmp->handler.write(text, strlen(text), hmp->data);
    free(text);
}

void hmp_start(Hmp *hmp, const char *version)
{
    hmp->version = g_strdup(version);
    hmp->state = HMP_RUNNING;
    pending_start(hmp->pending, on_send_detached, hmp);
}

static void finish_detached(Hmp *hmp, Slot *slot, const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *result = NULL;

    if (strcmp(slot->command, "query-commands") == 0)
        result = hmp_line_commands(hmp->help);
    else if (text)
        result = hmp_reply(slot->command, slot->arguments, text, &error);
    else
        error = g_error_new(MONITOR_ERROR, MONITOR_ERROR_COMMAND_NOT_FOUND,
                            "The command %s has not been found", slot->command);
    pending_finish(hmp->pending, slot, result, error);
    json_decref(result);
}

void hmp_receive_json(Hmp *hmp, json_t *message)
{
    const char *text = json_string_value(json_object_get(message, "return"));
    Slot *slot = pending_find(hmp->pending, json_integer_value(json_object_get(message, "id")));

    g_rc_box_acquire(hmp);
    if (slot)
        finish_detached(hmp, slot, text);
    else if (text)
        learn_help(hmp, text);
    hmp_unref(hmp);
}

gboolean hmp_greeted(const Hmp *hmp)
{
    return hmp->version != NULL;
}

const char *hmp_version(const Hmp *hmp)
{
    return hmp->state >= HMP_RUNNING ? hmp->version : NULL;
}
