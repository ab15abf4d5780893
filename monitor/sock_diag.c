/* One dump of the unix sockets. An accepted socket inherits the listener's address, so it names the
 * path; its peer is the client. A client that waits in the backlog is not in the dump: its server's
 * end has no inode yet, and the kernel leaves such sockets out (net/unix/diag.c). */
#include "monitor/sock_diag.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DUMP_BYTES (32 * 1024)

/* What the dump tells of one socket; NULL: not told. */
typedef struct {
    guint32 inode;
    const struct rtattr *name, *vfs, *peer;
} DiagSocket;

typedef void (*DiagFn)(const DiagSocket *socket, gpointer data);

typedef struct {
    const char *path;
    struct stat file; /* of path; all zero when there is none */
    GArray *peers;
} Search;

static gboolean request_dump(int fd)
{
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } message = {
        .header = { .nlmsg_len = sizeof(message),
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .request = { .sdiag_family = AF_UNIX,
                     .udiag_states = 1 << TCP_ESTABLISHED,
                     .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER },
    };

    return send(fd, &message, sizeof(message), 0) == (ssize_t)sizeof(message);
}

/* The kernel packs a device number as 12 bits major, 20 bits minor (linux/kdev_t.h). */
static gboolean same_file(const struct unix_diag_vfs *vfs, const struct stat *file)
{
    return vfs->udiag_vfs_ino == (guint32)file->st_ino &&
           vfs->udiag_vfs_dev >> 20 == major(file->st_dev) &&
           (vfs->udiag_vfs_dev & 0xfffff) == minor(file->st_dev);
}

/* The same file, or the same name where a layered file system hides the file's identity. */
static gboolean is_socket_of(const Search *search, const struct rtattr *name,
                             const struct rtattr *vfs)
{
    gsize length = strlen(search->path);

    if (vfs && search->file.st_ino && same_file(RTA_DATA(vfs), &search->file))
        return TRUE;
    return name && RTA_PAYLOAD(name) >= length && search->path[0] == '/' &&
           memcmp(RTA_DATA(name), search->path, length) == 0 &&
           (RTA_PAYLOAD(name) == length || ((const char *)RTA_DATA(name))[length] == '\0');
}

static guint32 peer_of(const DiagSocket *socket)
{
    guint32 peer = 0;

    if (socket->peer)
        memcpy(&peer, RTA_DATA(socket->peer), sizeof(peer));
    return peer;
}

/* --- the dump -------------------------------------------------------------------------------- */

static void tell_socket(const struct nlmsghdr *header, DiagFn each, gpointer data)
{
    const struct unix_diag_msg *message = NLMSG_DATA(header);
    const struct rtattr *found[UNIX_DIAG_MAX + 1] = { NULL };
    int left = (int)NLMSG_PAYLOAD(header, sizeof(*message));

    for (const struct rtattr *at = (const struct rtattr *)(message + 1); RTA_OK(at, left);
         at = RTA_NEXT(at, left)) {
        if (at->rta_type <= UNIX_DIAG_MAX)
            found[at->rta_type] = at;
    }
    each(&(DiagSocket){ message->udiag_ino, found[UNIX_DIAG_NAME], found[UNIX_DIAG_VFS],
                        found[UNIX_DIAG_PEER] },
         data);
}

/* FALSE at the end of the dump. */
static gboolean take_datagram(const void *bytes, ssize_t length, DiagFn each, gpointer data)
{
    gssize left = length;

    for (const struct nlmsghdr *header = bytes; NLMSG_OK(header, (gsize)left);
         header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return FALSE;
        tell_socket(header, each, data);
    }
    return TRUE;
}

static void dump(DiagFn each, gpointer data)
{
    g_autofree char *bytes = g_malloc(DUMP_BYTES);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ssize_t length;

    if (fd < 0)
        return;
    if (request_dump(fd)) {
        /* The kernel fills the answer while it is read, so there is always something to read. */
        while ((length = recv(fd, bytes, DUMP_BYTES, MSG_DONTWAIT)) > 0 &&
               take_datagram(bytes, length, each, data))
            ;
    }
    close(fd);
}

/* --- what is asked --------------------------------------------------------------------------- */

static void search_socket(const DiagSocket *socket, gpointer data)
{
    const Search *search = data;
    guint32 peer = peer_of(socket);

    if (socket->peer && is_socket_of(search, socket->name, socket->vfs))
        g_array_append_val(search->peers, peer);
}

GArray *sock_diag_peers(const char *path)
{
    Search search = { .path = path, .peers = g_array_new(FALSE, FALSE, sizeof(guint32)) };

    if (stat(path, &search.file) != 0)
        memset(&search.file, 0, sizeof(search.file));
    dump(search_socket, &search);
    return search.peers;
}

static void take_pair(const DiagSocket *socket, gpointer data)
{
    if (socket->peer)
        g_hash_table_insert(data, GSIZE_TO_POINTER(socket->inode),
                            GSIZE_TO_POINTER(peer_of(socket)));
}

GHashTable *sock_diag_pairs(void)
{
    GHashTable *pairs = g_hash_table_new(NULL, NULL);

    dump(take_pair, pairs);
    return pairs;
}
