/* Option strings, as QEMU reads them. */
#include "tests/old/old_machine.h"

#include <string.h>

/* Copies a part up to a comma, ",," being one; returns where the next part begins. */
static const char *next_part(const char *text, GString *part)
{
    g_string_truncate(part, 0);
    for (; *text; text++) {
        if (*text == ',') {
            if (text[1] != ',')
                return text + 1;
            text++;
        }
        g_string_append_c(part, *text);
    }
    return text;
}

/* A part without "=" is a switch that is on. */
static const char *value_of(const char *part, gsize *key_length)
{
    const char *equals = strchr(part, '=');
    *key_length = equals ? (gsize)(equals - part) : strlen(part);
    return equals ? equals + 1 : "on";
}

char *old_option(const char *options, const char *key)
{
    g_autoptr(GString) part = g_string_new(NULL);
    char *found = NULL;
    for (const char *at = options; at && *at;) {
        at = next_part(at, part);
        gsize length = 0;
        const char *value = value_of(part->str, &length);
        if (strlen(key) == length && strncmp(part->str, key, length) == 0) {
            g_free(found);
            found = g_strdup(value);
        }
    }
    return found;
}

gint64 old_option_number(const char *options, const char *key, gint64 otherwise)
{
    g_autofree char *value = old_option(options, key);
    return value ? g_ascii_strtoll(value, NULL, 0) : otherwise;
}

char *old_option_unknown(const char *options, const char *known)
{
    g_auto(GStrv) keys = g_strsplit(known, " ", -1);
    g_autoptr(GString) part = g_string_new(NULL);
    for (const char *at = options; at && *at;) {
        at = next_part(at, part);
        gsize length = 0;
        value_of(part->str, &length);
        g_autofree char *key = g_strndup(part->str, length);
        if (!g_strv_contains((const char *const *)keys, key))
            return g_steal_pointer(&key);
    }
    return NULL;
}
