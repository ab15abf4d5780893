/* What the journeys share: a visit of the program in a terminal, with what it needs on the disk,
 * and the keys that many of them press. */
#ifndef BACKPLANE_TEST_VISIT_H
#define BACKPLANE_TEST_VISIT_H

#include "tests/support/real_qemu.h"
#include "tests/support/terminal.h"

#define VISIT_PROGRAM BUILDDIR "/san/backplane"

typedef struct {
    Terminal *terminal; /* the latest; NULL before the first */
    RealQemu *qemu;     /* NULL: none of its own; stopped with the visit */
    char *directory;    /* its files; the program's configuration and history as well */
    char *file;         /* the one that it is about; NULL */
} Visit;

/* Set-up and tear-down of a cmocka test, or of a group; *state is the Visit. */
int visit_begin(void **state);
int visit_end(void **state);

/* A line of a program and its arguments, up to a NULL, on a terminal of 24x80 in place of the one
 * before. (transfer none) */
Terminal *visit_start(Visit *visit, const char *const *line);
/* Ours on the visit's QEMU; until it shows the tree. */
Terminal *visit_console(Visit *visit);
Terminal *visit_guest(Visit *visit);
/* Ours on a demonstration guest of its own, until that is connected. option: NULL for none. */
Terminal *visit_demo(Visit *visit, const char *option);

/* These keys end the program, with status 0 and a terminal as it was before. */
void visit_leave(Terminal *terminal, const char *keys);
/* The same by q. */
void visit_quit(Terminal *terminal);

/* A key, and what is on the screen then. */
void visit_press(Terminal *terminal, const char *key, const char *text);
/* Enter in the attach dialog: to the button, and on it. */
void visit_press_attach(Terminal *terminal);
/* On a vacant bay the attach dialog knows the place; what is left is the file. */
void visit_attach_disk(Terminal *terminal, const char *image);
/* Yes to the dialog that shows this command. */
void visit_confirm(Terminal *terminal, const char *command);

#endif
