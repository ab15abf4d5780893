/* Each part of a plan has a pair of functions here: what one writes the other reads. */
#include "engine/plan_json.h"

#include "engine/recording_json.h"

static char *text_of(json_t *object, const char *member)
{
    return printable_read(json_object_get(object, member));
}

/* --- actions --------------------------------------------------------------------------------- */

static json_t *action_record(const Action *action)
{
    return json_pack("{s:i, s:s, s:O, s:o, s:i, s:O*, s:O*}", "kind", action->kind, "command",
                     action->command, "arguments", action->arguments, "leaves",
                     record_strv((const char *const *)action->leaves), "form", action->form,
                     "before", action->before, "after", action->after);
}

static json_t *conditions_read(json_t *record)
{
    return json_is_array(record) ? json_deep_copy(record) : NULL;
}

static Action *action_from_record(json_t *record)
{
    const char *command = json_string_value(json_object_get(record, "command"));
    json_t *arguments = json_object_get(record, "arguments");
    json_int_t kind = json_integer_value(json_object_get(record, "kind"));
    json_int_t form = json_integer_value(json_object_get(record, "form"));
    Action *action;

    if (!command || !json_is_object(arguments) || kind < 0 || kind > ACTION_RESTORE)
        return NULL;
    action = action_new(command, json_deep_copy(arguments),
                        strv_read(json_object_get(record, "leaves")));
    action->kind = (ActionKind)kind;
    action->form = (ActionForm)CLAMP(form, FORM_QMP, FORM_DRIVE);
    action->before = conditions_read(json_object_get(record, "before"));
    action->after = conditions_read(json_object_get(record, "after"));
    return action;
}

/* --- steps ----------------------------------------------------------------------------------- */

static json_t *step_record(const Step *step)
{
    json_t *undo = json_array();

    for (guint i = 0; i < step->undo->len; i++)
        json_array_append_new(undo, action_record(step->undo->pdata[i]));
    return json_pack("{s:o, s:o, s:o, s:i, s:i}", "words", record_text(step->words), "action",
                     action_record(step->action), "undo", undo, "group", (int)step->group,
                     "subject", (int)step->subject);
}

static gboolean add_undo(Step *step, json_t *undo)
{
    size_t index;
    json_t *record;

    json_array_foreach (undo, index, record) {
        Action *action = action_from_record(record);

        if (!action)
            return FALSE;
        g_ptr_array_add(step->undo, action);
    }
    return TRUE;
}

static gboolean add_step(Plan *plan, json_t *record)
{
    g_autofree char *words = text_of(record, "words");
    Action *action = words ? action_from_record(json_object_get(record, "action")) : NULL;
    Step *step = action ? plan_add(plan, words, action, NULL) : NULL;

    if (!step)
        return FALSE;
    step->group = (guint)json_integer_value(json_object_get(record, "group"));
    step->subject = (guint)json_integer_value(json_object_get(record, "subject"));
    return add_undo(step, json_object_get(record, "undo"));
}

/* --- checks, subjects, choices --------------------------------------------------------------- */

static json_t *check_record(const PlanCheck *check)
{
    return json_pack("{s:b, s:o, s:o}", "caution", check->caution, "text", record_text(check->text),
                     "evidence", record_text(check->evidence));
}

static gboolean add_check(Plan *plan, json_t *record)
{
    g_autofree char *text = text_of(record, "text"), *evidence = text_of(record, "evidence");

    if (text)
        plan_add_check(plan, json_is_true(json_object_get(record, "caution")), evidence, "%s",
                       text);
    return text != NULL;
}

static json_t *subject_record(const PlanSubject *subject)
{
    g_autofree char *address = address_to_text(&subject->address);

    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:s, s:b}", "verb", subject->verb, "path",
                     record_text(subject->path), "id", record_text(subject->id), "driver",
                     record_text(subject->driver), "bus", record_text(subject->bus), "address",
                     address, "scsi",
                     subject->address.type == ADDRESS_DRIVE && subject->address.drive.scsi);
}

/* Of "0:0:3" only the controller tells whether 3 is a scsi-id. */
static void read_address(PlanSubject *subject, json_t *record)
{
    const char *text = json_string_value(json_object_get(record, "address"));
    Address *address = &subject->address;

    if (!text || !address_parse(text, address, NULL) || address->type != ADDRESS_DRIVE ||
        address->drive.scsi || !json_is_true(json_object_get(record, "scsi")))
        return;
    address->drive.scsi = TRUE;
    address->drive.target = address->drive.unit;
    address->drive.unit = 0;
}

/* That of the plan where the record, of an earlier release, says none. */
static PlanVerb verb_of(json_t *record, PlanVerb plan)
{
    json_t *verb = json_object_get(record, "verb");

    json_int_t number = json_integer_value(verb);

    return !verb                                           ? plan
           : number > PLAN_ATTACH && number <= PLAN_MEDIUM ? (PlanVerb)number
                                                           : PLAN_ATTACH;
}

static gboolean add_subject(Plan *plan, json_t *record)
{
    PlanSubject *subject = plan_add_subject(plan);

    subject->verb = verb_of(record, plan->verb);
    subject->path = text_of(record, "path");
    subject->id = text_of(record, "id");
    subject->driver = text_of(record, "driver");
    subject->bus = text_of(record, "bus");
    read_address(subject, record);
    return json_is_object(record);
}

static json_t *chosen_record(const Plan *plan)
{
    json_t *chosen = json_object();
    GHashTableIter iter;
    gpointer option, value;

    g_hash_table_iter_init(&iter, plan->chosen);
    while (g_hash_table_iter_next(&iter, &option, &value))
        json_object_set_new(chosen, option, record_text(value));
    return chosen;
}

static void read_chosen(Plan *plan, json_t *chosen)
{
    const char *option;
    json_t *value;

    json_object_foreach (chosen, option, value) {
        if (json_is_string(value))
            plan_choose(plan, option, json_string_value(value));
    }
}

/* --- plans ----------------------------------------------------------------------------------- */

typedef json_t *(*RecordFn)(gconstpointer part);
typedef gboolean (*AddFn)(Plan *plan, json_t *record);

static json_t *record_all(const GPtrArray *parts, RecordFn record)
{
    json_t *array = json_array();

    for (guint i = 0; i < parts->len; i++)
        json_array_append_new(array, record(parts->pdata[i]));
    return array;
}

static gboolean add_all(Plan *plan, json_t *records, AddFn add)
{
    size_t index;
    json_t *record;

    json_array_foreach (records, index, record) {
        if (!add(plan, record))
            return FALSE;
    }
    return json_is_array(records);
}

json_t *plan_record(const Plan *plan)
{
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o}", "verb", plan->verb, "title", record_text(plan->title),
        "steps", record_all(plan->steps, (RecordFn)step_record), "checks",
        record_all(plan->checks, (RecordFn)check_record), "subjects",
        record_all(plan->subjects, (RecordFn)subject_record), "chosen", chosen_record(plan));
}

Plan *plan_from_record(json_t *record)
{
    g_autofree char *title = text_of(record, "title");
    g_autoptr(Plan) plan = title ? plan_new(verb_of(record, PLAN_ATTACH), title) : NULL;

    if (!plan || !add_all(plan, json_object_get(record, "steps"), add_step) ||
        !add_all(plan, json_object_get(record, "checks"), add_check) ||
        !add_all(plan, json_object_get(record, "subjects"), add_subject))
        return NULL;
    read_chosen(plan, json_object_get(record, "chosen"));
    return g_steal_pointer(&plan);
}

/* --- the states of steps --------------------------------------------------------------------- */

static json_t *clock_json(gint64 clock, gint64 began)
{
    return clock ? json_integer(clock - began) : json_null();
}

json_t *plan_record_steps(const Plan *plan, gint64 began)
{
    json_t *array = json_array();

    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];

        json_array_append_new(array,
                              json_pack("[s, o, o, o]", step_state_name(step->state),
                                        clock_json(step->started, began),
                                        clock_json(step->ended, began), record_text(step->error)));
    }
    return array;
}

static gboolean step_set(Step *step, json_t *record)
{
    const char *name = json_string_value(json_array_get(record, 0));

    for (StepState state = STEP_WAITING; state <= STEP_LEFT; state++) {
        if (g_strcmp0(name, step_state_name(state)) != 0)
            continue;
        step->state = state;
        step->started = json_integer_value(json_array_get(record, 1));
        step->ended = json_integer_value(json_array_get(record, 2));
        g_free(step->error);
        step->error = printable_read(json_array_get(record, 3));
        return TRUE;
    }
    return FALSE;
}

gboolean plan_set_steps(Plan *plan, json_t *steps)
{
    if (json_array_size(steps) != plan->steps->len)
        return FALSE;
    for (guint i = 0; i < plan->steps->len; i++) {
        if (!step_set(plan->steps->pdata[i], json_array_get(steps, i)))
            return FALSE;
    }
    return TRUE;
}
