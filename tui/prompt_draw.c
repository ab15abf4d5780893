/* The prompt on the screen: its line, cut where it is too long, and the candidates above it. */
#include "tui/prompt_private.h"

#include <stdio.h>
#include <string.h>

#include <readline/readline.h>

#include "monitor/text.h"
#include "tui/line_edit.h"

#define MARGIN 1
#define PART_OF_SCREEN 3 /* candidates take at most the third of it */
#define NAME_GAP 2

/* --- the candidates -------------------------------------------------------------------------- */

/* What is told of them gets the larger part of the line. */
static int name_columns(const GPtrArray *candidates, int columns)
{
    gboolean told = FALSE;
    int widest = 0;

    for (guint i = 0; i < candidates->len; i++) {
        const Candidate *candidate = candidates->pdata[i];

        widest = MAX(widest, text_columns(candidate->name));
        told = told || candidate->help;
    }
    return MIN(widest, told ? MAX(columns * 3 / 10, 12) : columns - 2 * MARGIN);
}

static void draw_candidate(const Canvas *canvas, int row, int names, const Candidate *candidate)
{
    int help = MARGIN + names + NAME_GAP;

    draw_text(canvas, row, MARGIN, names, ELEMENT_KEY, candidate->name);
    if (candidate->help)
        draw_text(canvas, row, help, canvas->columns - help - MARGIN, ELEMENT_TEXT,
                  candidate->help);
}

/* "9-16 of 42" where they do not all fit. (transfer full) */
static char *part_shown(guint first, guint shown, guint count)
{
    return count > shown
               ? g_strdup_printf("%u-%u of %u", first + 1, MIN(first + shown, count), count)
               : NULL;
}

static void draw_candidates(Prompt *prompt, const Canvas *canvas, int row)
{
    const Completion *completion = prompt->completion;
    const GPtrArray *candidates = completion->candidates;
    int room = MIN(MAX(canvas->rows / PART_OF_SCREEN, 1), row - 2);
    guint shown = MIN(candidates->len, (guint)MAX(room, 0));
    guint pages = shown ? (candidates->len + shown - 1) / shown : 1;
    guint first = prompt->page % pages * shown;
    g_autofree char *part = part_shown(first, shown, candidates->len);
    int names = name_columns(candidates, canvas->columns);
    Canvas *pane = &prompt->pane;

    if ((!shown && !completion->usage) || row < 2)
        return;
    prompt->first = first;
    prompt->pages = pages;
    *pane = canvas_part(canvas, row - (int)shown - 1, 0, (int)shown + 1, canvas->columns);
    canvas_erase(pane);
    draw_rule(pane, 0, completion->usage, shown ? part : NULL);
    for (guint i = 0; i < shown && first + i < candidates->len; i++)
        draw_candidate(pane, (int)i + 1, names, candidates->pdata[first + i]);
}

/* --- the line -------------------------------------------------------------------------------- */

/* Bytes of readline's line as text that can be drawn. (transfer full) */
static char *printable(const char *bytes, gssize length)
{
    g_autofree char *text = length < 0 ? g_strdup(bytes) : g_strndup(bytes, (gsize)length);
    g_autofree char *utf8 = g_utf8_validate(text, -1, NULL)
                                ? g_strdup(text)
                                : g_locale_to_utf8(text, -1, NULL, NULL, NULL);

    return text_printable(utf8 ? utf8 : text, -1, 0);
}

/* readline's own, which says what it searches for, without its marks of invisible parts. (transfer
 * full) */
static char *sign(void)
{
    g_autofree char *text = g_strdup(rl_display_prompt ? rl_display_prompt : "");
    char *to = text;

    for (const char *from = text; *from; from++)
        if (*from != RL_PROMPT_START_IGNORE && *from != RL_PROMPT_END_IGNORE)
            *to++ = *from;
    *to = '\0';
    return printable(text, -1);
}

static int draw_line(const Prompt *prompt, const Canvas *canvas, int row, int column, int columns)
{
    gboolean bad = prompt->note && prompt->note_element == ELEMENT_ERROR;
    g_autofree char *head = printable(rl_line_buffer, rl_point);
    g_autofree char *tail = printable(rl_line_buffer + rl_point, -1);
    LineEdit edit = { .cursor = strlen(head) };
    int cursor;

    edit.text = g_string_new(head);
    g_string_append(edit.text, tail);
    cursor =
        line_edit_draw(&edit, canvas, row, column, columns, bad ? ELEMENT_ERROR : ELEMENT_TEXT);
    line_edit_clear(&edit);
    return cursor;
}

static const char *note(const Prompt *prompt, gboolean ascii)
{
    if (prompt->note || *rl_line_buffer || prompt_searches())
        return prompt->note;
    if (!prompt->use->complete)
        return ascii ? "Up earlier ones  Esc gives up" : "↑ earlier ones  Esc gives up";
    return ascii ? "Tab completes  Up earlier ones  ^R search  Esc gives up"
                 : "Tab completes  ↑ earlier ones  ^R search  Esc gives up";
}

int prompt_draw(Prompt *prompt, const Canvas *canvas, int row)
{
    g_autofree char *label = sign();
    int left = MIN(text_columns(label), canvas->columns / 2);
    const char *words = note(prompt, canvas->look->ascii);
    int words_columns = words ? text_columns(words) + 2 : 0;
    int room;

    prompt->row = canvas->top + row;
    prompt->pane.rows = 0;
    if (prompt->completion && !prompt_searches())
        draw_candidates(prompt, canvas, row);
    if (words_columns > (canvas->columns - left) * 3 / 4)
        words_columns = 0;
    room = canvas->columns - left - words_columns - 1;
    draw_blank(canvas, row, 0, canvas->columns);
    draw_text(canvas, row, 0, left, ELEMENT_KEY, label);
    if (words_columns)
        draw_right(canvas, row, 0, canvas->columns - MARGIN,
                   prompt->note ? prompt->note_element : ELEMENT_DIM, words);
    return draw_line(prompt, canvas, row, left, room);
}
