/* Completes the name of a file without waiting: the folder is read in the background. */
#ifndef BACKPLANE_PATH_COMPLETE_H
#define BACKPLANE_PATH_COMPLETE_H

#include <gio/gio.h>

typedef struct PathComplete PathComplete;

/* text: the longest that all candidates share, never shorter than what was asked for. candidates:
 * their last parts, sorted, those of folders with a slash. */
typedef void (*PathCompleteFn)(const char *text, const GPtrArray *candidates, gpointer data);

/* Calls back once, never before it returns, unless it is freed before. It may be freed inside,
 * which takes the candidates along. (transfer full) */
PathComplete *path_complete_new(const char *text, PathCompleteFn done, gpointer data);
void path_complete_free(PathComplete *complete);

#endif
