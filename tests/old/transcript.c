#include "transcript.h"

#include <string.h>

#define FOLDER SRCDIR "/tests/old/transcripts"
#define PROMPT "(qemu) "

/* A file on its way in. */
typedef struct {
    Transcript *transcript;
    TranscriptEntry *entry; /* the one that its lines still belong to */
    gboolean fresh;
    gboolean reconnect;
    const char *name;
    guint line;
} Reader;

static void entry_free(TranscriptEntry *entry)
{
    g_free(entry->command);
    g_free(entry->note);
    g_ptr_array_unref(entry->lines);
    GString *const texts[] = { entry->sent, entry->echo, entry->reply, entry->tail };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i])
            g_string_free(texts[i], TRUE);
    g_free(entry);
}

void transcript_free(Transcript *transcript)
{
    g_free(transcript->version);
    g_free(transcript->topic);
    g_free(transcript->guest);
    g_free(transcript->devices);
    g_free(transcript->args);
    g_free(transcript->greeting);
    g_ptr_array_unref(transcript->entries);
    g_free(transcript);
}

/* --- escapes -----------------------------------------------------------------------------------
 */

/* Appends what the escape after a backslash stands for; returns where the text goes on. */
static const char *append_escape(GString *out, const char *at)
{
    if (at[0] == 'x' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
        g_string_append_c(out,
                          (char)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2])));
        return at + 3;
    }
    g_string_append_c(out, at[0] == 'r' ? '\r' : at[0] == 'n' ? '\n' : at[0]);
    return at + 1;
}

/* Appends what {K} or {N} stands for. */
static const char *append_fold(GString *out, const char *at)
{
    if (at[0] == 'K') {
        g_string_append(out, "\033[K");
    } else {
        for (guint64 i = g_ascii_strtoull(at, NULL, 10); i > 0; i--)
            g_string_append(out, "\033[D");
    }
    return strchr(at, '}') + 1;
}

static void append_plain(GString *out, const char *text, gboolean folded)
{
    while (*text) {
        if (*text == '\\')
            text = append_escape(out, text + 1);
        else if (folded && *text == '{' && strchr(text, '}'))
            text = append_fold(out, text + 1);
        else
            g_string_append_c(out, *text++);
    }
}

static GString *plain(const char *text, gboolean folded)
{
    GString *out = g_string_new(NULL);
    append_plain(out, text, folded);
    return out;
}

/* --- reading -----------------------------------------------------------------------------------
 */

static void bad_line(const Reader *reader, const char *line)
{
    g_error("%s/%s:%u: \"%s\" is not a line of a transcript", FOLDER, reader->name, reader->line,
            line);
}

static void begin_entry(Reader *reader)
{
    TranscriptEntry *entry = g_new0(TranscriptEntry, 1);
    entry->lines = g_ptr_array_new_with_free_func(g_free);
    entry->reply = g_string_new(NULL);
    entry->fresh = reader->fresh;
    entry->reconnect = reader->reconnect;
    reader->fresh = reader->reconnect = FALSE;
    g_ptr_array_add(reader->transcript->entries, entry);
    reader->entry = entry;
}

static void read_command(Reader *reader, const char *rest)
{
    begin_entry(reader);
    reader->entry->command = g_string_free(plain(rest, FALSE), FALSE);
}

static void read_sent(Reader *reader, const char *rest)
{
    begin_entry(reader);
    reader->entry->end = TRANSCRIPT_RAW;
    reader->entry->sent = plain(rest, TRUE);
}

static void read_note(Reader *reader, const char *rest)
{
    if (!reader->entry->note)
        reader->entry->note = g_strdup(rest);
}

static void read_echo(Reader *reader, const char *rest)
{
    reader->entry->echo = plain(rest, TRUE);
}

static void add_line(TranscriptEntry *entry, char *line)
{
    g_string_append(entry->reply, line);
    g_string_append(entry->reply, "\r\n");
    g_ptr_array_add(entry->lines, line);
}

static void read_line(Reader *reader, const char *rest)
{
    add_line(reader->entry, g_string_free(plain(rest, FALSE), FALSE));
}

static void read_cut(Reader *reader, const char *rest)
{
    TranscriptEntry *entry = reader->entry;
    append_plain(entry->reply, rest, FALSE);
    g_ptr_array_add(entry->lines, g_string_free(plain(rest, FALSE), FALSE));
    entry->cut = TRUE;
}

static void read_same(Reader *reader, const char *rest)
{
    g_auto(GStrv) words = g_strsplit_set(rest, " -", 3);
    if (g_strv_length(words) != 3)
        bad_line(reader, rest);
    const GPtrArray *entries = reader->transcript->entries;
    guint64 number = g_ascii_strtoull(words[0], NULL, 10);
    guint64 last = g_ascii_strtoull(words[2], NULL, 10);
    if (number < 1 || number > entries->len)
        bad_line(reader, rest);
    const GPtrArray *old = ((TranscriptEntry *)g_ptr_array_index(entries, number - 1))->lines;
    for (guint64 i = g_ascii_strtoull(words[1], NULL, 10); i <= last; i++) {
        if (i < 1 || i > old->len)
            bad_line(reader, rest);
        add_line(reader->entry, g_strdup(g_ptr_array_index(old, i - 1)));
    }
}

static void read_bytes(Reader *reader, const char *rest)
{
    TranscriptEntry *entry = reader->entry;
    append_plain(entry->tail ? entry->tail : entry->reply, rest, TRUE);
}

static void read_gap(Reader *reader, const char *rest)
{
    reader->entry->left_out = (gsize)g_ascii_strtoull(rest, NULL, 10);
    reader->entry->tail = g_string_new(NULL);
}

static void read_end(Reader *reader, const char *rest)
{
    TranscriptEntry *entry = reader->entry;
    if (g_str_has_prefix(rest, "died ")) {
        entry->end = TRANSCRIPT_DIED;
        entry->status = (int)g_ascii_strtoll(rest + 5, NULL, 10);
    } else if (g_str_equal(rest, "hangs")) {
        entry->end = TRANSCRIPT_HANGS;
    } else if (g_str_equal(rest, "password")) {
        entry->end = TRANSCRIPT_PASSWORD;
    } else if (g_str_equal(rest, "more")) {
        entry->end = TRANSCRIPT_MORE;
    } else {
        bad_line(reader, rest);
    }
}

static void read_mark(Reader *reader, const char *rest)
{
    if (g_str_equal(rest, "fresh"))
        reader->fresh = TRUE;
    else
        reader->reconnect = TRUE;
}

static const struct {
    const char *mark;
    gboolean begins; /* needs no entry before it */
    void (*read)(Reader *reader, const char *rest);
} marks[] = {
    { "!", TRUE, read_mark },  { ">", TRUE, read_command }, { ">>", TRUE, read_sent },
    { "#", FALSE, read_note }, { "e", FALSE, read_echo },   { "<", FALSE, read_line },
    { "<|", FALSE, read_cut }, { "<=", FALSE, read_same },  { "<<", FALSE, read_bytes },
    { "..", FALSE, read_gap }, { "$", FALSE, read_end },
};

static void read_entry_line(Reader *reader, const char *line)
{
    gsize length = strcspn(line, " ");
    const char *rest = line[length] ? line + length + 1 : "";
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (strlen(marks[i].mark) == length && strncmp(marks[i].mark, line, length) == 0) {
            if (!marks[i].begins && !reader->entry)
                break;
            marks[i].read(reader, rest);
            return;
        }
    }
    bad_line(reader, line);
}

static void end_entry(Reader *reader)
{
    if (reader->entry && reader->entry->end == TRANSCRIPT_PROMPT)
        g_string_append(reader->entry->reply, PROMPT);
    reader->entry = NULL;
}

static void read_header_line(Reader *reader, const char *line)
{
    Transcript *transcript = reader->transcript;
    const struct {
        const char *key;
        char **value;
    } keys[] = {
        { "version ", &transcript->version }, { "topic ", &transcript->topic },
        { "guest ", &transcript->guest },     { "devices ", &transcript->devices },
        { "args ", &transcript->args },       { "greeting ", &transcript->greeting },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (g_str_has_prefix(line, keys[i].key)) {
            *keys[i].value = g_string_free(plain(line + strlen(keys[i].key), FALSE), FALSE);
            return;
        }
    }
    bad_line(reader, line);
}

static Transcript *read_file(const char *name)
{
    g_autofree char *path = g_build_filename(FOLDER, name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    Reader reader = { .transcript = g_new0(Transcript, 1), .name = name };
    reader.transcript->entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    gboolean header = TRUE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        reader.line = i + 1;
        if (!*lines[i]) {
            end_entry(&reader);
            header = FALSE;
        } else if (header) {
            read_header_line(&reader, lines[i]);
        } else {
            read_entry_line(&reader, lines[i]);
        }
    }
    return reader.transcript;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *file_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(FOLDER, 0, &error);
    if (!folder)
        g_error("%s", error->message);
    for (const char *name; (name = g_dir_read_name(folder));)
        if (g_str_has_suffix(name, ".txt"))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

GPtrArray *transcripts_load(const char *version, const char *topic)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)transcript_free);
    g_autofree char *begin = version ? g_strconcat(version, "-", NULL) : g_strdup("");
    g_autofree char *end = topic ? g_strconcat("-", topic, ".txt", NULL) : g_strdup(".txt");
    g_autoptr(GPtrArray) names = file_names();
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (!g_str_has_prefix(name, begin) || !g_str_has_suffix(name, end))
            continue;
        Transcript *transcript = read_file(name);
        if (!topic || g_str_equal(transcript->topic, topic))
            g_ptr_array_add(all, transcript);
        else
            transcript_free(transcript);
    }
    return all;
}

Transcript *transcript_load(const char *version, const char *topic)
{
    g_autofree char *name = g_strdup_printf("%s-%s.txt", version, topic);
    return read_file(name);
}

char *transcript_entry_text(const TranscriptEntry *entry)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < entry->lines->len; i++) {
        g_string_append(text, g_ptr_array_index(entry->lines, i));
        if (i + 1 < entry->lines->len || !entry->cut)
            g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

const TranscriptEntry *transcript_find(const Transcript *transcript, const char *command, guint nth)
{
    for (guint i = 0; i < transcript->entries->len; i++) {
        const TranscriptEntry *entry = g_ptr_array_index(transcript->entries, i);
        if (entry->command && g_str_equal(entry->command, command) && --nth == 0)
            return entry;
    }
    return NULL;
}
