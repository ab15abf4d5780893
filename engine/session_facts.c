/* What a plan needs to know beyond the tree: properties of drivers (asked for once a connection)
 * and headers of images. Live dialogs are told when something that they missed has come. */
#include "engine/session_private.h"

#include <string.h>

typedef struct {
    SessionFactsFn changed;
    gpointer data;
    gboolean due;
} FactsWatcher;

/* --- live dialogs ---------------------------------------------------------------------------- */

static FactsWatcher *take_due(Session *session)
{
    for (guint i = 0; i < session->watchers->len; i++) {
        const FactsWatcher *watcher = session->watchers->pdata[i];

        if (watcher->due)
            return g_ptr_array_steal_index(session->watchers, i);
    }
    return NULL;
}

/* Something has come: plans go on, and each dialog is told once; it asks again, and may miss more.
 */
static void facts_arrived(Session *session)
{
    FactsWatcher *watcher;

    for (guint i = 0; i < session->watchers->len; i++)
        ((FactsWatcher *)session->watchers->pdata[i])->due = TRUE;
    session_queries_advance(session);
    while (!session->freed && (watcher = take_due(session))) {
        watcher->changed(session, watcher->data);
        g_free(watcher);
    }
}

void session_facts_forget(Session *session, gpointer data)
{
    for (guint i = session->watchers->len; i-- > 0;) {
        const FactsWatcher *watcher = session->watchers->pdata[i];

        if (watcher->data == data)
            g_ptr_array_remove_index(session->watchers, i);
    }
}

static void facts_watch(Session *session, SessionFactsFn changed, gpointer data)
{
    FactsWatcher *watcher = g_new0(FactsWatcher, 1);

    session_facts_forget(session, data);
    watcher->changed = changed;
    watcher->data = data;
    g_ptr_array_add(session->watchers, watcher);
}

/* --- drivers --------------------------------------------------------------------------------- */

typedef struct {
    Session *session;
    char *driver;
} DriverQuestion;

static void on_properties(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    DriverQuestion *question = data;
    Session *session = g_rc_box_acquire(question->session);
    gboolean lost = error && monitor_error_is_connection(error);

    if (!lost) {
        g_hash_table_replace(session->drivers, g_strdup(question->driver),
                             result ? json_incref(result) : json_null());
        g_hash_table_remove(session->asked, question->driver); /* frees the question */
        facts_arrived(session);
    }
    session_unref(session);
}

static void question_free(gpointer data)
{
    DriverQuestion *question = data;

    g_free(question->driver);
    g_free(question);
}

gboolean session_know_driver(Session *session, const char *driver)
{
    DriverQuestion *question;

    if (g_hash_table_contains(session->drivers, driver))
        return TRUE;
    if (!session->monitor || g_hash_table_contains(session->asked, driver))
        return FALSE;
    question = g_new0(DriverQuestion, 1);
    question->session = session;
    question->driver = g_strdup(driver);
    g_hash_table_insert(session->asked, question->driver, question);
    monitor_send_for(session->monitor, "device properties", "device-list-properties",
                     json_pack("{s:s}", "typename", driver), on_properties, question);
    return FALSE;
}

void session_facts_init(Session *session)
{
    session->drivers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    session->asked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, question_free);
    session->watchers = g_ptr_array_new_with_free_func(g_free);
}

void session_facts_clear(Session *session)
{
    g_hash_table_remove_all(session->drivers);
    g_hash_table_remove_all(session->asked);
    g_clear_pointer(&session->image, image_probe_free);
    session->facts_read = FALSE;
}

/* --- images ---------------------------------------------------------------------------------- */

struct ImageProbe {
    Session *session; /* NULL once nobody wants it */
    char *path;
    GCancellable *cancellable;
    Image *image;
    GError *error;
    gboolean over;
};

static void probe_clear(gpointer data)
{
    ImageProbe *probe = data;

    g_free(probe->path);
    g_object_unref(probe->cancellable);
    image_free(probe->image);
    g_clear_error(&probe->error);
}

static void on_probed(GObject *source, GAsyncResult *result, gpointer data)
{
    ImageProbe *probe = data;
    Session *session = probe->session ? g_rc_box_acquire(probe->session) : NULL;

    probe->image = image_probe_finish(result, &probe->error);
    probe->over = TRUE;
    if (session) {
        facts_arrived(session);
        session_unref(session);
    }
    g_rc_box_release_full(probe, probe_clear);
}

ImageProbe *image_probe_new(Session *session, const char *path)
{
    ImageProbe *probe = g_rc_box_new0(ImageProbe);

    probe->session = session;
    probe->path = g_strdup(path);
    probe->cancellable = g_cancellable_new();
    image_probe_async(path, probe->cancellable, on_probed, g_rc_box_acquire(probe));
    return probe;
}

void image_probe_free(ImageProbe *probe)
{
    if (!probe)
        return;
    probe->session = NULL;
    g_cancellable_cancel(probe->cancellable);
    g_rc_box_release_full(probe, probe_clear);
}

gboolean image_probe_is_for(const ImageProbe *probe, const char *path)
{
    return probe && g_strcmp0(probe->path, path) == 0;
}

gboolean image_probe_is_over(const ImageProbe *probe)
{
    return probe->over;
}

void image_probe_facts(const ImageProbe *probe, HotplugFacts *facts)
{
    facts->image = probe->image;
    facts->image_error = probe->error;
}

const char *request_image(const Request *request)
{
    gboolean drive = request->kind == REQUEST_DISK || request->kind == REQUEST_CDROM;

    return drive ? request_get(request, "file") : NULL;
}

/* --- the facts of a live dialog -------------------------------------------------------------- */

static void on_facts_read(Session *session, const GError *error, gpointer data)
{
    session->facts_read = FALSE;
    facts_arrived(session);
}

/* Whether the tree of now was read with all that planning needs. */
static gboolean facts_guest(Session *session)
{
    if (session->guest && session->guest->complete)
        return TRUE;
    if (!session->facts_read && session->state == SESSION_LIVE) {
        session->facts_read = TRUE;
        session_read(session, INVENTORY_ALL, on_facts_read, NULL);
    }
    return FALSE;
}

static gboolean facts_image(Session *session, const Request *request, HotplugFacts *facts)
{
    const char *path = request_image(request);

    if (!path)
        return TRUE;
    if (!image_probe_is_for(session->image, path)) {
        image_probe_free(session->image);
        session->image = image_probe_new(session, path);
    }
    if (!image_probe_is_over(session->image))
        return FALSE;
    image_probe_facts(session->image, facts);
    return TRUE;
}

HotplugFacts session_facts(Session *session, const Request *request, SessionFactsFn changed,
                           gpointer data)
{
    HotplugFacts facts = { .drivers = session->drivers };
    g_autofree char *driver = NULL;
    gboolean complete;

    facts.guest = session->guest ? session_stage_after(session, session->guest) : NULL;
    if (session->replay)
        return facts;
    driver = facts.guest ? hotplug_driver(facts.guest, request) : NULL;
    complete = facts_guest(session);
    /* A name that is still being typed is no reason to ask, or to make QEMU load a module. */
    if (driver && model_find(driver))
        complete &= session_know_driver(session, driver);
    complete &= facts_image(session, request, &facts);
    if (!complete)
        facts_watch(session, changed, data);
    return facts;
}
