/* The messages of a recording: each is checked as its line is read, and then known by where its
 * text stands in the file. */
#include <string.h>

#include "engine/recording_private.h"
#include "monitor/hmp_line.h"
#include "monitor/json_text.h"

/* --- reading --------------------------------------------------------------------------------- */

static const RecordedMessage *message_at(const Recording *recording, guint index)
{
    return &g_array_index(recording->messages, RecordedMessage, index);
}

/* The message of this number; NULL for none. */
static const RecordedMessage *message_find(const Recording *recording, json_t *number)
{
    gint64 wanted = json_integer_value(number);
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(recording->by_number, &wanted));

    return index ? message_at(recording, index - 1) : NULL;
}

static const char *keep(Recording *recording, const char *text)
{
    return g_string_chunk_insert_const(recording->strings, text ? text : "");
}

/* Where the text of the message stands. */
static gboolean locate(Recording *recording, const RecordedLine *line, const char *member,
                       RecordedMessage *message)
{
    const char *text = g_bytes_get_data(recording->bytes, NULL);
    gsize start, end;

    if (!json_text_member(text + line->offset, line->length, member, &start, &end))
        return FALSE;
    message->offset = line->offset + start;
    message->length = end - start;
    return TRUE;
}

static const char *take_command(Recording *recording, json_t *line, RecordedMessage *message)
{
    json_t *command = json_object_get(line, "command");
    g_autofree char *human = hmp_line_sent(command);
    const char *name = json_string_value(json_object_get(command, "execute"));

    message->fields.name = keep(recording, human ? human : name);
    message->fields.purpose = keep(recording, json_string_value(json_object_get(line, "for")));
    return NULL;
}

static void take_answered(Recording *recording, json_t *line, RecordedMessage *message)
{
    json_t *to = json_object_get(line, "to");
    const RecordedMessage *command = message_find(recording, to);

    message->fields.answers = (guint64)json_integer_value(to);
    message->fields.latency = json_integer_value(json_object_get(line, "took"));
    message->fields.name = message->fields.purpose = keep(recording, NULL);
    if (!command)
        return;
    message->fields.name = command->fields.name;
    message->fields.purpose = command->fields.purpose;
    message->command = (guint)(command - message_at(recording, 0)) + 1;
}

static const char *take_reply(Recording *recording, json_t *line, RecordedMessage *message)
{
    take_answered(recording, line, message);
    message->fields.refused = json_object_get(json_object_get(line, "reply"), "error") != NULL;
    return NULL;
}

static const char *take_same(Recording *recording, json_t *line, RecordedMessage *message)
{
    const RecordedMessage *same = message_find(recording, json_object_get(line, "same"));
    json_t *id = json_object_get(line, "id");

    if (!same || same->fields.kind != TRACE_REPLY || !json_is_integer(id))
        return "it repeats a reply that is not there";
    take_answered(recording, line, message);
    message->fields.refused = same->fields.refused;
    message->root = same->root;
    message->id = json_integer_value(id);
    return NULL;
}

static const char *take_event(Recording *recording, json_t *line, RecordedMessage *message)
{
    json_t *name = json_object_get(json_object_get(line, "event"), "event");

    message->fields.name = keep(recording, json_string_value(name));
    return NULL;
}

static const char *take_greeting(Recording *recording, json_t *line, RecordedMessage *message)
{
    message->fields.name = keep(recording, NULL);
    return NULL;
}

static const char *take_failure(Recording *recording, json_t *line, RecordedMessage *message)
{
    message->fields.name = keep(recording, NULL);
    message->text = keep(recording, json_string_value(json_object_get(line, "failure")));
    return NULL;
}

static const struct {
    const char *member;
    TraceKind kind;
    gboolean text; /* the member is the message */
    const char *(*take)(Recording *recording, json_t *line, RecordedMessage *message);
} messages[] = {
    { "command", TRACE_COMMAND, TRUE, take_command },
    { "reply", TRACE_REPLY, TRUE, take_reply },
    { "same", TRACE_REPLY, FALSE, take_same },
    { "event", TRACE_EVENT, TRUE, take_event },
    { "greeting", TRACE_GREETING, TRUE, take_greeting },
    { "failure", TRACE_FAILURE, FALSE, take_failure },
};

static const char *add_message(Recording *recording, const RecordedLine *line, json_t *json,
                               RecordedMessage *message)
{
    gint64 *number = g_new(gint64, 1);

    *number = json_integer_value(json_object_get(json, "n"));
    message->fields.number = (guint64)*number;
    message->fields.at = line->at;
    message->fields.clock = line->t;
    if (!message->fields.purpose)
        message->fields.purpose = keep(recording, NULL);
    g_array_append_val(recording->messages, *message);
    g_hash_table_insert(recording->by_number, number, GUINT_TO_POINTER(recording->messages->len));
    return NULL;
}

static gboolean is_next_number(const Recording *recording, json_t *number)
{
    guint length = recording->messages->len;
    gint64 latest = length ? (gint64)message_at(recording, length - 1)->fields.number : 0;

    return json_is_integer(number) && json_integer_value(number) > latest;
}

const char *recording_read_message(Recording *recording, const RecordedLine *line, json_t *json)
{
    RecordedMessage message = { .fields.latency = -1, .root = recording->messages->len };
    const char *wrong;

    if (!is_next_number(recording, json_object_get(json, "n")))
        return "its message has no number, or not the next one";
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        json_t *member = json_object_get(json, messages[i].member);

        if (!member)
            continue;
        message.fields.kind = messages[i].kind;
        if (messages[i].text &&
            (!json_is_object(member) || !locate(recording, line, messages[i].member, &message)))
            return "its message is no object";
        wrong = messages[i].take(recording, json, &message);
        return wrong ? wrong : add_message(recording, line, json, &message);
    }
    return "it has a number and no message";
}

/* --- what they are --------------------------------------------------------------------------- */

guint recording_root(const Recording *recording, guint index)
{
    return message_at(recording, index)->root;
}

gboolean recording_answers(const Recording *recording, guint reply, guint *command)
{
    const RecordedMessage *message = message_at(recording, reply);

    *command = message->command - 1;
    return message->command != 0;
}

const TraceMessage *recording_fields(const Recording *recording, guint index)
{
    return &message_at(recording, index)->fields;
}

gsize recording_size(const Recording *recording, guint index)
{
    const RecordedMessage *message = message_at(recording, index);

    return message->text ? strlen(message->text) : message_at(recording, message->root)->length;
}

/* The text of the one that it repeats, with its own id. */
static GBytes *repeat(const Recording *recording, const RecordedMessage *message)
{
    const RecordedMessage *root = message_at(recording, message->root);
    const char *text = (const char *)g_bytes_get_data(recording->bytes, NULL) + root->offset;
    GString *copy = g_string_sized_new(root->length + 8);
    gsize id, id_end;

    if (!json_text_member(text, root->length, "id", &id, &id_end))
        id = id_end = 0;
    g_string_append_len(copy, text, (gssize)id);
    if (id_end)
        g_string_append_printf(copy, "%" G_GINT64_FORMAT, message->id);
    g_string_append_len(copy, text + id_end, (gssize)(root->length - id_end));
    return g_string_free_to_bytes(copy);
}

TraceMessage recording_message(const Recording *recording, guint index)
{
    const RecordedMessage *message = message_at(recording, index);
    TraceMessage fields = message->fields;

    if (message->text)
        fields.bytes = g_bytes_new(message->text, strlen(message->text));
    else if (message->root != index)
        fields.bytes = repeat(recording, message);
    else
        fields.bytes = g_bytes_new_from_bytes(recording->bytes, message->offset, message->length);
    return fields;
}
