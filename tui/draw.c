/* Painting: styles become pairs of the terminal, texts become cells. */
#include "tui/draw.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The terminal's own colours. Pair 0, which has them too, would cost a reset of all attributes at
 * every change back to it: 14 bytes instead of 8, some forty times a frame. */
#define PLAIN_PAIR 1

const char *glyph_text(Glyph glyph, gboolean ascii)
{
    static const char *const glyphs[GLYPHS][2] = {
        [GLYPH_CURSOR] = { "►", ">" },       [GLYPH_BAR] = { "│", "|" },
        [GLYPH_RULE] = { "─", "-" },         [GLYPH_TOP_LEFT] = { "┌", "+" },
        [GLYPH_TOP_RIGHT] = { "┐", "+" },    [GLYPH_BOTTOM_LEFT] = { "└", "`" },
        [GLYPH_BOTTOM_RIGHT] = { "┘", "+" }, [GLYPH_LEFT_TEE] = { "├", "|" },
        [GLYPH_RIGHT_TEE] = { "┤", "|" },    [GLYPH_UP_TEE] = { "┴", "+" },
        [GLYPH_ARROW] = { "→", ">" },        [GLYPH_LEFT_RIGHT] = { "←→", "<>" },
        [GLYPH_MORE_ABOVE] = { "↑", "^" },   [GLYPH_MORE_BELOW] = { "↓", "v" },
        [GLYPH_MARK] = { "√", "x" },         [GLYPH_INSIDE] = { "»", ">" },
    };

    return glyphs[glyph][ascii ? 1 : 0];
}

/* --- styles ---------------------------------------------------------------------------------- */

static attr_t attributes(guint flags)
{
    static const struct {
        guint flag;
        attr_t attribute;
    } table[] = {
        { STYLE_BOLD, A_BOLD },       { STYLE_DIM, A_DIM },       { STYLE_UNDERLINE, A_UNDERLINE },
        { STYLE_REVERSE, A_REVERSE }, { STYLE_ITALIC, A_ITALIC },
    };
    attr_t result = A_NORMAL;

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (flags & table[i].flag)
            result |= table[i].attribute;
    return result;
}

/* A hue that reads well on the terminal's background need not do so on the selection's: glyph and
 * word tell the state there. */
static Style on_selection(const Style *styles, Element element)
{
    Style style = styles[ELEMENT_SELECTION];

    style.flags |= styles[element].flags & STYLE_BOLD;
    return style;
}

static Style element_style(const Canvas *canvas, Element element)
{
    const Theme *theme = canvas->look->theme;
    const Style *styles = canvas->look->mono ? theme->mono : theme->colour;
    Style style;

    if (canvas->greyed)
        element = ELEMENT_GONE;
    style = canvas->selected ? on_selection(styles, element) : styles[element];
    if (style.foreground.type == COLOUR_NONE)
        style.foreground = styles[ELEMENT_TEXT].foreground;
    if (style.background.type == COLOUR_NONE)
        style.background = styles[ELEMENT_TEXT].background;
    if (canvas->fresh)
        style.flags = (style.flags & ~(guint)STYLE_DIM) | STYLE_BOLD;
    return style;
}

void draw_init_colours(void)
{
    start_color();
    use_default_colors();
    init_pair(PLAIN_PAIR, -1, -1);
}

static void set_style(const Canvas *canvas, Element element)
{
    Style style = element_style(canvas, element);
    attr_t attribute = attributes(style.flags);
    int pair = 0;

    if (!canvas->look->mono && has_colors()) {
        TerminalStyle there = theme_reduce(canvas->look->theme, style, COLORS);

        attribute = attributes(there.flags);
        pair = there.foreground < 0 && there.background < 0
                   ? PLAIN_PAIR
                   : alloc_pair(there.foreground, there.background);
    }
    wattr_set(canvas->window, attribute, (short)MAX(pair, 0), NULL);
}

void canvas_background(const Canvas *canvas)
{
    attr_t attribute;
    short pair;
    cchar_t blank;

    set_style(canvas, ELEMENT_TEXT);
    wattr_get(canvas->window, &attribute, &pair, NULL);
    setcchar(&blank, L" ", attribute, pair, NULL);
    wbkgrndset(canvas->window, &blank);
    werase(canvas->window);
}

WINDOW *canvas_copy(const Canvas *canvas)
{
    int rows = getmaxy(canvas->window), columns = getmaxx(canvas->window);
    WINDOW *copy = NULL;

    if (canvas->rows > 0 && canvas->columns > 0 && canvas->top + canvas->rows <= rows &&
        canvas->left + canvas->columns <= columns)
        copy = newpad(canvas->rows, canvas->columns);
    if (copy)
        copywin(canvas->window, copy, canvas->top, canvas->left, 0, 0, canvas->rows - 1,
                canvas->columns - 1, FALSE);
    return copy;
}

void canvas_paste(const Canvas *canvas, WINDOW *copy)
{
    copywin(copy, canvas->window, 0, 0, canvas->top, canvas->left, canvas->top + canvas->rows - 1,
            canvas->left + canvas->columns - 1, FALSE);
}

/* --- canvases -------------------------------------------------------------------------------- */

Canvas canvas_part(const Canvas *canvas, int top, int left, int rows, int columns)
{
    Canvas part = *canvas;

    top = CLAMP(top, 0, canvas->rows);
    left = CLAMP(left, 0, canvas->columns);
    part.top = canvas->top + top;
    part.left = canvas->left + left;
    part.rows = CLAMP(rows, 0, canvas->rows - top);
    part.columns = CLAMP(columns, 0, canvas->columns - left);
    return part;
}

void canvas_erase(const Canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        draw_blank(canvas, row, 0, canvas->columns);
}

gboolean canvas_has(const Canvas *canvas, int row, int column)
{
    return row >= canvas->top && row < canvas->top + canvas->rows && column >= canvas->left &&
           column < canvas->left + canvas->columns;
}

/* Limits columns to the canvas; FALSE when nothing of it is inside. */
static gboolean clip(const Canvas *canvas, int row, int column, int *columns)
{
    if (row < 0 || row >= canvas->rows || column < 0)
        return FALSE;
    *columns = MIN(*columns, canvas->columns - column);
    return *columns > 0;
}

/* text: fitted already. */
static void put(const Canvas *canvas, int row, int column, Element element, const char *text)
{
    g_autofree wchar_t *wide = NULL;
    gsize length = g_utf8_strlen(text, -1), count = 0;

    wide = g_new(wchar_t, length + 1);
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        wide[count++] = (wchar_t)g_utf8_get_char(at);
    wide[count] = L'\0';
    set_style(canvas, element);
    mvwaddnwstr(canvas->window, canvas->top + row, canvas->left + column, wide, (int)count);
}

int draw_text(const Canvas *canvas, int row, int column, int columns, Element element,
              const char *text)
{
    g_autofree char *fitted = NULL;

    if (!clip(canvas, row, column, &columns))
        return 0;
    fitted = text_fit(text, columns, canvas->look->ascii);
    put(canvas, row, column, element, fitted);
    return text_columns(fitted);
}

int draw_format(const Canvas *canvas, int row, int column, int columns, Element element,
                const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return draw_text(canvas, row, column, columns, element, text);
}

void draw_right(const Canvas *canvas, int row, int column, int columns, Element element,
                const char *text)
{
    int width = text_columns(text);

    if (width < columns) {
        column += columns - width;
        columns = width;
    }
    draw_text(canvas, row, column, columns, element, text);
}

int draw_glyph(const Canvas *canvas, int row, int column, Element element, Glyph glyph)
{
    return draw_text(canvas, row, column, canvas->columns, element,
                     glyph_text(glyph, canvas->look->ascii));
}

void draw_blank(const Canvas *canvas, int row, int column, int columns)
{
    g_autofree char *blanks = NULL;

    if (!clip(canvas, row, column, &columns))
        return;
    blanks = g_strnfill((gsize)columns, ' ');
    put(canvas, row, column, ELEMENT_TEXT, blanks);
}

/* --- rules and boxes ------------------------------------------------------------------------- */

static void draw_line(const Canvas *canvas, int row, int column, int columns)
{
    g_autoptr(GString) line = g_string_new(NULL);

    if (!clip(canvas, row, column, &columns))
        return;
    for (int i = 0; i < columns; i++)
        g_string_append(line, glyph_text(GLYPH_RULE, canvas->look->ascii));
    put(canvas, row, column, ELEMENT_RULE, line->str);
}

/* A rule between two ends, its title left and its count right. */
static void draw_titled_line(const Canvas *canvas, int row, int inset, Element element,
                             const char *title, const char *count)
{
    int room = canvas->columns - 2 * inset;

    draw_line(canvas, row, inset, room);
    if (title) {
        g_autofree char *text = g_strdup_printf(" %s ", title);

        draw_text(canvas, row, inset + 1, room - 2, element, text);
        room -= text_columns(text) + 1;
    }
    if (count) {
        g_autofree char *text = g_strdup_printf(" %s ", count);

        if (text_columns(text) + 2 <= room)
            draw_right(canvas, row, inset, canvas->columns - 2 * inset - 1, ELEMENT_HEADING, text);
    }
}

void draw_rule(const Canvas *canvas, int row, const char *title, const char *count)
{
    draw_titled_line(canvas, row, 0, ELEMENT_HEADING, title, count);
}

void draw_box_rule(const Canvas *canvas, int row, const char *title, const char *count)
{
    draw_titled_line(canvas, row, 1, ELEMENT_HEADING, title, count);
    draw_glyph(canvas, row, 0, ELEMENT_RULE, GLYPH_LEFT_TEE);
    draw_glyph(canvas, row, canvas->columns - 1, ELEMENT_RULE, GLYPH_RIGHT_TEE);
}

void draw_box(const Canvas *canvas, const char *title, const char *count)
{
    int last = canvas->columns - 1, bottom = canvas->rows - 1;

    for (int row = 1; row < bottom; row++) {
        draw_glyph(canvas, row, 0, ELEMENT_RULE, GLYPH_BAR);
        draw_glyph(canvas, row, last, ELEMENT_RULE, GLYPH_BAR);
    }
    draw_titled_line(canvas, 0, 1, ELEMENT_TITLE, title, count);
    draw_titled_line(canvas, bottom, 1, ELEMENT_HEADING, NULL, NULL);
    draw_glyph(canvas, 0, 0, ELEMENT_RULE, GLYPH_TOP_LEFT);
    draw_glyph(canvas, 0, last, ELEMENT_RULE, GLYPH_TOP_RIGHT);
    draw_glyph(canvas, bottom, 0, ELEMENT_RULE, GLYPH_BOTTOM_LEFT);
    draw_glyph(canvas, bottom, last, ELEMENT_RULE, GLYPH_BOTTOM_RIGHT);
}
