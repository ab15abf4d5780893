/* The ring and its listeners. A message is one block with its strings behind it; its bytes are
 * shared with whoever received or sent them. */
#include "monitor/trace.h"

#include <string.h>

#include "monitor/hmp_line.h"
#include "monitor/json_text.h"

typedef struct {
    TraceFn told; /* NULL once it has gone */
    gpointer data;
} Listener;

struct Trace {
    TraceMessage *ring[TRACE_MESSAGES];
    guint first, length;
    gsize bytes; /* that all messages take */
    guint64 latest;
    GPtrArray *listeners; /* (Listener) */
};

/* --- messages -------------------------------------------------------------------------------- */

static TraceMessage *message_new(const TraceMessage *fields)
{
    const char *name = fields->name ? fields->name : "";
    const char *purpose = fields->purpose ? fields->purpose : "";
    gsize name_size = strlen(name) + 1, purpose_size = strlen(purpose) + 1;
    TraceMessage *message = g_malloc(sizeof(TraceMessage) + name_size + purpose_size);
    char *strings = (char *)(message + 1);

    *message = *fields;
    message->name = memcpy(strings, name, name_size);
    message->purpose = memcpy(strings + name_size, purpose, purpose_size);
    message->bytes = g_bytes_ref(fields->bytes);
    return message;
}

static void message_free(TraceMessage *message)
{
    g_bytes_unref(message->bytes);
    g_free(message);
}

static gsize message_size(const TraceMessage *message)
{
    return sizeof(TraceMessage) + strlen(message->name) + strlen(message->purpose) + 2 +
           g_bytes_get_size(message->bytes);
}

/* --- the ring -------------------------------------------------------------------------------- */

Trace *trace_new(void)
{
    Trace *trace = g_rc_box_new0(Trace);

    trace->listeners = g_ptr_array_new_with_free_func(g_free);
    return trace;
}

static void trace_drop_oldest(Trace *trace)
{
    TraceMessage *oldest = trace->ring[trace->first];

    trace->bytes -= message_size(oldest);
    trace->first = (trace->first + 1) % TRACE_MESSAGES;
    trace->length--;
    message_free(oldest);
}

static void trace_clear(gpointer data)
{
    Trace *trace = data;

    while (trace->length)
        trace_drop_oldest(trace);
    g_ptr_array_unref(trace->listeners);
}

Trace *trace_ref(Trace *trace)
{
    return g_rc_box_acquire(trace);
}

void trace_unref(Trace *trace)
{
    g_rc_box_release_full(trace, trace_clear);
}

guint trace_length(const Trace *trace)
{
    return trace->length;
}

const TraceMessage *trace_message(const Trace *trace, guint index)
{
    g_return_val_if_fail(index < trace->length, NULL);
    return trace->ring[(trace->first + index) % TRACE_MESSAGES];
}

guint trace_index(const Trace *trace, guint64 number)
{
    guint low = 0, high = trace->length;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (trace_message(trace, middle)->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const TraceMessage *trace_find(const Trace *trace, guint64 number)
{
    guint index = trace_index(trace, number);
    const TraceMessage *found = index < trace->length ? trace_message(trace, index) : NULL;

    return found && found->number == number ? found : NULL;
}

guint64 trace_latest(const Trace *trace)
{
    return trace->latest;
}

static TraceMessage *trace_push(Trace *trace, const TraceMessage *fields)
{
    TraceMessage *message = message_new(fields);

    if (!message->number)
        message->number = trace->latest + 1;
    if (!message->at)
        message->at = g_get_real_time();
    if (!message->clock)
        message->clock = g_get_monotonic_time();
    if (trace->length == TRACE_MESSAGES)
        trace_drop_oldest(trace);
    trace->ring[(trace->first + trace->length++) % TRACE_MESSAGES] = message;
    trace->bytes += message_size(message);
    trace->latest = message->number;
    while (trace->bytes > TRACE_BYTES && trace->length > 1)
        trace_drop_oldest(trace);
    return message;
}

/* --- listeners ------------------------------------------------------------------------------- */

void trace_listen(Trace *trace, TraceFn listener, gpointer data)
{
    Listener *added = g_new0(Listener, 1);

    added->told = listener;
    added->data = data;
    g_ptr_array_add(trace->listeners, added);
}

/* Those that have gone keep their place until nobody walks the list. */
void trace_unlisten(Trace *trace, TraceFn listener, gpointer data)
{
    for (guint i = 0; i < trace->listeners->len; i++) {
        Listener *listed = trace->listeners->pdata[i];

        if (listed->told == listener && listed->data == data)
            listed->told = NULL;
    }
}

static void trace_tell(Trace *trace, const TraceMessage *message)
{
    trace_ref(trace);
    for (guint i = 0; i < trace->listeners->len; i++) {
        const Listener *listener = trace->listeners->pdata[i];

        if (listener->told)
            listener->told(trace, message, listener->data);
    }
    trace_unref(trace);
}

guint64 trace_add(Trace *trace, const TraceMessage *fields)
{
    const TraceMessage *message = trace_push(trace, fields);
    guint64 number = message->number;

    trace_tell(trace, message);
    return number;
}

void trace_fill(Trace *trace, const TraceMessage *messages, guint count)
{
    while (trace->length)
        trace_drop_oldest(trace);
    trace->latest = 0;
    for (guint i = 0; i < count; i++)
        trace_push(trace, &messages[i]);
    trace_tell(trace, NULL);
}

/* --- as text --------------------------------------------------------------------------------- */

const char *trace_kind_name(TraceKind kind)
{
    static const char *const names[] = {
        [TRACE_GREETING] = "greeting", [TRACE_COMMAND] = "command", [TRACE_REPLY] = "reply",
        [TRACE_EVENT] = "event",       [TRACE_FAILURE] = "failure",
    };

    return names[kind];
}

static const char *message_bytes(const TraceMessage *message, gsize *length)
{
    return g_bytes_get_data(message->bytes, length);
}

json_t *trace_message_parse(const TraceMessage *message)
{
    gsize length;
    const char *text = message_bytes(message, &length);

    return message->kind == TRACE_FAILURE ? NULL : json_text_parse(text, length);
}

char *trace_message_text(const TraceMessage *message, gboolean pretty)
{
    gsize length;
    const char *text = message_bytes(message, &length);

    if (message->kind == TRACE_FAILURE)
        return g_strndup(text, length);
    return json_text_layout(text, length, pretty);
}

/* Its command and arguments without our id; NULL for another message. (transfer full) */
static json_t *message_command(const TraceMessage *message)
{
    json_t *command = message->kind == TRACE_COMMAND ? trace_message_parse(message) : NULL;

    if (command)
        json_object_del(command, "id");
    return command;
}

static char *command_to_qmp(json_t *command)
{
    char *dumped = json_dumps(command, 0);
    char *text = g_strdup(dumped);

    free(dumped);
    return text;
}

char *trace_message_to_qmp(const TraceMessage *message)
{
    json_t *command = message_command(message);
    char *text = command ? command_to_qmp(command) : NULL;

    json_decref(command);
    return text;
}

char *trace_message_to_hmp(const TraceMessage *message)
{
    json_t *command = message_command(message);
    char *line = command ? hmp_line(json_string_value(json_object_get(command, "execute")),
                                    json_object_get(command, "arguments"))
                         : NULL;

    json_decref(command);
    return line;
}

/* Names that a shell takes as they are stay readable. */
static char *shell_word(const char *word)
{
    gboolean plain =
        *word && strspn(word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+:@/-") == strlen(word);

    return plain ? g_strdup(word) : g_shell_quote(word);
}

char *trace_message_to_virsh(const TraceMessage *message, const char *guest)
{
    json_t *command = message_command(message);
    g_autofree char *line = command ? hmp_line_sent(command) : NULL;
    g_autofree char *text = line ? g_strdup(line) : command ? command_to_qmp(command) : NULL;
    g_autofree char *quoted = text ? g_shell_quote(text) : NULL;
    g_autofree char *name = shell_word(guest);

    json_decref(command);
    return quoted ? g_strdup_printf("virsh qemu-monitor-command %s%s %s", line ? "--hmp " : "",
                                    name, quoted)
                  : NULL;
}
