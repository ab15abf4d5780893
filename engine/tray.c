/* DEVICE_TRAY_MOVED tells when it opens; it comes once, so the drive is looked at as well. */
#include "engine/tray.h"

#include <string.h>

#define LOOK_MS 1000

struct Tray {
    Monitor *monitor;
    char *drive;
    TrayFn told;
    gpointer data;
    gint64 started;
    gboolean announced;
    guint timer;
};

static void look(Tray *tray);

static gboolean on_timer(gpointer data)
{
    Tray *tray = data;

    tray->timer = 0;
    look(tray);
    return G_SOURCE_REMOVE;
}

static void still_closed(Tray *tray)
{
    gint64 left = TRAY_WAIT_MS - (g_get_monotonic_time() - tray->started) / 1000;

    if (left <= 0) {
        tray->told(TRAY_KEPT, tray->data);
        return;
    }
    tray->timer = g_timeout_add((guint)MIN(left, LOOK_MS), on_timer, tray);
    if (tray->announced)
        return;
    tray->announced = TRUE;
    tray->told(TRAY_LOCKED, tray->data);
}

static gboolean is_closed(json_t *blocks, const char *drive)
{
    size_t index;
    json_t *block;

    json_array_foreach (blocks, index, block) {
        const char *device = json_string_value(json_object_get(block, "device"));

        if (g_strcmp0(json_string_value(json_object_get(block, "qdev")), drive) == 0 ||
            g_strcmp0(device, drive) == 0)
            return json_is_false(json_object_get(block, "tray_open"));
    }
    return FALSE;
}

static void on_blocks(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Tray *tray = data;

    if (error && monitor_error_is_connection(error))
        return; /* the owner hears of that */
    if (is_closed(result, tray->drive))
        still_closed(tray);
    else
        tray->told(TRAY_OPEN, tray->data);
}

static void look(Tray *tray)
{
    monitor_send(tray->monitor, "query-block", NULL, on_blocks, tray);
}

void tray_event(Tray *tray, const char *name, json_t *payload)
{
    if (strcmp(name, "DEVICE_TRAY_MOVED") == 0 &&
        g_strcmp0(json_string_value(json_object_get(payload, "id")), tray->drive) == 0 &&
        json_is_true(json_object_get(payload, "tray-open")))
        tray->told(TRAY_OPEN, tray->data);
}

Tray *tray_new(Monitor *monitor, const char *drive, TrayFn told, gpointer data)
{
    Tray *tray = g_new0(Tray, 1);

    tray->monitor = monitor;
    tray->drive = g_strdup(drive);
    tray->told = told;
    tray->data = data;
    tray->started = g_get_monotonic_time();
    look(tray);
    return tray;
}

void tray_free(Tray *tray)
{
    if (!tray)
        return;
    if (tray->timer)
        g_source_remove(tray->timer);
    monitor_cancel_data(tray->monitor, tray);
    g_free(tray->drive);
    g_free(tray);
}
