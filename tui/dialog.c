/* What all dialogs share: the frame and the buttons. */
#include "tui/dialog.h"

#include <string.h>

#define BUTTON_MARK 1 /* the column left of a button that says that it has the focus */
#define BUTTON_GAP 2
#define TITLE_END 3 /* what is right of the words beside a title: draw_box */
#define WIDTH 76
#define WIDE 112

void dialog_tell(Dialog *dialog, DialogEffect effect)
{
    if (dialog->listener)
        dialog->listener(dialog, effect, dialog->listener_data);
}

void dialog_free(Dialog *dialog)
{
    if (!dialog)
        return;
    g_clear_pointer(&dialog->above, dialog_free);
    g_clear_pointer(&dialog->plan, plan_free);
    g_clear_pointer(&dialog->outcome, g_free);
    dialog->class->free(dialog);
}

/* --- one above the other --------------------------------------------------------------------- */

void dialog_open_above(Dialog *dialog, Dialog *above)
{
    g_clear_pointer(&dialog->above, dialog_free);
    dialog->above = above;
}

void dialog_paint(Dialog *dialog, const Canvas *screen)
{
    dialog->class->paint(dialog, screen);
    if (!dialog->above)
        return;
    dialog_paint(dialog->above, screen);
    dialog->cursor_row = dialog->above->cursor_row;
    dialog->cursor_column = dialog->above->cursor_column;
}

static DialogEffect above_ended(Dialog *dialog, DialogEffect effect)
{
    if (effect != DIALOG_STAYS)
        g_clear_pointer(&dialog->above, dialog_free);
    return DIALOG_STAYS;
}

DialogEffect dialog_key(Dialog *dialog, Key key)
{
    return dialog->above ? above_ended(dialog, dialog_key(dialog->above, key))
                         : dialog->class->key(dialog, key);
}

DialogEffect dialog_click(Dialog *dialog, int row, int column)
{
    if (dialog->above)
        return above_ended(dialog, dialog_click(dialog->above, row, column));
    return dialog->class->click ? dialog->class->click(dialog, row, column) : DIALOG_STAYS;
}

void dialog_scroll(Dialog *dialog, int lines)
{
    if (dialog->above)
        dialog_scroll(dialog->above, lines);
    else if (dialog->class->scroll)
        dialog->class->scroll(dialog, lines);
    else
        dialog->top += lines;
}

void dialog_changed(Dialog *dialog, SessionChange change)
{
    if (dialog->above)
        dialog_changed(dialog->above, change);
    if (dialog->class->changed)
        dialog->class->changed(dialog, change);
}

/* --- the frame ------------------------------------------------------------------------------- */

Canvas dialog_frame(const Canvas *screen, int rows, int columns, const char *title,
                    const char *count)
{
    int below = screen->rows >= 30 ? 3 : 1;
    int height = MIN(rows, screen->rows - 1);
    int width = MIN(columns, screen->columns);
    int top = MIN(MAX(below, (screen->rows - height) / 3), screen->rows - height);
    Canvas frame = canvas_part(screen, top, (screen->columns - width) / 2, height, width);
    Canvas below_guest = canvas_part(screen, 1, 0, screen->rows - 1, screen->columns);

    canvas_erase(&below_guest);
    draw_box(&frame, title, count);
    return frame;
}

gboolean dialog_is_wide(const Canvas *screen)
{
    return screen->columns >= WIDE + 8;
}

int dialog_columns(const Canvas *screen)
{
    return MIN(dialog_is_wide(screen) ? WIDE : WIDTH, screen->columns);
}

Canvas dialog_box(const Canvas *screen, int lines, const char *title, const char *count,
                  int foot_lines, Canvas *foot)
{
    int below = foot_lines + 2; /* rule and bottom */
    Canvas frame = dialog_frame(screen, 1 + lines + below, dialog_columns(screen), title, count);

    draw_box_rule(&frame, frame.rows - below, NULL, NULL);
    *foot =
        canvas_part(&frame, frame.rows - below + 1, 2, foot_lines, frame.columns - DIALOG_MARGIN);
    return canvas_part(&frame, 1, 0, frame.rows - 1 - below, frame.columns);
}

static int button_columns(const DialogButton *button)
{
    return text_columns(button->label) + 4;
}

void dialog_draw_buttons(Dialog *dialog, const Canvas *canvas, int row, const DialogButton *buttons,
                         guint count, int focused)
{
    int column = BUTTON_MARK;

    for (guint i = 0; i < count; i++) {
        Element element = buttons[i].disabled ? ELEMENT_DIM
                          : (int)i == focused ? ELEMENT_BUTTON
                                              : ELEMENT_TEXT;

        draw_format(canvas, row, column, canvas->columns - column, element, "[ %s ]",
                    buttons[i].label);
        if ((int)i == focused) {
            draw_glyph(canvas, row, column - BUTTON_MARK, ELEMENT_TITLE, GLYPH_CURSOR);
            dialog->cursor_row = canvas->top + row;
            dialog->cursor_column = canvas->left + column + 2;
        }
        column += button_columns(&buttons[i]) + BUTTON_GAP;
    }
}

/* NULL: there is no room for any. */
static const char *fitting_note(const Canvas *canvas, const DialogButton *buttons, guint count,
                                const char *const *notes)
{
    int room = canvas->columns - BUTTON_MARK;

    for (guint i = 0; i < count; i++)
        room -= button_columns(&buttons[i]) + BUTTON_GAP;
    while (*notes && text_columns(*notes) > room)
        notes++;
    return *notes;
}

void dialog_draw_note(const Canvas *canvas, int row, const DialogButton *buttons, guint count,
                      const char *const *notes)
{
    const char *note = fitting_note(canvas, buttons, count, notes);

    if (note)
        draw_right(canvas, row, 0, canvas->columns, ELEMENT_DIM, note);
}

int dialog_button_at(const DialogButton *buttons, guint count, int column)
{
    int left = BUTTON_MARK;

    for (guint i = 0; i < count; i++) {
        if (column >= left && column < left + button_columns(&buttons[i]))
            return (int)i;
        left += button_columns(&buttons[i]) + BUTTON_GAP;
    }
    return -1;
}

/* --- hints ----------------------------------------------------------------------------------- */

gboolean dialog_hint_key(const char *hints, int column, Key *key)
{
    while (*hints) {
        const char *end = strstr(hints, "  ");
        g_autofree char *hint = end ? g_strndup(hints, (gsize)(end - hints)) : g_strdup(hints);
        g_autofree char *name = g_strndup(hint, strcspn(hint, " "));
        int blanks = end ? (int)strspn(end, " ") : 0;

        if (column < text_columns(hint))
            return column >= 0 && key_of_label(name, key);
        column -= text_columns(hint) + blanks;
        hints += strlen(hint) + (gsize)blanks;
    }
    return FALSE;
}

gboolean dialog_title_key(const Canvas *body, const char *hints, int row, int column, Key *key)
{
    int left = body->left + body->columns - TITLE_END - text_columns(hints);

    return row == body->top - 1 && dialog_hint_key(hints, column - left, key);
}

gboolean dialog_note_key(const Canvas *canvas, const DialogButton *buttons, guint count,
                         const char *const *notes, int column, Key *key)
{
    const char *note = fitting_note(canvas, buttons, count, notes);
    int left = note ? canvas->left + canvas->columns - text_columns(note) : 0;

    return note && dialog_hint_key(note, column - left, key);
}

gboolean dialog_move_focus(int *focus, int count, Key key)
{
    static const struct {
        Key key;
        int step;
    } keys[] = {
        { { FALSE, KEY_CODE_TAB }, 1 }, { { TRUE, KEY_RIGHT }, 1 }, { { FALSE, 'l' }, 1 },
        { { TRUE, KEY_BTAB }, -1 },     { { TRUE, KEY_LEFT }, -1 }, { { FALSE, 'h' }, -1 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (key_equal(keys[i].key, key)) {
            *focus = (*focus + count + keys[i].step) % count;
            return TRUE;
        }
    }
    return FALSE;
}

int dialog_scroll_of(Key key, int page)
{
    const struct {
        Key key;
        int lines;
    } keys[] = {
        { { TRUE, KEY_UP }, -1 },
        { { FALSE, 'k' }, -1 },
        { { TRUE, KEY_DOWN }, 1 },
        { { FALSE, 'j' }, 1 },
        { { TRUE, KEY_PPAGE }, -page },
        { { TRUE, KEY_NPAGE }, page },
        { { FALSE, ' ' }, page },
        { { FALSE, CONTROL('U') }, -page / 2 },
        { { FALSE, CONTROL('D') }, page / 2 },
        { { TRUE, KEY_HOME }, -(1 << 20) },
        { { FALSE, 'g' }, -(1 << 20) },
        { { TRUE, KEY_END }, 1 << 20 },
        { { FALSE, 'G' }, 1 << 20 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (key_equal(keys[i].key, key))
            return keys[i].lines;
    return 0;
}
