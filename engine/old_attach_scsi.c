/* A disk onto a SCSI adapter: which adapter, its SCSI id there, and the key under which QEMU keeps
 * the drive. The key (bus, unit) is one table for all adapters: a taken one is refused without a
 * word, and one SCSI id under two keys destroys the disk that had it (0.12). */
#include <stdio.h>
#include <string.h>

#include "engine/allocate.h"
#include "engine/old_attach.h"
#include "engine/old_command.h"
#include "engine/place.h"

/* The id 7 is the adapter's own. */
#define TARGETS 7
#define KEYS_MOST 256
#define ADAPTER "lsi53c895a"

/* --- keys ------------------------------------------------------------------------------------ */

/* Of "scsi1-hd5" and "scsi1-cd5". */
static gboolean parse_key(const char *name, guint *bus, guint *unit)
{
    return name && sscanf(name, "scsi%3u-%*[hcd]%3u", bus, unit) == 2;
}

static gboolean is_key_bus_used(const Guest *guest, guint bus)
{
    gsize i;
    json_t *block;

    json_array_foreach (guest->blocks, i, block) {
        guint used, unit;

        if (parse_key(json_string_value(json_object_get(block, "device")), &used, &unit) &&
            used == bus)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_key_used(const Guest *guest, guint bus, guint unit)
{
    gsize i;
    json_t *block;

    json_array_foreach (guest->blocks, i, block) {
        guint used_bus, used_unit;

        if (parse_key(json_string_value(json_object_get(block, "device")), &used_bus, &used_unit) &&
            used_bus == bus && used_unit == unit)
            return TRUE;
    }
    return FALSE;
}

/* The bus that drives of this adapter have in their keys; another where the key is taken, by a
 * drive elsewhere or by the name that a failed command left; unique to the adapter where it has
 * none. */
static guint choose_key_bus(const Guest *guest, const Bus *bus, guint unit)
{
    for (guint i = 0; bus && i < bus->devices->len; i++) {
        const Drive *drive = ((const Device *)bus->devices->pdata[i])->drive;
        guint key, other;

        if (drive && parse_key(drive->backend, &key, &other) && !is_key_used(guest, key, unit))
            return key;
    }
    for (guint key = 0; key < KEYS_MOST; key++) {
        if (!is_key_bus_used(guest, key))
            return key;
    }
    return KEYS_MOST;
}

/* --- the adapter ----------------------------------------------------------------------------- */

/* A drive that may be on any adapter may have this id there. */
static const Device *find_doubtful(const Guest *guest, guint target)
{
    for (guint i = 0; i < guest->memory_devices->len; i++) {
        const Device *device = guest->memory_devices->pdata[i];
        guint bus, unit;

        if (device->drive && parse_key(device->drive->backend, &bus, &unit) && unit == target)
            return device;
    }
    return NULL;
}

static gboolean is_free(const Guest *guest, const Bus *bus, guint target)
{
    Address address = { .type = ADDRESS_DRIVE, .drive = { .target = target, .scsi = TRUE } };

    return !allocate_occupant(bus, &address) && !find_doubtful(guest, target);
}

static gboolean find_target(const Guest *guest, const Bus *bus, guint *target)
{
    for (*target = 0; *target < TARGETS; (*target)++) {
        if (is_free(guest, bus, *target))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_adapter_bus(const Bus *bus)
{
    return bus->family == BUS_SCSI && bus->owner && old_is_adapter(bus->owner);
}

/* The adapter at an address, or the bus of that name where there is one only. */
static Bus *find_named(const Attach *attach, const char *name, GError **error)
{
    Device *device = guest_find(attach->guest, name, NULL);
    Bus *bus = device && device->buses->len ? device->buses->pdata[0]
                                            : guest_find_bus(attach->guest, name, error);

    if (bus && is_adapter_bus(bus))
        return bus;
    if (!error || !*error)
        old_refuse(
            error,
            "controller=%s is no SCSI adapter that this QEMU can plug a disk into; name an " ADAPTER
            " by its address, like 00:0a.0",
            name);
    return NULL;
}

/* NULL without an error: none has room. */
static Bus *choose_bus(const Attach *attach, GError **error)
{
    const char *name = request_get(attach->request, "controller");
    g_autoptr(GPtrArray) buses = guest_buses(attach->guest);
    guint target;

    if (name)
        return find_named(attach, name, error);
    for (guint i = 0; i < buses->len; i++) {
        if (is_adapter_bus(buses->pdata[i]) && find_target(attach->guest, buses->pdata[i], &target))
            return buses->pdata[i];
    }
    return NULL;
}

/* --- the id ---------------------------------------------------------------------------------- */

static gboolean check_target(const Attach *attach, const Bus *bus, guint target, GError **error)
{
    Address address = { .type = ADDRESS_DRIVE, .drive = { .target = target, .scsi = TRUE } };
    const Device *occupant = bus ? allocate_occupant(bus, &address) : NULL;
    const Device *doubtful = bus ? find_doubtful(attach->guest, target) : NULL;
    g_autofree char *name =
        occupant || doubtful ? device_display_name(occupant ? occupant : doubtful) : NULL;

    if (target >= TARGETS)
        return old_refuse(error, ADAPTER " takes SCSI ids 0 to %u, not %u", TARGETS - 1, target);
    if (occupant)
        return old_refuse(error,
                          "SCSI id %u is in use by %s, which this QEMU would destroy; give another "
                          "target=, or leave it out",
                          target, name);
    if (doubtful)
        return old_refuse(
            error,
            "SCSI id %u may be in use by %s: this QEMU does not say on which controller "
            "that drive is; give another target=",
            target, name);
    return TRUE;
}

static gboolean choose_target(const Attach *attach, const Bus *bus, guint *target, GError **error)
{
    const char *stated = request_get(attach->request, "target");

    if (stated) {
        *target = (guint)MIN(g_ascii_strtoull(stated, NULL, 10), G_MAXUINT);
        return check_target(attach, bus, *target, error);
    }
    *target = 0;
    return !bus || find_target(attach->guest, bus, target) ||
           old_refuse(error, "%s has no free SCSI id that is certain; give another controller=",
                      bus->name);
}

/* --- the steps ------------------------------------------------------------------------------- */

/* An adapter of its own, plugged first. */
static gboolean bring_adapter(Attach *attach, GError **error)
{
    g_autofree char *driver = g_strdup(attach->driver);

    if (!old_choose_slot(attach, error))
        return FALSE;
    g_free(attach->driver);
    attach->driver = g_strdup(ADAPTER);
    old_add_card(attach, "storage", json_pack("{s:s}", "if", "scsi"), OLD_SCSI_IDS, NULL);
    g_free(attach->driver);
    attach->driver = g_steal_pointer(&driver);
    plan_add_check(attach->plan, TRUE, NULL,
                   "the guest has no SCSI adapter with a free id: an " ADAPTER " comes along");
    return TRUE;
}

/* How many adapters stand before the slot, which is how they are counted. */
static guint count_before(const Guest *guest, guint slot)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    guint count = 0;

    for (guint i = 0; i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];

        count += is_adapter_bus(bus) && bus->owner->address.pci.slot < slot;
    }
    return count;
}

static void put_first(Plan *plan, PlanSubject *subject)
{
    guint last = plan->subjects->len - 1;

    memmove(plan->subjects->pdata + 1, plan->subjects->pdata, last * sizeof(gpointer));
    plan->subjects->pdata[0] = subject;
}

static void add_disk(Attach *attach, const Bus *bus, guint slot, guint target, json_t *options)
{
    g_autofree char *adapter = place_of_pci(&attach->address);
    g_autofree char *place = place_of_scsi(adapter, target);
    gboolean cdrom = attach->request->kind == REQUEST_CDROM;
    guint key = choose_key_bus(attach->guest, bus, target);
    g_autofree char *name = g_strdup_printf("scsi%u-%s%u", key, cdrom ? "cd" : "hd", target);
    g_autofree char *words = g_strdup_printf("drive %s", name);
    Action *back = NULL;
    Action *action;

    json_object_set_new(options, "bus", json_integer(key));
    json_object_set_new(options, "unit", json_integer(target));
    action = old_action_drive_add(attach->guest, slot, options, name);
    if (!bus)
        back = old_action_pci_del(slot, OLD_SCSI_IDS, old_leaves(adapter, place));
    attach->address = (Address){
        .type = ADDRESS_DRIVE,
        .drive = { .controller = count_before(attach->guest, slot), .target = target, .scsi = TRUE }
    };
    plan_add(attach->plan, words, action, back);
    PlanSubject *subject = old_add_subject(attach, place, "scsi-disk");
    subject->bus = bus ? g_strdup(bus->name) : NULL;
    put_first(attach->plan, subject);
}

static void add_checks(Attach *attach, const Bus *bus, guint target)
{
    g_autofree char *text = g_strdup_printf("%u", target);

    plan_choose(attach->plan, "target", text);
    if (bus)
        plan_choose(attach->plan, "controller", bus->name);
    plan_add_check(attach->plan, FALSE, "info block",
                   "no drive has SCSI id %u there, nor the name that it gets", target);
    if (bus)
        plan_add_check(attach->plan, TRUE, NULL,
                       "this QEMU cannot unplug the disk again: it goes with its controller, or "
                       "when the guest ends");
}

gboolean old_attach_scsi(Attach *attach, GError **error)
{
    g_autoptr(GError) unknown = NULL;
    Bus *bus = choose_bus(attach, &unknown);
    json_t *options;
    guint target;

    if (unknown) {
        g_propagate_error(error, g_steal_pointer(&unknown));
        return FALSE;
    }
    options = choose_target(attach, bus, &target, error) ? old_image_options(attach, "scsi", error)
                                                         : NULL;
    if (!options || (!bus && !bring_adapter(attach, error))) {
        json_decref(options);
        return FALSE;
    }
    if (bus)
        attach->address = bus->owner->address;
    add_checks(attach, bus, target);
    add_disk(attach, bus, attach->address.pci.slot, target, options);
    return TRUE;
}
