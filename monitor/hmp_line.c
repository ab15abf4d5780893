/* One table of commands that have a line (hmp-commands.hx and hmp-commands-info.hx of QEMU 7.2;
 * each was tried there and on 10.0). How arguments are written: monitor/hmp.c and util/keyval. */
#include "monitor/hmp_line.h"

#include <string.h>

#define WORDS_MOST 4

typedef struct {
    const char *command;
    const char *line;
    /* The arguments that follow as words, in this order; the line stands for no others. */
    const char *words[WORDS_MOST];
    gboolean options;    /* all arguments follow as one list KEY=VALUE,... */
    const char *implied; /* goes first in it, without its key; NULL: none does */
    gboolean rest;       /* the list is the rest of the line, and no word */
    const char *prefix;  /* stands before the first word, without a blank */
    guint optional;      /* so many of the words at the end may be missing */
    const char *flag;    /* this argument, where it is true, is "-f" */
    const char *suffix;  /* ends the line, without a blank */
    const char *list;    /* the members of this argument follow as one list KEY=VALUE,... */
    /* What QEMU's help has to say of the command for the line to be this one; where it says
     * otherwise it is `older`, or NULL: there is none. */
    const char *needs;
    const char *older;
    const char *beside; /* the line is only for a QEMU that has this command, too */
} HmpRow;

static const HmpRow rows[] = {
    { "device_add", "device_add", .options = TRUE, .implied = "driver" },
    { "netdev_add", "netdev_add", .options = TRUE, .implied = "type" },
    { "object-add", "object_add", .options = TRUE, .implied = "qom-type", .rest = TRUE },
    /* With -n it makes a node alone; the slot that it asks for means nothing then. */
    { "blockdev-add", "drive_add -n 0", .options = TRUE, .needs = "-n" },
    { "device_del", "device_del", { "id" } },
    { "netdev_del", "netdev_del", { "id" } },
    { "object-del", "object_del", { "id" } },
    { "blockdev-del", "drive_del", { "node-name" } },
    { "chardev-remove", "chardev-remove", { "id" } },
    { "set_link", "set_link", { "name", "up" }, .needs = "on|off", .older = "set_link" },
    { "eject", "eject", { "device" }, .flag = "force" },
    { "blockdev-change-medium",
      "change",
      { "device", "filename", "format", "read-only-mode" },
      .optional = 2 },
    { "qom-list", "qom-list", { "path" } },
    { "qom-get", "qom-get", { "path", "property" } },
    { "stop", "stop" },
    { "cont", "cont" },
    { "quit", "quit" },
    { "system_reset", "system_reset" },
    { "system_powerdown", "system_powerdown" },
    { "system_wakeup", "system_wakeup" },
    { "device-list-properties",
      "device_add",
      { "typename" },
      .suffix = ",help",
      .beside = "qom-list" },
    { "query-block", "info block -v", .needs = "-v", .older = "info block" },
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
    { "query-named-block-nodes", "info block -n", .needs = "-n" },
    { "query-pci", "info pci" },
    { "query-status", "info status" },
    { "query-uuid", "info uuid" },
    { "query-version", "info version" },
    { "query-vnc", "info vnc" },
    /* Of 0.10 to 0.14, under their own names. With the prefix an address is valid in all of them;
     * 0.10 takes none without it. */
    { "pci_add", "pci_add", { "pci_addr", "type" }, .prefix = "pci_addr=", .list = "options" },
    { "pci_del", "pci_del", { "pci_addr" }, .prefix = "pci_addr=" },
    { "drive_add", "drive_add", { "pci_addr" }, .prefix = "pci_addr=", .list = "options" },
    { "host_net_add", "host_net_add", { "type" }, .list = "options" },
    { "host_net_remove", "host_net_remove", { "vlan", "name" } },
    { "usb_add", "usb_add", { "devname" } },
    { "usb_del", "usb_del", { "devname" } },
    { "info usb", "info usb" },
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

/* "help" and "?" ask for a list in place of a driver or a property, and `device_add help` loads
 * every module of QEMU, which has ended guests whose modules were of another build. */
static gboolean asks_for_help(const HmpRow *row, json_t *arguments)
{
    static const char *const words[] = { "help", "?" };
    const char *key = row->implied ? row->implied : row->words[0];
    const char *first = json_string_value(json_object_get(arguments, key));

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_strcmp0(first, words[i]) == 0 || json_object_get(arguments, words[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean append_options(GString *line, const HmpRow *row, json_t *arguments)
{
    g_autofree char *options = hmp_options(arguments, row->implied);

    return options && (row->rest ? append_rest : append_word)(line, options);
}

/* Old monitors have other words for the state of a link. (transfer full) */
static char *argument_text(json_t *value, gboolean older)
{
    if (older && json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "up" : "down");
    return value_text(value);
}

static gboolean append_argument(GString *line, const HmpRow *row, guint place, json_t *value,
                                gboolean older)
{
    g_autofree char *text = argument_text(value, older);
    g_autofree char *word = g_strconcat(place == 0 && row->prefix ? row->prefix : "", text, NULL);

    return text && append_word(line, word);
}

static gboolean append_list_argument(GString *line, const HmpRow *row, json_t *arguments)
{
    g_autofree char *options = hmp_options(json_object_get(arguments, row->list), NULL);

    return options && (!*options || append_word(line, options));
}

static guint count_words(const HmpRow *row)
{
    guint count = 0;

    while (count < WORDS_MOST && row->words[count])
        count++;
    return count;
}

static gboolean append_words(GString *line, const HmpRow *row, json_t *arguments, gboolean older)
{
    json_t *flag = row->flag ? json_object_get(arguments, row->flag) : NULL;
    json_t *list = row->list ? json_object_get(arguments, row->list) : NULL;
    size_t written = (flag != NULL) + (list != NULL);
    guint count = count_words(row);

    if (json_is_true(flag))
        g_string_append(line, " -f");
    for (guint i = 0; i < count; i++) {
        json_t *value = json_object_get(arguments, row->words[i]);

        if (!value && i >= count - row->optional)
            break;
        if (!append_argument(line, row, i, value, older))
            return FALSE;
        written++;
    }
    if (list && !append_list_argument(line, row, arguments))
        return FALSE;
    /* What a query is told beyond that changes how it answers, not what. */
    return written == json_object_size(arguments) || g_str_has_prefix(row->command, "query-");
}

static char *human_line(json_t *arguments)
{
    return g_strdup(json_string_value(json_object_get(arguments, "command-line")));
}

/* --- what this QEMU has ---------------------------------------------------------------------- */

/* "info block" of "info block -v", "drive_add" of "drive_add -n 0". (transfer full) */
static char *line_command(const char *line)
{
    gsize info = g_str_has_prefix(line, "info ") ? strlen("info ") : 0;

    return g_strndup(line, info + strcspn(line + info, " "));
}

static const char *synopsis_of(json_t *help, const char *line)
{
    g_autofree char *command = line_command(line);

    return json_string_value(json_object_get(help, command));
}

gboolean hmp_line_known(json_t *help, const char *line)
{
    return synopsis_of(help, line) != NULL;
}

/* FALSE where this QEMU does not take the row's own line. */
static gboolean row_is_newer(const HmpRow *row, json_t *help)
{
    const char *synopsis = help ? synopsis_of(help, row->line) : NULL;

    return !row->needs || (synopsis && strstr(synopsis, row->needs) != NULL);
}

/* The beginning of the line; NULL where this QEMU has none. Without its help, the one that most
 * have. */
static const char *row_line(const HmpRow *row, json_t *help)
{
    if (!help)
        return row->older ? row->older : row->line;
    if (!hmp_line_known(help, row->line) || (row->beside && !hmp_line_known(help, row->beside)))
        return NULL;
    return row_is_newer(row, help) ? row->line : row->older;
}

gboolean hmp_line_has(json_t *help, const char *command)
{
    const HmpRow *row = find_row(command);

    return row && row_line(row, help);
}

json_t *hmp_line_commands(json_t *help)
{
    json_t *commands = json_pack("[{s:s}]", "name", "human-monitor-command");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (row_line(&rows[i], help))
            json_array_append_new(commands, json_pack("{s:s}", "name", rows[i].command));
    }
    return commands;
}

char *hmp_line_for(json_t *help, const char *command, json_t *arguments)
{
    const HmpRow *row = find_row(command);
    const char *begin = row ? row_line(row, help) : NULL;
    gboolean older = row && help && !row_is_newer(row, help);
    g_autoptr(GString) line = NULL;

    if (g_strcmp0(command, "human-monitor-command") == 0)
        return human_line(arguments);
    if (!begin || asks_for_help(row, arguments))
        return NULL;
    line = g_string_new(begin);
    if (!(row->options ? append_options(line, row, arguments)
                       : append_words(line, row, arguments, older)))
        return NULL;
    if (row->suffix)
        g_string_append(line, row->suffix);
    return g_string_free(g_steal_pointer(&line), FALSE);
}

char *hmp_line(const char *command, json_t *arguments)
{
    return hmp_line_for(NULL, command, arguments);
}

/* Where the drive belongs to no controller, the slot that is asked for means nothing. */
char *hmp_line_drive(json_t *options)
{
    static const HmpRow row = { .command = "drive_add", .options = TRUE };
    g_autoptr(GString) line = g_string_new("drive_add 0");

    if (!append_options(line, &row, options))
        return NULL;
    return g_string_free(g_steal_pointer(&line), FALSE);
}

char *hmp_line_sent(json_t *message)
{
    const char *command = json_string_value(json_object_get(message, "execute"));
    gboolean human = g_strcmp0(command, "human-monitor-command") == 0;

    return human ? human_line(json_object_get(message, "arguments")) : NULL;
}
