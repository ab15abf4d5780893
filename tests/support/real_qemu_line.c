/* Reads without waiting; who waits is real_qemu. */
#include "tests/support/real_qemu_line.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct RealQemuLine {
    int fd;
    GString *text;
    gsize seen; /* what is before this was found already, or passed over */
    char *found;
};

RealQemuLine *real_qemu_line_new(int fd)
{
    RealQemuLine *line = g_new0(RealQemuLine, 1);

    line->fd = fd;
    line->text = g_string_new(NULL);
    return line;
}

void real_qemu_line_free(RealQemuLine *line)
{
    if (line == NULL)
        return;
    close(line->fd);
    g_string_free(line->text, TRUE);
    g_free(line->found);
    g_free(line);
}

static void receive(RealQemuLine *line)
{
    char bytes[4096];
    ssize_t got;

    while ((got = recv(line->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        g_string_append_len(line->text, bytes, got);
}

/* Takes the next complete line; FALSE when there is none. */
static gboolean take_next(RealQemuLine *line)
{
    const char *begin = line->text->str + line->seen;
    const char *end = strchr(begin, '\n');

    if (end == NULL)
        return FALSE;
    g_free(line->found);
    line->found = g_strchomp(g_strndup(begin, (gsize)(end - begin)));
    line->seen += (gsize)(end - begin) + 1;
    return TRUE;
}

const char *real_qemu_line_find(RealQemuLine *line, const char *text)
{
    receive(line);
    while (take_next(line))
        if (strstr(line->found, text) != NULL)
            return line->found;
    return NULL;
}

gboolean real_qemu_line_send(RealQemuLine *line, const char *text)
{
    g_autofree char *bytes = g_strconcat(text, "\n", NULL);

    return send(line->fd, bytes, strlen(bytes), MSG_NOSIGNAL) == (ssize_t)strlen(bytes);
}

const char *real_qemu_line_transcript(const RealQemuLine *line)
{
    return line->text->str;
}
