/* Words of a line: taken apart, put together, counted. */
#include "tui/line.h"

#include <string.h>

#include "tui/fail_input.h"

char *line_expand_home(const char *path)
{
    if (g_str_has_prefix(path, "~/"))
        return g_build_filename(g_get_home_dir(), path + 2, NULL);
    return g_strdup(path);
}

static void expand(char **word)
{
    char *equals = strchr(*word, '=');
    char *path = equals && g_str_has_prefix(equals + 1, "~/") ? equals + 1 : *word;
    g_autofree char *expanded = line_expand_home(path);
    char *before = *word;

    *word = g_strdup_printf("%.*s%s", (int)(path - before), before, expanded);
    g_free(before);
}

gboolean line_split(const char *line, char ***words, GError **error)
{
    g_autoptr(GError) refusal = NULL;

    *words = NULL;
    if (!g_shell_parse_argv(line, NULL, words, &refusal)) {
        if (g_error_matches(refusal, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
            return TRUE;
        return fail_input(error,
                          "a quotation mark or a backslash at the end has nothing that closes it: "
                          "put a backslash before it where it stands for itself");
    }
    for (char **word = *words; *word; word++)
        expand(word);
    return TRUE;
}

char *line_quote(const char *word)
{
    if (*word && !word[strcspn(word, " \t\n\"'\\$`#")])
        return g_strdup(word);
    return g_shell_quote(word);
}

char *line_join(const char *const *words)
{
    GString *line = g_string_new(NULL);

    for (const char *const *word = words; *word; word++) {
        g_autofree char *quoted = line_quote(*word);

        g_string_append_printf(line, "%s%s", word == words ? "" : " ", quoted);
    }
    return g_string_free(line, FALSE);
}

/* --- arguments ------------------------------------------------------------------------------- */

const char *line_arguments(const Command *command)
{
    static const char target[] = "TARGET";
    const char *arguments = command->arguments;

    if (!arguments || g_str_equal(arguments, target))
        return "";
    return g_str_has_prefix(arguments, target) ? arguments + strlen(target) + 1 : arguments;
}

void line_count_arguments(const char *arguments, guint *least, guint *most)
{
    g_auto(GStrv) pattern = g_strsplit(arguments, " ", -1);
    gboolean optional = FALSE;

    *least = *most = 0;
    for (char **word = pattern; *word; word++) {
        optional = optional || **word == '[';
        *least += !optional;
        *most = *most == G_MAXUINT || g_strrstr(*word, "...") ? G_MAXUINT : *most + 1;
        optional = optional && !g_str_has_suffix(*word, "]");
    }
}

/* The one behind so many that must be there. */
static const char *missing_word(char **pattern, guint given)
{
    gboolean optional = FALSE;

    for (char **word = pattern; *word; word++) {
        optional = optional || **word == '[';
        if (!optional && given-- == 0)
            return *word;
        optional = optional && !g_str_has_suffix(*word, "]");
    }
    return "something";
}

gboolean line_check_arguments(const Command *command, const char *arguments,
                              const char *const *words, const char *start, GError **error)
{
    g_auto(GStrv) pattern = g_strsplit(arguments, " ", -1);
    guint given = g_strv_length((char **)words), least, most;

    line_count_arguments(arguments, &least, &most);
    if (given < least)
        return fail_input(error, "%s is missing: %s%s %s", missing_word(pattern, given), start,
                          command->name, arguments);
    if (given > most)
        return fail_input(error, "\"%s\" is one argument too many: %s%s%s%s", words[most], start,
                          command->name, *arguments ? " " : "", arguments);
    return TRUE;
}

/* --- a line that is being typed -------------------------------------------------------------- */

/* What the bytes up to the cursor are, one after the other: as g_shell_parse_argv takes them. */
typedef struct {
    LineWord word;
    GString *text;
    gboolean inside; /* of a word */
    gboolean escaped;
} Scan;

static void end_word(Scan *scan)
{
    if (scan->inside)
        g_ptr_array_add(scan->word.words, g_strdup(scan->text->str));
    g_string_truncate(scan->text, 0);
    scan->inside = FALSE;
}

/* In double quotes a backslash stands for itself, but before these. */
static gboolean is_escape(const Scan *scan, char c, char next)
{
    if (c != '\\' || scan->word.quote == '\'')
        return FALSE;
    return scan->word.quote == 0 || (next && strchr("$`\"\\\n", next));
}

static void take_quoted(Scan *scan, char c)
{
    if (c == scan->word.quote)
        scan->word.quote = 0;
    else
        g_string_append_c(scan->text, c);
}

static void take_plain(Scan *scan, char c, gsize at)
{
    if (c == ' ' || c == '\t') {
        end_word(scan);
        return;
    }
    if (!scan->inside) {
        scan->word.start = at;
        scan->word.comment = c == '#';
    }
    scan->inside = TRUE;
    if (c == '"' || c == '\'')
        scan->word.quote = c;
    else
        g_string_append_c(scan->text, c);
}

LineWord line_word_at(const char *line, gsize cursor)
{
    Scan scan = { .text = g_string_new(NULL) };

    scan.word.words = g_ptr_array_new_with_free_func(g_free);
    for (gsize at = 0; at < cursor && line[at] && !scan.word.comment; at++) {
        char next = at + 1 < cursor ? line[at + 1] : '\0';

        if (scan.escaped) {
            g_string_append_c(scan.text, line[at]);
            scan.escaped = FALSE;
        } else if (is_escape(&scan, line[at], next)) {
            scan.word.start = scan.inside ? scan.word.start : at;
            scan.inside = scan.escaped = TRUE;
        } else if (scan.word.quote) {
            take_quoted(&scan, line[at]);
        } else {
            take_plain(&scan, line[at], at);
        }
    }
    if (!scan.inside)
        scan.word.start = cursor;
    scan.word.text = g_string_free(scan.text, FALSE);
    return scan.word;
}

void line_word_clear(LineWord *word)
{
    g_clear_pointer(&word->words, g_ptr_array_unref);
    g_clear_pointer(&word->text, g_free);
}
