/* The full-screen console: layout, focus, the main loop's sources, resize, suspend. */
#ifndef BACKPLANE_CONSOLE_H
#define BACKPLANE_CONSOLE_H

#include "engine/replay.h"
#include "tui/tour.h"

/* Runs the console on the terminal until the user quits; gives the exit status. The terminal is
 * restored on every way out. session: (transfer none). guide: of a tour; NULL for none. */
int console_run(Session *session, const Options *options, const TourGuide *guide);
/* In place of an exit status: the user wants to choose another guest. */
#define CONSOLE_GUESTS (-1)
/* The same on a recording, with the keys of a player. */
int console_run_replay(Replay *replay, const Options *options);

/* What the keys of the command table do. */
void console_move(Console *console, int move);      /* a ViewMove */
void console_show_view(Console *console, int view); /* a ViewId */
void console_toggle(Console *console);
void console_mark(Console *console);
void console_find(Console *console);
void console_find_next(Console *console);
void console_find_previous(Console *console);
void console_filter(Console *console);
void console_back(Console *console);
void console_next_pane(Console *console);
void console_zoom(Console *console);
void console_vacant(Console *console);
void console_choose_theme(Console *console);
void console_redraw(Console *console);
void console_attach(Console *console);
void console_detach(Console *console);
void console_ask_again(Console *console);
void console_undo(Console *console);
void console_redo(Console *console);
void console_apply(Console *console);
void console_unstage(Console *console);
void console_show_commands(Console *console);
void console_commands_sent(Console *console);
void console_reconnect(Console *console);
void console_guests(Console *console);
void console_fill(Console *console);
void console_fill_all(Console *console);
void console_pin(Console *console);
void console_pin_all(Console *console);
void console_save(Console *console);
void console_reload(Console *console);
void console_sort_drives(Console *console);
void console_why(Console *console);
void console_events_pause(Console *console);
void console_events_detail(Console *console);
void console_events_copy(Console *console);
void console_events_save(Console *console);
void console_replay_play(Console *console);
void console_replay_speed(Console *console, int faster); /* slower where negative */
void console_replay_step(Console *console, int moments); /* back where negative */
void console_replay_go(Console *console, int end);       /* 0: to the beginning */
void console_insert(Console *console);
void console_eject(Console *console);
void console_force_eject(Console *console);
void console_tour(Console *console);
gboolean console_has_tour(const Console *console);
void console_help(Console *console);
void console_type_command(Console *console);
void console_suspend(Console *console);
void console_quit(Console *console);

/* What they do with words behind them. */
gboolean console_attach_line(Console *console, char **words, GError **error);
gboolean console_detach_line(Console *console, char **words, GError **error);
gboolean console_show_line(Console *console, char **words, GError **error);
gboolean console_go_line(Console *console, char **words, GError **error);
gboolean console_view_line(Console *console, char **words, GError **error);

/* Whether a command does something where the cursor is: else its hint is left out. */
gboolean console_can_attach(const Console *console);
gboolean console_can_detach(const Console *console);
gboolean console_can_insert(const Console *console);
gboolean console_can_eject(const Console *console);
gboolean console_can_force(const Console *console);
gboolean console_can_ask_again(const Console *console);
gboolean console_can_fill(const Console *console);
gboolean console_can_pin(const Console *console);
gboolean console_has_unsaved(const Console *console);
gboolean console_is_lost(const Console *console);
/* Whoever runs the console lets one choose another guest. */
gboolean console_has_guests(const Console *console);
gboolean console_is_replay(const Console *console);
gboolean console_can_copy(const Console *console);
gboolean console_can_fold(const Console *console);
gboolean console_can_unfold(const Console *console);
gboolean console_has_staged(const Console *console);
gboolean console_can_unstage(const Console *console);
gboolean console_has_plan(const Console *console);

/* Whether there is such a command now. */
gboolean console_can_go_back(const Console *console);
gboolean console_may_change(const Console *console);
gboolean console_has_details(const Console *console);
gboolean console_has_guest_view(const Console *console);
/* The slots are on the screen: vacant places are what one looks for there. */
gboolean console_shows_slots(const Console *console);

#endif
