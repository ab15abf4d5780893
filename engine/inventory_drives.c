/* query-block: each entry belongs to a device, which it names by id or path, or in old versions not
 * at all; then the drive's name in the device's properties decides. */
#include "engine/inventory_join.h"

#include <string.h>

static char *copy_member(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value && *value ? g_strdup(value) : NULL;
}

static gint64 size_member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* Where the nested description of a complex node keeps its file. */
static const char *find_file_name(const json_t *node)
{
    static const char *const names[] = { "filename", "file.filename", "path", "image", NULL };
    for (int depth = 0; depth < 16 && json_is_object(node); depth++) {
        for (gsize i = 0; names[i]; i++) {
            const char *name = json_string_value(json_object_get(node, names[i]));
            if (name)
                return name;
        }
        const json_t *inner = json_object_get(node, "file");
        node = inner ? inner : json_object_get(node, "image");
    }
    return NULL;
}

/* "/srv/a.qcow2" stays; "json:{...}" becomes the name in it. (transfer full) */
static char *decode_file_name(const char *text)
{
    if (!text || !g_str_has_prefix(text, "json:"))
        return g_strdup(text);
    json_t *node = json_loads(text + strlen("json:"), 0, NULL);
    const char *name = find_file_name(node);
    char *decoded = g_strdup(name ? name : text);
    json_decref(node);
    return decoded;
}

Drive *inventory_drive_new(const json_t *entry)
{
    Drive *drive = g_new0(Drive, 1);
    const json_t *inserted = json_object_get(entry, "inserted");
    const json_t *image = json_object_get(inserted, "image");
    const char *file = json_string_value(json_object_get(image, "filename"));
    if (!file)
        file = json_string_value(json_object_get(inserted, "file"));
    drive->backend = copy_member(entry, "device");
    drive->node = copy_member(inserted, "node-name");
    drive->qdev = copy_member(entry, "qdev");
    drive->file = decode_file_name(file);
    drive->format = copy_member(inserted, "drv");
    drive->size = size_member(image, "virtual-size");
    drive->used = size_member(image, "actual-size");
    drive->inserted = inserted != NULL;
    drive->readonly = json_is_true(json_object_get(inserted, "ro"));
    drive->removable = json_is_true(json_object_get(entry, "removable"));
    drive->locked = json_is_true(json_object_get(entry, "locked"));
    drive->has_tray = json_object_get(entry, "tray_open") != NULL;
    drive->tray_open = json_is_true(json_object_get(entry, "tray_open"));
    return drive;
}

/* By id and by path in one table: no id begins with '/'. A device with an id is entered first,
 * since an expander's inner bridge bears the same id. */
static GHashTable *index_devices(const Guest *guest)
{
    GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        if (device->path)
            g_hash_table_insert(index, device->path, device);
        if (device->id && !g_hash_table_contains(index, device->id))
            g_hash_table_insert(index, device->id, device);
    }
    return index;
}

/* Devices by the name in their "drive" property. */
static GHashTable *index_drive_names(const Guest *guest)
{
    GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        const char *name = device_property(device, "drive");
        if (name && *name)
            g_hash_table_insert(index, (gpointer)name, device);
    }
    return index;
}

/* The drive of virtio-blk and usb-storage is at an inner device, which the tree folds into them. */
static Device *find_folded(GHashTable *devices, const char *qdev)
{
    static const char *const inner[] = { "/virtio-backend", "/legacy[0]" };
    for (gsize i = 0; i < G_N_ELEMENTS(inner); i++) {
        if (!g_str_has_suffix(qdev, inner[i]))
            continue;
        g_autofree char *path = g_strndup(qdev, strlen(qdev) - strlen(inner[i]));
        Device *device = g_hash_table_lookup(devices, path);
        g_autofree char *above = g_path_get_dirname(path); /* without the inner bus */
        return device ? device : g_hash_table_lookup(devices, above);
    }
    return NULL;
}

static Device *find_device(GHashTable *devices, GHashTable *names, const json_t *entry)
{
    const char *qdev = json_string_value(json_object_get(entry, "qdev"));
    Device *device = qdev ? g_hash_table_lookup(devices, qdev) : NULL;
    if (!device && qdev)
        device = find_folded(devices, qdev);
    if (device)
        return device;
    const char *backend = json_string_value(json_object_get(entry, "device"));
    const char *node =
        json_string_value(json_object_get(json_object_get(entry, "inserted"), "node-name"));
    if (backend && *backend)
        device = g_hash_table_lookup(names, backend);
    return device || !node ? device : g_hash_table_lookup(names, node);
}

/* Before 0.15 one driver was disk and CD drive, as its drive was. */
static void take_type(Device *device, const json_t *entry)
{
    const char *type = json_string_value(json_object_get(entry, "type"));
    if (device->kind != KIND_DISK || g_strcmp0(type, "cdrom") != 0)
        return;
    device->kind = KIND_CDROM;
    g_free(device->words);
    device->words = g_strdup("cdrom");
}

void inventory_join_drives(Guest *guest, const json_t *reply)
{
    gsize i;
    json_t *entry;
    g_autoptr(GHashTable) devices = index_devices(guest);
    g_autoptr(GHashTable) names = index_drive_names(guest);
    json_array_foreach (reply, i, entry) {
        Device *device = find_device(devices, names, entry);
        if (!device || device->drive)
            continue;
        device->drive = inventory_drive_new(entry);
        take_type(device, entry);
    }
}
