/* A device is the same one when its QOM path and its driver are: QEMU gives an id away again as
 * soon as its device has gone. */
#include "engine/marks.h"

#include <string.h>

typedef struct {
    char *driver;
    char *name;
    char *place;
    gboolean added;
    DeviceState state; /* STATE_PRESENT for nothing special */
    gint64 since;
    guint tree; /* the last one that it was in */
} Mark;

struct Marks {
    GHashTable *by_path;
    guint trees;
};

static void mark_free(gpointer data)
{
    Mark *mark = data;

    g_free(mark->driver);
    g_free(mark->name);
    g_free(mark->place);
    g_free(mark);
}

Marks *marks_new(void)
{
    Marks *marks = g_new0(Marks, 1);

    marks->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, mark_free);
    return marks;
}

void marks_free(Marks *marks)
{
    if (!marks)
        return;
    g_hash_table_unref(marks->by_path);
    g_free(marks);
}

/* --- every device of a guest ----------------------------------------------------------------- */

typedef void (*DeviceFn)(Marks *marks, Device *device, gpointer data);

static void each_device(Marks *marks, Guest *guest, DeviceFn visit, gpointer data)
{
    const GPtrArray *lists[] = { guest->devices, guest->memory_devices };

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (guint j = 0; lists[i] && j < lists[i]->len; j++) {
            Device *device = lists[i]->pdata[j];

            if (device_identity_lasts(device))
                visit(marks, device, data);
        }
    }
}

static void device_show(Marks *marks, Device *device, gpointer data)
{
    const Mark *mark = g_hash_table_lookup(marks->by_path, device->path);

    if (!mark)
        return;
    device->hotplugged = mark->added;
    if (mark->state == STATE_PRESENT)
        return;
    device->state = mark->state;
    device->since = mark->since;
}

void marks_show(const Marks *marks, Guest *guest)
{
    each_device((Marks *)marks, guest, device_show, NULL);
}

/* --- from tree to tree ----------------------------------------------------------------------- */

typedef struct {
    MarkChangeFn changed;
    gpointer data;
} Listener;

static void tell(const Listener *listener, const Mark *mark, gboolean came)
{
    gint64 asked = mark->state == STATE_LEAVING ? mark->since : 0;
    const MarkChange change = { came, mark->name, mark->place, came ? 0 : asked };

    if (listener->changed)
        listener->changed(&change, listener->data);
}

static Mark *mark_new(Marks *marks, const Device *device)
{
    Mark *mark = g_new0(Mark, 1);

    mark->driver = g_strdup(device->driver);
    mark->name = device_display_name(device);
    mark->place = address_to_text(&device->address);
    mark->added = marks->trees > 1;
    mark->state = mark->added ? STATE_ADDED : STATE_PRESENT;
    mark->since = mark->added ? g_get_real_time() : 0;
    g_hash_table_replace(marks->by_path, g_strdup(device->path), mark);
    return mark;
}

/* The firmware numbers buses, and so names and places change while a device stays. */
static void mark_rename(Mark *mark, const Device *device)
{
    g_free(mark->name);
    g_free(mark->place);
    mark->name = device_display_name(device);
    mark->place = address_to_text(&device->address);
}

static void device_compare(Marks *marks, Device *device, gpointer data)
{
    const Listener *listener = data;
    Mark *mark = g_hash_table_lookup(marks->by_path, device->path);

    if (mark && g_strcmp0(mark->driver, device->driver) == 0) {
        mark_rename(mark, device);
    } else {
        if (mark)
            tell(listener, mark, FALSE);
        mark = mark_new(marks, device);
        if (mark->added)
            tell(listener, mark, TRUE);
    }
    mark->tree = marks->trees;
}

static void drop_missing(Marks *marks, const Listener *listener)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, marks->by_path);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Mark *mark = value;

        if (mark->tree == marks->trees)
            continue;
        tell(listener, mark, FALSE);
        g_hash_table_iter_remove(&iter);
    }
}

void marks_compare(Marks *marks, Guest *guest, MarkChangeFn changed, gpointer data)
{
    Listener listener = { changed, data };

    marks->trees++;
    each_device(marks, guest, device_compare, &listener);
    drop_missing(marks, &listener);
    marks_show(marks, guest);
}

/* --- what is known besides ------------------------------------------------------------------- */

static void mark_enter(Marks *marks, const char *path, DeviceState state)
{
    Mark *mark = g_hash_table_lookup(marks->by_path, path);

    if (!mark || mark->state == state)
        return;
    mark->state = state;
    mark->since = g_get_real_time();
}

void marks_leaving(Marks *marks, const char *path)
{
    mark_enter(marks, path, STATE_LEAVING);
}

void marks_refused(Marks *marks, const char *path)
{
    mark_enter(marks, path, STATE_REFUSED);
}
