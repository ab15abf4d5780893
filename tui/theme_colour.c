/* How a colour comes down to what a terminal has, and how well it can be read there. */
#include "tui/theme.h"

#include <math.h>
#include <string.h>

#define BASIC 16
#define CONTRAST_EIGHT 3.0 /* bold makes the eight brighter than they are counted here */

/* The 16 as xterm has them. */
static const guint basic[BASIC] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                    0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                    0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };

/* What xterm shows for an index of its 256: 16 named, a cube of 6, 24 greys. */
static guint index_to_rgb(guint index)
{
    static const guint levels[] = { 0, 95, 135, 175, 215, 255 };
    guint grey;

    if (index < BASIC)
        return basic[index];
    if (index < 232) {
        index -= BASIC;
        return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
    }
    grey = 8 + 10 * (index - 232);
    return grey << 16 | grey << 8 | grey;
}

guint colour_rgb(Colour colour)
{
    if (colour.type == COLOUR_INDEX)
        return index_to_rgb(colour.value);
    return colour.type == COLOUR_RGB ? colour.value : 0;
}

/* --- how colours are seen -------------------------------------------------------------------- */

/* Of sRGB, 0 to 255. */
static double to_linear(guint level)
{
    double part = level / 255.0;

    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

/* WCAG 2.1, "relative luminance". */
static double luminance(guint rgb)
{
    return 0.2126 * to_linear(rgb >> 16) + 0.7152 * to_linear(rgb >> 8 & 0xff) +
           0.0722 * to_linear(rgb & 0xff);
}

double rgb_contrast(guint first, guint second)
{
    double a = luminance(first) + 0.05, b = luminance(second) + 0.05;

    return a > b ? a / b : b / a;
}

/* Oklab (Ottosson 2020): distances in it are about those that people see. */
typedef struct {
    double light, a, b, chroma;
} Seen;

static Seen seen_of(guint rgb)
{
    double red = to_linear(rgb >> 16), green = to_linear(rgb >> 8 & 0xff);
    double blue = to_linear(rgb & 0xff);
    double l = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    double m = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    double s = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    Seen seen = {
        .light = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        .a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        .b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    };

    seen.chroma = hypot(seen.a, seen.b);
    return seen;
}

/* Very dark and very light tints are taken for black and white. */
static gboolean has_hue(const Seen *seen)
{
    return seen->chroma >= (seen->light < 0.95 ? 0.04 : 0.1) && seen->light > 0.38;
}

/* Of many colours: as far as they look apart. */
static double distance_of_many(const Seen *wanted, const Seen *there)
{
    return hypot(hypot(wanted->a - there->a, wanted->b - there->b), wanted->light - there->light);
}

/* Of few: hues stay what they are while one is within some 45 degrees, greys stay grey. */
static double distance_of_few(const Seen *wanted, const Seen *there)
{
    double light = fabs(wanted->light - there->light);

    if (!has_hue(wanted))
        return light + (there->chroma > 0.01 ? 2 : 0);
    if (there->chroma < 0.01)
        return 0.3 + 0.3 * light;
    return 1 - (wanted->a * there->a + wanted->b * there->b) / (wanted->chroma * there->chroma) +
           0.3 * light;
}

/* --- coming down ----------------------------------------------------------------------------- */

/* What a text stands on, and how well it has to be read there. */
typedef struct {
    guint backgrounds[THEME_BACKGROUNDS];
    guint count;
    double contrast;
} Ground;

static double contrast_on(const Ground *ground, guint rgb)
{
    double least = 21;

    for (guint i = 0; i < ground->count; i++)
        least = MIN(least, rgb_contrast(rgb, ground->backgrounds[i]));
    return least;
}

/* The nearest colour that can be read; where none can, the one that comes nearest to that. */
static int nearest(guint rgb, int colours, const Ground *ground)
{
    Seen wanted = seen_of(rgb);
    guint from = colours >= 256 ? BASIC : 0, to = colours >= 256 ? 256 : colours >= 16 ? 16 : 8;
    guint best = from;
    double least = HUGE_VAL;

    for (guint i = from; i < to; i++) {
        Seen there = seen_of(index_to_rgb(i));
        double distance =
            colours >= 256 ? distance_of_many(&wanted, &there) : distance_of_few(&wanted, &there);
        double missing = ground->contrast - contrast_on(ground, index_to_rgb(i));

        if (missing > 0)
            distance += 100 * missing;
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return (int)best;
}

/* Of few colours dark ones become black, light ones white: grey is for what stands on them. */
static int nearest_background(guint rgb, int colours)
{
    const Ground any = { 0 };
    Seen wanted = seen_of(rgb);

    if (colours > BASIC || has_hue(&wanted))
        return nearest(rgb, colours, &any);
    if (wanted.light < 0.5)
        return 0;
    return wanted.light < 0.95 || colours < BASIC ? 7 : 15;
}

/* Terminals with all colours take the first eight numbers for their named ones. */
static int all_colours(Colour colour)
{
    if (colour.type == COLOUR_INDEX && colour.value < 8)
        return (int)colour.value;
    return (int)MAX(colour_rgb(colour), 8);
}

/* ground NULL: of a background. */
static int reduce(Colour colour, int colours, const Ground *ground)
{
    if (colour.type == COLOUR_NONE || colour.type == COLOUR_DEFAULT)
        return -1;
    if (colours > 256)
        return all_colours(colour);
    if (colour.type == COLOUR_INDEX && (int)colour.value < colours)
        return (int)colour.value;
    if (colour.type == COLOUR_INDEX && colour.value < BASIC)
        return (int)colour.value % 8;
    return ground ? nearest(colour_rgb(colour), colours, ground)
                  : nearest_background(colour_rgb(colour), colours);
}

static gboolean is_given(Colour colour)
{
    return colour.type == COLOUR_INDEX || colour.type == COLOUR_RGB;
}

static Ground ground_of(const Theme *theme, const Style *style)
{
    Ground ground = { .count = theme->background_count };

    memcpy(ground.backgrounds, theme->backgrounds, sizeof(ground.backgrounds));
    if (is_given(style->background)) {
        ground.backgrounds[0] = colour_rgb(style->background);
        ground.count = 1;
    }
    return ground;
}

/* What the ground is on the terminal: its own background keeps its colour where there are enough
 * of them. */
static void reduce_ground(Ground *ground, int colours, int background)
{
    for (guint i = 0; i < ground->count; i++) {
        if (background >= 0 && colours <= 256)
            ground->backgrounds[i] = index_to_rgb((guint)background);
        else if (background < 0 && colours <= BASIC)
            ground->backgrounds[i] =
                index_to_rgb((guint)nearest_background(ground->backgrounds[i], colours));
    }
}

static gboolean is_middle_grey(guint rgb)
{
    Seen seen = seen_of(rgb);

    return seen.chroma < 0.04 && seen.light > 0.4 && seen.light < 0.82;
}

static TerminalStyle reduce_style(const Theme *theme, const Style *style, int colours)
{
    Ground ground = ground_of(theme, style);
    TerminalStyle result = { .flags = style->flags };

    result.background = reduce(style->background, colours, NULL);
    ground.contrast = MIN(contrast_on(&ground, colour_rgb(style->foreground)),
                          colours <= 8 ? CONTRAST_EIGHT : CONTRAST_TEXT);
    reduce_ground(&ground, colours, result.background);
    result.foreground = reduce(style->foreground, colours, &ground);
    if (colours > 8 || !is_given(style->foreground))
        return result;
    if (is_middle_grey(colour_rgb(style->foreground))) {
        result.flags |= STYLE_DIM;
        if (result.background < 0)
            result.foreground = -1;
    } else if (style->foreground.type == COLOUR_INDEX && style->foreground.value >= 8 &&
               style->foreground.value < BASIC) {
        result.flags |= STYLE_BOLD;
    }
    return result;
}

/* A frame asks some hundred times for the same few. */
TerminalStyle theme_reduce(const Theme *theme, Style style, int colours)
{
    static struct {
        Style style;
        Ground ground;
        int colours;
        TerminalStyle result;
    } known[64];
    Ground ground = ground_of(theme, &style);
    guint slot = (style.foreground.value * 31 + style.background.value * 17 + style.flags +
                  style.foreground.type * 5) %
                 G_N_ELEMENTS(known);

    if (known[slot].colours != colours || memcmp(&known[slot].style, &style, sizeof(style)) != 0 ||
        memcmp(&known[slot].ground, &ground, sizeof(ground)) != 0) {
        known[slot].style = style;
        known[slot].ground = ground;
        known[slot].colours = colours;
        known[slot].result = reduce_style(theme, &style, colours);
    }
    return known[slot].result;
}
