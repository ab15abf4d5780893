/* Writing a recording. Messages go into the file as they are; a reply that is the same as the one
 * before to the same question, as those of a poll are, is written as a reference to that. */
#include "engine/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/error.h"
#include "monitor/json_text.h"
#include "monitor/text.h"

/* Questions whose latest replies are kept to compare with; a session asks some dozens. */
#define QUESTIONS_MOST 4096
/* The first line of a recording begins so. */
#define HEADER_SIGN "{\"backplane-recording\": "

/* A reply without its id: what stands before and behind that. */
typedef struct {
    guint64 number;
    GBytes *bytes;
    gsize id, id_end;
} Reply;

struct Recorder {
    char *path;
    int file;
    gint64 began, latest; /* g_get_monotonic_time() */
    GError *error;
    GHashTable *asked;   /* number of a command -> its question: the command without its id */
    GHashTable *replies; /* question -> (Reply) the latest */
};

/* --- the file -------------------------------------------------------------------------------- */

static void recorder_fail(Recorder *recorder, int code)
{
    g_autofree char *shown = text_printable(recorder->path, -1, 0);

    g_set_error(&recorder->error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s cannot be written: %s",
                shown, g_strerror(code));
}

static void recorder_write(Recorder *recorder, const char *text, gsize length)
{
    while (length && !recorder->error) {
        gssize written = write(recorder->file, text, length);

        if (written < 0 && errno != EINTR)
            recorder_fail(recorder, errno);
        if (written > 0) {
            text += written;
            length -= (gsize)written;
        }
    }
}

static gboolean refuse(const char *path, const char *why, GError **error)
{
    g_autofree char *shown = text_printable(path, -1, 0);

    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "cannot record into %s: %s", shown, why);
    return FALSE;
}

/* Nothing there yet, or a recording of earlier. */
static gboolean check_contents(int file, const char *path, GError **error)
{
    char start[sizeof HEADER_SIGN - 1];
    gssize got = pread(file, start, sizeof start, 0);

    if (got == 0 || (got == sizeof start && memcmp(start, HEADER_SIGN, sizeof start) == 0))
        return TRUE;
    return refuse(path, "it is no recording, and is not overwritten; give another name", error);
}

/* What is read of it later depends on nobody else writing into it. */
static gboolean take_file(int file, const char *path, GError **error)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        return refuse(path, g_strerror(errno), error);
    if (!S_ISREG(status.st_mode))
        return refuse(path, "it is no regular file; give another name", error);
    if (flock(file, LOCK_EX | LOCK_NB) != 0)
        return refuse(path, "another program records into it; give another name", error);
    if (!check_contents(file, path, error))
        return FALSE;
    if (fchmod(file, S_IRUSR | S_IWUSR) != 0 || ftruncate(file, 0) != 0)
        return refuse(path, g_strerror(errno), error);
    return TRUE;
}

static int open_file(const char *path, GError **error)
{
    /* Opening a pipe would wait for its reader. */
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);

    if (file < 0)
        refuse(path, g_strerror(errno), error);
    else if (!take_file(file, path, error)) {
        close(file);
        file = -1;
    }
    return file;
}

static void write_header(Recorder *recorder)
{
    gint64 at = g_get_real_time();
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
    g_autofree char *header =
        g_strdup_printf(HEADER_SIGN "%d, \"backplane\": \"%s\", \"date\": \"%s\", \"at\": "
                                    "%" G_GINT64_FORMAT "}\n",
                        RECORDING_FORMAT, VERSION, text, at);

    recorder_write(recorder, header, strlen(header));
}

static void reply_free(gpointer data)
{
    Reply *reply = data;

    g_bytes_unref(reply->bytes);
    g_free(reply);
}

Recorder *recorder_new(const char *path, GError **error)
{
    int file = open_file(path, error);
    Recorder *recorder;

    if (file < 0)
        return NULL;
    recorder = g_new0(Recorder, 1);
    recorder->path = g_strdup(path);
    recorder->file = file;
    recorder->began = recorder->latest = g_get_monotonic_time();
    recorder->asked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    recorder->replies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reply_free);
    write_header(recorder);
    if (recorder->error) {
        g_propagate_error(error, g_steal_pointer(&recorder->error));
        g_clear_pointer(&recorder, recorder_free);
    }
    return recorder;
}

void recorder_free(Recorder *recorder)
{
    if (!recorder)
        return;
    close(recorder->file);
    g_hash_table_unref(recorder->asked);
    g_hash_table_unref(recorder->replies);
    g_clear_error(&recorder->error);
    g_free(recorder->path);
    g_free(recorder);
}

const char *recorder_path(const Recorder *recorder)
{
    return recorder->path;
}

gint64 recorder_began(const Recorder *recorder)
{
    return recorder->began;
}

const GError *recorder_error(const Recorder *recorder)
{
    return recorder->error;
}

/* --- lines ----------------------------------------------------------------------------------- */

static GString *line_new(Recorder *recorder, gint64 clock, gint64 at)
{
    GString *line = g_string_new(NULL);

    recorder->latest = MAX(clock, recorder->latest); /* never before it began */
    g_string_append_printf(line, "{\"t\": %" G_GINT64_FORMAT ", \"at\": %" G_GINT64_FORMAT,
                           recorder->latest - recorder->began, at);
    return line;
}

/* Text that is JSON already; a peer that lays out its messages puts line breaks between tokens. */
static void append_raw(GString *line, const char *key, const char *text, gsize length)
{
    gsize start;

    g_string_append_printf(line, ", \"%s\": ", key);
    start = line->len;
    g_string_append_len(line, text, (gssize)length);
    for (gsize i = start; i < line->len; i++) {
        if (line->str[i] == '\n' || line->str[i] == '\r')
            line->str[i] = ' ';
    }
}

static void append_text(GString *line, const char *key, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_t *value = json_string(valid);
    char *dumped = json_dumps(value, JSON_ENCODE_ANY);

    append_raw(line, key, dumped, strlen(dumped));
    free(dumped);
    json_decref(value);
}

static void line_end(Recorder *recorder, GString *line)
{
    g_string_append(line, "}\n");
    recorder_write(recorder, line->str, line->len);
    g_string_free(line, TRUE);
}

void recorder_line(Recorder *recorder, json_t *members)
{
    GString *line = line_new(recorder, g_get_monotonic_time(), g_get_real_time());
    char *dumped = json_dumps(members, 0);

    g_string_append(line, ", ");
    g_string_append_len(line, dumped + 1, (gssize)strlen(dumped) - 2);
    line_end(recorder, line);
    free(dumped);
    json_decref(members);
}

/* --- messages -------------------------------------------------------------------------------- */

/* The message without its id. (transfer full) */
static char *question(const char *text, gsize length)
{
    gsize id, id_end;

    if (!json_text_member(text, length, "id", &id, &id_end))
        return g_strndup(text, length);
    return g_strdup_printf("%.*s%.*s", (int)id, text, (int)(length - id_end), text + id_end);
}

static void remember_question(Recorder *recorder, const TraceMessage *command)
{
    gsize length;
    const char *text = g_bytes_get_data(command->bytes, &length);
    gint64 number = (gint64)command->number;

    g_hash_table_insert(recorder->asked, g_memdup2(&number, sizeof number), question(text, length));
}

static gboolean same_but_id(const Reply *a, const Reply *b)
{
    gsize length_a, length_b;
    const char *text_a = g_bytes_get_data(a->bytes, &length_a);
    const char *text_b = g_bytes_get_data(b->bytes, &length_b);

    return a->id == b->id && length_a - a->id_end == length_b - b->id_end &&
           memcmp(text_a, text_b, a->id) == 0 &&
           memcmp(text_a + a->id_end, text_b + b->id_end, length_a - a->id_end) == 0;
}

/* The latest reply to the same question, if this one is the same; else it is the latest now, and
 * NULL. reply: (transfer full). */
static const Reply *known_reply(Recorder *recorder, const TraceMessage *message, Reply *reply)
{
    gint64 command = (gint64)message->answers;
    gpointer key, asked;
    const Reply *known;

    if (!g_hash_table_steal_extended(recorder->asked, &command, &key, &asked)) {
        reply_free(reply);
        return NULL;
    }
    g_free(key);
    known = g_hash_table_lookup(recorder->replies, asked);
    if (known && same_but_id(known, reply)) {
        reply_free(reply);
        g_free(asked);
        return known;
    }
    if (g_hash_table_size(recorder->replies) == QUESTIONS_MOST)
        g_hash_table_remove_all(recorder->replies);
    g_hash_table_replace(recorder->replies, asked, reply);
    return NULL;
}

static void append_reply(Recorder *recorder, GString *line, const TraceMessage *message)
{
    gsize length;
    const char *text = g_bytes_get_data(message->bytes, &length);
    Reply *reply = g_new0(Reply, 1);
    g_autofree char *id = NULL;
    const Reply *known = NULL;

    reply->number = message->number;
    reply->bytes = g_bytes_ref(message->bytes);
    g_string_append_printf(line, ", \"to\": %" G_GUINT64_FORMAT ", \"took\": %" G_GINT64_FORMAT,
                           message->answers, message->latency);
    if (json_text_member(text, length, "id", &reply->id, &reply->id_end)) {
        id = g_strndup(text + reply->id, reply->id_end - reply->id);
        known = known_reply(recorder, message, reply);
    } else {
        reply_free(reply);
    }
    if (known)
        g_string_append_printf(line, ", \"id\": %s, \"same\": %" G_GUINT64_FORMAT, id,
                               known->number);
    else
        append_raw(line, "reply", text, length);
}

static void append_command(Recorder *recorder, GString *line, const TraceMessage *message)
{
    gsize length;
    const char *text = g_bytes_get_data(message->bytes, &length);

    remember_question(recorder, message);
    append_text(line, "for", message->purpose);
    append_raw(line, "command", text, length);
}

static void append_failure(GString *line, const TraceMessage *message)
{
    g_autofree char *text = trace_message_text(message, FALSE);

    append_text(line, "failure", text);
}

void recorder_message(Recorder *recorder, const TraceMessage *message)
{
    GString *line = line_new(recorder, message->clock, message->at);
    gsize length;
    const char *text = g_bytes_get_data(message->bytes, &length);

    g_string_append_printf(line, ", \"n\": %" G_GUINT64_FORMAT, message->number);
    if (message->kind == TRACE_FAILURE)
        g_hash_table_remove_all(recorder->asked); /* nobody answers those any more */
    if (message->kind == TRACE_COMMAND)
        append_command(recorder, line, message);
    else if (message->kind == TRACE_REPLY)
        append_reply(recorder, line, message);
    else if (message->kind == TRACE_FAILURE)
        append_failure(line, message);
    else
        append_raw(line, trace_kind_name(message->kind), text, length);
    line_end(recorder, line);
}
