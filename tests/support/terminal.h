/* A program on a terminal of its own: keys in, the screen as libvterm understands it out. Whatever
 * is waited for has a deadline; a test that waits in vain fails and shows the screen. */
#ifndef BACKPLANE_TEST_TERMINAL_H
#define BACKPLANE_TEST_TERMINAL_H

#include <glib.h>

typedef struct Terminal Terminal;

/* The longest that the program may take for one thing, sanitizers included. */
#define TERMINAL_PATIENCE_MS 60000

/* Starts arguments[0] (a path, or found in PATH) on a terminal of this size. Its environment is
 * ours with a UTF-8 locale, TERM=xterm-256color and what finds the guest and the themes of this
 * build; changes: "NAME=VALUE" or "NAME" to take it away, up to a NULL; may be NULL. (transfer
 * full) */
Terminal *terminal_start(int rows, int columns, const char *const *arguments,
                         const char *const *changes);
/* Ends the program if it still runs. NULL is fine. */
void terminal_free(Terminal *terminal);

/* As typed. */
void terminal_send(Terminal *terminal, const char *keys);
void terminal_resize(Terminal *terminal, int rows, int columns);
void terminal_signal(Terminal *terminal, int number);

/* A click of the left button there, counted from 0; or on the first place where this text stands,
 * once it does. */
void terminal_click_at(Terminal *terminal, int row, int column);
void terminal_click(Terminal *terminal, const char *text);
/* Two clicks there in a row, as fast as a machine is. */
void terminal_double_click(Terminal *terminal, const char *text);
/* So many notches of the wheel there, up where negative. */
void terminal_wheel(Terminal *terminal, const char *text, int notches);

/* From now on no more than this is read in a second, as by a modem; 0: all that comes. */
void terminal_set_pace(Terminal *terminal, guint bytes_per_second);
/* Tells of all that the program sends, before it is on the screen. */
typedef void (*TerminalTapFn)(const char *bytes, gsize length, gpointer data);
void terminal_tap(Terminal *terminal, TerminalTapFn tap, gpointer data);
/* Lets so much time pass. Nothing is proven by that: for films, and for keys at a pace. */
void terminal_rest(Terminal *terminal, guint milliseconds);

void terminal_wait_text(Terminal *terminal, const char *text);
void terminal_wait_no_text(Terminal *terminal, const char *text);
/* A regular expression that has to match within one row. */
void terminal_wait_match(Terminal *terminal, const char *pattern);
/* The same of the row that the cursor is in. */
void terminal_wait_cursor(Terminal *terminal, const char *pattern);
/* Sends the keys again and again until the cursor's row holds text. */
void terminal_walk(Terminal *terminal, const char *keys, const char *text);
/* Waits until the program has drawn nothing for this long, has read all keys and sleeps: a slow
 * host does not cut its frames in pieces. */
void terminal_wait_quiet(Terminal *terminal, guint milliseconds);
/* Its exit status, 128 + N when signal N ended it. */
int terminal_wait_exit(Terminal *terminal);

/* The screen now: rows without trailing blanks, each ended by a newline. (transfer full) */
char *terminal_text(Terminal *terminal);
/* The row that the cursor is in. (transfer full) */
char *terminal_cursor_row(Terminal *terminal);
gboolean terminal_has_text(Terminal *terminal, const char *text);
/* Bytes that the program has sent so far. */
gsize terminal_bytes(const Terminal *terminal);
/* Microseconds from the start to the first byte; -1 before. */
gint64 terminal_first_byte(const Terminal *terminal);

/* Fails unless the terminal is as it was before the program came: line discipline, main screen,
 * visible cursor, no mouse reports. */
void terminal_assert_restored(Terminal *terminal);

/* Fails the test with a sentence and the screen. */
void terminal_fail(Terminal *terminal, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
