/* The facts of a guest and the results of commands as JSON: the contract that other programs read.
 * Fields may be added, never changed; null stands for what is not known. */
#ifndef BACKPLANE_REPORT_JSON_H
#define BACKPLANE_REPORT_JSON_H

#include "engine/guest.h"
#include "engine/plan.h"

/* {"guest": {...}, "devices": [...], "vacant": [...]} (transfer full) */
char *report_tree_json(const Guest *guest);

/* One of the devices above with its "properties". (transfer full) */
char *report_device_json(const Device *device);

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

#endif
