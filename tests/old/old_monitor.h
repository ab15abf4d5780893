/* An emulated human monitor of QEMU 0.10 to 0.14, inside the test's own main loop: a unix socket,
 * one client at a time, the guest of old_machine.h behind it. It answers as the transcripts say,
 * and dies, hangs and loses data where that QEMU did; everything that was typed is recorded. */
#ifndef BACKPLANE_TESTS_OLD_MONITOR_H
#define BACKPLANE_TESTS_OLD_MONITOR_H

#include "tests/old/old_machine.h"

typedef struct OldMonitor OldMonitor;

/* Listens at `path`, or with NULL in a private folder. The options' texts are copied. */
OldMonitor *old_monitor_new(const OldMachineOptions *options, const char *path);
/* NULL is fine. Removes the socket. */
void old_monitor_free(OldMonitor *monitor);
const char *old_monitor_path(const OldMonitor *monitor);
/* The guest, to look at and to change behind the client's back. Belongs to the monitor. */
OldMachine *old_monitor_machine(OldMonitor *monitor);

/* Every line that was typed, char *, without what ended it; a password is "(password)". */
const GPtrArray *old_monitor_lines(const OldMonitor *monitor);
/* How many of them begin so. */
guint old_monitor_count(const OldMonitor *monitor, const char *beginning);
/* The line that killed, hung or damaged the guest, and why; NULL: none did. */
const char *old_monitor_killed_by(const OldMonitor *monitor);
/* It died, hangs or was told to quit. */
gboolean old_monitor_is_gone(const OldMonitor *monitor);

/* Sends text that no command asked for to the client that is connected. */
void old_monitor_say(OldMonitor *monitor, const char *text);
/* From now on what is sent comes in pieces of so many bytes, one for each turn of the main loop; 0:
 * as it is. */
void old_monitor_chunks(OldMonitor *monitor, gsize bytes);
/* The guest ejects what it was asked to, whatever the options say. */
void old_monitor_eject(OldMonitor *monitor);

#endif
