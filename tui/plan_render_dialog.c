/* Four texts made once, of which one shows; they scroll, and nothing else. */
#include "tui/plan_render_dialog.h"

#include <string.h>

#include "engine/plan_render.h"
#include "tui/line_list.h"

#define TABS_ROWS 2 /* the tabs, and a rule */

typedef struct {
    Dialog dialog;
    char *title;
    char *texts[RENDERINGS];
    int tab;
    int tops[RENDERINGS]; /* each keeps its place */
    int page;
    Canvas body, foot;        /* where they were painted */
    int tab_ends[RENDERINGS]; /* columns of the tabs in it */
} PlanRenderDialog;

/* --- painting -------------------------------------------------------------------------------- */

static gboolean is_comment(const char *line)
{
    const char *text = line + strspn(line, " ");

    return *text == '#' || g_str_has_prefix(text, "<!--");
}

/* Broken after blanks and commas, what follows set in: lists of options have no blanks. */
static void add_line(LineList *list, Element element, const char *line, int columns)
{
    g_autoptr(GString) part = g_string_new(" ");
    const char *from = line;

    while (*from) {
        gsize length = strcspn(from, " ,");
        g_autofree char *piece = NULL;

        length += strspn(from + length, " ,");
        piece = g_strndup(from, length);
        if (part->len > 1 && text_columns(part->str) + text_columns(piece) > columns) {
            line_list_diff(list, element, part->str, TRUE);
            g_string_assign(part, "   ");
        }
        g_string_append(part, piece);
        from += length;
    }
    line_list_diff(list, element, part->str, TRUE);
}

static LineList *tab_lines(const PlanRenderDialog *self, int tab, int columns)
{
    LineList *list = line_list_new(columns, 0);
    g_auto(GStrv) lines = g_strsplit(self->texts[tab], "\n", -1);

    for (char **line = lines; *line; line++) {
        if (**line)
            add_line(list, is_comment(*line) ? ELEMENT_DIM : ELEMENT_TEXT, *line, columns);
    }
    return list;
}

/* The longest text makes the box, which stays as it is from tab to tab. */
static int longest(const PlanRenderDialog *self, int columns)
{
    int lines = 0;

    for (int tab = 0; tab < RENDERINGS; tab++) {
        g_autoptr(LineList) list = tab_lines(self, tab, columns);

        lines = MAX(lines, line_list_length(list));
    }
    return lines;
}

/* "[1 QMP] 2 HMP  3 Domain XML  4 Command line", the numbers alone where there is no room. */
static void draw_tabs(PlanRenderDialog *self, const Canvas *canvas)
{
    int at = 2;

    for (int tab = 0; tab < RENDERINGS; tab++) {
        const char *name = plan_rendering_name((PlanRendering)tab);
        gboolean chosen = tab == self->tab;
        g_autofree char *text = g_strdup_printf(chosen ? "[%d %s]" : " %d %s ", tab + 1, name);

        at += draw_text(canvas, 0, at, canvas->columns - at - 1, chosen ? ELEMENT_TAB : ELEMENT_DIM,
                        text);
        self->tab_ends[tab] = at;
    }
}

/* The keys, in as many words as there is room for. */
static const char *foot_words(const Canvas *foot)
{
    static const char *const notes[] = { "Tab 1-4 other words   Up Down scroll   Esc back",
                                         "Tab 1-4   Up Down   Esc", "Esc back", NULL };
    const char *const *note = notes;

    while (note[1] && text_columns(*note) > foot->columns)
        note++;
    return *note;
}

static void paint(Dialog *dialog, const Canvas *screen)
{
    PlanRenderDialog *self = (PlanRenderDialog *)dialog;
    int columns = dialog_columns(screen) - DIALOG_MARGIN;
    g_autoptr(LineList) list = tab_lines(self, self->tab, columns);
    Canvas text;

    self->body =
        dialog_box(screen, TABS_ROWS + longest(self, columns), self->title, NULL, 1, &self->foot);
    draw_tabs(self, &self->body);
    draw_box_rule(&self->body, 1, NULL, NULL);
    text = canvas_part(&self->body, TABS_ROWS, 0, self->body.rows - TABS_ROWS, self->body.columns);
    self->page = text.rows;
    line_list_draw_boxed(list, &text, &self->tops[self->tab]);
    draw_text(&self->foot, 0, 0, self->foot.columns, ELEMENT_DIM, foot_words(&self->foot));
    dialog->cursor_row = text.top;
    dialog->cursor_column = text.left + 2;
}

/* --- keys ------------------------------------------------------------------------------------ */

static DialogEffect on_key(Dialog *dialog, Key key)
{
    PlanRenderDialog *self = (PlanRenderDialog *)dialog;

    if (dialog_move_focus(&self->tab, RENDERINGS, key))
        return DIALOG_STAYS;
    self->tops[self->tab] += dialog_scroll_of(key, self->page);
    if (key.function)
        return DIALOG_STAYS;
    if (key.code >= '1' && key.code < '1' + RENDERINGS)
        self->tab = (int)(key.code - '1');
    return key.code == KEY_CODE_ESCAPE || key.code == 'q' || key.code == KEY_CODE_RETURN ||
                   key.code == 'c'
               ? DIALOG_CLOSES
               : DIALOG_STAYS;
}

static DialogEffect on_click(Dialog *dialog, int row, int column)
{
    PlanRenderDialog *self = (PlanRenderDialog *)dialog;
    Key key;

    if (row == self->foot.top &&
        dialog_hint_key(foot_words(&self->foot), column - self->foot.left, &key))
        return on_key(dialog, key);
    if (row != self->body.top || column <= self->body.left)
        return DIALOG_STAYS;
    for (int tab = 0; tab < RENDERINGS; tab++) {
        if (column - self->body.left < self->tab_ends[tab]) {
            self->tab = tab;
            break;
        }
    }
    return DIALOG_STAYS;
}

static void on_scroll(Dialog *dialog, int lines)
{
    PlanRenderDialog *self = (PlanRenderDialog *)dialog;

    self->tops[self->tab] += lines;
}

static void on_free(Dialog *dialog)
{
    PlanRenderDialog *self = (PlanRenderDialog *)dialog;

    for (int tab = 0; tab < RENDERINGS; tab++)
        g_free(self->texts[tab]);
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

Dialog *plan_render_dialog_new(const Plan *plan, Session *session)
{
    PlanRenderDialog *self = g_new0(PlanRenderDialog, 1);

    self->dialog.class = &class;
    self->title = g_strdup(plan->title);
    self->title[0] = g_ascii_toupper(self->title[0]);
    self->tab = plan_is_human(plan) ? RENDER_HMP : RENDER_QMP;
    for (int tab = 0; tab < RENDERINGS; tab++)
        self->texts[tab] =
            plan_render(plan, (PlanRendering)tab, session_guest(session), session_match(session));
    return &self->dialog;
}
