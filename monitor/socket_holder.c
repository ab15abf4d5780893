/* The open files of all processes, searched for sockets. */
#include "monitor/socket_holder.h"

#include <unistd.h>

#include "monitor/proc.h"
#include "monitor/sock_diag.h"
#include "monitor/text.h"

#define PROC "/proc"
#define PROGRAM_COLUMNS 40

SocketHolder *socket_holder_new(const char *proc, gint pid)
{
    SocketHolder *holder = g_new0(SocketHolder, 1);
    g_autofree char *program = proc_program(proc, pid);

    holder->pid = pid;
    holder->program =
        program ? text_printable(program, -1, PROGRAM_COLUMNS) : g_strdup("another program");
    return holder;
}

SocketHolder *socket_holder_copy(const SocketHolder *holder)
{
    SocketHolder *copy = g_new0(SocketHolder, 1);

    copy->pid = holder->pid;
    copy->program = g_strdup(holder->program);
    return copy;
}

void socket_holder_free(SocketHolder *holder)
{
    if (!holder)
        return;
    g_free(holder->program);
    g_free(holder);
}

typedef struct {
    GHashTable *wanted;
    gint pid; /* whose files are looked at */
    guint missing;
} Search;

static void take_file(gint fd, const char *link, gpointer data)
{
    Search *search = data;
    gpointer inode = GSIZE_TO_POINTER(proc_socket_inode(link)), found;

    if (!inode || !g_hash_table_lookup_extended(search->wanted, inode, NULL, &found) || found)
        return;
    g_hash_table_insert(search->wanted, inode, GINT_TO_POINTER(search->pid));
    search->missing--;
}

void socket_holders_find(const char *proc, const GArray *pids, GHashTable *wanted, gint but)
{
    Search search = { wanted, 0, 0 };
    GHashTableIter iter;
    gpointer pid;

    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, NULL, &pid))
        search.missing += pid == NULL;
    for (guint i = 0; i < pids->len && search.missing; i++) {
        search.pid = g_array_index(pids, gint, i);
        if (search.pid != but)
            proc_each_file(proc, search.pid, take_file, &search);
    }
}

/* The first process that has one of these sockets (guint32) open; 0 for none. */
static gint find_holder(const GArray *inodes)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) pids = proc_list(PROC, NULL);
    GHashTableIter iter;
    gpointer pid;

    for (guint i = 0; i < inodes->len; i++)
        g_hash_table_insert(wanted, GSIZE_TO_POINTER(g_array_index(inodes, guint32, i)), NULL);
    if (pids && inodes->len)
        socket_holders_find(PROC, pids, wanted, getpid());
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, NULL, &pid))
        if (pid)
            return GPOINTER_TO_INT(pid);
    return 0;
}

SocketHolder *discover_socket_holder(const char *path)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autoptr(GArray) inodes = sock_diag_peers(absolute);
    gint pid = find_holder(inodes);

    return pid ? socket_holder_new(PROC, pid) : NULL;
}
