/* The stage: changes that the user puts aside and applies together, and the commands of the view
 * that shows them. */
#include "tui/console_private.h"
#include "tui/plan_render_dialog.h"
#include "tui/plan_view.h"

guint console_staged_count(const Console *console)
{
    return session_staged(console->session)->len;
}

gboolean console_has_staged(const Console *console)
{
    return console_is_live(console) && console_staged_count(console) &&
           !session_stage_is_applied(console->session);
}

void console_stage_plan(Console *console, Plan *plan)
{
    g_autofree char *title = g_strdup(plan->title);
    g_autoptr(GError) error = NULL;

    if (session_stage(console->session, plan, &error))
        console_say(console, ELEMENT_TEXT, "staged: %s. %s shows all, %s applies them.", title,
                    keymap_label(command_find("view-plan"), console->look.ascii),
                    keymap_label(command_find("apply"), console->look.ascii));
    else
        console_say(console, ELEMENT_ERROR, "%s", error->message);
}

static void on_staged_planned(Session *session, Plan *plan, const GError *error, gpointer data)
{
    console_confirm(data, "Apply", FALSE, plan, error);
}

void console_apply(Console *console)
{
    if (!console_staged_count(console))
        console_say(console, ELEMENT_CAUTION,
                    "Nothing is staged: [ Stage ] in place of [ Attach ] puts a change aside.");
    else if (console_begin_asking(console))
        session_plan_staged(console->session, on_staged_planned, console);
}

/* --- on the row of the plan view ------------------------------------------------------------- */

gboolean console_can_unstage(const Console *console)
{
    return plan_view_staged(console_view(console)) != G_MAXUINT;
}

void console_unstage(Console *console)
{
    guint index = plan_view_staged(console_view(console));

    if (index == G_MAXUINT)
        console_say(console, ELEMENT_CAUTION, "There is no staged change on this row.");
    else if (session_unstage(console->session, index))
        console_say(console, ELEMENT_TEXT, "removed; nothing was sent");
    else
        console_say(console, ELEMENT_CAUTION, "It is being applied.");
}

gboolean console_has_plan(const Console *console)
{
    return plan_view_plan(console_view(console)) != NULL;
}

void console_show_commands(Console *console)
{
    const Plan *plan = plan_view_plan(console_view(console));

    if (plan)
        console_open(console, plan_render_dialog_new(plan, console->session));
    else
        console_say(console, ELEMENT_CAUTION, "There is no plan on this row.");
}
