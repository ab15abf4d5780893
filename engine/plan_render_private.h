/* Between plan_render.c and plan_render_xml.c. */
#ifndef BACKPLANE_PLAN_RENDER_PRIVATE_H
#define BACKPLANE_PLAN_RENDER_PRIVATE_H

#include "engine/match.h"
#include "engine/plan.h"

void plan_render_xml(GString *text, const Plan *plan, const Guest *guest, const Match *match);

#endif
