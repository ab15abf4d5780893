/* The diff dialog: lines that scroll, and the buttons of its purpose. */
#include "tui/diff_dialog.h"

/* What a button does. */
typedef struct {
    gboolean (*act)(Session *session, GError **error); /* NULL: nothing */
    const char *told;                                  /* behind the name of the file */
} Deed;

#define BUTTONS_MOST 3

typedef struct {
    const char *title; /* before the name of the file */
    const char *notes[3];
    guint count;
    DialogButton buttons[BUTTONS_MOST]; /* the first one has the focus at first */
    Deed deeds[BUTTONS_MOST];
} Purpose;

typedef struct {
    Dialog dialog;
    Session *session;
    const Purpose *purpose;
    char *title;
    GPtrArray *lines; /* (char) as line_diff gives them */
    LineList *list;   /* the same for this width; NULL until painted */
    int columns;
    int focus, page;
    Canvas foot; /* where the buttons were painted */
} DiffDialog;

/* --- lines ----------------------------------------------------------------------------------- */

void diff_lines_add(LineList *list, const GPtrArray *lines, gboolean context)
{
    for (guint i = 0; i < lines->len; i++) {
        const char *line = lines->pdata[i];

        if (*line == '+')
            line_list_diff(list, ELEMENT_ADDED, line, TRUE);
        else if (*line == '-')
            line_list_diff(list, ELEMENT_LEAVING, line, TRUE);
        else if (context)
            line_list_diff(list, *line == '@' ? ELEMENT_DIM : ELEMENT_TEXT, line, FALSE);
    }
}

char *diff_count_text(const GPtrArray *lines)
{
    guint more = 0, less = 0;

    for (guint i = 0; i < lines->len; i++) {
        more += *(const char *)lines->pdata[i] == '+';
        less += *(const char *)lines->pdata[i] == '-';
    }
    return g_strdup_printf("+%u -%u", more, less);
}

/* --- what can be done ------------------------------------------------------------------------ */

static gboolean save(Session *session, GError **error)
{
    return session_domain_save(session, FALSE, error);
}

static gboolean save_with_backup(Session *session, GError **error)
{
    return session_domain_save(session, TRUE, error);
}

static const Purpose purposes[] = {
    [DIFF_SAVE] = { "Save",
                    { "Enter save   Esc cancel, not saved", "Esc cancel", NULL },
                    3,
                    { { "Save", FALSE }, { "Save with backup", FALSE }, { "Cancel", FALSE } },
                    { { save, " is saved" },
                      { save_with_backup, " is saved; the old one has a ~ behind its name" } } },
    [DIFF_REVERT] = { "Give up the changes to",
                      { "y yes   Esc cancel, they stay", "Esc cancel", NULL },
                      2,
                      { { "Cancel", FALSE }, { "Give up", FALSE } },
                      { { NULL, NULL }, { session_domain_revert, " was read again" } } },
};

static DialogEffect press(DiffDialog *self, int index)
{
    g_autofree char *name = g_path_get_basename(session_domain_path(self->session));
    g_autoptr(GError) error = NULL;
    const Deed *deed;

    if (index < 0)
        return DIALOG_STAYS;
    deed = &self->purpose->deeds[index];
    if (deed->act && deed->act(self->session, &error))
        self->dialog.outcome = g_strconcat(name, deed->told, NULL);
    else if (error)
        self->dialog.outcome = g_strdup(error->message);
    self->dialog.failed = error != NULL;
    return DIALOG_CLOSES;
}

/* The first button that does something. */
static DialogEffect agree(DiffDialog *self)
{
    return press(self, self->purpose->deeds[0].act ? 0 : 1);
}

/* --- painting -------------------------------------------------------------------------------- */

static void lay_out(DiffDialog *self, int columns)
{
    if (self->list && self->columns == columns)
        return;
    g_clear_pointer(&self->list, line_list_free);
    self->list = line_list_new(columns, 0);
    self->columns = columns;
    diff_lines_add(self->list, self->lines, TRUE);
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    DiffDialog *self = (DiffDialog *)dialog;
    const Purpose *purpose = self->purpose;
    g_autofree char *count = diff_count_text(self->lines);
    Canvas body;

    lay_out(self, dialog_columns(screen) - DIALOG_MARGIN);
    body = dialog_box(screen, line_list_length(self->list), self->title, count, 1, &self->foot);
    self->page = body.rows;
    line_list_draw_boxed(self->list, &body, &self->dialog.top);
    dialog_draw_note(&self->foot, 0, purpose->buttons, purpose->count, purpose->notes);
    dialog_draw_buttons(dialog, &self->foot, 0, purpose->buttons, purpose->count, self->focus);
}

/* --- keys ------------------------------------------------------------------------------------ */

static DialogEffect on_key(Dialog *dialog, Key key)
{
    DiffDialog *self = (DiffDialog *)dialog;

    if (dialog_move_focus(&self->focus, (int)self->purpose->count, key))
        return DIALOG_STAYS;
    self->dialog.top += dialog_scroll_of(key, self->page);
    if (key.function)
        return DIALOG_STAYS;
    switch (key.code) {
    case KEY_CODE_RETURN:
        return press(self, self->focus);
    case 'y':
        return agree(self);
    case 'n':
    case 'q':
    case KEY_CODE_ESCAPE:
        return DIALOG_CLOSES;
    default:
        return DIALOG_STAYS;
    }
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    DiffDialog *self = (DiffDialog *)dialog;
    const Purpose *purpose = self->purpose;

    if (row != self->foot.top)
        return DIALOG_STAYS;
    return press(self,
                 dialog_button_at(purpose->buttons, purpose->count, column - self->foot.left));
}

static void read_diff(DiffDialog *self)
{
    g_clear_pointer(&self->list, line_list_free);
    g_clear_pointer(&self->lines, g_ptr_array_unref);
    self->lines = session_domain_diff(self->session);
}

static void on_changed(Dialog *dialog, SessionChange change)
{
    if (change == SESSION_TREE_CHANGED)
        read_diff((DiffDialog *)dialog);
}

static void on_free(Dialog *dialog)
{
    DiffDialog *self = (DiffDialog *)dialog;

    line_list_free(self->list);
    g_ptr_array_unref(self->lines);
    g_free(self->title);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .changed = on_changed,
    .free = on_free,
};

Dialog *diff_dialog_new(Session *session, DiffPurpose purpose)
{
    DiffDialog *self = g_new0(DiffDialog, 1);
    g_autofree char *name = g_path_get_basename(session_domain_path(session));

    self->dialog.class = &class;
    self->session = session;
    self->purpose = &purposes[purpose];
    self->title = g_strdup_printf("%s %s", self->purpose->title, name);
    read_diff(self);
    return &self->dialog;
}
