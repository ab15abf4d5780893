/* The kernel's own list of connected unix sockets, by NETLINK_SOCK_DIAG (sock_diag(7)). */
#ifndef BACKPLANE_SOCK_DIAG_H
#define BACKPLANE_SOCK_DIAG_H

#include <glib.h>

/* The inodes (guint32) of the sockets that are connected to the listener at path, accepted ones
 * only; an empty array when the kernel does not tell. (transfer full) */
GArray *sock_diag_peers(const char *path);

/* Of every connected unix socket of our network name space: its inode to its peer's, both as
 * pointers. Empty when the kernel does not tell. (transfer full) */
GHashTable *sock_diag_pairs(void);

#endif
