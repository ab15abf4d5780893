/* Lines of a file, one command each. */
#include "tui/config.h"

#include <errno.h>
#include <string.h>

#include "engine/error.h"
#include "tui/line.h"

char *config_default_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "backplane", "config", NULL);
}

static gboolean obey(char **words, GError **error)
{
    const Command *command = command_find(words[0]);
    g_autofree char *said = NULL;

    if (!command || !command->configure) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    command ? "\"%s\" is no line for this file: it takes set, theme, bind and "
                              "unbind, since there is no guest yet"
                            : "there is no command \"%s\": this file takes set, theme, bind and "
                              "unbind",
                    words[0]);
        return FALSE;
    }
    if (!line_check_arguments(command, line_arguments(command), (const char *const *)words + 1, "",
                              error))
        return FALSE;
    if (command_has_keys(command) && !words[1]) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "something is missing: %s %s",
                    command->name, line_arguments(command));
        return FALSE;
    }
    return command->configure(words, &said, error);
}

static void take_line(const char *line, const char *path, guint number, GPtrArray *complaints)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;

    if (!g_utf8_validate(line, -1, NULL))
        g_set_error(&error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "this line is not UTF-8");
    else if (line_split(line, &words, &error) && (!words || obey(words, &error)))
        return;
    g_ptr_array_add(complaints, g_strdup_printf("%s:%u: %s", path, number, error->message));
}

GPtrArray *config_read(const char *path)
{
    GPtrArray *complaints = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *usual = path ? NULL : config_default_path();
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;

    if (g_strcmp0(path, "none") == 0)
        return complaints;
    if (!g_file_get_contents(path ? path : usual, &text, NULL, &error)) {
        if (path || !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            g_ptr_array_add(complaints, g_strdup(error->message));
        return complaints;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        take_line(g_strchomp(lines[i]), path ? path : usual, i + 1, complaints);
    return complaints;
}
