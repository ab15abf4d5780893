/* What the console costs, measured from outside, on a terminal of 80x24.
 *   bench_console paint SOCKET COMMAND...
 *       milliseconds from exec to the end of the first screen, and its bytes, when the monitor that
 *       the command is given listens at SOCKET and never answers
 *   bench_console reply SOCKET LISTEN MARKER COMMAND...
 *       milliseconds from the monitor's last reply to MARKER on the screen; the command connects to
 *       LISTEN, which is passed on to SOCKET
 *   bench_console idle SECONDS COMMAND...
 *       bytes a second, percent of a processor, megabytes resident */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <glib.h>

#include "tests/bench/relay.h"

/* A frame is over when nothing comes for this long. */
#define QUIET_MS 100

typedef struct {
    GPid pid;
    int terminal;
    gint64 started;
    gint64 latest; /* when the latest bytes came */
    gsize bytes;
    GString *text; /* all of them */
} Run;

static void start(Run *run, char **command)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };

    memset(run, 0, sizeof *run);
    run->text = g_string_new(NULL);
    run->started = g_get_monotonic_time();
    run->pid = forkpty(&run->terminal, NULL, NULL, &size);
    if (run->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execvp(command[0], command);
        _exit(127);
    }
    fcntl(run->terminal, F_SETFL, O_NONBLOCK);
}

static void stop(Run *run)
{
    kill(run->pid, SIGTERM);
    waitpid(run->pid, NULL, 0);
    close(run->terminal);
    g_string_free(run->text, TRUE);
}

/* Takes what the program has drawn; FALSE when that is nothing. */
static gboolean take(Run *run)
{
    char bytes[65536];
    ssize_t got = read(run->terminal, bytes, sizeof bytes);

    if (got <= 0)
        return FALSE;
    run->latest = g_get_monotonic_time();
    run->bytes += (gsize)got;
    g_string_append_len(run->text, bytes, got);
    return TRUE;
}

/* Until nothing comes any more after something did. */
static void take_frame(Run *run)
{
    struct pollfd wanted = { run->terminal, POLLIN, 0 };

    while (poll(&wanted, 1, run->bytes == 0 ? 5000 : QUIET_MS) > 0 && take(run))
        ;
}

static int paint(const char *socket, char **command)
{
    Run run;
    /* A relay whose loop does not run: the kernel accepts, and nobody answers. */
    Relay *silent = relay_new(socket, "");

    start(&run, command);
    take_frame(&run);
    printf("%.1f %zu\n", (double)(run.latest - run.started) / 1000, run.bytes);
    stop(&run);
    relay_free(silent);
    return 0;
}

static gboolean tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* The command's socket is a relay's, which knows when the latest reply before the marker came. */
static int reply(const char *socket, const char *listen, const char *marker, char **command)
{
    Relay *relay = relay_new(listen, socket);
    gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
    gboolean shown = FALSE;
    Run run;

    g_timeout_add(1, tick, NULL);
    start(&run, command);
    while (!shown && g_get_monotonic_time() < deadline) {
        g_main_context_iteration(NULL, TRUE);
        shown = take(&run) && strstr(run.text->str, marker) != NULL;
    }
    if (shown)
        printf("%.1f\n", (double)(run.latest - relay_last_reply(relay)) / 1000);
    stop(&run);
    relay_free(relay);
    return shown ? 0 : 1;
}

static double read_number(GPid pid, const char *file, const char *before)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, file);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    at = strstr(text, before);
    return at != NULL ? g_ascii_strtod(at + strlen(before), NULL) : -1;
}

static void take_for(Run *run, gint64 microseconds)
{
    struct pollfd wanted = { run->terminal, POLLIN, 0 };
    gint64 end = g_get_monotonic_time() + microseconds;

    while (g_get_monotonic_time() < end)
        if (poll(&wanted, 1, QUIET_MS) > 0 && !take(run))
            return;
}

static int idle(int seconds, char **command)
{
    double processor; /* nanoseconds */
    gsize bytes;
    Run run;

    start(&run, command);
    take_for(&run, 2 * G_TIME_SPAN_SECOND);
    processor = read_number(run.pid, "schedstat", "");
    bytes = run.bytes;
    take_for(&run, seconds * G_TIME_SPAN_SECOND);
    processor = read_number(run.pid, "schedstat", "") - processor;
    printf("%.1f %.3f %.1f\n", (double)(run.bytes - bytes) / seconds, processor / 1e7 / seconds,
           read_number(run.pid, "status", "VmRSS:") / 1024);
    stop(&run);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && g_str_equal(argv[1], "paint"))
        return paint(argv[2], argv + 3);
    if (argc > 5 && g_str_equal(argv[1], "reply"))
        return reply(argv[2], argv[3], argv[4], argv + 5);
    if (argc > 3 && g_str_equal(argv[1], "idle"))
        return idle(atoi(argv[2]), argv + 3);
    fprintf(stderr, "use: bench_console paint|reply|idle ...\n");
    return 2;
}
