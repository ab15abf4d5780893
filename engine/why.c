/* The texts of why.ini, found by group and key. What they are put together to is in why_parts.c. */
#include "engine/why.h"

#include <string.h>

static const char texts[] = ""
#include "engine/why_text.inc"
    ;

#define REFUSAL "refusal "
#define BETWEEN_PATTERNS " | "

static GKeyFile *key_file(void)
{
    static GKeyFile *file;

    if (!file) {
        g_autoptr(GError) error = NULL;

        file = g_key_file_new();
        if (!g_key_file_load_from_data(file, texts, strlen(texts), G_KEY_FILE_NONE, &error))
            g_error("why.ini: %s", error->message); /* a defect: every test reads it */
    }
    return file;
}

/* The texts are handed out for good, so each is taken out of the file once. */
const char *why_text(const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(key_file(), group, key, NULL);

    return text ? g_intern_string(text) : NULL;
}

const char *why_driver(const char *driver)
{
    g_auto(GStrv) patterns = g_key_file_get_keys(key_file(), "driver", NULL, NULL);

    for (char **pattern = patterns; *pattern; pattern++)
        if (g_pattern_match_simple(*pattern, driver))
            return why_text("driver", *pattern);
    return NULL;
}

/* --- refusals -------------------------------------------------------------------------------- */

/* How much of a sentence a pattern has word for word. */
static gsize weight(const char *pattern)
{
    gsize letters = 0;

    for (const char *at = pattern; *at; at++)
        letters += *at != '*' && *at != '?';
    return letters;
}

/* Of the best pattern of this entry that is found in the sentence; 0 for none. */
static gsize weigh_entry(const char *group, const char *sentence)
{
    static const char *const keys[] = { "says", "qemu" };
    gsize best = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *list = why_text(group, keys[i]);
        g_auto(GStrv) patterns = g_strsplit(list ? list : "", BETWEEN_PATTERNS, -1);

        for (char **pattern = patterns; *pattern; pattern++) {
            g_autofree char *anywhere = g_strdup_printf("*%s*", *pattern);

            if (**pattern && g_pattern_match_simple(anywhere, sentence))
                best = MAX(best, weight(*pattern));
        }
    }
    return best;
}

/* The entry that has most of the sentence word for word. */
static const char *find_refusal(const char *sentence)
{
    g_auto(GStrv) groups = g_key_file_get_groups(key_file(), NULL);
    const char *found = NULL;
    gsize best = 0;

    for (char **group = groups; *group; group++) {
        gsize weighed = g_str_has_prefix(*group, REFUSAL) ? weigh_entry(*group, sentence) : 0;

        if (weighed > best) {
            best = weighed;
            found = g_intern_string(*group);
        }
    }
    return found;
}

const char *why_refusal(const char *sentence)
{
    const char *group = find_refusal(sentence);

    return group ? why_text(group, "why") : why_text("general", "refusal");
}

const char *why_refusal_name(const char *sentence)
{
    const char *group = find_refusal(sentence);

    return group ? group + strlen(REFUSAL) : NULL;
}

/* --- values ---------------------------------------------------------------------------------- */

char *why_fill(const char *text, const char *const *names)
{
    char *filled = g_strdup(text);

    for (guint i = 0; names[i]; i += 2) {
        g_autofree char *mark = g_strdup_printf("${%s}", names[i]);
        g_auto(GStrv) around = g_strsplit(filled, mark, -1);

        g_free(filled);
        filled = g_strjoinv(names[i + 1], around);
    }
    return filled;
}
