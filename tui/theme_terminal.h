/* The terminal as terminfo describes it, for what is printed in colours outside of the console, and
 * the type that has all colours. */
#ifndef BACKPLANE_THEME_TERMINAL_H
#define BACKPLANE_THEME_TERMINAL_H

#include "tui/theme.h"

/* The type to open: where COLORTERM says that the terminal has all colours, and terminfo has the
 * type that says so too (xterm-direct for xterm-256color), that one. type NULL: $TERM. NULL for
 * type itself. (transfer full) */
char *terminal_direct_type(const char *type);

typedef struct {
    gboolean known;  /* to terminfo, and there is a terminal: attributes can be sent */
    gboolean colour; /* and colours, and NO_COLOR does not forbid them */
    int colours;
} TerminalInk;

/* Of the terminal on standard output. */
TerminalInk terminal_ink(void);

/* Appends text in the look of an element, between the sequences that begin and end it; plain where
 * the terminal is not known. */
void terminal_paint(const TerminalInk *ink, GString *out, const Theme *theme, Element element,
                    const char *text);

#endif
