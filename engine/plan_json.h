/* Whole plans as JSON and back, for recordings. (What is shown and sent is plan_to_json.) */
#ifndef BACKPLANE_PLAN_JSON_H
#define BACKPLANE_PLAN_JSON_H

#include "engine/plan.h"

/* {"verb", "title", "steps": [{"words", "action": {...}, "undo": [...], "group"}], "checks",
 * "subjects", "chosen"}: all of a plan as it was made, apart from the versions of its file.
 * (transfer full) */
json_t *plan_record(const Plan *plan);
/* The way back; unknown members are passed over. NULL when it is not of that shape. (transfer full)
 */
Plan *plan_from_record(json_t *record);

/* [[state, started, ended, error], ...] of all steps: times counted from `began`,
 * g_get_monotonic_time(), null for none. (transfer full) */
json_t *plan_record_steps(const Plan *plan, gint64 began);
/* Gives the steps these states. FALSE when it does not fit the plan. */
gboolean plan_set_steps(Plan *plan, json_t *steps);

#endif
