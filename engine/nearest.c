/* Edit distance between names. */
#include "engine/nearest.h"

#include <string.h>

/* Levenshtein, one row at a time. */
static guint distance(const char *a, const char *b)
{
    gsize length = strlen(b);
    g_autofree guint *row = g_new(guint, length + 1);
    for (gsize j = 0; j <= length; j++) {
        row[j] = (guint)j;
    }
    for (gsize i = 0; a[i] != '\0'; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i + 1;
        for (gsize j = 0; j < length; j++) {
            guint replace = diagonal + (g_ascii_tolower(a[i]) != g_ascii_tolower(b[j]));
            diagonal = row[j + 1];
            row[j + 1] = MIN(replace, MIN(row[j], diagonal) + 1);
        }
    }
    return row[length];
}

const char *nearest_name(const char *typed, const void *names, gsize count, gsize stride)
{
    const char *best = NULL;
    gsize length = strlen(typed);
    if (length > 64) { /* nobody mistypes that much, and the cost is quadratic */
        return NULL;
    }
    guint limit = (guint)MAX(1, (length + 2) / 3) + 1; /* distances below it are typing mistakes */
    for (gsize i = 0; i < count; i++) {
        const char *name = *(const char *const *)((const char *)names + i * stride);
        guint edits = distance(typed, name);
        if (edits < limit && edits < strlen(name)) {
            limit = edits;
            best = name;
        }
    }
    return best;
}

char *nearest_hint(const char *typed, const void *names, gsize count, gsize stride)
{
    const char *name = nearest_name(typed, names, count, stride);
    return name == NULL ? g_strdup("") : g_strdup_printf("; did you mean \"%s\"?", name);
}
