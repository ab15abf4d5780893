/* Rows of the outline and lines of the journal without columns, lines and glyphs. */
#include "tui/report_linear.h"

#include <string.h>

#include "tui/outline.h"
#include "tui/report_text.h"

/* Whether the words of the state are all there is to know of it, or it stands in the status. */
static gboolean tells_state(const OutlineRow *row)
{
    const char *state = device_state_name(row->state);

    return row->kind == ROW_VACANT || row->kind == ROW_GROUP || row->kind == ROW_BUS ||
           g_str_has_prefix(row->status, state);
}

/* before: what parts it from what stands there; nothing is added for no text. */
static void append(GString *line, const char *before, const char *text, gboolean ascii)
{
    g_autofree char *safe = report_printable(text, ascii);

    if (*safe)
        g_string_append_printf(line, "%s%s", before, safe);
}

/* The addresses of the controllers that this row hangs on, and its own. Functions of one slot hang
 * on the first of them, which is no controller of theirs. */
static void append_way(GString *line, const Outline *outline, guint index, gboolean ascii)
{
    const OutlineRow *row = outline_row(outline, index);

    for (guint i = index, depth = row->depth; i-- > 0 && depth > 1;) {
        const OutlineRow *above = outline_row(outline, i);

        if (above->depth >= depth)
            continue;
        depth = above->depth;
        if (above->bus == row->bus)
            continue;
        append_way(line, outline, i, ascii);
        break;
    }
    append(line, line->len ? " " : "", row->address, ascii);
}

static void append_row(GString *text, const Outline *outline, guint index, gboolean ascii)
{
    const OutlineRow *row = outline_row(outline, index);
    g_autoptr(GString) line = g_string_new(NULL);

    if (row->kind == ROW_BUS)
        g_string_append(line, "bus");
    append_way(line, outline, index, ascii);
    if (row->kind != ROW_BUS)
        append(line, line->len ? ": " : "", row->name, ascii);
    append(line, ", ", row->backend, ascii);
    append(line, ", ", row->id, ascii);
    if (!tells_state(row))
        append(line, ", ", device_state_name(row->state), ascii);
    append(line, ", ", row->status, ascii);
    g_string_append_printf(text, "%s\n", line->str);
}

/* The name, and what it is. */
static void append_guest(GString *text, const Guest *guest, gboolean ascii)
{
    g_auto(GStrv) facts = report_guest_facts(guest, ascii);
    g_autofree char *rest = *facts ? g_strjoinv(", ", facts + 1) : NULL;

    if (rest)
        g_string_append_printf(text, "%s: %s", *facts, rest);
    g_string_append_c(text, '\n');
}

char *report_tree_linear(const Guest *guest, const Match *match, gboolean ascii)
{
    GString *text = g_string_new(NULL);
    OutlineOptions options = { .match = match, .ascii = ascii, .now = g_get_real_time() };
    g_autoptr(Outline) outline = outline_new(guest, &options);

    append_guest(text, guest, ascii);
    for (guint i = 0; i < outline_length(outline); i++)
        append_row(text, outline, i, ascii);
    return g_string_free(text, FALSE);
}

char *report_journal_linear(const JournalEntry *entry, gboolean ascii)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(entry->at / G_USEC_PER_SEC);
    g_autofree char *clock = time ? g_date_time_format(time, "%H:%M:%S") : g_strdup("");
    GString *line = g_string_new(clock);

    append(line, ": ", entry->subject, ascii);
    append(line, ", ", device_state_name(entry->state), ascii);
    append(line, ": ", entry->text, ascii);
    append(line, ", ", entry->outcome, ascii);
    if (entry->elapsed >= 0)
        g_string_append_printf(line, ", after %.0f ms", (double)entry->elapsed / 1000);
    g_string_append_c(line, '\n');
    return g_string_free(line, FALSE);
}
