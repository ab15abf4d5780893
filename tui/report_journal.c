/* One line of the journal, printed. */
#include "tui/report_journal.h"

#include <string.h>

#include "tui/outline.h"
#include "tui/report_json.h"
#include "tui/report_text.h"

/* "12:04:24.120" */
static void append_clock(GString *line, gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at / G_USEC_PER_SEC);
    g_autofree char *clock = time ? g_date_time_format(time, "%H:%M:%S") : NULL;

    g_string_append_printf(line, "%s.%03d", clock ? clock : "--:--:--",
                           (int)(at % G_USEC_PER_SEC / 1000));
}

static void append_cell(GString *line, const char *before, const char *text, gboolean ascii)
{
    g_autofree char *cell = report_printable(text, ascii);

    if (*cell)
        g_string_append_printf(line, "%s%s", before, cell);
}

char *report_journal_text(const JournalEntry *entry, gboolean ascii)
{
    GString *line = g_string_new(NULL);

    append_clock(line, entry->at);
    g_string_append_printf(line, " %s", state_glyph(entry->state, ascii));
    append_cell(line, " ", entry->subject, ascii);
    append_cell(line, "  ", entry->text, ascii);
    append_cell(line, "  ", entry->outcome, ascii);
    if (entry->elapsed >= 0)
        g_string_append_printf(line, "  %.0f ms", (double)entry->elapsed / 1000);
    report_end_line(line);
    return g_string_free(line, FALSE);
}

/* In UTC, to the microsecond. */
static char *time_text(gint64 at)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);
    g_autoptr(GDateTime) time = second ? g_date_time_add(second, at % G_USEC_PER_SEC) : NULL;

    return time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S.%fZ") : NULL;
}

char *report_journal_json(const JournalEntry *entry)
{
    g_autofree char *time = time_text(entry->at);
    json_t *elapsed = entry->elapsed < 0 ? json_null() : json_real((double)entry->elapsed / 1000);
    json_t *json =
        json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "time", report_string_json(time), "state",
                  device_state_name(entry->state), "subject", report_string_json(entry->subject),
                  "text", report_string_json(entry->text), "outcome",
                  report_string_json(entry->outcome), "elapsed_ms", elapsed);
    char *dumped = json_dumps(json, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
    char *line = g_strconcat(dumped, "\n", NULL);

    free(dumped);
    json_decref(json);
    return line;
}
