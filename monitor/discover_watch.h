/* The guests of this host, looked at again and again. */
#ifndef BACKPLANE_DISCOVER_WATCH_H
#define BACKPLANE_DISCOVER_WATCH_H

#include "monitor/discover.h"

typedef struct DiscoverWatch DiscoverWatch;

/* Pause between two looks: guests come and go within two seconds. */
#define DISCOVER_PAUSE_MS 1000

/* The guests are others than before, or seen for the first time; or error says why none can be
 * seen. In the main context, never before discover_watch_new has returned. */
typedef void (*DiscoverFn)(const GError *error, gpointer data);

/* proc: as in discover_guests. Looks in a thread: two thousand processes take 30 ms and more, and
 * the folder of a guest may hang. (transfer full) */
DiscoverWatch *discover_watch_new(const char *proc, DiscoverFn changed, gpointer data);
void discover_watch_free(DiscoverWatch *watch);
/* Looks now, and tells even where nothing has changed. */
void discover_watch_now(DiscoverWatch *watch);
/* (FoundGuest) NULL before the first look. (transfer none, until it changes) */
const GPtrArray *discover_watch_guests(const DiscoverWatch *watch);

#endif
