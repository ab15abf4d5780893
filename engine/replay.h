/* A recording shown again: a session without a monitor that shows what the recorded one showed at
 * any moment, with the controls of a player.
 *
 * How it works. What a session shows is, of each kind of fact, the latest: state, tree, states of
 * devices, running plans, domain file; and the lines of the journal and the messages so far. The
 * recording has a line for each change of one of them (engine/recording.h), so a moment is shown by
 * looking up the latest line of each kind: going back is the same as going on, and exact. The tree
 * alone stands in no line. It is made anew by the code that made it (inventory), which is given the
 * recorded replies; what it had learned by then is kept every few trees, so that any tree is only a
 * few reads away (engine/replay_trees.h). Nothing is sent anywhere, and all that would change a
 * guest or a file is refused. */
#ifndef BACKPLANE_REPLAY_H
#define BACKPLANE_REPLAY_H

#include "engine/session.h"

typedef struct Replay Replay;

#define REPLAY_SLOWEST 0.1
#define REPLAY_FASTEST 100.0

/* Reads the whole file; it stands at position 0, where nothing is shown yet, and does not play.
 * Errors: ENGINE_ERROR_INPUT naming the file, and the line that is wrong. (transfer full) */
Replay *replay_new(const char *path, GError **error);
/* Frees the session as well. Safe inside any callback. */
void replay_free(Replay *replay);

/* For views: session_target is the file's path, session_now the time of the moment shown. It must
 * not be freed, the replay is. (transfer none) */
Session *replay_session(const Replay *replay);

/* The guest's name, "" if it was never read; when the recording began, as g_get_real_time(); the
 * version of backplane that made it. */
const char *replay_guest(const Replay *replay);
gint64 replay_began(const Replay *replay);
const char *replay_version(const Replay *replay);

/* Microseconds since the beginning. */
gint64 replay_length(const Replay *replay);
gint64 replay_position(const Replay *replay);
/* How many moments there are, at which something visible changed; how many of them are at or before
 * the position; the position of one, 0 is the first. */
guint replay_moments(const Replay *replay);
guint replay_moments_passed(const Replay *replay);
gint64 replay_moment(const Replay *replay, guint index);

/* Shows the session as it was at this position, the ends included; listeners of the session hear
 * what has changed by that. */
void replay_seek(Replay *replay, gint64 position);
/* To the next moment, or to the one before; what plays pauses. FALSE when there is none. */
gboolean replay_step(Replay *replay, gboolean forward);

/* Plays from here, times as fast as it was (within the limits above); pauses at the end. */
void replay_play(Replay *replay, double speed);
void replay_pause(Replay *replay);
gboolean replay_is_playing(const Replay *replay);
double replay_speed(const Replay *replay);
/* What the player's timer does: so many microseconds have passed on the clock on the wall. Does
 * nothing unless it plays. */
void replay_advance(Replay *replay, gint64 elapsed);

/* The position, or whether it plays, is another. May free the replay. */
typedef void (*ReplayFn)(Replay *replay, gpointer data);
void replay_listen(Replay *replay, ReplayFn listener, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_free)

#endif
