/* Reading /proc. */
#include "monitor/discover.h"

#include <string.h>
#include <unistd.h>

#include "monitor/sock_diag.h"
#include "monitor/text.h"

#define PROGRAM_COLUMNS 40

/* readlink as a string; FALSE if there is no such link or it is not ours to read. */
static gboolean read_link(const char *path, char *target, gsize size)
{
    ssize_t length = readlink(path, target, size - 1);

    if (length < 0)
        return FALSE;
    target[length] = '\0';
    return TRUE;
}

static gboolean is_one_of(const char *link, const GArray *inodes)
{
    guint64 inode;
    g_autofree char *digits = NULL;

    if (!g_str_has_prefix(link, "socket:["))
        return FALSE;
    digits = g_strndup(link + strlen("socket:["), strcspn(link + strlen("socket:["), "]"));
    if (!g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT32, &inode, NULL))
        return FALSE;
    for (guint i = 0; i < inodes->len; i++) {
        if (g_array_index(inodes, guint32, i) == inode)
            return TRUE;
    }
    return FALSE;
}

static gboolean process_holds(gint pid, const GArray *inodes)
{
    g_autofree char *directory = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GDir) fds = g_dir_open(directory, 0, NULL);
    const char *fd;

    while (fds && (fd = g_dir_read_name(fds))) {
        g_autofree char *path = g_strdup_printf("%s/%s", directory, fd);
        char link[64];

        if (read_link(path, link, sizeof(link)) && is_one_of(link, inodes))
            return TRUE;
    }
    return FALSE;
}

/* The pid of the process other than us that has one of these sockets open; 0 for none. */
static gint find_holder(const GArray *inodes)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
    const char *name;
    guint64 pid;

    while (processes && (name = g_dir_read_name(processes))) {
        if (g_ascii_string_to_unsigned(name, 10, 1, G_MAXINT, &pid, NULL) &&
            (gint)pid != getpid() && process_holds((gint)pid, inodes))
            return (gint)pid;
    }
    return 0;
}

static char *program_of(gint pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/exe", pid);
    g_autofree char *name = NULL;
    char program[4096];

    if (!read_link(path, program, sizeof(program)))
        return g_strdup("another program");
    if (g_str_has_suffix(program, " (deleted)")) /* replaced by an upgrade while it ran */
        program[strlen(program) - strlen(" (deleted)")] = '\0';
    name = g_path_get_basename(program);
    return text_printable(name, -1, PROGRAM_COLUMNS);
}

SocketHolder *discover_socket_holder(const char *path)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autoptr(GArray) inodes = sock_diag_peers(absolute);
    gint pid = inodes->len ? find_holder(inodes) : 0;
    SocketHolder *holder;

    if (!pid)
        return NULL;
    holder = g_new0(SocketHolder, 1);
    holder->pid = pid;
    holder->program = program_of(pid);
    return holder;
}

void socket_holder_free(SocketHolder *holder)
{
    if (!holder)
        return;
    g_free(holder->program);
    g_free(holder);
}
