/* Facts of the session as rows of text. */
#include "tui/plan_rows.h"

#include <string.h>

#include "monitor/text.h"
#include "tui/outline.h"

#define PLAN_INDENT 4 /* of what is said of a plan, and of one of its steps */
#define STEP_INDENT 6

typedef struct {
    Session *session;
    GHashTable *toggled;
    int columns;
    GPtrArray *rows;
} Making;

static void row_free(gpointer data)
{
    PlanRow *row = data;

    g_free(row->word);
    g_free(row->text);
    g_free(row->count);
    g_free(row->time);
    g_free(row->clock);
    g_free(row);
}

char *plan_time_text(gint64 microseconds)
{
    double ms = (double)microseconds / 1000;

    return ms < 10      ? g_strdup_printf("%.1f ms", ms)
           : ms < 1000  ? g_strdup_printf("%.0f ms", ms)
           : ms < 60000 ? g_strdup_printf("%.1f s", ms / 1000)
                        : age_to_text(microseconds);
}

static char *clock_text(gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at / G_USEC_PER_SEC);

    return time ? g_date_time_format(time, "%H:%M:%S") : g_strdup("");
}

/* --- rows ------------------------------------------------------------------------------------ */

/* text: (transfer full). Columns that are not filled are empty. */
static PlanRow *add_row(Making *making, PlanRowKind kind, PlanSection section, char *text)
{
    PlanRow *row = g_new0(PlanRow, 1);

    row->kind = kind;
    row->section = section;
    row->text = text;
    row->state = STATE_VACANT;
    row->mark = "";
    row->element = ELEMENT_TEXT;
    g_ptr_array_add(making->rows, row);
    return row;
}

/* In as many rows as it takes. */
static void add_text(Making *making, const PlanRow *of, Element element, const char *text)
{
    int indent = of->kind == PLAN_ROW_STEP ? STEP_INDENT : PLAN_INDENT;
    g_autofree char *printable = text_printable(text, -1, 0);
    g_autoptr(GPtrArray) lines = text_wrap(printable, MAX(making->columns - indent - 1, 8));

    for (guint i = 0; i < lines->len; i++) {
        PlanRow *row = add_row(making, PLAN_ROW_TEXT, of->section, g_strdup(lines->pdata[i]));

        row->element = element;
        row->indent = indent;
        row->about = of->about;
        row->plan = of->plan;
        row->index = of->index;
    }
}

static void add_hint(Making *making, PlanSection section, const char *text)
{
    const PlanRow of = { .section = section };

    add_text(making, &of, ELEMENT_DIM, text);
}

static void add_heading(Making *making, PlanSection section, const char *text, guint count)
{
    PlanRow *row;

    if (section)
        add_row(making, PLAN_ROW_TEXT, section, g_strdup(""));
    row = add_row(making, PLAN_ROW_HEADING, section, g_strdup(text));
    row->count = count ? g_strdup_printf("%u", count) : g_strdup("");
}

/* --- steps ----------------------------------------------------------------------------------- */

/* How a state of a step looks: as that of a device which means the same to the eye. */
static const struct {
    DeviceState state;
    Element element;
} step_looks[] = {
    [STEP_WAITING] = { STATE_VACANT, ELEMENT_DIM },
    [STEP_RUNNING] = { STATE_ADDED, ELEMENT_TEXT },
    [STEP_LEAVING] = { STATE_LEAVING, ELEMENT_TEXT },
    [STEP_DONE] = { STATE_PRESENT, ELEMENT_TEXT },
    [STEP_FAILED] = { STATE_REFUSED, ELEMENT_ERROR },
    [STEP_UNDOING] = { STATE_LEAVING, ELEMENT_TEXT },
    [STEP_UNDONE] = { STATE_ABSENT, ELEMENT_DIM },
    [STEP_LEFT] = { STATE_REFUSED, ELEMENT_ERROR },
};

/* Words that say more than those of the states. */
static const char *step_word(const Step *step)
{
    switch (step->state) {
    case STEP_FAILED:
        return "refused";
    case STEP_UNDONE:
        return "taken back";
    case STEP_UNDOING:
        return "going back";
    case STEP_LEFT:
        return "left";
    default:
        return step_state_name(step->state);
    }
}

/* How long it took, or has taken so far. (transfer full) */
static char *step_time(const Making *making, const Step *step)
{
    gboolean goes_on =
        step->state == STEP_RUNNING || step->state == STEP_LEAVING || step->state == STEP_UNDOING;

    if (!step->started)
        return g_strdup("");
    if (goes_on)
        return age_to_text(session_clock(making->session) - step->started);
    return plan_time_text(step->ended - step->started);
}

static void add_steps(Making *making, const PlanRow *of, gboolean run)
{
    for (guint i = 0; i < of->plan->steps->len; i++) {
        const Step *step = of->plan->steps->pdata[i];
        PlanRow *row = add_row(making, PLAN_ROW_STEP, of->section, action_to_text(step->action));

        row->about = of->about;
        row->plan = of->plan;
        row->index = i;
        row->state = step_looks[step->state].state;
        row->element = run ? step_looks[step->state].element : ELEMENT_TEXT;
        row->word = g_strdup(run ? step_word(step) : "");
        row->time = run ? step_time(making, step) : g_strdup("");
        if (step->error)
            add_text(making, row, ELEMENT_ERROR, step->error);
    }
}

static char *commands_text(const Plan *plan)
{
    return g_strdup_printf("%u step%s", plan->steps->len, plan->steps->len == 1 ? "" : "s");
}

/* --- plans ----------------------------------------------------------------------------------- */

static PlanRow *add_plan(Making *making, PlanSection section, gconstpointer about, const Plan *plan,
                         guint index, gboolean open)
{
    PlanRow *row = add_row(making, PLAN_ROW_PLAN, section, text_printable(plan->title, -1, 0));

    row->about = about;
    row->plan = plan;
    row->index = index;
    row->folded = open == g_hash_table_contains(making->toggled, about);
    row->count = commands_text(plan);
    return row;
}

const Step *plan_step_under_way(const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (step->state == STEP_RUNNING || step->state == STEP_LEAVING ||
            step->state == STEP_UNDOING)
            return step;
    }
    return NULL;
}

static guint steps_done(const Plan *plan)
{
    guint done = 0;

    for (guint i = 0; i < plan->steps->len; i++)
        done += ((const Step *)plan->steps->pdata[i])->state == STEP_DONE;
    return done;
}

static void add_running(Making *making)
{
    const GPtrArray *running = session_running(making->session);

    add_heading(making, SECTION_RUNNING, "Running", running->len);
    if (!running->len)
        add_hint(making, SECTION_RUNNING, "No change is under way.");
    for (guint i = 0; i < running->len; i++) {
        const Plan *plan = transaction_plan(running->pdata[i]);
        const Step *step = plan_step_under_way(plan);
        PlanRow *row = add_plan(making, SECTION_RUNNING, running->pdata[i], plan, i, TRUE);

        g_free(row->count);
        row->count = g_strdup_printf("%u of %u", steps_done(plan), plan->steps->len);
        row->state = step ? step_looks[step->state].state : STATE_ADDED;
        row->word = g_strdup(step ? step_word(step) : "running");
        row->time = step ? step_time(making, step) : g_strdup("");
        if (!row->folded)
            add_steps(making, row, TRUE);
    }
}

static void add_staged(Making *making)
{
    const GPtrArray *staged = session_staged(making->session);
    gboolean applied = session_stage_is_applied(making->session);

    add_heading(making, SECTION_STAGED, "Staged", staged->len);
    if (!staged->len)
        add_hint(making, SECTION_STAGED,
                 "Nothing. [ Stage ] in place of [ Attach ] or [ Detach ] puts a change here; A "
                 "applies all of them as one: all or none.");
    for (guint i = 0; i < staged->len; i++) {
        const StagedPlan *entry = staged->pdata[i];
        PlanRow *row = add_plan(making, SECTION_STAGED, entry, entry->plan, i, FALSE);

        row->state = entry->problem ? STATE_REFUSED : applied ? STATE_ADDED : STATE_VACANT;
        row->word = g_strdup(entry->problem ? "in the way" : applied ? "applied now" : "staged");
        row->clock = clock_text(entry->at);
        if (entry->problem)
            add_text(making, row, ELEMENT_ERROR, entry->problem);
        if (!row->folded)
            add_steps(making, row, FALSE);
    }
}

static const struct {
    DeviceState state;
    const char *word;
} outcome_looks[] = {
    [OUTCOME_PENDING] = { STATE_VACANT, "" },
    [OUTCOME_DONE] = { STATE_PRESENT, "done" },
    [OUTCOME_ROLLED_BACK] = { STATE_REFUSED, "refused" },
    [OUTCOME_LEFTOVERS] = { STATE_REFUSED, "left over" },
    [OUTCOME_LOST] = { STATE_REFUSED, "lost" },
};

/* What came of one that was not done, in a sentence; the step that was refused says itself why
 * where it shows. (transfer full) NULL for none */
static char *outcome_text(const HistoryEntry *entry, gboolean folded)
{
    g_autofree char *error = g_strdup(entry->error ? entry->error : "refused");
    gsize length = strlen(error);

    if (length && error[length - 1] == '.')
        error[length - 1] = '\0';
    switch (entry->outcome) {
    case OUTCOME_ROLLED_BACK:
        return g_strconcat(folded ? error : "", folded ? ". " : "",
                           "What was done before was taken back: the guest is as it was.", NULL);
    case OUTCOME_LEFTOVERS:
        return g_strconcat(folded ? error : "", folded ? ". " : "",
                           "Not all that was done before could be taken back.", NULL);
    case OUTCOME_LOST:
        return g_strconcat(error, ". How far it came is not known.", NULL);
    case OUTCOME_PENDING:
    case OUTCOME_DONE:
    default:
        return NULL;
    }
}

static void add_entry(Making *making, const HistoryEntry *entry, guint index)
{
    gboolean done = entry->outcome == OUTCOME_DONE;
    PlanRow *row = add_plan(making, SECTION_HISTORY, entry, entry->plan, index, FALSE);
    gint64 took = history_entry_took(entry);
    g_autofree char *sentence = outcome_text(entry, row->folded);

    row->state = done && entry->taken_back ? STATE_ABSENT : outcome_looks[entry->outcome].state;
    row->word =
        g_strdup(done && entry->taken_back ? "taken back" : outcome_looks[entry->outcome].word);
    row->time = took ? plan_time_text(took) : g_strdup("");
    row->clock = clock_text(entry->ended);
    row->mark = entry->undoable ? "u" : entry->redoable ? "U" : "";
    if (sentence)
        add_text(making, row, ELEMENT_ERROR, sentence);
    if (!row->folded)
        add_steps(making, row, TRUE);
}

static void add_history(Making *making)
{
    const GPtrArray *history = session_history(making->session);

    add_heading(making, SECTION_HISTORY, "History", history->len);
    if (!history->len)
        add_hint(making, SECTION_HISTORY,
                 "Nothing was changed in this session yet: a attaches, d detaches, u undoes.");
    for (guint i = history->len; i-- > 0;)
        add_entry(making, history->pdata[i], i);
}

GPtrArray *plan_rows_new(Session *session, GHashTable *toggled, int columns)
{
    Making making = { session, toggled, columns, g_ptr_array_new_with_free_func(row_free) };

    add_running(&making);
    add_staged(&making);
    add_history(&making);
    return making.rows;
}
