/* Lines of the language in the console: typed at the prompt, or bound to a key. */
#include "tui/console_private.h"

#include "engine/nearest.h"
#include "engine/session_domain.h"
#include "tui/fail_input.h"
#include "tui/line.h"
#include "tui/report.h"
#include "tui/settings.h"
#include "tui/text_dialog.h"

/* --- which command --------------------------------------------------------------------------- */

static gboolean refuse_unknown(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *hint = NULL;
    gsize count;
    const Command *table = command_table(&count);

    for (gsize i = 0; i < count; i++)
        if (command_in_console(&table[i]))
            g_ptr_array_add(names, (gpointer)table[i].name);
    hint = nearest_hint(name, names->pdata, names->len, sizeof(gpointer));
    return fail_input(error, "There is no command \"%s\"%s", name, hint);
}

static gboolean check_here(const Console *console, const Command *command, GError **error)
{
    if (!command_in_console(command))
        return fail_input(error, "%s is a command for a shell: backplane %s %s", command->name,
                          command->name, command->arguments ? command->arguments : "");
    if (command_has_keys(command) && !console_has(console, command))
        return fail_input(error, "%s does nothing in this view.", command->name);
    return !command->changes || session_allows_changes(console->session, error);
}

static gboolean configure(Console *console, const Command *command, char **words, GError **error)
{
    gboolean theme = g_str_equal(words[0], "theme") || g_strcmp0(words[1], "theme") == 0;
    g_autofree char *said = NULL;

    if (!command->configure(words, &said, error))
        return FALSE;
    if (theme) /* else one that was chosen by looking stays */
        console_take_theme(console, setting_get(SETTING_THEME));
    console_take_settings(console);
    if (said)
        console_say(console, ELEMENT_TEXT, "%s", said);
    return TRUE;
}

static gboolean run(Console *console, char **words, GError **error)
{
    const Command *command = command_find(words[0]);
    const char *arguments = command ? line_arguments(command) : "";

    if (!command)
        return refuse_unknown(words[0], error);
    if (!check_here(console, command, error))
        return FALSE;
    if (!words[1] && command_has_keys(command)) {
        console_act(console, command);
        return TRUE;
    }
    if (!line_check_arguments(command, command->line || command->configure ? arguments : "",
                              (const char *const *)words + 1, "", error))
        return FALSE;
    return command->line ? command->line(console, words, error)
                         : configure(console, command, words, error);
}

void console_run_words(Console *console, char **words)
{
    g_autoptr(GError) error = NULL;

    if (!run(console, words, &error))
        console_say(console, ELEMENT_ERROR, "%s", error->message);
}

void console_run_line(Console *console, const char *line)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;

    if (!line_split(line, &words, &error))
        console_say(console, ELEMENT_ERROR, "%s", error->message);
    else if (words)
        console_run_words(console, words);
}

void console_take_settings(Console *console)
{
    console->look.ascii = console->ascii || g_str_equal(setting_get(SETTING_GLYPHS), "ascii");
    tty_set_mouse(console->tty, setting_is_on(SETTING_MOUSE));
    tty_set_escape(console->tty, (int)setting_number(SETTING_ESCAPE));
}

/* --- commands with words --------------------------------------------------------------------- */

gboolean console_attach_line(Console *console, char **words, GError **error)
{
    g_autoptr(Request) request = request_parse(words[1], (const char *const *)words + 2, error);

    if (request)
        console_ask_attach(console, request);
    return request != NULL;
}

gboolean console_detach_line(Console *console, char **words, GError **error)
{
    console_ask_detach(console, (const char *const *)words + 1);
    return TRUE;
}

static const Device *find_device(const Console *console, const char *name, GError **error)
{
    const Guest *guest = session_guest(console->session);

    if (!guest)
        fail_input(error, "The guest was not read yet.");
    return guest ? session_find(console->session, guest, name, error) : NULL;
}

gboolean console_show_line(Console *console, char **words, GError **error)
{
    const Device *device = find_device(console, words[1], error);
    g_autofree char *text = NULL;

    if (!device)
        return FALSE;
    text = report_device_text(device, session_match(console->session), console->look.ascii);
    console_open(console, message_dialog_new(words[1], g_strchomp(text)));
    return TRUE;
}

/* In the view that is shown, else in the tree, which has all. */
gboolean console_go_line(Console *console, char **words, GError **error)
{
    const Device *device = find_device(console, words[1], error);

    if (!device)
        return FALSE;
    console->focus = FOCUS_VIEW;
    if (!console_select(console, device->path)) {
        console_show_view(console, VIEW_TREE);
        console_select(console, device->path);
    }
    return TRUE;
}

gboolean console_view_line(Console *console, char **words, GError **error)
{
    ViewId id;

    if (!view_find(words[1], &id, error))
        return FALSE;
    if (!console->views[id])
        return fail_input(error, "There is no such view of this guest.");
    console_show_view(console, (int)id);
    return TRUE;
}
