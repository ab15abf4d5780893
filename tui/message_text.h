/* Messages to and from the monitor as text for the screen: the cells of a line, and the lines of
 * their JSON. Whatever they hold, every text is printable. */
#ifndef BACKPLANE_MESSAGE_TEXT_H
#define BACKPLANE_MESSAGE_TEXT_H

#include "monitor/trace.h"

/* "12:04:24.120" in local time; without milliseconds where they are not wanted. (transfer full) */
char *message_clock(const TraceMessage *message, gboolean milliseconds);

/* "device_add", "info qtree", "DEVICE_DELETED", "greeting", "connection lost". (transfer full) */
char *message_name(const TraceMessage *message);

/* What it says, in short: the arguments of a command, what a reply gave, why it was refused. At
 * most MESSAGE_GIST bytes. (transfer full) */
#define MESSAGE_GIST 400
char *message_gist(const TraceMessage *message);

/* "2.1 ms", "1.2 s": of a reply, "" of others. (transfer full) */
char *message_latency(const TraceMessage *message);

/* Whether a text stands in its name, in what it was for or in the message, in capitals or not. */
gboolean message_has(const TraceMessage *message, const char *text);

/* The message laid out a member a line, in lines of at most so many columns: longer ones go on
 * below, what a string breaks into lines is broken there as well. The lines that are too many are
 * counted in the last one. (transfer full) (char) */
#define MESSAGE_LINES 4000
GPtrArray *message_lines(const TraceMessage *message, int columns);

#endif
