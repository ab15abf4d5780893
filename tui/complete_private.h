/* What the files of completion share: the word at the cursor, and what is collected for it. */
#ifndef BACKPLANE_COMPLETE_PRIVATE_H
#define BACKPLANE_COMPLETE_PRIVATE_H

#include "tui/complete.h"
#include "tui/line.h"

typedef struct {
    const CompleteFacts *facts;
    LineWord word;
    char **words; /* before the word, from the command's name on */
    Completion *completion;
} Collector;

/* A word that may stand there, if it begins as what is typed. name: as it is shown, NULL as it is;
 * help may be NULL. */
void collector_add(Collector *collector, const char *text, const char *name, const char *help);
/* Names of files may stand there; before: what of the word stands before the path ("file="). */
void collector_want_files(Collector *collector, const char *before);

/* KEY=VALUE of attach: the names of a kind's options, and what they take. words[1] is the kind. */
void complete_request(Collector *collector);
/* Devices of the guest, as they may be called; to_detach: those that can be unplugged. */
void complete_devices(Collector *collector, gboolean to_detach);

#endif
