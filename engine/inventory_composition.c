/* Parser of `info qom-tree`: "  /i440fx (i440FX-pcihost)" below "/machine (pc-i440fx-7.2-machine)",
 * two blanks a level, children sorted by name. */
#include "engine/inventory_composition.h"

#include <string.h>

#define NUMBERED "/machine/unattached/device["

struct Composition {
    GHashTable *types; /* type -> (GPtrArray of char *) paths */
};

typedef struct {
    Composition *composition;
    GString *path; /* of the latest line */
    GArray *ends;  /* (gsize) where in it the name of each level ends */
} Parser;

static void free_paths(gpointer paths)
{
    g_ptr_array_unref(paths);
}

static void add_object(Composition *composition, const char *path, const char *type)
{
    GPtrArray *paths = g_hash_table_lookup(composition->types, type);
    if (!paths) {
        paths = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(composition->types, g_strdup(type), paths);
    }
    g_ptr_array_add(paths, g_strdup(path));
}

/* "/i440fx (i440FX-pcihost)" at a level below that of an open object at most. */
static gboolean take_line(Parser *parser, guint level, const char *line, gsize length)
{
    const char *type = g_strrstr_len(line, length, " (");
    if (*line != '/' || !type || line[length - 1] != ')' || level > parser->ends->len)
        return FALSE;
    g_string_truncate(parser->path, level ? g_array_index(parser->ends, gsize, level - 1) : 0);
    g_string_append_len(parser->path, line, type - line);
    g_array_set_size(parser->ends, level);
    g_array_append_val(parser->ends, parser->path->len);
    g_autofree char *name = g_strndup(type + 2, line + length - 1 - (type + 2));
    if (level != 2 || !g_str_has_prefix(parser->path->str, "/machine/peripheral/"))
        add_object(parser->composition, parser->path->str, name);
    return TRUE;
}

/* FALSE: the line belongs to no such tree. */
static gboolean read_line(Parser *parser, const char *line)
{
    gsize blanks = strspn(line, " "), length = strcspn(line, "\r\n");
    return blanks % 2 == 0 && blanks < length &&
           take_line(parser, blanks / 2, line + blanks, length - blanks);
}

/* Names of one kind differ in their number only, which has no zeros in front. */
static int by_number(gconstpointer a, gconstpointer b)
{
    const char *first = *(char *const *)a, *second = *(char *const *)b;
    gsize one = strlen(first), other = strlen(second);
    return one == other ? strcmp(first, second) : (one > other) - (one < other);
}

static void sort_paths(gpointer type, gpointer paths, gpointer data)
{
    g_ptr_array_sort(paths, by_number);
}

Composition *composition_parse(const char *text)
{
    Composition *composition = g_new0(Composition, 1);
    Parser parser = { composition, g_string_new(NULL), g_array_new(FALSE, FALSE, sizeof(gsize)) };
    composition->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_paths);
    while (*text && read_line(&parser, text)) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    if (*text)
        g_hash_table_remove_all(composition->types);
    g_hash_table_foreach(composition->types, sort_paths, NULL);
    g_string_free(parser.path, TRUE);
    g_array_unref(parser.ends);
    return composition;
}

void composition_free(Composition *composition)
{
    if (!composition)
        return;
    g_hash_table_unref(composition->types);
    g_free(composition);
}

static gboolean is_numbered(const char *path)
{
    return g_str_has_prefix(path, NUMBERED) && !strchr(path + strlen(NUMBERED), '/');
}

const char *composition_nth(const Composition *composition, const char *type, guint n, guint count)
{
    const GPtrArray *paths = g_hash_table_lookup(composition->types, type);
    if (!paths || paths->len != count || n >= count)
        return NULL;
    for (guint i = 0; count > 1 && i < count; i++) {
        if (!is_numbered(paths->pdata[i]))
            return NULL;
    }
    return paths->pdata[n];
}
