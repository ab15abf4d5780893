/* One message as text. A message may be megabytes long: what is cut is cut before it is made
 * printable. */
#include "tui/message_text.h"

#include <string.h>

#include "engine/plan.h"
#include "monitor/text.h"
#include "tui/draw.h"

#define PARSED_MOST (16 * 1024) /* longer ones are told by how they begin */
#define RETURN "{\"return\": "

/* --- the cells ------------------------------------------------------------------------------- */

char *message_clock(const TraceMessage *message, gboolean milliseconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(message->at / G_USEC_PER_SEC);
    g_autofree char *clock = time ? g_date_time_format(time, "%H:%M:%S") : g_strdup("--:--:--");

    if (!milliseconds)
        return g_steal_pointer(&clock);
    return g_strdup_printf("%s.%03d", clock, (int)(message->at % G_USEC_PER_SEC / 1000));
}

char *message_name(const TraceMessage *message)
{
    if (message->kind == TRACE_GREETING)
        return g_strdup("greeting");
    if (message->kind == TRACE_FAILURE)
        return g_strdup("connection lost");
    return text_printable(message->name, -1, MESSAGE_GIST);
}

char *message_latency(const TraceMessage *message)
{
    double milliseconds = (double)message->latency / 1000;

    if (message->latency < 0)
        return g_strdup("");
    return milliseconds < 1000 ? g_strdup_printf("%.1f ms", milliseconds)
                               : g_strdup_printf("%.1f s", milliseconds / 1000);
}

/* "driver=e1000 id=net1": as in the journal. */
static char *members_text(json_t *object)
{
    Action *action = action_new("", json_incref(object), NULL);
    char *text = action_to_text(action);

    action_free(action);
    return g_strchug(text);
}

static char *value_text(json_t *value)
{
    char *dumped = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    char *text = g_strdup(dumped ? dumped : "");

    free(dumped);
    return text;
}

/* What the human monitor was told is its name already. */
static char *command_gist(json_t *json)
{
    json_t *arguments = json_object_get(json, "arguments");

    if (!json_is_object(arguments) || json_object_get(arguments, "command-line"))
        return g_strdup("");
    return members_text(arguments);
}

static char *reply_gist(const TraceMessage *message, json_t *json)
{
    const char *why = json_string_value(json_object_get(json_object_get(json, "error"), "desc"));

    if (message->refused)
        return g_strdup_printf("refused: %s", why ? why : "QEMU does not say why");
    return value_text(json_object_get(json, "return"));
}

static char *parsed_gist(const TraceMessage *message, json_t *json)
{
    json_t *data = json_object_get(json, "data");

    switch (message->kind) {
    case TRACE_COMMAND:
        return command_gist(json);
    case TRACE_REPLY:
        return reply_gist(message, json);
    case TRACE_EVENT:
        return json_is_object(data) ? members_text(data) : g_strdup("");
    case TRACE_GREETING:
        return value_text(json_object_get(json, "QMP"));
    case TRACE_FAILURE:
        break;
    }
    return g_strdup("");
}

/* The beginning of one that is too long to look into. */
static char *raw_gist(const char *text, gsize length)
{
    gsize skipped = g_str_has_prefix(text, RETURN) ? strlen(RETURN) : 0;

    return g_strndup(text + skipped, MIN(length - skipped, MESSAGE_GIST));
}

/* Ends where a character ends. */
static char *cut(char *text)
{
    gsize length = strlen(text);

    if (length <= MESSAGE_GIST)
        return text;
    for (length = MESSAGE_GIST; length > 0 && (text[length] & 0xc0) == 0x80; length--)
        ;
    text[length] = '\0';
    return text;
}

char *message_gist(const TraceMessage *message)
{
    gsize length;
    const char *text = g_bytes_get_data(message->bytes, &length);
    json_t *json = length <= PARSED_MOST ? trace_message_parse(message) : NULL;
    g_autofree char *gist = json ? parsed_gist(message, json) : raw_gist(text, length);

    json_decref(json);
    return text_printable(cut(gist), -1, 0);
}

/* --- finding --------------------------------------------------------------------------------- */

static gboolean bytes_have(const char *bytes, gsize length, const char *text, gsize size)
{
    int first = g_ascii_tolower(*text);

    for (gsize i = 0; i + size <= length; i++)
        if (g_ascii_tolower(bytes[i]) == first && !g_ascii_strncasecmp(bytes + i, text, size))
            return TRUE;
    return FALSE;
}

gboolean message_has(const TraceMessage *message, const char *text)
{
    gsize length, size = strlen(text);
    const char *bytes = g_bytes_get_data(message->bytes, &length);

    return !size || bytes_have(message->name, strlen(message->name), text, size) ||
           bytes_have(message->purpose, strlen(message->purpose), text, size) ||
           bytes_have(bytes, length, text, size);
}

/* --- lines ----------------------------------------------------------------------------------- */

typedef struct {
    GPtrArray *lines;
    int columns;
} Lines;

/* How many bytes of a printable text fit; at least one character. */
static gsize fitting(const char *text, int columns)
{
    const char *at = text;
    int used = 0;

    while (*at) {
        gunichar c = g_utf8_get_char(at);

        used += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
        if (used > columns && at > text)
            break;
        at = g_utf8_next_char(at);
    }
    return (gsize)(at - text);
}

/* What goes on stands a little to the right of where its line began. */
static void add_folded(Lines *lines, const char *text, int shift, int further)
{
    do {
        gsize length = fitting(text, lines->columns - shift);

        g_ptr_array_add(lines->lines, g_strdup_printf("%*s%.*s", shift, "", (int)length, text));
        text += length;
        shift = further;
    } while (*text && lines->lines->len < MESSAGE_LINES);
}

/* Behind the next line break that is written in a string; NULL: there is none. */
static const char *behind_break(const char *at, const char *end)
{
    for (; at + 1 < end; at++) {
        if (*at != '\\')
            continue;
        if (at[1] == 'n')
            return at + 2;
        at++; /* an escaped backslash is none itself */
    }
    return NULL;
}

static int count_blanks(const char *line, const char *end)
{
    int blanks = 0;

    while (line + blanks < end && line[blanks] == ' ')
        blanks++;
    return blanks;
}

static void add_line(Lines *lines, const char *line, const char *end)
{
    int further = MIN(count_blanks(line, end) + 2, lines->columns / 2), shift = 0;

    while (line < end && lines->lines->len < MESSAGE_LINES) {
        const char *next = end - line > lines->columns ? behind_break(line, end) : NULL;
        const char *piece_end = next ? next : end;
        g_autofree char *piece = text_printable(line, piece_end - line, 0);

        add_folded(lines, piece, shift, further);
        line = piece_end;
        shift = further;
    }
}

GPtrArray *message_lines(const TraceMessage *message, int columns)
{
    g_autofree char *text = trace_message_text(message, TRUE);
    Lines lines = { g_ptr_array_new_with_free_func(g_free), MAX(columns, 8) };
    const char *at = text;

    while (*at && lines.lines->len < MESSAGE_LINES) {
        const char *end = strchrnul(at, '\n');

        add_line(&lines, at, end);
        at = *end ? end + 1 : end;
    }
    if (lines.lines->len >= MESSAGE_LINES)
        g_ptr_array_add(lines.lines, g_strdup("... there is more of it: s saves all"));
    return lines.lines;
}
