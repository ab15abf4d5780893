/* The one-shot sub-commands: connect, do one thing, print, end. Each gives the exit status. */
#ifndef BACKPLANE_ONCE_H
#define BACKPLANE_ONCE_H

#include "tui/options.h"

int once_tree(const Options *options);
int once_show(const Options *options);
int once_attach(const Options *options);
int once_detach(const Options *options);
int once_demo(const Options *options);

/* `backplane TARGET`: the console, or where there is no terminal to draw on, the tree as text. */
int once_console(const Options *options);

#endif
