/* A window above the views that takes all keys until it closes. Dialogs know the session and
 * nothing of the console: what shall happen they return, or tell by the listener when it comes
 * later. */
#ifndef BACKPLANE_DIALOG_H
#define BACKPLANE_DIALOG_H

#include "engine/session.h"
#include "tui/draw.h"
#include "tui/keymap.h"

typedef enum {
    DIALOG_STAYS, /* and is to be painted anew */
    DIALOG_CLOSES,
    DIALOG_RUNS,   /* closes, and its plan (taken from it) is to run */
    DIALOG_STAGES, /* the same, to be put on the stage */
} DialogEffect;

typedef struct Dialog Dialog;

typedef struct {
    void (*paint)(Dialog *dialog, const Canvas *screen);
    DialogEffect (*key)(Dialog *dialog, Key key);
    /* A click at this place of the screen; may be NULL. */
    DialogEffect (*click)(Dialog *dialog, int row, int column);
    /* The wheel; NULL: top goes along. */
    void (*scroll)(Dialog *dialog, int lines);
    /* The session changed; may be NULL. */
    void (*changed)(Dialog *dialog, SessionChange change);
    void (*free)(Dialog *dialog);
} DialogClass;

struct Dialog {
    const DialogClass *class;
    Plan *plan;                    /* DIALOG_RUNS, DIALOG_STAGES */
    Dialog *above;                 /* open over this one, until it closes; NULL */
    char *outcome;                 /* DIALOG_CLOSES: what came of it, to be told then; NULL */
    gboolean failed;               /* outcome says what did not work */
    int top;                       /* first line in sight, of those that scroll: clamped by paint */
    int cursor_row, cursor_column; /* of the screen, where the hardware cursor belongs */
    void (*listener)(Dialog *dialog, DialogEffect effect, gpointer data);
    gpointer listener_data;
};

/* What the console calls: the class's functions, of the dialog above where there is one. */
void dialog_paint(Dialog *dialog, const Canvas *screen);
DialogEffect dialog_key(Dialog *dialog, Key key);
DialogEffect dialog_click(Dialog *dialog, int row, int column);
void dialog_scroll(Dialog *dialog, int lines);
void dialog_changed(Dialog *dialog, SessionChange change);
/* Opens one (transfer full) above it, that only tells something: what it returns goes nowhere. */
void dialog_open_above(Dialog *dialog, Dialog *above);

/* An effect that came without a key. */
void dialog_tell(Dialog *dialog, DialogEffect effect);
/* Calls the class's free. */
void dialog_free(Dialog *dialog);

/* An empty box of at most this size in the middle of the screen, of which only the line of the
 * guest stays: what showed beside the box would be noise. */
Canvas dialog_frame(const Canvas *screen, int rows, int columns, const char *title,
                    const char *count);

/* Dialogs of plans and files: as wide as the screen lets them be, wide ones with more told. */
#define DIALOG_MARGIN 4 /* sides of the box, and a blank beside each */
gboolean dialog_is_wide(const Canvas *screen);
int dialog_columns(const Canvas *screen);
/* A frame for so many lines, and below a rule and the foot with its own, the last one for buttons.
 * Gives the part for the lines, as wide as the box. */
Canvas dialog_box(const Canvas *screen, int lines, const char *title, const char *count,
                  int foot_lines, Canvas *foot);

/* "[ Attach ] ►[ Cancel ]" from the left, the focused one marked: see dialog_button_at. */
typedef struct {
    const char *label;
    gboolean disabled;
} DialogButton;

void dialog_draw_buttons(Dialog *dialog, const Canvas *canvas, int row, const DialogButton *buttons,
                         guint count, int focused);
/* Words at the right of the buttons: the first of these, up to a NULL, that there is room for. */
void dialog_draw_note(const Canvas *canvas, int row, const DialogButton *buttons, guint count,
                      const char *const *notes);
/* The button at a column of the canvas that it was drawn in; -1 for none. */
int dialog_button_at(const DialogButton *buttons, guint count, int column);

/* The key that one of several hints tells of, "Enter keep  Esc back" with two blanks or more
 * between: the one that stands at a column of that text; FALSE where none does. */
gboolean dialog_hint_key(const char *hints, int column, Key *key);
/* The same for what is beside the title of a box, and for what dialog_draw_note has drawn. body:
 * begins below the title; row, column: of the screen. */
gboolean dialog_title_key(const Canvas *body, const char *hints, int row, int column, Key *key);
gboolean dialog_note_key(const Canvas *canvas, const DialogButton *buttons, guint count,
                         const char *const *notes, int column, Key *key);

/* Keys that move the focus among so many buttons; FALSE for others. */
gboolean dialog_move_focus(int *focus, int count, Key key);
/* How many lines a key scrolls a text of which so many are in sight; 0 for other keys. */
int dialog_scroll_of(Key key, int page);

#endif
