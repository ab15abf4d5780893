/* Lines may end in \n, \r\n or \r, as XML has it. */
#include "engine/xml_layout.h"

#include <string.h>

#include "engine/xml_text.h"

#define LEVEL 2 /* spaces, in the elements to print */

static gboolean is_space(char c)
{
    return c == ' ' || c == '\t';
}

static gboolean is_break(char c)
{
    return c == '\n' || c == '\r';
}

gsize xml_skip_spaces(const char *text, gsize at)
{
    while (is_space(text[at])) {
        at++;
    }
    return at;
}

gsize xml_blanks_before(const char *text, gsize at)
{
    while (at > 0 && xml_is_blank(text[at - 1])) {
        at--;
    }
    return at;
}

gboolean xml_is_blank_between(const char *text, gsize begin, gsize end)
{
    while (begin < end && xml_is_blank(text[begin])) {
        begin++;
    }
    return begin >= end;
}

gsize xml_line_start(const char *text, gsize at)
{
    while (at > 0 && !is_break(text[at - 1])) {
        at--;
    }
    return at;
}

gsize xml_skip_line_end(const char *text, gsize at)
{
    return at + (text[at] == '\r' && text[at + 1] == '\n' ? 2 : is_break(text[at]));
}

/* Looks no further than the spaces: a file may be one long line. */
gboolean xml_begins_line(const char *text, gsize at)
{
    while (at > 0 && is_space(text[at - 1])) {
        at--;
    }
    return at == 0 || is_break(text[at - 1]);
}

gboolean xml_ends_line(const char *text, gsize at)
{
    at = xml_skip_spaces(text, at);
    return text[at] == '\0' || is_break(text[at]);
}

char *xml_indent_of(const char *text, gsize at)
{
    gsize start = xml_line_start(text, at);
    return g_strndup(text + start, MIN(xml_skip_spaces(text, start), at) - start);
}

gsize xml_past_comments(const char *text, gsize at)
{
    gsize end = xml_skip_spaces(text, at);
    while (g_str_has_prefix(text + end, "<!--")) {
        const char *close = strstr(text + end, "-->");
        if (close == NULL || strcspn(text + end, "\r\n") < (gsize)(close - text) - end) {
            return at;
        }
        end = xml_skip_spaces(text, (gsize)(close - text) + strlen("-->"));
    }
    return is_break(text[end]) ? end : at;
}

const char *xml_newline_at(const char *text, gsize at)
{
    gsize start = xml_line_start(text, at);
    gsize end = start > 0 ? start - 1 : strcspn(text, "\r\n");
    if (text[end] == '\n') {
        return end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
    }
    return text[end] == '\0' ? "\n" : text[end + 1] == '\n' ? "\r\n" : "\r";
}

/* Without the indentation of its first line. */
static void print_element(const XmlLayout *layout, GString *output, const char *element)
{
    g_auto(GStrv) lines = g_strsplit(element, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        gsize spaces = strspn(lines[i], " ");
        if (layout->lines && i > 0 && lines[i][spaces] != '\0') {
            g_string_append_printf(output, "%s%s", layout->newline, layout->indent);
            for (gsize level = 0; level < spaces / LEVEL; level++) {
                g_string_append(output, layout->unit);
            }
        }
        g_string_append(output, lines[i] + spaces);
    }
}

char *xml_layout_print(const XmlLayout *layout, const GPtrArray *elements, gboolean first)
{
    GString *output = g_string_new(NULL);
    for (guint i = 0; i < elements->len; i++) {
        if (layout->lines && (i > 0 || first)) {
            g_string_append_printf(output, "%s%s", layout->newline, layout->indent);
        }
        print_element(layout, output, elements->pdata[i]);
    }
    return g_string_free(output, FALSE);
}

void xml_layout_clear(XmlLayout *layout)
{
    g_clear_pointer(&layout->indent, g_free);
    g_clear_pointer(&layout->unit, g_free);
}
