/* Keys by name. The bytes are those of an xterm in application mode (terminfo's xterm-256color). */
#include "tests/film/film_keys.h"

#include <glib.h>

static const struct {
    const char *name, *bytes;
} keys[] = {
    { "Enter", "\r" },       { "Esc", "\033" },         { "Tab", "\t" },
    { "S-Tab", "\033[Z" },   { "Space", " " },          { "Up", "\033OA" },
    { "Down", "\033OB" },    { "Right", "\033OC" },     { "Left", "\033OD" },
    { "Home", "\033OH" },    { "End", "\033OF" },       { "F1", "\033OP" },
    { "PageUp", "\033[5~" }, { "PageDown", "\033[6~" }, { "Delete", "\033[3~" },
    { "Backspace", "\177" },
};

char *film_key(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(name, keys[i].name))
            return g_strdup(keys[i].bytes);
    if (g_str_has_prefix(name, "C-") && g_ascii_isalpha(name[2]) && name[3] == '\0')
        return g_strdup_printf("%c", name[2] & 0x1f);
    return g_utf8_strlen(name, -1) == 1 ? g_strdup(name) : NULL;
}
