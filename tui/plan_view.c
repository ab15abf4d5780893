/* The plan view: its rows painted, and the cursor on them. What its keys do is in console_stage.c.
 */
#include "tui/plan_view.h"

#include <string.h>

#include "tui/list_cursor.h"
#include "tui/plan_rows.h"

#define WIDE 100
#define NARROW 60
#define WORD_COLUMNS 13 /* "● taken back" */

typedef struct {
    View view;
    GPtrArray *rows;     /* (PlanRow) */
    GHashTable *toggled; /* `about` of rows that are not folded as they are by themselves */
    ListCursor cursor;
    int columns;
    int left, top; /* of the canvas that it was drawn on */
} PlanView;

/* --- rows ------------------------------------------------------------------------------------ */

static const PlanRow *row_at(const PlanView *self, guint index)
{
    return index < self->rows->len ? self->rows->pdata[index] : NULL;
}

static const PlanRow *current_row(const PlanView *self)
{
    return row_at(self, self->cursor.at);
}

static gboolean is_stop(const PlanRow *row)
{
    return row->kind == PLAN_ROW_PLAN || row->kind == PLAN_ROW_STEP;
}

/* The nearest row from here that the cursor can be on, that way first; where there is none it stays
 * at the top. */
static void settle(PlanView *self, int way)
{
    for (int turn = 0; turn < 2; turn++, way = -way) {
        for (guint at = self->cursor.at; at < self->rows->len; at += (guint)way) {
            if (is_stop(self->rows->pdata[at])) {
                list_cursor_go(&self->cursor, at);
                return;
            }
        }
    }
    list_cursor_go(&self->cursor, 0);
}

static guint find_row(const PlanView *self, PlanRowKind kind, gconstpointer about, guint index)
{
    for (guint i = 0; about && i < self->rows->len; i++) {
        const PlanRow *row = self->rows->pdata[i];

        if (row->kind == kind && row->about == about &&
            (kind != PLAN_ROW_STEP || row->index == index))
            return i;
    }
    return G_MAXUINT;
}

/* The first plan of a section. */
static guint find_section(const PlanView *self, PlanSection section)
{
    for (guint i = 0; i < self->rows->len; i++) {
        const PlanRow *row = self->rows->pdata[i];

        if (row->kind == PLAN_ROW_PLAN && row->section == section)
            return i;
    }
    return G_MAXUINT;
}

/* Where what the cursor was on is now: the same step, its plan; a plan that has ended is the latest
 * of the history. */
static guint place_of(const PlanView *self, const PlanRow *was, guint at)
{
    guint found = was ? find_row(self, was->kind, was->about, was->index) : G_MAXUINT;

    if (found == G_MAXUINT && was)
        found = find_row(self, PLAN_ROW_PLAN, was->about, 0);
    if (found == G_MAXUINT && was && was->section == SECTION_RUNNING)
        found = find_section(self, SECTION_HISTORY);
    return found != G_MAXUINT ? found : MIN(at, MAX(self->rows->len, 1) - 1);
}

/* Another one may come to be where one that has gone was. */
static gboolean is_gone(gpointer about, gpointer value, gpointer data)
{
    return find_row(data, PLAN_ROW_PLAN, about, 0) == G_MAXUINT;
}

static void make_rows(PlanView *self)
{
    g_autoptr(GPtrArray) before = g_steal_pointer(&self->rows);
    guint at = self->cursor.at;
    const PlanRow *was = before && at < before->len ? before->pdata[at] : NULL;

    self->rows = plan_rows_new(self->view.host->session, self->toggled, self->columns);
    g_hash_table_foreach_remove(self->toggled, is_gone, self);
    list_cursor_update(&self->cursor, self->rows->len, place_of(self, was, at));
    settle(self, 1);
}

/* --- the class ------------------------------------------------------------------------------- */

static View *view_new(const ViewHost *host)
{
    PlanView *self = g_new0(PlanView, 1);

    self->view.class = &plan_view_class;
    self->view.host = host;
    self->toggled = g_hash_table_new(NULL, NULL);
    self->columns = 80;
    make_rows(self);
    return &self->view;
}

static void view_free(View *view)
{
    PlanView *self = (PlanView *)view;

    g_ptr_array_unref(self->rows);
    g_hash_table_unref(self->toggled);
    g_free(self);
}

static void view_update(View *view, SessionChange change)
{
    if (change == SESSION_PLAN_CHANGED || change == SESSION_TREE_CHANGED)
        make_rows((PlanView *)view);
}

/* Ages grow while something is under way. */
static gint64 view_next(const View *view)
{
    Session *session = view->host->session;
    gint64 next = G_MAXINT64, now = session_clock(session);

    for (guint i = 0; i < session_running(session)->len; i++) {
        const Step *step =
            plan_step_under_way(transaction_plan(session_running(session)->pdata[i]));

        if (step)
            next = MIN(next, G_USEC_PER_SEC - (now - step->started) % G_USEC_PER_SEC);
    }
    return next;
}

static const OutlineRow *view_row(const View *view)
{
    return NULL;
}

static gboolean fold(PlanView *self, gboolean fold, gboolean toggle)
{
    const PlanRow *row = current_row(self);
    gconstpointer about = row && is_stop(row) ? row->about : NULL;
    guint at = find_row(self, PLAN_ROW_PLAN, about, 0);
    const PlanRow *plan = row_at(self, at);

    if (!plan || (!toggle && plan->folded == fold))
        return FALSE;
    list_cursor_go(&self->cursor, at);
    if (!g_hash_table_remove(self->toggled, about))
        g_hash_table_add(self->toggled, (gpointer)about);
    make_rows(self);
    return TRUE;
}

/* From section to section, round the end. */
static gboolean move_section(PlanView *self)
{
    const PlanRow *row = current_row(self);
    int section = row ? (int)row->section : 0;

    for (int i = 1; i <= SECTIONS; i++) {
        guint at = find_section(self, (PlanSection)((section + i) % SECTIONS));

        if (at != G_MAXUINT) {
            list_cursor_go(&self->cursor, at);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean move_parent(PlanView *self)
{
    const PlanRow *row = current_row(self);
    guint at = row ? find_row(self, PLAN_ROW_PLAN, row->about, 0) : G_MAXUINT;

    if (at == G_MAXUINT)
        return FALSE;
    list_cursor_go(&self->cursor, at);
    return TRUE;
}

static gboolean view_move(View *view, ViewMove move)
{
    PlanView *self = (PlanView *)view;
    gboolean up =
        move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP || move == MOVE_BOTTOM;
    guint before = self->cursor.at;

    if (move == MOVE_LEFT || move == MOVE_RIGHT)
        return fold(self, move == MOVE_LEFT, FALSE);
    if (move == MOVE_NEXT_BUS)
        return move_section(self);
    if (move == MOVE_PARENT)
        return move_parent(self);
    if (!list_cursor_move(&self->cursor, move))
        return FALSE;
    settle(self, up ? -1 : 1);
    if (up && move != MOVE_BOTTOM && self->cursor.at >= before && before)
        self->cursor.top = 0; /* above the first stop there is its heading */
    return TRUE;
}

static gboolean view_enter(View *view)
{
    return fold((PlanView *)view, FALSE, TRUE);
}

static gboolean view_click(View *view, int line, int column)
{
    PlanView *self = (PlanView *)view;
    guint at = list_cursor_row_on(&self->cursor, line);
    const PlanRow *row = row_at(self, at);

    if (!row || !is_stop(row))
        return FALSE;
    list_cursor_go(&self->cursor, at);
    return TRUE;
}

static void view_scroll(View *view, int lines)
{
    PlanView *self = (PlanView *)view;

    list_cursor_scroll(&self->cursor, lines);
    settle(self, lines < 0 ? -1 : 1);
}

static guint view_length(View *view)
{
    return ((PlanView *)view)->rows->len;
}

static char *view_text(View *view, guint index)
{
    const PlanRow *row = row_at((PlanView *)view, index);

    return g_strjoin(" ", row->text, row->word ? row->word : "", NULL);
}

static guint view_index(View *view)
{
    return ((PlanView *)view)->cursor.at;
}

static void view_go(View *view, guint index)
{
    PlanView *self = (PlanView *)view;

    list_cursor_go(&self->cursor, index);
    settle(self, -1);
}

/* --- painting -------------------------------------------------------------------------------- */

/* The columns at the right of a row, from the end; those that have no room are not there. */
typedef struct {
    int clock, time, count, word, mark; /* 0: not there */
    int text_columns;
} PlanColumns;

static PlanColumns columns_of(int width)
{
    PlanColumns columns = { 0 };
    int right = width - 1;

    if (width >= NARROW)
        columns.clock = right -= 8;
    if (width >= NARROW)
        columns.time = right -= 9;
    if (width >= WIDE)
        columns.count = right -= 10;
    columns.word = right -= WORD_COLUMNS + 1;
    columns.mark = right -= 2;
    columns.text_columns = right - 1;
    return columns;
}

/* Where the time has no column it goes with what is under way. */
static void draw_words(const PlanRow *row, const Canvas *canvas, int line,
                       const PlanColumns *columns)
{
    Element element = element_of_state(row->state);
    gboolean with_time = !columns->time && row->section == SECTION_RUNNING && row->time;

    if (!row->word || !*row->word)
        return;
    draw_text(canvas, line, columns->word, 1, element,
              state_glyph(row->state, canvas->look->ascii));
    draw_format(canvas, line, columns->word + 2, WORD_COLUMNS - 2, element, "%s%s%s", row->word,
                with_time ? " " : "", with_time ? row->time : "");
}

static void draw_cell(const Canvas *canvas, int line, int column, int columns, const char *text)
{
    if (column && text && *text)
        draw_right(canvas, line, column, columns, ELEMENT_DIM, text);
}

static void draw_plan(const PlanRow *row, const Canvas *canvas, int line)
{
    PlanColumns columns = columns_of(canvas->columns);

    draw_text(canvas, line, 2, 1, ELEMENT_DIM, row->folded ? "+" : "-");
    draw_text(canvas, line, 4, columns.text_columns - 4, ELEMENT_TITLE, row->text);
    draw_text(canvas, line, columns.mark, 1, ELEMENT_KEY, row->mark);
    draw_words(row, canvas, line, &columns);
    draw_cell(canvas, line, columns.count, 9, row->count);
    draw_cell(canvas, line, columns.time, 8, row->time);
    draw_cell(canvas, line, columns.clock, 8, row->clock);
}

static void draw_step(const PlanRow *row, const Canvas *canvas, int line)
{
    PlanColumns columns = columns_of(canvas->columns);
    gboolean run = row->word && *row->word;
    int room = (run ? columns.mark + 1 : canvas->columns - 1) - 6;

    draw_format(canvas, line, 4, 3, ELEMENT_DIM, "%u", row->index + 1);
    draw_text(canvas, line, 6 + (row->index >= 9), room - (row->index >= 9), row->element,
              row->text);
    draw_words(row, canvas, line, &columns);
    draw_cell(canvas, line, columns.time, 8, row->time);
}

static void draw_row(const PlanRow *row, const Canvas *canvas, int line)
{
    switch (row->kind) {
    case PLAN_ROW_HEADING:
        draw_rule(canvas, line, row->text, *row->count ? row->count : NULL);
        break;
    case PLAN_ROW_PLAN:
        draw_plan(row, canvas, line);
        break;
    case PLAN_ROW_STEP:
        draw_step(row, canvas, line);
        break;
    case PLAN_ROW_TEXT:
        draw_text(canvas, line, row->indent, canvas->columns - row->indent - 1, row->element,
                  row->text);
        break;
    }
}

static void view_draw(View *view, const Canvas *canvas, int *line, int *column)
{
    PlanView *self = (PlanView *)view;

    if (self->columns != canvas->columns) {
        self->columns = canvas->columns;
        make_rows(self);
    }
    list_cursor_set_page(&self->cursor, canvas->rows);
    *line = -1;
    *column = 0;
    for (int i = 0; i < canvas->rows; i++) {
        guint at = list_cursor_row_on(&self->cursor, i);
        const PlanRow *row = row_at(self, at);
        Canvas painted = *canvas;

        if (!row)
            break;
        painted.selected = at == self->cursor.at && is_stop(row);
        if (painted.selected) {
            draw_blank(&painted, i, 0, painted.columns);
            draw_glyph(&painted, i, 0, ELEMENT_TITLE, GLYPH_CURSOR);
            *line = i;
        }
        draw_row(row, &painted, i);
    }
}

const ViewClass plan_view_class = {
    .name = "Plan",
    .new = view_new,
    .free = view_free,
    .update = view_update,
    .next = view_next,
    .row = view_row,
    .move = view_move,
    .enter = view_enter,
    .click = view_click,
    .scroll = view_scroll,
    .length = view_length,
    .text = view_text,
    .index = view_index,
    .go = view_go,
    .draw = view_draw,
};

/* --- for the console ------------------------------------------------------------------------- */

static const PlanRow *row_of(const View *view)
{
    const PlanRow *row =
        view->class == &plan_view_class ? current_row((const PlanView *)view) : NULL;

    return row && row->plan ? row : NULL;
}

const Plan *plan_view_plan(const View *view)
{
    const PlanRow *row = row_of(view);

    return row ? row->plan : NULL;
}

guint plan_view_staged(const View *view)
{
    const PlanRow *row = row_of(view);
    guint at = row && row->section == SECTION_STAGED
                   ? find_row((const PlanView *)view, PLAN_ROW_PLAN, row->about, 0)
                   : G_MAXUINT;

    return at != G_MAXUINT ? row_at((const PlanView *)view, at)->index : G_MAXUINT;
}
