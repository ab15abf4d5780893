/* A recording that was read. Nobody but recording_*.c includes it. */
#ifndef BACKPLANE_RECORDING_PRIVATE_H
#define BACKPLANE_RECORDING_PRIVATE_H

#include <jansson.h>

#include "engine/recording.h"

typedef struct {
    TraceMessage fields; /* without bytes */
    gsize offset, length;
    guint root;       /* index */
    guint command;    /* index + 1; 0 for none */
    gint64 id;        /* of a reply that repeats another one */
    const char *text; /* of a failure */
} RecordedMessage;

struct Recording {
    char *name; /* printable */
    GBytes *bytes;
    char *version;
    gint64 began;
    GArray *lines;               /* (RecordedLine) */
    GArray *numbers[LINE_KINDS]; /* (guint) the lines of each kind */
    GArray *messages;            /* (RecordedMessage) */
    GHashTable *by_number;       /* gint64 number of a message -> index + 1 */
    GPtrArray *journal;          /* (JournalEntry) */
    GHashTable *plans;           /* id -> Plan */
    GStringChunk *strings;
};

/* --- recording_messages.c -------------------------------------------------------------------- */

/* Adds the message of a line. NULL, or what is wrong with it, to go on with "this line is damaged,
 * ". */
const char *recording_read_message(Recording *recording, const RecordedLine *line, json_t *json);

#endif
