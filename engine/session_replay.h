/* The session of a replay: made to show what a recorded one showed. Private to replay. */
#ifndef BACKPLANE_SESSION_REPLAY_H
#define BACKPLANE_SESSION_REPLAY_H

#include "engine/replay_trees.h"
#include "engine/session.h"

/* path: what session_target tells. The other two must live as long. (transfer full) */
Session *session_new_replay(const char *path, const Recording *recording, ReplayTrees *trees);
/* Shows the first `lines` lines of the recording, so long after its beginning, and tells listeners
 * what differs from before. One may free the session. */
void session_replay_show(Session *session, guint lines, gint64 t);

#endif
