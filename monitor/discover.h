/* What /proc tells about sockets: who holds a monitor. */
#ifndef BACKPLANE_DISCOVER_H
#define BACKPLANE_DISCOVER_H

#include <glib.h>

typedef struct {
    gint pid;
    char *program; /* base name of the executable */
} SocketHolder;

/* The process (other than the listener itself and us) that is connected to the unix socket at path,
 * NULL when /proc does not tell. Source: /proc/net/unix (state 03 = connected, with the listener's
 * path on the server's end), the peer found by /proc/PID/fd. (transfer full) */
SocketHolder *discover_socket_holder(const char *path);
void socket_holder_free(SocketHolder *holder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SocketHolder, socket_holder_free)

#endif
