/* A message as a line of a file, for people and tools that look at it later. */
#include <string.h>

#include "monitor/trace.h"

/* (transfer full) */
static json_t *string_json(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    return json_string(valid);
}

/* In UTC, to the microsecond. */
static json_t *time_json(gint64 at)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);
    g_autofree char *clock =
        second ? g_date_time_format(second, "%Y-%m-%dT%H:%M:%S") : g_strdup("");

    return json_sprintf("%s.%06dZ", clock, (int)(at % G_USEC_PER_SEC));
}

static json_t *head_json(const TraceMessage *message)
{
    json_t *head = json_pack("{s:I, s:o, s:s}", "number", (json_int_t)message->number, "time",
                             time_json(message->at), "kind", trace_kind_name(message->kind));

    if (message->answers)
        json_object_set_new(head, "answers", json_integer((json_int_t)message->answers));
    if (message->latency >= 0)
        json_object_set_new(head, "took_ms", json_real((double)message->latency / 1000));
    if (message->refused)
        json_object_set_new(head, "refused", json_true());
    if (*message->name)
        json_object_set_new(head, "name", string_json(message->name));
    if (*message->purpose)
        json_object_set_new(head, "for", string_json(message->purpose));
    return head;
}

/* The message itself: its numbers as they were sent. */
static char *message_json(const TraceMessage *message)
{
    g_autofree char *text = trace_message_text(message, FALSE);
    json_t *sentence;
    char *dumped, *json;

    if (message->kind != TRACE_FAILURE)
        return g_steal_pointer(&text);
    sentence = string_json(text);
    dumped = json_dumps(sentence, JSON_ENCODE_ANY);
    json = g_strdup(dumped);
    free(dumped);
    json_decref(sentence);
    return json;
}

char *trace_message_to_line(const TraceMessage *message)
{
    json_t *head = head_json(message);
    char *dumped = json_dumps(head, JSON_REAL_PRECISION(6));
    g_autofree char *json = message_json(message);
    char *line = g_strdup_printf("%.*s, \"message\": %s}\n", (int)strlen(dumped) - 1, dumped, json);

    free(dumped);
    json_decref(head);
    return line;
}
