/* Where a word begins readline and we see differently: behind a quoted blank, before a "=". */
#include "tui/readline_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

void readline_words_set_up(void)
{
    rl_completer_word_break_characters = " \t";
    rl_completer_quote_characters = NULL;
}

/* From readline's beginning of the word on; NULL at the end. (malloc) */
static char *match_text(const Completion *completion, guint index, int start)
{
    const Candidate *candidate;
    int shift = start - (int)completion->start;

    if (index >= completion->candidates->len)
        return NULL;
    candidate = completion->candidates->pdata[index];
    if (shift < 0) {
        g_autofree char *text =
            g_strdup_printf("%.*s%s", -shift, rl_line_buffer + start, candidate->text);

        return strdup(text);
    }
    return strdup(candidate->text + MIN((gsize)shift, strlen(candidate->text)));
}

static struct {
    const Completion *completion;
    int start;
    guint index;
} now; /* readline's generator has no data */

static char *next_match(const char *text, int state)
{
    if (state == 0)
        now.index = 0;
    return match_text(now.completion, now.index++, now.start);
}

/* "file=" and folders go on. */
static gboolean goes_on(const Candidate *candidate)
{
    gsize length = strlen(candidate->text);

    return length && strchr("=/", candidate->text[length - 1]);
}

char **readline_words(const Completion *completion, const char *text, int start)
{
    rl_attempted_completion_over = 1; /* readline's own names of files would be waited for */
    if (!completion || !completion->candidates->len)
        return NULL;
    rl_completion_suppress_append =
        completion->candidates->len == 1 && goes_on(completion->candidates->pdata[0]);
    now.completion = completion;
    now.start = start;
    return rl_completion_matches(text, next_match);
}

void readline_words_take(const Completion *completion, guint index)
{
    const Candidate *candidate = completion->candidates->pdata[index];

    rl_begin_undo_group();
    rl_delete_text((int)completion->start, rl_point);
    rl_point = (int)completion->start;
    rl_insert_text(candidate->text);
    if (!goes_on(candidate))
        rl_insert_text(" ");
    rl_end_undo_group();
}
