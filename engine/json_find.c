/* Arrays of records, as most of the answers are. */
#include "engine/json_find.h"

#include <glib.h>

json_t *json_find(const json_t *array, const char *member, const char *value)
{
    size_t i;
    json_t *entry;

    json_array_foreach (array, i, entry) {
        if (g_strcmp0(json_string_value(json_object_get(entry, member)), value) == 0)
            return entry;
    }
    return NULL;
}
