/* One monitor of a QEMU: where it is seen from here, and who has it. Paths are those of QEMU's own
 * name spaces. */
#include "monitor/discover_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/proc.h"

/* --- paths ----------------------------------------------------------------------------------- */

/* A path of its own, as one of ours: the first of these at which something is. */
static GPtrArray *candidates(const DiscoverLook *look, const char *path)
{
    const char *proc = look->scan->proc;
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *root = proc_path(proc, look->pid, "root");
    g_autofree char *cwd = proc_link(proc, look->pid, "cwd");
    g_autofree char *through = proc_path(proc, look->pid, "cwd");
    g_autofree char *started = NULL;

    if (*path == '/') {
        if (look->same_files || !cwd) /* whose links are hidden is taken for one of our own */
            g_ptr_array_add(all, g_strdup(path));
        g_ptr_array_add(all, g_strconcat(root, path, NULL));
        return all;
    }
    if (look->same_files && cwd)
        g_ptr_array_add(all, g_build_filename(cwd, path, NULL));
    g_ptr_array_add(all, g_build_filename(through, path, NULL));
    started = look->arguments->daemon ? proc_variable(proc, look->pid, "PWD") : NULL;
    if (started && *started == '/')
        g_ptr_array_add(all, look->same_files ? g_build_filename(started, path, NULL)
                                              : g_strconcat(root, started, "/", path, NULL));
    return all;
}

/* A place where a socket is, as far as we may look. (transfer full) */
static char *find_path(const DiscoverLook *look, const char *path, FoundState *state)
{
    g_autoptr(GPtrArray) all = candidates(look, path);
    struct stat file;

    *state = FOUND_GONE;
    for (guint i = 0; i < all->len; i++) {
        const char *one = all->pdata[i];

        if (stat(one, &file) != 0) {
            *state = errno == EACCES ? FOUND_DENIED : *state;
        } else if (S_ISSOCK(file.st_mode)) {
            *state = faccessat(AT_FDCWD, one, W_OK, AT_EACCESS) == 0 ? FOUND_FREE : FOUND_DENIED;
            return g_strdup(one);
        }
    }
    return g_strdup(all->pdata[0]);
}

GString *discover_read_config(const char *path, gpointer look_data)
{
    const DiscoverLook *look = look_data;
    g_autoptr(GPtrArray) all = candidates(look, path);
    GString *text = NULL;

    for (guint i = 0; i < all->len && !text; i++)
        text = g_file_test(all->pdata[i], G_FILE_TEST_IS_REGULAR) ? proc_read(all->pdata[i]) : NULL;
    return text;
}

/* --- monitors -------------------------------------------------------------------------------- */

static void take_holder(const DiscoverLook *look, FoundMonitor *found, const SocketUse *use)
{
    gpointer peer = GSIZE_TO_POINTER(use->client);
    guint64 inode;

    if (!peer && look->scan->pairs)
        peer = g_hash_table_lookup(look->scan->pairs, GSIZE_TO_POINTER(use->accepted));
    inode = GPOINTER_TO_SIZE(peer);
    if (peer)
        g_hash_table_insert(look->scan->wanted, peer, NULL);
    g_ptr_array_add(look->scan->holding, found);
    g_array_append_val(look->scan->clients, inode);
}

/* Of a socket that one may connect to. */
static void take_use(const DiscoverLook *look, FoundMonitor *found, const SocketUse *use)
{
    found->waiting = use->waiting;
    if (!use->listens) {
        found->state = FOUND_GONE;
    } else if (use->accepted) {
        found->state = FOUND_HELD;
        take_holder(look, found, use);
    } else {
        found->state = use->waiting ? FOUND_QUEUED : FOUND_FREE;
    }
}

/* The server's end of a connection is of the client's network name space (unix_stream_connect in
 * net/unix/af_unix.c): a client of ours is listed here, wherever QEMU is. */
static SocketUse unix_use(const DiscoverLook *look, const char *path)
{
    SocketUse use = net_sockets_unix(look->sockets, path, look->inodes);

    if (!look->same_network && look->inodes && !use.accepted)
        use.accepted = net_sockets_unix(look->ours, path, look->inodes).accepted;
    return use;
}

static void look_at_path(const DiscoverLook *look, const char *path, FoundMonitor *found)
{
    SocketUse use = unix_use(look, path);
    g_autofree char *place = NULL;

    if (*path == '@') {
        found->target = g_strconcat("unix:", path, NULL);
        found->state = FOUND_ELSEWHERE;
        if (look->same_network)
            take_use(look, found, &use);
        return;
    }
    place = find_path(look, path, &found->state);
    found->target = g_strconcat("unix:", place, NULL);
    if (found->state == FOUND_FREE)
        take_use(look, found, &use);
}

static gboolean is_any_address(const char *host)
{
    static const char *const any[] = { "", "0.0.0.0", "::", "[::]", NULL };

    return g_strv_contains(any, host);
}

static void look_at_port(const DiscoverLook *look, const QemuMonitor *monitor, FoundMonitor *found)
{
    const char *host = is_any_address(monitor->host) ? "localhost" : monitor->host;
    gboolean bare = strchr(host, ':') && *host != '[';
    guint64 port = 0;
    SocketUse use;

    found->target =
        g_strdup_printf("tcp:%s%s%s:%s", bare ? "[" : "", host, bare ? "]" : "", monitor->port);
    found->state = FOUND_ELSEWHERE;
    if (!look->same_network)
        return;
    g_ascii_string_to_unsigned(monitor->port, 10, 1, G_MAXUINT16, &port, NULL);
    use = net_sockets_tcp(look->sockets, (guint16)port, look->inodes);
    take_use(look, found, &use);
}

static guint64 inode_of(const DiscoverLook *look, gint fd)
{
    for (guint i = 0; i < look->fds->len; i++)
        if (g_array_index(look->fds, DiscoverFile, i).fd == fd)
            return g_array_index(look->fds, DiscoverFile, i).inode;
    return 0;
}

/* A socket that QEMU was given: it may have been bound with another view of the files, so ours is
 * tried first. */
static void look_at_fd(const DiscoverLook *look, gint fd, FoundMonitor *found)
{
    const char *path = net_sockets_path(look->sockets, inode_of(look, fd));
    DiscoverLook ours = *look;

    if (!look->inodes) {
        found->state = FOUND_DENIED;
    } else if (!path) {
        found->state = FOUND_NO_SOCKET;
    } else {
        ours.same_files = TRUE;
        look_at_path(&ours, path, found);
    }
}

void found_monitor_free(gpointer data)
{
    FoundMonitor *found = data;

    g_free(found->kind);
    g_free(found->target);
    socket_holder_free(found->holder);
    g_free(found);
}

FoundMonitor *discover_monitor(const DiscoverLook *look, const QemuMonitor *monitor)
{
    FoundMonitor *found = g_new0(FoundMonitor, 1);
    g_autofree char *name =
        monitor->abstract ? g_strconcat("@", monitor->path, NULL) : g_strdup(monitor->path);

    found->qmp = monitor->qmp;
    found->kind = g_strdup(monitor->backend);
    if (monitor->kind == QEMU_MONITOR_OTHER)
        found->state = FOUND_NO_SOCKET;
    else if (!monitor->server)
        found->state = FOUND_CLIENT;
    else if (monitor->kind == QEMU_MONITOR_UNIX)
        look_at_path(look, name, found);
    else if (monitor->kind == QEMU_MONITOR_TCP)
        look_at_port(look, monitor, found);
    else
        look_at_fd(look, monitor->fd, found);
    return found;
}
