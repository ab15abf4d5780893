/* Keeping the tree true. Reads are published here, and whatever may have changed the guest asks for
 * one. QEMU tells of few changes: none for a device or a back end that another client added, nor
 * for a medium changed with its tray open. So a watched guest is looked at every SESSION_POLL_MS,
 * with commands that cost QEMU 0.3 to 0.5 ms each; the tree is read again only when an answer is
 * another than before. */
#include "engine/session_private.h"

#include <string.h>

/* query-block takes 20 ms with 500 drives: guests with many are asked for it every tenth time only.
 * (Changes of media that have a tray, and all of our own, are told by events anyway.) */
#define FEW_DEVICES 100
#define RARELY 10
/* How long after a reset every look is followed by a read. */
#define UNSETTLED_US (10 * G_TIME_SPAN_SECOND)
/* A bridge that has no bus number yet is read again at each look, so many times; then rarely. */
#define NUMBER_READS 20

typedef struct {
    const char *command;
    const char *path; /* argument of qom-list */
    const char *line; /* of the human monitor */
    gboolean rare;    /* costly where there are many devices */
    enum { ANYWHERE, WITH_QOM, WITHOUT_QOM } where;
    char *(*digest)(json_t *result); /* (transfer full) what counts of the answer */
} LookKind;

static char *digest_all(json_t *result);
static char *digest_status(json_t *result);
static char *digest_blocks(json_t *result);

static const LookKind kinds[] = {
    { "qom-list", "/machine/peripheral", NULL, FALSE, WITH_QOM, digest_all },
    { "qom-list", "/machine/peripheral-anon", NULL, FALSE, WITH_QOM, digest_all },
    { "query-pci", NULL, NULL, FALSE, WITHOUT_QOM, digest_all },
    { NULL, NULL, "info usb", FALSE, WITHOUT_QOM, digest_all },
    { "query-status", NULL, NULL, FALSE, ANYWHERE, digest_status },
    { NULL, NULL, "info network", FALSE, ANYWHERE, digest_all },
    { "query-block", NULL, NULL, TRUE, ANYWHERE, digest_blocks },
};

#define LOOKS G_N_ELEMENTS(kinds)

typedef struct {
    Watch *watch;
    const LookKind *kind;
    char *seen;
} Look;

struct Watch {
    Session *session;
    Look looks[LOOKS];
    guint timer;
    guint awaited;        /* answers of the looks under way */
    gboolean before_read; /* a read follows these looks: they need not ask for one */
    gboolean changed;
    guint rounds;
    guint number_reads;
    gint64 unsettled_until;
    gboolean reading;
    gboolean again;
};

/* --- what counts of an answer ---------------------------------------------------------------- */

static char *digest_all(json_t *result)
{
    g_autofree char *text = json_dumps(result, JSON_ENCODE_ANY | JSON_COMPACT);

    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text ? text : "", -1);
}

static char *digest_status(json_t *result)
{
    return g_strdup(json_string_value(json_object_get(result, "status")));
}

static void append_member(GString *text, json_t *object, const char *key)
{
    g_autofree char *value = json_dumps(json_object_get(object, key), JSON_ENCODE_ANY);

    g_string_append_printf(text, "%s,", value ? value : "");
}

/* Not the bytes used on the host, which change with every write. */
static char *digest_blocks(json_t *result)
{
    static const char *const outer[] = { "device", "qdev", "locked", "tray_open" };
    static const char *const inner[] = { "file", "node-name", "ro", "drv" };
    g_autoptr(GString) text = g_string_new(NULL);
    size_t index;
    json_t *block;

    json_array_foreach (result, index, block) {
        json_t *inserted = json_object_get(block, "inserted");

        for (gsize i = 0; i < G_N_ELEMENTS(outer); i++)
            append_member(text, block, outer[i]);
        for (gsize i = 0; i < G_N_ELEMENTS(inner); i++)
            append_member(text, inserted, inner[i]);
        append_member(text, json_object_get(inserted, "image"), "virtual-size");
    }
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
}

/* --- the run state --------------------------------------------------------------------------- */

static void session_take_status(Session *session, const char *status)
{
    Guest *guest = session->guest;

    if (!status || !guest || session->state != SESSION_LIVE ||
        g_strcmp0(guest->status, status) == 0)
        return;
    g_free(guest->status);
    guest->status = g_strdup(status);
    session_notify(session, SESSION_TREE_CHANGED);
}

static void on_status(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Watch *watch = data;

    session_take_status(watch->session, json_string_value(json_object_get(result, "status")));
}

void watch_status(Watch *watch)
{
    if (watch->session->monitor)
        monitor_send_for(watch->session->monitor, "run state", "query-status", NULL, on_status,
                         watch);
}

/* --- looking --------------------------------------------------------------------------------- */

static void watch_look(Watch *watch);

static gboolean on_timer(gpointer data)
{
    Watch *watch = data;

    watch->timer = 0;
    watch_look(watch);
    return G_SOURCE_REMOVE;
}

static void watch_look_later(Watch *watch)
{
    const Session *session = watch->session;

    if (watch->timer)
        g_source_remove(watch->timer);
    watch->timer = 0;
    if (session->mode == SESSION_WATCH && session->monitor && !session->paused)
        watch->timer = g_timeout_add(SESSION_POLL_MS, on_timer, watch);
}

static gboolean has_unknown_bus(const Guest *guest)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    for (guint i = 0; i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];

        if ((bus->family == BUS_PCI || bus->family == BUS_PCIE) && bus->number == PCI_BUS_UNKNOWN)
            return TRUE;
    }
    return FALSE;
}

/* Bridges get their numbers from the guest, without any event; a guest that does not run numbers
 * nothing, and one without a firmware for it never will. */
static gboolean watch_is_unsettled(Watch *watch)
{
    const Guest *guest = watch->session->guest;

    if (g_get_monotonic_time() < watch->unsettled_until)
        return TRUE;
    if (!guest || g_strcmp0(guest->status, "running") != 0 || !has_unknown_bus(guest)) {
        watch->number_reads = 0;
        return FALSE;
    }
    return watch->number_reads++ < NUMBER_READS || watch->rounds % RARELY == 0;
}

static void watch_conclude(Watch *watch)
{
    gboolean changed = watch->changed && !watch->before_read;
    gboolean before_read = watch->before_read;

    watch->changed = watch->before_read = FALSE;
    watch_look_later(watch);
    if (changed || (!before_read && watch_is_unsettled(watch)))
        watch_refresh(watch);
}

static void on_look(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Look *look = data;
    Watch *watch = look->watch;
    g_autofree char *seen = NULL;

    if (error && monitor_error_is_connection(error))
        return;
    seen = result ? look->kind->digest(result) : NULL;
    if (g_strcmp0(seen, look->seen) != 0) {
        /* A new run state needs no new tree. */
        watch->changed |= look->kind->digest != digest_status;
        g_free(look->seen);
        look->seen = g_steal_pointer(&seen);
    }
    g_rc_box_acquire(watch->session);
    if (look->kind->digest == digest_status)
        session_take_status(watch->session, look->seen);
    if (watch->awaited && --watch->awaited == 0)
        watch_conclude(watch);
    session_unref(watch->session);
}

static void look_send(Look *look)
{
    Monitor *monitor = look->watch->session->monitor;
    const LookKind *kind = look->kind;

    look->watch->awaited++;
    if (kind->line)
        monitor_send_human_for(monitor, PURPOSE_POLL, kind->line, on_look, look);
    else
        monitor_send_for(monitor, PURPOSE_POLL, kind->command,
                         kind->path ? json_pack("{s:s}", "path", kind->path) : NULL, on_look, look);
}

/* Before the first tree nothing is known of the guest, and it is asked as those of now are. */
static gboolean is_there(const Guest *guest, const LookKind *kind)
{
    gboolean qom = !guest || guest->can.qom;

    return kind->where == ANYWHERE || qom == (kind->where == WITH_QOM);
}

static void watch_look(Watch *watch)
{
    const Guest *guest = watch->session->guest;
    gboolean few = !guest || guest->devices->len <= FEW_DEVICES;

    if (!watch->session->monitor || watch->awaited)
        return;
    watch->rounds++;
    for (gsize i = 0; i < LOOKS; i++) {
        if (is_there(guest, &kinds[i]) && (few || !kinds[i].rare || watch->rounds % RARELY == 0))
            look_send(&watch->looks[i]);
    }
}

/* --- reading --------------------------------------------------------------------------------- */

typedef struct {
    Session *session;
    SessionReadFn done;
    gpointer data;
} Read;

static void on_mark_change(const MarkChange *change, gpointer data)
{
    Session *session = data;
    const char *verb = change->came ? "is" : "has left";
    g_autofree char *text =
        *change->place ? g_strdup_printf("%s %s%s", verb, change->came ? "at " : "", change->place)
                       : g_strdup(change->came ? "is there" : "has left");

    journal_add(session->journal, change->came ? STATE_ADDED : STATE_LEAVING, change->name, text,
                NULL, change->asked ? g_get_real_time() - change->asked : -1);
}

static void session_publish(Session *session, Guest *guest)
{
    Guest *old = session->guest;
    const JournalEntry *latest = NULL;
    Matching *matching;
    guint entries = journal_length(session->journal);

    latest = entries ? journal_entry(session->journal, entries - 1) : NULL;
    session->guest = guest_ref(guest);
    marks_compare(session->marks, guest, on_mark_change, session);
    session_runs_mark(session);
    matching = session_domain_rematch(session);
    session->trees++;
    session_notify(session, SESSION_TREE_CHANGED);
    matching_free(matching);
    if (old)
        guest_unref(old);
    entries = journal_length(session->journal);
    if (!session->freed && entries && journal_entry(session->journal, entries - 1) != latest)
        session_notify(session, SESSION_JOURNAL_GREW);
    if (!session->freed && session->trees == 1)
        session_enter_live(session);
    if (!session->freed && session->state == SESSION_LIVE)
        session_queries_start(session);
}

void session_show_marks(Session *session)
{
    if (!session->guest)
        return;
    marks_show(session->marks, session->guest);
    session_notify(session, SESSION_TREE_CHANGED);
}

/* The loss of the connection is told by the monitor; a guest that cannot be read at all is of no
 * more use than none. */
static void session_read_failed(Session *session, const Read *read, const GError *error)
{
    if (monitor_error_is_connection(error))
        return;
    if (!session->trees) {
        session_lose(session, error);
        return;
    }
    session_log(session, STATE_REFUSED, session_name(session), "cannot be read", error->message,
                -1);
    if (!session->freed && read->done)
        read->done(session, error, read->data);
}

static void on_read(Guest *guest, const GError *error, gpointer data)
{
    g_autofree Read *read = data;
    Session *session = g_rc_box_acquire(read->session);
    guint index;

    if (g_ptr_array_find(session->reads, read, &index))
        g_ptr_array_steal_index(session->reads, index);
    if (error) {
        session_read_failed(session, read, error);
    } else {
        session_publish(session, guest);
        if (!session->freed && read->done)
            read->done(session, NULL, read->data);
    }
    session_unref(session);
}

void session_read(Session *session, InventoryDepth depth, SessionReadFn done, gpointer data)
{
    Watch *watch = session->watch;
    Read *read;

    if (session->replay)
        return;
    read = g_new0(Read, 1);
    read->session = session;
    read->done = done;
    read->data = data;
    g_ptr_array_add(session->reads, read);
    /* What the next look is compared with has to be older than this tree. */
    if (session->mode == SESSION_WATCH && !watch->awaited) {
        watch->before_read = TRUE;
        watch_look(watch);
    }
    inventory_read(session->inventory, depth, on_read, read);
}

void session_reads_forget(Session *session, gpointer data)
{
    for (guint i = 0; i < session->reads->len; i++) {
        Read *read = session->reads->pdata[i];

        if (read->data == data)
            read->done = NULL;
    }
}

void session_drop_reads(Session *session)
{
    g_ptr_array_set_size(session->reads, 0);
}

/* --- refreshing ------------------------------------------------------------------------------ */

static void on_refreshed(Session *session, const GError *error, gpointer data)
{
    Watch *watch = data;

    watch->reading = FALSE;
    if (watch->again)
        watch_refresh(watch);
}

void watch_refresh(Watch *watch)
{
    watch->again = watch->reading;
    if (watch->reading || !watch->session->inventory)
        return;
    watch->reading = TRUE;
    session_read(watch->session, INVENTORY_TREE, on_refreshed, watch);
}

void watch_unsettle(Watch *watch)
{
    watch->unsettled_until = g_get_monotonic_time() + UNSETTLED_US;
    watch->number_reads = 0;
    watch_refresh(watch);
}

/* --- life ------------------------------------------------------------------------------------ */

Watch *watch_new(Session *session)
{
    Watch *watch = g_new0(Watch, 1);

    watch->session = session;
    for (gsize i = 0; i < LOOKS; i++) {
        watch->looks[i].watch = watch;
        watch->looks[i].kind = &kinds[i];
    }
    return watch;
}

void watch_free(Watch *watch)
{
    for (gsize i = 0; i < LOOKS; i++)
        g_free(watch->looks[i].seen);
    g_free(watch);
}

void watch_start(Watch *watch)
{
    watch_look_later(watch);
    watch_refresh(watch);
}

void watch_stop(Watch *watch)
{
    Monitor *monitor = watch->session->monitor;

    if (watch->timer)
        g_source_remove(watch->timer);
    watch->timer = 0;
    watch->awaited = watch->number_reads = 0;
    watch->unsettled_until = 0;
    watch->reading = watch->again = watch->changed = watch->before_read = FALSE;
    for (gsize i = 0; i < LOOKS && monitor; i++)
        monitor_cancel_data(monitor, &watch->looks[i]);
    if (monitor)
        monitor_cancel_data(monitor, watch);
}

void watch_pause(Watch *watch, gboolean pause)
{
    watch_look_later(watch);
    if (!pause && watch->session->state == SESSION_LIVE)
        watch_look(watch);
}
