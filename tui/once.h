/* The one-shot sub-commands: connect, do one thing, print, end. Each gives the exit status. */
#ifndef BACKPLANE_ONCE_H
#define BACKPLANE_ONCE_H

#include "tui/options.h"

int once_tree(const Options *options);
int once_show(const Options *options);
int once_why(const Options *options);
int once_attach(const Options *options);
int once_detach(const Options *options);
/* Media: once_medium.c. */
int once_eject(const Options *options);
int once_insert(const Options *options);
int once_demo(const Options *options);
int once_replay(const Options *options);
int once_themes(const Options *options);
int once_list(const Options *options);

/* Domain XML: once_domain.c, and once_run.c for the guest that is started. */
int once_match(const Options *options);
int once_dumpxml(const Options *options);
int once_pin(const Options *options);
int once_assign(const Options *options);
int once_run_domain(const Options *options);

/* `backplane TARGET`: the console, or where there is no terminal to draw on, the tree as text. */
int once_console(const Options *options);

#endif
