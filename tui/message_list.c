/* Which messages are listed, which of them are unfolded, and where their rows are. */
#include "tui/message_list.h"

#include "engine/session.h"
#include "tui/message_text.h"

typedef struct {
    guint64 number;
    char *gist;       /* NULL until asked for */
    GPtrArray *lines; /* (char) NULL: folded */
} Entry;

struct MessageList {
    Trace *trace;
    GArray *entries; /* (Entry) by their numbers */
    guint64 until;   /* the latest message that is listed or left out */
    guint newer;
    gboolean paused;
    MessageDetail detail;
    char *filter;
    int columns;
};

static void entry_clear(gpointer data)
{
    Entry *entry = data;

    g_free(entry->gist);
    g_clear_pointer(&entry->lines, g_ptr_array_unref);
}

static GArray *entries_new(void)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));

    g_array_set_clear_func(entries, entry_clear);
    return entries;
}

MessageList *message_list_new(Trace *trace)
{
    MessageList *list = g_new0(MessageList, 1);

    list->trace = trace_ref(trace);
    list->entries = entries_new();
    return list;
}

void message_list_free(MessageList *list)
{
    if (!list)
        return;
    g_array_unref(list->entries);
    trace_unref(list->trace);
    g_free(list->filter);
    g_free(list);
}

static Entry *entry_at(const MessageList *list, guint index)
{
    return &g_array_index(list->entries, Entry, index);
}

/* The first entry of this number or a later one. */
static guint entry_from(const MessageList *list, guint64 number)
{
    guint low = 0, high = list->entries->len;

    while (low < high) {
        guint middle = (low + high) / 2;

        if (entry_at(list, middle)->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- what is listed -------------------------------------------------------------------------- */

static gboolean is_told(MessageDetail detail, const TraceMessage *message)
{
    gboolean reading = g_str_equal(message->purpose, INVENTORY_PURPOSE);

    if (detail == MESSAGES_ALL || message->refused)
        return TRUE;
    return !session_is_polling(message) && (detail == MESSAGES_BUT_POLLING || !reading);
}

static gboolean passes(const MessageList *list, const TraceMessage *message)
{
    return is_told(list->detail, message) && (!list->filter || message_has(message, list->filter));
}

/* With what was known of it. before: the list as it was. */
static void add(MessageList *list, guint64 number, MessageList *before)
{
    Entry entry = { .number = number };
    guint index = before ? message_list_find(before, number) : G_MAXUINT;

    if (index != G_MAXUINT) {
        entry.gist = g_steal_pointer(&entry_at(before, index)->gist);
        entry.lines = g_steal_pointer(&entry_at(before, index)->lines);
    }
    g_array_append_val(list->entries, entry);
}

void message_list_refresh(MessageList *list)
{
    MessageList before = { .entries = list->entries };
    guint length = trace_length(list->trace);

    list->entries = entries_new();
    list->newer = 0;
    if (!list->paused)
        list->until = trace_latest(list->trace);
    for (guint i = 0; i < length; i++) {
        const TraceMessage *message = trace_message(list->trace, i);

        if (!passes(list, message))
            continue;
        if (message->number <= list->until)
            add(list, message->number, &before);
        else
            list->newer++;
    }
    g_array_unref(before.entries);
}

/* Those that the trace keeps no longer. */
static void drop_oldest(MessageList *list)
{
    guint gone = entry_from(list, trace_message(list->trace, 0)->number);

    if (gone)
        g_array_remove_range(list->entries, 0, gone);
}

void message_list_take(MessageList *list, const TraceMessage *message)
{
    gboolean passed = passes(list, message);

    drop_oldest(list);
    if (list->paused) {
        list->newer += passed;
        return;
    }
    list->until = message->number;
    if (passed)
        add(list, message->number, NULL);
}

void message_list_pause(MessageList *list, gboolean pause)
{
    list->paused = pause;
    message_list_refresh(list);
}

gboolean message_list_is_paused(const MessageList *list)
{
    return list->paused;
}

void message_list_set_detail(MessageList *list, MessageDetail detail)
{
    list->detail = detail;
    message_list_refresh(list);
}

MessageDetail message_list_detail(const MessageList *list)
{
    return list->detail;
}

void message_list_filter(MessageList *list, const char *text)
{
    g_free(list->filter);
    list->filter = g_strdup(text);
    message_list_refresh(list);
}

gboolean message_list_is_filtered(const MessageList *list)
{
    return list->filter != NULL;
}

guint message_list_considered(const MessageList *list)
{
    return trace_index(list->trace, list->until + 1);
}

guint message_list_newer(const MessageList *list)
{
    return list->newer;
}

/* --- messages -------------------------------------------------------------------------------- */

guint message_list_length(const MessageList *list)
{
    return list->entries->len;
}

const TraceMessage *message_list_message(const MessageList *list, guint index)
{
    return trace_find(list->trace, entry_at(list, index)->number);
}

const char *message_list_gist(MessageList *list, guint index)
{
    Entry *entry = entry_at(list, index);

    if (!entry->gist)
        entry->gist = message_gist(message_list_message(list, index));
    return entry->gist;
}

guint message_list_find(const MessageList *list, guint64 number)
{
    guint index = entry_from(list, number);
    gboolean found = index < list->entries->len && entry_at(list, index)->number == number;

    return found ? index : G_MAXUINT;
}

guint message_list_lines(const MessageList *list, guint index)
{
    const GPtrArray *lines = entry_at(list, index)->lines;

    return lines ? lines->len : 0;
}

void message_list_toggle(MessageList *list, guint index)
{
    Entry *entry = entry_at(list, index);

    if (entry->lines)
        g_clear_pointer(&entry->lines, g_ptr_array_unref);
    else
        entry->lines = message_lines(message_list_message(list, index), list->columns);
}

gboolean message_list_set_columns(MessageList *list, int columns)
{
    if (list->columns == columns)
        return FALSE;
    list->columns = columns;
    for (guint i = 0; i < list->entries->len; i++) {
        if (!message_list_lines(list, i))
            continue;
        message_list_toggle(list, i);
        message_list_toggle(list, i);
    }
    return TRUE;
}

/* --- rows ------------------------------------------------------------------------------------ */

guint message_list_rows(const MessageList *list)
{
    guint rows = 0;

    for (guint i = 0; i < list->entries->len; i++)
        rows += 1 + message_list_lines(list, i);
    return rows;
}

MessagePlace message_list_place(const MessageList *list, guint row, guint *index)
{
    for (guint i = 0; i < list->entries->len; i++) {
        guint rows = 1 + message_list_lines(list, i);

        if (row < rows) {
            if (index)
                *index = i;
            return (MessagePlace){ entry_at(list, i)->number, row };
        }
        row -= rows;
    }
    return (MessagePlace){ 0 };
}

guint message_list_row(const MessageList *list, MessagePlace place)
{
    guint index = entry_from(list, place.number), row = 0;

    if (index == list->entries->len && index > 0)
        index--;
    for (guint i = 0; i < index; i++)
        row += 1 + message_list_lines(list, i);
    if (index < list->entries->len && entry_at(list, index)->number == place.number)
        row += MIN(place.line, message_list_lines(list, index));
    return row;
}

const char *message_list_line(const MessageList *list, guint index, guint line)
{
    return entry_at(list, index)->lines->pdata[line - 1];
}
