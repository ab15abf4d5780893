/* Theme files: GKeyFile reads them, and what it does not know is found here: the line of a key. */
#include "tui/theme_file.h"

#include <stdarg.h>
#include <string.h>

#define THEME_GROUP "theme"
#define COLOURS_GROUP "colours"
#define MONO_GROUP "mono"

struct ThemeFile {
    char *path;
    char *contents;
    GKeyFile *keys;
};

/* --- lines ----------------------------------------------------------------------------------- */

/* The line on which a key stands, or without one its group; 0 when it is not found. Of several the
 * last, which is the one that GKeyFile takes. */
static guint line_of(const char *contents, const char *group, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    g_autofree char *heading = g_strdup_printf("[%s]", group);
    gsize length = key ? strlen(key) : 0;
    gboolean inside = FALSE;
    guint found = 0;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strchug(lines[i]);

        if (line[0] == '[')
            inside = g_str_has_prefix(line, heading);
        if (!inside)
            continue;
        if (!key && line[0] == '[')
            return i + 1;
        if (key && g_str_has_prefix(line, key) && line[length] && strchr("= \t", line[length]))
            found = i + 1;
    }
    return found;
}

/* The first line that is none of a theme; 0 when all are. GLib quotes it and does not count. */
static guint line_of_garbage(const char *contents)
{
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    gboolean inside = FALSE;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);

        if (line[0] == '[' && g_str_has_suffix(line, "]"))
            inside = TRUE;
        else if (*line && line[0] != '#' && (!inside || !strchr(line, '=') || line[0] == '='))
            return i + 1;
    }
    return 0;
}

gboolean theme_file_fail(const ThemeFile *file, const char *group, const char *key, GError **error,
                         const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, THEME_ERROR, 0, "%s:%u: [%s]%s%s: %s", file->path,
                line_of(file->contents, group, key), group, key ? " " : "", key ? key : "", what);
    return FALSE;
}

/* --- open ------------------------------------------------------------------------------------ */

void theme_file_free(ThemeFile *file)
{
    if (!file)
        return;
    g_clear_pointer(&file->keys, g_key_file_unref);
    g_free(file->contents);
    g_free(file->path);
    g_free(file);
}

ThemeFile *theme_file_open(const char *path, GError **error)
{
    g_autoptr(ThemeFile) file = g_new0(ThemeFile, 1);
    g_autoptr(GError) wrong = NULL;

    file->path = g_strdup(path);
    file->keys = g_key_file_new();
    if (!g_file_get_contents(path, &file->contents, NULL, &wrong)) {
        g_set_error(error, THEME_ERROR, 0, "%s: %s", path, wrong->message);
        return NULL;
    }
    if (!g_key_file_load_from_data(file->keys, file->contents, (gsize)-1, G_KEY_FILE_NONE,
                                   &wrong)) {
        g_set_error(error, THEME_ERROR, 0, "%s:%u: %s", path, line_of_garbage(file->contents),
                    wrong->message);
        return NULL;
    }
    return g_steal_pointer(&file);
}

char *theme_file_parent(const ThemeFile *file)
{
    return g_key_file_get_value(file->keys, THEME_GROUP, "inherit", NULL);
}

/* --- what it says ---------------------------------------------------------------------------- */

static gboolean read_inherit(const ThemeFile *file, const char *value, Theme *theme, GError **error)
{
    return TRUE; /* read before anything else: theme_file_parent */
}

static gboolean read_description(const ThemeFile *file, const char *value, Theme *theme,
                                 GError **error)
{
    g_free(theme->description);
    theme->description = g_utf8_make_valid(value, -1);
    return TRUE;
}

static gboolean read_backgrounds(const ThemeFile *file, const char *value, Theme *theme,
                                 GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);

    theme->background_count = 0;
    for (char **word = words; *word; word++) {
        guint rgb;

        if (!**word)
            continue;
        if (!rgb_parse(*word, &rgb) || theme->background_count == THEME_BACKGROUNDS)
            return theme_file_fail(file, THEME_GROUP, "backgrounds", error,
                                   "\"%s\" is not one of up to %d colours such as #1e1e1e", *word,
                                   THEME_BACKGROUNDS);
        theme->backgrounds[theme->background_count++] = rgb;
    }
    return TRUE;
}

static gboolean read_theme_key(const ThemeFile *file, const char *key, const char *value,
                               Theme *theme, GError **error)
{
    static const struct {
        const char *name;
        gboolean (*read)(const ThemeFile *, const char *, Theme *, GError **);
    } table[] = {
        { "inherit", read_inherit },
        { "description", read_description },
        { "backgrounds", read_backgrounds },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_equal(table[i].name, key))
            return table[i].read(file, value, theme, error);
    return theme_file_fail(file, THEME_GROUP, key, error,
                           "there is no such key; there are inherit, description, backgrounds");
}

static gboolean read_style(const ThemeFile *file, const char *group, const char *key,
                           const char *value, Style *styles, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    Element element;

    if (!element_find(key, &element))
        return theme_file_fail(file, group, key, error, "there is no such element");
    return style_parse(value, &styles[element], &wrong) ||
           theme_file_fail(file, group, key, error, "%s", wrong->message);
}

static gboolean read_group(const ThemeFile *file, const char *group, Theme *theme, GError **error)
{
    gboolean colours = g_str_equal(group, COLOURS_GROUP), mono = g_str_equal(group, MONO_GROUP);
    g_auto(GStrv) keys = g_key_file_get_keys(file->keys, group, NULL, NULL);

    if (!colours && !mono && !g_str_equal(group, THEME_GROUP))
        return theme_file_fail(file, group, NULL, error,
                               "there is no such group; there are [theme], [colours], [mono]");
    for (char **key = keys; *key; key++) {
        g_autofree char *value = g_key_file_get_value(file->keys, group, *key, NULL);
        gboolean fine = colours || mono ? read_style(file, group, *key, value,
                                                     colours ? theme->colour : theme->mono, error)
                                        : read_theme_key(file, *key, value, theme, error);

        if (!fine)
            return FALSE;
    }
    return TRUE;
}

gboolean theme_file_apply(const ThemeFile *file, Theme *theme, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file->keys, NULL);

    for (char **group = groups; *group; group++)
        if (!read_group(file, *group, theme, error))
            return FALSE;
    return TRUE;
}
