/* What may stand at the cursor of a line: the words there are, each with what it means. The prompt
 * and the line mode ask here. Nothing is waited for: names of files are read by whoever asked. */
#ifndef BACKPLANE_COMPLETE_H
#define BACKPLANE_COMPLETE_H

#include "engine/session.h"

typedef struct {
    char *text; /* as it is put in: begins with what was typed, quoted as that is */
    char *name; /* as it is shown */
    char *help; /* NULL */
} Candidate;

typedef struct {
    gsize start;           /* the bytes of the line from here up to the cursor are replaced */
    char *typed;           /* those bytes */
    GPtrArray *candidates; /* (Candidate) */
    char *usage;           /* what may stand there: "attach disk|cdrom|..."; NULL */
    char *path; /* names of files that begin so belong here: see completion_take_files; NULL */
    char quote; /* that the word is in, 0 for none */
} Completion;

typedef struct {
    Session *session;       /* NULL: there is no guest */
    gboolean shell;         /* in `backplane shell`; else in the console */
    SessionFactsFn changed; /* properties of a driver have come; NULL: they are not asked for */
    gpointer data;
} CompleteFacts;

/* cursor: in bytes. (transfer full) */
Completion *complete_line(const CompleteFacts *facts, const char *line, gsize cursor);
/* names: the last parts of files whose names begin with completion->path, those of folders with a
 * slash. */
void completion_take_files(Completion *completion, const GPtrArray *names);
void completion_free(Completion *completion);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Completion, completion_free)

#endif
