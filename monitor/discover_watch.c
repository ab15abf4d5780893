/* One look at a time, each in a thread with its own copy of nothing but the folder's name and a
 * reference to what was found before, which nobody changes. */
#include "monitor/discover_watch.h"

#include <gio/gio.h>

#include "monitor/sock_diag.h"

struct DiscoverWatch {
    char *proc;
    DiscoverFn changed;
    gpointer data;
    GPtrArray *guests;
    GTask *task; /* a look that is under way; NULL */
    guint pause;
    gboolean again; /* once more right after it, and tell */
    gboolean tell;  /* whatever it finds */
};

typedef struct {
    char *proc;
    GPtrArray *before; /* NULL */
} Order;

static void order_free(gpointer data)
{
    Order *order = data;

    g_free(order->proc);
    g_clear_pointer(&order->before, g_ptr_array_unref);
    g_free(order);
}

static void look_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancelled)
{
    const Order *order = data;
    g_autoptr(GHashTable) pairs = sock_diag_pairs();
    GError *error = NULL;
    GPtrArray *guests = discover_guests(order->proc, pairs, order->before, &error);

    if (guests)
        g_task_return_pointer(task, guests, (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_error(task, error);
}

static void look(DiscoverWatch *watch);

static gboolean on_pause_over(gpointer data)
{
    DiscoverWatch *watch = data;

    watch->pause = 0;
    look(watch);
    return G_SOURCE_REMOVE;
}

static void go_on(DiscoverWatch *watch)
{
    watch->tell = watch->again;
    if (watch->again)
        look(watch);
    else
        watch->pause = g_timeout_add(DISCOVER_PAUSE_MS, on_pause_over, watch);
    watch->again = FALSE;
}

/* What has been told stays as it is until something else is told. */
static gboolean take(DiscoverWatch *watch, GPtrArray *guests)
{
    gboolean same = guests && watch->guests && found_guests_equal(watch->guests, guests);

    if (!guests || (same && !watch->tell))
        return !guests;
    g_clear_pointer(&watch->guests, g_ptr_array_unref);
    watch->guests = g_ptr_array_ref(guests);
    return TRUE;
}

static void on_looked(GObject *source, GAsyncResult *result, gpointer data)
{
    DiscoverWatch *watch = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) guests = NULL;
    gboolean changed;

    if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
        return; /* the watch has been freed */
    guests = g_task_propagate_pointer(G_TASK(result), &error);
    g_clear_object(&watch->task);
    changed = take(watch, guests);
    go_on(watch); /* first, since what is called may free the watch */
    if (changed)
        watch->changed(error, watch->data);
}

static void look(DiscoverWatch *watch)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Order *order = g_new0(Order, 1);

    order->proc = g_strdup(watch->proc);
    order->before = watch->guests ? g_ptr_array_ref(watch->guests) : NULL;
    watch->task = g_task_new(NULL, cancellable, on_looked, watch);
    g_task_set_check_cancellable(watch->task, FALSE);
    g_task_set_task_data(watch->task, order, order_free);
    g_task_run_in_thread(watch->task, look_in_thread);
}

DiscoverWatch *discover_watch_new(const char *proc, DiscoverFn changed, gpointer data)
{
    DiscoverWatch *watch = g_new0(DiscoverWatch, 1);

    watch->proc = g_strdup(proc);
    watch->changed = changed;
    watch->data = data;
    look(watch);
    return watch;
}

void discover_watch_free(DiscoverWatch *watch)
{
    if (!watch)
        return;
    g_clear_handle_id(&watch->pause, g_source_remove);
    if (watch->task)
        g_cancellable_cancel(g_task_get_cancellable(watch->task));
    g_clear_object(&watch->task);
    g_clear_pointer(&watch->guests, g_ptr_array_unref);
    g_free(watch->proc);
    g_free(watch);
}

void discover_watch_now(DiscoverWatch *watch)
{
    g_clear_handle_id(&watch->pause, g_source_remove);
    if (watch->task) {
        watch->again = TRUE;
    } else {
        watch->tell = TRUE;
        look(watch);
    }
}

const GPtrArray *discover_watch_guests(const DiscoverWatch *watch)
{
    return watch->guests;
}
