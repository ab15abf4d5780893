/* Which process has a socket open. */
#ifndef BACKPLANE_SOCKET_HOLDER_H
#define BACKPLANE_SOCKET_HOLDER_H

#include <glib.h>

typedef struct {
    gint pid;
    char *program; /* base name of the executable, printable */
} SocketHolder;

/* (transfer full) */
SocketHolder *socket_holder_new(const char *proc, gint pid);
SocketHolder *socket_holder_copy(const SocketHolder *holder);
void socket_holder_free(SocketHolder *holder);

/* wanted: inodes of sockets, as pointers, to the pid of the process that has it open, as a pointer;
 * NULL where it is not known. Looks until all are. pids: see proc_list. but: this one is passed
 * over. */
void socket_holders_find(const char *proc, const GArray *pids, GHashTable *wanted, gint but);

/* The process other than us that is connected to the unix socket at path and was accepted there; a
 * client that still waits in the backlog holds nothing. NULL when the kernel does not tell, which
 * it does not across users and network namespaces. Never a guess: the client's own socket is looked
 * up (sock_diag.h) and found again in /proc/PID/fd. (transfer full) */
SocketHolder *discover_socket_holder(const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SocketHolder, socket_holder_free)

#endif
