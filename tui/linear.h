/* The console in words, for screen readers and logs: the guest as it is, then a line for whatever
 * happens, while the line mode takes commands. Nothing is drawn and nothing is ever taken back from
 * the terminal. */
#ifndef BACKPLANE_LINEAR_H
#define BACKPLANE_LINEAR_H

#include "engine/session.h"

/* Prints the guest. typed: the line mode tells what happens itself, above the line being typed. */
void linear_begin(Session *session, gboolean ascii, gboolean typed);
void linear_end(Session *session);

/* Goes on telling until a signal comes; gives its number. */
int linear_stay(void);

#endif
