/* The sockets of a network name space as /proc/PID/net lists them: which of them listen, and who is
 * connected there. Nothing is connected to for that. */
#ifndef BACKPLANE_NET_SOCKETS_H
#define BACKPLANE_NET_SOCKETS_H

#include <glib.h>

typedef struct NetSockets NetSockets;

/* Reads unix, tcp and tcp6 of that process's name space; a file that is not there has no sockets.
 * (transfer full) */
NetSockets *net_sockets_read(const char *proc, gint pid);
void net_sockets_free(NetSockets *sockets);

/* What is done with a listening socket. */
typedef struct {
    gboolean listens;
    guint64 accepted; /* inode of the server's end of a client that is in; 0 for none */
    guint64 client;   /* inode of that client's end where the table tells (TCP); 0 */
    guint waiting;    /* clients that were not accepted yet */
} SocketUse;

/* own: set of the inodes (as pointers) of the process that is to listen there; NULL where they are
 * not known: then the name alone tells. path: as it was bound, "@NAME" for an abstract one. */
SocketUse net_sockets_unix(const NetSockets *sockets, const char *path, GHashTable *own);
SocketUse net_sockets_tcp(const NetSockets *sockets, guint16 port, GHashTable *own);
/* The path that the unix socket with this inode was bound to; NULL: none. (transfer none) */
const char *net_sockets_path(const NetSockets *sockets, guint64 inode);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetSockets, net_sockets_free)

#endif
