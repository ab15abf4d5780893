/* Plans as text, for people who read a terminal or a log. */
#include "tui/report_plan.h"

#include "monitor/text.h"

static void add_printable(GString *text, const char *words)
{
    g_autofree char *safe = text_printable(words, -1, 0);

    g_string_append(text, safe);
}

static void add_step(GString *text, const Step *step, guint number)
{
    g_autofree char *action = action_to_text(step->action);

    g_string_append_printf(text, "%3u  ", number);
    add_printable(text, action);
    g_string_append_c(text, '\n');
    for (guint i = 0; i < step->undo->len; i++) {
        g_autofree char *undo = action_to_text(step->undo->pdata[i]);

        g_string_append(text, "       undo: ");
        add_printable(text, undo);
        g_string_append_c(text, '\n');
    }
}

static void add_check(GString *text, const PlanCheck *check, gboolean ascii)
{
    const char *good = ascii ? "ok" : "✓";

    g_string_append_printf(text, "  %s ", check->caution ? "!" : good);
    add_printable(text, check->text);
    if (check->evidence) {
        g_string_append(text, " (");
        add_printable(text, check->evidence);
        g_string_append_c(text, ')');
    }
    g_string_append_c(text, '\n');
}

char *report_plan_text(const Plan *plan, gboolean ascii)
{
    GString *text = g_string_new(NULL);

    add_printable(text, plan->title);
    g_string_append_printf(text, ": %u step%s, none run\n", plan->steps->len,
                           plan->steps->len == 1 ? "" : "s");
    for (guint i = 0; i < plan->steps->len; i++)
        add_step(text, plan->steps->pdata[i], i + 1);
    for (guint i = 0; i < plan->checks->len; i++)
        add_check(text, plan->checks->pdata[i], ascii);
    return g_string_free(text, FALSE);
}

char *report_subject_name(const PlanSubject *subject)
{
    g_autofree char *name = plan_subject_name(subject);

    return text_printable(name, -1, 0);
}

char *report_attached_text(const Plan *plan)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        g_autofree char *address = address_to_text(&subject->address);
        g_autofree char *name = report_subject_name(subject);

        g_string_append(text, name);
        if (subject->id && *address)
            g_string_append_printf(text, " at %s", address);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

/* The step that takes the device away; NULL for none. */
static const Step *step_of(const Plan *plan, const PlanSubject *subject)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (step->action->leaves &&
            g_strv_contains((const char *const *)step->action->leaves, subject->path))
            return step;
    }
    return NULL;
}

Fate report_subject_fate(const Plan *plan, const PlanSubject *subject)
{
    const Step *step = step_of(plan, subject);

    if (!step || step->state == STEP_WAITING)
        return FATE_KEPT;
    return step->state == STEP_DONE ? FATE_GONE : FATE_LEAVING;
}

gboolean report_step_removed(const Step *step)
{
    return step->action->kind == ACTION_COMMAND && !step->action->leaves &&
           step->state == STEP_DONE;
}

/* A plan for no device removes back ends that outlived theirs. */
static void add_removed(GString *text, const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        if (report_step_removed(step)) {
            add_printable(text, step->words);
            g_string_append(text, " removed\n");
        }
    }
}

char *report_detached_text(const Plan *plan)
{
    GString *text = g_string_new(NULL);

    if (!plan->subjects->len)
        add_removed(text, plan);

    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        g_autofree char *name = report_subject_name(subject);

        if (report_subject_fate(plan, subject) == FATE_GONE)
            g_string_append_printf(text, "%s detached\n", name);
    }
    return g_string_free(text, FALSE);
}
