/* Making foreign bytes printable. */
#include "monitor/text.h"

#include <string.h>

#define CUT "..."
/* Characters kept for each column: marks have no width, so columns alone would not bound the text.
 */
#define CHARACTERS_PER_COLUMN 4

static gboolean character_is_visible(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
    default:
        return TRUE;
    }
}

static gsize character_columns(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static void append_escape(GString *out, gunichar c)
{
    static const char named[] = "\a"
                                "a"
                                "\b"
                                "b"
                                "\t"
                                "t"
                                "\n"
                                "n"
                                "\v"
                                "v"
                                "\f"
                                "f"
                                "\r"
                                "r";
    const char *name = c && c < 0x20 ? strchr(named, (int)c) : NULL;

    if (name)
        g_string_append_printf(out, "\\%c", name[1]);
    else if (c < 0x80)
        g_string_append_printf(out, "\\x%02x", c);
    else
        g_string_append_printf(out, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
}

/* Appends the character at *at, visible, and moves on; returns its columns. */
static gsize append_next(GString *out, const char **at, const char *end)
{
    gunichar c = g_utf8_get_char_validated(*at, end - *at);
    gsize before = out->len;

    if (**at == '\0' || c == (gunichar)-1 || c == (gunichar)-2) {
        g_string_append_printf(out, "\\x%02x", (guchar) * *at);
        *at += 1;
        return out->len - before;
    }
    *at = g_utf8_next_char(*at);
    if (character_is_visible(c)) {
        g_string_append_unichar(out, c);
        return character_columns(c);
    }
    append_escape(out, c);
    return out->len - before;
}

char *text_printable(const char *bytes, gssize length, gsize max_columns)
{
    GString *out = g_string_new(NULL);
    const char *end = bytes + (length < 0 ? strlen(bytes) : (gsize)length);
    gsize columns = 0, characters = 0, fits = 0; /* fits: where the text must end to hold CUT too */

    for (const char *at = bytes; at < end;) {
        columns += append_next(out, &at, end);
        characters++;
        if (!max_columns)
            continue;
        if (columns > max_columns || characters > max_columns * CHARACTERS_PER_COLUMN) {
            g_string_truncate(out, fits);
            g_string_append(out, CUT);
            break;
        }
        if (columns + strlen(CUT) <= max_columns)
            fits = out->len;
    }
    return g_string_free(out, FALSE);
}
