/* The facts of a guest and the results of commands as JSON: the contract that other programs read.
 * Fields may be added, never changed; null stands for what is not known. */
#ifndef BACKPLANE_REPORT_JSON_H
#define BACKPLANE_REPORT_JSON_H

#include "engine/match.h"
#include "engine/plan.h"

/* {"guest": {...}, "devices": [...], "vacant": [...]}; with a match (else NULL) each device has its
 * "match", and "absent" those that have none. (transfer full) */
char *report_tree_json(const Guest *guest, const Match *match);

/* One of the devices above with its "properties". (transfer full) */
char *report_device_json(const Device *device, const Match *match);

/* {"id", "path", "address", "with": [...], "plan": [...], "checks": [...]}; also for --dry-run.
 * (transfer full) */
char *report_attach_json(const Plan *plan);

/* The same of a plan that was not run: {"devices": [...], "plan": [...], "checks": [...]}.
 * (transfer full) */
char *report_detach_plan_json(const Plan *plan);

/* {"detached": [...], "leaving": [...], "kept": [...], "removed": [...]}: what has become of the
 * plan's devices so far, each {"id", "path", "driver", "address"}, and the words of back ends.
 * (transfer full) */
char *report_detach_json(const Plan *plan);

/* --- what they are made of ---------------------------------------------------------------------
 */

/* NULL is null; bytes that are not UTF-8, which JSON cannot hold, are replaced. (transfer full) */
json_t *report_string_json(const char *text);
/* As it is printed, with a line break. (transfer full) both ways */
char *report_finish_json(json_t *json);

#endif
