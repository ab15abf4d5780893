/* The manual page, made from the tables of commands, options and attach options. */
#ifndef BACKPLANE_MANUAL_H
#define BACKPLANE_MANUAL_H

/* In roff, with the macros of man(7). (transfer full) */
char *manual_text(void);

#endif
