/* What became of the devices of a file in a match, as text to compare. */
#ifndef BACKPLANE_TESTS_MATCH_LINES_H
#define BACKPLANE_TESTS_MATCH_LINES_H

#include "engine/match.h"

/* The qdev id, else the address; "-" for none. (transfer full) */
static inline char *match_name(const Device *device)
{
    if (!device)
        return g_strdup("-");
    return device->id ? g_strdup(device->id) : address_to_text(&device->address);
}

/* "b same MAC", with "~2" for two alternatives that are as true, "?2" for others, and "!" where
 * something speaks against it. (transfer full) */
static inline char *match_line(const MatchPair *pair)
{
    g_autofree char *name = match_name(pair->device);
    g_autofree char *count =
        pair->alternatives
            ? g_strdup_printf(" %c%u", pair->interchangeable ? '~' : '?', pair->alternatives)
            : g_strdup("");
    return g_strdup_printf(
        "%s %s%s%s%s%s", name, match_state_name(pair->state), pair->evidence ? " " : "",
        pair->evidence ? evidence_name(pair->evidence) : "", count, pair->contradicted ? " !" : "");
}

/* Those of all configured devices, in the order of the file. (transfer full) */
static inline char *match_lines(const Match *match)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < match->domain->devices->len; i++) {
        g_autofree char *line = match_line(match->pairs->pdata[i]);
        g_string_append_printf(text, "%s%s", i ? "; " : "", line);
    }
    return g_string_free(text, FALSE);
}

#endif
