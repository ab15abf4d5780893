/* A guest's name or pid for what connects to it. */
#ifndef BACKPLANE_DISCOVER_TARGET_H
#define BACKPLANE_DISCOVER_TARGET_H

#include "monitor/discover.h"

/* Whether the text is an address in itself: unix:, tcp:, @NAME, anything with a slash, and any file
 * that is there. */
gboolean discover_is_address(const char *text);

/* The target of the best monitor of the one guest with this name or pid. Errors:
 * MONITOR_ERROR_MISSING: there is none; MONITOR_ERROR_TARGET: there are several;
 * MONITOR_ERROR_BUSY, _DENIED, _NOT_MONITOR: none of its monitors can be connected to, and what to
 * do. (transfer full) */
char *discover_choose(const GPtrArray *guests, const char *text, GError **error);
/* A guest with this name or pid; NULL: none. (transfer none) */
const FoundGuest *discover_find(const GPtrArray *guests, const char *text);

#endif
