/* The copy dialog: three lines to choose from in a box, and below it the chosen one in full, on a
 * part of the screen that has nothing else: there the mouse marks it. */
#include "tui/copy_dialog.h"

#define LABEL_COLUMNS 7
#define FORMS 3
#define ESCAPE_HINT "Esc closes"

static const char *const names[FORMS] = { "QMP", "HMP", "virsh" };

typedef struct {
    Dialog dialog;
    char *title;
    char *texts[FORMS]; /* NULL: it cannot be said so */
    int chosen;
    CopyFn copy;
    gpointer data;
    Canvas body, foot; /* where the lines and the button were painted */
} CopyDialog;

/* --- painting -------------------------------------------------------------------------------- */

static void draw_form(CopyDialog *self, int form)
{
    Canvas line = canvas_part(&self->body, form, 1, 1, self->body.columns - 2);
    const char *text = self->texts[form];

    line.selected = form == self->chosen;
    if (line.selected) {
        draw_blank(&line, 0, 0, line.columns);
        draw_glyph(&line, 0, 0, ELEMENT_TITLE, GLYPH_CURSOR);
        self->dialog.cursor_row = line.top;
        self->dialog.cursor_column = line.left;
    }
    draw_text(&line, 0, 1, LABEL_COLUMNS, ELEMENT_LABEL, names[form]);
    draw_text(&line, 0, 1 + LABEL_COLUMNS, line.columns - 1 - LABEL_COLUMNS,
              text ? ELEMENT_TEXT : ELEMENT_DIM,
              text ? text : "the human monitor has no such command");
}

static void draw_whole(const CopyDialog *self, const Canvas *screen, int top)
{
    const char *text = self->texts[self->chosen];
    g_autoptr(GPtrArray) lines = text_wrap(text ? text : "", screen->columns);

    for (guint i = 0; i < lines->len; i++)
        draw_text(screen, top + (int)i, 0, screen->columns, ELEMENT_TEXT, lines->pdata[i]);
}

static DialogButton button_of(const CopyDialog *self)
{
    return (DialogButton){ "Copy", !self->copy || !self->texts[self->chosen] };
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    static const char *const notes[][3] = {
        { "Enter copies   Shift-drag marks it below", "Enter copies", NULL },
        { "no clipboard here: Shift-drag marks it below", "no clipboard here", NULL },
    };
    CopyDialog *self = (CopyDialog *)dialog;
    DialogButton button = button_of(self);

    self->body = dialog_box(screen, FORMS, self->title, ESCAPE_HINT, 1, &self->foot);
    dialog_draw_note(&self->foot, 0, &button, 1, notes[self->copy == NULL]);
    dialog_draw_buttons(dialog, &self->foot, 0, &button, 1, 0);
    for (int form = 0; form < FORMS; form++)
        draw_form(self, form);
    draw_whole(self, screen, self->foot.top + 3);
}

/* --- keys ------------------------------------------------------------------------------------ */

static DialogEffect copy_chosen(CopyDialog *self)
{
    const char *text = self->texts[self->chosen];

    if (button_of(self).disabled)
        return DIALOG_STAYS;
    self->dialog.failed = !self->copy(text, self->data);
    self->dialog.outcome =
        self->dialog.failed
            ? g_strdup("This is too long for a terminal's clipboard: s saves messages to a file.")
            : g_strdup_printf("sent to the terminal's clipboard: %.40s%s", text,
                              g_utf8_strlen(text, -1) > 40 ? "..." : "");
    return DIALOG_CLOSES;
}

static DialogEffect choose(CopyDialog *self, int form)
{
    self->chosen = (form + FORMS) % FORMS;
    return DIALOG_STAYS;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    CopyDialog *self = (CopyDialog *)dialog;
    int lines = dialog_scroll_of(key, 1);

    if (lines)
        return choose(self, CLAMP(self->chosen + CLAMP(lines, -FORMS, FORMS), 0, FORMS - 1));
    if (key.function)
        return DIALOG_STAYS;
    switch (key.code) {
    case KEY_CODE_TAB:
        return choose(self, self->chosen + 1);
    case KEY_CODE_RETURN:
    case 'y': /* the key that opened it */
        return copy_chosen(self);
    case KEY_CODE_ESCAPE:
    case 'q':
        return DIALOG_CLOSES;
    default:
        return DIALOG_STAYS;
    }
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    CopyDialog *self = (CopyDialog *)dialog;
    DialogButton button = button_of(self);
    Key key;

    if (dialog_title_key(&self->body, ESCAPE_HINT, row, column, &key))
        return on_key(dialog, key);
    if (row >= self->body.top && row < self->body.top + FORMS)
        return choose(self, row - self->body.top);
    if (row == self->foot.top && dialog_button_at(&button, 1, column - self->foot.left) == 0)
        return copy_chosen(self);
    return DIALOG_STAYS;
}

static void on_scroll(Dialog *dialog, int lines)
{
    CopyDialog *self = (CopyDialog *)dialog;

    choose(self, CLAMP(self->chosen + CLAMP(lines, -1, 1), 0, FORMS - 1));
}

static void on_free(Dialog *dialog)
{
    CopyDialog *self = (CopyDialog *)dialog;

    for (int form = 0; form < FORMS; form++)
        g_free(self->texts[form]);
    g_free(self->title);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .scroll = on_scroll,
    .free = on_free,
};

Dialog *copy_dialog_new(const TraceMessage *command, const char *guest, CopyFn copy, gpointer data)
{
    CopyDialog *self = g_new0(CopyDialog, 1);

    self->dialog.class = &class;
    self->title = g_strdup_printf("Copy %s", command->name);
    self->texts[0] = trace_message_to_qmp(command);
    self->texts[1] = trace_message_to_hmp(command);
    self->texts[2] = trace_message_to_virsh(command, guest);
    self->copy = copy;
    self->data = data;
    return &self->dialog;
}
