/* jansson, with a second chance for numbers it has no type for; and JSON laid out anew. */
#include "monitor/json_text.h"

#include <errno.h>
#include <string.h>

static json_t *parse(const char *text, gsize length)
{
    return json_loadb(text, length, JSON_ALLOW_NUL, NULL);
}

/* The length of the number at text if it is an integer that does not fit, else 0. */
static gsize big_integer_length(const char *text, const char *end)
{
    char digits[32] = "";
    const char *at = text;

    while (at < end && (g_ascii_isdigit(*at) || (*at == '-' && at == text)))
        at++;
    if (at == text || (at < end && strchr(".eE", *at)))
        return 0;
    if ((gsize)(at - text) >= sizeof(digits))
        return at - text;
    memcpy(digits, text, at - text);
    errno = 0;
    g_ascii_strtoll(digits, NULL, 10);
    return errno == ERANGE ? (gsize)(at - text) : 0;
}

static const char *string_end(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\')
            at++;
    }
    return MIN(at + 1, end);
}

static const char *number_end(const char *at, const char *end)
{
    while (at < end && (g_ascii_isalnum(*at) || strchr("+-.", *at)))
        at++;
    return at;
}

/* The text with an exponent behind each integer that does not fit; NULL if all do. */
static GString *mark_big_integers(const char *text, gsize length)
{
    GString *marked = g_string_sized_new(length + 16);
    const char *end = text + length, *from = text, *at = text;

    while (at < end) {
        if (*at == '"') {
            at = string_end(at, end);
        } else if (*at == '-' || g_ascii_isdigit(*at)) {
            gsize big = big_integer_length(at, end);
            at = big ? at + big : MAX(number_end(at, end), at + 1);
            if (big) {
                g_string_append_len(marked, from, at - from);
                g_string_append(marked, "e0");
                from = at;
            }
        } else {
            at++;
        }
    }
    if (from == text) {
        g_string_free(marked, TRUE);
        return NULL;
    }
    return g_string_append_len(marked, from, end - from);
}

json_t *json_text_parse(const char *text, gsize length)
{
    json_t *value = parse(text, length);
    GString *marked = value ? NULL : mark_big_integers(text, length);

    if (!marked)
        return value;
    value = parse(marked->str, marked->len);
    g_string_free(marked, TRUE);
    return value;
}

/* --- members --------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && g_ascii_isspace(*at))
        at++;
    return at;
}

/* Behind the value that begins here. */
static const char *value_end(const char *at, const char *end)
{
    guint depth = 0;

    while (at < end) {
        if (*at == '"') {
            at = string_end(at, end);
        } else {
            depth += *at == '{' || *at == '[';
            depth -= (*at == '}' || *at == ']') && depth > 0;
            at = strchr("{}[],:", *at) ? at + 1 : MAX(number_end(at, end), at + 1);
        }
        if (depth == 0)
            return at;
    }
    return end;
}

/* Names with escapes are none that anybody asks for. */
static gboolean names_member(const char *at, const char *name_end, const char *member)
{
    gsize length = strlen(member);

    return (gsize)(name_end - at) == length + 2 && memcmp(at + 1, member, length) == 0;
}

gboolean json_text_member(const char *text, gsize length, const char *member, gsize *start,
                          gsize *end)
{
    const char *limit = text + length;
    const char *at = skip_blanks(skip_blanks(text, limit) + 1, limit);

    while (at < limit && *at == '"') {
        const char *name_end = string_end(at, limit);
        const char *value = skip_blanks(skip_blanks(name_end, limit) + 1, limit);
        const char *next = value < limit ? value_end(value, limit) : limit;

        if (value < limit && names_member(at, name_end, member)) {
            *start = value - text;
            *end = next - text;
            return TRUE;
        }
        at = skip_blanks(next, limit);
        at = at < limit ? skip_blanks(at + 1, limit) : at;
    }
    return FALSE;
}

/* --- layout ---------------------------------------------------------------------------------- */

/* Deeper levels stand below each other: else a peer could make a short text very long. */
#define INDENTED_MOST 32

typedef struct {
    GString *out;
    const char *end;
    guint depth;
    gboolean pretty;
} Layout;

static void break_line(const Layout *layout)
{
    if (!layout->pretty)
        return;
    g_string_append_c(layout->out, '\n');
    for (guint i = 0; i < MIN(layout->depth, INDENTED_MOST); i++)
        g_string_append(layout->out, "  ");
}

/* Empty brackets stay together. */
static const char *lay_opening(Layout *layout, const char *at)
{
    const char *next = skip_blanks(at + 1, layout->end);

    g_string_append_c(layout->out, *at);
    if (next < layout->end && (*next == '}' || *next == ']')) {
        g_string_append_c(layout->out, *next);
        return next + 1;
    }
    layout->depth++;
    break_line(layout);
    return next;
}

/* A string, a number or a word. */
static const char *lay_value(const Layout *layout, const char *at)
{
    const char *next =
        *at == '"' ? string_end(at, layout->end) : MAX(number_end(at, layout->end), at + 1);

    g_string_append_len(layout->out, at, next - at);
    return next;
}

/* One token; gives where the next one may begin. */
static const char *lay_token(Layout *layout, const char *at)
{
    switch (*at) {
    case '{':
    case '[':
        return lay_opening(layout, at);
    case '}':
    case ']':
        layout->depth -= layout->depth > 0;
        break_line(layout);
        g_string_append_c(layout->out, *at);
        return at + 1;
    case ',':
        g_string_append(layout->out, layout->pretty ? "," : ", ");
        break_line(layout);
        return at + 1;
    case ':':
        g_string_append(layout->out, ": ");
        return at + 1;
    default:
        return lay_value(layout, at);
    }
}

char *json_text_layout(const char *text, gsize length, gboolean pretty)
{
    Layout layout = { g_string_sized_new(length + length / 8), text + length, 0, pretty };

    for (const char *at = skip_blanks(text, layout.end); at < layout.end;)
        at = skip_blanks(lay_token(&layout, at), layout.end);
    return g_string_free(layout.out, FALSE);
}
