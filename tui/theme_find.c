/* Where theme files are looked for, and which there are. */
#include "tui/theme_file.h"

#include <string.h>

#define SUFFIX ".theme"

/* The first that has a name wins. (transfer full) */
static GStrv folders(void)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree char *own = g_build_filename(g_get_user_config_dir(), "backplane", "themes", NULL);
    const char *first = g_getenv("BACKPLANE_THEMES");

    if (first && *first)
        g_strv_builder_add(builder, first);
    g_strv_builder_add(builder, own);
    g_strv_builder_add(builder, PKGDATADIR "/themes");
    g_strv_builder_add(builder, "themes");
    return g_strv_builder_end(builder);
}

char *theme_file_find(const char *name)
{
    g_autofree char *file = g_strconcat(name, SUFFIX, NULL);
    g_auto(GStrv) list = folders();

    if (strchr(name, '/') || name[0] == '.')
        return NULL;
    for (char **folder = list; *folder; folder++) {
        g_autofree char *path = g_build_filename(*folder, file, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

void theme_entry_free(ThemeEntry *entry)
{
    g_free(entry->name);
    g_free(entry->path);
    g_ptr_array_unref(entry->hidden);
    g_free(entry);
}

static ThemeEntry *entry_of(GPtrArray *entries, const char *name)
{
    ThemeEntry *entry;

    for (guint i = 0; i < entries->len; i++)
        if (g_str_equal(((const ThemeEntry *)entries->pdata[i])->name, name))
            return entries->pdata[i];
    entry = g_new0(ThemeEntry, 1);
    entry->name = g_strdup(name);
    entry->hidden = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(entries, entry);
    return entry;
}

static void add_folder(GPtrArray *entries, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *file;

    while (dir && (file = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_autofree char *name = NULL;
        ThemeEntry *entry;

        if (file[0] == '.' || !g_str_has_suffix(file, SUFFIX) ||
            !g_file_test(path, G_FILE_TEST_IS_REGULAR))
            continue;
        name = g_strndup(file, strlen(file) - strlen(SUFFIX));
        entry = entry_of(entries, name);
        if (entry->path)
            g_ptr_array_add(entry->hidden, g_steal_pointer(&path));
        else
            entry->path = g_steal_pointer(&path);
    }
}

static int compare(gconstpointer a, gconstpointer b)
{
    const ThemeEntry *first = *(const ThemeEntry *const *)a;
    const ThemeEntry *second = *(const ThemeEntry *const *)b;
    gboolean first_default = g_str_equal(first->name, "default");

    if (first_default != g_str_equal(second->name, "default"))
        return first_default ? -1 : 1;
    return strcmp(first->name, second->name);
}

GPtrArray *theme_list(void)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)theme_entry_free);
    g_auto(GStrv) list = folders();

    entry_of(entries, "default"); /* there even without a file */
    for (char **folder = list; *folder; folder++)
        add_folder(entries, *folder);
    g_ptr_array_sort(entries, compare);
    return entries;
}
