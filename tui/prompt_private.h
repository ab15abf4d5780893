/* The inside of the prompt, for what edits it and what draws it. */
#ifndef BACKPLANE_PROMPT_PRIVATE_H
#define BACKPLANE_PROMPT_PRIVATE_H

#include "tui/path_complete.h"
#include "tui/prompt.h"

struct Prompt {
    const PromptUse *use;
    gpointer data;
    GString *queue; /* bytes that readline has not taken yet */
    gsize taken;
    gboolean escape; /* one was typed, and what follows is not known yet */
    gboolean over;
    char *line; /* once it is over; NULL: given up */

    char *seen; /* the text that the completion is for */
    int seen_point;
    gboolean searching;
    Completion *completion; /* NULL: nothing is proposed */
    PathComplete *files;    /* the names of a folder are read, or were */
    gboolean reading;
    gboolean asked; /* Tab was pressed meanwhile */
    guint page;     /* of the candidates: Tab goes on where there is nothing to put in */
    guint first;    /* of those that were painted, */
    guint pages;    /* of so many pages */
    Canvas pane;    /* where they were, below a rule; no rows: nowhere */
    int row;        /* of the line */

    char *note;
    Element note_element;
};

/* Whether what is typed is what readline looks for in its history. */
gboolean prompt_searches(void);

#endif
