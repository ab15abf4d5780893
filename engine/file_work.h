/* One file action of a plan, done by a worker thread: syncing may take as long as the disk likes,
 * and nothing here waits. */
#ifndef BACKPLANE_FILE_WORK_H
#define BACKPLANE_FILE_WORK_H

#include "engine/plan.h"

typedef struct FileWork FileWork;

/* refusal: a sentence; NULL when it is done. May free the work. */
typedef void (*FileWorkFn)(const char *refusal, gpointer data);

/* kind: not ACTION_COMMAND. file: must live as long, and is for nobody else meanwhile. Told once,
 * never before the call returned. (transfer full) */
FileWork *file_work_new(FileChange *file, ActionKind kind, FileWorkFn told, gpointer data);
/* Stops listening. A rename that is under way comes to its end; a version that is being written is
 * removed as soon as it is. */
void file_work_free(FileWork *work);

#endif
