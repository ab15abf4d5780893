/* The signals that ask a program to end: SIGINT, SIGTERM and SIGHUP, told in the main loop. */
#ifndef BACKPLANE_END_SIGNALS_H
#define BACKPLANE_END_SIGNALS_H

#include <glib.h>

typedef struct EndSignals EndSignals;

typedef void (*EndSignalFn)(int number, gpointer data);

/* Tells every one that comes until it is freed; not to be freed inside. (transfer full) */
EndSignals *end_signals_new(EndSignalFn came, gpointer data);
void end_signals_free(EndSignals *signals);

#endif
