/* One place a path: a QOM path, or where QEMU has no QOM that of a card. A place is empty when
 * DEVICE_DELETED named it, or when a look found nothing and no event came within a grace time: QEMU
 * takes a device out of QOM first and drops what it held some 50 ms later (an RCU period), together
 * with the event. The event never comes for qemu-xhci, nec-usb-xhci and intel-hda (measured on 7.2
 * and 10.0), nor from a QEMU before 1.5. */
#include "engine/leaving.h"

#include <string.h>

#include "engine/place.h"

#define GRACE_US (300 * G_TIME_SPAN_MILLISECOND)
/* Controllers may take hundreds of disks along: one look is this many commands at most. */
#define PLACES_A_LOOK 8
#define LOOK "see whether it has left"

static const guint pauses_ms[] = { 20, 50, 100, 200, 400, 1000 };
#define PATIENT_AFTER_US (60 * G_TIME_SPAN_SECOND)
#define PATIENT_PAUSE_MS 2000

typedef struct {
    Leaving *leaving;
    char *path;
    gint64 missed; /* when a look first found nothing there; 0 before */
    gboolean empty;
} Place;

struct Leaving {
    Monitor *monitor;
    GPtrArray *places; /* (Place) */
    LeavingFn told;
    gpointer data;
    guint timer;
    guint asked; /* looks on their way */
    guint pause; /* index into pauses_ms */
    gint64 started;
    gboolean looked; /* the first look is over */
    gboolean again;  /* something happened during a look */
    gboolean silent;
};

/* --- what is there --------------------------------------------------------------------------- */

static void place_free(gpointer data)
{
    Place *place = data;

    g_free(place->path);
    g_free(place);
}

static void place_update(Leaving *leaving, Place *place, gint64 now)
{
    if (place->empty || !place->missed || now - place->missed < GRACE_US)
        return;
    place->empty = TRUE;
    leaving->silent = TRUE;
}

static gboolean leaving_all_empty(Leaving *leaving)
{
    gint64 now = g_get_monotonic_time();
    gboolean all = TRUE;

    for (guint i = 0; i < leaving->places->len; i++) {
        Place *place = leaving->places->pdata[i];

        place_update(leaving, place, now);
        all = all && place->empty;
    }
    return all;
}

/* The next place at or after `from` that a look still finds taken. */
static Place *leaving_taken(const Leaving *leaving, guint from)
{
    for (guint i = from; i < leaving->places->len; i++) {
        Place *place = leaving->places->pdata[i];

        if (!place->empty && !place->missed)
            return place;
    }
    return NULL;
}

/* --- looking --------------------------------------------------------------------------------- */

static void leaving_look(Leaving *leaving);

static gboolean on_timer(gpointer data)
{
    Leaving *leaving = data;

    leaving->timer = 0;
    leaving_look(leaving);
    return G_SOURCE_REMOVE;
}

static guint leaving_pause_ms(Leaving *leaving)
{
    if (!leaving_taken(leaving, 0))
        return GRACE_US / G_TIME_SPAN_MILLISECOND;
    if (g_get_monotonic_time() - leaving->started > PATIENT_AFTER_US)
        return PATIENT_PAUSE_MS;
    if (leaving->pause + 1 < G_N_ELEMENTS(pauses_ms))
        return pauses_ms[leaving->pause++];
    return pauses_ms[leaving->pause];
}

static void leaving_wake(Leaving *leaving, guint milliseconds)
{
    if (leaving->timer)
        g_source_remove(leaving->timer);
    leaving->timer = g_timeout_add(milliseconds, on_timer, leaving);
}

/* A look is over: tells, or waits for the next. */
static void leaving_conclude(Leaving *leaving)
{
    gboolean first = !leaving->looked;
    gboolean again = leaving->again;

    leaving->looked = TRUE;
    leaving->again = FALSE;
    if (leaving_all_empty(leaving)) {
        leaving->told(LEAVING_GONE, NULL, leaving->data);
        return;
    }
    leaving_wake(leaving, again ? 0 : leaving_pause_ms(leaving));
    if (first && leaving_taken(leaving, 0))
        leaving->told(LEAVING_STILL, NULL, leaving->data);
}

static gboolean slot_is_empty(json_t *reply, guint slot)
{
    json_t *devices = json_object_get(json_array_get(reply, 0), "devices");
    size_t index;
    json_t *device;

    json_array_foreach (devices, index, device) {
        if (json_integer_value(json_object_get(device, "slot")) == slot)
            return FALSE;
    }
    return json_is_array(devices);
}

/* Nobody tells when a card has left, but when it has, all that it held has gone with it. */
static void on_cards(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Place *place = data;
    Leaving *leaving = place->leaving;
    guint slot;

    if (error && monitor_error_is_connection(error))
        return;
    place->empty = place_slot(place->path, &slot) && slot_is_empty(result, slot);
    if (--leaving->asked == 0)
        leaving_conclude(leaving);
}

static void on_looked(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Place *place = data;
    Leaving *leaving = place->leaving;

    if (error && monitor_error_is_connection(error))
        return; /* the owner hears of it as well */
    if (g_error_matches(error, MONITOR_ERROR, MONITOR_ERROR_DEVICE_NOT_FOUND) && !place->missed)
        place->missed = g_get_monotonic_time();
    if (--leaving->asked > 0)
        return;
    /* The places of this look are empty: what about those that had to wait? */
    if (place->missed && leaving_taken(leaving, 0))
        leaving->again = TRUE;
    leaving_conclude(leaving);
}

/* Every object has the property "type", and it can be read whatever its state is. */
static void place_look(Place *place)
{
    json_t *arguments;

    place->leaving->asked++;
    if (place_is_card(place->path)) {
        monitor_send_for(place->leaving->monitor, LOOK, "query-pci", NULL, on_cards, place);
        return;
    }
    arguments = json_pack("{s:s,s:s}", "path", place->path, "property", "type");
    monitor_send_for(place->leaving->monitor, LOOK, "qom-get", arguments, on_looked, place);
}

static void leaving_look(Leaving *leaving)
{
    if (leaving->asked)
        return;
    for (guint i = 0; i < leaving->places->len && leaving->asked < PLACES_A_LOOK; i++) {
        Place *place = leaving->places->pdata[i];

        if (!place->empty && !place->missed)
            place_look(place);
    }
    if (!leaving->asked)
        leaving_conclude(leaving);
}

void leaving_hurry(Leaving *leaving)
{
    leaving->pause = 0;
    leaving->again = leaving->asked > 0;
    if (!leaving->asked)
        leaving_wake(leaving, 0);
}

/* --- events ---------------------------------------------------------------------------------- */

static const char *payload_text(json_t *payload, const char *key)
{
    return json_string_value(json_object_get(payload, key));
}

/* An event names the path, or (MEM_UNPLUG_ERROR) the id alone. */
static gboolean payload_names(json_t *payload, const char *path)
{
    const char *id = payload_text(payload, "device");
    const char *named = payload_text(payload, "path");

    if (named)
        return strcmp(named, path) == 0;
    return id && g_str_has_prefix(path, "/machine/peripheral/") &&
           strcmp(id, path + strlen("/machine/peripheral/")) == 0;
}

gboolean leaving_event_refuses(const char *name, json_t *payload, const char *path)
{
    return (strcmp(name, "DEVICE_UNPLUG_GUEST_ERROR") == 0 ||
            strcmp(name, "MEM_UNPLUG_ERROR") == 0) &&
           payload_names(payload, path);
}

static void leaving_deleted(Leaving *leaving, json_t *payload)
{
    for (guint i = 0; i < leaving->places->len; i++) {
        Place *place = leaving->places->pdata[i];

        if (payload_names(payload, place->path))
            place->empty = TRUE;
    }
    leaving_hurry(leaving);
}

static void leaving_refused(Leaving *leaving, json_t *payload)
{
    const char *message = payload_text(payload, "msg");

    leaving->told(LEAVING_REFUSED, message ? message : "the guest refused to release the device",
                  leaving->data);
}

void leaving_event(Leaving *leaving, const char *name, json_t *payload)
{
    if (strcmp(name, "DEVICE_DELETED") == 0) {
        leaving_deleted(leaving, payload);
        return;
    }
    for (guint i = 0; i < leaving->places->len; i++) {
        Place *place = leaving->places->pdata[i];

        if (leaving_event_refuses(name, payload, place->path)) {
            leaving_refused(leaving, payload);
            return;
        }
    }
}

gboolean leaving_silent(const Leaving *leaving)
{
    return leaving->silent;
}

/* --- life ------------------------------------------------------------------------------------ */

Leaving *leaving_new(Monitor *monitor, const char *const *paths, LeavingFn told, gpointer data)
{
    Leaving *leaving = g_new0(Leaving, 1);

    leaving->monitor = monitor;
    leaving->places = g_ptr_array_new_with_free_func(place_free);
    leaving->told = told;
    leaving->data = data;
    leaving->started = g_get_monotonic_time();
    for (guint i = 0; paths[i]; i++) {
        Place *place = g_new0(Place, 1);

        place->leaving = leaving;
        place->path = g_strdup(paths[i]);
        place->empty = *paths[i] != '/' && !place_is_card(paths[i]); /* goes with its card */
        g_ptr_array_add(leaving->places, place);
    }
    leaving_wake(leaving, 0);
    return leaving;
}

void leaving_free(Leaving *leaving)
{
    if (!leaving)
        return;
    if (leaving->timer)
        g_source_remove(leaving->timer);
    for (guint i = 0; i < leaving->places->len; i++)
        monitor_cancel_data(leaving->monitor, leaving->places->pdata[i]);
    g_ptr_array_unref(leaving->places);
    g_free(leaving);
}
