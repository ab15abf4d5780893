/* A queue of slots in the order sent, and a table of them by id. */
#include "monitor/pending.h"

#include <string.h>

struct Pending {
    Monitor *owner;
    Trace *trace;        /* NULL for none */
    GQueue slots;        /* of Slot, oldest first */
    GHashTable *links;   /* id -> its link in slots */
    GRefString *purpose; /* of the command whose reply is being told; else NULL */
    PendingSendFn send;  /* NULL before the start */
    gpointer send_data;
    GError *end;   /* why it is closed */
    GSource *late; /* tells commands sent after the end */
    guint last_id;
    gint64 latency;
    gint64 heard; /* when the latest message came */
};

/* --- slots ----------------------------------------------------------------------------------- */

static void slot_free(Slot *slot)
{
    g_free(slot->command);
    json_decref(slot->arguments);
    g_free(slot->name);
    g_clear_pointer(&slot->purpose, g_ref_string_release);
    g_free(slot);
}

static Slot *slot_push(Pending *pending, MonitorReplyFn reply, gpointer data)
{
    Slot *slot = g_new0(Slot, 1);

    slot->id = ++pending->last_id;
    slot->reply = reply;
    slot->data = data;
    g_queue_push_tail(&pending->slots, slot);
    g_hash_table_insert(pending->links, GUINT_TO_POINTER(slot->id), pending->slots.tail);
    return slot;
}

Slot *pending_find(const Pending *pending, json_int_t id)
{
    GList *link = id > 0 && id <= G_MAXUINT
                      ? g_hash_table_lookup(pending->links, GUINT_TO_POINTER((guint)id))
                      : NULL;

    return link ? link->data : NULL;
}

Slot *pending_oldest(const Pending *pending)
{
    return pending->slots.head ? pending->slots.head->data : NULL;
}

Slot *pending_unsent(const Pending *pending)
{
    for (GList *link = pending->slots.head; link; link = link->next) {
        Slot *slot = link->data;

        if (!slot->sent)
            return slot;
    }
    return NULL;
}

void pending_finish(Pending *pending, Slot *slot, json_t *result, const GError *error)
{
    Pending *held = pending_ref(pending);
    GList *link = g_hash_table_lookup(pending->links, GUINT_TO_POINTER(slot->id));
    GRefString *before = pending->purpose;

    g_hash_table_remove(pending->links, GUINT_TO_POINTER(slot->id));
    g_queue_delete_link(&pending->slots, link);
    pending->purpose = slot->purpose;
    if (slot->reply)
        slot->reply(pending->owner, result, error, slot->data);
    pending->purpose = before;
    slot_free(slot);
    pending_unref(held);
}

/* Every pending slot up to this id gets the error. */
static void slots_fail(Pending *pending, guint last_id)
{
    Slot *slot;

    while ((slot = g_queue_peek_head(&pending->slots)) && slot->id <= last_id)
        pending_finish(pending, slot, NULL, pending->end);
}

static void slots_drop(Pending *pending)
{
    g_hash_table_remove_all(pending->links);
    g_queue_clear_full(&pending->slots, (GDestroyNotify)slot_free);
}

/* --- life ------------------------------------------------------------------------------------ */

Pending *pending_new(Monitor *owner)
{
    Pending *pending = g_rc_box_new0(Pending);

    pending->owner = owner;
    g_queue_init(&pending->slots);
    pending->links = g_hash_table_new(NULL, NULL);
    return pending;
}

static void pending_clear(gpointer data)
{
    Pending *pending = data;

    slots_drop(pending);
    g_hash_table_unref(pending->links);
    g_clear_pointer(&pending->trace, trace_unref);
    g_clear_error(&pending->end);
}

Pending *pending_ref(Pending *pending)
{
    return g_rc_box_acquire(pending);
}

void pending_unref(Pending *pending)
{
    g_rc_box_release_full(pending, pending_clear);
}

static void pending_forget_late(Pending *pending)
{
    if (pending->late)
        g_source_destroy(pending->late);
    g_clear_pointer(&pending->late, g_source_unref);
}

void pending_free(Pending *pending)
{
    if (!pending)
        return;
    pending_forget_late(pending);
    slots_drop(pending);
    pending_unref(pending);
}

void pending_set_trace(Pending *pending, Trace *trace)
{
    g_clear_pointer(&pending->trace, trace_unref);
    pending->trace = trace ? trace_ref(trace) : NULL;
}

static gboolean on_late(gpointer data)
{
    Pending *pending = pending_ref(data);

    pending_forget_late(pending);
    slots_fail(pending, pending->last_id);
    pending_unref(pending);
    return G_SOURCE_REMOVE;
}

static void pending_fail_later(Pending *pending)
{
    if (pending->late)
        return;
    pending->late = g_idle_source_new();
    g_source_set_priority(pending->late, G_PRIORITY_DEFAULT);
    g_source_set_callback(pending->late, on_late, pending, NULL);
    g_source_attach(pending->late, NULL);
}

void pending_close(Pending *pending, const GError *error)
{
    if (pending->end)
        return;
    pending_ref(pending);
    pending->end = g_error_copy(error);
    slots_fail(pending, pending->last_id);
    pending_unref(pending);
}

/* --- sending --------------------------------------------------------------------------------- */

/* The human monitor's lines are told by themselves: what carries them says nothing. */
static char *command_name(const char *command, json_t *arguments)
{
    const char *line = json_string_value(json_object_get(arguments, "command-line"));

    return g_strdup(line && strcmp(command, "human-monitor-command") == 0 ? line : command);
}

static GRefString *purpose_ref(const Pending *pending, const char *purpose)
{
    if (purpose)
        return g_ref_string_new_intern(purpose);
    return pending->purpose ? g_ref_string_acquire(pending->purpose) : NULL;
}

guint pending_send(Pending *pending, const char *purpose, const char *command, json_t *arguments,
                   MonitorReplyFn reply, gpointer data)
{
    Slot *slot = slot_push(pending, reply, data);

    slot->name = command_name(command, arguments);
    slot->purpose = purpose_ref(pending, purpose);
    slot->command = g_strdup(command);
    slot->arguments = arguments;
    if (pending->end)
        pending_fail_later(pending);
    else if (pending->send)
        pending->send(slot, pending->send_data);
    return slot->id;
}

void pending_start(Pending *pending, PendingSendFn send, gpointer data)
{
    pending->send = send;
    pending->send_data = data;
    for (GList *link = pending->slots.head; link; link = link->next)
        send(link->data, data);
}

void pending_cancel(Pending *pending, guint id)
{
    Slot *slot = pending_find(pending, id);

    if (slot)
        slot->reply = NULL;
}

void pending_cancel_data(Pending *pending, gpointer data)
{
    for (GList *link = pending->slots.head; link; link = link->next) {
        Slot *slot = link->data;

        if (slot->data == data)
            slot->reply = NULL;
    }
}

/* --- times ----------------------------------------------------------------------------------- */

void pending_heard(Pending *pending)
{
    pending->heard = g_get_monotonic_time();
}

gint64 pending_latency(const Pending *pending)
{
    return pending->latency;
}

gint64 pending_silence(const Pending *pending)
{
    const Slot *oldest = pending_oldest(pending);

    return oldest && pending->send && !pending->end
               ? g_get_monotonic_time() - MAX(oldest->sent, pending->heard)
               : 0;
}

/* --- the trace ------------------------------------------------------------------------------- */

gboolean pending_is_traced(const Pending *pending)
{
    return pending->trace != NULL;
}

static guint64 note(const Pending *pending, TraceMessage fields, const char *text, gsize length)
{
    g_autoptr(GBytes) bytes = NULL;

    if (!pending->trace)
        return 0;
    bytes = g_bytes_new(text, length);
    fields.bytes = bytes;
    return trace_add(pending->trace, &fields);
}

void pending_note(const Pending *pending, TraceKind kind, const char *name, const char *text,
                  gsize length)
{
    note(pending, (TraceMessage){ .kind = kind, .latency = -1, .name = name }, text, length);
}

void pending_sent(const Pending *pending, Slot *slot, const char *text, gsize length)
{
    const TraceMessage fields = {
        .kind = TRACE_COMMAND, .latency = -1, .name = slot->name, .purpose = slot->purpose
    };

    slot->sent = g_get_monotonic_time();
    slot->trace = note(pending, fields, text, length);
}

void pending_answered(Pending *pending, const Slot *slot, gboolean refused, const char *text,
                      gsize length)
{
    const gint64 took = g_get_monotonic_time() - slot->sent;
    const TraceMessage fields = { .kind = TRACE_REPLY,
                                  .latency = took,
                                  .answers = slot->trace,
                                  .refused = refused,
                                  .name = slot->name,
                                  .purpose = slot->purpose };

    if (slot->id)
        pending->latency = took;
    note(pending, fields, text, length);
}
