/* A dialog that another one has opened above itself: until it closes, all that comes is for it. */
#ifndef BACKPLANE_INNER_DIALOG_H
#define BACKPLANE_INNER_DIALOG_H

#include "tui/dialog.h"

/* inner: (transfer full). What it tells goes to the listener of outer. */
void inner_dialog_open(Dialog **inner, Dialog *outer, Dialog *opened);
/* The same for painting, keys, clicks and the wheel: FALSE where none is open. */
gboolean inner_dialog_paint(Dialog *inner, Dialog *outer, const Canvas *screen);
gboolean inner_dialog_key(Dialog **inner, Key key);
gboolean inner_dialog_click(Dialog **inner, int row, int column);
gboolean inner_dialog_scroll(Dialog *inner, int lines);

#endif
