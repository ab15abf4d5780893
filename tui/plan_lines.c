/* Plans as text for people. */
#include "tui/plan_lines.h"

#include <string.h>

#include "engine/line_diff.h"
#include "engine/xml_document.h"
#include "tui/diff_dialog.h"

/* Behind the command; cuts the text there. (transfer full) */
static char *arguments_text(const Action *action, gboolean json, char *text)
{
    char *blank = strchr(text, ' ');
    char *dumped, *arguments = g_strdup(blank ? blank + 1 : "");

    if (blank)
        *blank = '\0';
    if (!json || action->kind != ACTION_COMMAND || action->form == FORM_LINE)
        return arguments;
    g_free(arguments);
    dumped = json_dumps(action->arguments, JSON_PRESERVE_ORDER);
    arguments = g_strdup(dumped);
    free(dumped);
    return arguments;
}

static gboolean waits_for_guest(const Action *action)
{
    return action->leaves && action->leaves[0];
}

void plan_lines_steps(LineList *list, const Plan *plan, gboolean json)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Action *action = ((const Step *)plan->steps->pdata[i])->action;
        g_autofree char *text = action_to_text(action);
        g_autofree char *arguments = arguments_text(action, json, text);
        g_autofree char *label = g_strdup_printf("%-2u %s", i + 1, text);

        line_list_field(list, label, ELEMENT_TEXT, arguments);
        if (waits_for_guest(action))
            line_list_field(list, "   then wait", ELEMENT_LEAVING,
                            action->form == FORM_LINE
                                ? "until the guest has let go: it is looked for"
                                : "until the guest has let go: DEVICE_DELETED");
    }
}

/* "discard the new web01.xml" */
static void append_file(GString *text, const Action *action)
{
    const char *path = json_string_value(json_object_get(action->arguments, "file"));
    g_autofree char *name = path ? g_path_get_basename(path) : NULL;

    g_string_append_printf(text, " the %s %s", action->kind == ACTION_RESTORE ? "old" : "new",
                           name ? name : "file");
}

/* "drive_del disk2-fmt": the line up to its second word. */
static void append_short_line(GString *text, const Action *action)
{
    g_autofree char *line = action_to_text(action);
    gsize first = strcspn(line, " ");
    gsize second = line[first] ? 1 + strcspn(line + first + 1, " ,") : 0;

    g_string_append_len(text, line, (gssize)(first + second));
}

/* "blockdev-del disk2-fmt": the command and the one name that it is about. */
static void append_short(GString *text, const Action *action)
{
    static const char *const names[] = { "id", "node-name", "qom-path", "device" };

    if (text->len)
        g_string_append(text, ", ");
    if (action->form == FORM_LINE) {
        append_short_line(text, action);
        return;
    }
    g_string_append(text, action->command);
    if (action->kind != ACTION_COMMAND) {
        append_file(text, action);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = json_string_value(json_object_get(action->arguments, names[i]));

        if (name) {
            g_string_append_printf(text, " %s", name);
            break;
        }
    }
    if (waits_for_guest(action))
        g_string_append(text, ", DEVICE_DELETED");
}

/* What takes back the steps before this one, the last first. A file's new version is beside it only
 * until it is in place. */
static char *undo_text(const Plan *plan, guint steps)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = steps; i-- > 0;) {
        const Step *step = plan->steps->pdata[i];

        for (guint k = 0; step->undo && k < step->undo->len; k++) {
            const Action *undo = step->undo->pdata[k];

            if (undo->kind != ACTION_DISCARD || steps < plan->steps->len)
                append_short(text, undo);
        }
    }
    return g_strdup(text->str);
}

void plan_lines_way_back(LineList *list, const Plan *plan)
{
    guint steps = plan->steps->len;
    g_autofree char *failed = steps > 1 ? undo_text(plan, steps - 1) : g_strdup("");
    g_autofree char *undone = undo_text(plan, steps);
    g_autofree char *label = g_strdup_printf("If %u fails", steps);

    if (*failed)
        line_list_field(list, label, ELEMENT_DIM, failed);
    if (*undone)
        line_list_field(list, "To undo later", ELEMENT_DIM, undone);
}

void plan_lines_checks(LineList *list, const Plan *plan, gboolean wide)
{
    for (guint i = 0; i < plan->checks->len; i++) {
        const PlanCheck *check = plan->checks->pdata[i];
        g_autofree char *caution = g_strdup_printf("! %s", check->text);
        g_autofree char *right =
            g_strdup_printf("%s%sok", wide && check->evidence ? check->evidence : "",
                            wide && check->evidence ? "   " : "");

        if (check->caution)
            line_list_text(list, ELEMENT_CAUTION, caution);
        else
            line_list_pair(list, ELEMENT_TEXT, check->text, right);
    }
}

void plan_lines_sent(LineList *list, const Plan *plan, gboolean ascii)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        g_autofree char *sent = action_to_sent(step->action);

        line_list_field(list, step_state_name(step->state),
                        step->state == STEP_FAILED ? ELEMENT_ERROR : ELEMENT_TEXT, sent);
        if (step->error)
            line_list_field(list, "", ELEMENT_ERROR, step->error);
    }
}

char *plan_count_text(const Plan *plan)
{
    guint commands = 0;

    for (guint i = 0; i < plan->steps->len; i++)
        commands += ((const Step *)plan->steps->pdata[i])->action->kind == ACTION_COMMAND;
    return g_strdup_printf("%u command%s%s, none sent", commands, commands == 1 ? "" : "s",
                           plan->file ? " and a file" : "");
}

/* A version of the file as text. Nearly all are UTF-8: a large one is not parsed with every key
 * typed. (transfer full) */
static char *version_text(const Plan *plan, GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autoptr(XmlDocument) document = NULL;

    if (g_utf8_validate_len(data, length, NULL))
        return g_strndup(data, length);
    document = xml_document_parse(plan->file->path, bytes, NULL);
    return document ? g_strdup(xml_document_text(document)) : NULL;
}

GPtrArray *plan_file_diff(const Plan *plan)
{
    const FileChange *file = plan->file;
    g_autofree char *before = file && file->before ? version_text(plan, file->before) : NULL;
    g_autofree char *after = file && file->after ? version_text(plan, file->after) : NULL;

    return before && after ? line_diff(before, after) : NULL;
}

void plan_lines_file(LineList *list, const Plan *plan, const GPtrArray *diff)
{
    g_autofree char *name = NULL, *count = NULL;

    if (!plan->file || !diff)
        return;
    name = g_path_get_basename(plan->file->path);
    count = diff_count_text(diff);
    line_list_rule(list, name, count);
    diff_lines_add(list, diff, FALSE);
}
