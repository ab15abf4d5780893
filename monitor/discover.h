/* What the kernel tells about sockets: who holds a monitor. */
#ifndef BACKPLANE_DISCOVER_H
#define BACKPLANE_DISCOVER_H

#include <glib.h>

typedef struct {
    gint pid;
    char *program; /* base name of the executable */
} SocketHolder;

/* The process other than us that is connected to the unix socket at path and was accepted there; a
 * client that still waits in the backlog holds nothing. NULL when the kernel does not tell, which
 * it does not across users and network namespaces. Never a guess: the client's own socket is looked
 * up (sock_diag.h) and found again in /proc/PID/fd. (transfer full) */
SocketHolder *discover_socket_holder(const char *path);
void socket_holder_free(SocketHolder *holder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SocketHolder, socket_holder_free)

#endif
