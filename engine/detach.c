/* Devices to detach -> a plan: what cannot leave, what leaves along, and the order of the steps. */
#include "engine/detach.h"

#include <string.h>

#include "engine/old_detach.h"
#include "engine/quirk.h"

/* --- what leaves ----------------------------------------------------------------------------- */

static gboolean contains(const GPtrArray *devices, const Device *device)
{
    return g_ptr_array_find((GPtrArray *)devices, device, NULL);
}

/* Those functions of the slot that go, in order of function; itself alone elsewhere. Fixed parts of
 * the machine in the same slot stay. (transfer container) */
static GPtrArray *slot_leavers(const Device *device)
{
    g_autoptr(GPtrArray) mates = device_slot_mates(device);
    GPtrArray *leavers = g_ptr_array_new();
    for (guint i = 0; i < mates->len; i++) {
        const Device *mate = mates->pdata[i];
        if (mate == device || mate->hotpluggable) {
            g_ptr_array_add(leavers, mates->pdata[i]);
        }
    }
    return leavers;
}

/* A device behind a hub is on the hub's own bus, at a port below the hub's. */
static gboolean is_behind_hub(const Device *device, const Device *hub)
{
    gsize length = strlen(hub->address.usb.port);
    return hub->kind == KIND_HUB && device->bus == hub->bus &&
           device->address.type == ADDRESS_USB && hub->address.type == ADDRESS_USB &&
           strncmp(device->address.usb.port, hub->address.usb.port, length) == 0 &&
           device->address.usb.port[length] == '.';
}

/* All that is plugged to it, at any depth, hubs included. (transfer container) */
static GPtrArray *passengers(const Device *device)
{
    GPtrArray *all = device_descendants(device);
    for (guint i = 0; device->kind == KIND_HUB && i < device->bus->devices->len; i++) {
        Device *other = device->bus->devices->pdata[i];
        if (is_behind_hub(other, device)) {
            g_ptr_array_add(all, other);
            g_ptr_array_extend_and_steal(all, device_descendants(other));
        }
    }
    return all;
}

/* One after the other with what it carries. (transfer container) */
static GPtrArray *with_passengers(const GPtrArray *leavers)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; i < leavers->len; i++) {
        g_autoptr(GPtrArray) carried = passengers(leavers->pdata[i]);
        g_ptr_array_add(all, leavers->pdata[i]);
        for (guint j = 0; j < carried->len; j++) {
            g_ptr_array_add(all, carried->pdata[j]);
        }
    }
    return all;
}

/* It leaves with another of the devices anyway. */
static gboolean is_carried(const GPtrArray *devices, const Device *device)
{
    for (guint i = 0; i < devices->len; i++) {
        if (is_behind_hub(device, devices->pdata[i])) {
            return TRUE;
        }
    }
    for (const Device *parent = device_parent(device); parent != NULL;
         parent = device_parent(parent)) {
        if (contains(devices, parent)) {
            return TRUE;
        }
        g_autoptr(GPtrArray) mates = slot_leavers(parent);
        for (guint i = 0; i < mates->len; i++) {
            if (contains(devices, mates->pdata[i])) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* --- refusals -------------------------------------------------------------------------------- */

static gboolean refuse(const Device *device, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean refuse(const Device *device, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *name = device_display_name(device);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s%s%s %s",
                device->id != NULL ? device->driver : "", device->id != NULL ? " " : "", name, why);
    return FALSE;
}

static gboolean check_detachable(const Device *device, GError **error)
{
    if (device->state == STATE_LEAVING) {
        return refuse(device, error,
                      "is leaving already: the guest was asked, and has not released it yet; wait, "
                      "or ask it again");
    }
    if (quirk_detach(device->driver) != NULL) {
        return refuse(device, error, "must not be unplugged: %s; stop the guest to take it out",
                      quirk_detach(device->driver));
    }
    if (device->hotpluggable) {
        return TRUE;
    }
    if (device->implicit) {
        return refuse(device, error, "is a part of the machine and cannot be unplugged");
    }
    const Bus *bus = device->bus;
    if (bus != NULL && (bus->family == BUS_IDE || bus->family == BUS_SATA)) {
        return refuse(
            device, error,
            "is on an IDE bus (%s), which takes no unplug; stop the guest to take it out, or "
            "use a SCSI drive, which can be unplugged",
            bus->name);
    }
    if (device->model != NULL && !device->model->hotpluggable) {
        return refuse(
            device, error,
            "cannot be unplugged: %s does not support hotplugging; stop the guest to take "
            "it out",
            device->driver);
    }
    return refuse(
        device, error,
        "cannot be unplugged: its bus %s takes no hotplug; stop the guest to take it out%s",
        bus != NULL ? bus->name : "",
        bus != NULL && bus->family == BUS_PCIE
            ? ", and put it behind a pcie-root-port, where it can be unplugged"
            : "");
}

/* --- the way back ---------------------------------------------------------------------------- */

/* Adds the blockdev-add of a -drive back end; FALSE when QEMU tells too little. node: its name,
 * NULL for devices without one. A node that does not die has a step of its own. */
static gboolean remake_drive(Detach *detach, const Device *device, char **node, GPtrArray *undo)
{
    *node = backend_drive_node(detach, device);
    if (*node == NULL || !backend_node_dies(device->drive)) {
        return TRUE;
    }
    json_t *again = backend_remake_node(detach->guest, device->drive->node, *node);
    if (again == NULL) {
        return FALSE;
    }
    g_ptr_array_add(undo, action_new("blockdev-add", again, NULL));
    return TRUE;
}

static gboolean is_replugged(const Device *device)
{
    return (device->model == NULL || device->model->hotpluggable) &&
           quirk_attach(device->driver) == NULL;
}

static gboolean remake_device(Detach *detach, const Device *device, GPtrArray *undo)
{
    g_autofree char *node = NULL;
    if (device->bus == NULL || !is_replugged(device) ||
        !remake_drive(detach, device, &node, undo)) {
        g_autofree char *name = device_display_name(device);
        plan_add_check(detach->plan, TRUE, NULL,
                       "%s cannot be plugged back by an undo: QEMU does not tell enough of it",
                       name);
        return FALSE;
    }
    g_ptr_array_add(undo, action_new("device_add", replug_arguments(detach, device, node), NULL));
    if (device->id == NULL) {
        g_autofree char *name = device_display_name(device);
        plan_add_check(detach->plan, TRUE, NULL, "%s has no id; an undo plugs it back as %s", name,
                       replug_id(detach, device));
    }
    return TRUE;
}

/* The functions of the slot from the highest to 0, which is when the guest looks, then what they
 * carried. */
static gboolean remake_all(Detach *detach, const GPtrArray *leavers, GPtrArray *undo)
{
    gboolean good = TRUE;
    for (guint i = leavers->len; i-- > 0 && good;) {
        good = remake_device(detach, leavers->pdata[i], undo);
    }
    for (guint i = 0; i < leavers->len && good; i++) {
        g_autoptr(GPtrArray) carried = passengers(leavers->pdata[i]);
        for (guint j = 0; j < carried->len && good; j++) {
            good = remake_device(detach, carried->pdata[j], undo);
        }
    }
    return good;
}

/* --- steps ----------------------------------------------------------------------------------- */

static char **paths_of(const GPtrArray *devices)
{
    char **paths = g_new0(char *, devices->len + 1);
    for (guint i = 0; i < devices->len; i++) {
        paths[i] = g_strdup(((const Device *)devices->pdata[i])->path);
    }
    return paths;
}

static void add_step(Detach *detach, const GPtrArray *leavers)
{
    const Device *first = leavers->pdata[0];
    g_autoptr(GPtrArray) all = with_passengers(leavers);
    g_autofree char *words = first->id != NULL ? g_strdup_printf("%s %s", first->driver, first->id)
                                               : device_display_name(first);
    const char *name = first->id != NULL ? first->id : first->path;
    Step *step =
        plan_add(detach->plan, words,
                 action_new("device_del", json_pack("{s:s}", "id", name), paths_of(all)), NULL);
    for (guint i = 0; i < all->len; i++) {
        g_ptr_array_add(detach->leaving, all->pdata[i]);
    }
    if (!remake_all(detach, leavers, step->undo)) {
        g_ptr_array_set_size(step->undo, 0);
    }
}

/* --- what stands beside the plan ------------------------------------------------------------- */

static void add_subject(Plan *plan, const Device *device)
{
    PlanSubject *subject = plan_add_subject(plan);
    subject->path = g_strdup(device->path);
    subject->id = g_strdup(device->id);
    subject->driver = g_strdup(device->driver);
    subject->bus = device->bus != NULL ? g_strdup(device->bus->name) : NULL;
    subject->address = device->address;
}

/* "scsi-hd sda (/images/a.qcow2)". (transfer full) */
static char *describe(const Device *device)
{
    g_autofree char *name = device_display_name(device);
    const char *file = device->drive != NULL ? device->drive->file : NULL;
    return g_strdup_printf("%s%s%s%s%s%s", device->id != NULL ? device->driver : "",
                           device->id != NULL ? " " : "", name, file != NULL ? " (" : "",
                           file != NULL ? file : "", file != NULL ? ")" : "");
}

static void tell_of_passengers(Detach *detach, const GPtrArray *asked)
{
    for (guint i = 0; i < detach->leaving->len; i++) {
        const Device *device = detach->leaving->pdata[i];
        if (contains(asked, device)) {
            continue;
        }
        g_autofree char *what = describe(device);
        const Device *parent = device_parent(device);
        gboolean carried = device->address.type != ADDRESS_PCI ||
                           (parent != NULL && contains(detach->leaving, parent));
        plan_add_check(detach->plan, TRUE, "info qtree", "%s goes as well: %s", what,
                       carried ? "it is plugged to what leaves"
                               : "an unplug takes all functions of a slot");
    }
}

/* A slot that parts of the machine share: QEMU 7.2 accepts the request and never completes it, 10
 * does. */
static void tell_of_fixed_mates(Detach *detach, const Device *device)
{
    g_autoptr(GPtrArray) mates = device_slot_mates(device);
    for (guint i = 0; i < mates->len; i++) {
        const Device *mate = mates->pdata[i];
        if (!mate->hotpluggable) {
            g_autofree char *name = device_display_name(mate);
            plan_add_check(
                detach->plan, TRUE, "info qtree",
                "it shares its slot with %s, which is fixed: the guest may never release "
                "it",
                name);
            return;
        }
    }
}

static void tell_of_quirks(Detach *detach)
{
    for (guint i = 0; i < detach->leaving->len; i++) {
        const Device *device = detach->leaving->pdata[i];
        const char *caution = quirk_caution(device->driver, detach->guest->qemu);
        if (caution != NULL) {
            g_autofree char *name = device_display_name(device);
            plan_add_check(detach->plan, TRUE, "query-version", "%s: %s", name, caution);
        }
    }
}

static void tell_of_status(Detach *detach)
{
    const char *status = detach->guest->status;
    gboolean paused = g_strcmp0(status, "paused") == 0;
    if (paused || g_strcmp0(status, "prelaunch") == 0) {
        plan_add_check(detach->plan, TRUE, "query-status",
                       paused ? "the guest is paused: it releases PCI devices when it runs again"
                              : "the guest has not started yet: it releases no PCI device before");
    }
}

static void set_title(Detach *detach, const Device *first, guint others)
{
    g_autofree char *where = address_to_text(&first->address);
    g_autofree char *more = others > 0 ? g_strdup_printf(" and %u more", others) : g_strdup("");
    g_free(detach->plan->title);
    detach->plan->title = g_strdup_printf("detach %s %s%s%s%s", device_kind_name(first->kind),
                                          first->id != NULL ? first->id : first->driver,
                                          where[0] != '\0' ? " at " : "", where, more);
}

/* --- detach ---------------------------------------------------------------------------------- */

/* Those of the devices that get a device_del, first the one named first. (transfer container) */
static GPtrArray *find_roots(const GPtrArray *devices)
{
    GPtrArray *roots = g_ptr_array_new();
    for (guint i = 0; i < devices->len; i++) {
        Device *device = devices->pdata[i];
        g_autoptr(GPtrArray) mates = slot_leavers(device);
        gboolean known = is_carried(devices, device);
        for (guint j = 0; j < mates->len && !known; j++) {
            known = contains(roots, mates->pdata[j]);
        }
        if (!known) {
            g_ptr_array_add(roots, device);
        }
    }
    return roots;
}

/* One that has pci_del cannot be asked for properties. */
char **hotplug_detach_drivers(const Guest *guest, const GPtrArray *devices)
{
    if (guest->can.pci_add) {
        return g_new0(char *, 1);
    }
    g_autoptr(GHashTable) drivers = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < devices->len; i++) {
        g_autoptr(GPtrArray) leavers = slot_leavers(devices->pdata[i]);
        g_autoptr(GPtrArray) all = with_passengers(leavers);
        for (guint j = 0; j < all->len; j++) {
            g_hash_table_add(drivers, ((const Device *)all->pdata[j])->driver);
        }
    }
    g_autofree gpointer *names = g_hash_table_get_keys_as_array(drivers, NULL);
    return g_strdupv((char **)names);
}

static void detach_clear(Detach *detach)
{
    plan_free(detach->plan);
    g_ptr_array_unref(detach->leaving);
    g_hash_table_unref(detach->new_ids);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Detach, detach_clear)

static void add_subjects(Detach *detach, const GPtrArray *asked)
{
    for (guint i = 0; i < asked->len; i++) {
        add_subject(detach->plan, asked->pdata[i]);
    }
    for (guint i = 0; i < detach->leaving->len; i++) {
        if (!contains(asked, detach->leaving->pdata[i])) {
            add_subject(detach->plan, detach->leaving->pdata[i]);
        }
    }
}

static void add_checks(Detach *detach, const GPtrArray *asked, const GPtrArray *roots)
{
    plan_add_check(detach->plan, FALSE, "info qtree",
                   roots->len == 1 ? "its class and its bus let it be unplugged"
                                   : "their classes and buses let them be unplugged");
    tell_of_passengers(detach, asked);
    for (guint i = 0; i < roots->len; i++) {
        tell_of_fixed_mates(detach, roots->pdata[i]);
    }
    tell_of_quirks(detach);
    tell_of_status(detach);
}

/* Roots can leave, and none of what leaves with them ends QEMU. */
static gboolean check_roots(const GPtrArray *roots, GError **error)
{
    for (guint i = 0; i < roots->len; i++) {
        if (!check_detachable(roots->pdata[i], error)) {
            return FALSE;
        }
        g_autoptr(GPtrArray) leavers = slot_leavers(roots->pdata[i]);
        g_autoptr(GPtrArray) all = with_passengers(leavers);
        for (guint j = 0; j < all->len; j++) {
            const Device *device = all->pdata[j];
            if (quirk_detach(device->driver) != NULL && !check_detachable(device, error)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

Plan *hotplug_plan_detach(const HotplugFacts *facts, GPtrArray *devices, GError **error)
{
    if (facts->guest->can.pci_add) {
        return old_detach(facts->guest, devices, error);
    }
    g_auto(Detach) detach = { .facts = facts,
                              .guest = facts->guest,
                              .plan = plan_new(PLAN_DETACH, "detach"),
                              .leaving = g_ptr_array_new(),
                              .new_ids = g_hash_table_new_full(NULL, NULL, NULL, g_free) };
    g_autoptr(GPtrArray) roots = find_roots(devices);
    if (!check_roots(roots, error)) {
        return NULL;
    }
    for (guint i = 0; i < roots->len; i++) {
        g_autoptr(GPtrArray) leavers = slot_leavers(roots->pdata[i]);
        add_step(&detach, leavers);
    }
    add_checks(&detach, devices, roots);
    backend_add_steps(&detach);
    add_subjects(&detach, devices);
    if (devices->len > 0) {
        set_title(&detach, devices->pdata[0], detach.leaving->len - 1);
    }
    return g_steal_pointer(&detach.plan);
}
