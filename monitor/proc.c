/* Reading below /proc/PID. */
#include "monitor/proc.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 16384
#define DELETED " (deleted)" /* d_path of a file that was unlinked (fs/d_path.c) */

static int compare_pids(gconstpointer a, gconstpointer b)
{
    gint first = *(const gint *)a, second = *(const gint *)b;

    return (first > second) - (first < second);
}

GArray *proc_list(const char *proc, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(proc, 0, error);
    GArray *pids;
    const char *name;
    guint64 pid;

    if (!folder)
        return NULL;
    pids = g_array_new(FALSE, FALSE, sizeof(gint));
    while ((name = g_dir_read_name(folder))) {
        if (g_ascii_string_to_unsigned(name, 10, 1, G_MAXINT, &pid, NULL)) {
            gint number = (gint)pid;
            g_array_append_val(pids, number);
        }
    }
    g_array_sort(pids, compare_pids);
    return pids;
}

char *proc_path(const char *proc, gint pid, const char *name)
{
    return pid ? g_strdup_printf("%s/%d/%s", proc, pid, name)
               : g_strdup_printf("%s/self/%s", proc, name);
}

GString *proc_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    GString *text;
    char bytes[READ_BYTES];
    ssize_t length;

    if (fd < 0)
        return NULL;
    text = g_string_new(NULL);
    while (text->len < PROC_BYTES_MAX && (length = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, length);
    close(fd);
    return text;
}

/* (char) what stands between NULs. (transfer full) */
static GPtrArray *split(const GString *text)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    for (gsize at = 0; at < text->len; at += strlen(text->str + at) + 1)
        g_ptr_array_add(words, g_strdup(text->str + at));
    return words;
}

static GPtrArray *read_words(const char *proc, gint pid, const char *name)
{
    g_autofree char *path = proc_path(proc, pid, name);
    GString *text = proc_read(path);
    GPtrArray *words = text && text->len ? split(text) : NULL;

    if (text)
        g_string_free(text, TRUE);
    return words;
}

GPtrArray *proc_arguments(const char *proc, gint pid)
{
    return read_words(proc, pid, "cmdline");
}

char *proc_variable(const char *proc, gint pid, const char *name)
{
    g_autoptr(GPtrArray) words = read_words(proc, pid, "environ");
    gsize length = strlen(name);

    for (guint i = 0; words && i < words->len; i++) {
        const char *word = words->pdata[i];

        if (strncmp(word, name, length) == 0 && word[length] == '=')
            return g_strdup(word + length + 1);
    }
    return NULL;
}

/* FALSE if there is no such link or it is not ours to read. */
static gboolean read_link(int folder, const char *path, char *target, gsize size)
{
    ssize_t length = readlinkat(folder, path, target, size - 1);

    if (length < 0)
        return FALSE;
    target[length] = '\0';
    return TRUE;
}

char *proc_link(const char *proc, gint pid, const char *name)
{
    g_autofree char *path = proc_path(proc, pid, name);
    char target[4096];

    return read_link(AT_FDCWD, path, target, sizeof target) ? g_strdup(target) : NULL;
}

char *proc_program(const char *proc, gint pid)
{
    g_autofree char *path = proc_link(proc, pid, "exe");

    if (!path)
        return NULL;
    if (g_str_has_suffix(path, DELETED))
        path[strlen(path) - strlen(DELETED)] = '\0';
    return g_path_get_basename(path);
}

gboolean proc_each_file(const char *proc, gint pid, ProcFileFn each, gpointer data)
{
    g_autofree char *path = proc_path(proc, pid, "fd");
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    int folder = files ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const char *name;

    if (folder < 0)
        return FALSE;
    while ((name = g_dir_read_name(files))) {
        char link[64]; /* those of interest are short */
        guint64 fd;

        if (g_ascii_string_to_unsigned(name, 10, 0, G_MAXINT, &fd, NULL) &&
            read_link(folder, name, link, sizeof link))
            each((gint)fd, link, data);
    }
    close(folder);
    return TRUE;
}

guint64 proc_socket_inode(const char *link)
{
    return g_str_has_prefix(link, "socket:[")
               ? g_ascii_strtoull(link + strlen("socket:["), NULL, 10)
               : 0;
}
