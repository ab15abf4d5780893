/* Which words may stand at a place of a line: read off the arguments of the table of commands. */
#include "tui/complete_private.h"

#include <string.h>

#include "tui/keymap.h"
#include "tui/settings.h"
#include "tui/view.h"

/* --- collecting ------------------------------------------------------------------------------ */

static void candidate_free(gpointer data)
{
    Candidate *candidate = data;

    g_free(candidate->text);
    g_free(candidate->name);
    g_free(candidate->help);
    g_free(candidate);
}

/* Text that goes on in a word, inside of this quote or outside of any. (transfer full) */
static char *quoted(const char *text, char quote)
{
    const char *special = quote == '"' ? "\"\\$`" : quote == '\'' ? "'" : " \t\"'\\#$`";
    GString *out = g_string_new(NULL);

    for (; *text; text++) {
        if (quote == '\'' && *text == '\'')
            g_string_append(out, "'\\'");
        else if (strchr(special, *text))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    return g_string_free(out, FALSE);
}

static gboolean goes_on(const char *text)
{
    return *text && strchr("=/", text[strlen(text) - 1]);
}

/* rest: what follows the bytes that were typed. */
static void take(Completion *completion, const char *rest, const char *name, const char *help)
{
    Candidate *candidate = g_new0(Candidate, 1);
    g_autofree char *more = quoted(rest, completion->quote);
    const char quote[] = { goes_on(rest) ? '\0' : completion->quote, '\0' };

    candidate->text = g_strconcat(completion->typed, more, quote, NULL);
    candidate->name = g_strdup(name);
    candidate->help = g_strdup(help);
    g_ptr_array_add(completion->candidates, candidate);
}

void collector_add(Collector *collector, const char *text, const char *name, const char *help)
{
    if (g_str_has_prefix(text, collector->word.text))
        take(collector->completion, text + strlen(collector->word.text), name ? name : text, help);
}

void collector_want_files(Collector *collector, const char *before)
{
    g_free(collector->completion->path);
    collector->completion->path = line_expand_home(collector->word.text + strlen(before));
}

void completion_take_files(Completion *completion, const GPtrArray *names)
{
    const char *slash = strrchr(completion->path, '/');
    const char *part = slash ? slash + 1 : completion->path;

    for (guint i = 0; i < names->len; i++)
        if (g_str_has_prefix(names->pdata[i], part))
            take(completion, (const char *)names->pdata[i] + strlen(part), names->pdata[i], NULL);
}

void completion_free(Completion *completion)
{
    g_ptr_array_unref(completion->candidates);
    g_free(completion->typed);
    g_free(completion->usage);
    g_free(completion->path);
    g_free(completion);
}

/* --- words by what the table calls them ------------------------------------------------------ */

static void add_commands(Collector *collector)
{
    gboolean shell = collector->facts->shell;
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++) {
        const char *label = shell ? "" : keymap_label(&table[i], FALSE);
        g_autofree char *help = *label && *label != ':'
                                    ? g_strdup_printf("%s (%s)", table[i].help, label)
                                    : g_strdup(table[i].help);

        if (shell ? command_in_shell(&table[i]) : command_in_console(&table[i]))
            collector_add(collector, table[i].name, NULL, help);
    }
}

static void add_settings(Collector *collector)
{
    const SettingRow *rows = setting_table();

    for (guint i = 0; i < SETTINGS; i++) {
        g_autofree char *help =
            g_strdup_printf("%s (now %s)", rows[i].help, setting_get((SettingId)i));

        collector_add(collector, rows[i].name, NULL, help);
    }
}

static void add_themes(Collector *collector)
{
    g_autoptr(GPtrArray) themes = theme_list();

    for (guint i = 0; i < themes->len; i++) {
        const ThemeEntry *entry = themes->pdata[i];
        g_autoptr(Theme) theme = theme_load(entry->name, NULL);

        collector_add(collector, entry->name, NULL, theme ? theme->description : NULL);
    }
}

static void add_values(Collector *collector)
{
    const SettingRow *row = collector->words[1] ? setting_find(collector->words[1]) : NULL;
    g_auto(GStrv) values = g_strsplit(row ? row->values : "", "|", -1);

    if (!row)
        return;
    if (g_str_equal(row->values, "THEME"))
        add_themes(collector);
    for (char **value = values; *value; value++)
        if (g_ascii_islower(**value))
            collector_add(collector, *value, NULL,
                          g_str_equal(*value, row->standard) ? "unless it is set" : NULL);
}

static void add_views(Collector *collector)
{
    for (guint i = 0; i < VIEWS; i++) {
        const ViewClass *class = view_class((ViewId)i);
        g_autofree char *name = class ? g_ascii_strdown(class->name, -1) : NULL;

        if (name)
            collector_add(collector, name, NULL, NULL);
    }
}

static void add_key(const char *name, gpointer data)
{
    Collector *collector = data;
    g_autofree char *now = keymap_says(name);

    collector_add(collector, name, NULL, now ? now : "free");
}

static void add_keys(Collector *collector)
{
    key_names(add_key, collector);
}

static void add_files(Collector *collector)
{
    collector_want_files(collector, "");
}

static void add_devices(Collector *collector)
{
    complete_devices(collector, g_str_equal(collector->words[0], "detach"));
}

static const struct {
    const char *word;
    void (*add)(Collector *collector);
} kinds[] = {
    { "COMMAND", add_commands }, { "DEVICE", add_devices },   { "FILE", add_files },
    { "KEY", add_keys },         { "SETTING", add_settings }, { "VALUE", add_values },
    { "THEME", add_themes },     { "VIEW", add_views },       { "KEY=VALUE", complete_request },
};

/* "[DEVICE...]" is a DEVICE; "disk|cdrom" is what it says. */
static void add_word(Collector *collector, const char *pattern)
{
    g_autofree char *word =
        g_strndup(pattern + (*pattern == '['), strcspn(pattern + (*pattern == '['), ".]"));
    g_auto(GStrv) literals = g_strsplit(word, "|", -1);

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].word, word))
            kinds[i].add(collector);
    for (char **literal = literals; *literal; literal++)
        if (g_ascii_islower(**literal) || **literal == '-')
            collector_add(collector, *literal, NULL, NULL);
}

/* --- which word it is ------------------------------------------------------------------------ */

static void add_options(Collector *collector)
{
    gsize count;
    const OptionRow *options = option_table(&count);

    for (gsize i = 0; i < count; i++) {
        g_autofree char *text =
            g_strconcat("--", options[i].name, options[i].value ? "=" : "", NULL);
        g_autofree char *name = g_strconcat(text, options[i].value, NULL);
        g_auto(GStrv) commands =
            g_strsplit(options[i].commands ? options[i].commands : "", " ", -1);

        if (g_strv_contains((const char *const *)commands, collector->words[0]))
            collector_add(collector, text, name, options[i].help);
    }
}

/* The part of the arguments that the word behind so many others is; NULL for none. "[-v VIEW]" is
 * passed over unless "-v" stands there. */
static const char *pattern_of(char **pattern, char **words)
{
    for (; *pattern && *words; words++) {
        if (**pattern == '[' && pattern[0][1] == '-' && !g_str_equal(*words, *pattern + 1))
            pattern += pattern[1] ? 2 : 1;
        if (*pattern && !strstr(*pattern, "..."))
            pattern++;
    }
    return *pattern;
}

static void complete_words(Collector *collector);

/* Behind a word COMMAND another command begins. */
static gboolean complete_inner(Collector *collector, char **pattern)
{
    char **words = collector->words;

    for (guint i = 1; words[i]; i++) {
        char *behind = words[i];
        const char *what;

        words[i] = NULL;
        what = pattern_of(pattern, words + 1);
        words[i] = behind;
        if (g_strcmp0(what, "COMMAND") == 0) {
            collector->words = words + i;
            complete_words(collector);
            collector->words = words;
            return TRUE;
        }
    }
    return FALSE;
}

static void set_usage(Collector *collector, const Command *command, const char *arguments)
{
    if (!collector->completion->usage)
        collector->completion->usage =
            g_strdup_printf("%s%s%s", command->name, *arguments ? " " : "", arguments);
}

static void complete_words(Collector *collector)
{
    const Command *command = collector->words[0] ? command_find(collector->words[0]) : NULL;
    const char *arguments = command ? line_arguments(command) : "";
    g_auto(GStrv) pattern = g_strsplit(arguments, " ", -1);
    const char *what;

    if (!collector->words[0]) {
        add_commands(collector);
        collector->completion->usage = g_strdup("Commands");
    }
    if (!command)
        return;
    if (complete_inner(collector, pattern))
        return;
    what = pattern_of(pattern, collector->words + 1);
    if (what)
        add_word(collector, what);
    if (what && g_str_has_prefix(what, "[-") && pattern[0] && pattern[1] && pattern[2])
        add_word(collector, pattern[2]); /* it may be left out */
    if (collector->facts->shell && g_str_has_prefix(collector->word.text, "-"))
        add_options(collector);
    set_usage(collector, command, arguments);
}

/* The words without options, which stand anywhere. (transfer container) */
static char **plain_words(const Collector *collector)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    for (guint i = 0; i < collector->word.words->len; i++) {
        char *word = collector->word.words->pdata[i];

        if (!collector->facts->shell || *word != '-')
            g_ptr_array_add(words, word);
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

Completion *complete_line(const CompleteFacts *facts, const char *line, gsize cursor)
{
    Collector collector = { .facts = facts, .word = line_word_at(line, cursor) };
    g_autofree char **words = plain_words(&collector);
    Completion *completion = g_new0(Completion, 1);

    completion->start = collector.word.start;
    completion->typed = g_strndup(line + completion->start, cursor - completion->start);
    completion->quote = collector.word.quote;
    completion->candidates = g_ptr_array_new_with_free_func(candidate_free);
    collector.words = words;
    collector.completion = completion;
    if (!collector.word.comment)
        complete_words(&collector);
    line_word_clear(&collector.word);
    return completion;
}
