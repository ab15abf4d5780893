/* Asks for a name and writes a text into a file of that name, for its owner alone. A file that is
 * there is replaced only when that was asked for again. The disk is not waited for. */
#ifndef BACKPLANE_SAVE_DIALOG_H
#define BACKPLANE_SAVE_DIALOG_H

#include "tui/dialog.h"

/* One of the things that can be saved: "41 messages as listed". */
typedef struct {
    const char *what;
    GBytes *(*make)(gpointer data); /* (transfer full) */
} SaveChoice;

/* name: proposed. choices: copied, at most SAVE_CHOICES; data: must outlive the dialog. (transfer
 * full) */
#define SAVE_CHOICES 2
Dialog *save_dialog_new(const char *title, const char *name, const SaveChoice *choices, guint count,
                        gpointer data);

#endif
