/* The file picker. What is typed searches the folder; with a slash in it, it is a way to another
 * folder ("/srv/", "~/", "../"), which is gone at once. */
#include "tui/file_picker.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/folder_list.h"
#include "tui/line_edit.h"
#include "tui/outline.h"

#define WIDTH_MOST 100
#define ROWS_MOST 30
#define SIZE_COLUMNS 9
#define ROWS_FOR_HELP 9
#define LABEL_COLUMNS 8

typedef struct {
    Dialog dialog;
    char *title;
    char *folder; /* absolute */
    char *wanted; /* the name that the cursor is to go to once the folder is read; NULL */
    FolderList *list;
    const GPtrArray *entries; /* (FolderEntry) of it; NULL while it is read */
    GPtrArray *shown;         /* (const FolderEntry) that what is typed leaves */
    char *error;              /* why it cannot be read, or what cannot be picked; NULL */
    LineEdit edit;
    guint at; /* among the shown */
    FilePickerFn picked;
    gpointer data;
    GDestroyNotify destroy;
    Canvas rows, keys; /* where the entries and the hints were painted; no rows: they were not */
} FilePicker;

/* --- folders --------------------------------------------------------------------------------- */

static const FolderEntry *entry_at(const FilePicker *self)
{
    return self->at < self->shown->len ? self->shown->pdata[self->at] : NULL;
}

static guint find_shown(const FilePicker *self, const char *name)
{
    for (guint i = 0; name && i < self->shown->len; i++)
        if (strcmp(((const FolderEntry *)self->shown->pdata[i])->name, name) == 0)
            return i;
    return 0;
}

/* Those that begin with it come to be under the cursor before those that have it inside. */
static guint first_with(const FilePicker *self, const char *folded)
{
    for (guint i = 0; i < self->shown->len; i++)
        if (g_str_has_prefix(((const FolderEntry *)self->shown->pdata[i])->key, folded))
            return i;
    return 0;
}

/* Names with a dot in front are shown to whoever types the dot. */
static void show_entries(FilePicker *self)
{
    const char *typed = self->edit.text->str;
    g_autofree char *folded = g_utf8_casefold(typed, -1);

    g_ptr_array_set_size(self->shown, 0);
    for (guint i = 0; self->entries && i < self->entries->len; i++) {
        const FolderEntry *entry = self->entries->pdata[i];

        if ((entry->name[0] != '.' || typed[0] == '.') && strstr(entry->key, folded))
            g_ptr_array_add(self->shown, (gpointer)entry);
    }
    self->at = *typed ? first_with(self, folded) : 0;
}

/* The system's own words; the folder before them is on the screen already. (transfer full) */
static char *reading_error(const GError *error)
{
    const char *colon = g_strrstr(error->message, ": ");
    g_autofree char *why = text_printable(colon ? colon + 2 : error->message, -1, 0);

    return g_strdup_printf("This folder cannot be read: %s. Backspace goes to the one above.", why);
}

static void on_listed(const GPtrArray *entries, const GError *error, gpointer data)
{
    FilePicker *self = data;

    self->entries = entries;
    if (error)
        self->error = reading_error(error);
    show_entries(self);
    if (self->wanted)
        self->at = find_shown(self, self->wanted);
    g_clear_pointer(&self->wanted, g_free);
    dialog_tell(&self->dialog, DIALOG_STAYS);
}

/* wanted: the name to be under the cursor there; NULL for the first. */
static void go_to_folder(FilePicker *self, const char *path, const char *wanted)
{
    char *folder = g_canonicalize_filename(path, self->folder);
    char *name = g_strdup(wanted);

    g_free(self->folder);
    self->folder = folder;
    g_free(self->wanted);
    self->wanted = name;
    self->entries = NULL;
    g_clear_pointer(&self->error, g_free);
    g_ptr_array_set_size(self->shown, 0);
    self->at = 0;
    folder_list_free(self->list);
    self->list = folder_list_new(self->folder, on_listed, self);
}

static void go_up(FilePicker *self)
{
    g_autofree char *name = g_path_get_basename(self->folder);

    go_to_folder(self, "..", name);
}

/* --- what is typed --------------------------------------------------------------------------- */

/* "~/iso/": (transfer full) */
static char *expand_home(const char *text)
{
    return g_str_has_prefix(text, "~/") ? g_strconcat(g_get_home_dir(), text + 1, NULL)
                                        : g_strdup(text);
}

/* Goes the way that was typed up to its last slash; what follows searches there. */
static void take_typed(FilePicker *self)
{
    const char *slash = strrchr(self->edit.text->str, '/');
    g_autofree char *way = NULL, *folder = NULL, *rest = NULL;

    g_clear_pointer(&self->error, g_free);
    if (!slash) {
        show_entries(self);
        return;
    }
    way = g_strndup(self->edit.text->str, (gsize)(slash - self->edit.text->str) + 1);
    folder = expand_home(way);
    rest = g_strdup(slash + 1);
    line_edit_set(&self->edit, rest);
    go_to_folder(self, folder, NULL);
}

/* --- painting -------------------------------------------------------------------------------- */

static Canvas frame_of(const FilePicker *self, const Canvas *screen)
{
    int columns = MIN(screen->columns - 4, WIDTH_MOST);
    int rows = MIN(screen->rows - 2, ROWS_MOST);
    g_autofree char *count =
        self->entries
            ? g_strdup_printf("%u of %u", self->shown->len ? self->at + 1 : 0, self->shown->len)
            : NULL;

    return dialog_frame(screen, rows, MAX(columns, 30), self->title, count);
}

static void draw_entry(FilePicker *self, int row, guint index)
{
    const FolderEntry *entry = self->shown->pdata[index];
    g_autofree char *name = text_printable(entry->name, -1, 0);
    g_autofree char *shown = g_strconcat(name, entry->folder ? "/" : "", NULL);
    g_autofree char *size = size_to_text(entry->size);
    Canvas line = self->rows;
    int room = line.columns - 2 - SIZE_COLUMNS;
    g_autofree char *fitted = text_columns(shown) > room
                                  ? text_fit_end(shown, MAX(room, 1), line.look->ascii)
                                  : g_strdup(shown);

    line.selected = index == self->at;
    if (line.selected) {
        draw_blank(&line, row, 0, line.columns);
        draw_glyph(&line, row, 0, ELEMENT_TITLE, GLYPH_CURSOR);
    }
    draw_text(&line, row, 2, room, entry->folder ? ELEMENT_ADDRESS : ELEMENT_TEXT, fitted);
    draw_right(&line, row, 2, line.columns - 2, ELEMENT_DIM, size);
}

static void draw_told(const FilePicker *self)
{
    gboolean nothing = self->entries && self->entries->len == 0;
    const char *text = self->error      ? self->error
                       : !self->entries ? "reading ..."
                       : nothing        ? "The folder is empty."
                                        : "Nothing here has this in its name.";
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(self->rows.columns - 2, 1));

    for (guint i = 0; i < lines->len; i++)
        draw_text(&self->rows, (int)i, 2, self->rows.columns - 2,
                  self->error ? ELEMENT_ERROR : ELEMENT_DIM, lines->pdata[i]);
}

static void draw_entries(FilePicker *self)
{
    int *top = &self->dialog.top, rows = self->rows.rows, at = (int)self->at;

    if (!self->shown->len || self->error) {
        draw_told(self);
        return;
    }
    *top = CLAMP(*top, at - rows + 1, at);
    *top = CLAMP(*top, 0, MAX((int)self->shown->len - rows, 0));
    for (int row = 0; row < rows && *top + row < (int)self->shown->len; row++)
        draw_entry(self, row, (guint)(*top + row));
}

static void draw_field(FilePicker *self, const Canvas *canvas, int row)
{
    int room = canvas->columns - LABEL_COLUMNS;
    const char *hint = "type to search, or a path";

    draw_text(canvas, row, 0, LABEL_COLUMNS, ELEMENT_LABEL, "find");
    self->dialog.cursor_row = canvas->top + row;
    self->dialog.cursor_column =
        canvas->left + line_edit_draw(&self->edit, canvas, row, LABEL_COLUMNS, room, ELEMENT_FIELD);
    if (!self->edit.text->len)
        draw_text(canvas, row, LABEL_COLUMNS + 2, room - 2, ELEMENT_DIM, hint);
}

static const char *fitting_keys(const Canvas *canvas)
{
    static const char *const hints[] = {
        "Enter open or choose   Backspace folder above   . hidden files   Esc cancel",
        "Enter choose   Backspace up   . hidden   Esc cancel",
        "Enter choose   Esc cancel",
        NULL,
    };
    const char *const *hint = hints;

    while (hint[1] && text_columns(*hint) > canvas->columns)
        hint++;
    return *hint;
}

static void draw_folder(const FilePicker *self, const Canvas *canvas)
{
    int room = MAX(canvas->columns - LABEL_COLUMNS, 1);
    g_autofree char *folder = text_printable(self->folder, -1, 0);
    g_autofree char *fitted = text_fit_end(folder, room, canvas->look->ascii);

    draw_text(canvas, 0, 0, LABEL_COLUMNS, ELEMENT_LABEL, "folder");
    draw_text(canvas, 0, LABEL_COLUMNS, room, ELEMENT_TITLE, fitted);
}

/* On a low screen the entries have the room of all that only helps. */
static void paint(Dialog *dialog, const Canvas *screen)
{
    FilePicker *self = (FilePicker *)dialog;
    Canvas frame = frame_of(self, screen);
    Canvas inside = canvas_part(&frame, 1, 2, frame.rows - 2, frame.columns - 4);
    gboolean low = inside.rows < ROWS_FOR_HELP;
    int head = low ? 1 : 3, foot = low ? 0 : 2;

    draw_field(self, &inside, low ? 0 : 1);
    self->rows = canvas_part(&inside, head, 0, MAX(inside.rows - head - foot, 0), inside.columns);
    draw_entries(self);
    self->keys = canvas_part(&inside, inside.rows - 1, 0, low ? 0 : 1, inside.columns);
    if (low)
        return;
    draw_folder(self, &inside);
    draw_box_rule(&frame, 1 + 2, NULL, NULL);
    draw_box_rule(&frame, frame.rows - 3, NULL, NULL);
    draw_text(&self->keys, 0, 0, self->keys.columns, ELEMENT_DIM, fitting_keys(&self->keys));
}

/* --- keys ------------------------------------------------------------------------------------ */

/* QEMU is told paths as JSON, which takes valid UTF-8 alone. */
static DialogEffect pick(FilePicker *self, const FolderEntry *entry)
{
    g_autofree char *path = g_build_filename(self->folder, entry->name, NULL);

    if (!g_utf8_validate(path, -1, NULL)) {
        g_free(self->error);
        self->error = g_strdup("This name is not UTF-8, and QEMU's monitor takes no other: rename "
                               "the file, or make a link to it.");
        return DIALOG_STAYS;
    }
    self->picked(path, self->data);
    return DIALOG_CLOSES;
}

static DialogEffect open_entry(FilePicker *self)
{
    const FolderEntry *entry = entry_at(self);

    if (!entry || self->error)
        return DIALOG_STAYS;
    if (!entry->folder)
        return pick(self, entry);
    line_edit_clear(&self->edit);
    line_edit_init(&self->edit);
    go_to_folder(self, entry->name, NULL);
    return DIALOG_STAYS;
}

static void move_cursor(FilePicker *self, int lines)
{
    int last = (int)self->shown->len - 1;

    self->at = (guint)CLAMP((int)self->at + lines, 0, MAX(last, 0));
}

/* Letters are typed here, so only the keys that are none. */
static gboolean moves(FilePicker *self, Key key)
{
    int page = MAX(self->rows.rows, 1), all = (int)self->shown->len;
    const struct {
        Key key;
        int lines;
    } keys[] = { { { TRUE, KEY_UP }, -1 },        { { TRUE, KEY_DOWN }, 1 },
                 { { TRUE, KEY_PPAGE }, -page },  { { TRUE, KEY_NPAGE }, page },
                 { { FALSE, CONTROL('P') }, -1 }, { { FALSE, CONTROL('N') }, 1 },
                 { { TRUE, KEY_HOME }, -all },    { { TRUE, KEY_END }, all } };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (key_equal(keys[i].key, key)) {
            move_cursor(self, keys[i].lines);
            return TRUE;
        }
    }
    return FALSE;
}

/* The one who typed wants that back first. */
static DialogEffect on_escape(FilePicker *self)
{
    if (!self->edit.text->len)
        return DIALOG_CLOSES;
    line_edit_set(&self->edit, "");
    take_typed(self);
    return DIALOG_STAYS;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    FilePicker *self = (FilePicker *)dialog;

    if (moves(self, key))
        return DIALOG_STAYS;
    if (!key.function && key.code == KEY_CODE_ESCAPE)
        return on_escape(self);
    if (!key.function && key.code == KEY_CODE_RETURN)
        return open_entry(self);
    if (!key.function && key.code == KEY_CODE_RUBOUT && !self->edit.text->len)
        go_up(self);
    else if (line_edit_key(&self->edit, key))
        take_typed(self);
    return DIALOG_STAYS;
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    FilePicker *self = (FilePicker *)dialog;
    const Canvas *rows = &self->rows;
    int index = dialog->top + row - rows->top;
    Key key;

    if (canvas_has(&self->keys, row, column) &&
        dialog_hint_key(fitting_keys(&self->keys), column - self->keys.left, &key))
        return on_key(dialog, key);
    if (!canvas_has(rows, row, column) || index >= (int)self->shown->len)
        return DIALOG_STAYS;
    if (index == (int)self->at)
        return open_entry(self);
    self->at = (guint)index;
    return DIALOG_STAYS;
}

static void on_scroll(Dialog *dialog, int lines)
{
    move_cursor((FilePicker *)dialog, lines);
}

static void on_free(Dialog *dialog)
{
    FilePicker *self = (FilePicker *)dialog;

    if (self->destroy)
        self->destroy(self->data);
    folder_list_free(self->list);
    g_ptr_array_unref(self->shown);
    line_edit_clear(&self->edit);
    g_free(self->title);
    g_free(self->folder);
    g_free(self->wanted);
    g_free(self->error);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .scroll = on_scroll,
    .free = on_free,
};

Dialog *file_picker_new(const char *title, const char *start, FilePickerFn picked, gpointer data,
                        GDestroyNotify destroy)
{
    FilePicker *self = g_new0(FilePicker, 1);
    gboolean file = start && !g_str_has_suffix(start, "/");
    g_autofree char *folder = file ? g_path_get_dirname(start) : g_strdup(start ? start : ".");
    g_autofree char *name = file ? g_path_get_basename(start) : NULL;

    self->dialog.class = &class;
    self->title = g_strdup(title);
    self->folder = g_get_current_dir();
    self->shown = g_ptr_array_new();
    self->picked = picked;
    self->data = data;
    self->destroy = destroy;
    line_edit_init(&self->edit);
    go_to_folder(self, folder, name);
    return &self->dialog;
}
