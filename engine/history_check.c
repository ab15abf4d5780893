/* A plan of earlier against the guest of now. Hotplug looked at all this when it made the plan; the
 * guest went on since. */
#include "engine/history.h"

#include <string.h>

#include "engine/allocate.h"
#include "engine/error.h"
#include "engine/work.h"
#include "engine/xml_document.h"

typedef struct {
    const Plan *plan;
    const Guest *guest;
    GHashTable *leaves;  /* QOM paths that this plan takes away */
    GHashTable *brings;  /* ids of devices that this plan adds */
    GHashTable *frees;   /* names of back ends that this plan removes */
    GHashTable *emptied; /* QOM paths of drives that it has taken the medium out of */
} Check;

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_clear_error(error);
    if (error)
        *error = g_error_new_valist(ENGINE_ERROR, ENGINE_ERROR_REFUSED, format, arguments);
    va_end(arguments);
    return FALSE;
}

static const char *argument(const Action *action, const char *key)
{
    return json_string_value(json_object_get(action->arguments, key));
}

/* --- what is taken away ---------------------------------------------------------------------- */

static const PlanSubject *subject_at(const Plan *plan, PlanVerb verb, const char *path)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        if (subject->verb == verb && g_strcmp0(subject->path, path) == 0)
            return subject;
    }
    return NULL;
}

static gboolean same_driver(const char *one, const char *other)
{
    const Model *a = model_find(one);
    const Model *b = model_find(other);

    return strcmp(one, other) == 0 || (a && a == b);
}

/* Everything below the device and in its slot goes with it. */
static gboolean check_passengers(const Check *check, Device *device, GError **error)
{
    g_autoptr(GPtrArray) mates = device_slot_mates(device);
    g_autoptr(GPtrArray) going = g_ptr_array_new();

    g_ptr_array_add(going, device);
    g_ptr_array_extend(going, mates, NULL, NULL);
    for (guint i = 0, own = going->len; i < own; i++) {
        g_autoptr(GPtrArray) below = device_descendants(going->pdata[i]);

        g_ptr_array_extend(going, below, NULL, NULL);
    }
    for (guint i = 0; i < going->len; i++) {
        const Device *other = going->pdata[i];
        g_autofree char *name = device_display_name(device);
        g_autofree char *with = device_display_name(other);

        if (!g_hash_table_contains(check->leaves, other->path))
            return refuse(error,
                          "%s would take %s along, which came later: detach that first, or detach "
                          "%s as it is now",
                          name, with, name);
    }
    return TRUE;
}

static gboolean check_leaf(const Check *check, Device *device, GError **error)
{
    const PlanSubject *subject = subject_at(check->plan, PLAN_DETACH, device->path);
    g_autofree char *name = device_display_name(device);

    if (subject && subject->driver && !same_driver(subject->driver, device->driver))
        return refuse(error, "%s is another device now, of driver %s: detach it by its name", name,
                      device->driver);
    return check_passengers(check, device, error);
}

/* Leaves that are not in the tree are inner devices, or have gone on their own. */
static gboolean check_device_del(const Check *check, const Step *step, GError **error)
{
    char **leaves = step->action->leaves;
    guint found = 0;

    for (guint i = 0; leaves && leaves[i]; i++) {
        Device *device = guest_find_path(check->guest, leaves[i]);

        if (device && !check_leaf(check, device, error))
            return FALSE;
        found += device != NULL;
    }
    if (found || !leaves)
        return TRUE;
    return refuse(error, "%s is not there any more: there is nothing to take away", step->words);
}

/* --- what is added --------------------------------------------------------------------------- */

/* A bus that the plan brings along is named by its controller: "scsi1.0", "rp1". */
static gboolean plan_brings_bus(const Check *check, const char *name)
{
    const char *dot = strrchr(name, '.');
    g_autofree char *owner = dot ? g_strndup(name, (gsize)(dot - name)) : g_strdup(name);

    return g_hash_table_contains(check->brings, owner) ||
           g_hash_table_contains(check->brings, name);
}

static gboolean check_place(const Check *check, const char *bus_name, const PlanSubject *subject,
                            GError **error)
{
    g_autofree char *place = address_to_text(&subject->address);
    g_autofree char *name = NULL;
    Bus *bus;
    Device *occupant;

    if (plan_brings_bus(check, bus_name))
        return TRUE;
    bus = guest_find_bus(check->guest, bus_name, error);
    if (!bus)
        return refuse(error, "bus %s is not there any more: attach %s to another one", bus_name,
                      subject->id ? subject->id : subject->driver);
    if (subject->address.type == ADDRESS_NONE)
        return TRUE;
    occupant = allocate_occupant(bus, &subject->address);
    if (!occupant || g_hash_table_contains(check->leaves, occupant->path))
        return TRUE;
    name = device_display_name(occupant);
    return refuse(error, "%s has been taken by %s: detach that first, or attach to another place",
                  place, name);
}

static gboolean check_device_add(const Check *check, const Action *action, GError **error)
{
    const char *id = argument(action, "id");
    const char *bus = argument(action, "bus");
    g_autofree char *path = g_strconcat("/machine/peripheral/", id ? id : "", NULL);
    const PlanSubject *subject = subject_at(check->plan, PLAN_ATTACH, path);

    if (id && guest_find_id(check->guest, id) && !g_hash_table_contains(check->leaves, path))
        return refuse(error, "the id %s has been taken by another device: detach that first", id);
    return !bus || !subject || check_place(check, bus, subject, error);
}

static gboolean list_names(json_t *list, const char *member, const char *name)
{
    size_t index;
    json_t *listed;

    json_array_foreach (list, index, listed) {
        if (g_strcmp0(json_string_value(json_object_get(listed, member)), name) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean check_back_end(const Check *check, const Action *action, GError **error)
{
    const Guest *guest = check->guest;
    const struct {
        const char *command, *key, *member;
        json_t *list;
        const char *noun;
    } rows[] = {
        { "blockdev-add", "node-name", "node-name", guest->nodes, "block node" },
        { "chardev-add", "id", "label", guest->chardevs, "character device" },
        { "object-add", "id", "name", guest->objects, "object" },
        { "netdev_add", "id", NULL, NULL, "netdev" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *name = argument(action, rows[i].key);

        if (strcmp(action->command, rows[i].command) != 0 || !name ||
            g_hash_table_contains(check->frees, name))
            continue;
        if (rows[i].member ? list_names(rows[i].list, rows[i].member, name)
                           : guest_find_netdev(guest, name) != NULL)
            return refuse(error, "there is a %s %s already: remove it first", rows[i].noun, name);
    }
    return TRUE;
}

/* --- media ----------------------------------------------------------------------------------- */

/* The drive that a command about its medium names. */
static const Device *find_drive(const Guest *guest, const char *name)
{
    for (guint i = 0; i < guest->devices->len; i++) {
        const Device *device = guest->devices->pdata[i];

        if (device->drive && g_strcmp0(device->drive->qdev, name) == 0)
            return device;
    }
    return guest_find_id(guest, name) ? guest_find_id(guest, name) : guest_find_path(guest, name);
}

/* What is taken out has to be what the plan knows how to put back; what is put in needs a place. */
static gboolean check_medium(const Check *check, const Step *step, GError **error)
{
    const Device *device = find_drive(check->guest, argument(step->action, "id"));
    const Action *back = step->undo->len == 1 ? step->undo->pdata[0] : NULL;
    const char *node = back ? argument(back, "node-name") : NULL;
    g_autofree char *name = device ? device_display_name(device) : NULL;

    if (!device || !device->drive)
        return refuse(
            error, "the drive of this medium is not there any more: there is nothing to take back");
    if (strcmp(step->action->command, "blockdev-remove-medium") == 0) {
        g_hash_table_add(check->emptied, device->path);
        if (device->drive->inserted && (!node || g_strcmp0(device->drive->node, node) == 0))
            return TRUE;
    } else if (!device->drive->inserted || g_hash_table_contains(check->emptied, device->path)) {
        return TRUE;
    }
    return refuse(error, "the medium of %s is another one now: eject or change it as it is", name);
}

/* --- the plan -------------------------------------------------------------------------------- */

static void check_collect(Check *check)
{
    for (guint i = 0; i < check->plan->steps->len; i++) {
        const Action *action = ((const Step *)check->plan->steps->pdata[i])->action;
        const char *id = argument(action, "id"), *freed = work_removes(action);

        if (freed)
            g_hash_table_add(check->frees, (char *)freed);
        for (guint j = 0; action->leaves && action->leaves[j]; j++)
            g_hash_table_add(check->leaves, action->leaves[j]);
        if (id && strcmp(action->command, "device_add") == 0)
            g_hash_table_add(check->brings, (char *)id);
    }
}

static gboolean check_step(const Check *check, const Step *step, GError **error)
{
    const Action *action = step->action;

    if (action->kind != ACTION_COMMAND)
        return TRUE; /* the file is looked at as a whole */
    if (strcmp(action->command, "device_del") == 0)
        return check_device_del(check, step, error);
    if (strcmp(action->command, "device_add") == 0)
        return check_device_add(check, action, error);
    if (strcmp(action->command, "blockdev-remove-medium") == 0 ||
        strcmp(action->command, "blockdev-insert-medium") == 0)
        return check_medium(check, step, error);
    return check_back_end(check, action, error);
}

/* What a plan carried into a file is taken back only while the file is as the plan left it. */
static gboolean check_file(const FileChange *change, GError **error)
{
    g_autoptr(GError) unread = NULL;
    g_autoptr(GBytes) now = file_read(change->path, XML_BYTES_MAX, &unread);

    if (now && change->before && g_bytes_equal(now, change->before))
        return TRUE;
    if (!now)
        return refuse(error, "%s", unread->message);
    return refuse(error,
                  "%s was changed by somebody else since: attach or detach without the file, and "
                  "change the file by hand",
                  change->path);
}

gboolean history_check_plan(const Plan *plan, const Guest *guest, GError **error)
{
    g_autoptr(GHashTable) leaves = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) brings = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) frees = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) emptied = g_hash_table_new(g_str_hash, g_str_equal);
    Check check = { plan, guest, leaves, brings, frees, emptied };

    if (plan->file && !check_file(plan->file, error))
        return FALSE;
    check_collect(&check);
    for (guint i = 0; i < plan->steps->len; i++) {
        if (!check_step(&check, plan->steps->pdata[i], error))
            return FALSE;
    }
    return TRUE;
}
