/* The trees of a recording, each made by inventory from the replies that it was made of. Private to
 * replay.
 *
 * A tree's replies are those of reading commands that came since the tree before it. Inventory asks
 * the same questions in the same order as it did then, since it has learned the same, and is given
 * them in order. What it had learned before a tree is kept now and then, so that any tree can be
 * made from there: about as much is read again as REPLAY_READ_BYTES of replies. */
#ifndef BACKPLANE_REPLAY_TREES_H
#define BACKPLANE_REPLAY_TREES_H

#include "engine/guest.h"
#include "engine/recording.h"

typedef struct ReplayTrees ReplayTrees;

#define REPLAY_READ_BYTES (512 * 1024)

/* The recording must live as long. (transfer full) */
ReplayTrees *replay_trees_new(const Recording *recording);
void replay_trees_free(ReplayTrees *trees);

/* The tree of this line of its kind, with the states that QEMU tells alone. NULL where its replies
 * are not recorded. (transfer full) */
Guest *replay_trees_make(ReplayTrees *trees, guint index);
/* Whether it can be another than the tree before it. */
gboolean replay_trees_differs(const ReplayTrees *trees, guint index);

#endif
