/* What set, theme, bind and unbind do. */
#include "tui/configure.h"

#include "engine/error.h"
#include "tui/keymap.h"
#include "tui/line.h"
#include "tui/settings.h"
#include "tui/view.h"

gboolean configure_set(char **words, char **said, GError **error)
{
    return setting_set(words[1], words[2], error);
}

gboolean configure_theme(char **words, char **said, GError **error)
{
    return setting_set("theme", words[1], error);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* "-v VIEW" in front is taken away from the words; *views: 0 for all. */
static gboolean take_view(char ***words, guint *views, GError **error)
{
    ViewId view;

    *views = 0;
    if (g_strcmp0((*words)[0], "-v") != 0)
        return TRUE;
    if (!(*words)[1]) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "-v takes the name of a view: -v slots");
        return FALSE;
    }
    if (!view_find((*words)[1], &view, error))
        return FALSE;
    *views = IN_VIEW(view);
    *words += 2;
    return TRUE;
}

static gboolean check_missing(char **words, guint count, const char *name, GError **error)
{
    const Command *command = command_find(name);

    if (g_strv_length(words) >= count)
        return TRUE;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "something is missing: %s %s", name,
                command->arguments);
    return FALSE;
}

gboolean configure_bind(char **words, char **said, GError **error)
{
    char **rest = words + 1;
    guint views;
    g_autofree char *was = NULL;

    if (!take_view(&rest, &views, error) || !check_missing(rest, 2, words[0], error) ||
        !keymap_bind(rest[0], views, rest + 1, &was, error))
        return FALSE;
    *said = was ? g_strdup_printf("%s was: %s", rest[0], was) : NULL;
    return TRUE;
}

gboolean configure_unbind(char **words, char **said, GError **error)
{
    char **rest = words + 1;
    guint views;

    return take_view(&rest, &views, error) && check_missing(rest, 1, words[0], error) &&
           keymap_unbind(rest[0], views, error);
}
