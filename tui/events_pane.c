/* Journal entries as lines: time, glyph, subject, text, and at the right what came of it. */
#include "tui/events_pane.h"

#include <string.h>

#include "tui/outline.h"

#define TIME_COLUMN 1
#define GLYPH_COLUMN 10
#define SUBJECT_COLUMN 12
#define SUBJECT_COLUMNS 6

static char *clock_text(gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at / G_USEC_PER_SEC);

    return time ? g_date_time_format(time, "%H:%M:%S") : g_strdup("--:--:--");
}

/* The journal is ASCII: its arrow gets the better glyph where there is one. */
static char *outcome_text(const JournalEntry *entry, gboolean ascii)
{
    const char *outcome = entry->outcome ? entry->outcome : "";
    gboolean answered = !ascii && g_str_has_prefix(outcome, "->");
    g_autofree char *text = g_strconcat(answered ? glyph_text(GLYPH_ARROW, FALSE) : "",
                                        outcome + (answered ? strlen("->") : 0), NULL);

    if (entry->elapsed < 0)
        return g_steal_pointer(&text);
    return g_strdup_printf("%s %5.0f ms", text, (double)entry->elapsed / 1000);
}

static void draw_entry(const JournalEntry *entry, const Canvas *canvas, int row)
{
    g_autofree char *clock = clock_text(entry->at);
    g_autofree char *outcome = outcome_text(entry, canvas->look->ascii);
    const char *subject = entry->subject ? entry->subject : "";
    int at = SUBJECT_COLUMN + MAX(SUBJECT_COLUMNS, text_columns(subject)) + 1;
    int room = canvas->columns - at - 1;
    int outcome_columns = MIN(text_columns(outcome), room * 2 / 3);
    gboolean refused = entry->state == STATE_REFUSED;

    draw_text(canvas, row, TIME_COLUMN, 8, ELEMENT_DIM, clock);
    draw_text(canvas, row, GLYPH_COLUMN, 1, element_of_state(entry->state),
              state_glyph(entry->state, canvas->look->ascii));
    draw_text(canvas, row, SUBJECT_COLUMN, room, ELEMENT_ID, subject);
    draw_right(canvas, row, at, room, refused ? ELEMENT_ERROR : ELEMENT_DIM, outcome);
    draw_blank(canvas, row, at, room - outcome_columns);
    draw_text(canvas, row, at, room - outcome_columns - (outcome_columns ? 1 : 0), ELEMENT_TEXT,
              entry->text ? entry->text : "");
}

void events_pane_draw(const Journal *journal, const Canvas *canvas, gboolean focused, int *back,
                      int joint)
{
    int lines = canvas->rows - 1, length = (int)journal_length(journal);
    g_autofree char *place = NULL;
    int first;

    *back = CLAMP(*back, 0, MAX(length - lines, 0));
    first = MAX(length - lines - *back, 0);
    place = *back ? g_strdup_printf("%d later", *back) : g_strdup("following");
    draw_rule(canvas, 0, focused ? "[Events]" : "Events", place);
    if (joint >= 0)
        draw_glyph(canvas, 0, joint, ELEMENT_RULE, GLYPH_UP_TEE);
    for (int i = 0; i < lines && first + i < length; i++)
        draw_entry(journal_entry(journal, (guint)(first + i)), canvas, i + 1);
}
