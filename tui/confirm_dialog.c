/* The confirm dialog: subjects, steps, checks, two buttons. */
#include "tui/confirm_dialog.h"

#include <string.h>

#include "tui/outline.h"
#include "tui/plan_lines.h"

#define WIDTH 76
#define WIDE 112
#define MARGIN 4
#define FOOT 3 /* rule, buttons, bottom */

enum { BUTTON_CANCEL, BUTTON_RUN, BUTTONS };

/* What goes or comes, in words; copied, since the tree may change below the dialog. */
typedef struct {
    char *label;
    char *text;
    char *file;
} Subject;

typedef struct {
    Dialog dialog;
    char *title;
    char *verb;
    GPtrArray *subjects; /* (Subject) */
    int focus;
    int top;
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
    if (plan->checks->len) {
        line_list_rule(list, "Checks", NULL);
        plan_lines_checks(list, plan, wide);
    }
}

static void draw_note(const ConfirmDialog *self, const DialogButton *buttons)
{
    g_autofree char *verb = g_ascii_strdown(self->verb, -1);
    g_autofree char *runs = g_strdup_printf("Enter %s   Esc cancel, nothing sent", verb);
    const char *const notes[] = { self->focus == BUTTON_RUN ? runs
                                                            : "y yes   Esc cancel, nothing sent",
                                  "Esc cancel", NULL };

    dialog_draw_note(&self->foot, 0, buttons, BUTTONS, notes);
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;
    gboolean wide = screen->columns >= WIDE + 8;
    int columns = MIN(wide ? WIDE : WIDTH, screen->columns);
    g_autoptr(LineList) list = line_list_new(columns - MARGIN, PLAN_LABEL_COLUMNS);
    DialogButton buttons[BUTTONS] = { { "Cancel", FALSE }, { self->verb, FALSE } };
    Canvas frame, body;

    fill(self, list, wide);
    frame = dialog_frame(screen, line_list_length(list) + 1 + FOOT, columns, self->title, NULL);
    body = canvas_part(&frame, 1, 0, frame.rows - 1 - FOOT, frame.columns);
    line_list_draw_boxed(list, &body, &self->top);
    draw_box_rule(&frame, frame.rows - FOOT, NULL, NULL);
    self->foot = canvas_part(&frame, frame.rows - 2, 2, 1, frame.columns - MARGIN);
    draw_note(self, buttons);
    dialog_draw_buttons(dialog, &self->foot, 0, buttons, BUTTONS, self->focus);
}

static DialogEffect press(int button)
{
    return button == BUTTON_RUN      ? DIALOG_RUNS
           : button == BUTTON_CANCEL ? DIALOG_CLOSES
                                     : DIALOG_STAYS;
}

static void function_key(ConfirmDialog *self, wint_t code)
{
    if (code == KEY_LEFT || code == KEY_RIGHT || code == KEY_BTAB)
        self->focus = !self->focus;
    else if (code == KEY_UP || code == KEY_PPAGE)
        self->top -= code == KEY_UP ? 1 : 8;
    else if (code == KEY_DOWN || code == KEY_NPAGE)
        self->top += code == KEY_DOWN ? 1 : 8;
}

static DialogEffect on_key(Dialog *dialog, Key key)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;

    if (key.function) {
        function_key(self, key.code);
        return DIALOG_STAYS;
    }
    switch (key.code) {
    case KEY_CODE_TAB:
    case 'h':
    case 'l':
        self->focus = !self->focus;
        return DIALOG_STAYS;
    case KEY_CODE_RETURN:
        return press(self->focus);
    case 'y':
        return DIALOG_RUNS;
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
    DialogButton buttons[BUTTONS] = { { "Cancel", FALSE }, { self->verb, FALSE } };

    if (row != self->foot.top)
        return DIALOG_STAYS;
    return press(dialog_button_at(buttons, BUTTONS, column - self->foot.left));
}

static void on_scroll(Dialog *dialog, int lines)
{
    ((ConfirmDialog *)dialog)->top += lines;
}

static void on_free(Dialog *dialog)
{
    ConfirmDialog *self = (ConfirmDialog *)dialog;

    g_ptr_array_unref(self->subjects);
    g_free(self->title);
    g_free(self->verb);
    g_free(self);
}

static const DialogClass class = {
    .paint = paint,
    .key = on_key,
    .click = on_click,
    .scroll = on_scroll,
    .free = on_free,
};

Dialog *confirm_dialog_new(const char *verb, Plan *plan, const Guest *guest)
{
    ConfirmDialog *self = g_new0(ConfirmDialog, 1);

    self->dialog.class = &class;
    self->dialog.plan = plan;
    self->title = g_strdup(plan->title);
    self->title[0] = g_ascii_toupper(self->title[0]);
    self->verb = g_strdup(verb);
    self->focus = BUTTON_CANCEL;
    self->subjects = g_ptr_array_new_with_free_func(subject_free);
    for (guint i = 0; i < plan->subjects->len; i++)
        g_ptr_array_add(self->subjects, subject_new(plan->subjects->pdata[i], guest));
    return &self->dialog;
}
