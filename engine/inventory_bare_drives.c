/* query-block of a QEMU that does not say what a drive is plugged into. Its names tell the key of a
 * table, interface, bus and unit; which controller has that bus is told by nothing (drive_add may
 * give a key of bus 1 to a disk on any of them). */
#include <stdio.h>
#include <string.h>

#include "engine/inventory_bare.h"
#include "engine/inventory_join.h"
#include "engine/json_find.h"

typedef struct {
    const char *interface; /* "scsi" */
    guint bus, unit;
    gboolean cdrom;
} Key;

/* "scsi1-hd5", "ide1-cd0": an interface whose drives have a bus. */
static gboolean parse_key(const char *name, Key *key)
{
    static const char *const interfaces[] = { "scsi", "ide" };
    for (gsize i = 0; i < G_N_ELEMENTS(interfaces); i++) {
        gsize length = strlen(interfaces[i]);
        char kind[3] = "";
        int end = 0;
        if (strncmp(name, interfaces[i], length) != 0 ||
            sscanf(name + length, "%3u-%2[hcd]%3u%n", &key->bus, kind, &key->unit, &end) != 3 ||
            name[length + end])
            continue;
        key->interface = interfaces[i];
        key->cdrom = strcmp(kind, "cd") == 0;
        return key->cdrom || strcmp(kind, "hd") == 0;
    }
    return FALSE;
}

/* --- where it is ----------------------------------------------------------------------------- */

/* (transfer container) (Bus) */
static GPtrArray *buses_of(const Guest *guest, BusFamily family)
{
    g_autoptr(GPtrArray) all = guest_buses(guest);
    GPtrArray *found = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++) {
        if (((const Bus *)all->pdata[i])->family == family)
            g_ptr_array_add(found, all->pdata[i]);
    }
    return found;
}

/* The bus of the controller that we plugged the drive into, while one is still there. */
static Bus *learned_bus(const GPtrArray *buses, const char *address)
{
    for (guint i = 0; address && i < buses->len; i++) {
        const Device *owner = ((const Bus *)buses->pdata[i])->owner;
        g_autofree char *place = address_to_text(&owner->address);
        if (strcmp(place, address) == 0)
            return buses->pdata[i];
    }
    return NULL;
}

/* The one controller there is has the drives of bus 0, that QEMU gave to it at its start. A key of
 * another bus may be all that is left of a controller that has gone (0.11 keeps such drives). */
static Bus *scsi_bus(const Guest *guest, const Key *key, const char *address)
{
    g_autoptr(GPtrArray) buses = buses_of(guest, BUS_SCSI);
    if (address)
        return learned_bus(buses, address);
    return buses->len == 1 && key->bus == 0 ? buses->pdata[0] : NULL;
}

/* IDE drives come with the machine, which has one controller. */
static Bus *ide_bus(const Guest *guest, const Key *key)
{
    g_autoptr(GPtrArray) buses = buses_of(guest, BUS_IDE);
    return buses->len == 2 && key->bus < buses->len ? buses->pdata[key->bus] : NULL;
}

static void add_property(Device *device, const char *name, guint value)
{
    Property *property = g_new0(Property, 1);
    property->name = g_strdup(name);
    property->value = g_strdup_printf("%u", value);
    g_ptr_array_add(device->properties, property);
}

static gboolean is_taken(const Bus *bus, const char *property, guint value)
{
    g_autofree char *text = g_strdup_printf("%u", value);
    for (guint i = 0; i < bus->devices->len; i++) {
        if (g_strcmp0(device_property(bus->devices->pdata[i], property), text) == 0)
            return TRUE;
    }
    return FALSE;
}

/* FALSE where no bus is certain: then it stands alone. Two that claim one place prove nothing. */
static gboolean put_on_bus(Device *device, Bus *bus, const Key *key)
{
    const char *place = bus && bus->family == BUS_SCSI ? "scsi-id" : "unit";
    if (!bus || is_taken(bus, place, key->unit))
        return FALSE;
    add_property(device, place, key->unit);
    device->bus = bus;
    g_ptr_array_add(bus->devices, device);
    return TRUE;
}

/* --- one drive ------------------------------------------------------------------------------- */

static Device *drive_device(const char *driver, DeviceKind kind, const char *words, Drive *drive)
{
    Device *device = device_new(driver);
    g_free(device->words);
    device->words = g_strdup(words);
    device->kind = kind;
    device->drive = drive;
    return device;
}

static void add_keyed(Guest *guest, const Key *key, Drive *drive, const char *address)
{
    gboolean scsi = strcmp(key->interface, "scsi") == 0;
    Device *device =
        drive_device(scsi ? "scsi-disk" : "ide-drive", key->cdrom ? KIND_CDROM : KIND_DISK,
                     key->cdrom ? "cdrom" : "disk", drive);
    if (!put_on_bus(device, scsi ? scsi_bus(guest, key, address) : ide_bus(guest, key), key))
        g_ptr_array_add(guest->memory_devices, device);
}

/* The card of that driver, where there is one only. */
static Device *only_card(const Guest *guest, const char *driver)
{
    Device *found = NULL;
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        if (strcmp(device->driver, driver) != 0)
            continue;
        if (found)
            return NULL;
        found = device;
    }
    return found;
}

static guint count_named(const json_t *reply, const char *prefix)
{
    guint count = 0;
    gsize i;
    json_t *entry;
    json_array_foreach (reply, i, entry) {
        const char *name = json_string_value(json_object_get(entry, "device"));
        count += name && g_str_has_prefix(name, prefix) && json_object_get(entry, "inserted");
    }
    return count;
}

/* "virtio0" is the drive of a card of its own; of which one of several nothing tells. */
static void add_virtio(Guest *guest, const json_t *reply, Drive *drive)
{
    Device *card = only_card(guest, "virtio-blk-pci");
    if (card && count_named(reply, "virtio") == 1)
        card->drive = drive;
    else
        g_ptr_array_add(guest->memory_devices,
                        drive_device("virtio-blk-pci", KIND_DISK, "virtio disk", drive));
}

static void add_drive(Guest *guest, const json_t *reply, Drive *drive, GHashTable *learned)
{
    Key key;
    const char *name = drive->backend;
    if (parse_key(name, &key))
        add_keyed(guest, &key, drive, learned ? g_hash_table_lookup(learned, name) : NULL);
    else if (g_str_has_prefix(name, "virtio"))
        add_virtio(guest, reply, drive);
    else if (g_str_has_prefix(name, "floppy"))
        g_ptr_array_add(guest->memory_devices,
                        drive_device("floppy", KIND_FLOPPY, "floppy drive", drive));
    else
        g_ptr_array_add(guest->memory_devices, drive_device("", KIND_DISK, "drive", drive));
}

/* A drive that is no removable one and has no image is what a failed drive_add leaves: a key, and
 * no device. The machine's card reader is there whether anything is in it or not. */
static gboolean is_device(const json_t *entry, const char *name)
{
    return json_object_get(entry, "inserted") ||
           (json_is_true(json_object_get(entry, "removable")) && !g_str_has_prefix(name, "sd"));
}

void inventory_bare_drives(Guest *guest, const json_t *reply, GHashTable *learned)
{
    gsize i;
    json_t *entry;
    json_array_foreach (reply, i, entry) {
        const char *name = json_string_value(json_object_get(entry, "device"));
        if (name && *name && is_device(entry, name))
            add_drive(guest, reply, inventory_drive_new(entry), learned);
    }
    guest_index(guest);
}

/* --- floppy drives of a controller that names them ------------------------------------------- */

static void add_floppies(Device *controller, const json_t *reply)
{
    static const char *const names[] = { "driveA", "driveB" };
    Bus *bus = bus_new("floppy-bus.0", "floppy-bus");
    bus->owner = controller;
    g_ptr_array_add(controller->buses, bus);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = device_property(controller, names[i]);
        const json_t *entry = name && *name ? json_find(reply, "device", name) : NULL;
        if (!entry)
            continue;
        Device *device = drive_device("floppy", KIND_FLOPPY, "floppy", inventory_drive_new(entry));
        add_property(device, "unit", i);
        device->bus = bus;
        g_ptr_array_add(bus->devices, device);
    }
}

void inventory_floppy_drives(Guest *guest, const json_t *reply)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        Device *device = guest->devices->pdata[i];
        if (device_property(device, "driveA") && !device->buses->len)
            add_floppies(device, reply);
    }
    guest_index(guest);
}
