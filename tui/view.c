/* Views by their names. */
#include "tui/view.h"

#include "engine/error.h"
#include "engine/nearest.h"

/* In lower case. (transfer full) */
static char *name_of(ViewId id)
{
    return view_class(id) ? g_ascii_strdown(view_class(id)->name, -1) : NULL;
}

gboolean view_find(const char *name, ViewId *id, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *hint = NULL;

    for (guint i = 0; i < VIEWS; i++) {
        g_autofree char *candidate = name_of((ViewId)i);

        *id = (ViewId)i;
        if (g_strcmp0(candidate, name) == 0)
            return TRUE;
        if (candidate)
            g_ptr_array_add(names, g_steal_pointer(&candidate));
    }
    hint = nearest_hint(name, names->pdata, names->len, sizeof(gpointer));
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, "there is no view \"%s\"%s", name, hint);
    return FALSE;
}
