/* The one-shot sub-commands: connect, do one thing, print, end. */
#ifndef BACKPLANE_ONCE_H
#define BACKPLANE_ONCE_H

#include "tui/options.h"

int once_tree(const Options *options);
int once_show(const Options *options);
int once_attach(const Options *options);
int once_detach(const Options *options);
int once_demo(const Options *options);

#endif
