/* Commands for the two monitors, and arguments of the command line. Elements of domain XML are made
 * in plan_render_xml.c. */
#include "engine/plan_render.h"

#include <string.h>

#include "engine/condition.h"
#include "engine/plan_render_private.h"
#include "monitor/hmp_line.h"
#include "monitor/text.h"

static const char *const names[RENDERINGS] = {
    [RENDER_QMP] = "QMP",
    [RENDER_HMP] = "HMP",
    [RENDER_XML] = "Domain XML",
    [RENDER_LINE] = "Command line",
};

const char *plan_rendering_name(PlanRendering rendering)
{
    return names[rendering];
}

/* --- the monitors ---------------------------------------------------------------------------- */

static void add_comment(GString *text, const char *comment)
{
    g_autofree char *printable = text_printable(comment, -1, 0);

    g_string_append_printf(text, "# %s\n", printable);
}

/* What is done with the domain file is no command: it is said. */
static gboolean add_file_action(GString *text, const Action *action)
{
    g_autofree char *words = action_to_text(action);

    if (action->kind != ACTION_COMMAND)
        add_comment(text, words);
    return action->kind != ACTION_COMMAND;
}

/* What is looked at around a command: the question where it is one of that monitor, and what has to
 * be so. */
static void add_conditions(GString *text, const json_t *conditions, gboolean human,
                           const char *when)
{
    const char *asked = NULL;
    size_t i;
    json_t *condition;

    json_array_foreach (conditions, i, condition) {
        const char *question = condition_question(condition);
        g_autofree char *line = human && strchr(question, ' ') ? g_strdup(question)
                                : human                        ? hmp_line(question, NULL)
                                                               : NULL;
        g_autofree char *words = condition_words(condition);
        g_autofree char *comment = words ? g_strconcat(when, words, NULL) : NULL;

        if (line && g_strcmp0(question, asked) != 0)
            g_string_append_printf(text, "%s\n", line);
        asked = question;
        if (comment)
            add_comment(text, comment);
    }
}

#define BEFORE "goes on only if "
#define AFTER "it worked only if "

static void render_qmp(GString *text, const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Action *action = ((const Step *)plan->steps->pdata[i])->action;
        g_autofree char *sent = action_to_qmp(action);

        if (add_file_action(text, action))
            continue;
        add_conditions(text, action->before, FALSE, BEFORE);
        g_string_append_printf(text, "%s\n", sent);
        add_conditions(text, action->after, FALSE, AFTER);
        if (action->leaves)
            add_comment(text, "then wait until the guest has let go: DEVICE_DELETED");
    }
}

static void add_human_line(GString *text, const Action *action)
{
    g_autofree char *line = hmp_line(action->command, action->arguments);
    g_autofree char *words = line ? NULL : action_to_text(action);
    g_autofree char *none =
        words ? g_strconcat("the human monitor has no command for this: ", words, NULL) : NULL;

    if (line)
        g_string_append_printf(text, "%s\n", line);
    else
        add_comment(text, none);
}

static void render_hmp(GString *text, const Plan *plan)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Action *action = ((const Step *)plan->steps->pdata[i])->action;

        if (add_file_action(text, action))
            continue;
        add_conditions(text, action->before, TRUE, BEFORE);
        add_human_line(text, action);
        add_conditions(text, action->after, TRUE, AFTER);
        if (action->leaves)
            add_comment(text, "then wait until info qtree does not list it any more");
    }
}

/* --- the command line ------------------------------------------------------------------------ */

static const struct {
    const char *command, *option, *implied;
} options[] = {
    { "device_add", "-device", "driver" },
    { "netdev_add", "-netdev", "type" },
    { "blockdev-add", "-blockdev", NULL },
    { "object-add", "-object", "qom-type" },
};

/* As a shell takes it for one word. (transfer full) */
static char *shell_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=+,./:@%";

    return strspn(word, plain) == strlen(word) ? g_strdup(word) : g_shell_quote(word);
}

/* FALSE where a command that makes something has no argument that does. */
static gboolean add_argument(GString *text, const Action *action)
{
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree char *list = NULL, *word = NULL;

        if (strcmp(action->command, options[i].command) != 0)
            continue;
        list = hmp_options(action->arguments, options[i].implied);
        word = list ? shell_word(list) : NULL;
        if (word)
            g_string_append_printf(text, "%s %s\n", options[i].option, word);
        return word != NULL;
    }
    return FALSE;
}

/* A command that makes nothing, or takes it away: the arguments are those that bring it back. */
static gboolean takes_away(const Step *step)
{
    return strstr(step->action->command, "del") || strstr(step->action->command, "remove");
}

static void add_made(GString *text, const Step *step)
{
    g_autofree char *words = action_to_text(step->action);
    g_autofree char *none = g_strconcat("no argument does this: ", words, NULL);

    if (step->action->kind == ACTION_COMMAND && !takes_away(step) &&
        !add_argument(text, step->action))
        add_comment(text, none);
}

static void add_taken(GString *text, const Step *step)
{
    if (step->action->kind != ACTION_COMMAND || !takes_away(step))
        return;
    for (guint i = 0; i < step->undo->len; i++)
        add_argument(text, step->undo->pdata[i]);
    if (!step->undo->len) {
        g_autofree char *words = g_strdup_printf("what made the %s", step->words);

        add_comment(text, words);
    }
}

static void add_part(GString *text, const char *heading, const Plan *plan,
                     void (*add)(GString *text, const Step *step))
{
    g_autoptr(GString) part = g_string_new(NULL);

    for (guint i = 0; i < plan->steps->len; i++)
        add(part, plan->steps->pdata[i]);
    if (part->len) {
        add_comment(text, heading);
        g_string_append(text, part->str);
    }
}

static void render_line(GString *text, const Plan *plan)
{
    add_part(text, "start QEMU with these as well:", plan, add_made);
    add_part(text, "start QEMU without these:", plan, add_taken);
}

char *plan_render(const Plan *plan, PlanRendering rendering, const Guest *guest, const Match *match)
{
    static void (*const renderers[RENDERINGS])(GString *, const Plan *) = {
        [RENDER_QMP] = render_qmp,
        [RENDER_HMP] = render_hmp,
        [RENDER_LINE] = render_line,
    };
    GString *text = g_string_new(NULL);

    if (rendering == RENDER_XML)
        plan_render_xml(text, plan, guest, match);
    else
        renderers[rendering](text, plan);
    return g_string_free(text, FALSE);
}
