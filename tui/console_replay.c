/* The console on a recording: the keys of the player, and what follows from where it is. */
#include "tui/console_private.h"

/* There is one console at a time (tui/tty.h). */
static const Replay *shown;

static gint64 moment_now(void)
{
    return session_now(replay_session(shown));
}

/* Ages are counted by the clock of the recording. */
static void on_replay(Replay *replay, gpointer data)
{
    Console *console = data;
    gint64 second = console->now() / G_USEC_PER_SEC;

    if (second != console->replay_second)
        console_take_tree(console);
    console->replay_second = second;
    console_paint_soon(console);
}

void console_watch_replay(Console *console)
{
    replay_listen(console->replay, on_replay, console);
}

int console_run_replay(Replay *replay, const Options *options)
{
    shown = replay;
    replay_play(replay, 1);
    return console_run_with(replay_session(replay), options, moment_now, replay, NULL);
}

gboolean console_is_replay(const Console *console)
{
    return console->replay != NULL;
}

/* --- keys ------------------------------------------------------------------------------------ */

void console_replay_play(Console *console)
{
    replay_bar_toggle(console->replay);
}

void console_replay_speed(Console *console, int faster)
{
    replay_bar_change_speed(console->replay, faster > 0);
}

void console_replay_step(Console *console, int moments)
{
    if (!replay_bar_step(console->replay, moments))
        console_say(console, ELEMENT_DIM, "this is the %s of the recording",
                    moments > 0 ? "end" : "beginning");
}

void console_replay_go(Console *console, int end)
{
    replay_pause(console->replay);
    replay_seek(console->replay, end ? replay_length(console->replay) : 0);
}
