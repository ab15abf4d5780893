/* What is in a folder, read in the background. */
#ifndef BACKPLANE_FOLDER_LIST_H
#define BACKPLANE_FOLDER_LIST_H

#include <gio/gio.h>

typedef struct {
    char *name; /* as the file system has it: any bytes but '/' */
    char *key;  /* for comparing: valid UTF-8, whatever the case */
    gboolean folder;
    gint64 size; /* bytes; -1 for folders */
} FolderEntry;

typedef struct FolderList FolderList;

/* entries: (FolderEntry) folders first, each sort by name; empty on an error. Valid until the list
 * is freed. */
typedef void (*FolderListFn)(const GPtrArray *entries, const GError *error, gpointer data);

/* Calls back once, never before it returns, unless it is freed before; not to be freed inside.
 * (transfer full) */
FolderList *folder_list_new(const char *path, FolderListFn done, gpointer data);
void folder_list_free(FolderList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FolderList, folder_list_free)

#endif
