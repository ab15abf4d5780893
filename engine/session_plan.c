/* Plans asked for: read the guest anew, find out what is missing, then plan. */
#include "engine/session_domain.h"
#include "engine/session_private.h"

typedef enum {
    QUERY_ATTACH,
    QUERY_DETACH,
    QUERY_MEDIUM,
    QUERY_UNDO,
    QUERY_REDO,
    QUERY_STAGED,
} QueryKind;

struct Query {
    Session *session;
    QueryKind kind;
    Request *request;
    char **names;
    MediumChange change; /* QUERY_MEDIUM; its texts are ours */
    SessionPlanFn done;  /* NULL once it is forgotten */
    gpointer data;
    guint idle; /* there is no connection, or a replay: says so in the next turn */
    gboolean started;
    Guest *guest; /* as it was read for this query; NULL before */
    ImageProbe *image;
};

static void query_free(Query *query)
{
    if (query->idle)
        g_source_remove(query->idle);
    request_free(query->request);
    g_strfreev(query->names);
    g_free((char *)query->change.file);
    g_free((char *)query->change.format);
    g_clear_pointer(&query->guest, guest_unref);
    image_probe_free(query->image);
    g_free(query);
}

/* Last. plan: (transfer full) */
static void query_finish(Query *query, Plan *plan, const GError *error)
{
    g_ptr_array_remove(query->session->queries, query);
    if (plan)
        plan_set_form(plan, hotplug_form(query->guest));
    if (query->done)
        query->done(query->session, plan, error, query->data);
    else
        plan_free(plan);
    query_free(query);
}

/* --- planning -------------------------------------------------------------------------------- */

static gboolean check_not_leaving(const Session *session, const Device *device, GError **error)
{
    g_autofree char *name = NULL;

    if (!session_awaits(session, device))
        return TRUE;
    name = device_display_name(device);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s is leaving already, asked %" G_GINT64_FORMAT
                " s ago: wait for the guest to release it, or ask again",
                name, (g_get_real_time() - device->since) / G_USEC_PER_SEC);
    return FALSE;
}

/* Adds the device that the user named, or the plan for what one that has left left behind. */
static gboolean query_find(const Query *query, const char *name, const HotplugFacts *facts,
                           GPtrArray *devices, GPtrArray *orphans, GError **error)
{
    g_autoptr(GError) missing = NULL;
    Device *device = session_stage_find(query->session, query->guest, name, &missing);
    Plan *left = device ? NULL : hotplug_plan_orphans(facts, name);

    if (left) {
        g_ptr_array_add(orphans, left);
        return TRUE;
    }
    if (!device) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return FALSE;
    }
    if (!check_not_leaving(query->session, device, error))
        return FALSE;
    if (!g_ptr_array_find(devices, device, NULL))
        g_ptr_array_add(devices, device);
    return TRUE;
}

static Plan *plan_detach(const Query *query, const HotplugFacts *facts, GError **error)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_autoptr(GPtrArray) orphans = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    Plan *plan;

    for (guint i = 0; query->names[i]; i++) {
        if (!query_find(query, query->names[i], facts, devices, orphans, error))
            return NULL;
    }
    plan = devices->len   ? hotplug_plan_detach(facts, devices, error)
           : orphans->len ? g_ptr_array_steal_index(orphans, 0)
                          : NULL;
    while (plan && orphans->len)
        plan_join(plan, g_ptr_array_steal_index(orphans, 0));
    if (plan && !session_stage_lets_go(query->session, query->guest, plan, error))
        g_clear_pointer(&plan, plan_free);
    return plan;
}

static Plan *plan_medium(const Query *query, const HotplugFacts *facts, GError **error)
{
    const Device *device = session_stage_find(query->session, query->guest, query->names[0], error);

    if (!device || !check_not_leaving(query->session, device, error))
        return NULL;
    return medium_plan(facts, device, &query->change, error);
}

/* Undoing a detach brings its subjects back: it is the inverse that has to fit. */
static Plan *plan_from_history(const Query *query, GError **error)
{
    const History *history = query->session->history;
    gboolean undo = query->kind == QUERY_UNDO;
    const Plan *from = undo ? history_undoable(history) : history_redoable(history);
    g_autoptr(Plan) plan = NULL;

    if (!from) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    undo ? "there is nothing to undo: no plan was completed on this guest yet"
                         : "there is nothing to do again: no plan was undone");
        return NULL;
    }
    plan = undo ? plan_invert(from, error) : plan_again(from, error);
    if (!plan || (plan->file && !session_domain_check_saved(query->session, error)) ||
        !history_check_plan(plan, query->guest, error))
        return NULL;
    session_offer(query->session, plan, undo ? RUN_UNDO : RUN_REDO, from);
    return g_steal_pointer(&plan);
}

static Plan *query_plan(const Query *query, GError **error)
{
    HotplugFacts facts = { .guest = session_stage_after(query->session, query->guest),
                           .drivers = query->session->drivers };

    if (query->image)
        image_probe_facts(query->image, &facts);
    switch (query->kind) {
    case QUERY_ATTACH:
        return hotplug_plan_attach(&facts, query->request, error);
    case QUERY_DETACH:
        return plan_detach(query, &facts, error);
    case QUERY_STAGED:
        return session_stage_join(query->session, query->guest, error);
    case QUERY_MEDIUM:
        return plan_medium(query, &facts, error);
    case QUERY_UNDO:
    case QUERY_REDO:
    default:
        return plan_from_history(query, error);
    }
}

/* --- what has to be known first -------------------------------------------------------------- */

/* Asks for all that are missing, in one write. */
static gboolean detach_is_known(const Query *query)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    g_auto(GStrv) drivers = NULL;
    gboolean known = TRUE;

    for (guint i = 0; query->names[i]; i++) {
        Device *device = session_stage_find(query->session, query->guest, query->names[i], NULL);

        if (device)
            g_ptr_array_add(devices, device);
    }
    drivers = hotplug_detach_drivers(query->guest, devices);
    for (guint i = 0; drivers[i]; i++)
        known = session_know_driver(query->session, drivers[i]) && known;
    return known;
}

static gboolean attach_is_known(const Query *query)
{
    const Guest *guest = session_stage_after(query->session, query->guest);
    g_autofree char *driver = hotplug_driver(guest, query->request);
    gboolean known = !driver || session_know_driver(query->session, driver);

    return known && (!query->image || image_probe_is_over(query->image));
}

static gboolean query_is_ready(const Query *query)
{
    if (query->kind == QUERY_MEDIUM)
        return !query->image || image_probe_is_over(query->image);
    if (query->kind == QUERY_ATTACH)
        return attach_is_known(query);
    return query->kind != QUERY_DETACH || detach_is_known(query);
}

/* A forgotten one ends when its read does, which knows it by its address. */
static void query_advance(Query *query)
{
    g_autoptr(GError) error = NULL;
    Plan *plan;

    if (!query->guest)
        return;
    if (!query->done) {
        query_finish(query, NULL, NULL);
        return;
    }
    if (!query_is_ready(query))
        return;
    plan = query_plan(query, &error);
    query_finish(query, plan, error);
}

/* --- starting -------------------------------------------------------------------------------- */

static void on_query_read(Session *session, const GError *error, gpointer data)
{
    Query *query = data;

    if (error) {
        query_finish(query, NULL, error);
        return;
    }
    query->guest = guest_ref(session->guest);
    query_advance(query);
}

static void query_start(Query *query)
{
    if (query->started)
        return;
    query->started = TRUE;
    session_read(query->session, INVENTORY_ALL, on_query_read, query);
}

static gboolean on_unconnected(gpointer data)
{
    Query *query = data;
    Session *session = g_rc_box_acquire(query->session);
    g_autoptr(GError) error = NULL;

    query->idle = 0;
    if (session_allows_changes(session, &error))
        error = session->error ? g_error_copy(session->error)
                               : g_error_new(MONITOR_ERROR, MONITOR_ERROR_CLOSED,
                                             "there is no connection to the guest: connect again");
    query_finish(query, NULL, error);
    session_unref(session);
    return G_SOURCE_REMOVE;
}

static void query_add(Query *query)
{
    Session *session = query->session;

    g_ptr_array_add(session->queries, query);
    if (session->state == SESSION_LOST || session->replay)
        query->idle = g_timeout_add(0, on_unconnected, query);
    else if (session->state == SESSION_LIVE)
        query_start(query);
}

static Query *query_new(Session *session, QueryKind kind, SessionPlanFn done, gpointer data)
{
    Query *query = g_new0(Query, 1);

    query->session = session;
    query->kind = kind;
    query->done = done;
    query->data = data;
    return query;
}

void session_plan_attach(Session *session, const Request *request, SessionPlanFn done,
                         gpointer data)
{
    Query *query = query_new(session, QUERY_ATTACH, done, data);
    const char *image = request_image(request);

    query->request = request_copy(request);
    if (image)
        query->image = image_probe_new(session, image);
    query_add(query);
}

void session_plan_detach(Session *session, const char *const *names, SessionPlanFn done,
                         gpointer data)
{
    Query *query = query_new(session, QUERY_DETACH, done, data);

    query->names = g_strdupv((char **)names);
    query_add(query);
}

void session_plan_medium(Session *session, const char *name, const MediumChange *change,
                         SessionPlanFn done, gpointer data)
{
    Query *query = query_new(session, QUERY_MEDIUM, done, data);
    const char *const names[] = { name, NULL };

    query->names = g_strdupv((char **)names);
    query->change = *change;
    query->change.file = g_strdup(change->file);
    query->change.format = g_strdup(change->format);
    if (change->file)
        query->image = image_probe_new(session, change->file);
    query_add(query);
}

void session_plan_undo(Session *session, SessionPlanFn done, gpointer data)
{
    query_add(query_new(session, QUERY_UNDO, done, data));
}

void session_plan_redo(Session *session, SessionPlanFn done, gpointer data)
{
    query_add(query_new(session, QUERY_REDO, done, data));
}

void session_plan_staged(Session *session, SessionPlanFn done, gpointer data)
{
    query_add(query_new(session, QUERY_STAGED, done, data));
}

/* --- all of them ----------------------------------------------------------------------------- */

/* A callback may end any of them: each is looked up before its turn. */
static void each_query(Session *session, void (*visit)(Query *query))
{
    g_autoptr(GPtrArray) queries = g_ptr_array_copy(session->queries, NULL, NULL);

    for (guint i = 0; i < queries->len && !session->freed; i++) {
        if (g_ptr_array_find(session->queries, queries->pdata[i], NULL))
            visit(queries->pdata[i]);
    }
}

void session_queries_start(Session *session)
{
    each_query(session, query_start);
}

void session_queries_advance(Session *session)
{
    each_query(session, query_advance);
}

void session_queries_lost(Session *session, const GError *error)
{
    g_autoptr(GPtrArray) queries = g_ptr_array_copy(session->queries, NULL, NULL);

    for (guint i = 0; i < queries->len && !session->freed; i++) {
        if (g_ptr_array_find(session->queries, queries->pdata[i], NULL))
            query_finish(queries->pdata[i], NULL, error);
    }
}

void session_queries_free(Session *session)
{
    for (guint i = 0; i < session->queries->len; i++)
        query_free(session->queries->pdata[i]);
    g_ptr_array_set_size(session->queries, 0);
}

void session_forget(Session *session, gpointer data)
{
    session_facts_forget(session, data);
    for (guint i = 0; i < session->queries->len; i++) {
        Query *query = session->queries->pdata[i];

        if (query->data == data)
            query->done = NULL;
    }
    session_runs_forget(session, data);
    session_reads_forget(session, data);
}
