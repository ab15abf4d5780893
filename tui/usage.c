/* Lays out the help of --help from the tables of commands, options and attach options. */
#include "tui/usage.h"

#include <string.h>

#include "engine/request.h"

#define LINE_COLUMNS 79
#define HELP_COLUMN 24

static const char targets[] =
    "TARGET is a guest of this host by its name or pid (backplane list), or the\n"
    "socket of a QEMU monitor: PATH, unix:PATH or tcp:HOST:PORT.\n"
    "A socket named like a command is written ./tree or unix:tree.\n";

/* Text that fits right of a column: where its first line ends. */
static gsize line_length(const char *text, gsize room)
{
    gsize length = strlen(text);

    if (length <= room)
        return length;
    for (length = room; length > 0 && text[length] != ' '; length--)
        ;
    return length ? length : room;
}

void usage_add_row(GString *text, const char *name, gsize column, const char *help)
{
    gsize used = strlen(name) + 2;

    g_string_append_printf(text, "  %s", name);
    if (used + 2 > column) { /* too long: the help begins on the next line */
        g_string_append_c(text, '\n');
        used = 0;
    }
    while (*help) {
        gsize length = line_length(help, LINE_COLUMNS - column);

        g_string_append_printf(text, "%*s%.*s\n", (int)(column - used), "", (int)length, help);
        help += length;
        help += strspn(help, " ");
        used = 0;
    }
}

static void add_commands(GString *text)
{
    gsize count;
    const Command *commands = command_table(&count);

    g_string_append(text, "\nCommands:\n");
    for (gsize i = 0; i < count; i++)
        if (commands[i].once) {
            g_autofree char *line = g_strconcat(commands[i].name, *commands[i].arguments ? " " : "",
                                                commands[i].arguments, NULL);

            usage_add_row(text, line, HELP_COLUMN, commands[i].help);
        }
}

static gboolean option_goes_with(const OptionRow *option, const char *command)
{
    g_auto(GStrv) commands = option->commands ? g_strsplit(option->commands, " ", -1) : NULL;

    return !command || !commands || g_strv_contains((const char *const *)commands, command);
}

static void add_options(GString *text, const char *command)
{
    gsize count;
    const OptionRow *options = option_table(&count);

    g_string_append(text, "\nOptions:\n");
    for (gsize i = 0; i < count; i++) {
        const OptionRow *option = &options[i];
        char letter[] = { '-', option->letter, ',', ' ', 0 };
        g_autofree char *name =
            g_strdup_printf("%s--%s%s%s", option->letter ? letter : "    ", option->name,
                            option->value ? " " : "", option->value ? option->value : "");

        if (option_goes_with(option, command))
            usage_add_row(text, name, HELP_COLUMN, option->help);
    }
}

static void add_exit_meanings(GString *text)
{
    gsize count;
    const ExitMeaning *meanings = exit_meanings(&count);

    g_string_append(text, "\nExit status:\n");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *status = g_strdup_printf("%d", meanings[i].status);

        usage_add_row(text, status, 7, meanings[i].meaning);
    }
}

static void add_attach_options(GString *text, RequestKind kind)
{
    gsize count;
    const RequestOption *options = request_options(&count);

    g_string_append_printf(text, "\nOf a %s:\n", request_kind_name(kind));
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_strconcat(options[i].name, "=", options[i].values, NULL);

        if (options[i].kinds & (1u << kind))
            usage_add_row(text, name, HELP_COLUMN, options[i].help);
    }
}

static void add_attach(GString *text)
{
    g_string_append(text, "\nEverything that is left out is chosen and reported.\n");
    for (RequestKind kind = REQUEST_DISK; kind < REQUEST_KINDS; kind++)
        add_attach_options(text, kind);
    g_string_append(text, "\nExamples:\n"
                          "  backplane attach /run/vm.sock disk file=/srv/data.qcow2\n"
                          "  backplane attach /run/vm.sock nic model=e1000 address=09.0\n");
}

static char *command_usage(const Command *command)
{
    static const char options[] = " [OPTION...]";
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "Usage: backplane %s%s%s", command->name,
                           *command->arguments ? " " : "", command->arguments);
    g_string_append(text, text->len + strlen(options) > LINE_COLUMNS ? "\n        " : "");
    g_string_append_printf(text, "%s\n\n%c%s.\n", options, g_ascii_toupper(*command->help),
                           command->help + 1);
    if (g_str_has_prefix(command->arguments, "TARGET"))
        g_string_append_printf(text, "\n%s", targets);
    if (strstr(command->arguments, "FILE"))
        g_string_append(text, "\nFILE is a domain XML, as libvirt has it.\n");
    if (strstr(command->arguments, "DEVICE"))
        g_string_append(
            text, "\nDEVICE is a device's id, its QOM path or its address: 00:05.0 for PCI,\n"
                  "0:0:3 for a drive (controller, bus, unit), \"usb 1.2\"; with --domain also\n"
                  "its target name in the file: sdf.\n");
    if (g_str_equal(command->name, "attach"))
        add_attach(text);
    add_options(text, command->name);
    add_exit_meanings(text);
    return g_string_free(text, FALSE);
}

static char *program_usage(void)
{
    GString *text =
        g_string_new("Usage: backplane TARGET [OPTION...]\n"
                     "       backplane COMMAND [ARGUMENT...] [OPTION...]\n\n"
                     "Shows the devices of a running QEMU guest as a live tree, and plugs "
                     "and unplugs\nthem through its monitor.\n\n");

    g_string_append(text, targets);
    add_commands(text);
    add_options(text, NULL);
    add_exit_meanings(text);
    return g_string_free(text, FALSE);
}

char *usage_text(const Command *command)
{
    return command ? command_usage(command) : program_usage();
}
