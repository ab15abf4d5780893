/* Themes: the one that is built in, and those of files with what they inherit. */
#include "tui/theme.h"

#include <string.h>

#include "tui/theme_file.h"

#define CHAIN_MAX 8 /* a theme, its parent, that one's parent */

#define DESCRIPTION "for dark terminals, on their own background"

/* The darkest there is, and the dark grey of many a terminal program: what is text can be read on
 * both. */
static const guint backgrounds[] = { 0x000000, 0x1e1e1e };

/* Every element with its look in the built-in theme: five hues, each with one meaning (cyan added,
 * yellow leaving, red refused, magenta other than the domain file, blue what is chosen), on the
 * terminal's own background. */
static const struct {
    const char *name;
    const char *colour;
    const char *mono;
} elements[ELEMENTS] = {
    [ELEMENT_TEXT] = { "text", "default", "default" },
    [ELEMENT_DIM] = { "dim", "#949494", "dim" },
    [ELEMENT_TITLE] = { "title", "default bold", "bold" },
    [ELEMENT_HEADING] = { "heading", "#949494", "dim" },
    [ELEMENT_RULE] = { "rule", "#949494", "dim" },
    [ELEMENT_TAB] = { "tab", "default bold", "bold" },
    [ELEMENT_LABEL] = { "label", "#949494", "dim" },
    [ELEMENT_ADDRESS] = { "address", "default", "default" },
    [ELEMENT_BACKEND] = { "backend", "default", "default" },
    [ELEMENT_ID] = { "id", "default", "default" },
    [ELEMENT_FIXED] = { "fixed", "#949494", "dim" },
    [ELEMENT_PRESENT] = { "present", "default", "default" },
    [ELEMENT_ADDED] = { "added", "#5fd7d7", "bold" },
    [ELEMENT_LEAVING] = { "leaving", "#ffd75f", "bold" },
    [ELEMENT_VACANT] = { "vacant", "#949494", "dim" },
    [ELEMENT_GONE] = { "gone", "#949494", "dim" },
    [ELEMENT_REFUSED] = { "refused", "#ff5f5f bold", "bold" },
    [ELEMENT_ABSENT] = { "absent", "#d787d7", "bold" },
    [ELEMENT_UNMANAGED] = { "unmanaged", "#d787d7", "bold" },
    [ELEMENT_DIFFERS] = { "differs", "#d787d7", "bold" },
    [ELEMENT_SELECTION] = { "selection", "#ffffff on #264f78", "reverse" },
    [ELEMENT_KEY] = { "key", "default bold", "bold" },
    [ELEMENT_FIELD] = { "field", "#ffffff on #264f78", "reverse" },
    [ELEMENT_PROPOSAL] = { "proposal", "#949494", "dim" },
    [ELEMENT_CHOICE] = { "choice", "default bold", "bold" },
    [ELEMENT_BUTTON] = { "button", "#ffffff on #264f78 bold", "reverse" },
    [ELEMENT_GOOD] = { "good", "#5fd7d7", "default" },
    [ELEMENT_CAUTION] = { "caution", "#ffd75f", "bold" },
    [ELEMENT_ERROR] = { "error", "#ff5f5f bold", "bold" },
};

Element element_of_state(DeviceState state)
{
    return state < DEVICE_STATES ? (Element)(ELEMENT_FIXED + (int)state) : ELEMENT_TEXT;
}

gboolean element_find(const char *name, Element *element)
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
    theme->description = g_strdup(DESCRIPTION);
    theme->background_count = G_N_ELEMENTS(backgrounds);
    memcpy(theme->backgrounds, backgrounds, sizeof(backgrounds));
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
    g_free(theme->description);
    g_free(theme);
}

Style theme_style(const Theme *theme, Element element)
{
    Style style = theme->colour[element];

    if (style.foreground.type == COLOUR_NONE)
        style.foreground = theme->colour[ELEMENT_TEXT].foreground;
    if (style.background.type == COLOUR_NONE)
        style.background = theme->colour[ELEMENT_TEXT].background;
    return style;
}

/* --- files ----------------------------------------------------------------------------------- */

/* chain: (char) names from the theme that was asked for down to the one that inherits this. */
static Theme *load(const char *name, GPtrArray *chain, GError **error);

static gboolean check_parent(const ThemeFile *file, const char *parent, GPtrArray *chain,
                             GError **error)
{
    g_autofree char *path = theme_file_find(parent);

    if (g_ptr_array_find_with_equal_func(chain, parent, g_str_equal, NULL)) {
        g_autoptr(GString) ring = g_string_new(NULL);

        for (guint i = 0; i < chain->len; i++)
            g_string_append_printf(ring, "%s, ", (const char *)chain->pdata[i]);
        return theme_file_fail(file, "theme", "inherit", error,
                               "themes inherit from one another in a ring: %s%s", ring->str,
                               parent);
    }
    if (chain->len == CHAIN_MAX)
        return theme_file_fail(file, "theme", "inherit", error,
                               "more than %d themes inherit from one another", CHAIN_MAX);
    return path || g_str_equal(parent, "default") ||
           theme_file_fail(file, "theme", "inherit", error, "there is no theme \"%s\"", parent);
}

static Theme *load_parent(const ThemeFile *file, GPtrArray *chain, GError **error)
{
    g_autofree char *parent = theme_file_parent(file);

    if (!parent)
        return theme_default();
    return check_parent(file, parent, chain, error) ? load(parent, chain, error) : NULL;
}

static Theme *load_file(const char *path, const char *name, GPtrArray *chain, GError **error)
{
    g_autoptr(ThemeFile) file = theme_file_open(path, error);
    g_autoptr(Theme) theme = file ? load_parent(file, chain, error) : NULL;

    if (!theme || !theme_file_apply(file, theme, error))
        return NULL;
    g_free(theme->name);
    theme->name = g_strdup(name);
    return g_steal_pointer(&theme);
}

static void fail_unknown(const char *name, GError **error)
{
    g_autoptr(GPtrArray) entries = theme_list();
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < entries->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               ((const ThemeEntry *)entries->pdata[i])->name);
    g_set_error(error, THEME_ERROR, 0, "There is no theme \"%s\"; there are: %s.", name,
                names->str);
}

static Theme *load(const char *name, GPtrArray *chain, GError **error)
{
    g_autofree char *path = theme_file_find(name);

    g_ptr_array_add(chain, g_strdup(name));
    if (path)
        return load_file(path, name, chain, error);
    if (g_str_equal(name, "default"))
        return theme_default();
    fail_unknown(name, error);
    return NULL;
}

Theme *theme_load(const char *name, GError **error)
{
    g_autoptr(GPtrArray) chain = g_ptr_array_new_with_free_func(g_free);

    return load(name ? name : "default", chain, error);
}

/* The nearest of those that a bad one inherits from that is good itself. */
static Theme *load_ancestor(const char *name)
{
    g_autofree char *next = g_strdup(name);

    for (int i = 0; i < CHAIN_MAX && next; i++) {
        g_autofree char *path = theme_file_find(next);
        g_autoptr(ThemeFile) file = path ? theme_file_open(path, NULL) : NULL;
        Theme *theme;

        g_free(next);
        next = file ? theme_file_parent(file) : NULL;
        theme = next ? theme_load(next, NULL) : NULL;
        if (theme)
            return theme;
    }
    return theme_default();
}

Theme *theme_load_usable(const char *name, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    Theme *theme = theme_load(name, &wrong);
    gsize length;

    if (theme)
        return theme;
    theme = load_ancestor(name ? name : "default");
    length = strlen(wrong->message);
    g_set_error(error, wrong->domain, wrong->code, "%.*s: the theme \"%s\" is used instead.",
                (int)(length - g_str_has_suffix(wrong->message, ".")), wrong->message, theme->name);
    return theme;
}
