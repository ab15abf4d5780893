/* Everything that a session shows, as text: two sessions with the same text show the same. */
#ifndef BACKPLANE_TEST_SESSION_TEXT_H
#define BACKPLANE_TEST_SESSION_TEXT_H

#include "engine/session.h"

/* All of it but the trace; times of plans as how long they took. (transfer full) */
char *session_text(Session *session);
/* Its messages. (transfer full) */
char *session_text_trace(Session *session);

#endif
