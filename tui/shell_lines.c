/* Lines of a script, read as they come; those of a terminal are shell_terminal.c's. */
#include "tui/shell_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tui/end_signals.h"
#include "tui/shell_terminal.h"

struct ShellLines {
    int fd;
    gboolean own_fd;
    gboolean typed;
    GString *bytes; /* read and not given yet */
    char *line;     /* typed */
    gboolean end;
    guint number;
    int signal;
    GMainLoop *loop;
};

static void on_typed(char *line, gpointer data)
{
    ShellLines *lines = data;

    lines->line = line;
    lines->end = line == NULL;
    g_main_loop_quit(lines->loop);
}

ShellLines *shell_lines_new(const char *path, const Options *options, GError **error)
{
    g_autoptr(ShellLines) lines = g_new0(ShellLines, 1);

    lines->bytes = g_string_new(NULL);
    lines->loop = g_main_loop_new(NULL, FALSE);
    lines->fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    lines->own_fd = path != NULL;
    if (lines->fd < 0) {
        int number = errno;

        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(number),
                    "the script %s cannot be read: %s", path, g_strerror(number));
        return NULL;
    }
    lines->typed = !path && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (lines->typed)
        shell_terminal_open(options, on_typed, lines);
    return g_steal_pointer(&lines);
}

void shell_lines_free(ShellLines *lines)
{
    if (lines->typed)
        shell_terminal_close();
    if (lines->own_fd && lines->fd >= 0)
        close(lines->fd);
    g_string_free(lines->bytes, TRUE);
    g_main_loop_unref(lines->loop);
    g_free(lines->line);
    g_free(lines);
}

/* --- waiting --------------------------------------------------------------------------------- */

static gboolean has_line(const ShellLines *lines)
{
    return strchr(lines->bytes->str, '\n') || lines->bytes->len > SHELL_LINE_MAX;
}

static gboolean on_bytes(gint fd, GIOCondition condition, gpointer data)
{
    ShellLines *lines = data;
    char bytes[4096];
    gssize length = read(fd, bytes, sizeof bytes);

    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (length > 0)
        g_string_append_len(lines->bytes, bytes, length);
    else
        lines->end = TRUE;
    if (lines->end || has_line(lines))
        g_main_loop_quit(lines->loop);
    return G_SOURCE_CONTINUE;
}

static void on_signal(int number, gpointer data)
{
    ShellLines *lines = data;

    if (lines->typed && number == SIGINT) {
        shell_terminal_interrupt();
        return;
    }
    lines->signal = number;
    g_main_loop_quit(lines->loop);
}

static void wait_for_line(ShellLines *lines)
{
    EndSignals *signals = end_signals_new(on_signal, lines);
    guint input = 0;

    if (lines->typed)
        shell_terminal_show();
    else
        input = g_unix_fd_add(lines->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_bytes, lines);
    g_main_loop_run(lines->loop);
    if (lines->typed)
        shell_terminal_hide();
    else
        g_source_remove(input);
    end_signals_free(signals);
}

/* --- lines ----------------------------------------------------------------------------------- */

/* The last one need not have an end. */
static char *take_line(ShellLines *lines)
{
    const char *end = strchr(lines->bytes->str, '\n');
    gsize length = end ? (gsize)(end - lines->bytes->str) : lines->bytes->len;
    char *line;

    if (!lines->bytes->len)
        return NULL;
    line = g_strndup(lines->bytes->str, length);
    g_string_erase(lines->bytes, 0, (gssize)(length + (end != NULL)));
    return line;
}

char *shell_lines_next(ShellLines *lines)
{
    char *line;

    if (!lines->end && !has_line(lines))
        wait_for_line(lines);
    if (lines->signal)
        return NULL;
    line = lines->typed ? g_steal_pointer(&lines->line) : take_line(lines);
    lines->number += line != NULL;
    return line;
}

gboolean shell_lines_typed(const ShellLines *lines)
{
    return lines->typed;
}

guint shell_lines_number(const ShellLines *lines)
{
    return lines->number;
}

int shell_lines_signal(const ShellLines *lines)
{
    return lines->signal;
}
