/* Runs two commands in turns, each PAIRS times, and prints the medians of their times, process
 * start included, and their ratio. Use: bench_ratio PAIRS COMMAND... -- COMMAND... */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <glib.h>

extern char **environ;

static gint64 run(char **command, const posix_spawn_file_actions_t *actions)
{
    gint64 started = g_get_monotonic_time();
    pid_t pid;
    int status;

    if (posix_spawnp(&pid, command[0], actions, NULL, command, environ) != 0)
        g_error("cannot run %s", command[0]);
    waitpid(pid, &status, 0);
    if (status != 0)
        g_error("%s failed", command[0]);
    return g_get_monotonic_time() - started;
}

static int compare(const void *a, const void *b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

    return (left > right) - (left < right);
}

static double median(gint64 *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, compare);
    return (double)times[count / 2] / 1000;
}

int main(int argc, char **argv)
{
    int pairs = argc > 3 ? atoi(argv[1]) : 0;
    char **second = argv + 2;
    posix_spawn_file_actions_t actions;
    g_autofree gint64 *first_times = g_new0(gint64, MAX(pairs, 1));
    g_autofree gint64 *second_times = g_new0(gint64, MAX(pairs, 1));
    double one, other;

    while (*second != NULL && strcmp(*second, "--") != 0)
        second++;
    if (pairs < 1 || *second == NULL)
        return 2;
    *second++ = NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < pairs; i++) {
        first_times[i] = run(argv + 2, &actions);
        second_times[i] = run(second, &actions);
    }
    one = median(first_times, pairs);
    other = median(second_times, pairs);
    printf("%.2f %.2f %.2f\n", one, other, one / other);
    return 0;
}
