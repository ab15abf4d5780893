/* A small browser for files of this host: folders opened, names searched by typing. */
#ifndef BACKPLANE_FILE_PICKER_H
#define BACKPLANE_FILE_PICKER_H

#include "tui/dialog.h"

/* path: absolute. The dialog closes after it. */
typedef void (*FilePickerFn)(const char *path, gpointer data);

/* start: a file to begin at, or a folder; NULL: our own folder. picked: called at most once.
 * destroy: frees data with the dialog; may be NULL. (transfer full) */
Dialog *file_picker_new(const char *title, const char *start, FilePickerFn picked, gpointer data,
                        GDestroyNotify destroy);

#endif
