/* Texts in a box that scroll. */
#include "tui/text_dialog.h"

#include "engine/why.h"

#define WIDTH 76
#define MARGIN 4 /* sides of the box, and a blank beside each */
#define ESCAPE_HINT "Esc closes"

typedef struct {
    Dialog dialog;
    char *title;
    TextDialogFill fill;
    gpointer data;
    GDestroyNotify destroy;
    gpointer shown;   /* what fill gets: data, or that of more */
    const char *hint; /* at the right of the title */
    int label_columns;
    TextDialogMore more; /* what ? shows in its place; no fill: nothing */
    Canvas frame, body;  /* where it was painted */
} TextDialog;

static void paint(Dialog *dialog, const Canvas *screen)
{
    TextDialog *self = (TextDialog *)dialog;
    int columns = MIN(WIDTH, screen->columns);
    g_autoptr(LineList) list = line_list_new(columns - MARGIN, self->label_columns);
    self->fill(list, screen->look->ascii, self->shown);
    self->frame =
        dialog_frame(screen, line_list_length(list) + 2, columns, self->title, self->hint);
    self->body = canvas_part(&self->frame, 1, 0, self->frame.rows - 2, self->frame.columns);
    line_list_draw_boxed(list, &self->body, &self->dialog.top);
    dialog->cursor_row = self->body.top;
    dialog->cursor_column = self->body.left + 2;
}

/* Once: from there ? closes. */
static DialogEffect show_more(TextDialog *self)
{
    if (!self->more.fill)
        return DIALOG_CLOSES;
    if (self->more.title) {
        g_free(self->title);
        self->title = g_strdup(self->more.title);
    }
    self->fill = self->more.fill;
    self->shown = self->more.data;
    self->label_columns = self->more.label_columns;
    self->hint = ESCAPE_HINT;
    self->more.fill = NULL;
    self->dialog.top = 0;
    return DIALOG_STAYS;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    TextDialog *self = (TextDialog *)dialog;
    gboolean closes = !key.function && (key.code == KEY_CODE_ESCAPE || key.code == 'q' ||
                                        key.code == KEY_CODE_RETURN);

    if (key.function ? key.code == KEY_F(1) : key.code == '?')
        return show_more(self);
    self->dialog.top += dialog_scroll_of(key, self->body.rows);
    return closes ? DIALOG_CLOSES : DIALOG_STAYS;
}

/* Beside the box it closes. */
static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    TextDialog *self = (TextDialog *)dialog;
    Key key;

    if (dialog_title_key(&self->body, self->hint, row, column, &key))
        return on_key(dialog, key);
    return canvas_has(&self->frame, row, column) ? DIALOG_STAYS : DIALOG_CLOSES;
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
    .click = on_click,
    .free = on_free,
};

Dialog *text_dialog_new(const char *title, TextDialogFill fill, gpointer data,
                        GDestroyNotify destroy)
{
    TextDialog *self = g_new0(TextDialog, 1);

    self->dialog.class = &class;
    self->title = g_strdup(title);
    self->fill = fill;
    self->data = self->shown = data;
    self->destroy = destroy;
    self->hint = ESCAPE_HINT;
    self->label_columns = TEXT_DIALOG_LABEL_COLUMNS;
    return &self->dialog;
}

void text_dialog_set_more(Dialog *dialog, const TextDialogMore *more, const char *hint)
{
    TextDialog *self = (TextDialog *)dialog;

    self->more = *more;
    self->hint = hint;
}

void text_dialog_set_labels(Dialog *dialog, int columns)
{
    ((TextDialog *)dialog)->label_columns = columns;
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

static void fill_why(LineList *list, gboolean ascii, gpointer data)
{
    fill_message(list, ascii, data);
    line_list_blank(list);
    line_list_text(list, ELEMENT_TITLE, "Why");
    line_list_text(list, ELEMENT_TEXT, why_refusal(data));
}

Dialog *refusal_dialog_new(const char *title, const char *text)
{
    Dialog *dialog = message_dialog_new(title, text);
    const TextDialogMore why = { NULL, fill_why, ((TextDialog *)dialog)->data,
                                 TEXT_DIALOG_LABEL_COLUMNS };

    text_dialog_set_more(dialog, &why, "? why  Esc closes");
    return dialog;
}
