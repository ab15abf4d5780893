/* Finding and filtering in the view: the prompts for it, and going from match to match. */
#include "tui/console_private.h"

#include <string.h>

static gboolean can_find(Console *console)
{
    if (console_view(console)->class->text)
        return TRUE;
    console_say(console, ELEMENT_CAUTION, "Nothing can be searched in this view.");
    return FALSE;
}

/* --- matches --------------------------------------------------------------------------------- */

/* The places that have this text, whatever the case. (transfer full) (guint) */
static GArray *matches(View *view, const char *text)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree char *wanted = g_utf8_casefold(text, -1);
    guint length = view->class->length(view);

    for (guint i = 0; *wanted && i < length; i++) {
        g_autofree char *here = view->class->text(view, i);
        g_autofree char *folded = g_utf8_casefold(here, -1);

        if (strstr(folded, wanted))
            g_array_append_val(found, i);
    }
    return found;
}

/* Which match comes next from a place, round the end: at it or after it; or at it or before. */
static guint next_match(const GArray *found, guint from, gboolean forward)
{
    guint after = 0;

    while (after < found->len && g_array_index(found, guint, after) < from + !forward)
        after++;
    if (forward)
        return after % found->len;
    return (after + found->len - 1) % found->len;
}

/* Goes to the match; gives "3 of 41", NULL where there is none. (transfer full) */
static char *go_to_match(Console *console, const char *text, guint from, gboolean forward)
{
    View *view = console_view(console);
    g_autoptr(GArray) found = matches(view, text);
    guint nth;

    if (!found->len)
        return NULL;
    nth = next_match(found, from, forward);
    view->class->go(view, g_array_index(found, guint, nth));
    return g_strdup_printf("%u of %u", nth + 1, found->len);
}

/* --- the prompt for finding ------------------------------------------------------------------ */

static void go_to_origin(Console *console)
{
    View *view = console_view(console);

    if (console->find_from < view->class->length(view))
        view->class->go(view, console->find_from);
}

static void on_find_typed(const char *line, gpointer data)
{
    Console *console = data;
    g_autofree char *where = go_to_match(console, line, console->find_from, TRUE);

    if (where)
        prompt_tell(console->prompt, ELEMENT_DIM, where);
    else
        go_to_origin(console);
    if (!where && *line)
        prompt_tell(console->prompt, ELEMENT_ERROR, "nothing found");
}

static void repeat(Console *console, guint from, gboolean forward);

static void on_find_done(const char *line, gpointer data)
{
    Console *console = data;

    if (!line) {
        go_to_origin(console);
        return;
    }
    if (*line) {
        g_free(console->find);
        console->find = g_strdup(line);
    }
    repeat(console, console->find_from, TRUE);
}

void console_find(Console *console)
{
    static const PromptUse use = {
        .sign = "/",
        .history = "find",
        .changed = on_find_typed,
        .done = on_find_done,
        .repaint = console_paint_soon,
    };
    View *view = console_view(console);

    if (!can_find(console))
        return;
    console->find_from = view->class->index(view);
    if (console->find_from == G_MAXUINT)
        console->find_from = 0;
    console_prompt(console, &use, NULL, console);
}

/* --- again ----------------------------------------------------------------------------------- */

static void repeat(Console *console, guint from, gboolean forward)
{
    g_autofree char *where =
        console->find ? go_to_match(console, console->find, from, forward) : NULL;

    if (where)
        console_say(console, ELEMENT_DIM, "/%s  %s", console->find, where);
    else if (console->find)
        console_say(console, ELEMENT_CAUTION, "Nothing here has \"%s\" in it.", console->find);
    else
        console_say(console, ELEMENT_CAUTION, "Nothing was searched yet: %s searches.",
                    keymap_label(command_find("find"), console->look.ascii));
}

static void again(Console *console, gboolean forward)
{
    View *view = console_view(console);
    guint length, at;

    if (!can_find(console))
        return;
    length = view->class->length(view);
    at = view->class->index(view);
    if (at == G_MAXUINT || !length)
        repeat(console, 0, forward);
    else
        repeat(console, (at + (forward ? 1 : length - 1)) % length, forward);
}

void console_find_next(Console *console)
{
    again(console, TRUE);
}

void console_find_previous(Console *console)
{
    again(console, FALSE);
}

/* --- filtering ------------------------------------------------------------------------------- */

const char *console_filter_text(const Console *console)
{
    return console->filters[console->view];
}

/* text: NULL or "" for none. Gives how much is left, of how much. (transfer full) */
static char *apply_filter(Console *console, const char *text)
{
    View *view = console_view(console);
    g_autoptr(GArray) found = NULL;
    guint all;

    view->class->filter(view, NULL);
    all = view->class->length(view);
    found = matches(view, text ? text : "");
    if (text && *text)
        view->class->filter(view, text);
    return g_strdup_printf("%u of %u", found->len, all);
}

static void on_filter_typed(const char *line, gpointer data)
{
    Console *console = data;
    g_autofree char *left = apply_filter(console, line);

    if (*line)
        prompt_tell(console->prompt, g_str_has_prefix(left, "0 ") ? ELEMENT_ERROR : ELEMENT_DIM,
                    left);
}

static void on_filter_done(const char *line, gpointer data)
{
    Console *console = data;
    char **filter = &console->filters[console->view];
    g_autofree char *left = NULL;

    if (line) {
        g_free(*filter);
        *filter = *line ? g_strdup(line) : NULL;
    }
    left = apply_filter(console, *filter);
}

void console_filter(Console *console)
{
    static const PromptUse use = {
        .sign = "&",
        .history = "filter",
        .changed = on_filter_typed,
        .done = on_filter_done,
        .repaint = console_paint_soon,
    };

    if (!console_view(console)->class->filter)
        console_say(console, ELEMENT_CAUTION, "Nothing can be filtered in this view.");
    else
        console_prompt(console, &use, console_filter_text(console), console);
}

gboolean console_filter_none(Console *console)
{
    if (!console_filter_text(console))
        return FALSE;
    on_filter_done("", console);
    return TRUE;
}
