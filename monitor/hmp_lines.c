/* Walking the lines of a reply, and the few things that all of them are made of. */
#include "monitor/hmp_lines.h"

#include <string.h>

#include "monitor/hmp_text.h"

void hmp_lines_init(HmpLines *lines, const char *text)
{
    lines->text = g_strdup(text);
    lines->next = lines->text;
    lines->left = HMP_TEXT_LINES_MOST;
}

void hmp_lines_clear(HmpLines *lines)
{
    g_clear_pointer(&lines->text, g_free);
    lines->next = NULL;
}

char *hmp_lines_next(HmpLines *lines)
{
    char *line = lines->next;
    char *end = line ? strchr(line, '\n') : NULL;

    if (!line || !*line || !lines->left)
        return NULL;
    lines->left--;
    lines->next = end ? end + 1 : NULL;
    if (!end)
        end = line + strlen(line);
    if (end > line && end[-1] == '\r')
        end--;
    *end = '\0';
    return line;
}

const char *hmp_after(const char *line, const char *prefix)
{
    return g_str_has_prefix(line, prefix) ? line + strlen(prefix) : NULL;
}

gboolean hmp_number(const char **at, gint64 *number)
{
    const char *start = *at;
    gint64 value = 0;

    for (; g_ascii_isdigit(**at); (*at)++) {
        int digit = **at - '0';

        if (value > (G_MAXINT64 - digit) / 10)
            return FALSE;
        value = value * 10 + digit;
    }
    *number = value;
    return *at > start;
}

json_t *hmp_string(const char *bytes, gssize length)
{
    g_autofree char *valid = g_utf8_make_valid(bytes, length);

    return json_string(valid);
}
