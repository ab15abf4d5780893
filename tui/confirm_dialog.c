/* The confirm dialog: subjects, steps, checks, what changes in the domain file, buttons. */
#include "tui/confirm_dialog.h"

#include <string.h>

#include "tui/carry_choice.h"
#include "tui/plan_lines.h"
#include "tui/plan_render_dialog.h"

#define SAVE_COLUMNS 9

/* What can have the focus; the choice only where there is one. */
enum { BUTTON_CANCEL, BUTTON_RUN, BUTTON_COMMANDS, BUTTON_STAGE, BUTTONS, FOCUS_SAVE = BUTTONS };

/* What goes or comes, in words; copied, since the tree may change below the dialog. */
typedef struct {
    char *label;
    char *text;
    char *file;
} Subject;

typedef struct {
    Dialog dialog;
    Session *session;
    char *title;
    char *verb;
    gboolean fresh;      /* can be staged */
    GPtrArray *subjects; /* (Subject) */
    Plan *other;         /* the same without the domain file, or with it; NULL: no choice */
    char *obstacle;      /* why the file cannot be changed along; NULL */
    GPtrArray *diff;     /* what changes in the file; NULL */
    int focus;
    int page;
    gboolean json;
    Canvas foot; /* where the buttons were painted */
} ConfirmDialog;

static void subject_free(gpointer data)
{
    Subject *subject = data;

    g_free(subject->label);
    g_free(subject->text);
    g_free(subject->file);
    g_free(subject);
}

static Subject *subject_new(const PlanSubject *planned, const Guest *guest)
{
    const Device *device = guest ? guest_find_path(guest, planned->path) : NULL;
    g_autofree char *address = address_to_short_text(&planned->address);
    const char *file = device && device->drive ? device->drive->file : NULL;
    Subject *subject = g_new0(Subject, 1);

    subject->label = g_strdup(planned->id ? planned->id : planned->driver);
    subject->text =
        g_strdup_printf("%s%s%s%s%s", planned->driver, planned->bus ? " on " : "",
                        planned->bus ? planned->bus : "", *address ? " at " : "", address);
    subject->file = g_strdup(file);
    return subject;
}

static void fill(const ConfirmDialog *self, LineList *list, gboolean wide)
{
    const Plan *plan = self->dialog.plan;
    g_autofree char *count = plan_count_text(plan);

    for (guint i = 0; i < self->subjects->len; i++) {
        const Subject *subject = self->subjects->pdata[i];

        line_list_field(list, subject->label, ELEMENT_TEXT, subject->text);
        if (subject->file)
            line_list_field(list, "", ELEMENT_TEXT, subject->file);
    }
    line_list_rule(list, "Plan", count);
    plan_lines_steps(list, plan, wide != self->json);
    plan_lines_way_back(list, plan);
    if (plan->checks->len || self->obstacle)
        line_list_rule(list, "Checks", NULL);
    plan_lines_checks(list, plan, wide);
    if (self->obstacle)
        line_list_text(list, ELEMENT_CAUTION, self->obstacle);
    plan_lines_file(list, plan, self->diff);
}

static guint fill_buttons(const ConfirmDialog *self, DialogButton *buttons)
{
    const DialogButton all[BUTTONS] = {
        [BUTTON_CANCEL] = { "Cancel", FALSE },
        [BUTTON_RUN] = { self->verb, FALSE },
        [BUTTON_COMMANDS] = { "Commands", FALSE },
        [BUTTON_STAGE] = { "Stage", FALSE },
    };

    memcpy(buttons, all, sizeof(all));
    return self->fresh ? BUTTONS : BUTTON_STAGE;
}

/* What Enter does where the focus is. */
static const char *note_of_focus(const ConfirmDialog *self)
{
    switch (self->focus) {
    case BUTTON_COMMANDS:
        return "Enter shows them in four ways";
    case BUTTON_STAGE:
        return "Enter puts it aside";
    case FOCUS_SAVE:
        return "Enter changes   Esc cancel";
    default:
        return "y yes   Esc cancel, nothing sent";
    }
}

static void draw_note(const ConfirmDialog *self, const Canvas *canvas, const DialogButton *buttons,
                      guint count)
{
    g_autofree char *verb = g_ascii_strdown(self->verb, -1);
    g_autofree char *runs = g_strdup_printf("Enter %s   Esc cancel, nothing sent", verb);
    const char *const notes[] = { self->focus == BUTTON_RUN ? runs : note_of_focus(self),
                                  "y yes   Esc cancel", "Esc cancel", NULL };

    dialog_draw_note(canvas, 0, buttons, count, notes);
}

static void draw_choice(ConfirmDialog *self, const Canvas *canvas)
{
    const Plan *plan = self->dialog.plan;
    gboolean focused = self->focus == FOCUS_SAVE;

    draw_text(canvas, 0, 0, SAVE_COLUMNS, focused ? ELEMENT_TITLE : ELEMENT_LABEL, "save");
    if (focused) {
        draw_glyph(canvas, 0, SAVE_COLUMNS - 2, ELEMENT_TITLE, GLYPH_CURSOR);
        self->dialog.cursor_row = canvas->top;
        self->dialog.cursor_column = canvas->left + SAVE_COLUMNS;
    }
    carry_choice_draw(canvas, 0, SAVE_COLUMNS, canvas->columns - SAVE_COLUMNS - 9,
                      (plan->file ? plan : self->other)->file->path, plan->file != NULL);
    draw_right(canvas, 0, 0, canvas->columns, ELEMENT_DIM, "s change");
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;
    g_autoptr(LineList) list =
        line_list_new(dialog_columns(screen) - DIALOG_MARGIN, PLAN_LABEL_COLUMNS);
    DialogButton buttons[BUTTONS];
    guint count = fill_buttons(self, buttons);
    int lines = self->other ? 2 : 1;
    Canvas body, row;

    fill(self, list, dialog_is_wide(screen));
    body = dialog_box(screen, line_list_length(list), self->title, NULL, lines, &self->foot);
    self->page = body.rows;
    line_list_draw_boxed(list, &body, &self->dialog.top);
    row = canvas_part(&self->foot, lines - 1, 0, 1, self->foot.columns);
    draw_note(self, &row, buttons, count);
    dialog_draw_buttons(dialog, &row, 0, buttons, count, self->focus);
    if (self->other)
        draw_choice(self, &self->foot);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* The same plan with the change of the file, or without. */
static DialogEffect choose_other(ConfirmDialog *self)
{
    Plan *plan = self->dialog.plan;

    if (!self->other)
        return DIALOG_STAYS;
    self->dialog.plan = self->other;
    self->other = plan;
    return DIALOG_STAYS;
}

static DialogEffect show_commands(ConfirmDialog *self)
{
    dialog_open_above(&self->dialog, plan_render_dialog_new(self->dialog.plan, self->session));
    return DIALOG_STAYS;
}

static DialogEffect press(ConfirmDialog *self, int what)
{
    switch (what) {
    case BUTTON_CANCEL:
        return DIALOG_CLOSES;
    case BUTTON_RUN:
        return DIALOG_RUNS;
    case BUTTON_COMMANDS:
        return show_commands(self);
    case BUTTON_STAGE:
        return self->fresh ? DIALOG_STAGES : DIALOG_STAYS;
    case FOCUS_SAVE:
        return choose_other(self);
    default:
        return DIALOG_STAYS;
    }
}

/* The buttons that there are, then the choice. */
static gboolean move_focus(ConfirmDialog *self, Key key)
{
    int buttons = self->fresh ? BUTTONS : BUTTON_STAGE;
    int at = self->focus == FOCUS_SAVE ? buttons : self->focus;

    if (!dialog_move_focus(&at, self->other ? buttons + 1 : buttons, key))
        return FALSE;
    self->focus = at == buttons ? FOCUS_SAVE : at;
    return TRUE;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;

    if (move_focus(self, key))
        return DIALOG_STAYS;
    self->dialog.top += dialog_scroll_of(key, self->page);
    if (key.function)
        return DIALOG_STAYS;
    switch (key.code) {
    case ' ':
        return self->focus == FOCUS_SAVE ? choose_other(self) : DIALOG_STAYS;
    case KEY_CODE_RETURN:
        return press(self, self->focus);
    case 'y':
        return DIALOG_RUNS;
    case 's':
        return choose_other(self);
    case 'S':
        return press(self, BUTTON_STAGE);
    case 'c':
        return show_commands(self);
    case 'n':
    case 'q':
    case KEY_CODE_ESCAPE:
        return DIALOG_CLOSES;
    case 'J':
        self->json = !self->json;
        return DIALOG_STAYS;
    default:
        return DIALOG_STAYS;
    }
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;
    DialogButton buttons[BUTTONS];
    guint count = fill_buttons(self, buttons);
    int last = self->foot.top + self->foot.rows - 1;

    if (self->other && row == last - 1)
        return choose_other(self);
    if (row != last)
        return DIALOG_STAYS;
    return press(self, dialog_button_at(buttons, count, column - self->foot.left));
}

static void on_free(Dialog *dialog)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;

    g_ptr_array_unref(self->subjects);
    g_clear_pointer(&self->other, plan_free);
    g_clear_pointer(&self->diff, g_ptr_array_unref);
    g_free(self->obstacle);
    g_free(self->title);
    g_free(self->verb);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .free = on_free,
};

/* The plan as it is given becomes the other one, where the file can be changed along. */
static void take_file(ConfirmDialog *self, Session *session)
{
    Plan *plan = self->dialog.plan;
    g_autoptr(Plan) carrying = plan_copy(plan);
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(session_domain_path(session));

    if (!session_domain_carry(session, carrying, &error)) {
        self->obstacle = g_strdup_printf("! %s stays as it is: %s", name, error->message);
    } else if (carrying->file && !plan->file) {
        self->other = plan;
        self->dialog.plan = g_steal_pointer(&carrying);
    }
}

Dialog *confirm_dialog_new(const char *verb, Plan *plan, Session *session, gboolean fresh)
{
    ConfirmDialog *self = g_new0(ConfirmDialog, 1);

    self->dialog.class = &class;
    self->dialog.plan = plan;
    self->session = session;
    self->fresh = fresh;
    self->title = g_strdup(plan->title);
    self->title[0] = g_ascii_toupper(self->title[0]);
    self->verb = g_strdup(verb);
    self->focus = BUTTON_CANCEL;
    self->subjects = g_ptr_array_new_with_free_func(subject_free);
    for (guint i = 0; i < plan->subjects->len; i++)
        g_ptr_array_add(self->subjects,
                        subject_new(plan->subjects->pdata[i], session_guest(session)));
    if (fresh && session_domain(session))
        take_file(self, session);
    self->diff = plan_file_diff(self->dialog.plan);
    return &self->dialog;
}
