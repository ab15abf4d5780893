/* A line of the monitor: its words, the commands there are, and who runs them. */
#include <string.h>

#include "tests/old/old_commands.h"

#define MAX_ARGUMENTS 4
#define WORD_BYTES 1023 /* longer ones are cut, and nobody is told */

/* --- commands that are a line or two -----------------------------------------------------------
 */

static void run_stop(OldMachine *machine, char **arguments)
{
    machine->running = FALSE;
}

static OldDrive *locked_drive(const OldMachine *machine)
{
    for (guint i = 0; i < machine->drives->len; i++) {
        OldDrive *drive = g_ptr_array_index(machine->drives, i);
        if (drive->encrypted && !drive->unlocked)
            return drive;
    }
    return NULL;
}

static void run_cont(OldMachine *machine, char **arguments)
{
    OldDrive *drive = locked_drive(machine);
    if (drive)
        old_print(machine, "%s (%s) is encrypted.\n", drive->name, drive->file);
    machine->asks = drive;
    machine->running = !drive;
}

/* Any password was good. 0.12 says which drive is next, and then neither asks nor goes on. */
void old_run_password(OldMachine *machine)
{
    g_string_truncate(machine->reply, 0);
    machine->asks->unlocked = TRUE;
    machine->asks = NULL;
    const OldDrive *next = locked_drive(machine);
    if (next)
        old_print(machine, "%s (%s) is encrypted.\n", next->name, next->file);
    machine->running = !next;
}

static void run_block_passwd(OldMachine *machine, char **arguments)
{
    OldDrive *drive = old_drive_find(machine, arguments[0]);
    if (drive)
        drive->unlocked = TRUE;
    else
        old_print(machine, "The %s device has not been found\n", arguments[0]);
}

static void run_nothing(OldMachine *machine, char **arguments)
{
}

static void run_reset(OldMachine *machine, char **arguments)
{
    old_bios_run(machine);
}

static void run_quit(OldMachine *machine, char **arguments)
{
    machine->quit = TRUE;
}

static void run_balloon(OldMachine *machine, char **arguments)
{
    if (machine->version >= 13)
        old_print(machine, "Device 'balloon' has not been activated\n");
    else if (machine->version == 12)
        old_print(machine, "The balloon device has not been activated by the guest\n");
}

static void run_getfd(OldMachine *machine, char **arguments)
{
    old_print(machine, "No file descriptor supplied via SCM_RIGHTS\n");
}

static void run_closefd(OldMachine *machine, char **arguments)
{
    if (machine->version >= 13)
        old_print(machine, "File descriptor named '%s' not found\n", arguments[0]);
    else
        old_print(machine, "Failed to find file descriptor named %s\n", arguments[0]);
}

/* Arguments: s a string, B a drive, F a file, i a number, f a switch -f; large letters S and O are
 * a string that may be left out. Whether there is such a command says the version's help. */
static const struct {
    const char *name, *arguments;
    int until; /* the last version that takes these arguments */
    OldCommand run;
} commands[] = {
    { "help", "S", 14, old_help },
    { "?", "S", 14, old_help },
    { "info", "S", 14, old_info },
    { "q", "", 14, run_quit },
    { "quit", "", 14, run_quit },
    { "eject", "fB", 14, old_eject },
    { "change", "BFS", 14, old_change },
    { "stop", "", 14, run_stop },
    { "c", "", 14, run_cont },
    { "cont", "", 14, run_cont },
    { "system_reset", "", 14, run_reset },
    { "system_powerdown", "", 14, run_nothing },
    { "usb_add", "s", 14, old_usb_add },
    { "usb_del", "s", 14, old_usb_del },
    { "device_add", "s", 12, old_device_add_command },
    { "device_add", "O", 14, old_device_add_command },
    { "device_del", "s", 14, old_device_del },
    { "drive_add", "ss", 14, old_drive_add },
    { "drive_del", "s", 14, old_drive_del },
    { "pci_add", "sss", 10, old_pci_add },
    { "pci_add", "ssS", 14, old_pci_add },
    { "pci_del", "s", 14, old_pci_del },
    { "host_net_add", "ss", 10, old_host_net_add },
    { "host_net_add", "sS", 14, old_host_net_add },
    { "host_net_remove", "is", 14, old_host_net_remove },
    { "netdev_add", "O", 14, old_netdev_add },
    { "netdev_del", "s", 14, old_netdev_del },
    { "set_link", "ss", 14, old_set_link },
    { "balloon", "i", 14, run_balloon },
    { "getfd", "s", 14, run_getfd },
    { "closefd", "s", 14, run_closefd },
    { "block_passwd", "ss", 14, run_block_passwd },
};

/* --- words -------------------------------------------------------------------------------------
 */

static const char *skip_blanks(const char *at)
{
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

/* After an opening quote; NULL when it is never closed or an escape is none. */
static const char *quoted_word(const char *at, GString *word)
{
    for (; *at && *at != '"'; at++) {
        if (*at != '\\') {
            g_string_append_c(word, *at);
            continue;
        }
        at++;
        if (!*at || !strchr("nr\\'\"", *at))
            return NULL;
        g_string_append_c(word, *at == 'n' ? '\n' : *at == 'r' ? '\r' : *at);
    }
    return *at ? at + 1 : NULL;
}

static const char *next_word(const char *at, GString *word)
{
    g_string_truncate(word, 0);
    at = skip_blanks(at);
    if (!*at)
        return NULL;
    if (*at == '"')
        return quoted_word(at + 1, word);
    gsize length = strcspn(at, " \t\n\r\v\f");
    g_string_append_len(word, at, (gssize)length);
    return at + length;
}

static const char *next_number(OldMachine *machine, const char *at, GString *word)
{
    at = skip_blanks(at);
    if (!*at || !g_ascii_isdigit(*at)) {
        old_print(machine, *at ? "invalid char in expression\n" : "unexpected end of expression\n");
        return NULL;
    }
    return next_word(at, word);
}

static const char *next_switch(OldMachine *machine, const char *at, GString *word)
{
    at = skip_blanks(at);
    g_string_truncate(word, 0);
    if (*at != '-')
        return at;
    if (at[1] == 'f') {
        g_string_append(word, "f");
        return at + 2;
    }
    old_print(machine, "eject: unsupported option -%c\n", at[1]);
    return NULL;
}

static const char *next_argument(OldMachine *machine, const char *name, char type, const char *at,
                                 GString *word)
{
    if (type == 'f')
        return next_switch(machine, at, word);
    if (type == 'i')
        return next_number(machine, at, word);
    const char *next = next_word(at, word);
    if (next)
        return next;
    if (type == 'B')
        old_print(machine, "%s: block device name expected\n", name);
    else if (type == 'F')
        old_print(machine, "%s: filename expected\n", name);
    else
        old_print(machine, "%s: string expected\n", name);
    return NULL;
}

static gboolean parse(OldMachine *machine, const char *name, const char *types, const char *at,
                      char **arguments)
{
    g_autoptr(GString) word = g_string_new(NULL);
    for (gsize i = 0; types[i]; i++) {
        gboolean optional = types[i] == 'S' || types[i] == 'O';
        if (optional && !*skip_blanks(at))
            continue;
        at = next_argument(machine, name, types[i], at, word);
        if (!at)
            return FALSE;
        g_string_truncate(word, MIN(word->len, WORD_BYTES));
        if (types[i] != 'f' || word->len > 0)
            arguments[i] = g_strdup(word->str);
    }
    if (!*skip_blanks(at))
        return TRUE;
    old_print(machine, "%s: extraneous characters at the end of line\n", name);
    return FALSE;
}

/* --- running -----------------------------------------------------------------------------------
 */

/* Calls back with each name of the help, "q|quit" being two; TRUE ends it. */
static gboolean each_command(const OldMachine *machine,
                             gboolean (*found)(const char *name, gpointer data), gpointer data)
{
    const TranscriptEntry *help = transcript_find(machine->basic, "help", 1);
    for (guint i = 0; i < help->lines->len; i++) {
        const char *line = g_ptr_array_index(help->lines, i);
        if (*line == '[' || *line == '\t')
            continue;
        g_autofree char *names = g_strndup(line, strcspn(line, " "));
        g_auto(GStrv) each = g_strsplit(names, "|", -1);
        for (gsize j = 0; each[j]; j++)
            if (found(each[j], data))
                return TRUE;
    }
    return FALSE;
}

static gboolean is_name(const char *name, gpointer data)
{
    return g_str_equal(name, data);
}

static void run(OldMachine *machine, const char *name, const char *rest)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (!g_str_equal(commands[i].name, name) || machine->version > commands[i].until)
            continue;
        char *arguments[MAX_ARGUMENTS] = { NULL };
        if (parse(machine, name, commands[i].arguments, rest, arguments))
            commands[i].run(machine, arguments);
        for (gsize j = 0; j < MAX_ARGUMENTS; j++)
            g_free(arguments[j]);
        return;
    }
}

void old_run_line(OldMachine *machine, const char *line)
{
    g_string_truncate(machine->reply, 0);
    const char *at = skip_blanks(line);
    if (!*at)
        return;
    gsize length = strcspn(at, " \t\n\r\v\f/");
    g_autofree char *name = g_strndup(at, length);
    if (each_command(machine, is_name, name))
        run(machine, name, at + length);
    else
        old_print(machine, "unknown command: '%s'\n", name);
}

/* --- completion --------------------------------------------------------------------------------
 */

typedef struct {
    const char *beginning;
    GPtrArray *names;
} Candidates;

static gboolean add_candidate(const char *name, gpointer data)
{
    Candidates *candidates = data;
    if (g_str_has_prefix(name, candidates->beginning))
        g_ptr_array_add(candidates->names, g_strdup(name));
    return FALSE;
}

static void add_topics(const OldMachine *machine, Candidates *candidates)
{
    const TranscriptEntry *list = transcript_find(machine->basic, "info bogus", 1);
    for (guint i = 0; i < list->lines->len; i++) {
        const char *topic = (const char *)g_ptr_array_index(list->lines, i) + strlen("info ");
        g_autofree char *name = g_strndup(topic, strcspn(topic, " "));
        add_candidate(name, candidates);
    }
}

GPtrArray *old_completions(const OldMachine *machine, const char *beginning, gsize *typed)
{
    Candidates candidates = { .beginning = beginning,
                              .names = g_ptr_array_new_with_free_func(g_free) };
    if (g_str_has_prefix(beginning, "info ")) {
        candidates.beginning += strlen("info ");
        add_topics(machine, &candidates);
    } else if (!strchr(beginning, ' ')) {
        each_command(machine, add_candidate, &candidates);
    }
    *typed = strlen(candidates.beginning);
    return candidates.names;
}
