/* Getting a connected socket to a target, and the sentence for each way in which that fails. */
#ifndef BACKPLANE_CONNECT_H
#define BACKPLANE_CONNECT_H

#include "monitor/target.h"

typedef struct Connect Connect;

/* connection (borrowed) or error is set. Once, from the main loop; it may free the Connect. */
typedef void (*ConnectDoneFn)(GSocketConnection *connection, const GError *error, gpointer data);

/* Starts. Has no deadline of its own: a listener whose backlog is full is tried again until
 * connect_free. target must live as long. (transfer full) */
Connect *connect_start(const Target *target, ConnectDoneFn done, gpointer data);
void connect_free(Connect *connect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connect, connect_free)

#endif
