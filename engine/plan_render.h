/* A whole plan in the words of those who do the same by other means: what a person would send to a
 * monitor, write into domain XML, or start QEMU with. */
#ifndef BACKPLANE_PLAN_RENDER_H
#define BACKPLANE_PLAN_RENDER_H

#include "engine/match.h"
#include "engine/plan.h"

typedef enum {
    RENDER_QMP,  /* the commands, one JSON object a line, as they are sent */
    RENDER_HMP,  /* lines of the human monitor */
    RENDER_XML,  /* elements of domain XML */
    RENDER_LINE, /* arguments of QEMU's command line */
    RENDERINGS,
} PlanRendering;

/* "QMP", "HMP", "Domain XML", "Command line". */
const char *plan_rendering_name(PlanRendering rendering);

/* Lines, each ended by a newline. What is no command, element or argument stands in comments: "# "
 * before it, in XML <!-- -->. guest: as it is now, NULL: not read yet; match: with its domain file,
 * NULL: there is none. (transfer full) */
char *plan_render(const Plan *plan, PlanRendering rendering, const Guest *guest,
                  const Match *match);

#endif
