/* Runs a program whose monitor socket is a relay's, and writes what it said there as a script for
 * bench_floor. Use: bench_record SOCKET LISTEN SCRIPT COMMAND [ARGUMENT...] */
#include <stdio.h>

#include <gio/gio.h>

#include "tests/bench/relay.h"

static void on_end(GPid pid, gint status, gpointer data)
{
    g_main_loop_quit(data);
}

int main(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    Relay *relay;
    GString *script;
    GPid pid;

    if (argc < 5)
        return 2;
    relay = relay_new(argv[2], argv[1]);
    if (!g_spawn_async(NULL, argv + 4, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                       NULL, NULL, &pid, &error))
        g_error("%s", error->message);
    g_child_watch_add(pid, on_end, loop);
    g_main_loop_run(loop);
    script = relay_script(relay);
    if (!g_file_set_contents(argv[3], script->str, (gssize)script->len, &error))
        g_error("%s", error->message);
    g_string_free(script, TRUE);
    relay_free(relay);
    return 0;
}
