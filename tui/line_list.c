/* A list of lines, each a label with a text, broken to a width. */
#include "tui/line_list.h"

#include <stdarg.h>
#include <string.h>

#define TAB_COLUMNS 8
#define CUT_AT 1000 /* characters: no screen is that wide */

typedef struct {
    char *label;
    char *text;
    char *right;
    Element label_element, element;
    int indent; /* where the text begins */
    gboolean rule;
} Line;

struct LineList {
    GPtrArray *lines;
    int columns, label_columns;
};

static void line_free(gpointer data)
{
    Line *line = data;

    g_free(line->label);
    g_free(line->text);
    g_free(line->right);
    g_free(line);
}

LineList *line_list_new(int columns, int label_columns)
{
    LineList *list = g_new0(LineList, 1);

    list->lines = g_ptr_array_new_with_free_func(line_free);
    list->columns = MAX(columns, 1);
    list->label_columns = MIN(label_columns, list->columns / 2);
    return list;
}

void line_list_widen_labels(LineList *list, int label_columns)
{
    list->label_columns = CLAMP(label_columns, list->label_columns, list->columns / 2);
}

void line_list_free(LineList *list)
{
    if (!list)
        return;
    g_ptr_array_unref(list->lines);
    g_free(list);
}

static Line *add_line(LineList *list)
{
    Line *line = g_new0(Line, 1);

    g_ptr_array_add(list->lines, line);
    return line;
}

/* label: on the first of the lines that the text takes. */
static void add_labelled(LineList *list, const char *label, Element label_element, Element element,
                         const char *text, int indent)
{
    g_autoptr(GPtrArray) parts = text_wrap(text, list->columns - indent);

    for (guint i = 0; i < parts->len; i++) {
        Line *line = add_line(list);

        line->label = i == 0 ? g_strdup(label) : NULL;
        line->label_element = label_element;
        line->text = g_strdup(parts->pdata[i]);
        line->element = element;
        line->indent = indent;
    }
}

void line_list_field(LineList *list, const char *label, Element element, const char *value)
{
    int indent = list->label_columns, width = text_columns(label);

    if (width >= indent && width + 1 + text_columns(value) <= list->columns) {
        indent = width + 1;
    } else if (width >= indent) { /* a long name stands on a line of its own */
        add_labelled(list, NULL, ELEMENT_TEXT, ELEMENT_LABEL, label, 0);
        label = NULL;
    }
    add_labelled(list, label, ELEMENT_LABEL, element, value, indent);
}

void line_list_field_format(LineList *list, const char *label, const char *format, ...)
{
    g_autofree char *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    line_list_field(list, label, ELEMENT_TEXT, value);
}

void line_list_text(LineList *list, Element element, const char *text)
{
    add_labelled(list, NULL, ELEMENT_TEXT, element, text, 0);
}

/* Blanks up to the next stop. The first column is a sign, not a part of the text. */
static void append_tab(GString *text)
{
    do
        g_string_append_c(text, ' ');
    while (text_columns(text->str) % TAB_COLUMNS != 1);
}

/* (transfer full) */
static char *expand_tabs(const char *text)
{
    g_autofree char *start = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), CUT_AT));
    g_auto(GStrv) parts = g_strsplit(start, "\t", -1);
    g_autoptr(GString) expanded = g_string_new(parts[0]);

    for (guint i = 1; parts[0] && parts[i]; i++) {
        append_tab(expanded);
        g_string_append(expanded, parts[i]);
    }
    return g_strdup(expanded->str);
}

void line_list_diff(LineList *list, Element element, const char *text, gboolean whole)
{
    g_autofree char *expanded = expand_tabs(text);
    int indent = *expanded ? 1 + (int)strspn(expanded + 1, " ") : 0;

    if (whole && indent < list->columns / 2) {
        g_autofree char *sign = g_strndup(expanded, indent ? 1 : 0);

        add_labelled(list, sign, element, element, expanded + indent, indent);
    } else {
        Line *line = add_line(list);

        line->text = g_steal_pointer(&expanded);
        line->element = element;
    }
}

void line_list_key(LineList *list, const char *key, const char *what)
{
    add_labelled(list, key, ELEMENT_KEY, ELEMENT_TEXT, what, text_columns(key) + 1);
}

void line_list_pair(LineList *list, Element element, const char *left, const char *right)
{
    int room = list->columns - text_columns(right) - 2;
    g_autoptr(GPtrArray) parts = text_wrap(left, MAX(room, list->columns / 3));

    for (guint i = 0; i < parts->len; i++) {
        Line *line = add_line(list);

        line->text = g_strdup(parts->pdata[i]);
        line->right = i == 0 ? g_strdup(right) : NULL;
        line->element = element;
        line->indent = i == 0 ? 0 : MIN(2, list->columns / 3);
    }
}

static gboolean ends_in_plain_rule(const LineList *list)
{
    const Line *last = list->lines->len ? list->lines->pdata[list->lines->len - 1] : NULL;

    return last && last->rule && !last->text && !last->right;
}

void line_list_rule(LineList *list, const char *title, const char *count)
{
    gboolean again = ends_in_plain_rule(list); /* one rule is enough: it gets the title */
    Line *line = again ? list->lines->pdata[list->lines->len - 1] : add_line(list);

    line->rule = TRUE;
    line->text = g_strdup(title);
    line->right = g_strdup(count);
}

void line_list_blank(LineList *list)
{
    add_line(list)->element = ELEMENT_TEXT;
}

int line_list_length(const LineList *list)
{
    return (int)list->lines->len;
}

static void draw_line(const Line *line, const Canvas *canvas, int row)
{
    int room = canvas->columns;

    if (line->right) {
        draw_right(canvas, row, 0, room, ELEMENT_DIM, line->right);
        room -= text_columns(line->right) + 1;
    }
    if (line->label)
        draw_text(canvas, row, 0, room, line->label_element, line->label);
    if (line->text)
        draw_text(canvas, row, line->indent, room - line->indent, line->element, line->text);
}

/* Says that there is more than is shown. */
static void draw_more(const Canvas *canvas, int column, gboolean above, gboolean below)
{
    if (below)
        draw_glyph(canvas, canvas->rows - 1, column, ELEMENT_HEADING, GLYPH_MORE_BELOW);
    if (above)
        draw_glyph(canvas, 0, column, ELEMENT_HEADING, GLYPH_MORE_ABOVE);
}

typedef void (*RuleFn)(const Canvas *canvas, int row, const char *title, const char *count);

static void draw_lines(const LineList *list, const Canvas *canvas, const Canvas *inside,
                       RuleFn rule, int *top)
{
    int last = MAX(line_list_length(list) - canvas->rows, 0);

    *top = CLAMP(*top, 0, last);
    for (int row = 0; row < canvas->rows && *top + row < line_list_length(list); row++) {
        const Line *line = list->lines->pdata[*top + row];

        if (line->rule)
            rule(canvas, row, line->text, line->right);
        else
            draw_line(line, inside, row);
    }
    draw_more(canvas, canvas->columns - 1, *top > 0, *top < last);
}

void line_list_draw(const LineList *list, const Canvas *canvas, int *top)
{
    draw_lines(list, canvas, canvas, draw_rule, top);
}

void line_list_draw_boxed(const LineList *list, const Canvas *canvas, int *top)
{
    Canvas inside = canvas_part(canvas, 0, 2, canvas->rows, canvas->columns - 4);

    draw_lines(list, canvas, &inside, draw_box_rule, top);
}
