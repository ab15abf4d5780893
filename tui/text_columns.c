/* Text measured and cut by terminal columns. What must not reach a terminal is measured and cut as
 * the escape that is shown in its place. */
#include "tui/draw.h"

#include <string.h>
#include <wchar.h>

#include "monitor/text.h"

/* Marks that stand on one character: more would only cost time, and ncurses keeps no more. */
#define MARKS_MAX 4

/* Columns of a character of printable text; 0 for a mark. */
static int character_columns(gunichar c)
{
    int columns = wcwidth((wchar_t)c);

    if (columns < 0) /* a locale or a libc that does not know it */
        columns = g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    return columns;
}

int text_columns(const char *text)
{
    g_autofree char *safe = text_printable(text, -1, 0);
    int columns = 0;

    for (const char *at = safe; *at; at = g_utf8_next_char(at))
        columns += character_columns(g_utf8_get_char(at));
    return columns;
}

/* Our own twins of the signs that our own texts use; of foreign text only the width is kept. */
static const char *ascii_twin(gunichar c)
{
    static const struct {
        gunichar c;
        const char *twin;
    } twins[] = {
        { 0x2026, "~" }, { 0x2013, "-" }, { 0x2192, ">" }, { 0x2190, "<" }, { 0x2502, "|" },
        { 0x2500, "-" }, { 0x251c, "|" }, { 0x2514, "`" }, { 0x252c, "+" }, { 0x25a0, "#" },
        { 0x25cf, "*" }, { 0x25b2, "+" }, { 0x25bc, "-" }, { 0x00b7, "." }, { 0x25cb, "o" },
        { 0x2191, "^" }, { 0x2193, "v" }, { 0x25ba, ">" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(twins); i++)
        if (twins[i].c == c)
            return twins[i].twin;
    return NULL;
}

static void append_character(GString *out, const char *at, int columns, gboolean ascii)
{
    gunichar c = g_utf8_get_char(at);

    if (!ascii || c < 0x80)
        g_string_append_len(out, at, g_utf8_next_char(at) - at);
    else if (ascii_twin(c))
        g_string_append(out, ascii_twin(c));
    else
        for (int i = 0; i < columns; i++)
            g_string_append_c(out, '?');
}

/* Appends what fits; FALSE when something did not. */
static gboolean append_fitting(GString *out, const char *safe, int columns, gboolean ascii)
{
    int used = 0, marks = 0;

    for (const char *at = safe; *at; at = g_utf8_next_char(at)) {
        int width = character_columns(g_utf8_get_char(at));

        marks = width ? 0 : marks + 1;
        if (marks > MARKS_MAX)
            continue;
        if (used + width > columns)
            return FALSE;
        append_character(out, at, width, ascii);
        used += width;
    }
    return TRUE;
}

static const char *cut_mark(gboolean ascii)
{
    return ascii ? "~" : "…";
}

char *text_fit(const char *text, int columns, gboolean ascii)
{
    g_autofree char *safe = text_printable(text, -1, 0);
    g_autoptr(GString) out = g_string_new(NULL);

    if (columns <= 0)
        return g_strdup("");
    if (!append_fitting(out, safe, columns, ascii)) {
        g_string_truncate(out, 0);
        append_fitting(out, safe, columns - 1, ascii);
        g_string_append(out, cut_mark(ascii));
    }
    return g_strdup(out->str);
}

char *text_fit_end(const char *text, int columns, gboolean ascii)
{
    g_autofree char *safe = text_printable(text, -1, 0);
    g_autoptr(GString) out = g_string_new(NULL);
    const char *at = safe;
    int total = text_columns(safe);

    if (columns <= 0)
        return g_strdup("");
    if (total > columns) {
        for (; total > columns - 1; at = g_utf8_next_char(at))
            total -= character_columns(g_utf8_get_char(at));
        g_string_append(out, cut_mark(ascii));
    }
    append_fitting(out, at, columns, ascii);
    return g_strdup(out->str);
}

/* Where a line that begins here must end: at the last blank that fits, else behind a part of a path
 * or of a list, else anywhere. */
static const char *line_end(const char *start, int columns)
{
    const char *at = start, *blank = NULL, *joint = NULL;
    int used = 0;

    for (; *at; at = g_utf8_next_char(at)) {
        used += character_columns(g_utf8_get_char(at));
        if (used > columns)
            break;
        if (*at == ' ' && at > start)
            blank = at;
        else if ((*at == '/' || *at == ',') && at > start)
            joint = at + 1;
    }
    if (!*at || (*at == ' ' && at > start))
        return at;
    if (blank || joint)
        return blank ? blank : joint;
    return at > start ? at : g_utf8_next_char(at);
}

GPtrArray *text_wrap(const char *text, int columns)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *safe = text_printable(text, -1, 0);
    const char *at = safe;

    do {
        const char *end = line_end(at, MAX(columns, 1));

        g_ptr_array_add(lines, g_strndup(at, end - at));
        for (at = end; *at == ' '; at++)
            ;
    } while (*at);
    return lines;
}
