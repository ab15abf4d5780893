/* The save dialog: the name, what to save, a button; the writing goes on in a thread. */
#include "tui/save_dialog.h"

#include <gio/gio.h>

#include "tui/line_edit.h"

#define LABEL_COLUMNS 7
#define NOTE_FROM_COLUMNS 48

typedef struct SaveDialog SaveDialog;

/* What the thread works on; it outlives the dialog that asked for it. */
typedef struct {
    char *path;
    GBytes *bytes;
    gboolean replace;
    SaveDialog *dialog; /* NULL once it is closed */
} Job;

struct SaveDialog {
    Dialog dialog;
    char *title;
    LineEdit name;
    SaveChoice choices[SAVE_CHOICES];
    char *whats[SAVE_CHOICES];
    guint count, chosen;
    gpointer data;
    Job *job;     /* that is under way; NULL */
    char *asking; /* the file that is there and would be replaced; NULL */
    char *error;
    Canvas body, foot; /* where they were painted */
};

/* --- writing --------------------------------------------------------------------------------- */

static void job_free(gpointer data)
{
    Job *job = data;

    g_free(job->path);
    g_bytes_unref(job->bytes);
    g_free(job);
}

/* Half a file is worse than none. */
static gboolean write_new(GFile *file, GBytes *bytes, GError **error)
{
    g_autoptr(GFileOutputStream) stream = g_file_create(file, G_FILE_CREATE_PRIVATE, NULL, error);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);

    if (!stream)
        return FALSE;
    if (g_output_stream_write_all(G_OUTPUT_STREAM(stream), data, length, NULL, NULL, error) &&
        g_output_stream_close(G_OUTPUT_STREAM(stream), NULL, error))
        return TRUE;
    g_file_delete(file, NULL, NULL);
    return FALSE;
}

static gboolean write_over(GFile *file, GBytes *bytes, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);

    return g_file_replace_contents(file, data, length, NULL, FALSE,
                                   G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                                   NULL, error);
}

static void run_job(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    g_autoptr(GFile) file = g_file_new_for_path(job->path);
    GError *error = NULL;
    gboolean written =
        job->replace ? write_over(file, job->bytes, &error) : write_new(file, job->bytes, &error);

    if (written)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void take_result(SaveDialog *self, const Job *job, const GError *error)
{
    self->job = NULL;
    if (!error) {
        self->dialog.outcome = g_strdup_printf("saved: %s", job->path);
        dialog_tell(&self->dialog, DIALOG_CLOSES);
        return;
    }
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        self->asking = g_strdup(job->path);
    else
        self->error = g_strdup(error->message);
    dialog_tell(&self->dialog, DIALOG_STAYS);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    const Job *job = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;

    g_task_propagate_boolean(G_TASK(result), &error);
    if (job->dialog)
        take_result(job->dialog, job, error);
}

static DialogEffect save(SaveDialog *self)
{
    const char *name = self->name.text->str;
    g_autoptr(GTask) task = NULL;

    if (!*name || self->job)
        return DIALOG_STAYS;
    self->job = g_new0(Job, 1);
    self->job->path = g_strdup(name);
    self->job->bytes = self->choices[self->chosen].make(self->data);
    self->job->replace = g_strcmp0(self->asking, name) == 0;
    self->job->dialog = self;
    g_clear_pointer(&self->error, g_free);
    g_clear_pointer(&self->asking, g_free);
    task = g_task_new(NULL, NULL, on_written, NULL);
    g_task_set_task_data(task, self->job, job_free);
    g_task_run_in_thread(task, run_job);
    return DIALOG_STAYS;
}

/* --- painting -------------------------------------------------------------------------------- */

static DialogButton button_of(const SaveDialog *self)
{
    return (DialogButton){ self->asking ? "Replace" : "Save", !self->name.text->len || self->job };
}

static void draw_choices(const SaveDialog *self, const Canvas *canvas)
{
    for (guint i = 0; i < self->count; i++) {
        draw_text(canvas, 1 + (int)i, 0, LABEL_COLUMNS, ELEMENT_LABEL, i ? "" : "what");
        draw_format(canvas, 1 + (int)i, LABEL_COLUMNS, canvas->columns - LABEL_COLUMNS,
                    i == self->chosen ? ELEMENT_CHOICE : ELEMENT_TEXT, "(%c) %s",
                    i == self->chosen ? 'x' : ' ', self->whats[i]);
    }
    if (self->count > 1 && canvas->columns >= NOTE_FROM_COLUMNS)
        draw_right(canvas, 1, 0, canvas->columns, ELEMENT_DIM, "Tab changes");
}

static void draw_state(const SaveDialog *self, const Canvas *canvas, int row)
{
    if (self->error)
        draw_format(canvas, row, 0, canvas->columns, ELEMENT_ERROR, "! %s", self->error);
    else if (self->asking)
        draw_text(canvas, row, 0, canvas->columns, ELEMENT_CAUTION,
                  "! A file of this name is there: Enter again replaces it.");
    else
        draw_text(canvas, row, 0, canvas->columns, ELEMENT_DIM,
                  self->job ? "writing ..."
                            : "One JSON object a line; only you can read the file.");
}

static const char *const notes[] = { "Enter saves   Esc cancels", "Esc cancels", NULL };

static void paint(Dialog *dialog, const Canvas *screen)
{
    SaveDialog *self = (SaveDialog *)dialog;
    DialogButton button = button_of(self);
    int lines = 2 + (int)self->count, cursor;
    Canvas inside;

    self->body = dialog_box(screen, lines, self->title, NULL, 1, &self->foot);
    inside = canvas_part(&self->body, 0, 2, self->body.rows, self->body.columns - DIALOG_MARGIN);
    dialog_draw_note(&self->foot, 0, &button, 1, notes);
    dialog_draw_buttons(dialog, &self->foot, 0, &button, 1, 0);
    draw_text(&inside, 0, 0, LABEL_COLUMNS, ELEMENT_LABEL, "file");
    cursor = line_edit_draw(&self->name, &inside, 0, LABEL_COLUMNS, inside.columns - LABEL_COLUMNS,
                            ELEMENT_FIELD);
    draw_choices(self, &inside);
    draw_state(self, &inside, lines - 1);
    dialog->cursor_row = inside.top;
    dialog->cursor_column = inside.left + cursor;
}

/* --- keys ------------------------------------------------------------------------------------ */

static DialogEffect choose(SaveDialog *self, guint choice)
{
    self->chosen = choice % self->count;
    return DIALOG_STAYS;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    SaveDialog *self = (SaveDialog *)dialog;

    if (!key.function && key.code == KEY_CODE_ESCAPE)
        return DIALOG_CLOSES;
    if (!key.function && key.code == KEY_CODE_RETURN)
        return save(self);
    if ((!key.function && key.code == KEY_CODE_TAB) ||
        (key.function && (key.code == KEY_DOWN || key.code == KEY_UP || key.code == KEY_BTAB)))
        return choose(self, self->chosen + 1);
    if (line_edit_key(&self->name, key)) {
        g_clear_pointer(&self->asking, g_free); /* it was another name */
        g_clear_pointer(&self->error, g_free);
    }
    return DIALOG_STAYS;
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    SaveDialog *self = (SaveDialog *)dialog;
    DialogButton button = button_of(self);
    int choice = row - self->body.top - 1;
    Key key;

    if (choice >= 0 && choice < (int)self->count)
        return choose(self, (guint)choice);
    if (row != self->foot.top)
        return DIALOG_STAYS;
    if (dialog_button_at(&button, 1, column - self->foot.left) == 0)
        return save(self);
    if (dialog_note_key(&self->foot, &button, 1, notes, column, &key))
        return on_key(dialog, key);
    return DIALOG_STAYS;
}

static void on_free(Dialog *dialog)
{
    SaveDialog *self = (SaveDialog *)dialog;

    if (self->job)
        self->job->dialog = NULL;
    for (guint i = 0; i < self->count; i++)
        g_free(self->whats[i]);
    line_edit_clear(&self->name);
    g_free(self->asking);
    g_free(self->error);
    g_free(self->title);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .free = on_free,
};

Dialog *save_dialog_new(const char *title, const char *name, const SaveChoice *choices, guint count,
                        gpointer data)
{
    SaveDialog *self = g_new0(SaveDialog, 1);

    self->dialog.class = &class;
    self->title = g_strdup(title);
    line_edit_init(&self->name);
    line_edit_set(&self->name, name);
    self->count = CLAMP(count, 1, SAVE_CHOICES);
    for (guint i = 0; i < self->count; i++) {
        self->choices[i] = choices[i];
        self->whats[i] = g_strdup(choices[i].what);
    }
    self->data = data;
    return &self->dialog;
}
