/* The words of a style, and how a colour comes down to what a terminal has. */
#include "tui/theme.h"

#include <string.h>

/* Of the 16 colours that every terminal names; rgb as xterm has them, to find the nearest. */
static const struct {
    const char *name;
    guint rgb;
} basic[] = {
    { "black", 0x000000 },        { "red", 0xcd0000 },
    { "green", 0x00cd00 },        { "yellow", 0xcdcd00 },
    { "blue", 0x0000ee },         { "magenta", 0xcd00cd },
    { "cyan", 0x00cdcd },         { "white", 0xe5e5e5 },
    { "grey", 0x7f7f7f },         { "bright-red", 0xff0000 },
    { "bright-green", 0x00ff00 }, { "bright-yellow", 0xffff00 },
    { "bright-blue", 0x5c5cff },  { "bright-magenta", 0xff00ff },
    { "bright-cyan", 0x00ffff },  { "bright-white", 0xffffff },
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

static gboolean colour_parse(const char *word, Colour *colour)
{
    char *end;
    guint64 number;

    if (g_str_equal(word, "default")) {
        *colour = (Colour){ COLOUR_DEFAULT, 0 };
        return TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(basic); i++) {
        if (g_str_equal(word, basic[i].name)) {
            *colour = (Colour){ COLOUR_INDEX, i };
            return TRUE;
        }
    }
    if (word[0] == '#') {
        number = g_ascii_strtoull(word + 1, &end, 16);
        *colour = (Colour){ COLOUR_RGB, (guint)number };
        return strlen(word) == 7 && *end == '\0';
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

gboolean style_parse(const char *text, Style *style, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    gboolean background = FALSE;

    *style = (Style){ 0 };
    for (char **word = words; *word; word++) {
        if (!**word)
            continue;
        if (g_str_equal(*word, "on")) {
            background = TRUE;
        } else if (flag_parse(*word)) {
            style->flags |= flag_parse(*word);
        } else if (!colour_parse(*word, background ? &style->background : &style->foreground)) {
            g_set_error(
                error, THEME_ERROR, 0,
                "\"%s\" is neither a colour (red, bright-cyan, grey, default, 0-255, #rrggbb) "
                "nor one of bold, dim, underline, reverse, italic",
                *word);
            return FALSE;
        }
    }
    return TRUE;
}

static guint distance(guint a, guint b)
{
    int red = (int)(a >> 16) - (int)(b >> 16);
    int green = (int)(a >> 8 & 0xff) - (int)(b >> 8 & 0xff);
    int blue = (int)(a & 0xff) - (int)(b & 0xff);

    return (guint)(2 * red * red + 4 * green * green + 3 * blue * blue);
}

/* What xterm shows for an index of its 256: 16 named, a cube of 6, 24 greys. */
static guint index_to_rgb(guint index)
{
    static const guint levels[] = { 0, 95, 135, 175, 215, 255 };
    guint grey;

    if (index < 16)
        return basic[index].rgb;
    if (index < 232) {
        index -= 16;
        return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
    }
    grey = 8 + 10 * (index - 232);
    return grey << 16 | grey << 8 | grey;
}

gboolean colour_is_grey(Colour colour)
{
    guint rgb = colour.type == COLOUR_INDEX ? index_to_rgb(colour.value) : colour.value;
    guint level = rgb & 0xff;

    return (colour.type == COLOUR_INDEX || colour.type == COLOUR_RGB) &&
           rgb == (level << 16 | level << 8 | level) && level >= 0x40 && level <= 0xb0;
}

static int nearest(guint rgb, guint from, guint to)
{
    guint best = from;

    for (guint i = from + 1; i < to; i++)
        if (distance(index_to_rgb(i), rgb) < distance(index_to_rgb(best), rgb))
            best = i;
    return (int)best;
}

int colour_reduce(Colour colour, int colours)
{
    if (colour.type == COLOUR_NONE || colour.type == COLOUR_DEFAULT)
        return -1;
    if (colours > 256)
        return (int)(colour.type == COLOUR_RGB ? colour.value : index_to_rgb(colour.value));
    if (colour.type == COLOUR_INDEX && (int)colour.value < colours)
        return (int)colour.value;
    if (colours <= 8 && colour_is_grey(colour))
        return -1; /* there is none: the text is dimmed instead */
    if (colours >= 256)
        return nearest(colour.value, 16, 256);
    if (colour.type == COLOUR_INDEX && colour.value < 16 && colours >= 8)
        return (int)colour.value - 8;
    return nearest(colour.type == COLOUR_RGB ? colour.value : index_to_rgb(colour.value), 0,
                   colours >= 16 ? 16 : 8);
}
