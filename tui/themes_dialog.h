/* The dialog that chooses a theme: whatever the cursor is on is shown at once on the screen behind.
 */
#ifndef BACKPLANE_THEMES_DIALOG_H
#define BACKPLANE_THEMES_DIALOG_H

#include "tui/dialog.h"

/* Called for each theme that is to be shown, and at the end for the one that stays. name: of
 * theme_list; theme_load_usable gives what can be shown of it. */
typedef void (*ThemesDialogShow)(const char *name, gpointer data);

/* current: the theme that the screen has, to which Esc goes back. (transfer full) */
Dialog *themes_dialog_new(const char *current, ThemesDialogShow show, gpointer data);

#endif
