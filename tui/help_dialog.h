/* All keys, as they are bound now. */
#ifndef BACKPLANE_HELP_DIALOG_H
#define BACKPLANE_HELP_DIALOG_H

#include "tui/text_dialog.h"
#include "tui/view.h"

/* What is particular to the view that is shown comes first, then what the user bound, then the
 * rest by groups. (transfer full) */
Dialog *help_dialog_new(ViewId view);
/* The same behind another text. */
TextDialogMore help_dialog_more(ViewId view);

#endif
