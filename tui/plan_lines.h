/* A plan as lines for dialogs: its steps with the waits between them, the way back, the checks. */
#ifndef BACKPLANE_PLAN_LINES_H
#define BACKPLANE_PLAN_LINES_H

#include "engine/plan.h"
#include "tui/line_list.h"

/* The label columns that a list of plan lines is made with. */
#define PLAN_LABEL_COLUMNS 17

/* json: arguments as they go over the wire, else as KEY=VALUE. */
void plan_lines_steps(LineList *list, const Plan *plan, gboolean json);
void plan_lines_way_back(LineList *list, const Plan *plan);
/* wide: with the evidence of each. */
void plan_lines_checks(LineList *list, const Plan *plan, gboolean wide);
/* The same steps with what came of them, as sent. */
void plan_lines_sent(LineList *list, const Plan *plan, gboolean ascii);

/* What it changes in the file that it carries its change into, as line_diff; NULL for none, or
 * where the file's text cannot be read. (transfer full) */
GPtrArray *plan_file_diff(const Plan *plan);
/* Those lines below the file's name; nothing without a file. */
void plan_lines_file(LineList *list, const Plan *plan, const GPtrArray *diff);

/* "2 commands and a file, none sent". (transfer full) */
char *plan_count_text(const Plan *plan);

#endif
