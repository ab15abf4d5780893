/* Reading a recording: every line is checked here, once, so that whoever shows it need not doubt
 * it. The text stays as it is in the file; of a message it is known where it stands. */
#include "engine/recording_private.h"

#include <string.h>

#include "engine/file_change.h"
#include "engine/plan_json.h"
#include "engine/recording_json.h"
#include "monitor/json_text.h"
#include "monitor/text.h"

/* Ten years: nothing is counted beyond. */
#define T_MOST (G_GINT64_CONSTANT(3650) * G_TIME_SPAN_DAY)

/* --- life ------------------------------------------------------------------------------------ */

static Recording *recording_new(const char *name, GBytes *bytes)
{
    Recording *recording = g_new0(Recording, 1);

    recording->name = text_printable(name, -1, 0);
    recording->bytes = g_bytes_ref(bytes);
    recording->lines = g_array_new(FALSE, FALSE, sizeof(RecordedLine));
    for (LineKind kind = 0; kind < LINE_KINDS; kind++)
        recording->numbers[kind] = g_array_new(FALSE, FALSE, sizeof(guint));
    recording->messages = g_array_new(FALSE, FALSE, sizeof(RecordedMessage));
    recording->by_number = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    recording->journal = g_ptr_array_new_with_free_func((GDestroyNotify)journal_entry_free);
    recording->plans = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)plan_free);
    recording->strings = g_string_chunk_new(4096);
    return recording;
}

void recording_free(Recording *recording)
{
    if (!recording)
        return;
    g_free(recording->name);
    g_bytes_unref(recording->bytes);
    g_free(recording->version);
    g_array_unref(recording->lines);
    for (LineKind kind = 0; kind < LINE_KINDS; kind++)
        g_array_unref(recording->numbers[kind]);
    g_array_unref(recording->messages);
    g_hash_table_unref(recording->by_number);
    g_ptr_array_unref(recording->journal);
    g_hash_table_unref(recording->plans);
    g_string_chunk_free(recording->strings);
    g_free(recording);
}

/* --- the other lines ------------------------------------------------------------------------- */

static const char *read_state(Recording *recording, const RecordedLine *line, json_t *json)
{
    return check_state(json_object_get(json, "state"));
}

static const char *read_shown(Recording *recording, const RecordedLine *line, json_t *json)
{
    return check_shown(json_object_get(json, "shown"));
}

static const char *read_tree(Recording *recording, const RecordedLine *line, json_t *json)
{
    const char *depth = json_string_value(json_object_get(json, "tree"));

    if (g_strcmp0(depth, "tree") != 0 && g_strcmp0(depth, "all") != 0 &&
        g_strcmp0(depth, "none") != 0)
        return "its tree is neither \"tree\" nor \"all\" nor \"none\"";
    return read_shown(recording, line, json);
}

static const char *read_journal(Recording *recording, const RecordedLine *line, json_t *json)
{
    JournalEntry *entry = journal_entry_read(json_object_get(json, "journal"));

    if (!entry)
        return "its line of the journal is not complete";
    g_ptr_array_add(recording->journal, entry);
    return NULL;
}

static const char *read_plan(Recording *recording, const RecordedLine *line, json_t *json)
{
    json_int_t id = json_integer_value(json_object_get(json, "id"));
    Plan *plan;

    if (id < 1 || id > G_MAXINT || g_hash_table_contains(recording->plans, GINT_TO_POINTER(id)))
        return "its plan has no id of its own";
    plan = plan_from_record(json_object_get(json, "plan"));
    if (!plan)
        return "its plan is not complete";
    g_hash_table_insert(recording->plans, GINT_TO_POINTER(id), plan);
    return NULL;
}

static const char *check_run(const Recording *recording, json_t *run)
{
    const Plan *plan = recording_plan(recording, run);
    g_autoptr(Plan) copy = plan ? plan_copy(plan) : NULL;

    if (!plan)
        return "it runs a plan that is not there";
    return plan_set_steps(copy, json_object_get(run, "steps")) ? NULL
                                                               : "its steps are not the plan's";
}

static const char *read_running(Recording *recording, const RecordedLine *line, json_t *json)
{
    json_t *running = json_object_get(json, "running"), *run;
    size_t index;

    json_array_foreach (running, index, run) {
        const char *wrong = check_run(recording, run);

        if (wrong)
            return wrong;
    }
    return json_is_array(running) ? NULL : "what runs is no list";
}

static const char *read_ended(Recording *recording, const RecordedLine *line, json_t *json)
{
    return check_run(recording, json_object_get(json, "ended"));
}

static const char *read_domain(Recording *recording, const RecordedLine *line, json_t *json)
{
    return check_domain(json_object_get(json, "domain"));
}

typedef struct {
    const char *member; /* that tells the kind */
    LineKind kind;
    const char *(*read)(Recording *recording, const RecordedLine *line, json_t *json);
} LineReader;

static const LineReader readers[] = {
    { "n", LINE_MESSAGE, recording_read_message },
    { "state", LINE_STATE, read_state },
    { "tree", LINE_TREE, read_tree },
    { "shown", LINE_SHOWN, read_shown },
    { "journal", LINE_JOURNAL, read_journal },
    { "plan", LINE_PLAN, read_plan },
    { "running", LINE_RUNNING, read_running },
    { "ended", LINE_ENDED, read_ended },
    { "domain", LINE_DOMAIN, read_domain },
};

static const LineReader *find_reader(json_t *json)
{
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
        if (json_object_get(json, readers[i].member))
            return &readers[i];
    }
    return NULL;
}

/* --- lines ----------------------------------------------------------------------------------- */

static gint64 latest_t(const Recording *recording)
{
    guint length = recording->lines->len;

    return length ? g_array_index(recording->lines, RecordedLine, length - 1).t : 0;
}

static const char *read_times(const Recording *recording, json_t *json, RecordedLine *line)
{
    json_t *t = json_object_get(json, "t"), *at = json_object_get(json, "at");

    if (!json_is_integer(t) || !json_is_integer(at) || json_integer_value(t) > T_MOST)
        return "it has no time";
    line->t = json_integer_value(t);
    line->at = json_integer_value(at);
    return line->t < latest_t(recording) ? "it goes back in time" : NULL;
}

/* NULL, or what is wrong with the line. */
static const char *read_line(Recording *recording, json_t *json, RecordedLine *line)
{
    const LineReader *reader = json_is_object(json) ? find_reader(json) : NULL;
    const char *wrong;

    if (!json_is_object(json))
        return "it is no JSON object";
    wrong = read_times(recording, json, line);
    if (wrong)
        return wrong;
    if (!reader)
        return "it is none of the lines that a recording has";
    wrong = reader->read(recording, line, json);
    if (wrong)
        return wrong;
    line->kind = reader->kind;
    line->index = recording->numbers[reader->kind]->len;
    g_array_append_val(recording->numbers[reader->kind], recording->lines->len);
    g_array_append_vals(recording->lines, line, 1);
    return NULL;
}

static gboolean refuse_line(const Recording *recording, guint number, const char *wrong,
                            GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "%s:%u: this line is damaged, %s: remove it and all after it to see what was "
                "recorded before",
                recording->name, number, wrong);
    return FALSE;
}

/* --- the header ------------------------------------------------------------------------------ */

static gboolean refuse_file(const Recording *recording, const char *why, GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "%s %s", recording->name, why);
    return FALSE;
}

static gboolean read_header(Recording *recording, json_t *json, GError **error)
{
    json_t *format = json_object_get(json, "backplane-recording");
    const char *version = json_string_value(json_object_get(json, "backplane"));

    if (!json_is_integer(format))
        return refuse_file(recording,
                           "is no recording: make one with backplane TARGET --record FILE", error);
    if (json_integer_value(format) != RECORDING_FORMAT)
        return refuse_file(recording,
                           "is a recording of another version of backplane, in a format that this "
                           "one does not read: use that version",
                           error);
    recording->version = text_printable(version ? version : "", -1, 0);
    recording->began = json_integer_value(json_object_get(json, "at"));
    return TRUE;
}

/* --- the file -------------------------------------------------------------------------------- */

/* number counts from 1, the header. A last line that nothing ends may be half a line. */
static gboolean take_line(Recording *recording, guint number, RecordedLine *line, gboolean ended,
                          GError **error)
{
    const char *text = (const char *)g_bytes_get_data(recording->bytes, NULL) + line->offset;
    json_t *json = json_text_parse(text, line->length);
    gboolean good = TRUE;
    const char *wrong;

    if (number == 1) {
        good = read_header(recording, json, error);
    } else if (json || ended) {
        wrong = read_line(recording, json, line);
        good = !wrong || refuse_line(recording, number, wrong, error);
    }
    json_decref(json);
    return good;
}

static gboolean read_lines(Recording *recording, GError **error)
{
    gsize length;
    const char *text = g_bytes_get_data(recording->bytes, &length);
    guint number = 0;

    for (gsize at = 0; at < length || number == 0;) {
        const char *end = at < length ? memchr(text + at, '\n', length - at) : NULL;
        RecordedLine line = { .offset = at, .length = (end ? (gsize)(end - text) : length) - at };

        if (!take_line(recording, ++number, &line, end != NULL, error))
            return FALSE;
        at += line.length + 1;
    }
    return TRUE;
}

Recording *recording_parse(const char *name, GBytes *bytes, GError **error)
{
    g_autoptr(Recording) recording = recording_new(name, bytes);

    return read_lines(recording, error) ? g_steal_pointer(&recording) : NULL;
}

Recording *recording_load(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, RECORDING_BYTES, error);

    return bytes ? recording_parse(path, bytes, error) : NULL;
}

/* --- what it holds --------------------------------------------------------------------------- */

const char *recording_version(const Recording *recording)
{
    return recording->version;
}

gint64 recording_began(const Recording *recording)
{
    return recording->began;
}

guint recording_length(const Recording *recording)
{
    return recording->lines->len;
}

const RecordedLine *recording_line(const Recording *recording, guint number)
{
    return &g_array_index(recording->lines, RecordedLine, number);
}

guint recording_count(const Recording *recording, LineKind kind)
{
    return recording->numbers[kind]->len;
}

guint recording_number(const Recording *recording, LineKind kind, guint index)
{
    return g_array_index(recording->numbers[kind], guint, index);
}

guint recording_passed(const Recording *recording, LineKind kind, guint lines)
{
    guint low = 0, high = recording_count(recording, kind);

    while (low < high) {
        guint middle = (low + high) / 2;

        if (recording_number(recording, kind, middle) < lines)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

json_t *recording_member(const Recording *recording, guint number, const char *member)
{
    const RecordedLine *line = recording_line(recording, number);
    const char *text = g_bytes_get_data(recording->bytes, NULL);
    json_t *json = json_text_parse(text + line->offset, line->length);
    json_t *value = json_incref(json_object_get(json, member));

    json_decref(json);
    return value;
}

const JournalEntry *recording_journal(const Recording *recording, guint index)
{
    return recording->journal->pdata[index];
}

const Plan *recording_plan(const Recording *recording, json_t *run)
{
    json_int_t id = json_integer_value(json_object_get(run, "plan"));

    return id < 1 || id > G_MAXINT ? NULL
                                   : g_hash_table_lookup(recording->plans, GINT_TO_POINTER(id));
}
