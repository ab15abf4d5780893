/* Myers' greedy comparison (An O(ND) Difference Algorithm, 1986). After COST_MAX changes it settles
 * on the furthest point reached and goes on from there: the result is then no longer the shortest,
 * but time and memory stay bounded. */
#include "engine/line_diff.h"

#include <string.h>

#define CONTEXT 3
#define COST_MAX 512

typedef struct {
    const char *text;
    gsize length; /* with its line end */
    guint number; /* equal lines have equal numbers */
    gboolean changed;
} Line;

typedef struct {
    GArray *before, *after; /* (Line) */
} Diff;

/* A rectangle of the two that is left to compare: from (a, b) up to (a_end, b_end). */
typedef struct {
    guint a, b, a_end, b_end;
} Box;

static Line *line_at(GArray *lines, guint i)
{
    return &g_array_index(lines, Line, i);
}

static GArray *split(const char *text, GHashTable *numbers)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    while (*text != '\0') {
        gsize length = strcspn(text, "\n");
        length += text[length] == '\n';
        g_autofree char *key = g_strndup(text, length);
        guint number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, key));
        if (number == 0) {
            number = g_hash_table_size(numbers) + 1;
            g_hash_table_insert(numbers, g_steal_pointer(&key), GUINT_TO_POINTER(number));
        }
        Line line = { text, length, number, FALSE };
        g_array_append_val(lines, line);
        text += length;
    }
    return lines;
}

/* --- comparison ------------------------------------------------------------------------------ */

static gboolean same(const Diff *diff, guint a, guint b)
{
    return line_at(diff->before, a)->number == line_at(diff->after, b)->number;
}

/* rows[cost] holds how far into `before` one gets with that many changes on each diagonal: entry i
 * is diagonal a - b = 2 i - cost, -1 where it lies outside. */
static int *row_of(int *rows, int cost)
{
    return rows + cost * (cost + 1) / 2;
}

/* Where the last change on the way to (cost, i) leads, before equal lines are followed. taken: it
 * takes a line of `before` away; else it adds one of `after`. */
static int after_change(int *rows, int cost, int i, const Box *box, gboolean *taken)
{
    const int *row = row_of(rows, cost - 1);
    int add = i < cost ? row[i] : -1;
    int take = i > 0 && row[i - 1] >= 0 ? row[i - 1] + 1 : -1;
    if (add - (2 * i - cost) > (int)(box->b_end - box->b)) {
        add = -1;
    }
    if (take > (int)(box->a_end - box->a)) {
        take = -1;
    }
    *taken = take > add;
    return MAX(take, add);
}

static int follow(const Diff *diff, const Box *box, int a, int diagonal)
{
    guint x = box->a + (guint)a, y = box->b + (guint)(a - diagonal);
    while (x < box->a_end && y < box->b_end && same(diff, x, y)) {
        x++;
        y++;
    }
    return (int)(x - box->a);
}

/* Marks the changes on the way to (cost, i), back to front. */
static void mark(Diff *diff, int *rows, int cost, int i, const Box *box)
{
    for (; cost > 0; cost--) {
        gboolean taken;
        int a = after_change(rows, cost, i, box, &taken);
        if (taken) {
            line_at(diff->before, box->a + (guint)a - 1)->changed = TRUE;
            i--;
        } else {
            int b = a - (2 * i - cost);
            line_at(diff->after, box->b + (guint)b - 1)->changed = TRUE;
        }
    }
}

/* Compares as far as COST_MAX changes lead, and leaves the rest in the box. */
static void advance(Diff *diff, int *rows, Box *box)
{
    int best = -1, best_i = 0;
    for (int cost = 0; cost <= COST_MAX; cost++) {
        best = -1;
        for (int i = 0; i <= cost; i++) {
            gboolean taken;
            int a = cost == 0 ? 0 : after_change(rows, cost, i, box, &taken);
            int diagonal = 2 * i - cost;
            a = a >= 0 ? follow(diff, box, a, diagonal) : -1;
            row_of(rows, cost)[i] = a;
            if (a >= 0 && 2 * a - diagonal > best) {
                best = 2 * a - diagonal;
                best_i = i;
            }
        }
        int left = (int)(box->a_end - box->a + box->b_end - box->b) - best;
        if (left == 0 || cost == COST_MAX) {
            mark(diff, rows, cost, best_i, box);
            int a = row_of(rows, cost)[best_i];
            box->b += (guint)(a - (2 * best_i - cost));
            box->a += (guint)a;
            return;
        }
    }
}

static void compare(Diff *diff)
{
    Box box = { 0, 0, diff->before->len, diff->after->len };
    while (box.a_end > 0 && box.b_end > 0 && same(diff, box.a_end - 1, box.b_end - 1)) {
        box.a_end--;
        box.b_end--;
    }
    guint most = MIN(COST_MAX, box.a_end + box.b_end);
    g_autofree int *rows = g_new(int, (most + 1) * (most + 2) / 2);
    while (box.a < box.a_end || box.b < box.b_end) {
        advance(diff, rows, &box);
    }
}

/* --- where a run of changes begins ----------------------------------------------------------- */

static gboolean is_changed(GArray *lines, guint i)
{
    return i < lines->len && line_at(lines, i)->changed;
}

/* Steps over the changes at (a, b). */
static void skip_changes(const Diff *diff, guint *a, guint *b)
{
    while (is_changed(diff->before, *a)) {
        (*a)++;
    }
    while (is_changed(diff->after, *b)) {
        (*b)++;
    }
}

/* The run [*begin, *end) one line up or down: the same diff where the line that it leaves behind is
 * the one that it takes. */
static gboolean slide(GArray *lines, guint *begin, guint *end, int step)
{
    if (step < 0 ? *begin == 0 : *end == lines->len) {
        return FALSE;
    }
    Line *taken = line_at(lines, step < 0 ? *begin - 1 : *end);
    Line *left = line_at(lines, step < 0 ? *end - 1 : *begin);
    if (taken->changed || taken->number != left->number) {
        return FALSE;
    }
    taken->changed = TRUE;
    left->changed = FALSE;
    *begin += (guint)step;
    *end += (guint)step;
    return TRUE;
}

/* How little a line is one that something begins with: the less it is indented the better, the end
 * of an element is worse than another line, and a line with nothing worst. */
static guint strangeness(GArray *lines, guint i)
{
    const char *text = line_at(lines, i)->text;
    gsize indent = strspn(text, " \t");
    if (text[indent] == '\n' || text[indent] == '\r') {
        return G_MAXUINT;
    }
    return 2 * (guint)indent + (strncmp(text + indent, "</", 2) == 0);
}

/* Of the places where a run can stand, the last one of those that read best. */
static void settle_run(GArray *lines, guint *begin, guint *end)
{
    while (slide(lines, begin, end, -1)) {
    }
    guint best = strangeness(lines, *begin), at_best = *begin;
    while (slide(lines, begin, end, 1)) {
        if (strangeness(lines, *begin) <= best) {
            best = strangeness(lines, *begin);
            at_best = *begin;
        }
    }
    while (*begin > at_best) {
        slide(lines, begin, end, -1);
    }
}

/* Runs that only take away or only add read better where elements begin. */
static void settle(Diff *diff)
{
    guint a = 0, b = 0;
    while (a < diff->before->len || b < diff->after->len) {
        guint a_end = a, b_end = b;
        skip_changes(diff, &a_end, &b_end);
        if (a_end > a && b_end == b) {
            guint begin = a, end = a_end;
            settle_run(diff->before, &begin, &end);
            b_end += MAX(end, a_end) - a_end;
            a_end = MAX(end, a_end);
        } else if (b_end > b && a_end == a) {
            guint begin = b, end = b_end;
            settle_run(diff->after, &begin, &end);
            a_end += MAX(end, b_end) - b_end;
            b_end = MAX(end, b_end);
        }
        gboolean equal = a_end == a && b_end == b;
        a = a_end + equal;
        b = b_end + equal;
    }
}

/* --- hunks ----------------------------------------------------------------------------------- */

static void print_line(GPtrArray *output, char sign, const Line *line)
{
    gsize length = line->length;
    gboolean ended = length > 0 && line->text[length - 1] == '\n';
    length -= ended;
    length -= ended && length > 0 && line->text[length - 1] == '\r';
    g_ptr_array_add(output, g_strdup_printf("%c%.*s", sign, (int)length, line->text));
    if (!ended) {
        g_ptr_array_add(output, g_strdup("\\ No newline at end of file"));
    }
}

/* The equal lines from (a, b) up to the next change, or to the end. */
static guint count_equal(const Diff *diff, guint a, guint b)
{
    guint count = 0;
    while (a + count < diff->before->len && b + count < diff->after->len &&
           !is_changed(diff->before, a + count) && !is_changed(diff->after, b + count)) {
        count++;
    }
    return count;
}

/* From a change at (a, b): as long as no more equal lines come between than are shown anyway. */
static Box hunk_at(const Diff *diff, guint a, guint b)
{
    guint lead = MIN(CONTEXT, MIN(a, b));
    Box hunk = { a - lead, b - lead, a, b };
    for (;;) {
        skip_changes(diff, &hunk.a_end, &hunk.b_end);
        guint equal = count_equal(diff, hunk.a_end, hunk.b_end);
        gboolean last =
            hunk.a_end + equal == diff->before->len && hunk.b_end + equal == diff->after->len;
        if (last || equal > 2 * CONTEXT) {
            equal = MIN(equal, CONTEXT);
            hunk.a_end += equal;
            hunk.b_end += equal;
            return hunk;
        }
        hunk.a_end += equal;
        hunk.b_end += equal;
    }
}

/* A range of no lines is named by the line before it. */
static guint first_line(guint begin, guint end)
{
    return begin + (end > begin);
}

static void print_hunk(GPtrArray *output, const Diff *diff, const Box *hunk)
{
    g_ptr_array_add(output, g_strdup_printf("@@ -%u,%u +%u,%u @@", first_line(hunk->a, hunk->a_end),
                                            hunk->a_end - hunk->a, first_line(hunk->b, hunk->b_end),
                                            hunk->b_end - hunk->b));
    guint a = hunk->a, b = hunk->b;
    while (a < hunk->a_end || b < hunk->b_end) {
        if (is_changed(diff->before, a)) {
            print_line(output, '-', line_at(diff->before, a++));
        } else if (is_changed(diff->after, b)) {
            print_line(output, '+', line_at(diff->after, b++));
        } else {
            print_line(output, ' ', line_at(diff->before, a++));
            b++;
        }
    }
}

GPtrArray *line_diff(const char *before, const char *after)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GArray) before_lines = split(before, numbers);
    g_autoptr(GArray) after_lines = split(after, numbers);
    Diff diff = { before_lines, after_lines };
    GPtrArray *output = g_ptr_array_new_with_free_func(g_free);
    compare(&diff);
    settle(&diff);
    guint a = count_equal(&diff, 0, 0), b = a;
    while (a < before_lines->len || b < after_lines->len) {
        Box hunk = hunk_at(&diff, a, b);
        print_hunk(output, &diff, &hunk);
        guint equal = count_equal(&diff, hunk.a_end, hunk.b_end);
        a = hunk.a_end + equal;
        b = hunk.b_end + equal;
    }
    return output;
}
