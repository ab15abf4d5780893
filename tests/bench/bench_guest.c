/* Runs a command while the demonstration guest runs. The path of its monitor socket is told in
 * BENCH_SOCKET. Use: bench_guest COMMAND [ARGUMENT...] */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <gio/gio.h>

#include "engine/demo.h"

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Demo) demo = demo_start(NULL, &error);
    const char *target;
    int status = 0;

    if (demo == NULL || argc < 2) {
        fprintf(stderr, "bench_guest: %s\n", error != NULL ? error->message : "no command");
        return 2;
    }
    target = demo_target(demo);
    g_setenv("BENCH_SOCKET", target + (g_str_has_prefix(target, "unix:") ? strlen("unix:") : 0),
             TRUE);
    if (!g_spawn_sync(NULL, argv + 1, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN,
                      NULL, NULL, NULL, NULL, &status, &error)) {
        fprintf(stderr, "bench_guest: %s\n", error->message);
        return 2;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
