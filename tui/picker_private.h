/* The inside of the picker, shared by its files and its tests. */
#ifndef BACKPLANE_PICKER_PRIVATE_H
#define BACKPLANE_PICKER_PRIVATE_H

#include "monitor/discover_watch.h"
#include "tui/dialog.h"
#include "tui/list_cursor.h"
#include "tui/picker.h"
#include "tui/tty.h"

#define PICKER_ROWS_MIN 8
#define PICKER_COLUMNS_MIN 40

typedef struct {
    const char *terminal; /* type; NULL: $TERM */
    FILE *out, *in;
    gboolean ascii;
    const char *theme; /* NULL: the default */
} PickerSettings;

/* Where a hint stands in the last line. */
typedef struct {
    int column, columns;
    Key key; /* that it is for */
} PickerHint;

typedef struct {
    Tty *tty;
    Look look;
    Theme *theme;
    const GPtrArray *guests; /* (FoundGuest) NULL: they are looked for */
    char *error;             /* why none can be seen; NULL */
    ListCursor cursor;
    gint pid;       /* of the guest under the cursor; 0 for none */
    Dialog *dialog; /* NULL */
    DiscoverWatch *watch;
    Canvas rows;   /* where the guests were painted */
    GArray *hints; /* (PickerHint) */
    gint64 click_at;
    int click_row;
    char *chosen; /* a target */
    GMainLoop *loop;
    int status;
} Picker;

/* Errors: those of tty_open. (transfer full) */
Picker *picker_new(const PickerSettings *settings, GError **error);
void picker_free(Picker *picker);
/* These are there now; guests is used until the next call. error: there are none for that reason.
 */
void picker_take(Picker *picker, const GPtrArray *guests, const GError *error);
/* Reads and handles all keys that are there, then paints. */
void picker_input(Picker *picker);
const FoundGuest *picker_guest(const Picker *picker);

/* --- picker_draw.c --------------------------------------------------------------------------- */

void picker_paint(Picker *picker);

#endif
