/* readline fed with keys: editing, history, completion. What it looks like is in prompt_draw.c. */
#include "tui/prompt_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <readline/readline.h>

#include "tui/line_history.h"
#include "tui/readline_quiet.h"
#include "tui/readline_words.h"

static Prompt *current; /* readline's callbacks carry no data */

gboolean prompt_searches(void)
{
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH) != 0;
}

/* --- what may stand at the cursor ------------------------------------------------------------ */

static void look(Prompt *prompt, gboolean always);

static void take_files(const char *text, const GPtrArray *names, gpointer data)
{
    Prompt *prompt = data;

    prompt->reading = FALSE;
    completion_take_files(prompt->completion, names);
    if (prompt->asked) {
        prompt->asked = FALSE;
        rl_complete(0, '\t');
        look(prompt, FALSE);
    }
    if (prompt->use->repaint)
        prompt->use->repaint(prompt->data);
}

static void drop_completion(Prompt *prompt)
{
    g_clear_pointer(&prompt->files, path_complete_free);
    g_clear_pointer(&prompt->completion, completion_free);
    prompt->reading = prompt->asked = FALSE;
}

static void propose(Prompt *prompt)
{
    Completion *completion;

    if (!prompt->use->complete || prompt->searching)
        return;
    completion = prompt->use->complete(rl_line_buffer, (gsize)rl_point, prompt->data);
    prompt->completion = completion;
    if (completion && completion->path) {
        prompt->reading = TRUE;
        prompt->files = path_complete_new(completion->path, take_files, prompt);
    }
}

/* Looks at what a key has done to the line. */
static void look(Prompt *prompt, gboolean always)
{
    gboolean same = g_strcmp0(prompt->seen, rl_line_buffer) == 0;
    gboolean searches = prompt_searches();

    if (!always && same && prompt->seen_point == rl_point && prompt->searching == searches)
        return;
    prompt->searching = searches;
    g_free(prompt->seen);
    prompt->seen = g_strdup(rl_line_buffer);
    prompt->seen_point = rl_point;
    prompt->page = 0;
    drop_completion(prompt);
    propose(prompt);
    if (!same && prompt->use->changed)
        prompt->use->changed(prompt->seen, prompt->data);
}

void prompt_refresh(Prompt *prompt)
{
    if (!prompt->files)
        look(prompt, TRUE);
}

/* --- what readline asks ---------------------------------------------------------------------- */

static char **attempt(const char *text, int start, int end)
{
    gboolean reading = current && current->reading;

    if (reading)
        current->asked = TRUE;
    return readline_words(current && !reading ? current->completion : NULL, text, start);
}

/* The candidates stand above the line all the time. */
static void show_more(char **matches, int count, int longest)
{
    if (current)
        current->page++;
}

static int next_byte(FILE *stream)
{
    if (!current || current->taken >= current->queue->len)
        return EOF;
    return (unsigned char)current->queue->str[current->taken++];
}

static int has_byte(void)
{
    return current && current->taken < current->queue->len;
}

static void on_line(char *line)
{
    rl_callback_handler_remove();
    current->over = TRUE;
    current->line = g_strdup(line);
    free(line);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void feed(Prompt *prompt, const char *bytes)
{
    g_string_append(prompt->queue, bytes);
    while (!prompt->over && has_byte())
        rl_callback_read_char();
    g_string_truncate(prompt->queue, 0);
    prompt->taken = 0;
}

/* What the terminal sent, or a form of it that is bound on every terminal. (transfer full) */
static char *function_bytes(wint_t code)
{
    static const struct {
        wint_t code;
        const char *bytes;
    } usual[] = {
        { KEY_UP, "\033[A" },     { KEY_DOWN, "\033[B" }, { KEY_RIGHT, "\033[C" },
        { KEY_LEFT, "\033[D" },   { KEY_HOME, "\033[H" }, { KEY_END, "\033[F" },
        { KEY_DC, "\033[3~" },    { KEY_IC, "\033[2~" },  { KEY_PPAGE, "\033[5~" },
        { KEY_NPAGE, "\033[6~" }, { KEY_BTAB, "\033[Z" },
    };
    g_autofree char *sent = NULL;
    char *bound;

    for (gsize i = 0; i < G_N_ELEMENTS(usual); i++)
        if (usual[i].code == code)
            return g_strdup(usual[i].bytes);
    bound = keybound((int)code, 0);
    sent = g_strdup(bound ? bound : "");
    free(bound);
    return g_steal_pointer(&sent);
}

/* In the encoding of the locale, which is what readline counts in. (transfer full) */
static char *key_bytes(Key key)
{
    char bytes[MB_LEN_MAX + 1] = "";
    mbstate_t state = { 0 };
    gsize length;

    if (key.function)
        return function_bytes(key.code);
    if (key.code == KEY_CODE_RETURN)
        return g_strdup("\r");
    length = wcrtomb(bytes, (wchar_t)key.code, &state);
    if (length == (gsize)-1)
        return g_strdup("");
    bytes[length] = '\0';
    return g_strdup(bytes);
}

static PromptEffect effect(Prompt *prompt)
{
    if (!prompt->over)
        look(prompt, FALSE);
    if (prompt->over && prompt->line)
        line_history_add(prompt->use->history, prompt->line);
    return prompt->over ? PROMPT_ENDS : PROMPT_STAYS;
}

static PromptEffect give_up(Prompt *prompt)
{
    rl_callback_sigcleanup(); /* out of a search, or the middle of a key sequence */
    rl_callback_handler_remove();
    prompt->over = TRUE;
    return PROMPT_ENDS;
}

PromptEffect prompt_key(Prompt *prompt, Key key)
{
    g_autofree char *bytes = key_bytes(key);
    gboolean escape = !key.function && key.code == KEY_CODE_ESCAPE;

    prompt_tell(prompt, ELEMENT_TEXT, NULL);
    if (!key.function && key.code == CONTROL('C'))
        return give_up(prompt);
    if (escape) {
        PromptEffect before = prompt_settle(prompt); /* one after another is alone */

        prompt->escape = before == PROMPT_STAYS;
        return before;
    }
    if (prompt->escape)
        feed(prompt, "\033");
    prompt->escape = FALSE;
    feed(prompt, bytes);
    return effect(prompt);
}

/* A search ends by Escape, and vi's keys go over to commands: readline has a use for it. */
static gboolean escape_is_readlines(void)
{
    gboolean vi = rl_editing_mode == 0;

    return prompt_searches() || (vi && rl_get_keymap() == vi_insertion_keymap);
}

PromptEffect prompt_settle(Prompt *prompt)
{
    if (!prompt->escape)
        return PROMPT_STAYS;
    prompt->escape = FALSE;
    if (!escape_is_readlines())
        return give_up(prompt);
    feed(prompt, "\033");
    return effect(prompt);
}

/* --- the mouse ------------------------------------------------------------------------------- */

static gboolean is_on(const Prompt *prompt, int row, int column)
{
    return row == prompt->row || canvas_has(&prompt->pane, row, column);
}

gboolean prompt_click(Prompt *prompt, int row, int column)
{
    const GPtrArray *candidates = prompt->completion ? prompt->completion->candidates : NULL;
    int line = row - prompt->pane.top - 1; /* below the rule */
    guint index = prompt->first + (guint)MAX(line, 0);

    if (!is_on(prompt, row, column))
        return FALSE;
    prompt_tell(prompt, ELEMENT_TEXT, NULL);
    if (row != prompt->row && line >= 0 && candidates && index < candidates->len) {
        readline_words_take(prompt->completion, index);
        look(prompt, FALSE);
    }
    return TRUE;
}

gboolean prompt_scroll(Prompt *prompt, int row, int column, int lines)
{
    if (!is_on(prompt, row, column))
        return FALSE;
    if (prompt->pages && row != prompt->row)
        prompt->page = (prompt->page + (lines < 0 ? prompt->pages - 1 : 1)) % prompt->pages;
    return TRUE;
}

/* --- made and freed -------------------------------------------------------------------------- */

static void take_readline(const PromptUse *use)
{
    readline_quiet_set_up();
    rl_getc_function = next_byte;
    rl_input_available_hook = has_byte;
    rl_attempted_completion_function = attempt;
    rl_completion_display_matches_hook = show_more;
    readline_words_set_up();
    line_history_take(use->history);
    rl_callback_handler_install(use->sign, on_line);
}

Prompt *prompt_new(const PromptUse *use, const char *initial, gpointer data)
{
    Prompt *prompt = g_new0(Prompt, 1);

    g_return_val_if_fail(!current, NULL);
    current = prompt;
    prompt->use = use;
    prompt->data = data;
    prompt->queue = g_string_new(NULL);
    take_readline(use);
    if (initial)
        rl_insert_text(initial);
    prompt->seen = g_strdup(rl_line_buffer);
    look(prompt, TRUE);
    return prompt;
}

void prompt_free(Prompt *prompt)
{
    if (!prompt)
        return;
    if (!prompt->over)
        give_up(prompt);
    drop_completion(prompt);
    g_string_free(prompt->queue, TRUE);
    g_free(prompt->line);
    g_free(prompt->seen);
    g_free(prompt->note);
    g_free(prompt);
    current = NULL;
}

const char *prompt_line(const Prompt *prompt)
{
    return prompt->line;
}

const PromptUse *prompt_use(const Prompt *prompt)
{
    return prompt->use;
}

gpointer prompt_data(const Prompt *prompt)
{
    return prompt->data;
}

void prompt_tell(Prompt *prompt, Element element, const char *text)
{
    g_free(prompt->note);
    prompt->note = g_strdup(text);
    prompt->note_element = element;
}
