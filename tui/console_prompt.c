/* The prompt of the console: opened, fed with keys, closed; and the one for commands. */
#include "tui/console_private.h"

void console_prompt(Console *console, const PromptUse *use, const char *initial, gpointer data)
{
    console_prompt_give_up(console);
    console->prompt = prompt_new(use, initial, data);
}

/* What is done may open the next one. */
static void end(Console *console)
{
    g_autoptr(Prompt) prompt = g_steal_pointer(&console->prompt);
    const PromptUse *use = prompt_use(prompt);
    gpointer data = prompt_data(prompt);
    g_autofree char *line = g_strdup(prompt_line(prompt));

    session_forget(console->session, &console->prompt);
    g_clear_pointer(&prompt, prompt_free);
    use->done(line, data);
}

void console_prompt_key(Console *console, Key key)
{
    if (prompt_key(console->prompt, key) == PROMPT_ENDS)
        end(console);
}

void console_prompt_settle(Console *console)
{
    if (console->prompt && prompt_settle(console->prompt) == PROMPT_ENDS)
        end(console);
}

void console_prompt_give_up(Console *console)
{
    if (console->prompt)
        end(console);
}

void console_prompt_leave(Console *console)
{
    if (console->prompt && prompt_use(console->prompt)->changed)
        console_prompt_key(console, (Key){ FALSE, KEY_CODE_RETURN });
    else
        console_prompt_give_up(console);
}

/* --- commands -------------------------------------------------------------------------------- */

static void on_facts(Session *session, gpointer data)
{
    Console *console = (Console *)((char *)data - G_STRUCT_OFFSET(Console, prompt));

    if (console->prompt)
        prompt_refresh(console->prompt);
    console_paint_soon(console);
}

static Completion *complete(const char *line, gsize cursor, gpointer data)
{
    Console *console = data;
    const CompleteFacts facts = { .session = console->session,
                                  .changed = on_facts,
                                  .data = &console->prompt };

    return complete_line(&facts, line, cursor);
}

static void on_command(const char *line, gpointer data)
{
    if (line)
        console_run_line(data, line);
}

void console_type_command(Console *console)
{
    static const PromptUse use = {
        .sign = ":",
        .history = "history",
        .complete = complete,
        .done = on_command,
        .repaint = console_paint_soon,
    };

    console_prompt(console, &use, NULL, console);
}
