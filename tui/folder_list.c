/* A folder may be on a network that hangs, and have many thousands of files: GIO reads it in
 * batches, in a thread. */
#include "tui/folder_list.h"

#include <string.h>

#define BATCH 512
#define ATTRIBUTES                                                                                 \
    G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE                              \
                                   "," G_FILE_ATTRIBUTE_STANDARD_SIZE

struct FolderList {
    GCancellable *cancellable;
    GPtrArray *entries;
    FolderListFn done; /* NULL once it was called */
    gpointer data;
    gboolean abandoned; /* freed while GIO was at work, which frees it then */
};

static void entry_free(gpointer data)
{
    FolderEntry *entry = data;

    g_free(entry->name);
    g_free(entry->key);
    g_free(entry);
}

static void destroy(FolderList *list)
{
    g_object_unref(list->cancellable);
    g_ptr_array_unref(list->entries);
    g_free(list);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const FolderEntry *first = *(const FolderEntry *const *)a;
    const FolderEntry *second = *(const FolderEntry *const *)b;
    int order;

    if (first->folder != second->folder)
        return first->folder ? -1 : 1;
    order = strcmp(first->key, second->key);
    return order ? order : strcmp(first->name, second->name);
}

static void finish(FolderList *list, const GError *error)
{
    FolderListFn done = list->done;

    if (list->abandoned) {
        destroy(list);
        return;
    }
    if (error)
        g_ptr_array_set_size(list->entries, 0);
    g_ptr_array_sort(list->entries, compare);
    list->done = NULL;
    done(list->entries, error, list->data);
}

static void take(FolderList *list, GFileInfo *info)
{
    FolderEntry *entry = g_new0(FolderEntry, 1);
    g_autofree char *valid = NULL;

    entry->name = g_strdup(g_file_info_get_name(info));
    valid = g_utf8_make_valid(entry->name, -1);
    entry->key = g_utf8_casefold(valid, -1);
    entry->folder = g_file_info_get_file_type(info) == G_FILE_TYPE_DIRECTORY;
    entry->size = entry->folder ? -1 : g_file_info_get_size(info);
    g_ptr_array_add(list->entries, entry);
}

static void on_batch(GObject *source, GAsyncResult *result, gpointer data)
{
    GFileEnumerator *enumerator = G_FILE_ENUMERATOR(source);
    FolderList *list = data;
    g_autoptr(GError) error = NULL;
    GList *infos = g_file_enumerator_next_files_finish(enumerator, result, &error);

    for (GList *at = infos; at; at = at->next)
        take(list, at->data);
    if (infos && !list->abandoned)
        g_file_enumerator_next_files_async(enumerator, BATCH, G_PRIORITY_DEFAULT, list->cancellable,
                                           on_batch, list);
    else
        finish(list, error);
    g_list_free_full(infos, g_object_unref);
}

static void on_folder(GObject *source, GAsyncResult *result, gpointer data)
{
    FolderList *list = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileEnumerator) enumerator =
        g_file_enumerate_children_finish(G_FILE(source), result, &error);

    if (enumerator && !list->abandoned)
        g_file_enumerator_next_files_async(enumerator, BATCH, G_PRIORITY_DEFAULT, list->cancellable,
                                           on_batch, list);
    else
        finish(list, error);
}

FolderList *folder_list_new(const char *path, FolderListFn done, gpointer data)
{
    FolderList *list = g_new0(FolderList, 1);
    g_autoptr(GFile) file = g_file_new_for_path(path);

    list->cancellable = g_cancellable_new();
    list->entries = g_ptr_array_new_with_free_func(entry_free);
    list->done = done;
    list->data = data;
    g_file_enumerate_children_async(file, ATTRIBUTES, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                                    list->cancellable, on_folder, list);
    return list;
}

void folder_list_free(FolderList *list)
{
    if (!list)
        return;
    if (!list->done) {
        destroy(list);
        return;
    }
    list->abandoned = TRUE;
    g_cancellable_cancel(list->cancellable);
}
