/* proc_net(5). The server's end of a client that waits has the listener's name and no inode yet
 * (net/unix/af_unix.c, net/ipv4/tcp_ipv4.c; seen with Linux 6.1 and 6.18). */
#include "monitor/net_sockets.h"

#include <stdio.h>
#include <string.h>

#include "monitor/proc.h"

#define UNIX_LISTENS 0x10000 /* __SO_ACCEPTCON */
#define UNIX_CONNECTING 2
#define UNIX_CONNECTED 3
#define TCP_IS_ESTABLISHED 1
#define TCP_LISTENS 10
#define ADDRESS_DIGITS 32

typedef struct {
    guint64 inode;
    gboolean listens;
    gboolean connected;
    gboolean waits;
    char *path;
} UnixSocket;

typedef struct {
    guint64 inode;
    gboolean listens;
    char local[ADDRESS_DIGITS + 1], remote[ADDRESS_DIGITS + 1];
    guint local_port, remote_port;
} TcpSocket;

struct NetSockets {
    GArray *unixes; /* (UnixSocket) those with a name */
    GArray *tcps;   /* (TcpSocket) that listen or are connected */
};

static void clear_unix(gpointer data)
{
    g_free(((UnixSocket *)data)->path);
}

/* --- reading --------------------------------------------------------------------------------- */

static void take_unix(NetSockets *sockets, const char *line)
{
    unsigned long long inode;
    unsigned flags, state;
    UnixSocket *one;
    int path = 0;

    if (sscanf(line, "%*x: %*x %*x %x %*x %x %llu %n", &flags, &state, &inode, &path) < 3 ||
        !path || !line[path])
        return;
    g_array_set_size(sockets->unixes, sockets->unixes->len + 1);
    one = &g_array_index(sockets->unixes, UnixSocket, sockets->unixes->len - 1);
    one->inode = inode;
    one->listens = (flags & UNIX_LISTENS) != 0;
    one->connected = state == UNIX_CONNECTED;
    one->waits = state == UNIX_CONNECTING && inode == 0;
    one->path = g_strdup(line + path);
}

static void take_tcp(NetSockets *sockets, const char *line)
{
    TcpSocket one = { 0 };
    unsigned long long inode;
    unsigned state;

    if (sscanf(line, " %*u: %32[0-9A-Fa-f]:%x %32[0-9A-Fa-f]:%x %x %*s %*s %*s %*u %*u %llu",
               one.local, &one.local_port, one.remote, &one.remote_port, &state, &inode) != 6 ||
        (state != TCP_LISTENS && state != TCP_IS_ESTABLISHED))
        return;
    one.inode = inode;
    one.listens = state == TCP_LISTENS;
    g_array_append_val(sockets->tcps, one);
}

static void read_table(NetSockets *sockets, const char *proc, gint pid, const char *name,
                       void (*take)(NetSockets *sockets, const char *line))
{
    g_autofree char *path = proc_path(proc, pid, name);
    GString *text = proc_read(path);
    char *line = text ? text->str : NULL;

    while (line && *line) {
        char *end = strchr(line, '\n');

        if (end)
            *end = '\0';
        take(sockets, line); /* its heading is no socket */
        line = end ? end + 1 : NULL;
    }
    if (text)
        g_string_free(text, TRUE);
}

NetSockets *net_sockets_read(const char *proc, gint pid)
{
    NetSockets *sockets = g_new0(NetSockets, 1);

    sockets->unixes = g_array_new(FALSE, TRUE, sizeof(UnixSocket));
    g_array_set_clear_func(sockets->unixes, clear_unix);
    sockets->tcps = g_array_new(FALSE, FALSE, sizeof(TcpSocket));
    read_table(sockets, proc, pid, "net/unix", take_unix);
    read_table(sockets, proc, pid, "net/tcp", take_tcp);
    read_table(sockets, proc, pid, "net/tcp6", take_tcp);
    return sockets;
}

void net_sockets_free(NetSockets *sockets)
{
    if (!sockets)
        return;
    g_array_unref(sockets->unixes);
    g_array_unref(sockets->tcps);
    g_free(sockets);
}

/* --- who is connected ------------------------------------------------------------------------ */

static gboolean is_own(GHashTable *own, guint64 inode)
{
    return inode && (!own || g_hash_table_contains(own, GSIZE_TO_POINTER(inode)));
}

SocketUse net_sockets_unix(const NetSockets *sockets, const char *path, GHashTable *own)
{
    SocketUse use = { FALSE };
    guint listeners = 0;

    for (guint i = 0; i < sockets->unixes->len; i++) {
        const UnixSocket *one = &g_array_index(sockets->unixes, UnixSocket, i);

        if (strcmp(one->path, path) != 0)
            continue;
        listeners += one->listens;
        if (one->waits)
            use.waiting++;
        else if (is_own(own, one->inode) && one->listens)
            use.listens = TRUE;
        else if (is_own(own, one->inode) && one->connected)
            use.accepted = one->inode;
    }
    if (listeners > 1) /* the same relative name in two folders: whose they are is not told */
        use.waiting = 0;
    return use;
}

/* The other end, where it is of this name space too. */
static guint64 find_client(const NetSockets *sockets, const TcpSocket *server)
{
    for (guint i = 0; i < sockets->tcps->len; i++) {
        const TcpSocket *one = &g_array_index(sockets->tcps, TcpSocket, i);

        if (!one->listens && one->local_port == server->remote_port &&
            one->remote_port == server->local_port && strcmp(one->local, server->remote) == 0 &&
            strcmp(one->remote, server->local) == 0)
            return one->inode;
    }
    return 0;
}

SocketUse net_sockets_tcp(const NetSockets *sockets, guint16 port, GHashTable *own)
{
    SocketUse use = { FALSE };

    for (guint i = 0; i < sockets->tcps->len; i++) {
        const TcpSocket *one = &g_array_index(sockets->tcps, TcpSocket, i);

        if (one->local_port != port)
            continue;
        if (!one->listens && !one->inode) {
            use.waiting++;
        } else if (is_own(own, one->inode) && one->listens) {
            use.listens = TRUE;
        } else if (is_own(own, one->inode)) {
            use.accepted = one->inode;
            use.client = find_client(sockets, one);
        }
    }
    return use;
}

const char *net_sockets_path(const NetSockets *sockets, guint64 inode)
{
    for (guint i = 0; i < sockets->unixes->len; i++) {
        const UnixSocket *one = &g_array_index(sockets->unixes, UnixSocket, i);

        if (one->inode == inode)
            return one->path;
    }
    return NULL;
}
