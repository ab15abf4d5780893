/* The names of keys, and what a terminal sends for them. */
#ifndef BACKPLANE_TESTS_FILM_KEYS_H
#define BACKPLANE_TESTS_FILM_KEYS_H

/* "Enter", "C-r", "j": what an xterm sends; NULL for a name that is none. (transfer full) */
char *film_key(const char *name);

#endif
