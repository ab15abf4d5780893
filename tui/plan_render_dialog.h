/* A plan in the words of others, one tab each: QMP, HMP, domain XML, QEMU's command line. */
#ifndef BACKPLANE_PLAN_RENDER_DIALOG_H
#define BACKPLANE_PLAN_RENDER_DIALOG_H

#include "engine/session_domain.h"
#include "tui/dialog.h"

/* plan, session: only for this call. (transfer full) */
Dialog *plan_render_dialog_new(const Plan *plan, Session *session);

#endif
