/* readline made to leave the terminal to others: it neither reads nor writes, sets no modes,
 * handles no signals. For the console, whose screen is ncurses'. */
#ifndef BACKPLANE_READLINE_QUIET_H
#define BACKPLANE_READLINE_QUIET_H

/* Once, before anything else of readline. Reads the user's inputrc. */
void readline_quiet_set_up(void);

#endif
