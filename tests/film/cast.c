/* Pieces of output as lines of JSON. */
#include "tests/film/cast.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define LONGEST_WAIT (3 * G_USEC_PER_SEC)

struct Cast {
    FILE *file;
    gint64 latest; /* g_get_monotonic_time() of the latest piece */
    gint64 at;     /* its time in the recording, microseconds */
    GString *rest; /* the beginning of a character whose end has not come */
};

static void write_line(Cast *cast, json_t *line)
{
    json_dumpf(line, cast->file, JSON_COMPACT | JSON_REAL_PRECISION(7));
    fputc('\n', cast->file);
    json_decref(line);
}

Cast *cast_new(const char *path, int columns, int rows)
{
    FILE *file = fopen(path, "w");
    Cast *cast;

    if (!file)
        return NULL;
    cast = g_new0(Cast, 1);
    cast->file = file;
    cast->latest = g_get_monotonic_time();
    cast->rest = g_string_new(NULL);
    write_line(cast, json_pack("{s:i, s:i, s:i, s:{s:s}}", "version", 2, "width", columns, "height",
                               rows, "env", "TERM", "xterm-256color"));
    return cast;
}

static void write_piece(Cast *cast, const char *text, gsize length)
{
    double at = (double)cast->at / G_USEC_PER_SEC;

    write_line(cast, json_pack("[f, s, s%]", at, "o", text, (size_t)length));
}

/* Output is cut anywhere, and a string of JSON is whole characters. */
void cast_add(Cast *cast, const char *bytes, gsize length)
{
    gint64 now = g_get_monotonic_time();
    const char *end;

    cast->at += MIN(now - cast->latest, LONGEST_WAIT);
    cast->latest = now;
    g_string_append_len(cast->rest, bytes, (gssize)length);
    g_utf8_validate_len(cast->rest->str, cast->rest->len, &end);
    if (end != cast->rest->str)
        write_piece(cast, cast->rest->str, (gsize)(end - cast->rest->str));
    g_string_erase(cast->rest, 0, end - cast->rest->str);
}

void cast_free(Cast *cast)
{
    if (!cast)
        return;
    fclose(cast->file);
    g_string_free(cast->rest, TRUE);
    g_free(cast);
}
