/* The device_add that gives a guest a device back: what `info qtree` shows of it, less what QEMU
 * sets by itself. */
#include "engine/detach.h"

#include <string.h>

#include "engine/allocate.h"

const char *replug_id(Detach *detach, const Device *device)
{
    if (device->id != NULL) {
        return device->id;
    }
    const char *known = g_hash_table_lookup(detach->new_ids, device);
    if (known != NULL) {
        return known;
    }
    for (guint number = 0;; number++) {
        g_autofree char *id = g_strdup_printf("%s%u", device_kind_name(device->kind), number);
        gboolean taken = FALSE;
        GHashTableIter iter;
        gpointer other;
        g_hash_table_iter_init(&iter, detach->new_ids);
        while (g_hash_table_iter_next(&iter, NULL, &other)) {
            taken = taken || strcmp(other, id) == 0;
        }
        if (!taken && allocate_check_id(detach->guest, id, NULL)) {
            g_hash_table_insert(detach->new_ids, (gpointer)device, g_strdup(id));
            return g_hash_table_lookup(detach->new_ids, device);
        }
    }
}

/* --- where it was ---------------------------------------------------------------------------- */

/* Buses are named after the id of their device, so they change when it gets one. (transfer full) */
static char *replugged_bus(Detach *detach, const Bus *bus)
{
    if (bus->owner == NULL || bus->owner->id != NULL ||
        !g_ptr_array_find(detach->leaving, bus->owner, NULL)) {
        return g_strdup(bus->name);
    }
    const char *id = replug_id(detach, bus->owner);
    gboolean bridge = bus->family == BUS_PCI || bus->family == BUS_PCIE;
    const char *dot = strrchr(bus->name, '.');
    return bridge ? g_strdup(id) : g_strconcat(id, dot != NULL ? dot : ".0", NULL);
}

static void put_place(Detach *detach, json_t *arguments, const Device *device)
{
    const Address *address = &device->address;
    if (device->bus == NULL) {
        return;
    }
    g_autofree char *bus = replugged_bus(detach, device->bus);
    json_object_set_new(arguments, "bus", json_string(bus));
    if (address->type == ADDRESS_PCI) {
        g_autofree char *slot =
            g_strdup_printf("%02x.%x", address->pci.slot, address->pci.function);
        json_object_set_new(arguments, "addr", json_string(slot));
    } else if (address->type == ADDRESS_DRIVE && address->drive.scsi) {
        json_object_set_new(arguments, "channel", json_integer(address->drive.bus));
        json_object_set_new(arguments, "scsi-id", json_integer(address->drive.target));
        json_object_set_new(arguments, "lun", json_integer(address->drive.unit));
    } else if (address->type == ADDRESS_USB) {
        json_object_set_new(arguments, "port", json_string(address->usb.port));
    }
}

/* --- how it was set -------------------------------------------------------------------------- */

/* What is put by other means, or no property of a device_add. */
static const char *const not_copied[] = { "addr",  "bus",      "channel",   "scsi-id",
                                          "lun",   "port",     "drive",     "id",
                                          "busnr", "attached", "masterbus", NULL };

/* What QEMU fills in by itself when the device starts; value NULL: whatever it is. */
static const struct {
    const char *name, *value;
} settled[] = {
    { "cyls", NULL },
    { "heads", NULL },
    { "secs", NULL },
    { "lcyls", NULL },
    { "lheads", NULL },
    { "lsecs", NULL },
    { "romsize", NULL },
    { "ver", NULL },
    { "logical_block_size", "512" },
    { "physical_block_size", "512" },
    { "vendor", "QEMU" },
    { "product", "QEMU HARDDISK" },
    { "product", "QEMU CD-ROM" },
};

static gboolean is_settled(const char *name, const char *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(settled); i++) {
        gsize length = settled[i].value != NULL ? strlen(settled[i].value) : 0;
        /* Numbers are shown as "512 (512 B)". */
        if (strcmp(settled[i].name, name) == 0 &&
            (settled[i].value == NULL || (strncmp(settled[i].value, value, length) == 0 &&
                                          (value[length] == '\0' || value[length] == ' ')))) {
            return TRUE;
        }
    }
    /* ROMs that QEMU gives to its NICs and displays; an empty name is somebody's wish. */
    return strcmp(name, "romfile") == 0 &&
           (g_str_has_prefix(value, "efi-") || g_str_has_prefix(value, "vgabios"));
}

static gboolean is_number(const char *type)
{
    static const char *const types[] = { "uint8", "uint16", "uint32", "uint64", "int8", "int16",
                                         "int32", "int64",  "int",    "size",   NULL };
    return g_strv_contains(types, type);
}

/* "4294967295 (0xffffffff)" -> the number; NULL when there is none. (transfer full) */
static json_t *read_number(const char *text)
{
    if (!g_ascii_isdigit(text[0]) && text[0] != '-') {
        return NULL;
    }
    if (text[0] == '-') {
        return json_integer(g_ascii_strtoll(text, NULL, 0));
    }
    guint64 number = g_ascii_strtoull(text, NULL, 0);
    return number <= G_MAXINT64 ? json_integer((json_int_t)number) : json_real((double)number);
}

/* -1 and its unsigned forms are the same wish: QEMU shows one and lists the other. */
static gboolean same_value(json_t *value, json_t *other)
{
    if (json_is_number(value) && json_is_number(other)) {
        return json_number_value(value) == json_number_value(other) ||
               (json_is_integer(value) && json_is_integer(other) &&
                (guint32)json_integer_value(value) == G_MAXUINT32 &&
                (guint32)json_integer_value(other) == G_MAXUINT32);
    }
    return json_equal(value, other);
}

/* The text of a property in the type that device_add takes; NULL: not to be passed. (transfer full)
 */
static json_t *read_value(const char *type, const char *text)
{
    if (strcmp(type, "bool") == 0) {
        return json_boolean(strcmp(text, "true") == 0 || strcmp(text, "on") == 0);
    }
    if (is_number(type)) {
        return read_number(text);
    }
    if (g_str_has_prefix(type, "link<")) { /* others point into the device itself */
        return g_str_has_prefix(text, "/objects/") ? json_string(text) : NULL;
    }
    if (g_str_has_prefix(type, "child<") || strcmp(text, "<null>") == 0) {
        return NULL;
    }
    return json_string(text);
}

static gboolean is_wish(json_t *property, const char *name, const char *text, json_t *value,
                        DeviceKind kind)
{
    json_t *usual = json_object_get(property, "default-value");
    if (is_settled(name, text)) {
        return FALSE;
    }
    if (usual != NULL) {
        return !same_value(value, usual);
    }
    if (strcmp(name, "romfile") == 0 && text[0] == '\0') {
        return kind == KIND_NIC; /* which have one unless somebody took it away */
    }
    /* Without a default: an empty string or 0 is what it starts as. */
    return json_is_string(value)   ? json_string_length(value) > 0
           : json_is_number(value) ? json_number_value(value) != 0
                                   : json_is_true(value);
}

/* The device's own, not that of an inner device of the same name, which comes later. */
static const char *own_property(const Device *device, const char *name)
{
    for (guint i = 0; i < device->properties->len; i++) {
        const Property *property = device->properties->pdata[i];
        if (strcmp(property->name, name) == 0) {
            return property->value;
        }
    }
    return NULL;
}

static void copy_property(json_t *arguments, json_t *property, const Device *device)
{
    const char *name = json_string_value(json_object_get(property, "name"));
    const char *type = json_string_value(json_object_get(property, "type"));
    const char *text = name != NULL ? own_property(device, name) : NULL;
    if (text == NULL || type == NULL || g_strv_contains(not_copied, name)) {
        return;
    }
    json_t *value = read_value(type, text);
    if (value != NULL && is_wish(property, name, text, value, device->kind)) {
        /* Numbers beyond 63 bits are read from a string by QEMU, and no JSON integer here. */
        json_object_set_new(arguments, name,
                            json_is_real(value) ? json_string(text) : json_incref(value));
    }
    json_decref(value);
}

/* Where the driver's properties were not asked for: what makes the device the one it was. */
static void copy_essentials(json_t *arguments, const Device *device)
{
    static const char *const essentials[] = { "netdev", "mac", "serial", "chardev", "name" };
    for (gsize i = 0; i < G_N_ELEMENTS(essentials); i++) {
        const char *value = device_property(device, essentials[i]);
        if (value != NULL && value[0] != '\0') {
            json_object_set_new(arguments, essentials[i], json_string(value));
        }
    }
}

static void copy_properties(Detach *detach, json_t *arguments, const Device *device)
{
    json_t *properties = detach->facts->drivers == NULL
                             ? NULL
                             : g_hash_table_lookup(detach->facts->drivers, device->driver);
    if (!json_is_array(properties)) {
        copy_essentials(arguments, device);
        return;
    }
    gsize i;
    json_t *property;
    json_array_foreach (properties, i, property) {
        copy_property(arguments, property, device);
    }
}

json_t *replug_arguments(Detach *detach, const Device *device, const char *node)
{
    json_t *arguments =
        json_pack("{s:s, s:s}", "driver", device->driver, "id", replug_id(detach, device));
    const char *drive = node != NULL ? node : device->drive != NULL ? device->drive->node : NULL;
    if (drive != NULL && (node != NULL || device->drive->inserted)) {
        json_object_set_new(arguments, "drive", json_string(drive));
    }
    put_place(detach, arguments, device);
    copy_properties(detach, arguments, device);
    return arguments;
}
