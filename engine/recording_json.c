/* Texts, lists and the words that may stand in a line; and the shapes of lines. */
#include "engine/recording_json.h"

#include "monitor/text.h"

json_t *record_text(const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    return valid ? json_string(valid) : json_null();
}

char *printable_read(json_t *value)
{
    return json_is_string(value) ? text_printable(json_string_value(value), -1, 0) : NULL;
}

json_t *record_strv(const char *const *strings)
{
    json_t *array = strings ? json_array() : json_null();

    for (guint i = 0; strings && strings[i]; i++)
        json_array_append_new(array, record_text(strings[i]));
    return array;
}

char **strv_read(json_t *array)
{
    g_autoptr(GStrvBuilder) strings = g_strv_builder_new();
    size_t index;
    json_t *string;

    if (!json_is_array(array))
        return NULL;
    json_array_foreach (array, index, string) {
        if (json_is_string(string))
            g_strv_builder_add(strings, json_string_value(string));
    }
    return g_strv_builder_end(strings);
}

/* --- what may stand in a line ---------------------------------------------------------------- */

gboolean device_state_read(json_t *name, DeviceState *state)
{
    for (DeviceState known = STATE_FIXED; known < DEVICE_STATES; known++) {
        if (g_strcmp0(json_string_value(name), device_state_name(known)) != 0)
            continue;
        *state = known;
        return TRUE;
    }
    return FALSE;
}

static gboolean is_text_or_null(json_t *value)
{
    return json_is_string(value) || json_is_null(value);
}

static gboolean is_error(json_t *error)
{
    return json_is_null(error) || (json_is_string(json_object_get(error, "text")) &&
                                   json_is_string(json_object_get(error, "domain")) &&
                                   json_is_integer(json_object_get(error, "code")));
}

/* Recordings of before there were two have none. */
static gboolean is_dialect(json_t *dialect)
{
    return !dialect || is_text_or_null(dialect);
}

const char *check_state(json_t *state)
{
    static const char *const names[] = { "connecting", "reading", "live", "lost", NULL };
    const char *name = json_string_value(json_object_get(state, "state"));

    if (!name || !g_strv_contains(names, name))
        return "its state is none";
    if (!is_error(json_object_get(state, "error")) ||
        !is_text_or_null(json_object_get(state, "qemu")) ||
        !is_dialect(json_object_get(state, "dialect")) ||
        !json_is_integer(json_object_get(state, "lost")))
        return "its state is not complete";
    return NULL;
}

/* [path, state or null, since, plugged] */
static gboolean is_mark(json_t *mark)
{
    json_t *state = json_array_get(mark, 1);
    DeviceState known;

    return json_array_size(mark) == 4 && json_is_string(json_array_get(mark, 0)) &&
           (json_is_null(state) || device_state_read(state, &known)) &&
           json_is_integer(json_array_get(mark, 2)) && json_is_boolean(json_array_get(mark, 3));
}

const char *check_shown(json_t *shown)
{
    json_t *marks = json_object_get(shown, "marks"), *mark;
    size_t index;

    if (!json_is_array(marks) || !is_text_or_null(json_object_get(shown, "status")))
        return "what its tree shows is not complete";
    json_array_foreach (marks, index, mark) {
        if (!is_mark(mark))
            return "the state of a device is none";
    }
    return NULL;
}

static gboolean is_document(json_t *document)
{
    return json_is_string(document) || json_is_string(json_object_get(document, "base64"));
}

const char *check_domain(json_t *domain)
{
    json_t *saved = json_object_get(domain, "saved");

    if (!json_is_string(json_object_get(domain, "name")) ||
        !is_document(json_object_get(domain, "text")) ||
        !(json_is_null(saved) || is_document(saved)))
        return "its domain file is not complete";
    return NULL;
}

JournalEntry *journal_entry_read(json_t *record)
{
    json_t *at = json_object_get(record, "at"), *elapsed = json_object_get(record, "elapsed");
    json_t *subject = json_object_get(record, "subject"), *text = json_object_get(record, "text");
    DeviceState state;
    JournalEntry *entry;

    if (!json_is_integer(at) || !json_is_integer(elapsed) || !json_is_string(subject) ||
        !json_is_string(text) || !device_state_read(json_object_get(record, "state"), &state))
        return NULL;
    entry = g_new0(JournalEntry, 1);
    entry->at = json_integer_value(at);
    entry->elapsed = json_integer_value(elapsed);
    entry->state = state;
    entry->subject = printable_read(subject);
    entry->text = printable_read(text);
    entry->outcome = printable_read(json_object_get(record, "outcome"));
    return entry;
}
