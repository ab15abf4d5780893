/* The comparison of a domain XML with a guest, as text and as JSON. */
#ifndef BACKPLANE_REPORT_MATCH_H
#define BACKPLANE_REPORT_MATCH_H

#include <jansson.h>

#include "engine/match.h"

/* A line for each pair but those of the machine's own devices that have no address, then the sum.
 * (transfer full) */
char *report_match_text(const Match *match, gboolean ascii);
/* {"domain": {...}, "agrees": bool, "counts": {...}, "pairs": [...]} (transfer full) */
json_t *report_match_json(const Match *match);
/* One of the pairs: {"state", "configured", "device", "evidence", "alternatives", ...} (transfer
 * full) */
json_t *report_pair_json(const MatchPair *pair);

#endif
