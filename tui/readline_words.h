/* Candidates in the form that readline puts words in with. */
#ifndef BACKPLANE_READLINE_WORDS_H
#define BACKPLANE_READLINE_WORDS_H

#include "tui/complete.h"

/* Characters that part words for readline; quotes are looked after by complete_line. */
void readline_words_set_up(void);

/* For rl_attempted_completion_function: what may stand in place of text, which begins at this byte
 * of readline's line; NULL for nothing. Says to readline whether a blank follows. (transfer full,
 * malloc) */
char **readline_words(const Completion *completion, const char *text, int start);

/* Puts a candidate in the place of what was typed, as Tab does where there is one alone. */
void readline_words_take(const Completion *completion, guint index);

#endif
