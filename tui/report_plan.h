/* Plans and what became of them as plain text, for attach and detach. */
#ifndef BACKPLANE_REPORT_PLAN_H
#define BACKPLANE_REPORT_PLAN_H

#include "engine/plan.h"

/* What --dry-run prints: the steps with their undo, the checks. (transfer full) */
char *report_plan_text(const Plan *plan, gboolean ascii);

/* "sd3 at 0:0:3", a line for each device that came; those that were brought along follow the one
 * that was asked for. (transfer full) */
char *report_attached_text(const Plan *plan);

typedef enum {
    FATE_GONE,
    FATE_LEAVING, /* its unplug was asked for and is not finished */
    FATE_KEPT,    /* its unplug was not asked for */
} Fate;

/* What a detaching plan has done to one of its devices so far. */
Fate report_subject_fate(const Plan *plan, const PlanSubject *subject);

/* "sd3 detached", a line for each device that has gone; of a plan for back ends alone "block node
 * sd3-fmt removed". (transfer full) */
char *report_detached_text(const Plan *plan);

/* The step of a detaching plan has taken a back end away. */
gboolean report_step_removed(const Step *step);

/* "sd3", else "e1000 at 00:05.0". (transfer full) */
char *report_subject_name(const PlanSubject *subject);

#endif
