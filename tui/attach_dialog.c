/* The attach dialog: the form painted, and the keys that fill it. */
#include "tui/attach_dialog.h"

#include <string.h>

#include "tui/attach_draw.h"
#include "tui/carry_choice.h"
#include "tui/file_picker.h"
#include "tui/inner_dialog.h"
#include "tui/path_complete.h"
#include "tui/plan_lines.h"
#include "tui/plan_render_dialog.h"

#define WIDTH 76
#define WIDE 112
#define MARGIN 4
#define FOOT 3         /* rule, buttons, bottom */
#define FIELDS_USUAL 8 /* lines of fields and plan that have their room from the start */
#define BODY_USUAL 13
#define BODY_MIN 3 /* lines of the plan below which the fields take its room */

enum { BUTTON_ATTACH, BUTTON_STAGE, BUTTON_COMMANDS, BUTTON_CANCEL, BUTTONS };

typedef struct {
    Dialog dialog;
    AttachForm form;
    guint focus; /* among the shown fields, then the buttons */
    char *told;  /* candidates of a completion, until the next key */
    PathComplete *complete;
    Dialog *picker;    /* above it; NULL */
    gboolean planning; /* [ Attach ] or [ Stage ] was pressed: the last plan is being made */
    DialogEffect then; /* what becomes of it */
    gboolean json;
    int rows; /* of the frame: it grows with the plan and never shrinks below one's eyes */
    Canvas fields, foot; /* where they were painted */
    int first;           /* field on the first line of them */
} AttachDialog;

static const AttachField *field_row(const AttachDialog *self, guint shown)
{
    gsize count;

    return &attach_fields(&count)[g_array_index(self->form.shown, guint, shown)];
}

/* NULL while a button has the focus. */
static const AttachField *focused_field(const AttachDialog *self)
{
    return self->focus < self->form.shown->len ? field_row(self, self->focus) : NULL;
}

static int focused_button(const AttachDialog *self)
{
    return self->focus < self->form.shown->len ? -1 : (int)(self->focus - self->form.shown->len);
}

static gboolean is_text(const AttachField *field)
{
    return field &&
           (field->type == FIELD_TEXT || field->type == FIELD_FILE || field->type == FIELD_OPTIONS);
}

/* --- painting -------------------------------------------------------------------------------- */

static int draw_value(AttachDialog *self, const Canvas *canvas, int row, int column, int columns,
                      guint shown)
{
    const AttachField *field = field_row(self, shown);
    guint index = g_array_index(self->form.shown, guint, shown);
    gboolean proposed, focused = shown == self->focus;
    const char *value = attach_form_field_value(&self->form, index, &proposed);
    const LineEdit *edit = &self->form.edits[index];

    if (field->type == FIELD_KIND || field->type == FIELD_CHOICE) {
        g_autoptr(GPtrArray) choices = attach_form_choices(&self->form, index);

        attach_draw_choices(canvas, row, column, columns, choices, value, proposed);
    } else if (field->type == FIELD_SLOT) {
        attach_draw_slot(&self->form, canvas, row, column, columns, value, proposed);
    } else if (field->type == FIELD_SAVE) {
        carry_choice_draw(canvas, row, column, columns, session_domain_path(self->form.session),
                          attach_form_carries(&self->form));
    } else if (focused && edit->text->len) {
        return line_edit_draw(edit, canvas, row, column, columns, ELEMENT_FIELD);
    } else if (field->type == FIELD_FILE) {
        g_autofree char *fitted = text_fit_end(value, columns, canvas->look->ascii);

        draw_text(canvas, row, column, columns, ELEMENT_TEXT, fitted);
    } else {
        draw_text(canvas, row, column, columns, proposed ? ELEMENT_PROPOSAL : ELEMENT_TEXT, value);
    }
    return column;
}

/* The first thing it says alone where there is no room for more. (transfer full) */
static char *fitting_hint(const char *hint, int columns)
{
    return hint && text_columns(hint) > columns ? g_strndup(hint, strcspn(hint, ","))
                                                : g_strdup(hint);
}

static void draw_field(AttachDialog *self, const Canvas *canvas, int row, int label, guint shown)
{
    const AttachField *field = field_row(self, shown);
    gboolean focused = shown == self->focus;
    g_autofree char *hint = focused ? fitting_hint(field->hint, canvas->columns / 3) : NULL;
    int hint_columns = hint ? text_columns(hint) + 2 : 0;
    int cursor;

    draw_text(canvas, row, 0, label - 1, focused ? ELEMENT_TITLE : ELEMENT_LABEL, field->label);
    if (focused)
        draw_glyph(canvas, row, label - 2, ELEMENT_TITLE, GLYPH_CURSOR);
    cursor = draw_value(self, canvas, row, label, canvas->columns - label - hint_columns, shown);
    if (hint)
        draw_right(canvas, row, label, canvas->columns - label, ELEMENT_DIM, hint);
    if (focused) {
        self->dialog.cursor_row = canvas->top + row;
        self->dialog.cursor_column = canvas->left + cursor;
    }
}

/* What stands below the file: what its header says, or the names that Tab found. */
static const char *note(const AttachDialog *self)
{
    return self->told ? self->told : self->form.note;
}

static gboolean has_note(const AttachDialog *self, guint shown)
{
    return field_row(self, shown)->type == FIELD_FILE && note(self) != NULL;
}

static int field_lines(const AttachDialog *self)
{
    int lines = 0;

    for (guint i = 0; i < self->form.shown->len; i++)
        lines += 1 + has_note(self, i);
    return lines;
}

static void draw_fields(AttachDialog *self, const Canvas *canvas)
{
    int label = canvas->columns >= 90 ? 11 : 9, row = 0;
    int last = (int)self->form.shown->len - 1;

    if ((int)self->focus <= last) /* a short screen: the field with the focus is in sight */
        self->first =
            CLAMP(self->first, MAX((int)self->focus - canvas->rows + 1, 0), (int)self->focus);
    if (field_lines(self) <= canvas->rows)
        self->first = 0;
    self->fields = *canvas;
    for (int i = self->first; i <= last && row < canvas->rows; i++) {
        draw_field(self, canvas, row++, label, (guint)i);
        if (has_note(self, (guint)i) && row < canvas->rows)
            draw_text(canvas, row++, label, canvas->columns - label, ELEMENT_DIM, note(self));
    }
}

/* What Enter does here; NULL: nothing that is worth a word. */
static const char *note_of_enter(const AttachDialog *self)
{
    static const char *const notes[BUTTONS] = {
        [BUTTON_ATTACH] = "Enter attach",
        [BUTTON_STAGE] = "Enter puts it aside",
        [BUTTON_COMMANDS] = "Enter shows them",
        [BUTTON_CANCEL] = "Enter cancel",
    };
    gboolean ready = self->form.plan && !self->planning;
    int button = focused_button(self);

    if (button == BUTTON_CANCEL || (ready && button >= 0))
        return notes[button];
    return ready ? "Enter to Attach" : NULL;
}

/* Where the plan has no room of its own the rule tells what there is to say of it. */
static void draw_foot_rule(const AttachDialog *self, const Canvas *frame, gboolean body)
{
    const AttachForm *form = &self->form;
    g_autofree char *count = form->plan ? plan_count_text(form->plan) : NULL;
    const char *why = attach_form_prompt(form);

    if (!why && form->refusal)
        why = form->refusal->message;
    draw_box_rule(frame, frame->rows - FOOT, body ? NULL : why, body ? NULL : count);
}

static void fill_buttons(const AttachDialog *self, DialogButton *buttons)
{
    static const char *const labels[BUTTONS] = { "Attach", "Stage", "Commands", "Cancel" };
    gboolean ready = self->form.plan && !self->planning;

    for (int i = 0; i < BUTTONS; i++)
        buttons[i] = (DialogButton){ labels[i], !ready && i != BUTTON_CANCEL };
}

static void draw_foot(AttachDialog *self, const Canvas *frame, gboolean body)
{
    DialogButton buttons[BUTTONS];
    const char *enter = note_of_enter(self);
    g_autofree char *wide =
        g_strdup_printf("%s%sEsc cancel, nothing sent", enter ? enter : "", enter ? "   " : "");
    const char *const notes[] = { wide, enter ? enter : "Esc: nothing is sent", "Esc cancel",
                                  NULL };

    fill_buttons(self, buttons);
    draw_foot_rule(self, frame, body);
    self->foot = canvas_part(frame, frame->rows - 2, 2, 1, frame->columns - MARGIN);
    dialog_draw_note(&self->foot, 0, buttons, BUTTONS, notes);
    dialog_draw_buttons(&self->dialog, &self->foot, 0, buttons, BUTTONS, focused_button(self));
}

static char *title(const AttachDialog *self)
{
    const Guest *guest = session_guest(self->form.session);

    return g_strdup_printf("Attach a %s to %s", request_kind_name(self->form.kind),
                           guest ? guest->name : "the guest");
}

static char *progress(const AttachDialog *self)
{
    if (self->focus >= self->form.shown->len)
        return NULL;
    return g_strdup_printf("field %u of %u", self->focus + 1, self->form.shown->len);
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    AttachDialog *self = (AttachDialog *)dialog;
    gboolean wide = screen->columns >= WIDE + 8;
    int columns = MIN(wide ? WIDE : WIDTH, screen->columns), wanted = field_lines(self), lines,
        room;
    g_autofree char *heading = title(self), *count = progress(self);
    g_autoptr(LineList) list = line_list_new(columns - MARGIN, PLAN_LABEL_COLUMNS);
    Canvas frame, fields, body;

    if (inner_dialog_paint(self->picker, dialog, screen))
        return;
    attach_draw_plan(&self->form, list, wide != self->json, wide, self->planning);
    self->rows = MAX(self->rows, 1 + MAX(wanted, FIELDS_USUAL) +
                                     MAX(line_list_length(list), BODY_USUAL) + FOOT);
    frame = dialog_frame(screen, self->rows, columns, heading, count);
    room = frame.rows - 1 - FOOT;
    lines = MIN(wanted, room - wanted >= BODY_MIN ? wanted : room);
    fields = canvas_part(&frame, 1, 2, lines, frame.columns - MARGIN);
    body = canvas_part(&frame, 1 + lines, 0, room - lines, frame.columns);
    draw_fields(self, &fields);
    if (body.rows > 0)
        line_list_draw_boxed(list, &body, &self->dialog.top);
    draw_foot(self, &frame, body.rows >= BODY_MIN);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void on_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    AttachDialog *self = data;
    g_autoptr(GError) refusal = error ? g_error_copy(error) : NULL;

    self->planning = FALSE;
    if (plan && (!attach_form_carries(&self->form) ||
                 session_domain_carry(self->form.session, plan, &refusal))) {
        self->dialog.plan = plan;
        dialog_tell(&self->dialog, self->then);
        return;
    }
    g_clear_pointer(&plan, plan_free);
    g_clear_pointer(&self->form.plan, plan_free);
    g_clear_error(&self->form.refusal);
    self->form.refusal = g_steal_pointer(&refusal);
    dialog_tell(&self->dialog, DIALOG_STAYS);
}

/* The guest may have changed since the preview was made: the plan that runs, or is staged, is made
 * anew. */
static DialogEffect attach(AttachDialog *self, DialogEffect then)
{
    g_autoptr(Request) request = NULL;

    if (self->planning || !self->form.plan)
        return DIALOG_STAYS;
    request = attach_form_request(&self->form, NULL);
    if (!request)
        return DIALOG_STAYS;
    self->planning = TRUE;
    self->then = then;
    session_plan_attach(self->form.session, request, on_planned, self);
    return DIALOG_STAYS;
}

static void on_completed(const char *text, const GPtrArray *candidates, gpointer data)
{
    AttachDialog *self = data;
    const AttachField *field = focused_field(self);
    g_autoptr(GString) names = g_string_new(NULL);

    if (!field || field->type != FIELD_FILE)
        return;
    line_edit_set(&self->form.edits[g_array_index(self->form.shown, guint, self->focus)], text);
    for (guint i = 0; candidates->len != 1 && i < candidates->len && i < 20; i++)
        g_string_append_printf(names, "%s%s", i ? "  " : "", (const char *)candidates->pdata[i]);
    attach_form_plan(&self->form);
    g_free(self->told);
    self->told = candidates->len == 1 ? NULL : g_strdup(names->len ? names->str : "no such file");
    dialog_tell(&self->dialog, DIALOG_STAYS);
}

static LineEdit *focused_edit(const AttachDialog *self)
{
    return &self->form.edits[g_array_index(self->form.shown, guint, self->focus)];
}

static void complete(AttachDialog *self)
{
    path_complete_free(self->complete);
    self->complete = path_complete_new(focused_edit(self)->text->str, on_completed, self);
}

static void on_picked(const char *path, gpointer data)
{
    AttachDialog *self = data;

    line_edit_set(focused_edit(self), path);
    attach_form_plan(&self->form);
}

static void browse(AttachDialog *self)
{
    const char *typed = focused_edit(self)->text->str;

    inner_dialog_open(&self->picker, &self->dialog,
                      file_picker_new("File", *typed ? typed : NULL, on_picked, self, NULL));
}

static void move_focus(AttachDialog *self, int direction)
{
    guint count = self->form.shown->len + BUTTONS;

    self->focus = (self->focus + count + (guint)direction) % count;
}

static DialogEffect press(AttachDialog *self, int button)
{
    if (button == BUTTON_ATTACH || button == BUTTON_STAGE)
        return attach(self, button == BUTTON_ATTACH ? DIALOG_RUNS : DIALOG_STAGES);
    if (button == BUTTON_COMMANDS && self->form.plan)
        dialog_open_above(&self->dialog,
                          plan_render_dialog_new(self->form.plan, self->form.session));
    return button == BUTTON_CANCEL ? DIALOG_CLOSES : DIALOG_STAYS;
}

/* Enter: on a button presses it; in a field goes to [ Attach ] when there is a plan, else on. */
static DialogEffect enter(AttachDialog *self)
{
    if (!focused_field(self))
        return press(self, focused_button(self));
    if (self->form.plan)
        self->focus = self->form.shown->len + BUTTON_ATTACH;
    else
        move_focus(self, 1);
    return DIALOG_STAYS;
}

static void chooser_key(AttachDialog *self, guint index, Key key)
{
    if (key.function && (key.code == KEY_LEFT || key.code == KEY_RIGHT)) {
        attach_form_step(&self->form, index, key.code == KEY_LEFT ? -1 : 1);
    } else if ((key.function && key.code == KEY_DC) ||
               (!key.function && (key.code == KEY_CODE_RUBOUT || key.code == CONTROL('U')))) {
        line_edit_set(&self->form.edits[index], "");
        attach_form_plan(&self->form);
    } else if (!key.function && key.code == 'J') {
        self->json = !self->json;
    } else if (!key.function && key.code > ' ') {
        attach_form_jump(&self->form, index, key.code);
    }
    self->focus = MIN(self->focus, self->form.shown->len + BUTTONS - 1);
}

static void field_key(AttachDialog *self, Key key)
{
    const AttachField *field = focused_field(self);
    guint index;

    if (!field) {
        int button = focused_button(self) + (key.code == KEY_LEFT ? BUTTONS - 1 : 1);

        if (key.function && (key.code == KEY_LEFT || key.code == KEY_RIGHT))
            self->focus = self->form.shown->len + (guint)button % BUTTONS;
        else if (!key.function && key.code == 'J')
            self->json = !self->json;
        return;
    }
    index = g_array_index(self->form.shown, guint, self->focus);
    if (!is_text(field))
        chooser_key(self, index, key);
    else if (line_edit_key(&self->form.edits[index], key))
        attach_form_plan(&self->form);
    self->focus = MIN(self->focus, self->form.shown->len + BUTTONS - 1);
}

static DialogEffect function_key(AttachDialog *self, Key key)
{
    switch (key.code) {
    case KEY_UP:
    case KEY_BTAB:
        move_focus(self, -1);
        break;
    case KEY_DOWN:
        move_focus(self, 1);
        break;
    case KEY_PPAGE:
        self->dialog.top -= 5;
        break;
    case KEY_NPAGE:
        self->dialog.top += 5;
        break;
    default:
        field_key(self, key);
    }
    return DIALOG_STAYS;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    AttachDialog *self = (AttachDialog *)dialog;
    const AttachField *field = focused_field(self);

    if (inner_dialog_key(&self->picker, key))
        return DIALOG_STAYS;
    g_clear_pointer(&self->told, g_free);
    if (key.function)
        return function_key(self, key);
    switch (key.code) {
    case CONTROL('O'):
        if (field && field->type == FIELD_FILE)
            browse(self);
        return DIALOG_STAYS;
    case KEY_CODE_ESCAPE:
        return DIALOG_CLOSES;
    case KEY_CODE_RETURN:
        return enter(self);
    case KEY_CODE_TAB:
        if (field && field->type == FIELD_FILE)
            complete(self);
        else
            move_focus(self, 1);
        return DIALOG_STAYS;
    default:
        field_key(self, key);
        return DIALOG_STAYS;
    }
}

/* The field on a line of the fields' canvas; G_MAXUINT for none. */
static guint field_at(const AttachDialog *self, int line)
{
    for (guint i = (guint)self->first; i < self->form.shown->len; i++) {
        if (line == 0)
            return i;
        line -= 1 + has_note(self, i);
        if (line < 0)
            break;
    }
    return G_MAXUINT;
}

/* What stands at the right of the focused field. */
static gboolean is_on_hint(const AttachDialog *self, guint field, int column)
{
    g_autofree char *hint = fitting_hint(field_row(self, field)->hint, self->fields.columns / 3);

    return hint && column >= self->fields.left + self->fields.columns - text_columns(hint);
}

/* The second click on a field chooses: the next value, or by its hint a file. */
static void click_field(AttachDialog *self, guint field, int column)
{
    gboolean again = self->focus == field;

    self->focus = field;
    if (!again)
        return;
    if (field_row(self, field)->type == FIELD_FILE && is_on_hint(self, field, column))
        browse(self);
    else if (!is_text(field_row(self, field)))
        attach_form_step(&self->form, g_array_index(self->form.shown, guint, field), 1);
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    AttachDialog *self = (AttachDialog *)dialog;
    DialogButton buttons[BUTTONS];
    guint field;

    if (inner_dialog_click(&self->picker, row, column))
        return DIALOG_STAYS;
    fill_buttons(self, buttons);
    if (row == self->foot.top)
        return press(self, dialog_button_at(buttons, BUTTONS, column - self->foot.left));
    if (row < self->fields.top || row >= self->fields.top + self->fields.rows)
        return DIALOG_STAYS;
    field = field_at(self, row - self->fields.top);
    if (field == G_MAXUINT)
        return DIALOG_STAYS;
    click_field(self, field, column);
    return DIALOG_STAYS;
}

static void on_scroll(Dialog *dialog, int lines)
{
    AttachDialog *self = (AttachDialog *)dialog;

    if (!inner_dialog_scroll(self->picker, lines))
        dialog->top += lines;
}

static void on_changed(Dialog *dialog, SessionChange change)
{
    AttachDialog *self = (AttachDialog *)dialog;

    if (change == SESSION_TREE_CHANGED || change == SESSION_STATE_CHANGED)
        attach_form_plan(&self->form);
}

static void on_facts(Session *session, gpointer data)
{
    AttachDialog *self = data;

    attach_form_plan(&self->form);
    dialog_tell(&self->dialog, DIALOG_STAYS);
}

static void on_free(Dialog *dialog)
{
    AttachDialog *self = (AttachDialog *)dialog;

    session_forget(self->form.session, self);
    path_complete_free(self->complete);
    g_clear_pointer(&self->picker, dialog_free);
    attach_form_clear(&self->form);
    g_free(self->told);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .scroll = on_scroll,
    .changed = on_changed,
    .free = on_free,
};

Dialog *attach_dialog_new(Session *session, const OutlineRow *row)
{
    AttachDialog *self = g_new0(AttachDialog, 1);

    self->dialog.class = &class;
    attach_form_init(&self->form, session, row);
    self->form.changed = on_facts;
    self->form.data = self;
    attach_form_plan(&self->form);
    self->focus =
        row && row->kind == ROW_VACANT ? 0 : 1; /* the kind is given more often than not */
    return &self->dialog;
}
