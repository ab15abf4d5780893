/* Names, codes and labels of keys. What they do is in keymap_bindings.c. */
#include "tui/keymap.h"

#include <ncurses.h>
#include <string.h>

static const struct {
    const char *name;
    Key key;
    const char *label;
    const char *ascii;
} named[] = {
    { "Up", { TRUE, KEY_UP }, "↑", "Up" },
    { "Down", { TRUE, KEY_DOWN }, "↓", "Down" },
    { "Left", { TRUE, KEY_LEFT }, "←", "<" },
    { "Right", { TRUE, KEY_RIGHT }, "→", ">" },
    { "Home", { TRUE, KEY_HOME }, "Home", "Home" },
    { "End", { TRUE, KEY_END }, "End", "End" },
    { "PageUp", { TRUE, KEY_PPAGE }, "PgUp", "PgUp" },
    { "PageDown", { TRUE, KEY_NPAGE }, "PgDn", "PgDn" },
    { "Insert", { TRUE, KEY_IC }, "Ins", "Ins" },
    { "Delete", { TRUE, KEY_DC }, "Del", "Del" },
    { "BackTab", { TRUE, KEY_BTAB }, "S-Tab", "S-Tab" },
    { "Tab", { FALSE, KEY_CODE_TAB }, "Tab", "Tab" },
    { "Enter", { FALSE, KEY_CODE_RETURN }, "Enter", "Enter" },
    { "Escape", { FALSE, KEY_CODE_ESCAPE }, "Esc", "Esc" },
    { "Space", { FALSE, ' ' }, "space", "space" },
    { "Backspace", { FALSE, KEY_CODE_RUBOUT }, "Bksp", "Bksp" },
};

Key key_from_curses(int result, wint_t code)
{
    Key key = { .function = result == KEY_CODE_YES, .code = code };

    if (key.function && code == KEY_ENTER)
        key = (Key){ FALSE, KEY_CODE_RETURN };
    else if (key.function && code == KEY_BACKSPACE)
        key = (Key){ FALSE, KEY_CODE_RUBOUT };
    else if (!key.function && code == '\r')
        key.code = KEY_CODE_RETURN;
    else if (!key.function && code == CONTROL('H'))
        key.code = KEY_CODE_RUBOUT;
    return key;
}

gboolean key_equal(Key a, Key b)
{
    return a.function == b.function && a.code == b.code;
}

gboolean key_parse(const char *name, Key *key)
{
    gunichar c = g_utf8_get_char_validated(name, -1);

    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        if (g_str_equal(named[i].name, name)) {
            *key = named[i].key;
            return TRUE;
        }
    }
    if (name[0] == 'F' && g_ascii_isdigit(name[1])) {
        guint64 number = g_ascii_strtoull(name + 1, NULL, 10);

        *key = (Key){ TRUE, (wint_t)KEY_F(number) };
        return number >= 1 && number <= 12;
    }
    if (g_str_has_prefix(name, "C-") && g_ascii_islower(name[2]) && !name[3]) {
        *key = (Key){ FALSE, (wint_t)CONTROL(name[2]) };
        return TRUE;
    }
    *key = (Key){ FALSE, (wint_t)c };
    return c != (gunichar)-1 && c != (gunichar)-2 && c > ' ' && *g_utf8_next_char(name) == '\0';
}

const char *key_label(const char *name, gboolean ascii)
{
    static char control[] = "^X";

    for (gsize i = 0; i < G_N_ELEMENTS(named); i++)
        if (g_str_equal(named[i].name, name))
            return ascii ? named[i].ascii : named[i].label;
    if (!g_str_has_prefix(name, "C-"))
        return g_intern_string(name);
    control[1] = g_ascii_toupper(name[2]);
    return g_intern_string(control);
}

gboolean key_of_label(const char *label, Key *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++)
        if (g_str_equal(named[i].label, label))
            return key_parse(named[i].name, key);
    return key_parse(label, key);
}

void key_names(KeyNameFn each, gpointer data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++)
        if (named[i].key.function || named[i].key.code != KEY_CODE_ESCAPE)
            each(named[i].name, data);
    for (char c = '!'; c <= '~'; c++)
        each((const char[]){ c, '\0' }, data);
    for (char c = 'a'; c <= 'z'; c++)
        if (c != 'c')
            each((const char[]){ 'C', '-', c, '\0' }, data);
    for (guint number = 1; number <= 12; number++) {
        g_autofree char *name = g_strdup_printf("F%u", number);

        each(name, data);
    }
}
