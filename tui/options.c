/* Takes the command line apart and checks it as far as that goes without a guest. What it says for
 * --help is in usage.c. */
#include "tui/options.h"

#include <math.h>
#include <string.h>

#include "engine/error.h"
#include "engine/nearest.h"
#include "monitor/error.h"
#include "tui/fail_input.h"
#include "tui/line.h"
#include "tui/manual.h"
#include "tui/report.h"
#include "tui/usage.h"

#define WAIT_DEFAULT_MS 5000
#define WAIT_MAX_SECONDS 86400
#define SPARE_MAX 240 /* root ports that a q35 has bus numbers for */

/* What GOption fills in. */
typedef struct {
    gboolean json, dry_run, ascii, help, version, man;
    gboolean in_place, backup, info_pci, strict, print, read_only, linear, force, tour;
    char *wait, *theme, *domain, *output, *format, *spare, *emulator, *record, *config;
} Raw;

#define OFFSET(member) G_STRUCT_OFFSET(Raw, member)
static const OptionRow rows[] = {
    { "json", 0, NULL, "list tree show attach detach insert eject match demo run replay themes",
      "print JSON", OFFSET(json) },
    { "dry-run", 'n', NULL, "attach detach insert eject pin assign dumpxml undo redo",
      "print the plan, or what would change in the file, and do nothing", OFFSET(dry_run) },
    { "domain", 'd', "FILE", "console tree show why attach detach",
      "the guest's domain XML: what it configures is compared with what is there", OFFSET(domain) },
    { "in-place", 'i', NULL, "pin assign dumpxml attach detach",
      "change the domain XML itself; attach and detach change guest and file, or neither",
      OFFSET(in_place) },
    { "backup", 'b', NULL, "pin assign dumpxml", "with --in-place: keep the old version as FILE~",
      OFFSET(backup) },
    { "output", 'o', "FILE", "pin assign dumpxml", "write to FILE instead of printing",
      OFFSET(output) },
    { "format", 0, "backplane|libvirt", "pin assign dumpxml",
      "libvirt: as libvirt takes it, without mode=", OFFSET(format) },
    { "spare", 0, "N", "assign", "add N root ports for hotplug (q35; default 0)", OFFSET(spare) },
    { "info-pci", 0, NULL, "match",
      "use vendor:product and order alone, as if there were no ids, MACs and files",
      OFFSET(info_pci) },
    { "emulator", 0, "PROGRAM", "run", "the QEMU to run, whatever the file names",
      OFFSET(emulator) },
    { "strict", 0, NULL, "run", "refuse a file that cannot be translated wholly", OFFSET(strict) },
    { "print", 0, NULL, "run", "print QEMU's command line and do nothing", OFFSET(print) },
    { "tour", 0, NULL, "demo", "be led through it in ten steps", OFFSET(tour) },
    { "wait", 'w', "SECONDS", "detach wait undo redo",
      "how long to wait for the guest to let go (default 5, fractions allowed)", OFFSET(wait) },
    { "force", 0, NULL, "insert eject", "open the tray although the guest holds it locked",
      OFFSET(force) },
    { "record", 0, "FILE", "console demo run tree show attach detach insert eject",
      "write what is said and shown into FILE, for backplane replay", OFFSET(record) },
    { "linear", 0, NULL, "console demo run shell tree",
      "words alone, one thing a line: for screen readers and logs", OFFSET(linear) },
    { "read-only", 'r', NULL, "console demo run tree show attach detach insert eject shell",
      "change nothing of the guest and its files, whatever is asked for", OFFSET(read_only) },
    { "theme", 0, "NAME", "console demo run replay", "colours of the console", OFFSET(theme) },
    { "config", 0, "FILE", "console demo run replay shell",
      "keys and settings, in place of ~/.config/backplane/config; none for no file",
      OFFSET(config) },
    { "ascii", 0, NULL, NULL, "draw with ASCII characters only", OFFSET(ascii) },
    { "help", 'h', NULL, NULL, "show this help, after a command that command's", OFFSET(help) },
    { "version", 0, NULL, NULL, "show the version", OFFSET(version) },
    { "man", 0, NULL, NULL, "print the manual page, for man -l -", OFFSET(man) },
};
#undef OFFSET

static const ExitMeaning meanings[] = {
    { EXIT_DONE, "done" },
    { EXIT_REFUSED,
      "the guest or QEMU refused, and nothing was changed, or what could not be taken "
      "back is listed; of match: file and guest differ" },
    { EXIT_USAGE, "wrong usage or bad input; nothing was sent" },
    { EXIT_CONNECTION, "no connection to the monitor, or the connection was lost" },
    { EXIT_UNFINISHED, "the guest did not let go in time; the device stays in use until it does" },
    { EXIT_SIGNAL + 2, "interrupted (128 and the number of the signal); what is pending is named" },
};

const ExitMeaning *exit_meanings(gsize *count)
{
    *count = G_N_ELEMENTS(meanings);
    return meanings;
}

const OptionRow *option_table(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

/* ---- options ---- */

static gboolean row_goes_with(const OptionRow *row, const char *command)
{
    g_auto(GStrv) commands = row->commands ? g_strsplit(row->commands, " ", -1) : NULL;

    return !commands || g_strv_contains((const char *const *)commands, command);
}

static gboolean option_exists(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].name, name))
            return TRUE;
    return FALSE;
}

/* GLib says only that there is no such option: the nearest one is what helps. */
static gboolean explain_unknown(char **argv, GError **error)
{
    for (char **arg = argv + 1; *arg; arg++) {
        g_autofree char *name = NULL;
        const char *nearest;

        if (!g_str_has_prefix(*arg, "--"))
            continue;
        name = g_strndup(*arg + 2, strcspn(*arg + 2, "="));
        if (option_exists(name))
            continue;
        nearest = nearest_name(name, &rows[0].name, G_N_ELEMENTS(rows), sizeof *rows);
        g_clear_error(error);
        return fail_input(error, "there is no option --%s; %s--%s%s", name,
                          nearest ? "did you mean " : "see backplane ", nearest ? nearest : "help",
                          nearest ? "?" : "");
    }
    return FALSE;
}

static gboolean parse_options(Raw *raw, char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autofree GOptionEntry *entries = g_new0(GOptionEntry, G_N_ELEMENTS(rows) + 1);
    g_auto(GStrv) given = g_strdupv(*argv);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        entries[i] = (GOptionEntry){
            .long_name = rows[i].name,
            .short_name = rows[i].letter,
            .arg = rows[i].value ? G_OPTION_ARG_STRING : G_OPTION_ARG_NONE,
            .arg_data = (char *)raw + rows[i].offset,
        };
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_help_enabled(context, FALSE); /* it would end the process */
    if (g_option_context_parse_strv(context, argv, error))
        return TRUE;
    if (error && g_error_matches(*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        explain_unknown(given, error);
    return FALSE;
}

static gboolean raw_has(const Raw *raw, const OptionRow *row)
{
    const char *member = (const char *)raw + row->offset;

    return row->value ? *(char *const *)member != NULL : *(const gboolean *)member;
}

static gboolean check_options_fit(const Raw *raw, const char *command, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (raw_has(raw, &rows[i]) && !row_goes_with(&rows[i], command ? command : "console")) {
            g_auto(GStrv) commands = g_strsplit(rows[i].commands, " ", -1);
            g_autofree char *list = g_strjoinv(", ", commands);

            return fail_input(error, "--%s has no meaning for %s%s; it goes with: %s", rows[i].name,
                              command ? "backplane " : "the console", command ? command : "", list);
        }
    return TRUE;
}

static gboolean parse_wait(const char *text, gint64 *wait_ms, GError **error)
{
    char *end = NULL;
    double seconds = text ? g_ascii_strtod(text, &end) : 0;

    *wait_ms = WAIT_DEFAULT_MS;
    if (!text)
        return TRUE;
    if (end == text || *end || !g_ascii_isdigit(end[-1]) || !isfinite(seconds) || seconds < 0 ||
        seconds > WAIT_MAX_SECONDS)
        return fail_input(error,
                          "--wait %s is not a number of seconds from 0 to %d, such as 5 or 0.5",
                          text, WAIT_MAX_SECONDS);
    *wait_ms = (gint64)(seconds * 1000 + 0.5);
    return TRUE;
}

static gboolean parse_format(const char *text, gboolean *libvirt, GError **error)
{
    *libvirt = g_strcmp0(text, "libvirt") == 0;
    return !text || *libvirt || g_str_equal(text, "backplane") ||
           fail_input(error, "--format %s is not known; there are backplane and libvirt", text);
}

static gboolean parse_spare(const char *text, guint *spare, GError **error)
{
    guint64 number = 0;

    if (text && !g_ascii_string_to_unsigned(text, 10, 0, SPARE_MAX, &number, NULL))
        return fail_input(error, "--spare %s is not a number from 0 to %d", text, SPARE_MAX);
    *spare = (guint)number;
    return TRUE;
}

/* Options that need another one, or cannot stand beside it. */
static gboolean check_together(const Raw *raw, const Options *options, const Options *shell,
                               GError **error)
{
    const char *command = options->command ? options->command : "";
    const char *domain = shell ? shell->domain : raw->domain;
    gboolean changes_guest = g_str_equal(command, "attach") || g_str_equal(command, "detach");

    if (raw->in_place && raw->output)
        return fail_input(error,
                          "--in-place and --output exclude each other: which of the two files?");
    if (raw->backup && !raw->in_place)
        return fail_input(error, "--backup goes with --in-place: nothing else replaces a file");
    if (raw->in_place && changes_guest && !domain)
        return fail_input(error,
                          "--in-place needs --domain FILE: which file is to follow the guest?");
    if (raw->in_place && g_str_equal(command, "dumpxml") && !options->arguments[0])
        return fail_input(error,
                          "--in-place needs a FILE: backplane dumpxml TARGET FILE --in-place");
    return TRUE;
}

/* ---- sub-command, target, arguments ---- */

static gboolean looks_like_target(const char *word)
{
    return strpbrk(word, "/:@.") || g_file_test(word, G_FILE_TEST_EXISTS);
}

char *options_command_hint(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gsize count;
    const Command *commands = command_table(&count);

    for (gsize i = 0; i < count; i++)
        if (commands[i].once)
            g_ptr_array_add(names, (gpointer)commands[i].name);
    return nearest_hint(word, names->pdata, names->len, sizeof(gpointer));
}

static gboolean fail_command(const char *word, GError **error)
{
    g_autofree char *hint = options_command_hint(word);

    return fail_input(error, "there is no command \"%s\" and no socket of that name%s", word, hint);
}

static gboolean fail_line_command(const char *word, const Command *command, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *hint = NULL;
    gsize count;
    const Command *commands = command_table(&count);

    if (command)
        return fail_input(error,
                          command->once ? "%s shows a guest of its own: leave this line mode first"
                                        : "%s is a command of the console, not of the line mode",
                          word);
    for (gsize i = 0; i < count; i++)
        if (command_in_shell(&commands[i]))
            g_ptr_array_add(names, (gpointer)commands[i].name);
    hint = nearest_hint(word, names->pdata, names->len, sizeof(gpointer));
    return fail_input(error, "there is no command \"%s\"%s; help lists them", word, hint);
}

/* Any word alone may be the name of a guest; none at all lets one choose. */
static gboolean take_target_alone(Options *options, char **words, GError **error)
{
    gboolean more = words[0] && words[1];

    if (words[0] && (!*words[0] || (more && !looks_like_target(words[0]))))
        return fail_command(words[0], error);
    if (more)
        return fail_input(error, "\"%s\" is one argument too many: backplane TARGET", words[1]);
    options->target = g_strdup(words[0]);
    options->arguments = g_new0(char *, 1);
    return TRUE;
}

static const Command *find_sub_command(const char *word)
{
    const Command *command = word ? command_find(word) : NULL;

    return command && command->once ? command : NULL;
}

static gboolean begins_with(const Command *command, const char *word)
{
    return command->arguments && g_str_has_prefix(command->arguments, word);
}

static gboolean take_words(Options *options, char **words, GError **error)
{
    const Command *command = find_sub_command(words[0]);

    if (!command)
        return take_target_alone(options, words, error);
    options->command = g_strdup(command->name);
    words++;
    if (!line_check_arguments(command, command->arguments, (const char *const *)words, "backplane ",
                              error))
        return FALSE;
    if (begins_with(command, "TARGET") || begins_with(command, "FILE"))
        options->target = g_strdup(*words++);
    if (*words && g_str_equal(*words, "--")) /* GLib leaves it where an option follows */
        words++;
    options->arguments = g_strdupv(words);
    return TRUE;
}

/* The same in the line mode, which has the target already. */
static gboolean take_line_words(Options *options, char **words, const Options *shell,
                                GError **error)
{
    const Command *command = command_find(words[0]);

    if (!command || !command_in_shell(command))
        return fail_line_command(words[0], command, error);
    options->command = g_strdup(command->name);
    words++;
    if (!line_check_arguments(command, line_arguments(command), (const char *const *)words, "",
                              error))
        return FALSE;
    if (begins_with(command, "FILE"))
        options->target = g_strdup(*words++);
    else
        options->target = g_strdup(shell->target);
    options->arguments = g_strdupv(words);
    return TRUE;
}

/* What the whole line mode is given cannot be given to one of its lines. */
static gboolean check_line_options(const Raw *raw, GError **error)
{
    const char *name = raw->domain   ? "domain"
                       : raw->record ? "record"
                       : raw->config ? "config"
                                     : NULL;

    return !name ||
           fail_input(error, "--%s is for all lines: backplane shell TARGET --%s FILE", name, name);
}

/* ---- the whole ---- */

/* --help and its like, which want nothing else to be right. */
static gboolean answer(const Raw *raw, char **words, const Options *shell, gboolean *done)
{
    gboolean help_word = !shell && words[0] && g_str_equal(words[0], "help");
    g_autofree char *text = NULL;

    if (raw->help || help_word)
        text = usage_text(find_sub_command(words[0] ? words[help_word] : NULL));
    else if (raw->version)
        text =
            g_strdup("backplane " VERSION "\nLicence GPLv3+: GNU GPL version 3 or later. There is "
                     "NO WARRANTY, to the extent permitted by law.\n");
    else if (raw->man)
        text = manual_text();
    if (text)
        report_print(text);
    *done = text != NULL;
    return *done;
}

static gboolean wants_ascii(gboolean asked)
{
    return asked || !g_get_charset(NULL) || g_strcmp0(g_getenv("TERM"), "linux") == 0;
}

static void raw_clear(Raw *raw)
{
    char *texts[] = { raw->wait,  raw->theme,    raw->domain, raw->output, raw->format,
                      raw->spare, raw->emulator, raw->record, raw->config };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Raw, raw_clear)

static void take_raw(Options *options, Raw *raw)
{
    options->json = raw->json;
    options->dry_run = raw->dry_run;
    options->theme = g_steal_pointer(&raw->theme);
    options->domain = g_steal_pointer(&raw->domain);
    options->output = g_steal_pointer(&raw->output);
    options->emulator = g_steal_pointer(&raw->emulator);
    options->record = g_steal_pointer(&raw->record);
    options->config = g_steal_pointer(&raw->config);
    options->in_place = raw->in_place;
    options->backup = raw->backup;
    options->info_pci = raw->info_pci;
    options->strict = raw->strict;
    options->force = raw->force;
    options->tour = raw->tour;
    options->read_only = raw->read_only;
    options->linear = raw->linear;
    options->print = raw->print;
}

/* shell: of the line mode that the words are a line of; NULL: they are a command line. */
static Options *parse(char **argv, const Options *shell, gboolean *done, GError **error)
{
    g_autoptr(Options) options = g_new0(Options, 1);
    g_auto(Raw) raw = { 0 };
    g_auto(GStrv) all = g_strdupv(argv);
    char **words; /* what is left of them behind the program's name */

    *done = FALSE;
    if (!parse_options(&raw, &all, error) || (shell && !check_line_options(&raw, error)))
        return NULL;
    words = all + (all[0] != NULL);
    if (*words && g_str_equal(*words, "--")) /* GLib leaves it where no option follows */
        words++;
    if (answer(&raw, words, shell, done) ||
        !(shell ? take_line_words(options, words, shell, error)
                : take_words(options, words, error)) ||
        !check_options_fit(&raw, options->command, error) ||
        !parse_wait(raw.wait, &options->wait_ms, error) ||
        !parse_format(raw.format, &options->libvirt, error) ||
        !parse_spare(raw.spare, &options->spare, error) ||
        !check_together(&raw, options, shell, error))
        return NULL;
    take_raw(options, &raw);
    options->program = g_strdup(argv[0] ? argv[0] : "backplane");
    options->ascii = wants_ascii(raw.ascii) || (shell && shell->ascii);
    options->session = shell ? shell->session : NULL;
    options->linear = options->linear || (shell && shell->linear);
    if (shell && !raw.wait)
        options->wait_ms = shell->wait_ms;
    return g_steal_pointer(&options);
}

Options *options_parse(int argc, char **argv, gboolean *done, GError **error)
{
    return parse(argv, NULL, done, error);
}

Options *options_parse_line(char **words, const Options *shell, gboolean *done, GError **error)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new();

    g_ptr_array_add(line, shell->program);
    while (*words)
        g_ptr_array_add(line, *words++);
    g_ptr_array_add(line, NULL);
    return parse((char **)line->pdata, shell, done, error);
}

void options_free(Options *options)
{
    g_free(options->program);
    g_free(options->command);
    g_free(options->target);
    g_strfreev(options->arguments);
    g_free(options->theme);
    g_free(options->domain);
    g_free(options->output);
    g_free(options->emulator);
    g_free(options->record);
    g_free(options->config);
    g_free(options);
}

ExitStatus exit_status_from_error(const GError *error)
{
    if (error->domain == MONITOR_ERROR && error->code == MONITOR_ERROR_TARGET)
        return EXIT_USAGE;
    if (monitor_error_is_connection(error))
        return EXIT_CONNECTION;
    if (error->domain == G_OPTION_ERROR || g_error_matches(error, ENGINE_ERROR, ENGINE_ERROR_INPUT))
        return EXIT_USAGE;
    return EXIT_REFUSED;
}
