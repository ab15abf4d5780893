/* What all dialogs share: the frame and the buttons. */
#include "tui/dialog.h"

#define BUTTON_MARK 1 /* the column left of a button that says that it has the focus */
#define BUTTON_GAP 2

void dialog_tell(Dialog *dialog, DialogEffect effect)
{
    if (dialog->listener)
        dialog->listener(dialog, effect, dialog->listener_data);
}

void dialog_free(Dialog *dialog)
{
    if (!dialog)
        return;
    g_clear_pointer(&dialog->plan, plan_free);
    dialog->class->free(dialog);
}

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

void dialog_draw_note(const Canvas *canvas, int row, const DialogButton *buttons, guint count,
                      const char *const *notes)
{
    int room = canvas->columns - BUTTON_MARK;

    for (guint i = 0; i < count; i++)
        room -= button_columns(&buttons[i]) + BUTTON_GAP;
    while (*notes && text_columns(*notes) > room)
        notes++;
    if (*notes)
        draw_right(canvas, row, 0, canvas->columns, ELEMENT_DIM, *notes);
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
