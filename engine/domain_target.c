/* Target names of drives: "sdf" and its number. */
#include "engine/domain_edit.h"

#include <string.h>

/* libvirt's prefixes (virdisk, 9.0.0). */
static const char *const prefixes[] = { "fd", "hd", "vd", "sd", "xvd", "ubd" };

/* Letters count in base 26 without a zero: a is 0, z 25, aa 26. FALSE when there is none, or more
 * than a guint holds. */
static gboolean parse_letters(const char **text, guint *index)
{
    guint64 number = 0;
    const char *letter = *text;
    for (; *letter >= 'a' && *letter <= 'z'; letter++) {
        number = number * 26 + (guint64)(*letter - 'a') + 1;
        if (number > G_MAXINT)
            return FALSE;
    }
    if (letter == *text)
        return FALSE;
    *text = letter;
    *index = number - 1;
    return TRUE;
}

/* Nothing, or digits without a leading zero. */
static gboolean is_partition(const char *text)
{
    return !*text || (*text != '0' && strspn(text, "0123456789") == strlen(text));
}

gboolean target_index(const char *target, gsize *prefix_length, guint *index)
{
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        const char *rest = target + strlen(prefixes[i]);
        guint number;
        if (!g_str_has_prefix(target, prefixes[i]) || !parse_letters(&rest, &number) ||
            !is_partition(rest))
            continue;
        if (prefix_length)
            *prefix_length = strlen(prefixes[i]);
        *index = number;
        return TRUE;
    }
    return FALSE;
}

char *target_name(const char *prefix, guint index)
{
    GString *letters = g_string_new(NULL);
    for (gint64 rest = index; rest >= 0; rest = rest / 26 - 1)
        g_string_prepend_c(letters, 'a' + rest % 26);
    return g_string_free(g_string_prepend(letters, prefix), FALSE);
}

char *domain_next_target(const Domain *domain, const char *prefix)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    gsize length;
    guint index;
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (strcmp(device->element, "disk") == 0 && device->target &&
            target_index(device->target, &length, &index) && length == strlen(prefix) &&
            g_str_has_prefix(device->target, prefix))
            g_hash_table_add(taken, GUINT_TO_POINTER(index));
    }
    for (index = 0; g_hash_table_contains(taken, GUINT_TO_POINTER(index));)
        index++;
    return target_name(prefix, index);
}
