/* Parser of `info qom-tree`: "  /i440fx (i440FX-pcihost)" below "/machine (pc-i440fx-7.2-machine)",
 * two blanks a level, children sorted by name. */
#include "engine/inventory_composition.h"

#include <string.h>

struct Composition {
    GHashTable *types; /* type -> path of its only object, "" where there are several */
};

typedef struct {
    Composition *composition;
    GString *path; /* of the latest line */
    GArray *ends;  /* (gsize) where in it the name of each level ends */
} Parser;

static void add_object(Composition *composition, const char *path, char *type)
{
    gboolean several = g_hash_table_contains(composition->types, type);
    g_hash_table_insert(composition->types, type, g_strdup(several ? "" : path));
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
    if (level != 2 || !g_str_has_prefix(parser->path->str, "/machine/peripheral/"))
        add_object(parser->composition, parser->path->str,
                   g_strndup(type + 2, line + length - 1 - (type + 2)));
    return TRUE;
}

/* FALSE: the line belongs to no such tree. */
static gboolean read_line(Parser *parser, const char *line)
{
    gsize blanks = strspn(line, " "), length = strcspn(line, "\r\n");
    return blanks % 2 == 0 && blanks < length &&
           take_line(parser, blanks / 2, line + blanks, length - blanks);
}

Composition *composition_parse(const char *text)
{
    Composition *composition = g_new0(Composition, 1);
    Parser parser = { composition, g_string_new(NULL), g_array_new(FALSE, FALSE, sizeof(gsize)) };
    composition->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (*text && read_line(&parser, text)) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    if (*text)
        g_hash_table_remove_all(composition->types);
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

const char *composition_only(const Composition *composition, const char *type)
{
    const char *path = g_hash_table_lookup(composition->types, type);
    return path && *path ? path : NULL;
}
