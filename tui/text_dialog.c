/* Texts in a box that scroll. */
#include "tui/text_dialog.h"

#define WIDTH 76
#define MARGIN 4 /* sides of the box, and a blank beside each */

typedef struct {
    Dialog dialog;
    char *title;
    TextDialogFill fill;
    gpointer data;
    GDestroyNotify destroy;
    int page;
} TextDialog;

static void paint(Dialog *dialog, const Canvas *screen)
{
    TextDialog *self = (TextDialog *)dialog;
    int columns = MIN(WIDTH, screen->columns);
    g_autoptr(LineList) list = line_list_new(columns - MARGIN, TEXT_DIALOG_LABEL_COLUMNS);
    Canvas frame, body;

    self->fill(list, screen->look->ascii, self->data);
    frame = dialog_frame(screen, line_list_length(list) + 2, columns, self->title, "Esc closes");
    body = canvas_part(&frame, 1, 0, frame.rows - 2, frame.columns);
    self->page = body.rows;
    line_list_draw_boxed(list, &body, &self->dialog.top);
    dialog->cursor_row = body.top;
    dialog->cursor_column = body.left + 2;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    TextDialog *self = (TextDialog *)dialog;
    gboolean closes = !key.function && (key.code == KEY_CODE_ESCAPE || key.code == 'q' ||
                                        key.code == KEY_CODE_RETURN || key.code == '?');

    self->dialog.top += dialog_scroll_of(key, self->page);
    return closes ? DIALOG_CLOSES : DIALOG_STAYS;
}

static void on_free(Dialog *dialog)
{
    TextDialog *self = (TextDialog *)dialog;

    if (self->destroy)
        self->destroy(self->data);
    g_free(self->title);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .free = on_free,
};

Dialog *text_dialog_new(const char *title, TextDialogFill fill, gpointer data,
                        GDestroyNotify destroy)
{
    TextDialog *self = g_new0(TextDialog, 1);

    self->dialog.class = &class;
    self->title = g_strdup(title);
    self->fill = fill;
    self->data = data;
    self->destroy = destroy;
    return &self->dialog;
}

static void fill_message(LineList *list, gboolean ascii, gpointer data)
{
    g_auto(GStrv) lines = g_strsplit(data, "\n", -1);

    for (char **line = lines; *line; line++)
        line_list_text(list, ELEMENT_TEXT, *line);
}

Dialog *message_dialog_new(const char *title, const char *text)
{
    return text_dialog_new(title, fill_message, g_strdup(text), g_free);
}
