/* Plans as data: building, copying and rendering them. Inverting them is plan_invert.c, running
 * them transaction.c, making them hotplug.c. */
#include "engine/plan.h"

#include <string.h>

#include "monitor/hmp_line.h"
#include "monitor/qmp_drive.h"
#include "monitor/text.h"

/* --- actions --------------------------------------------------------------------------------- */

/* What is done with a file, as it reads around the file's path. */
static const struct {
    const char *command;
    const char *before, *after;
} deeds[] = {
    [ACTION_WRITE] = { "write", "the new ", " beside the old one" },
    [ACTION_REPLACE] = { "replace", "", " by the new one" },
    [ACTION_DISCARD] = { "discard", "the new ", "" },
    [ACTION_RESTORE] = { "restore", "the old ", "" },
};

Action *action_new(const char *command, json_t *arguments, char **leaves)
{
    Action *action = g_new0(Action, 1);
    action->command = g_strdup(command);
    action->arguments = arguments != NULL ? arguments : json_object();
    action->leaves = leaves;
    return action;
}

static void append_condition(json_t **list, json_t *condition)
{
    if (*list == NULL) {
        *list = json_array();
    }
    json_array_append_new(*list, condition);
}

Action *action_require(Action *action, json_t *condition)
{
    append_condition(&action->before, condition);
    return action;
}

Action *action_verify(Action *action, json_t *condition)
{
    append_condition(&action->after, condition);
    return action;
}

/* The argument is for showing only, and JSON takes valid UTF-8 alone. */
static Action *action_new_file(ActionKind kind, const char *path)
{
    g_autofree char *shown = g_utf8_make_valid(path, -1);
    Action *action = action_new(deeds[kind].command, json_pack("{s:s}", "file", shown), NULL);
    action->kind = kind;
    return action;
}

Action *action_copy(const Action *action)
{
    Action *copy =
        action_new(action->command, json_deep_copy(action->arguments), g_strdupv(action->leaves));
    copy->kind = action->kind;
    copy->form = action->form;
    copy->before = json_deep_copy(action->before);
    copy->after = json_deep_copy(action->after);
    return copy;
}

void action_free(Action *action)
{
    if (action == NULL) {
        return;
    }
    g_free(action->command);
    json_decref(action->arguments);
    g_strfreev(action->leaves);
    json_decref(action->before);
    json_decref(action->after);
    g_free(action);
}

static const char *argument(const Action *action, const char *key)
{
    return json_string_value(json_object_get(action->arguments, key));
}

/* NULL where it is sent as it is. (transfer full) */
static char *drive_line(const Action *action)
{
    return action->form == FORM_DRIVE ? qmp_drive_line(action->command, action->arguments) : NULL;
}

static json_t *action_to_json(const Action *action)
{
    if (action->kind != ACTION_COMMAND) {
        return json_pack("{s:s, s:s}", "file", argument(action, "file"), "action", action->command);
    }
    g_autofree char *line = drive_line(action);
    if (line != NULL) {
        return json_pack("{s:s, s:{s:s}}", "execute", "human-monitor-command", "arguments",
                         "command-line", line);
    }
    return json_pack("{s:s, s:O}", "execute", action->command, "arguments", action->arguments);
}

char *action_to_qmp(const Action *action)
{
    json_t *command = action_to_json(action);
    char *dumped = json_dumps(command, 0);
    char *text = g_strdup(dumped);
    free(dumped);
    json_decref(command);
    return text;
}

/* A value as a person reads it: strings bare unless a blank or quote would mislead. */
static char *value_to_text(json_t *value)
{
    const char *string = json_string_value(value);
    if (string != NULL && string[0] != '\0' && strpbrk(string, " \t\"'\\") == NULL) {
        return text_printable(string, -1, 0);
    }
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *text = text_printable(dumped, -1, 0);
    free(dumped);
    return text;
}

static void append_members(GString *out, const char *prefix, json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        g_autofree char *name = g_strconcat(prefix, key, NULL);
        if (json_is_object(value)) {
            g_autofree char *inner = g_strconcat(name, ".", NULL);
            append_members(out, inner, value);
        } else {
            g_autofree char *text = value_to_text(value);
            g_string_append_printf(out, " %s=%s", name, text);
        }
    }
}

/* NULL where it is not sent as one. */
static char *action_to_line(const Action *action)
{
    g_autofree char *drive = drive_line(action);
    if (drive != NULL) {
        g_autofree char *printable = text_printable(drive, -1, 0);
        return g_strconcat("human-monitor-command ", printable, NULL);
    }
    g_autofree char *line =
        action->form == FORM_LINE ? hmp_line(action->command, action->arguments) : NULL;
    return line != NULL ? text_printable(line, -1, 0) : NULL;
}

char *action_to_text(const Action *action)
{
    char *line = action_to_line(action);
    if (line != NULL) {
        return line;
    }
    if (action->kind != ACTION_COMMAND) {
        g_autofree char *path = value_to_text(json_object_get(action->arguments, "file"));
        return g_strdup_printf("%s %s%s%s", action->command, deeds[action->kind].before, path,
                               deeds[action->kind].after);
    }
    GString *out = g_string_new(action->command);
    append_members(out, "", action->arguments);
    return g_string_free(out, FALSE);
}

char *action_to_sent(const Action *action)
{
    char *line = action->form == FORM_LINE ? action_to_line(action) : NULL;
    return line != NULL ? line : action_to_qmp(action);
}

/* --- steps, checks, subjects ----------------------------------------------------------------- */

static void step_free(Step *step)
{
    action_free(step->action);
    g_ptr_array_unref(step->undo);
    g_free(step->words);
    g_free(step->error);
    g_free(step);
}

static Step *step_new(const char *words, Action *action)
{
    Step *step = g_new0(Step, 1);
    step->action = action;
    step->undo = g_ptr_array_new_with_free_func((GDestroyNotify)action_free);
    step->words = g_strdup(words);
    return step;
}

static Step *step_copy(const Step *step)
{
    Step *copy = step_new(step->words, action_copy(step->action));
    copy->group = step->group;
    copy->subject = step->subject;
    for (guint i = 0; i < step->undo->len; i++) {
        g_ptr_array_add(copy->undo, action_copy(step->undo->pdata[i]));
    }
    return copy;
}

static const char *const state_names[] = {
    [STEP_WAITING] = "waiting", [STEP_RUNNING] = "running", [STEP_LEAVING] = "leaving",
    [STEP_DONE] = "done",       [STEP_FAILED] = "failed",   [STEP_UNDOING] = "undoing",
    [STEP_UNDONE] = "undone",   [STEP_LEFT] = "left",
};

const char *step_state_name(StepState state)
{
    return state_names[state];
}

static void check_free(PlanCheck *check)
{
    g_free(check->text);
    g_free(check->evidence);
    g_free(check);
}

static void subject_free(PlanSubject *subject)
{
    g_free(subject->path);
    g_free(subject->id);
    g_free(subject->driver);
    g_free(subject->bus);
    g_free(subject);
}

/* --- plans ----------------------------------------------------------------------------------- */

Plan *plan_new(PlanVerb verb, const char *title)
{
    Plan *plan = g_new0(Plan, 1);
    plan->verb = verb;
    plan->title = g_strdup(title);
    plan->steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);
    plan->checks = g_ptr_array_new_with_free_func((GDestroyNotify)check_free);
    plan->subjects = g_ptr_array_new_with_free_func((GDestroyNotify)subject_free);
    plan->chosen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return plan;
}

void plan_free(Plan *plan)
{
    if (plan == NULL) {
        return;
    }
    g_free(plan->title);
    g_ptr_array_unref(plan->steps);
    g_ptr_array_unref(plan->checks);
    g_ptr_array_unref(plan->subjects);
    g_hash_table_unref(plan->chosen);
    g_clear_pointer(&plan->file, file_change_free);
    g_free(plan);
}

Step *plan_add(Plan *plan, const char *words, Action *action, Action *undo)
{
    Step *step = step_new(words, action);
    if (undo != NULL) {
        g_ptr_array_add(step->undo, undo);
    }
    g_ptr_array_add(plan->steps, step);
    return step;
}

static void action_set_form(Action *action, ActionForm form)
{
    action->form = action->kind == ACTION_COMMAND ? form : FORM_QMP;
}

void plan_set_form(Plan *plan, ActionForm form)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        action_set_form(step->action, form);
        for (guint j = 0; j < step->undo->len; j++) {
            action_set_form(step->undo->pdata[j], form);
        }
    }
}

gboolean plan_is_human(const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        if (((const Step *)plan->steps->pdata[i])->action->form == FORM_LINE) {
            return TRUE;
        }
    }
    return FALSE;
}

void plan_add_check(Plan *plan, gboolean caution, const char *evidence, const char *format, ...)
{
    PlanCheck *check = g_new0(PlanCheck, 1);
    check->caution = caution;
    check->evidence = g_strdup(evidence);
    va_list args;
    va_start(args, format);
    check->text = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(plan->checks, check);
}

PlanSubject *plan_add_subject(Plan *plan)
{
    PlanSubject *subject = g_new0(PlanSubject, 1);
    subject->verb = plan->verb;
    g_ptr_array_add(plan->subjects, subject);
    return subject;
}

char *plan_subject_name(const PlanSubject *subject)
{
    if (subject->id != NULL) {
        return g_strdup(subject->id);
    }
    g_autofree char *address = address_to_text(&subject->address);
    return g_strdup_printf("%s%s%s", subject->driver != NULL ? subject->driver : "device",
                           address[0] != '\0' ? " at " : "", address);
}

void plan_choose(Plan *plan, const char *option, const char *value)
{
    g_hash_table_insert(plan->chosen, g_strdup(option), g_strdup(value));
}

/* Where the steps are counted from is another plan's now. */
static void shift_step(Step *step, const Plan *plan)
{
    step->subject += plan->subjects->len;
    step->group += step->group != 0 ? plan->steps->len : 0;
}

void plan_join(Plan *plan, Plan *more)
{
    g_return_if_fail(more->file == NULL);
    for (guint i = 0; i < more->steps->len; i++) {
        shift_step(more->steps->pdata[i], plan);
    }
    g_ptr_array_extend_and_steal(plan->steps, g_steal_pointer(&more->steps));
    g_ptr_array_extend_and_steal(plan->checks, g_steal_pointer(&more->checks));
    g_ptr_array_extend_and_steal(plan->subjects, g_steal_pointer(&more->subjects));
    more->steps = g_ptr_array_new();
    more->checks = g_ptr_array_new();
    more->subjects = g_ptr_array_new();
    plan_free(more);
}

static Step *file_step(const Plan *plan, const char *words, ActionKind kind, ActionKind undo)
{
    const char *path = plan->file->path;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *printable = text_printable(name, -1, 0);
    g_autofree char *full = g_strconcat(words, printable, NULL);
    Step *step = step_new(full, action_new_file(kind, path));
    g_ptr_array_add(step->undo, action_new_file(undo, path));
    return step;
}

void plan_carry(Plan *plan, FileChange *change)
{
    g_return_if_fail(plan->file == NULL);
    plan->file = change;
    g_ptr_array_insert(plan->steps, 0,
                       file_step(plan, "new version of ", ACTION_WRITE, ACTION_DISCARD));
    g_ptr_array_add(plan->steps, file_step(plan, "change to ", ACTION_REPLACE, ACTION_RESTORE));
}

void plan_drop_file(Plan *plan)
{
    if (plan->file == NULL) {
        return;
    }
    g_clear_pointer(&plan->file, file_change_free);
    g_ptr_array_remove_index(plan->steps, plan->steps->len - 1);
    g_ptr_array_remove_index(plan->steps, 0);
}

static void copy_subjects(Plan *to, const Plan *from)
{
    for (guint i = 0; i < from->subjects->len; i++) {
        const PlanSubject *old = from->subjects->pdata[i];
        PlanSubject *subject = plan_add_subject(to);
        subject->path = g_strdup(old->path);
        subject->id = g_strdup(old->id);
        subject->driver = g_strdup(old->driver);
        subject->bus = g_strdup(old->bus);
        subject->address = old->address;
        subject->verb = old->verb;
    }
}

static void copy_chosen(Plan *to, const Plan *from)
{
    GHashTableIter iter;
    gpointer option, value;
    g_hash_table_iter_init(&iter, from->chosen);
    while (g_hash_table_iter_next(&iter, &option, &value)) {
        plan_choose(to, option, value);
    }
}

Plan *plan_copy(const Plan *plan)
{
    Plan *copy = plan_new(plan->verb, plan->title);
    for (guint i = 0; i < plan->steps->len; i++) {
        g_ptr_array_add(copy->steps, step_copy(plan->steps->pdata[i]));
    }
    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];
        plan_add_check(copy, check->caution, check->evidence, "%s", check->text);
    }
    copy_subjects(copy, plan);
    copy_chosen(copy, plan);
    copy->file = plan->file != NULL ? file_change_copy(plan->file) : NULL;
    return copy;
}

Plan *plan_copy_run(const Plan *plan)
{
    Plan *copy = plan_copy(plan);
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        Step *now = copy->steps->pdata[i];
        now->state = step->state;
        now->started = step->started;
        now->ended = step->ended;
        now->error = g_strdup(step->error);
    }
    return copy;
}

/* --- as JSON --------------------------------------------------------------------------------- */

static json_t *action_with_conditions(const Action *action)
{
    json_t *json = action_to_json(action);
    if (action->before != NULL) {
        json_object_set(json, "before", action->before);
    }
    if (action->after != NULL) {
        json_object_set(json, "after", action->after);
    }
    return json;
}

static json_t *actions_to_json(const GPtrArray *actions)
{
    json_t *array = json_array();
    for (guint i = 0; i < actions->len; i++) {
        json_array_append_new(array, action_with_conditions(actions->pdata[i]));
    }
    return array;
}

json_t *plan_to_json(const Plan *plan)
{
    json_t *array = json_array();
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        json_t *member = action_with_conditions(step->action);
        json_object_set_new(member, "undo", actions_to_json(step->undo));
        json_array_append_new(array, member);
    }
    return array;
}
