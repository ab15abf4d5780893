/* Whether the members of a recording's lines are what they shall be. Private to recording. */
#ifndef BACKPLANE_RECORDING_CHECK_H
#define BACKPLANE_RECORDING_CHECK_H

#include <jansson.h>

#include "engine/journal.h"

/* NULL, or what is wrong, to go on with "this line is damaged, ". */
const char *check_state(json_t *state);
const char *check_shown(json_t *shown);
const char *check_domain(json_t *domain);

/* NULL when it is not complete. (transfer full) */
JournalEntry *journal_entry_read(json_t *record);
/* FALSE when there is no such name. */
gboolean device_state_read(json_t *name, DeviceState *state);

#endif
