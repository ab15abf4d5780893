/* The values that stand in a recording's lines: how they are written and read, and whether they are
 * what they shall be. Private to recordings and replays. */
#ifndef BACKPLANE_RECORDING_JSON_H
#define BACKPLANE_RECORDING_JSON_H

#include <jansson.h>

#include "engine/journal.h"

/* NULL is null, and what is not UTF-8 is replaced. (transfer full) */
json_t *record_text(const char *text);
/* Views print what they are given, and a recording may come from anywhere. NULL for no string.
 * (transfer full) */
char *printable_read(json_t *value);
/* NULL is null. (transfer full) both ways; what is no string is left out. */
json_t *record_strv(const char *const *strings);
char **strv_read(json_t *array);

/* NULL, or what is wrong, to go on with "this line is damaged, ". */
const char *check_state(json_t *state);
const char *check_shown(json_t *shown);
const char *check_domain(json_t *domain);

/* NULL when it is not complete. (transfer full) */
JournalEntry *journal_entry_read(json_t *record);
/* FALSE when there is no such name. */
gboolean device_state_read(json_t *name, DeviceState *state);

#endif
