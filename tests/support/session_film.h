/* A session that is recorded, and a picture of it at each change: a replay of the recording has to
 * give the same pictures, in any order. */
#ifndef BACKPLANE_TEST_SESSION_FILM_H
#define BACKPLANE_TEST_SESSION_FILM_H

#include "engine/replay.h"

typedef struct SessionFilm SessionFilm;

/* Records into a file of a folder of its own. Fails the running test when it cannot. (transfer
 * full)
 */
SessionFilm *session_film_new(Session *session);
/* Ends the recording; the session, if it was not freed before, must still be there. */
void session_film_free(SessionFilm *film);

const char *session_film_path(const SessionFilm *film);
guint session_film_pictures(const SessionFilm *film);

/* The session has been freed, or will be: no more pictures. */
void session_film_end(SessionFilm *film);
/* Shows the recording at each picture forwards, backwards and in leaps; each must be the same. */
void session_film_check(const SessionFilm *film);

#endif
