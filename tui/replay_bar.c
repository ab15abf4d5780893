/* The player's line, and its controls in terms of engine/replay.h. */
#include "tui/replay_bar.h"

#include <math.h>

#define GAP 3
#define PROGRESS_LEAST 8

/* "12:34"; hours are counted as minutes. (transfer full) */
static char *position_text(gint64 position)
{
    gint64 seconds = position / G_USEC_PER_SEC;

    return g_strdup_printf("%02d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

/* --- drawing --------------------------------------------------------------------------------- */

/* "► playing", "║ paused": each as wide as the widest. */
static int draw_state(const Replay *replay, const Canvas *canvas, int row)
{
    gboolean ascii = canvas->look->ascii, playing = replay_is_playing(replay);
    const char *glyph = playing ? (ascii ? ">" : "►") : (ascii ? "|" : "║");
    gboolean at_end = replay_position(replay) >= replay_length(replay);

    draw_format(canvas, row, 1, 9, playing ? ELEMENT_ADDED : ELEMENT_CAUTION, "%s %s", glyph,
                playing  ? "playing"
                : at_end ? "the end"
                         : "paused");
    return 1 + 9;
}

/* "01:23 of 12:34   moment 14 of 40   x2". (transfer full) */
static char *facts_text(const Replay *replay, gboolean wide)
{
    g_autofree char *position = position_text(replay_position(replay));
    g_autofree char *length = position_text(replay_length(replay));
    guint passed = replay_moments_passed(replay), moments = replay_moments(replay);
    double speed = replay_speed(replay);

    return wide ? g_strdup_printf("%s of %s   moment %u of %u   speed %g", position, length, passed,
                                  moments, speed)
                : g_strdup_printf("%s/%s %u/%u x%g", position, length, passed, moments, speed);
}

static void append_times(GString *text, const char *glyph, int times)
{
    for (int i = 0; i < times; i++)
        g_string_append(text, glyph);
}

/* "════●──────": the ball is where it is. */
static void draw_progress(const Replay *replay, const Canvas *canvas, int row, int column,
                          int columns)
{
    gboolean ascii = canvas->look->ascii;
    gint64 length = MAX(replay_length(replay), 1);
    int done = (int)(replay_position(replay) * (columns - 1) / length);
    g_autoptr(GString) passed = g_string_new(NULL);
    g_autoptr(GString) ahead = g_string_new(NULL);

    append_times(passed, ascii ? "=" : "═", done);
    append_times(ahead, ascii ? "-" : "─", columns - 1 - done);
    draw_text(canvas, row, column, done, ELEMENT_PROPOSAL, passed->str);
    draw_text(canvas, row, column + done, 1, ELEMENT_TITLE, ascii ? "o" : "●");
    draw_text(canvas, row, column + done + 1, columns - 1 - done, ELEMENT_RULE, ahead->str);
}

ReplayBar replay_bar_draw(const Replay *replay, const Canvas *canvas, int row)
{
    g_autofree char *wide = facts_text(replay, TRUE);
    g_autofree char *narrow = facts_text(replay, FALSE);
    ReplayBar bar = { .state_columns = draw_state(replay, canvas, row) };
    int at = bar.state_columns + GAP, rest;
    gboolean fits = at + text_columns(wide) + GAP + PROGRESS_LEAST + 1 <= canvas->columns;
    const char *facts = fits ? wide : narrow;

    at += draw_text(canvas, row, at, canvas->columns - at - 1, ELEMENT_TEXT, facts) + GAP;
    rest = canvas->columns - at - 1;
    if (rest >= PROGRESS_LEAST) {
        bar.progress = at;
        bar.progress_columns = rest;
        draw_progress(replay, canvas, row, at, rest);
    }
    return bar;
}

void replay_bar_click(const ReplayBar *bar, Replay *replay, int column)
{
    int at = column - bar->progress;

    if (column < bar->state_columns)
        replay_bar_toggle(replay);
    else if (at >= 0 && at < bar->progress_columns)
        replay_seek(replay, replay_length(replay) * at / (bar->progress_columns - 1));
}

/* --- what the keys do ------------------------------------------------------------------------ */

void replay_bar_toggle(Replay *replay)
{
    if (replay_is_playing(replay)) {
        replay_pause(replay);
        return;
    }
    if (replay_position(replay) >= replay_length(replay))
        replay_seek(replay, 0);
    replay_play(replay, replay_speed(replay));
}

void replay_bar_change_speed(Replay *replay, gboolean faster)
{
    static const double speeds[] = {
        REPLAY_SLOWEST, 0.25, 0.5, 1, 2, 5, 10, 25, 50, REPLAY_FASTEST
    };
    gboolean playing = replay_is_playing(replay);
    gsize at = 0;

    while (at + 1 < G_N_ELEMENTS(speeds) && speeds[at] < replay_speed(replay) - 0.01)
        at++;
    if (faster)
        at = MIN(at + 1, G_N_ELEMENTS(speeds) - 1);
    else if (at > 0)
        at--;
    replay_play(replay, speeds[at]);
    if (!playing)
        replay_pause(replay);
}

gboolean replay_bar_step(Replay *replay, int moments)
{
    gint64 before = replay_position(replay);
    int count = (int)replay_moments(replay), target;

    if (ABS(moments) == 1)
        return replay_step(replay, moments > 0);
    target = (int)replay_moments_passed(replay) - 1 + moments;
    replay_pause(replay);
    if (target < 0)
        replay_seek(replay, 0);
    else if (target >= count)
        replay_seek(replay, replay_length(replay));
    else
        replay_seek(replay, replay_moment(replay, (guint)target));
    return replay_position(replay) != before;
}
