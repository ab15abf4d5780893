/* Stands between a program and a monitor: passes everything on, and keeps what was said and when.
 */
#ifndef BACKPLANE_BENCH_RELAY_H
#define BACKPLANE_BENCH_RELAY_H

#include <glib.h>

typedef struct Relay Relay;

/* Listens at path; connects to the unix socket target for the client that comes. Works in the
 * default main context. (transfer full) */
Relay *relay_new(const char *path, const char *target);
void relay_free(Relay *relay);

/* When the latest bytes of the monitor were passed on, g_get_monotonic_time(); 0 before. */
gint64 relay_last_reply(const Relay *relay);

/* What bench_floor replays: for each round the length of what the client sent and the number of
 * lines that the monitor answered, then those bytes. (transfer full) */
GString *relay_script(const Relay *relay);

#endif
