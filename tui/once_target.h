/* TARGET as somebody types it: an address, or the name or pid of a guest of this host. */
#ifndef BACKPLANE_ONCE_TARGET_H
#define BACKPLANE_ONCE_TARGET_H

#include "engine/session.h"
#include "tui/options.h"

/* The session on it. A socket wins where a guest has the same name, which is told. Errors: those of
 * discover_choose and session_new; ENGINE_ERROR_INPUT: it looks like a command misspelt. */
Session *once_session_new(const Options *options, const char *text, SessionMode mode,
                          GError **error);

#endif
