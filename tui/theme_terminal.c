/* Styles as the sequences of terminfo. */
#include "tui/theme_terminal.h"

#include <string.h>
#include <unistd.h>

/* last: it defines words like "columns" */
#include <curses.h>
#include <term.h>

static gboolean type_is_known(const char *type)
{
    int status;

    if (setupterm(type, STDOUT_FILENO, &status) != OK)
        return FALSE;
    del_curterm(cur_term);
    return TRUE;
}

char *terminal_direct_type(const char *type)
{
    const char *says = g_getenv("COLORTERM");
    g_autofree char *direct = NULL;
    const char *end;

    type = type ? type : g_getenv("TERM");
    if (!type || (g_strcmp0(says, "truecolor") != 0 && g_strcmp0(says, "24bit") != 0))
        return NULL;
    end = g_str_has_suffix(type, "-256color") ? g_strrstr(type, "-") : type + strlen(type);
    direct = g_strdup_printf("%.*s-direct", (int)(end - type), type);
    return type_is_known(direct) ? g_steal_pointer(&direct) : NULL;
}

TerminalInk terminal_ink(void)
{
    g_autofree char *direct = terminal_direct_type(NULL);
    const char *type = direct ? direct : g_getenv("TERM"), *no_colour = g_getenv("NO_COLOR");
    TerminalInk ink = { 0 };
    int status;

    if (!isatty(STDOUT_FILENO) || !type || !*type || setupterm(type, STDOUT_FILENO, &status) != OK)
        return ink;
    ink.known = TRUE;
    ink.colours = tigetnum("colors");
    ink.colour = ink.colours >= 8 && !(no_colour && *no_colour);
    return ink;
}

static void add(GString *out, const char *sequence)
{
    if (sequence && sequence != (const char *)-1)
        g_string_append(out, sequence);
}

static void add_number(GString *out, const char *name, int number)
{
    char *sequence = tigetstr(name);

    if (number >= 0 && sequence && sequence != (char *)-1)
        add(out, tparm(sequence, number));
}

static void add_flags(GString *out, guint flags)
{
    static const struct {
        guint flag;
        const char *name;
    } table[] = {
        { STYLE_BOLD, "bold" },   { STYLE_DIM, "dim" },     { STYLE_UNDERLINE, "smul" },
        { STYLE_REVERSE, "rev" }, { STYLE_ITALIC, "sitm" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (flags & table[i].flag)
            add(out, tigetstr(table[i].name));
}

void terminal_paint(const TerminalInk *ink, GString *out, const Theme *theme, Element element,
                    const char *text)
{
    if (ink->colour) {
        TerminalStyle style = theme_reduce(theme, theme_style(theme, element), ink->colours);

        add_number(out, "setaf", style.foreground);
        add_number(out, "setab", style.background);
        add_flags(out, style.flags);
    } else if (ink->known) {
        add_flags(out, theme->mono[element].flags);
    }
    g_string_append(out, text);
    if (ink->known)
        add(out, tigetstr("sgr0"));
}
