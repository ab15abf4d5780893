/* One table of commands that have a line (hmp-commands.hx and hmp-commands-info.hx of QEMU 7.2;
 * each was tried there and on 10.0). How arguments are written: monitor/hmp.c and util/keyval. */
#include "monitor/hmp_line.h"

#include <string.h>

#define WORDS_MOST 2

typedef struct {
    const char *command;
    const char *line;
    /* The arguments that follow as words, in this order; the line stands for no others. */
    const char *words[WORDS_MOST];
    gboolean options;    /* all arguments follow as one list KEY=VALUE,... */
    const char *implied; /* goes first in it, without its key; NULL: none does */
    gboolean rest;       /* the list is the rest of the line, and no word */
} HmpRow;

static const HmpRow rows[] = {
    { "device_add", "device_add", .options = TRUE, .implied = "driver" },
    { "netdev_add", "netdev_add", .options = TRUE, .implied = "type" },
    { "object-add", "object_add", .options = TRUE, .implied = "qom-type", .rest = TRUE },
    /* With -n it makes a node alone; the slot that it asks for means nothing then. */
    { "blockdev-add", "drive_add -n 0", .options = TRUE },
    { "device_del", "device_del", { "id" } },
    { "netdev_del", "netdev_del", { "id" } },
    { "object-del", "object_del", { "id" } },
    { "blockdev-del", "drive_del", { "node-name" } },
    { "chardev-remove", "chardev-remove", { "id" } },
    { "set_link", "set_link", { "name", "up" } },
    { "eject", "eject", { "device" } },
    { "qom-list", "qom-list", { "path" } },
    { "qom-get", "qom-get", { "path", "property" } },
    { "stop", "stop" },
    { "cont", "cont" },
    { "quit", "quit" },
    { "system_reset", "system_reset" },
    { "system_powerdown", "system_powerdown" },
    { "system_wakeup", "system_wakeup" },
    { "query-block", "info block" },
    { "query-block-jobs", "info block-jobs" },
    { "query-blockstats", "info blockstats" },
    { "query-chardev", "info chardev" },
    { "query-cpus-fast", "info cpus" },
    { "query-hotpluggable-cpus", "info hotpluggable-cpus" },
    { "query-iothreads", "info iothreads" },
    { "query-kvm", "info kvm" },
    { "query-memdev", "info memdev" },
    { "query-memory-devices", "info memory-devices" },
    { "query-memory-size-summary", "info memory_size_summary" },
    { "query-mice", "info mice" },
    { "query-migrate", "info migrate" },
    { "query-name", "info name" },
    { "query-named-block-nodes", "info block -n" },
    { "query-pci", "info pci" },
    { "query-status", "info status" },
    { "query-uuid", "info uuid" },
    { "query-version", "info version" },
    { "query-vnc", "info vnc" },
};

static const HmpRow *find_row(const char *command)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(command, rows[i].command) == 0)
            return &rows[i];
    }
    return NULL;
}

/* NULL for a value that has no such form. (transfer full) */
static char *value_text(json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "on" : "off");
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return NULL;
}

/* A word goes as it is unless a blank would end it or a quote begins it; no line has a line break.
 */
static gboolean append_word(GString *line, const char *word)
{
    if (strpbrk(word, "\r\n"))
        return FALSE;
    if (*word && *word != '"' && !strpbrk(word, " \t\v\f")) {
        g_string_append_printf(line, " %s", word);
        return TRUE;
    }
    g_string_append(line, " \"");
    for (const char *at = word; *at; at++) {
        if (strchr("\"\\", *at))
            g_string_append_c(line, '\\');
        g_string_append_c(line, *at);
    }
    g_string_append_c(line, '"');
    return TRUE;
}

/* A comma within a value is doubled. */
static void append_option(GString *options, const char *key, const char *value)
{
    g_autoptr(GString) escaped = g_string_new(value);

    g_string_replace(escaped, ",", ",,", 0);
    if (options->len)
        g_string_append_c(options, ',');
    if (key)
        g_string_append_printf(options, "%s=", key);
    g_string_append(options, escaped->str);
}

static gboolean append_rest(GString *line, const char *rest)
{
    g_string_append_printf(line, " %s", rest);
    return !strpbrk(rest, "\r\n");
}

static gboolean append_members(GString *options, const char *prefix, json_t *arguments,
                               const char *but);

/* Of a list of rules of a netdev each is an option of its own; other lists have no such form. */
static gboolean append_list(GString *options, const char *key, json_t *list)
{
    size_t index;
    json_t *member;

    json_array_foreach (list, index, member) {
        g_autofree char *value = value_text(json_object_get(member, "str"));

        if (!value)
            return FALSE;
        append_option(options, key, value);
    }
    return TRUE;
}

static gboolean append_value(GString *options, const char *key, json_t *value)
{
    g_autofree char *text = value_text(value);
    g_autofree char *prefix = NULL;

    if (json_is_array(value))
        return append_list(options, key, value);
    if (json_is_object(value)) {
        prefix = g_strconcat(key, ".", NULL);
        return append_members(options, prefix, value, NULL);
    }
    if (text)
        append_option(options, key, text);
    return text != NULL;
}

static gboolean append_members(GString *options, const char *prefix, json_t *arguments,
                               const char *but)
{
    const char *key;
    json_t *value;

    json_object_foreach (arguments, key, value) {
        g_autofree char *name = g_strconcat(prefix, key, NULL);

        if (g_strcmp0(key, but) != 0 && !append_value(options, name, value))
            return FALSE;
    }
    return TRUE;
}

char *hmp_options(json_t *arguments, const char *implied)
{
    g_autoptr(GString) options = g_string_new(NULL);
    g_autofree char *first = implied ? value_text(json_object_get(arguments, implied)) : NULL;

    if (implied && !first)
        return NULL;
    if (first)
        append_option(options, NULL, first);
    if (!append_members(options, "", arguments, implied))
        return NULL;
    return g_string_free(g_steal_pointer(&options), FALSE);
}

static gboolean append_options(GString *line, const HmpRow *row, json_t *arguments)
{
    g_autofree char *options = hmp_options(arguments, row->implied);

    return options && (row->rest ? append_rest : append_word)(line, options);
}

static gboolean append_words(GString *line, const HmpRow *row, json_t *arguments)
{
    size_t written = 0;

    for (guint i = 0; i < WORDS_MOST && row->words[i]; i++) {
        g_autofree char *text = value_text(json_object_get(arguments, row->words[i]));

        if (!text || !append_word(line, text))
            return FALSE;
        written++;
    }
    /* What a query is told beyond that changes how it answers, not what. */
    return written == json_object_size(arguments) || g_str_has_prefix(row->command, "query-");
}

static char *human_line(json_t *arguments)
{
    return g_strdup(json_string_value(json_object_get(arguments, "command-line")));
}

char *hmp_line(const char *command, json_t *arguments)
{
    const HmpRow *row = find_row(command);
    g_autoptr(GString) line = NULL;

    if (g_strcmp0(command, "human-monitor-command") == 0)
        return human_line(arguments);
    if (!row)
        return NULL;
    line = g_string_new(row->line);
    if (!(row->options ? append_options : append_words)(line, row, arguments))
        return NULL;
    return g_string_free(g_steal_pointer(&line), FALSE);
}

char *hmp_line_sent(json_t *message)
{
    const char *command = json_string_value(json_object_get(message, "execute"));
    gboolean human = g_strcmp0(command, "human-monitor-command") == 0;

    return human ? human_line(json_object_get(message, "arguments")) : NULL;
}
