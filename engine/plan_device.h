/* A device that a plan will plug, put together from the very commands that it sends. */
#ifndef BACKPLANE_PLAN_DEVICE_H
#define BACKPLANE_PLAN_DEVICE_H

#include "engine/guest.h"
#include "engine/plan.h"

/* A string member; NULL where there is none. */
const char *plan_member(const json_t *object, const char *name);
/* The arguments of the step that makes something of that name. NULL: it is there already. */
const json_t *plan_find_made(const Plan *plan, const char *command, const char *key,
                             const char *name);
/* As `info qtree` would show the value. (transfer full) */
char *plan_value_text(const json_t *value);

/* What a device_add with these arguments plugs, with what is behind it, and on no bus yet. guest:
 * has the back ends that the plan does not make. (transfer full) */
Device *plan_device_new(const Plan *plan, const Guest *guest, const json_t *arguments);

#endif
