/* A line of the language that the prompt, the line mode, the config file and bound keys share:
 * words as a shell parts them, the first of them the name of a command; "#" begins a comment. What
 * the words do is not known here. */
#ifndef BACKPLANE_LINE_H
#define BACKPLANE_LINE_H

#include "tui/command.h"

/* Blanks part words, quotes and backslashes keep them together; "~/" at the beginning of a word, or
 * behind its "=", is the user's home. *words is NULL for a line that says nothing. Errors:
 * ENGINE_ERROR_INPUT. */
gboolean line_split(const char *line, char ***words, GError **error);

/* A word, quoted so that line_split gives it back. (transfer full) */
char *line_quote(const char *word);
/* (transfer full) */
char *line_join(const char *const *words);

/* The arguments that a command takes in a line: those of the table without TARGET, which a line has
 * already; "" for none. (transfer none) */
const char *line_arguments(const Command *command);

/* How many words may follow the command's name, from the arguments of the table, where [X] may be
 * left out and X... may be repeated. */
void line_count_arguments(const char *arguments, guint *least, guint *most);

/* Whether so many words fit, those behind the name of the command. Errors: ENGINE_ERROR_INPUT that
 * says what is missing or too much, and how it is written. start: what stands before the name
 * there: "backplane ", ":" or "". */
gboolean line_check_arguments(const Command *command, const char *arguments,
                              const char *const *words, const char *start, GError **error);

/* Where a word stands in a line that is still being typed. */
typedef struct {
    GPtrArray *words; /* (char) those before it */
    gsize start;      /* where it begins */
    char *text;       /* what of it stands before the cursor, without quotes */
    char quote;       /* that is open at the cursor: ' or ", 0 for none */
    gboolean comment; /* the cursor is in a comment */
} LineWord;

/* cursor: in bytes. */
LineWord line_word_at(const char *line, gsize cursor);
void line_word_clear(LineWord *word);

/* "~/x" as the file that is meant. (transfer full) */
char *line_expand_home(const char *path);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LineWord, line_word_clear)

#endif
