/* QEMU's events: what each means for what we show, and how the journal tells it. (Names and
 * members: the qapi folder of QEMU; those that are not here are told by their name and change
 * nothing.) */
#include "engine/session_private.h"

#include <string.h>

enum {
    EVENT_QUIET = 1 << 0,    /* not in the journal */
    EVENT_READ = 1 << 1,     /* the tree may be another */
    EVENT_STATUS = 1 << 2,   /* the run state may be another */
    EVENT_UNSETTLE = 1 << 3, /* buses will be numbered anew */
    EVENT_FAREWELL = 1 << 4, /* the reason for the end that follows */
    EVENT_REFUSED = 1 << 5,  /* the guest keeps a device */
    EVENT_ALIVE = 1 << 6, /* it goes on: what it said of its end was not the end (-no-shutdown) */
};

typedef struct {
    const char *name;
    guint effects;
    DeviceState state;
    const char *text;
    const char *members; /* those of the payload that are told with it, blank between them */
} EventKind;

static const EventKind kinds[] = {
    { "STOP", EVENT_STATUS | EVENT_ALIVE, STATE_PRESENT, "paused", "" },
    { "RESUME", EVENT_STATUS | EVENT_ALIVE, STATE_PRESENT, "runs", "" },
    { "RESET", EVENT_STATUS | EVENT_UNSETTLE | EVENT_ALIVE, STATE_PRESENT, "reset", "reason" },
    { "SHUTDOWN", EVENT_STATUS | EVENT_FAREWELL, STATE_GONE, "shuts down", "reason" },
    { "POWERDOWN", 0, STATE_PRESENT, "was asked to power down", "" },
    { "SUSPEND", EVENT_STATUS, STATE_PRESENT, "suspended to memory", "" },
    { "SUSPEND_DISK", EVENT_STATUS, STATE_PRESENT, "suspended to disk", "" },
    { "WAKEUP", EVENT_STATUS, STATE_PRESENT, "woke up", "" },
    { "WATCHDOG", EVENT_STATUS, STATE_REFUSED, "its watchdog ran out", "action" },
    { "GUEST_PANICKED", EVENT_STATUS, STATE_REFUSED, "panicked", "action" },
    { "GUEST_CRASHLOADED", EVENT_STATUS, STATE_REFUSED, "crashed and saves its memory", "action" },
    { "MEMORY_FAILURE", EVENT_STATUS, STATE_REFUSED, "has a memory failure", "recipient action" },
    { "MIGRATION", EVENT_STATUS, STATE_PRESENT, "migration", "status" },
    { "DEVICE_DELETED", EVENT_QUIET | EVENT_READ, STATE_LEAVING, "", "" },
    { "DEVICE_UNPLUG_GUEST_ERROR", EVENT_REFUSED, STATE_REFUSED, "the guest refused to release it",
      "" },
    { "MEM_UNPLUG_ERROR", EVENT_REFUSED, STATE_REFUSED, "the guest refused to release it", "msg" },
    { "DEVICE_TRAY_MOVED", EVENT_READ, STATE_PRESENT, "tray moved", "tray-open" },
    { "ACPI_DEVICE_OST", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "MEMORY_DEVICE_SIZE_CHANGE", EVENT_READ, STATE_PRESENT, "memory size changed", "size" },
    { "BLOCK_IO_ERROR", EVENT_STATUS, STATE_REFUSED, "I/O error", "operation action reason" },
    { "BLOCK_IMAGE_CORRUPTED", EVENT_READ, STATE_REFUSED, "its image is corrupt", "msg" },
    { "BLOCK_JOB_COMPLETED", EVENT_READ, STATE_PRESENT, "block job completed", "type error" },
    { "BLOCK_JOB_CANCELLED", EVENT_READ, STATE_PRESENT, "block job cancelled", "type" },
    { "BLOCK_JOB_ERROR", 0, STATE_REFUSED, "block job failed", "operation action" },
    { "BLOCK_JOB_READY", 0, STATE_PRESENT, "block job is ready", "type" },
    { "BLOCK_EXPORT_DELETED", EVENT_READ, STATE_PRESENT, "is exported no longer", "" },
    { "JOB_STATUS_CHANGE", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "NETDEV_STREAM_CONNECTED", EVENT_READ, STATE_PRESENT, "connected", "" },
    { "NETDEV_STREAM_DISCONNECTED", EVENT_READ, STATE_PRESENT, "disconnected", "" },
    { "NETDEV_VHOST_USER_CONNECTED", EVENT_READ, STATE_PRESENT, "connected", "" },
    { "NETDEV_VHOST_USER_DISCONNECTED", EVENT_READ, STATE_PRESENT, "disconnected", "" },
    { "FAILOVER_NEGOTIATED", EVENT_READ, STATE_PRESENT, "takes over from its standby", "" },
    { "UNPLUG_PRIMARY", EVENT_READ, STATE_LEAVING, "is unplugged for a migration", "" },
    /* Asked for by query-rx-filter, which we never send; others may. */
    { "NIC_RX_FILTER_CHANGED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "RTC_CHANGE", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "BALLOON_CHANGE", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "VSERPORT_CHANGE", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "MIGRATION_PASS", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "DUMP_COMPLETED", 0, STATE_PRESENT, "its memory was dumped", "error" },
    { "QUORUM_FAILURE", 0, STATE_REFUSED, "quorum failed", "" },
    { "QUORUM_REPORT_BAD", 0, STATE_REFUSED, "quorum found a bad block", "type error" },
    { "VNC_CONNECTED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "VNC_INITIALIZED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "VNC_DISCONNECTED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "SPICE_CONNECTED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "SPICE_INITIALIZED", EVENT_QUIET, STATE_PRESENT, "", "" },
    { "SPICE_DISCONNECTED", EVENT_QUIET, STATE_PRESENT, "", "" },
};

static const EventKind *event_kind(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* --- telling --------------------------------------------------------------------------------- */

static const char *payload_text(json_t *payload, const char *member)
{
    const char *text = json_string_value(json_object_get(payload, member));

    return text && *text ? text : NULL;
}

/* What it is about, by the member that names it best; the guest itself when none does. */
static const char *event_subject(const Session *session, json_t *payload)
{
    static const char *const members[] = {
        "id", "device", "name", "path", "qom-path", "netdev-id"
    };

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        const char *text = payload_text(payload, members[i]);

        if (text)
            return text;
    }
    return session_name(session);
}

/* "action pause, reason No space left on device" (transfer full); NULL for nothing to tell. */
static char *event_details(const char *members, json_t *payload)
{
    g_auto(GStrv) names = g_strsplit(members, " ", -1);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; names[i]; i++) {
        json_t *member = json_object_get(payload, names[i]);
        g_autofree char *dumped = member ? json_dumps(member, JSON_ENCODE_ANY) : NULL;

        if (!member)
            continue;
        g_string_append_printf(text, "%s%s %s", text->len ? ", " : "", names[i],
                               json_is_string(member) ? json_string_value(member) : dumped);
    }
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* A disk that fails does so thousands of times: the same line again within a second is left out. */
static gboolean was_just_told(const Session *session, const char *subject, const char *text)
{
    guint length = journal_length(session->journal);
    const JournalEntry *latest = length ? journal_entry(session->journal, length - 1) : NULL;

    return latest && strcmp(latest->text, text) == 0 && strcmp(latest->subject, subject) == 0 &&
           g_get_real_time() - latest->at < G_USEC_PER_SEC;
}

static void event_log(Session *session, const char *name, const EventKind *kind, json_t *payload)
{
    const char *subject = event_subject(session, payload);
    const char *text = kind ? kind->text : name;
    g_autofree char *details = event_details(kind ? kind->members : "", payload);

    if (!was_just_told(session, subject, text))
        session_log(session, kind ? kind->state : STATE_PRESENT, subject, text, details, -1);
}

/* --- what follows ---------------------------------------------------------------------------- */

/* Before QEMU 4.0 there is no reason, but whether the guest itself did it. */
static void take_farewell(Session *session, json_t *payload)
{
    const char *reason = payload_text(payload, "reason");
    gboolean guest = json_is_true(json_object_get(payload, "guest"));

    g_free(session->farewell);
    session->farewell = g_strdup(reason  ? reason
                                 : guest ? "by the guest"
                                         : "asked for on its host");
}

static void take_refusal(Session *session, json_t *payload)
{
    const char *path = payload_text(payload, "path");
    const char *id = payload_text(payload, "device");
    g_autofree char *guessed = g_strconcat("/machine/peripheral/", id ? id : "", NULL);

    marks_refused(session->marks, path ? path : guessed);
    session_show_marks(session);
}

void session_handle_event(Session *session, const char *name, json_t *payload)
{
    const EventKind *kind = event_kind(name);
    guint effects = kind ? kind->effects : 0;

    if (effects & EVENT_FAREWELL)
        take_farewell(session, payload);
    if (effects & EVENT_ALIVE)
        g_clear_pointer(&session->farewell, g_free);
    if (effects & EVENT_STATUS)
        watch_status(session->watch);
    if ((effects & EVENT_UNSETTLE) && session->mode == SESSION_WATCH)
        watch_unsettle(session->watch);
    if ((effects & EVENT_READ) && session->mode == SESSION_WATCH)
        watch_refresh(session->watch);
    if (effects & EVENT_REFUSED)
        take_refusal(session, payload);
    if (!(effects & EVENT_QUIET) && !session->freed)
        event_log(session, name, kind, payload);
}
