/* Writes the manual page. What commands, options, attach options and exit statuses there are comes
 * from their tables; only what no table holds is text here. */
#include "tui/manual.h"

#include <string.h>

#include "engine/request.h"
#include "tui/line.h"
#include "tui/settings.h"

typedef struct {
    const char *name;
    const char *meaning;
} Entry;

static const Entry targets[] = {
    { "NAME", "a guest of this host, as qemu -name has it: see backplane list" },
    { "PID", "the same by the number of its process" },
    { "PATH", "a unix socket; also ./NAME for one that is named like a command" },
    { "unix:PATH", "the same; a leading @ means the abstract name space" },
    { "tcp:HOST:PORT", "a TCP port; IPv6 addresses in brackets" },
};

static const Entry devices[] = {
    { "ID", "the id that the device was given: net0" },
    { "QOM path", "for devices without an id: /machine/unattached/device[12]" },
    { "BB:SS.F", "a PCI address: 00:05.0, or 05.0 on the first bus" },
    { "C:B:U", "a drive's controller, bus and unit: 0:0:3" },
    { "usb B.P", "a USB bus and port: \"usb 0.1\"" },
};

static const Entry pinning[] = {
    { "backplane assign web01.xml --in-place",
      "before the guest ever ran: every device that has no address gets a static one" },
    { "backplane run web01.xml",
      "starts QEMU with the static addresses of the file; dynamic ones are QEMU's choice" },
    { "backplane match /run/vm.sock web01.xml",
      "compares file and guest, by the strongest evidence that there is: qdev id, MAC, image file, "
      "serial, static address, then model and order; a pair that could have been another is said "
      "to "
      "be ambiguous" },
    { "backplane dumpxml /run/vm.sock web01.xml --in-place",
      "writes the addresses that a running guest has into the file, with mode=dynamic" },
    { "backplane pin web01.xml --in-place", "makes them static" },
    { "backplane /run/vm.sock --domain web01.xml",
      "the console shows what is configured and absent, what is there and not configured, and "
      "what is elsewhere than the file says" },
};

static const Entry environment[] = {
    { "BACKPLANE_GUEST", "kernel of the demonstration guest" },
    { "BACKPLANE_QEMU",
      "QEMU that demo and run start, whatever a file names; default: the host's" },
    { "BACKPLANE_THEMES", "folder of themes that is looked into first" },
    { "COLORTERM",
      "truecolor or 24bit: all colours are used, where terminfo has the type of the terminal that "
      "has them, such as xterm-direct" },
    { "NO_COLOR", "when set to anything, the console uses no colours" },
    { "TERM", "kind of the terminal; with dumb or none the console prints the tree as text" },
    { "TMPDIR", "where the demonstration guest keeps its images; default /tmp" },
    { "XDG_RUNTIME_DIR", "where the monitor sockets of started guests are; default TMPDIR" },
};

static const Entry files[] = {
    { "~/.config/backplane/config",
      "keys and settings (XDG_CONFIG_HOME in place of ~/.config where it is set)" },
    { "~/.local/state/backplane/history",
      "lines that were typed (XDG_STATE_HOME in place of ~/.local/state where it is set)" },
    { "~/.inputrc", "how readline edits what is typed" },
    { "~/.config/backplane/themes",
      "themes of the user (XDG_CONFIG_HOME in place of ~/.config where it is set); one hides that "
      "of the same name that comes with the program" },
    { PKGDATADIR "/themes", "themes that come with the program" },
    { PKGDATADIR "/guest.elf", "kernel of the demonstration guest" },
};

static const Entry examples[] = {
    { "backplane demo", "starts a guest to try everything on, and shows it" },
    { "backplane /run/vm.sock", "opens the console on a guest" },
    { "backplane tree --json /run/vm.sock | jq '.devices[].id'", "lists the ids of all devices" },
    { "backplane attach -n /run/vm.sock disk file=data.qcow2",
      "shows what plugging that disk would do" },
    { "backplane shell /run/vm.sock < script",
      "runs its lines one after the other, up to the first that fails" },
    { "backplane detach --wait 30 /run/vm.sock net1", "unplugs a NIC, and waits longer for it" },
};

/* Backslashes, and what would be a request at the beginning of a line. */
static void add_text(GString *page, const char *text)
{
    if (*text == '.' || *text == '\'')
        g_string_append(page, "\\&");
    for (; *text; text++)
        switch (*text) {
        case '\\':
            g_string_append(page, "\\e");
            break;
        case '-':
            g_string_append(page, "\\-");
            break;
        case '\'':
            g_string_append(page, "\\(aq");
            break;
        case '|': /* lists of values are long: a line may end there */
            g_string_append(page, "|\\:");
            break;
        default:
            g_string_append_c(page, *text);
        }
}

static void add_sentence(GString *page, const char *text)
{
    add_text(page, text);
    g_string_append(page, ".\n");
}

static void add_entry(GString *page, const char *name, const char *meaning)
{
    g_string_append(page, ".TP\n\\fB");
    add_text(page, name);
    g_string_append(page, "\\fR\n");
    add_sentence(page, meaning);
}

static void add_entries(GString *page, const Entry *entries, gsize count)
{
    for (gsize i = 0; i < count; i++)
        add_entry(page, entries[i].name, entries[i].meaning);
}

static void add_heading(GString *page, const char *heading)
{
    g_string_append_printf(page, ".SH %s\n", heading);
}

static void add_commands(GString *page)
{
    gsize count;
    const Command *commands = command_table(&count);

    add_heading(page, "COMMANDS");
    for (gsize i = 0; i < count; i++)
        if (commands[i].once) {
            g_autofree char *line = g_strconcat(commands[i].name, " ", commands[i].arguments, NULL);

            add_entry(page, g_strchomp(line), commands[i].help);
        }
}

static void add_options(GString *page)
{
    gsize count;
    const OptionRow *options = option_table(&count);

    add_heading(page, "OPTIONS");
    for (gsize i = 0; i < count; i++) {
        const OptionRow *option = &options[i];
        char letter[] = { '-', option->letter, ',', ' ', 0 };
        g_autofree char *name =
            g_strdup_printf("%s--%s%s%s", option->letter ? letter : "", option->name,
                            option->value ? " " : "", option->value ? option->value : "");
        g_autofree char *help =
            option->commands ? g_strdup_printf("%s (with: %s)", option->help, option->commands)
                             : g_strdup(option->help);

        add_entry(page, name, help);
    }
}

/* Rows of several kinds say so: "(disk, cdrom)". (transfer full) */
static char *kinds_of(const RequestOption *option)
{
    GString *kinds = g_string_new(NULL);

    for (RequestKind kind = REQUEST_DISK; kind < REQUEST_KINDS; kind++)
        if (option->kinds & (1u << kind))
            g_string_append_printf(kinds, "%s%s", kinds->len ? ", " : "", request_kind_name(kind));
    return g_string_free(kinds, FALSE);
}

static void add_pinning(GString *page)
{
    add_heading(page, "ADDRESSES THAT NEVER CHANGE");
    add_sentence(page, "QEMU gives a device without an address the next free place, so a card that "
                       "is taken out moves those behind it. An address in the guest's domain XML "
                       "keeps each where it is. Its mode is static (chosen by whoever wrote the "
                       "file, passed to QEMU; also where no mode is written) or dynamic (found "
                       "out). Nothing of the file changes but what must: comments, order, quotes, "
                       "indentation and encoding stay");
    add_entries(page, pinning, G_N_ELEMENTS(pinning));
}

static void add_attach_options(GString *page)
{
    gsize count;
    const RequestOption *options = request_options(&count);

    add_heading(page, "WHAT TO ATTACH");
    add_sentence(page, "Everything that is left out is chosen and reported. A device takes the "
                       "properties of its driver as well");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_strconcat(options[i].name, "=", options[i].values, NULL);
        g_autofree char *kinds = kinds_of(&options[i]);
        g_autofree char *meaning = g_strdup_printf("%s (%s)", options[i].help, kinds);

        add_entry(page, name, meaning);
    }
}

static void add_keys(GString *page)
{
    gsize count;
    const Command *commands = command_table(&count);

    add_heading(page, "KEYS OF THE CONSOLE");
    for (CommandGroup group = 0; group < GROUPS; group++) {
        g_string_append_printf(page, ".SS %s\n", command_group_name(group));
        for (gsize i = 0; i < count; i++)
            if (commands[i].keys && commands[i].group == group)
                add_entry(page, commands[i].keys, commands[i].help);
    }
}

static void add_lines(GString *page)
{
    gsize count;
    const Command *commands = command_table(&count);

    add_heading(page, "COMMANDS THAT ARE TYPED");
    add_sentence(page, "At the : prompt of the console every command of the keys can be typed by "
                       "its name (Tab completes), and with backplane shell the commands of above, "
                       "without TARGET. A line is words as a shell parts them, # begins a comment. "
                       "There are more");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *line =
            g_strconcat(commands[i].name, " ", line_arguments(&commands[i]), NULL);
        gboolean more = commands[i].line || commands[i].configure || commands[i].shell;

        if (more && !commands[i].once && !(commands[i].keys && !commands[i].configure))
            add_entry(page, g_strchomp(line), commands[i].help);
    }
}

static void add_settings(GString *page)
{
    const SettingRow *rows = setting_table();

    add_heading(page, "SETTINGS");
    add_sentence(page,
                 "They are set at the prompt, or for good in the config file, whose lines are "
                 "set, theme, bind and unbind");
    for (guint i = 0; i < SETTINGS; i++) {
        g_autofree char *name = g_strdup_printf("set %s %s", rows[i].name, rows[i].values);
        g_autofree char *help = g_strdup_printf("%s (%s)", rows[i].help, rows[i].standard);

        add_entry(page, name, help);
    }
}

static void add_exit_meanings(GString *page)
{
    gsize count;
    const ExitMeaning *meanings = exit_meanings(&count);

    add_heading(page, "EXIT STATUS");
    for (gsize i = 0; i < count; i++) {
        g_autofree char *status = g_strdup_printf("%d", meanings[i].status);

        add_entry(page, status, meanings[i].meaning);
    }
}

static void add_head(GString *page)
{
    g_string_append(page, ".TH BACKPLANE 1 \"\" \"backplane " VERSION "\" \"User Commands\"\n");
    add_heading(page, "NAME");
    g_string_append(page, "backplane \\- show and hotplug the devices of a running QEMU guest\n");
    add_heading(page, "SYNOPSIS");
    g_string_append(page, "\\fBbackplane\\fR \\fITARGET\\fR [\\fIOPTION\\fR...]\n.br\n"
                          "\\fBbackplane\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...] "
                          "[\\fIOPTION\\fR...]\n");
    add_heading(page, "DESCRIPTION");
    add_sentence(page, "Shows the devices of a running QEMU guest as a live tree - PCI bus, "
                       "controllers, drives, NICs - and plugs and unplugs them through the guest's "
                       "monitor");
    add_sentence(page, "Without a command the console opens; without a terminal it prints the tree "
                       "and ends");
}

static void add_addressing(GString *page)
{
    add_heading(page, "TARGET");
    add_sentence(page,
                 "A guest, or the socket of its monitor (qemu -qmp unix:PATH,server=on,wait=off). "
                 "One client at a time can use it");
    add_entries(page, targets, G_N_ELEMENTS(targets));
    add_heading(page, "DEVICE");
    add_entries(page, devices, G_N_ELEMENTS(devices));
}

char *manual_text(void)
{
    GString *page = g_string_new(NULL);

    add_head(page);
    add_commands(page);
    add_addressing(page);
    add_attach_options(page);
    add_pinning(page);
    add_options(page);
    add_keys(page);
    add_lines(page);
    add_settings(page);
    add_exit_meanings(page);
    add_heading(page, "ENVIRONMENT");
    add_entries(page, environment, G_N_ELEMENTS(environment));
    add_heading(page, "FILES");
    add_entries(page, files, G_N_ELEMENTS(files));
    add_heading(page, "EXAMPLES");
    add_entries(page, examples, G_N_ELEMENTS(examples));
    return g_string_free(page, FALSE);
}
