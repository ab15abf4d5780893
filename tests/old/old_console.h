/* The line editor in front of an emulated monitor: bytes of a client in, bytes for it out. The
 * echo redraws the whole line for every byte, lines are cut at 4095, a part of a line outlives the
 * client; QEMU's readline.c of 0.10 to 0.14 did so (tests/old/transcripts/VERSION-framing.txt). */
#ifndef BACKPLANE_TESTS_OLD_CONSOLE_H
#define BACKPLANE_TESTS_OLD_CONSOLE_H

#include "tests/old/old_machine.h"

typedef struct OldConsole OldConsole;

/* A line was typed, `password` when it answers "Password: ". */
typedef void (*OldLineTyped)(const char *line, gboolean password, gpointer data);

OldConsole *old_console_new(OldMachine *machine, OldLineTyped typed, gpointer data);
void old_console_free(OldConsole *console);

/* A client came: it is greeted. */
void old_console_open(OldConsole *console, GByteArray *out);
/* The client went: what it typed so far stays, in some versions. */
void old_console_close(OldConsole *console);
/* Takes bytes until the monitor ends or hangs; returns how many. */
gsize old_console_input(OldConsole *console, const guint8 *bytes, gsize length, GByteArray *out);
/* Text that no command asked for. */
void old_console_print(const OldConsole *console, const char *text, GByteArray *out);

#endif
