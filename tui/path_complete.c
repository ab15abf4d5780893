/* Reading a folder with GIO, and what its names have in common. */
#include "tui/path_complete.h"

#include <string.h>

#define BATCH 256

struct PathComplete {
    char *text;
    const char *prefix; /* the part of text behind the last slash */
    GCancellable *cancellable;
    GPtrArray *candidates; /* (char) */
    PathCompleteFn done;   /* NULL once nobody listens */
    gpointer data;
    gboolean abandoned; /* its owner has let go of it while GIO was at work */
};

static void destroy(PathComplete *complete)
{
    g_free(complete->text);
    g_object_unref(complete->cancellable);
    g_ptr_array_unref(complete->candidates);
    g_free(complete);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many bytes all candidates share, cut back to whole characters. */
static gsize shared_length(const GPtrArray *candidates)
{
    const char *first = candidates->pdata[0];
    const char *last = candidates->pdata[candidates->len - 1]; /* sorted: the extremes decide */
    gsize length = 0;

    while (first[length] && first[length] == last[length])
        length++;
    while (length > 0 && (first[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void finish(PathComplete *complete)
{
    PathCompleteFn done = complete->done;
    g_autofree char *text = g_strdup(complete->text);

    if (complete->abandoned) {
        destroy(complete);
        return;
    }
    g_ptr_array_sort(complete->candidates, compare);
    if (complete->candidates->len > 0) {
        const char *first = complete->candidates->pdata[0];
        g_autofree char *folder = g_strndup(complete->text, complete->prefix - complete->text);
        g_autofree char *shared = g_strndup(first, shared_length(complete->candidates));

        g_free(text);
        text = g_strconcat(folder, shared, NULL);
    }
    complete->done = NULL;
    done(text, complete->candidates, complete->data);
}

static void take(PathComplete *complete, GFileInfo *info)
{
    const char *name = g_file_info_get_name(info);
    gboolean folder = g_file_info_get_file_type(info) == G_FILE_TYPE_DIRECTORY;

    if (!g_str_has_prefix(name, complete->prefix) || !g_utf8_validate(name, -1, NULL))
        return;
    if (name[0] == '.' && complete->prefix[0] != '.')
        return;
    g_ptr_array_add(complete->candidates, g_strconcat(name, folder ? "/" : NULL, NULL));
}

static void on_batch(GObject *source, GAsyncResult *result, gpointer data)
{
    GFileEnumerator *enumerator = G_FILE_ENUMERATOR(source);
    PathComplete *complete = data;
    GList *infos = g_file_enumerator_next_files_finish(enumerator, result, NULL);

    for (GList *at = infos; at; at = at->next)
        take(complete, at->data);
    if (infos && !complete->abandoned) {
        g_file_enumerator_next_files_async(enumerator, BATCH, G_PRIORITY_DEFAULT,
                                           complete->cancellable, on_batch, complete);
    } else {
        finish(complete);
    }
    g_list_free_full(infos, g_object_unref);
}

static void on_folder(GObject *source, GAsyncResult *result, gpointer data)
{
    PathComplete *complete = data;
    g_autoptr(GFileEnumerator) enumerator =
        g_file_enumerate_children_finish(G_FILE(source), result, NULL);

    if (enumerator && !complete->abandoned) {
        g_file_enumerator_next_files_async(enumerator, BATCH, G_PRIORITY_DEFAULT,
                                           complete->cancellable, on_batch, complete);
        return;
    }
    finish(complete);
}

PathComplete *path_complete_new(const char *text, PathCompleteFn done, gpointer data)
{
    PathComplete *complete = g_new0(PathComplete, 1);
    const char *slash;
    g_autofree char *folder = NULL;
    g_autoptr(GFile) file = NULL;

    complete->text = g_strdup(text);
    slash = strrchr(complete->text, '/');
    complete->prefix = slash ? slash + 1 : complete->text;
    complete->cancellable = g_cancellable_new();
    complete->candidates = g_ptr_array_new_with_free_func(g_free);
    complete->done = done;
    complete->data = data;
    folder = slash ? g_strndup(complete->text, slash + 1 - complete->text) : g_strdup(".");
    file = g_file_new_for_path(folder);
    g_file_enumerate_children_async(
        file, G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
        G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, complete->cancellable, on_folder, complete);
    return complete;
}

/* What GIO still has to answer frees it; once it has answered nobody else does. */
void path_complete_free(PathComplete *complete)
{
    if (!complete)
        return;
    if (!complete->done) {
        destroy(complete);
        return;
    }
    complete->abandoned = TRUE;
    g_cancellable_cancel(complete->cancellable);
}
