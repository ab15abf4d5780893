/* How fast drives are read and written: two looks at QEMU's counters make a rate. Pure arithmetic;
 * who asks QEMU, and when, is session_rates.c. */
#ifndef BACKPLANE_RATES_H
#define BACKPLANE_RATES_H

#include "engine/device.h"

typedef struct Rates Rates;

/* Bytes a second. */
typedef struct {
    gint64 read, written;
} Rate;

Rates *rates_new(void);
void rates_free(Rates *rates);

/* Takes a reply of query-blockstats. at: g_get_monotonic_time() of it. Drives that it does not name
 * are forgotten. */
void rates_take(Rates *rates, const json_t *reply, gint64 at);
/* What comes next begins anew: the time until then tells nothing. */
void rates_clear(Rates *rates);

/* FALSE: not known (yet): it was not seen twice, or its counters began anew. */
gboolean rates_of(const Rates *rates, const Device *device, Rate *rate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rates, rates_free)

#endif
