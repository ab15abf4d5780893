/* What is known of each device of both sides, made comparable, and whether two of them can be one.
 */
#include "engine/match_private.h"

#include <string.h>

#include "engine/domain_edit.h"
#include "engine/launch.h"

#define VIRTIO_VENDOR 0x1af4

/* Virtio functions have one id on a conventional bus and another one behind a PCIe port (virtio
 * 1.0, 4.1.2: 0x1040 + type), which need not be in the same order. */
static const struct {
    guint16 conventional, modern;
} virtio_ids[] = {
    { 0x1000, 0x1041 }, { 0x1001, 0x1042 }, { 0x1002, 0x1045 }, { 0x1003, 0x1043 },
    { 0x1004, 0x1048 }, { 0x1005, 0x1044 }, { 0x1009, 0x1049 },
};

gboolean match_may_use(const Matching *matching, Evidence evidence)
{
    return matching->mask >> evidence & 1;
}

/* --- facts ------------------------------------------------------------------------------------ */

static void set_fact(const Matching *matching, Item *item, Evidence evidence, const char *text)
{
    if (text && *text && match_may_use(matching, evidence))
        item->facts[evidence] = text;
}

/* An empty one is no key, but speaks against every other. */
static void set_serial(const Matching *matching, Item *item, const char *serial)
{
    if (serial && match_may_use(matching, EVIDENCE_SERIAL))
        item->facts[EVIDENCE_SERIAL] = serial;
}

static gboolean is_canonical(const char *path)
{
    return !strstr(path, "//") && !strstr(path, "/.");
}

/* Paths are compared as text: the file systems of QEMU and of this program need not be one. */
static void set_file(Matching *matching, Item *item, const char *file)
{
    if (!file || g_str_has_prefix(file, "json:"))
        return;
    if (g_str_has_prefix(file, "file:/"))
        file += strlen("file:");
    while (g_str_has_prefix(file, "./"))
        file += strlen("./");
    if (g_path_is_absolute(file) && !is_canonical(file)) {
        g_autofree char *path = g_canonicalize_filename(file, "/");
        file = g_string_chunk_insert(matching->texts, path);
    }
    set_fact(matching, item, EVIDENCE_FILE, file);
}

static gboolean has_capitals(const char *text)
{
    while (*text && !g_ascii_isupper(*text))
        text++;
    return *text != '\0';
}

static void set_mac(Matching *matching, Item *item, const char *mac)
{
    if (has_capitals(mac)) {
        g_autofree char *lower = g_ascii_strdown(mac, -1);
        mac = g_string_chunk_insert(matching->texts, lower);
    }
    set_fact(matching, item, EVIDENCE_MAC, mac);
}

/* ide-hd is the driver of disks on either of two kinds of bus. Rows of the table of models are told
 * apart by their pointers, other names are made so. */
static void set_sort(Matching *matching, Item *item, const Model *model, const char *driver,
                     gboolean on_sata)
{
    const char *name = model ? model->driver : driver;
    if (!name || !*name)
        return;
    if (on_sata) {
        g_autofree char *sort = g_strconcat(name, " (SATA)", NULL);
        item->sort = g_string_chunk_insert_const(matching->texts, sort);
    } else {
        item->sort = model ? name : g_string_chunk_insert_const(matching->texts, name);
    }
}

static guint32 pci_id(guint16 vendor, guint16 device)
{
    for (gsize i = 0; vendor == VIRTIO_VENDOR && i < G_N_ELEMENTS(virtio_ids); i++) {
        if (virtio_ids[i].modern == device)
            device = virtio_ids[i].conventional;
    }
    return (guint32)vendor << 16 | device;
}

static void read_configured(Matching *matching, Item *item, const DomainDevice *configured)
{
    item->configured = configured;
    item->order = configured->position;
    set_fact(matching, item, EVIDENCE_ID, configured->alias);
    set_fact(matching, item, EVIDENCE_MAC, configured->mac);
    set_fact(matching, item, EVIDENCE_SERIAL, configured->serial);
    set_file(matching, item, configured->source);
    set_sort(matching, item, configured->model, configured->driver,
             match_is_drive(configured->kind) && g_strcmp0(configured->bus, "sata") == 0);
    if (configured->model)
        item->pci_id = pci_id(configured->model->vendor, configured->model->device);
    match_buses_add(matching, item);
}

/* "name QEMU USB Tablet, speed 480" */
static const char *driver_of_product(const char *attached)
{
    if (!attached || !g_str_has_prefix(attached, "name "))
        return NULL;
    const char *name = attached + strlen("name ");
    g_autofree char *product = g_strndup(name, strcspn(name, ","));
    const Model *model = model_find_usb(product);
    return model ? model->driver : NULL;
}

/* Before 0.15 one driver was disk and CD drive; a file tells the two apart. */
static const Model *model_of(const Device *device)
{
    static const struct {
        const char *driver, *disk, *cdrom;
    } drives[] = { { "scsi-disk", "scsi-hd", "scsi-cd" }, { "ide-drive", "ide-hd", "ide-cd" } };
    for (gsize i = 0; i < G_N_ELEMENTS(drives); i++) {
        if (strcmp(device->driver, drives[i].driver) == 0)
            return model_find(device->kind == KIND_CDROM ? drives[i].cdrom : drives[i].disk);
    }
    return device->model;
}

static void read_device_driver(Matching *matching, Item *item)
{
    const Device *device = item->device;
    gboolean on_sata =
        device->bus && device->bus->family == BUS_SATA && match_is_drive(device->kind);
    if (!(matching->mask & ~EVIDENCE_INFO_PCI))
        return;
    const char *product =
        device->model || *device->driver ? NULL : driver_of_product(device->attached);
    if (product)
        set_sort(matching, item, model_find(product), product, FALSE);
    else
        set_sort(matching, item, model_of(device), device->driver, on_sata);
}

static void read_device(Matching *matching, Item *item, const Device *device)
{
    item->device = device;
    if (device->buses->len) {
        g_hash_table_insert(matching->by_device, (Device *)device, item);
        g_ptr_array_add(matching->owners, item);
    }
    read_device_driver(matching, item);
    set_fact(matching, item, EVIDENCE_ID, device->id);
    if (device->nic && device->nic->mac)
        set_mac(matching, item, device->nic->mac);
    if (device->drive)
        set_file(matching, item, device->drive->file);
    if (match_is_drive(device->kind))
        set_serial(matching, item, device_property(device, "serial"));
    if (device->pci)
        item->pci_id = pci_id(device->pci->vendor, device->pci->device);
    const Item *parent = g_hash_table_lookup(matching->by_device, device_parent(device));
    item->depth = parent ? parent->depth + 1 : 0;
}

void match_items_read(Matching *matching)
{
    const GPtrArray *configured = matching->domain->devices;
    const GPtrArray *devices = matching->guest->devices;
    const GPtrArray *memory = matching->guest->memory_devices;
    matching->configured_count = configured->len;
    matching->device_count = devices->len + memory->len;
    matching->configured = g_new0(Item, configured->len + 1);
    matching->devices = g_new0(Item, matching->device_count + 1);
    for (guint i = 0; i < configured->len; i++) {
        read_configured(matching, &matching->configured[i], configured->pdata[i]);
        g_ptr_array_add(matching->wanted, &matching->configured[i]);
    }
    for (guint i = 0; i < matching->device_count; i++) {
        matching->devices[i].order = i;
        read_device(matching, &matching->devices[i],
                    i < devices->len ? devices->pdata[i] : memory->pdata[i - devices->len]);
        g_ptr_array_add(matching->there, &matching->devices[i]);
    }
}

/* The id that libvirt and `run` derive. place: the bay of a drive that has no address yet. */
static void derive_id(Matching *matching, Item *item, const Address *place)
{
    DomainDevice placed = *item->configured;
    if (place->type != ADDRESS_NONE)
        placed.address.place = *place;
    g_autofree char *id = launch_device_id(&placed);
    item->derived = id ? g_string_chunk_insert(matching->texts, id) : NULL;
}

void match_items_derive(Matching *matching)
{
    if (!match_may_use(matching, EVIDENCE_ID) || !matching->wanted->len)
        return;
    g_autoptr(GArray) places = domain_target_places(matching->domain);
    for (guint i = 0; i < matching->wanted->len; i++) {
        Item *item = matching->wanted->pdata[i];
        if (!item->facts[EVIDENCE_ID])
            derive_id(matching, item, &g_array_index(places, Address, item->configured->position));
    }
}

void match_items_free(Matching *matching)
{
    g_clear_pointer(&matching->by_alias, g_hash_table_unref);
    g_clear_pointer(&matching->by_id, g_hash_table_unref);
    g_ptr_array_unref(matching->wanted);
    g_ptr_array_unref(matching->there);
    g_ptr_array_unref(matching->owners);
    g_free(matching->configured);
    g_free(matching->devices);
}

/* The table of ids is made when it is first asked for: most matches never do. */
static Item *find_id(GHashTable **table, Item *items, guint count, const char *id)
{
    if (*table)
        return g_hash_table_lookup(*table, id);
    *table = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < count; i++) {
        if (items[i].facts[EVIDENCE_ID])
            g_hash_table_insert(*table, (char *)items[i].facts[EVIDENCE_ID], &items[i]);
    }
    return g_hash_table_lookup(*table, id);
}

Item *match_items_with_alias(Matching *matching, const char *alias)
{
    return find_id(&matching->by_alias, matching->configured, matching->configured_count, alias);
}

Item *match_items_with_id(Matching *matching, const char *id)
{
    return find_id(&matching->by_id, matching->devices, matching->device_count, id);
}
