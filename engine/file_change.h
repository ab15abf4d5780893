/* A file replaced by another version of itself: whole or not at all, and only while it is what it
 * was. */
#ifndef BACKPLANE_FILE_CHANGE_H
#define BACKPLANE_FILE_CHANGE_H

#include "engine/error.h"

/* Reads a regular file of at most `limit` bytes. Errors: ENGINE_ERROR_INPUT naming path and
 * reason. (transfer full) */
GBytes *file_read(const char *path, gsize limit, GError **error);

typedef struct {
    char *path;
    GBytes *before;  /* what it must hold now; NULL: it must not exist */
    GBytes *after;   /* NULL: it goes */
    gboolean backup; /* keep what it held as PATH~, beside the real file */
    char *target;    /* the real file that path leads to, once prepared; else NULL */
    char *prepared;  /* the new version beside it, and the backup; NULL: none */
    char *prepared_backup;
} FileChange;

/* before, after: referenced. (transfer full) */
FileChange *file_change_new(const char *path, GBytes *before, GBytes *after, gboolean backup);
/* The change that takes this one back; it keeps no backup. (transfer full) */
FileChange *file_change_invert(const FileChange *change);
FileChange *file_change_copy(const FileChange *change); /* not prepared */
void file_change_free(FileChange *change);              /* abandons what is only prepared */

/* Two steps, so that all that can fail fails before anything else is done: prepare writes the new
 * version beside the file (its owner, group, mode, extended attributes and, through a symbolic
 * link, its real place) and syncs it; commit renames. A new file gets the mode that the umask
 * leaves. Errors of both: ENGINE_ERROR_REFUSED: no permission, no space, the file holds something
 * else by now. Nothing stays behind then. */
gboolean file_change_prepare(FileChange *change, GError **error);
gboolean file_change_commit(FileChange *change, GError **error);
void file_change_abandon(FileChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileChange, file_change_free)

#endif
