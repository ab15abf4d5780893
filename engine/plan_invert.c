/* The plan that takes another one back, and the one that does it once more. */
#include "engine/plan.h"

#include <string.h>

#define UNDO_PREFIX "undo: "

/* The command that takes back another one, and how both name their object. */
static const struct {
    const char *add, *del;
    const char *add_key, *del_key;
    const char *noun;
} inverses[] = {
    { "device_add", "device_del", "id", "id", "device" },
    { "blockdev-add", "blockdev-del", "node-name", "node-name", "block node" },
    { "netdev_add", "netdev_del", "id", "id", "netdev" },
    { "object-add", "object-del", "id", "id", "object" },
    { "chardev-add", "chardev-remove", "id", "id", "chardev" },
    { "blockdev-insert-medium", "blockdev-remove-medium", "id", "id", "medium" },
};

static const char *argument(const Action *action, const char *key)
{
    return json_string_value(json_object_get(action->arguments, key));
}

/* The row of `inverses` whose add command this is; -1 for another command. */
static int adding_row(const Action *action)
{
    for (guint i = 0; i < G_N_ELEMENTS(inverses); i++) {
        if (strcmp(action->command, inverses[i].add) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* device_del for device_add and so on; NULL for a command that adds nothing or names nothing. */
static Action *action_invert(const Action *action)
{
    int row = adding_row(action);
    const char *name = row < 0 ? NULL : argument(action, inverses[row].add_key);
    if (name == NULL) {
        return NULL;
    }
    char **leaves = NULL;
    if (strcmp(action->command, "device_add") == 0) {
        leaves = g_new0(char *, 2);
        leaves[0] = g_strconcat("/machine/peripheral/", name, NULL);
    }
    return action_new(inverses[row].del, json_pack("{s:s}", inverses[row].del_key, name), leaves);
}

/* What the action adds, for a step of an inverted plan: "block node disk2-fmt". */
static char *action_words(const Action *action)
{
    int row = adding_row(action);
    const char *name = row < 0 ? NULL : argument(action, inverses[row].add_key);
    if (name == NULL) {
        return g_strdup(action->command);
    }
    const char *driver = argument(action, "driver");
    return g_strcmp0(action->command, "device_add") == 0 && driver != NULL
               ? g_strdup_printf("%s %s", driver, name)
               : g_strdup_printf("%s %s", inverses[row].noun, name);
}

/* --- the way back ---------------------------------------------------------------------------- */

/* Every undo action becomes a step of its own. What it adds can be taken away by itself, so that a
 * failure half-way leaves nothing; the group remembers that they were one step. */
static void invert_step(Plan *inverse, const Step *step)
{
    gboolean several = step->undo->len > 1;
    for (guint i = 0; i < step->undo->len; i++) {
        const Action *undo = step->undo->pdata[i];
        g_autofree char *words = several ? action_words(undo) : g_strdup(step->words);
        Action *back = action_invert(undo);
        if (back == NULL && i == 0) {
            back = action_copy(step->action);
        }
        Step *added = plan_add(inverse, words, action_copy(undo), back);
        added->group = several ? inverse->steps->len - i : 0;
        added->subject = step->subject;
    }
}

/* Devices that were put back one by one leave together, as they did: with their controller or their
 * slot. The device_del of the first takes them all. */
static void invert_group(Plan *inverse, Step *const *steps, guint count)
{
    Step *together = NULL;
    g_autoptr(GPtrArray) leaves = g_ptr_array_new();
    for (guint i = 0; i < count; i++) {
        if (strcmp(steps[i]->action->command, "device_add") != 0) {
            continue;
        }
        Action *back = action_invert(steps[i]->action);
        for (char **leaf = back->leaves; *leaf != NULL; leaf++) {
            g_ptr_array_add(leaves, g_strdup(*leaf));
        }
        if (together == NULL) {
            together = plan_add(inverse, steps[i]->words, back, NULL);
            together->subject = steps[i]->subject;
        } else {
            action_free(back);
        }
        g_ptr_array_add(together->undo, action_copy(steps[i]->action));
    }
    if (together != NULL) {
        g_ptr_array_add(leaves, NULL);
        g_strfreev(together->action->leaves);
        together->action->leaves = (char **)g_ptr_array_steal(leaves, NULL);
    }
    for (guint i = count; i-- > 0;) {
        if (strcmp(steps[i]->action->command, "device_add") != 0) {
            invert_step(inverse, steps[i]);
        }
    }
}

/* How many steps before `end` were one step once. */
static guint group_length(const Plan *plan, guint end)
{
    guint group = ((const Step *)plan->steps->pdata[end - 1])->group;
    guint count = 1;
    while (group != 0 && count < end &&
           ((const Step *)plan->steps->pdata[end - count - 1])->group == group) {
        count++;
    }
    return count;
}

static PlanVerb other_verb(PlanVerb verb)
{
    return verb == PLAN_ATTACH ? PLAN_DETACH : verb == PLAN_DETACH ? PLAN_ATTACH : verb;
}

/* All but the steps and checks; the file's way back is carried as a whole, at the end. */
static Plan *new_inverse(const Plan *plan)
{
    Plan *inverse = plan_copy(plan);
    g_free(inverse->title);
    inverse->title = g_str_has_prefix(plan->title, UNDO_PREFIX)
                         ? g_strdup(plan->title + strlen(UNDO_PREFIX))
                         : g_strconcat(UNDO_PREFIX, plan->title, NULL);
    g_ptr_array_set_size(inverse->steps, 0);
    g_ptr_array_set_size(inverse->checks, 0);
    g_clear_pointer(&inverse->file, file_change_free);
    inverse->verb = other_verb(plan->verb);
    for (guint i = 0; i < inverse->subjects->len; i++) {
        PlanSubject *subject = inverse->subjects->pdata[i];
        subject->verb = other_verb(subject->verb);
    }
    return inverse;
}

Plan *plan_invert(const Plan *plan, GError **error)
{
    g_autoptr(Plan) inverse = new_inverse(plan);
    for (guint end = plan->steps->len, count; end > 0; end -= count) {
        Step *const *steps = (Step *const *)plan->steps->pdata;
        count = group_length(plan, end);
        if (steps[end - 1]->action->kind != ACTION_COMMAND) {
            continue;
        }
        if (steps[end - 1]->undo->len == 0) {
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                        "\"%s\" cannot be taken back: there is no way back for %s; "
                        "do it by hand with attach or detach",
                        plan->title, steps[end - 1]->words);
            return NULL;
        }
        if (count > 1) {
            invert_group(inverse, steps + end - count, count);
        } else {
            invert_step(inverse, steps[end - 1]);
        }
    }
    if (plan->file != NULL) {
        plan_carry(inverse, file_change_invert(plan->file));
    }
    return g_steal_pointer(&inverse);
}

Plan *plan_again(const Plan *plan, GError **error)
{
    g_autoptr(Plan) inverse = plan_invert(plan, error);
    return inverse != NULL ? plan_invert(inverse, error) : NULL;
}
