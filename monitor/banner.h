/* What a peer that greets with neither QMP nor a human monitor is. */
#ifndef BACKPLANE_BANNER_H
#define BACKPLANE_BANNER_H

#include <glib.h>

/* Whether its beginning says what it is. */
gboolean banner_is_known(const char *text, gsize length);

/* Says it with MONITOR_ERROR_NOT_MONITOR; the message is a predicate that wants the peer's name
 * before it, and ends with the remedy. (transfer full) */
GError *banner_error(const char *text, gsize length);

#endif
