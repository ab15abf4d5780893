/* One guest: its index, and finding things in it by what people call them. */
#include "engine/guest.h"

#include <string.h>

#include "engine/nearest.h"

/* The counter of shared use stands before the public part. */
typedef struct {
    gatomicrefcount references;
    Guest guest;
} SharedGuest;

#define SHARED(public) ((SharedGuest *)((char *)(public) - G_STRUCT_OFFSET(SharedGuest, guest)))

/* How many candidates a sentence names. */
#define CANDIDATES_NAMED 5

static void netdev_free(gpointer data)
{
    Netdev *netdev = data;
    g_free(netdev->id);
    g_free(netdev->type);
    g_free(netdev->details);
    g_free(netdev->peer);
    g_free(netdev);
}

Guest *guest_new(void)
{
    SharedGuest *shared = g_new0(SharedGuest, 1);
    g_atomic_ref_count_init(&shared->references);
    shared->guest.devices = g_ptr_array_new();
    shared->guest.memory_devices = g_ptr_array_new_with_free_func((GDestroyNotify)device_free);
    shared->guest.can = capabilities_from_commands(NULL);
    shared->guest.netdevs = g_ptr_array_new_with_free_func(netdev_free);
    return &shared->guest;
}

Guest *guest_ref(Guest *guest)
{
    g_atomic_ref_count_inc(&SHARED(guest)->references);
    return guest;
}

void guest_unref(Guest *guest)
{
    if (!guest || !g_atomic_ref_count_dec(&SHARED(guest)->references))
        return;
    g_free(guest->name);
    g_free(guest->qemu);
    g_free(guest->machine);
    g_free(guest->status);
    g_free(guest->dialect);
    g_ptr_array_unref(guest->devices);
    g_ptr_array_unref(guest->memory_devices);
    g_ptr_array_unref(guest->netdevs);
    bus_free(guest->root);
    json_decref(guest->blocks);
    json_decref(guest->nodes);
    json_decref(guest->graph);
    json_decref(guest->chardevs);
    json_decref(guest->objects);
    g_free(SHARED(guest));
}

static void index_bus(Guest *guest, Bus *bus)
{
    for (guint i = 0; i < bus->devices->len; i++) {
        Device *device = bus->devices->pdata[i];
        g_ptr_array_add(guest->devices, device);
        for (guint j = 0; j < device->buses->len; j++)
            index_bus(guest, device->buses->pdata[j]);
    }
}

void guest_index(Guest *guest)
{
    g_ptr_array_set_size(guest->devices, 0);
    if (guest->root)
        index_bus(guest, guest->root);
}

/* --- devices --------------------------------------------------------------------------------- */

typedef gboolean (*MatchFn)(const Device *device, gconstpointer wanted);

static gboolean has_path(const Device *device, gconstpointer path)
{
    return g_strcmp0(device->path, path) == 0;
}

static gboolean has_id(const Device *device, gconstpointer id)
{
    return g_strcmp0(device->id, id) == 0;
}

static gboolean has_address(const Device *device, gconstpointer address)
{
    return device->address.type != ADDRESS_NONE && address_equal(&device->address, address);
}

static void add_matching(const GPtrArray *devices, MatchFn match, gconstpointer wanted,
                         GPtrArray *found)
{
    for (guint i = 0; i < devices->len; i++) {
        if (match(devices->pdata[i], wanted))
            g_ptr_array_add(found, devices->pdata[i]);
    }
}

/* (transfer container) */
static GPtrArray *find_all(const Guest *guest, MatchFn match, gconstpointer wanted)
{
    GPtrArray *found = g_ptr_array_new();
    add_matching(guest->devices, match, wanted, found);
    add_matching(guest->memory_devices, match, wanted, found);
    return found;
}

static Device *find_first(const Guest *guest, MatchFn match, gconstpointer wanted)
{
    g_autoptr(GPtrArray) found = find_all(guest, match, wanted);
    return found->len ? found->pdata[0] : NULL;
}

Device *guest_find_path(const Guest *guest, const char *path)
{
    return find_first(guest, has_path, path);
}

/* The inner bridge of a pxb bears the id of the expander: who is meant is the one at the id's path.
 */
Device *guest_find_id(const Guest *guest, const char *id)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);
    Device *device = guest_find_path(guest, path);
    return device ? device : find_first(guest, has_id, id);
}

/* The text that names this device and no other, for sentences. (transfer full) */
static char *candidate_name(const Device *device)
{
    return g_strdup_printf("%s (%s)", device->id ? device->id : device->path, device->driver);
}

static void refuse_ambiguous(const char *text, const GPtrArray *found, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < found->len && i < CANDIDATES_NAMED; i++) {
        g_autofree char *name = candidate_name(found->pdata[i]);
        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
    }
    if (found->len > CANDIDATES_NAMED)
        g_string_append_printf(names, " and %u more", found->len - CANDIDATES_NAMED);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "\"%s\" means %u devices: %s; name one by its id or QOM path", text, found->len,
                names->str);
}

/* How much of a name that is none is shown. */
#define NAME_MAX_SHOWN 128

static void refuse_unknown(const Guest *guest, const char *text, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];
        if (device->id)
            g_ptr_array_add(ids, device->id);
    }
    g_autofree char *hint = nearest_hint(text, ids->pdata, ids->len, sizeof(gpointer));
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "the guest has no device \"%.*s\"; a device is named by its id, its QOM path or "
                "its address (00:05.0, 0:0:3, usb 1.2)%s",
                NAME_MAX_SHOWN, text, hint);
}

Device *guest_find(const Guest *guest, const char *text, GError **error)
{
    Address address;
    Device *device = guest_find_id(guest, text);
    if (!device)
        device = guest_find_path(guest, text);
    if (device)
        return device;
    g_autoptr(GPtrArray) found = address_parse(text, &address, NULL)
                                     ? find_all(guest, has_address, &address)
                                     : g_ptr_array_new();
    if (found->len == 1)
        return found->pdata[0];
    if (found->len)
        refuse_ambiguous(text, found, error);
    else
        refuse_unknown(guest, text, error);
    return NULL;
}

/* --- buses ----------------------------------------------------------------------------------- */

static void add_buses(Bus *bus, GPtrArray *found)
{
    g_ptr_array_add(found, bus);
    for (guint i = 0; i < bus->devices->len; i++) {
        const Device *device = bus->devices->pdata[i];
        for (guint j = 0; j < device->buses->len; j++)
            add_buses(device->buses->pdata[j], found);
    }
}

GPtrArray *guest_buses(const Guest *guest)
{
    GPtrArray *found = g_ptr_array_new();
    if (guest->root)
        add_buses(guest->root, found);
    return found;
}

Bus *guest_find_bus(const Guest *guest, const char *name, GError **error)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    Bus *found = NULL;
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        if (strcmp(bus->name, name) != 0)
            continue;
        if (found) {
            /* QEMU would take the first one that is not full, which is not a promise. */
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                        "the guest has more than one bus \"%s\" (%s and %s): choose a bus whose "
                        "name occurs once",
                        name, found->path, bus->path);
            return NULL;
        }
        found = bus;
    }
    return found;
}

Netdev *guest_find_netdev(const Guest *guest, const char *id)
{
    for (guint i = 0; i < guest->netdevs->len; i++) {
        Netdev *netdev = guest->netdevs->pdata[i];
        if (g_strcmp0(netdev->id, id) == 0)
            return netdev;
    }
    return NULL;
}
