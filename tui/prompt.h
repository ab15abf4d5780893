/* The last line of the screen while it is typed into: readline edits it and keeps its history, we
 * draw it. Nothing waits: keys are fed one by one, and what is behind it stays live. There is one
 * at a time. */
#ifndef BACKPLANE_PROMPT_H
#define BACKPLANE_PROMPT_H

#include "tui/complete.h"
#include "tui/draw.h"
#include "tui/keymap.h"

typedef struct Prompt Prompt;

typedef struct {
    const char *sign;    /* at the left: ":", "/" */
    const char *history; /* the name that line_history knows its lines by; NULL: none are kept */
    /* What may stand at the cursor. (transfer full) NULL: nothing is proposed. */
    Completion *(*complete)(const char *line, gsize cursor, gpointer data);
    /* The text is another; may be NULL. */
    void (*changed)(const char *line, gpointer data);
    /* It is over: the line, or NULL when it was given up. The prompt is gone by then. */
    void (*done)(const char *line, gpointer data);
    /* What it shows has changed without a key; may be NULL. */
    void (*repaint)(gpointer data);
} PromptUse;

/* use: outlives it. initial: text that stands there already; NULL. (transfer full) */
Prompt *prompt_new(const PromptUse *use, const char *initial, gpointer data);
void prompt_free(Prompt *prompt);

typedef enum {
    PROMPT_STAYS,
    PROMPT_ENDS, /* with prompt_line; NULL when it was given up */
} PromptEffect;

PromptEffect prompt_key(Prompt *prompt, Key key);
/* A click at this place of the screen: on a candidate puts it in. FALSE: that is not the prompt's.
 */
gboolean prompt_click(Prompt *prompt, int row, int column);
/* The wheel there turns the pages of the candidates. */
gboolean prompt_scroll(Prompt *prompt, int row, int column, int lines);
/* No more keys are there for now: an Escape that nothing followed gives up. */
PromptEffect prompt_settle(Prompt *prompt);
const char *prompt_line(const Prompt *prompt);

const PromptUse *prompt_use(const Prompt *prompt);
gpointer prompt_data(const Prompt *prompt);

/* Facts that complete() looks at have changed: it is asked again. */
void prompt_refresh(Prompt *prompt);
/* Words at the right of the line, until the next key: "3 of 41". With ELEMENT_ERROR the line itself
 * is in that colour: nothing is found. text NULL: none. */
void prompt_tell(Prompt *prompt, Element element, const char *text);

/* The line in this row of the canvas, and above it what may stand at the cursor: over whatever is
 * painted there. Gives the column of the cursor. */
int prompt_draw(Prompt *prompt, const Canvas *canvas, int row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Prompt, prompt_free)

#endif
