/* One step of a plan after the other, done to a copy of the guest. Commands that change neither
 * devices nor back ends leave no trace here. */
#include "engine/guest_after.h"

#include <string.h>

#include "engine/json_find.h"
#include "engine/old_after.h"
#include "engine/plan_device.h"

typedef struct {
    const Plan *plan;
    Guest *guest;
} After;

/* --- what comes ------------------------------------------------------------------------------ */

static guint count_buses(const Guest *guest, BusFamily family)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    guint count = 0;

    for (guint i = 0; i < buses->len; i++)
        count += ((const Bus *)buses->pdata[i])->family == family;
    return count;
}

/* Buses that take devices in a running guest, and how QEMU calls them: PCI buses by the id of their
 * bridge, others with a number behind it. */
static const struct {
    BusFamily family;
    const char *type, *suffix;
} offers[] = {
    { BUS_PCI, "PCI", "" },
    { BUS_PCIE, "PCIE", "" },
    { BUS_SCSI, "SCSI", ".0" },
    { BUS_USB, "usb-bus", ".0" },
    { BUS_VIRTIO_SERIAL, "virtio-serial-bus", ".0" },
};

static void offer_bus(const After *after, Device *device)
{
    for (gsize i = 0; device->model && i < G_N_ELEMENTS(offers); i++) {
        g_autofree char *name = g_strconcat(device->id, offers[i].suffix, NULL);
        Bus *bus;

        if (offers[i].family != device->model->offers)
            continue;
        bus = bus_new(name, offers[i].type);
        bus->path = g_strdup_printf("%s/%s", device->path, name);
        bus->owner = device;
        bus->hotpluggable = TRUE;
        bus->index = count_buses(after->guest, bus->family);
        g_ptr_array_add(device->buses, bus);
    }
}

static const PlanSubject *find_subject(const Plan *plan, const char *path)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];

        if (subject->verb == PLAN_ATTACH && g_strcmp0(subject->path, path) == 0)
            return subject;
    }
    return NULL;
}

static void take_netdev(const After *after, const Device *device)
{
    Netdev *netdev = device->nic && device->nic->netdev
                         ? guest_find_netdev(after->guest, device->nic->netdev)
                         : NULL;

    if (!netdev)
        return;
    g_free(netdev->peer);
    netdev->peer = g_strdup(device->id);
}

static void device_add(const After *after, json_t *arguments)
{
    Device *device = plan_device_new(after->plan, after->guest, arguments);
    const PlanSubject *subject = find_subject(after->plan, device->path);
    const char *name = plan_member(arguments, "bus");

    device->planned = device->hotpluggable = device->hotplugged = TRUE;
    device->address = subject ? subject->address : (Address){ .type = ADDRESS_NONE };
    device->bus = name ? guest_find_bus(after->guest, name, NULL) : NULL;
    offer_bus(after, device);
    take_netdev(after, device);
    g_ptr_array_add(device->bus ? device->bus->devices : after->guest->memory_devices, device);
    guest_index(after->guest);
}

static void blockdev_add(const After *after, json_t *arguments)
{
    const char *file = plan_member(json_object_get(arguments, "file"), "filename");

    if (after->guest->nodes)
        json_array_append_new(after->guest->nodes,
                              json_pack("{s:s*, s:s*, s:s*, s:b}", "node-name",
                                        plan_member(arguments, "node-name"), "drv",
                                        plan_member(arguments, "driver"), "file", file, "ro",
                                        json_is_true(json_object_get(arguments, "read-only"))));
}

static void netdev_add(const After *after, json_t *arguments)
{
    Netdev *netdev = g_new0(Netdev, 1);

    netdev->id = g_strdup(plan_member(arguments, "id"));
    netdev->type = g_strdup(plan_member(arguments, "type"));
    g_ptr_array_add(after->guest->netdevs, netdev);
}

static void append_named(json_t *list, const char *member, json_t *arguments)
{
    if (list)
        json_array_append_new(list, json_pack("{s:s*}", member, plan_member(arguments, "id")));
}

static void chardev_add(const After *after, json_t *arguments)
{
    append_named(after->guest->chardevs, "label", arguments);
}

static void object_add(const After *after, json_t *arguments)
{
    append_named(after->guest->objects, "name", arguments);
}

/* --- what goes ------------------------------------------------------------------------------- */

static void remove_named(json_t *list, const char *member, const char *name)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        if (g_strcmp0(plan_member(json_array_get(list, i), member), name) == 0)
            json_array_remove(list, i);
    }
}

/* The nodes below, which QEMU named, go along: they are those of the same file. */
static void remove_node(const After *after, const char *name)
{
    json_t *nodes = after->guest->nodes,
           *node = json_incref(json_find(after->guest->nodes, "node-name", name));
    const char *file = plan_member(node, "file");

    remove_named(nodes, "node-name", name);
    for (size_t i = json_array_size(nodes); file && i-- > 0;) {
        json_t *other = json_array_get(nodes, i);
        const char *other_name = plan_member(other, "node-name");

        if (other_name && g_str_has_prefix(other_name, "#block") &&
            g_strcmp0(plan_member(other, "file"), file) == 0)
            json_array_remove(nodes, i);
    }
    json_decref(node);
}

/* A -drive back end goes with its device, a netdev is free again. */
static void free_back_ends(const After *after, const Device *device)
{
    const char *id = device->nic ? device->nic->netdev : NULL;
    Netdev *netdev = id ? guest_find_netdev(after->guest, id) : NULL;

    if (netdev)
        g_clear_pointer(&netdev->peer, g_free);
    if (device->drive && device->drive->backend && *device->drive->backend)
        remove_node(after, device->drive->node);
}

static void remove_device(const After *after, const char *path)
{
    Device *device = guest_find_path(after->guest, path);

    if (!device)
        return;
    free_back_ends(after, device);
    g_ptr_array_remove(device->bus ? device->bus->devices : after->guest->memory_devices, device);
    guest_index(after->guest);
}

static void netdev_del(const After *after, const char *id)
{
    Netdev *netdev = guest_find_netdev(after->guest, id);

    if (netdev)
        g_ptr_array_remove(after->guest->netdevs, netdev);
}

static void chardev_remove(const After *after, const char *id)
{
    remove_named(after->guest->chardevs, "label", id);
}

static void object_del(const After *after, const char *id)
{
    remove_named(after->guest->objects, "name", id);
}

/* --- media ----------------------------------------------------------------------------------- */

/* The drive that a command about its medium names: as QEMU does, by the id or the QOM path. */
static Drive *find_drive(const After *after, const char *name)
{
    for (guint i = 0; name && i < after->guest->devices->len; i++) {
        const Device *device = after->guest->devices->pdata[i];

        if (device->drive &&
            (g_strcmp0(device->id, name) == 0 || g_strcmp0(device->path, name) == 0 ||
             g_strcmp0(device->drive->qdev, name) == 0))
            return device->drive;
    }
    return NULL;
}

static void remove_medium(const After *after, const char *id)
{
    Drive *drive = find_drive(after, id);

    if (!drive)
        return;
    drive->inserted = FALSE;
    g_clear_pointer(&drive->node, g_free);
    g_clear_pointer(&drive->file, g_free);
    g_clear_pointer(&drive->format, g_free);
}

static void insert_medium(const After *after, json_t *arguments)
{
    Drive *drive = find_drive(after, plan_member(arguments, "id"));
    const char *name = plan_member(arguments, "node-name");
    json_t *node = name ? json_find(after->guest->nodes, "node-name", name) : NULL;

    if (!drive)
        return;
    drive->inserted = TRUE;
    g_free(drive->node);
    g_free(drive->file);
    g_free(drive->format);
    drive->node = g_strdup(name);
    drive->file = g_strdup(plan_member(node, "file"));
    drive->format = g_strdup(plan_member(node, "drv"));
}

/* --- all ------------------------------------------------------------------------------------- */

static const struct {
    const char *command;
    void (*add)(const After *after, json_t *arguments);
    const char *key;
    void (*del)(const After *after, const char *name);
} effects[] = {
    { "device_add", .add = device_add },
    { "blockdev-add", .add = blockdev_add },
    { "netdev_add", .add = netdev_add },
    { "chardev-add", .add = chardev_add },
    { "object-add", .add = object_add },
    { "blockdev-insert-medium", .add = insert_medium },
    { "blockdev-remove-medium", .key = "id", .del = remove_medium },
    { "blockdev-del", .key = "node-name", .del = remove_node },
    { "netdev_del", .key = "id", .del = netdev_del },
    { "chardev-remove", .key = "id", .del = chardev_remove },
    { "object-del", .key = "id", .del = object_del },
};

static void do_action(const After *after, const Action *action)
{
    /* What a device carries stands behind it, and has to be looked at while it is there. */
    for (guint i = action->leaves ? g_strv_length(action->leaves) : 0; i-- > 0;)
        remove_device(after, action->leaves[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(effects); i++) {
        if (strcmp(action->command, effects[i].command) != 0)
            continue;
        if (effects[i].add)
            effects[i].add(after, action->arguments);
        else
            effects[i].del(after, plan_member(action->arguments, effects[i].key));
    }
    if (after->guest->can.pci_add)
        old_after(after->guest, after->plan, action);
}

Guest *guest_after(const Guest *guest, const Plan *plan)
{
    const After after = { plan, guest_copy(guest) };

    for (guint i = 0; i < plan->steps->len; i++)
        do_action(&after, ((const Step *)plan->steps->pdata[i])->action);
    return after.guest;
}
