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

/* For labels of so many columns, in place of TEXT_DIALOG_LABEL_COLUMNS. */
void text_dialog_set_labels(Dialog *dialog, int columns);

/* What the dialog shows instead when ? or F1 is pressed; without, these close it. */
typedef struct {
    const char *title; /* static; NULL: stays as it is */
    TextDialogFill fill;
    gpointer data; /* outlives the dialog, or is its own */
    int label_columns;
} TextDialogMore;

/* hint: of the keys, beside the title; a static string. */
void text_dialog_set_more(Dialog *dialog, const TextDialogMore *more, const char *hint);

/* A sentence or a few. (transfer full) */
Dialog *message_dialog_new(const char *title, const char *text);

/* The same of something refused: ? tells what is behind it (engine/why.h). (transfer full) */
Dialog *refusal_dialog_new(const char *title, const char *text);

#endif
