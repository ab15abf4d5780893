/* A reply of the human monitor, line by line: what the parsers of such texts have in common. */
#ifndef BACKPLANE_HMP_LINES_H
#define BACKPLANE_HMP_LINES_H

#include <glib.h>
#include <jansson.h>

typedef struct {
    char *text; /* a copy, cut at its line ends */
    char *next; /* NULL after the last line */
    guint left; /* how many more are read */
} HmpLines;

void hmp_lines_init(HmpLines *lines, const char *text);
void hmp_lines_clear(HmpLines *lines);

/* The next line without its end, NULL after the last. (borrowed, until the clearing) */
char *hmp_lines_next(HmpLines *lines);

/* What follows prefix, NULL where line begins otherwise. */
const char *hmp_after(const char *line, const char *prefix);

/* The decimal number at *at, which moves behind it; FALSE where there is none below 2^63. */
gboolean hmp_number(const char **at, gint64 *number);

/* A JSON string of any bytes, up to length (negative: up to the NUL). (transfer full) */
json_t *hmp_string(const char *bytes, gssize length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HmpLines, hmp_lines_clear)

#endif
