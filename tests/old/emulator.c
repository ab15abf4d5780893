/* emulator VERSION SOCKET [OPTIONS]: an emulated monitor of QEMU 0.10 to 0.14, for a look by hand.
 * It ends as that QEMU would, and says what killed it. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tests/old/old_monitor.h"

typedef struct {
    char *devices, *machine, *guest, *directory;
} Wishes;

static gboolean look(gpointer data)
{
    const OldMonitor *monitor = data;
    return !old_monitor_is_gone(monitor);
}

static gboolean parse(int *argc, char ***argv, Wishes *wishes)
{
    const GOptionEntry entries[] = {
        { "devices", 0, 0, G_OPTION_ARG_STRING, &wishes->devices,
          "the guest: full (default), min, encrypted", "SET" },
        { "machine", 'M', 0, G_OPTION_ARG_STRING, &wishes->machine,
          "-M of QEMU: pc-0.11 (default), pc", "TYPE" },
        { "guest", 0, 0, G_OPTION_ARG_STRING, &wishes->guest,
          "ejects after MS (default 0), or is deaf", "MS|deaf" },
        { "directory", 'C', 0, G_OPTION_ARG_FILENAME, &wishes->directory,
          "where QEMU runs: its images are looked for there", "DIRECTORY" },
        { NULL },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("VERSION SOCKET");
    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, argc, argv, &error) && *argc == 3)
        return TRUE;
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
    fprintf(stderr, "%s%s%s", error ? error->message : "", error ? "\n" : "", help);
    return FALSE;
}

static void wishes_free(Wishes *wishes)
{
    g_free(wishes->devices);
    g_free(wishes->machine);
    g_free(wishes->guest);
    g_free(wishes->directory);
}

static int run(const OldMachineOptions *options, const char *path)
{
    OldMonitor *monitor = old_monitor_new(options, path);
    GMainContext *context = g_main_context_default();
    guint timer = g_timeout_add(50, look, monitor);
    while (look(monitor))
        g_main_context_iteration(context, TRUE);
    const char *killed_by = old_monitor_killed_by(monitor);
    if (killed_by)
        fprintf(stderr, "%s\n", killed_by);
    int status = killed_by != NULL;
    if (g_main_context_find_source_by_id(context, timer))
        g_source_remove(timer);
    old_monitor_free(monitor);
    return status;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    Wishes wishes = { NULL };
    int status = 2;
    if (parse(&argc, &argv, &wishes)) {
        gboolean deaf = g_strcmp0(wishes.guest, "deaf") == 0;
        OldMachineOptions options = {
            .version = argv[1],
            .devices = wishes.devices,
            .pc = g_strcmp0(wishes.machine, "pc") == 0,
            .guest = deaf ? OLD_GUEST_DEAF : OLD_GUEST_EJECTS,
            .eject_delay = wishes.guest ? (guint)g_ascii_strtoull(wishes.guest, NULL, 10) : 0,
            .directory = wishes.directory,
        };
        status = run(&options, argv[2]);
    }
    wishes_free(&wishes);
    return status;
}
