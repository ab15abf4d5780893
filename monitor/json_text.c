/* jansson, with a second chance for numbers it has no type for. */
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
