/* The messages of a trace as rows: those that pass the filters, each with the lines of its JSON
 * below it where it is unfolded. Knows no screen; nothing of a message is looked at before its row
 * is asked for. */
#ifndef BACKPLANE_MESSAGE_LIST_H
#define BACKPLANE_MESSAGE_LIST_H

#include "monitor/trace.h"

typedef struct MessageList MessageList;

typedef enum {
    MESSAGES_BUT_POLLING, /* not what is asked again and again */
    MESSAGES_OF_CHANGES,  /* nor what only reads the guest */
    MESSAGES_ALL,
    MESSAGE_DETAILS,
} MessageDetail;

/* Holds a reference to the trace, and is empty until it is refreshed. (transfer full) */
MessageList *message_list_new(Trace *trace);
void message_list_free(MessageList *list);

/* Looks through the whole trace again. What was unfolded stays so. */
void message_list_refresh(MessageList *list);
/* This message came to those that were there at the last refresh. */
void message_list_take(MessageList *list, const TraceMessage *message);

/* What comes from now on is counted and not listed. */
void message_list_pause(MessageList *list, gboolean pause);
gboolean message_list_is_paused(const MessageList *list);
/* MESSAGES_BUT_POLLING at first. What QEMU refuses is always there. */
void message_list_set_detail(MessageList *list, MessageDetail detail);
MessageDetail message_list_detail(const MessageList *list);
/* Only messages that have this text in them; NULL: all. */
void message_list_filter(MessageList *list, const char *text);
gboolean message_list_is_filtered(const MessageList *list);
/* The width that lines of JSON are broken to. Gives whether it was another. */
gboolean message_list_set_columns(MessageList *list, int columns);

/* --- messages -------------------------------------------------------------------------------- */

guint message_list_length(const MessageList *list);
/* Valid until the next message comes. (transfer none) */
const TraceMessage *message_list_message(const MessageList *list, guint index);
/* message_gist of it, made once. (transfer none) */
const char *message_list_gist(MessageList *list, guint index);
/* G_MAXUINT: the message is not listed. */
guint message_list_find(const MessageList *list, guint64 number);
/* How many lines of JSON it shows; 0: it is folded. */
guint message_list_lines(const MessageList *list, guint index);
void message_list_toggle(MessageList *list, guint index);

/* How many messages there are to be listed or left out; how many wait because of the pause, of
 * those that would be listed. */
guint message_list_considered(const MessageList *list);
guint message_list_newer(const MessageList *list);

/* --- rows ------------------------------------------------------------------------------------ */

typedef struct {
    guint64 number; /* of the message */
    guint line;     /* 0: the message itself, else the line of its JSON, from 1 on */
} MessagePlace;

guint message_list_rows(const MessageList *list);
/* number 0: there is no such row. *index: of the message; may be NULL. */
MessagePlace message_list_place(const MessageList *list, guint row, guint *index);
/* The row of a place, or of what is nearest to it. */
guint message_list_row(const MessageList *list, MessagePlace place);
/* A line of JSON. (transfer none) */
const char *message_list_line(const MessageList *list, guint index, guint line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageList, message_list_free)

#endif
