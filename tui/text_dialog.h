/* A dialog that only tells something: help, the commands sent, a refusal. */
#ifndef BACKPLANE_TEXT_DIALOG_H
#define BACKPLANE_TEXT_DIALOG_H

#include "tui/dialog.h"
#include "tui/line_list.h"

#define TEXT_DIALOG_LABEL_COLUMNS 18

/* Fills the list, made for the width that there is. */
typedef void (*TextDialogFill)(LineList *list, gboolean ascii, gpointer data);

/* data is freed with destroy, which may be NULL. (transfer full) */
Dialog *text_dialog_new(const char *title, TextDialogFill fill, gpointer data,
                        GDestroyNotify destroy);

/* A sentence or a few. (transfer full) */
Dialog *message_dialog_new(const char *title, const char *text);

#endif
