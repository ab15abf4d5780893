/* The words of a style. */
#include "tui/theme.h"

#include <string.h>

/* The 16 that every terminal names, in the order of their indexes. */
static const char *const basic[] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "grey",           "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
};

static const struct {
    const char *name;
    guint flag;
} flags[] = {
    { "bold", STYLE_BOLD },       { "dim", STYLE_DIM },       { "underline", STYLE_UNDERLINE },
    { "reverse", STYLE_REVERSE }, { "italic", STYLE_ITALIC },
};

GQuark theme_error_quark(void)
{
    return g_quark_from_static_string("theme-error");
}

gboolean rgb_parse(const char *word, guint *rgb)
{
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return FALSE;
    *rgb = (guint)g_ascii_strtoull(word + 1, NULL, 16);
    return TRUE;
}

static gboolean colour_parse(const char *word, Colour *colour)
{
    char *end;
    guint64 number;

    if (g_str_equal(word, "default")) {
        *colour = (Colour){ COLOUR_DEFAULT, 0 };
        return TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(basic); i++) {
        if (g_str_equal(word, basic[i])) {
            *colour = (Colour){ COLOUR_INDEX, i };
            return TRUE;
        }
    }
    if (word[0] == '#') {
        colour->type = COLOUR_RGB;
        return rgb_parse(word, &colour->value);
    }
    number = g_ascii_strtoull(word, &end, 10);
    *colour = (Colour){ COLOUR_INDEX, (guint)number };
    return g_ascii_isdigit(word[0]) && *end == '\0' && number < 256;
}

static guint flag_parse(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
        if (g_str_equal(word, flags[i].name))
            return flags[i].flag;
    return 0;
}

static gboolean fail_word(GError **error, const char *word)
{
    g_set_error(error, THEME_ERROR, 0,
                "\"%s\" is neither a colour (red, bright-cyan, grey, default, 0-255, #rrggbb) "
                "nor one of bold, dim, underline, reverse, italic",
                word);
    return FALSE;
}

gboolean style_parse(const char *text, Style *style, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    Colour *colour = &style->foreground;

    *style = (Style){ 0 };
    for (char **word = words; *word; word++) {
        if (!**word)
            continue;
        if (g_str_equal(*word, "on")) {
            colour = &style->background;
        } else if (flag_parse(*word)) {
            style->flags |= flag_parse(*word);
        } else if (colour->type != COLOUR_NONE) {
            g_set_error(error, THEME_ERROR, 0, "\"%s\" is one colour too many", *word);
            return FALSE;
        } else if (!colour_parse(*word, colour)) {
            return fail_word(error, *word);
        }
    }
    if (colour == &style->background && colour->type == COLOUR_NONE)
        return fail_word(error, "on");
    return TRUE;
}
