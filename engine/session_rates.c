/* Asks QEMU for the counters of its drives as long as somebody wants to see rates, and never
 * otherwise. */
#include "engine/rates.h"
#include "engine/session_private.h"

/* With 500 drives QEMU takes 15 ms for an answer, in which the guest stands still: it is asked so
 * seldom that this is one part in a hundred. */
#define SHARE 100
#define RATES_MOST_MS 20000

struct RatesWatch {
    Session *session;
    guint watchers;
    Rates *rates;
    guint timer;
    gint64 asked; /* monotonic; 0: no answer is awaited */
};

static void ask(RatesWatch *watch);

static gboolean on_timer(gpointer data)
{
    RatesWatch *watch = data;

    watch->timer = 0;
    ask(watch);
    return G_SOURCE_REMOVE;
}

static void ask_later(RatesWatch *watch, gint64 took)
{
    gint64 pause = CLAMP(took / 1000 * SHARE, SESSION_RATES_MS, RATES_MOST_MS);

    watch->timer = g_timeout_add((guint)pause, on_timer, watch);
}

static void on_stats(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    RatesWatch *watch = data;
    gint64 now = g_get_monotonic_time(), took = now - watch->asked;

    watch->asked = 0;
    if (error && monitor_error_is_connection(error))
        return;
    if (result)
        rates_take(watch->rates, result, now);
    ask_later(watch, took);
    session_notify(watch->session, SESSION_RATES_CHANGED);
}

static void ask(RatesWatch *watch)
{
    const Session *session = watch->session;

    if (!watch->watchers || watch->timer || watch->asked || !session->monitor || session->paused ||
        session->state != SESSION_LIVE)
        return;
    watch->asked = g_get_monotonic_time();
    monitor_send_for(session->monitor, PURPOSE_RATES, "query-blockstats", NULL, on_stats, watch);
}

/* --- life ------------------------------------------------------------------------------------ */

RatesWatch *rates_watch_new(Session *session)
{
    RatesWatch *watch = g_new0(RatesWatch, 1);

    watch->session = session;
    watch->rates = rates_new();
    return watch;
}

void rates_watch_free(RatesWatch *watch)
{
    rates_free(watch->rates);
    g_free(watch);
}

void rates_watch_start(RatesWatch *watch)
{
    ask(watch);
}

/* What is counted until it starts again tells nothing of that moment. */
void rates_watch_stop(RatesWatch *watch)
{
    if (watch->timer)
        g_source_remove(watch->timer);
    watch->timer = 0;
    if (watch->asked && watch->session->monitor)
        monitor_cancel_data(watch->session->monitor, watch);
    watch->asked = 0;
    rates_clear(watch->rates);
}

/* --- the face -------------------------------------------------------------------------------- */

void session_watch_rates(Session *session, gboolean want)
{
    RatesWatch *watch = session->rates;

    g_return_if_fail(want || watch->watchers);
    watch->watchers += want ? 1 : -1;
    if (watch->watchers)
        rates_watch_start(watch);
    else
        rates_watch_stop(watch);
}

gboolean session_rate(const Session *session, const Device *device, Rate *rate)
{
    return rates_of(session->rates->rates, device, rate);
}
