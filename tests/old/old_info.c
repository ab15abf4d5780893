/* `info` and `help`. What never changes is taken from the transcript of that version. */
#include <string.h>

#include "tests/old/old_commands.h"

static void print_entry(OldMachine *machine, const char *command)
{
    const TranscriptEntry *entry = transcript_find(machine->basic, command, 1);
    if (!entry)
        return;
    g_autofree char *text = transcript_entry_text(entry);
    g_string_append(machine->reply, text);
}

static void info_pci(OldMachine *machine, char **arguments)
{
    for (guint i = 0; i < machine->pci->len; i++) {
        const OldDevice *device = g_ptr_array_index(machine->pci, i);
        old_print(machine, "  Bus  0, device %3d, function %d:\n", device->devfn >> 3,
                  device->devfn & 7);
        for (guint j = 0; j < device->pci_lines->len; j++)
            old_print(machine, "%s\n", (char *)g_ptr_array_index(device->pci_lines, j));
    }
}

/* Blanks, quotes and backslashes of a file name are escaped. */
static void print_file_name(OldMachine *machine, const char *name)
{
    for (; *name; name++) {
        if (strchr(" \"\\", *name))
            old_print(machine, "\\%c", *name);
        else if (*name == '\n')
            old_print(machine, "\\n");
        else
            old_print(machine, "%c", *name);
    }
}

static void print_medium(OldMachine *machine, const OldDrive *drive)
{
    old_print(machine, " file=");
    print_file_name(machine, drive->file);
    if (drive->backing) {
        old_print(machine, " backing_file=");
        print_file_name(machine, drive->backing);
    }
    old_print(machine, " ro=%d drv=%s", drive->read_only, drive->format);
    if (machine->version >= 11)
        old_print(machine, " encrypted=%d", drive->encrypted);
}

static void info_block(OldMachine *machine, char **arguments)
{
    for (guint i = 0; i < machine->drives->len; i++) {
        const OldDrive *drive = g_ptr_array_index(machine->drives, i);
        old_print(machine, "%s: type=%s removable=%d", drive->name, drive->kind, drive->removable);
        if (drive->removable)
            old_print(machine, " locked=0");
        if (drive->file)
            print_medium(machine, drive);
        else
            old_print(machine, " [not inserted]");
        old_print(machine, "\n");
    }
}

static void info_status(OldMachine *machine, char **arguments)
{
    old_print(machine, "VM status: %s\n", machine->running ? "running" : "paused");
}

static void print_bus(OldMachine *machine, const OldBus *bus, int indent);

static void print_device(OldMachine *machine, const OldDevice *device, int indent)
{
    old_print(machine, "%*sdev: %s, id \"%s\"\n", indent, "", device->model, device->id);
    for (guint i = 0; i < device->properties->len; i++)
        old_print(machine, "%*s%s\n", indent + 2, "",
                  (char *)g_ptr_array_index(device->properties, i));
    for (guint i = 0; i < device->buses->len; i++)
        print_bus(machine, g_ptr_array_index(device->buses, i), indent + 2);
}

static void print_bus(OldMachine *machine, const OldBus *bus, int indent)
{
    old_print(machine, "%*sbus: %s\n%*stype %s\n", indent, "", bus->name, indent + 2, "",
              bus->type);
    for (guint i = 0; i < bus->devices->len; i++)
        print_device(machine, g_ptr_array_index(bus->devices, i), indent + 2);
}

static void info_qtree(OldMachine *machine, char **arguments)
{
    if (machine->root)
        print_bus(machine, machine->root, 0);
    else
        print_entry(machine, "info qtree");
}

static const struct {
    const char *topic;
    OldCommand print;
} live[] = {
    { "pci", info_pci },     { "block", info_block }, { "status", info_status },
    { "qtree", info_qtree }, { "usb", old_info_usb }, { "network", old_info_network },
};

static gboolean topic_is_known(const OldMachine *machine, const char *topic)
{
    g_autofree char *begin = g_strdup_printf("info %s ", topic);
    const TranscriptEntry *list = transcript_find(machine->basic, "info bogus", 1);
    for (guint i = 0; i < list->lines->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(list->lines, i), begin))
            return TRUE;
    return FALSE;
}

void old_info(OldMachine *machine, char **arguments)
{
    const char *topic = arguments[0];
    if (!topic || !topic_is_known(machine, topic)) {
        print_entry(machine, "info bogus"); /* the list, not an error */
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(live); i++) {
        if (g_str_equal(live[i].topic, topic)) {
            live[i].print(machine, arguments);
            return;
        }
    }
    g_autofree char *command = g_strdup_printf("info %s", topic);
    print_entry(machine, command);
}

/* "q|quit  -- ..." is the help of q and of quit. */
static gboolean line_is_of(const char *line, const char *name)
{
    g_autofree char *names = g_strndup(line, strcspn(line, " "));
    g_auto(GStrv) each = g_strsplit(names, "|", -1);
    return g_strv_contains((const char *const *)each, name);
}

static gboolean goes_on(const char *line)
{
    return *line == '[' || *line == '\t';
}

void old_help(OldMachine *machine, char **arguments)
{
    const char *name = arguments[0];
    if (!name || g_str_equal(name, "info")) {
        print_entry(machine, name ? "info bogus" : "help");
        return;
    }
    const TranscriptEntry *all = transcript_find(machine->basic, "help", 1);
    gboolean inside = FALSE;
    for (guint i = 0; i < all->lines->len; i++) {
        const char *line = g_ptr_array_index(all->lines, i);
        inside = goes_on(line) ? inside : line_is_of(line, name);
        if (inside)
            old_print(machine, "%s\n", line);
    }
}
