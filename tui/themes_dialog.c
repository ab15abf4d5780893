/* The themes in a box at the right: the rest of the screen stays in sight, since it is what one
 * looks at while choosing. */
#include "tui/themes_dialog.h"

#include "tui/outline.h"

#define WIDTH_LEAST 27
#define WIDTH_MOST 46
#define KEYS "Enter keep  Esc back"
#define HEADER_ROWS 2
#define ABOUT_LINES 2
#define ABOUT_FROM_ROWS 10 /* of the box */
#define SAMPLES_FROM_ROWS 18

/* What the box shows of states, since the guest at hand may have few of them. */
static const DeviceState samples[] = { STATE_FIXED,  STATE_PRESENT,   STATE_ADDED,   STATE_LEAVING,
                                       STATE_ABSENT, STATE_UNMANAGED, STATE_REFUSED, STATE_VACANT };

typedef struct {
    char *name;
    char *about;
    gboolean bad; /* about says why */
} Choice;

typedef struct {
    Dialog dialog;
    GPtrArray *choices; /* (Choice) */
    guint at, before;   /* indexes of the shown one and of the one to go back to */
    ThemesDialogShow show;
    gpointer data;
    Canvas list, keys; /* where they were painted */
} ThemesDialog;

static void choice_free(gpointer data)
{
    Choice *choice = data;

    g_free(choice->name);
    g_free(choice->about);
    g_free(choice);
}

static Choice *choice_new(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Theme) theme = theme_load(name, &error);
    Choice *choice = g_new0(Choice, 1);

    choice->name = g_strdup(name);
    choice->bad = theme == NULL;
    choice->about = g_strdup(theme ? theme->description : error->message);
    return choice;
}

static const Choice *choice_at(const ThemesDialog *self, guint index)
{
    return self->choices->pdata[index];
}

/* --- paint ----------------------------------------------------------------------------------- */

static Canvas frame_of(const Canvas *screen)
{
    int width = MIN(CLAMP(screen->columns / 3, WIDTH_LEAST, WIDTH_MOST), screen->columns);
    int top = screen->rows > 12 ? HEADER_ROWS : 0;

    return canvas_part(screen, top, screen->columns - width, screen->rows - top - 1, width);
}

static void draw_choice(ThemesDialog *self, guint index, int row)
{
    const Choice *choice = choice_at(self, index);
    Canvas line = self->list;

    line.selected = index == self->at;
    if (line.selected) {
        draw_blank(&line, row, 0, line.columns);
        draw_glyph(&line, row, 0, ELEMENT_TITLE, GLYPH_CURSOR);
        self->dialog.cursor_row = line.top + row;
        self->dialog.cursor_column = line.left;
    }
    draw_text(&line, row, 2, line.columns - 2, choice->bad ? ELEMENT_ERROR : ELEMENT_TEXT,
              choice->name);
    if (choice->bad)
        draw_right(&line, row, 0, line.columns - 1, ELEMENT_ERROR, "bad");
    else if (index == self->before)
        draw_right(&line, row, 0, line.columns - 1, ELEMENT_DIM, "was");
}

static void draw_list(ThemesDialog *self)
{
    int *top = &self->dialog.top, rows = self->list.rows;

    *top = CLAMP(*top, (int)self->at - rows + 1, (int)self->at);
    *top = CLAMP(*top, 0, MAX((int)self->choices->len - rows, 0));
    for (int row = 0; row < rows && *top + row < (int)self->choices->len; row++)
        draw_choice(self, (guint)(*top + row), row);
}

static void draw_about(const ThemesDialog *self, const Canvas *canvas)
{
    const Choice *choice = choice_at(self, self->at);
    g_autoptr(GPtrArray) lines = text_wrap(choice->about ? choice->about : "", canvas->columns);

    for (guint i = 0; i < lines->len; i++)
        draw_text(canvas, (int)i, 0, canvas->columns, choice->bad ? ELEMENT_ERROR : ELEMENT_DIM,
                  lines->pdata[i]);
}

static void draw_samples(const Canvas *canvas)
{
    int column = canvas->columns / 2;

    for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
        draw_format(canvas, (int)i / 2, i % 2 ? column : 0, column, element_of_state(samples[i]),
                    "%s %s", state_glyph(samples[i], canvas->look->ascii),
                    device_state_name(samples[i]));
}

/* The error of a bad theme is longer than what one says of a good one. */
static int about_rows(const ThemesDialog *self, const Canvas *frame)
{
    const Choice *choice = choice_at(self, self->at);
    g_autoptr(GPtrArray) lines = NULL;

    if (frame->rows < ABOUT_FROM_ROWS)
        return 0;
    lines = text_wrap(choice->bad ? choice->about : "", frame->columns - DIALOG_MARGIN);
    return CLAMP((int)lines->len, ABOUT_LINES, frame->rows / 2);
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    ThemesDialog *self = (ThemesDialog *)dialog;
    Canvas frame = frame_of(screen), part;
    int about = about_rows(self, &frame);
    int sample_rows = frame.rows >= SAMPLES_FROM_ROWS ? (int)G_N_ELEMENTS(samples) / 2 : 0;
    int below = 3 + (about ? about + 1 : 0) + (sample_rows ? sample_rows + 1 : 0);
    int rows = CLAMP((int)self->choices->len, 1, MAX(frame.rows - 1 - below, 1)), row = 1 + rows;
    g_autofree char *count = g_strdup_printf("%u of %u", self->at + 1, self->choices->len);

    frame = canvas_part(&frame, 0, 0, 1 + rows + below, frame.columns);
    canvas_erase(&frame);
    draw_box(&frame, "Theme", count);
    self->list = canvas_part(&frame, 1, 2, rows, frame.columns - DIALOG_MARGIN);
    draw_list(self);
    if (about) {
        draw_box_rule(&frame, row++, NULL, NULL);
        part = canvas_part(&frame, row, 2, about, self->list.columns);
        draw_about(self, &part);
        row += about;
    }
    if (sample_rows) {
        draw_box_rule(&frame, row++, NULL, NULL);
        part = canvas_part(&frame, row, 2, sample_rows, self->list.columns);
        draw_samples(&part);
        row += sample_rows;
    }
    draw_box_rule(&frame, row++, NULL, NULL);
    self->keys = canvas_part(&frame, row, 2, 1, self->list.columns);
    draw_text(&self->keys, 0, 0, self->keys.columns, ELEMENT_DIM, KEYS);
}

/* --- keys ------------------------------------------------------------------------------------ */

static DialogEffect show(ThemesDialog *self, int index)
{
    self->at = (guint)CLAMP(index, 0, (int)self->choices->len - 1);
    self->show(choice_at(self, self->at)->name, self->data);
    return DIALOG_STAYS;
}

static DialogEffect keep(ThemesDialog *self)
{
    const char *name = choice_at(self, self->at)->name;

    if (self->at != self->before)
        self->dialog.outcome = g_strdup_printf("theme %s; --theme %s starts with it", name, name);
    return DIALOG_CLOSES;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    ThemesDialog *self = (ThemesDialog *)dialog;
    int lines = dialog_scroll_of(key, MAX(self->list.rows, 1));

    if (lines)
        return show(self, (int)self->at + lines);
    if (key.function)
        return DIALOG_STAYS;
    switch (key.code) {
    case 'T': /* the key that opened it */
        return show(self, (int)((self->at + 1) % self->choices->len));
    case KEY_CODE_RETURN:
        return keep(self);
    case KEY_CODE_ESCAPE:
    case 'q':
        show(self, (int)self->before);
        return DIALOG_CLOSES;
    default:
        return DIALOG_STAYS;
    }
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    ThemesDialog *self = (ThemesDialog *)dialog;
    const Canvas *list = &self->list;
    int index = dialog->top + row - list->top;
    Key key;

    if (canvas_has(&self->keys, row, column))
        return dialog_hint_key(KEYS, column - self->keys.left, &key) ? on_key(dialog, key)
                                                                     : DIALOG_STAYS;
    if (!canvas_has(list, row, column) || index >= (int)self->choices->len)
        return DIALOG_STAYS;
    return index == (int)self->at ? keep(self) : show(self, index);
}

/* One at a time, since each is shown. */
static void on_scroll(Dialog *dialog, int lines)
{
    ThemesDialog *self = (ThemesDialog *)dialog;

    show(self, (int)self->at + CLAMP(lines, -1, 1));
}

static void on_free(Dialog *dialog)
{
    ThemesDialog *self = (ThemesDialog *)dialog;

    g_ptr_array_unref(self->choices);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .scroll = on_scroll,
    .free = on_free,
};

Dialog *themes_dialog_new(const char *current, ThemesDialogShow show_theme, gpointer data)
{
    ThemesDialog *self = g_new0(ThemesDialog, 1);
    g_autoptr(GPtrArray) entries = theme_list();

    self->dialog.class = &class;
    self->show = show_theme;
    self->data = data;
    self->choices = g_ptr_array_new_with_free_func(choice_free);
    for (guint i = 0; i < entries->len; i++) {
        const ThemeEntry *entry = entries->pdata[i];

        if (g_str_equal(entry->name, current))
            self->at = self->before = i;
        g_ptr_array_add(self->choices, choice_new(entry->name));
    }
    return &self->dialog;
}
