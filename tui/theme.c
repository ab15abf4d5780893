/* Theme files: found, read, inherited; and the one that is built in. */
#include "tui/theme.h"

#include <string.h>

#define COLOURS_GROUP "colours"
#define MONO_GROUP "mono"
#define INHERIT_DEPTH 4

/* Every element with its look in the built-in theme: five hues, each with one meaning (cyan added,
 * yellow leaving, red refused, magenta other than the domain file, blue what is chosen), on the
 * terminal's own background. */
static const struct {
    const char *name;
    const char *colour;
    const char *mono;
} elements[ELEMENTS] = {
    [ELEMENT_TEXT] = { "text", "default", "default" },
    [ELEMENT_DIM] = { "dim", "244", "dim" },
    [ELEMENT_TITLE] = { "title", "default bold", "bold" },
    [ELEMENT_HEADING] = { "heading", "244", "dim" },
    [ELEMENT_RULE] = { "rule", "244", "dim" },
    [ELEMENT_TAB] = { "tab", "default bold", "bold" },
    [ELEMENT_LABEL] = { "label", "244", "dim" },
    [ELEMENT_ADDRESS] = { "address", "default", "default" },
    [ELEMENT_BACKEND] = { "backend", "default", "default" },
    [ELEMENT_ID] = { "id", "default", "default" },
    [ELEMENT_FIXED] = { "fixed", "244", "dim" },
    [ELEMENT_PRESENT] = { "present", "default", "default" },
    [ELEMENT_ADDED] = { "added", "cyan", "bold" },
    [ELEMENT_LEAVING] = { "leaving", "yellow", "bold" },
    [ELEMENT_VACANT] = { "vacant", "244", "dim" },
    [ELEMENT_GONE] = { "gone", "244", "dim" },
    [ELEMENT_REFUSED] = { "refused", "red bold", "bold" },
    [ELEMENT_ABSENT] = { "absent", "magenta", "bold" },
    [ELEMENT_UNMANAGED] = { "unmanaged", "magenta", "bold" },
    [ELEMENT_DIFFERS] = { "differs", "magenta", "bold" },
    [ELEMENT_SELECTION] = { "selection", "bright-white on #264f78", "reverse" },
    [ELEMENT_KEY] = { "key", "default bold", "bold" },
    [ELEMENT_FIELD] = { "field", "bright-white on #264f78", "reverse" },
    [ELEMENT_PROPOSAL] = { "proposal", "244", "dim" },
    [ELEMENT_CHOICE] = { "choice", "default bold", "bold" },
    [ELEMENT_BUTTON] = { "button", "bright-white on #264f78 bold", "reverse" },
    [ELEMENT_GOOD] = { "good", "cyan", "default" },
    [ELEMENT_CAUTION] = { "caution", "yellow", "bold" },
    [ELEMENT_ERROR] = { "error", "red bold", "bold" },
};

Element element_of_state(DeviceState state)
{
    return state < DEVICE_STATES ? (Element)(ELEMENT_FIXED + (int)state) : ELEMENT_TEXT;
}

static gboolean find_element(const char *name, Element *element)
{
    for (int i = 0; i < ELEMENTS; i++) {
        if (g_str_equal(elements[i].name, name)) {
            *element = (Element)i;
            return TRUE;
        }
    }
    return FALSE;
}

Theme *theme_default(void)
{
    Theme *theme = g_new0(Theme, 1);

    theme->name = g_strdup("default");
    for (int i = 0; i < ELEMENTS; i++) {
        style_parse(elements[i].colour, &theme->colour[i], NULL);
        style_parse(elements[i].mono, &theme->mono[i], NULL);
    }
    return theme;
}

void theme_free(Theme *theme)
{
    if (!theme)
        return;
    g_free(theme->name);
    g_free(theme);
}

/* --- files ----------------------------------------------------------------------------------- */

static const char *const *folders(void)
{
    static const char *list[4];
    guint count = 0;

    if (g_getenv("BACKPLANE_THEMES"))
        list[count++] = g_getenv("BACKPLANE_THEMES");
    list[count++] = PKGDATADIR "/themes";
    list[count++] = "themes";
    list[count] = NULL;
    return list;
}

/* NULL when no folder has it. A name is never a path. (transfer full) */
static char *find_file(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".theme", NULL);

    if (strchr(name, '/') || name[0] == '.')
        return NULL;
    for (const char *const *folder = folders(); *folder; folder++) {
        g_autofree char *path = g_build_filename(*folder, file, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    const char *first = *(const char *const *)a, *second = *(const char *const *)b;
    gboolean first_default = g_str_equal(first, "default");

    if (first_default != g_str_equal(second, "default"))
        return first_default ? -1 : 1;
    return strcmp(first, second);
}

static void add_names(GPtrArray *names, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *file;

    while (dir && (file = g_dir_read_name(dir))) {
        g_autofree char *name = NULL;

        if (!g_str_has_suffix(file, ".theme") || file[0] == '.')
            continue;
        name = g_strndup(file, strlen(file) - strlen(".theme"));
        if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
}

char **theme_names(void)
{
    GPtrArray *names = g_ptr_array_new();

    g_ptr_array_add(names, g_strdup("default"));
    for (const char *const *folder = folders(); *folder; folder++)
        add_names(names, *folder);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

/* The line of a file on which a key stands, for error sentences; 0 when it is not found. */
static guint line_of_key(const char *contents, const char *group, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
    g_autofree char *heading = g_strdup_printf("[%s]", group);
    gboolean inside = FALSE;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strchug(lines[i]);
        gsize length = strlen(key);

        if (line[0] == '[')
            inside = g_str_has_prefix(line, heading);
        if (inside && g_str_has_prefix(line, key) && strchr("= \t", line[length]) && line[length])
            return i + 1;
    }
    return 0;
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

typedef struct {
    const char *path;
    const char *contents;
    GKeyFile *keys;
} ThemeFile;

static gboolean read_group(const ThemeFile *file, const char *group, Style *styles, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file->keys, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        g_autofree char *value = g_key_file_get_string(file->keys, group, *key, NULL);
        guint line = line_of_key(file->contents, group, *key);
        g_autoptr(GError) wrong = NULL;
        Element element;

        if (!find_element(*key, &element)) {
            g_set_error(error, THEME_ERROR, 0, "%s:%u: [%s] %s: there is no such element",
                        file->path, line, group, *key);
            return FALSE;
        }
        if (!style_parse(value ? value : "", &styles[element], &wrong)) {
            g_set_error(error, THEME_ERROR, 0, "%s:%u: [%s] %s: %s", file->path, line, group, *key,
                        wrong->message);
            return FALSE;
        }
    }
    return TRUE;
}

static Theme *load(const char *name, guint depth, GError **error);

static Theme *load_inherited(const ThemeFile *file, guint depth, GError **error)
{
    g_autofree char *parent = g_key_file_get_string(file->keys, "theme", "inherit", NULL);

    if (!parent)
        return theme_default();
    if (depth == INHERIT_DEPTH) {
        g_set_error(error, THEME_ERROR, 0,
                    "%s:%u: [theme] inherit: too many themes in a chain, or a ring", file->path,
                    line_of_key(file->contents, "theme", "inherit"));
        return NULL;
    }
    return load(parent, depth + 1, error);
}

static Theme *load_file(const char *path, const char *name, guint depth, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autofree char *contents = NULL;
    g_autoptr(Theme) theme = NULL;
    g_autoptr(GError) wrong = NULL;
    ThemeFile file = { .path = path, .keys = keys };

    if (!g_file_get_contents(path, &contents, NULL, &wrong)) {
        g_set_error(error, THEME_ERROR, 0, "%s: %s", path, wrong->message);
        return NULL;
    }
    if (!g_key_file_load_from_data(keys, contents, (gsize)-1, G_KEY_FILE_NONE, &wrong)) {
        g_set_error(error, THEME_ERROR, 0, "%s:%u: %s", path, line_of_garbage(contents),
                    wrong->message);
        return NULL;
    }
    file.contents = contents;
    theme = load_inherited(&file, depth, error);
    if (!theme || !read_group(&file, COLOURS_GROUP, theme->colour, error) ||
        !read_group(&file, MONO_GROUP, theme->mono, error))
        return NULL;
    g_free(theme->name);
    theme->name = g_strdup(name);
    return g_steal_pointer(&theme);
}

static Theme *load(const char *name, guint depth, GError **error)
{
    g_autofree char *path = find_file(name);

    if (path)
        return load_file(path, name, depth, error);
    if (g_str_equal(name, "default"))
        return theme_default();
    g_auto(GStrv) names = theme_names();
    g_autofree char *list = g_strjoinv(", ", names);
    g_set_error(error, THEME_ERROR, 0, "There is no theme \"%s\"; there are: %s.", name, list);
    return NULL;
}

Theme *theme_load(const char *name, GError **error)
{
    return load(name ? name : "default", 0, error);
}
