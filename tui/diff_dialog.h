/* Shows what would change in the domain file, line by line, before it is saved or given up. */
#ifndef BACKPLANE_DIFF_DIALOG_H
#define BACKPLANE_DIFF_DIALOG_H

#include "engine/session_domain.h"
#include "tui/dialog.h"
#include "tui/line_list.h"

typedef enum {
    DIFF_SAVE,   /* Save, Save with backup, Cancel */
    DIFF_REVERT, /* Cancel, Give up */
} DiffPurpose;

/* The session has changes that are not saved. (transfer full) */
Dialog *diff_dialog_new(Session *session, DiffPurpose purpose);

/* Lines as line_diff gives them: what comes and what goes by sign and colour. context: those that
 * stay as well. */
void diff_lines_add(LineList *list, const GPtrArray *lines, gboolean context);
/* "+3 -1". (transfer full) */
char *diff_count_text(const GPtrArray *lines);

#endif
