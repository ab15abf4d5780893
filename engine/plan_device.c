/* The arguments of a device_add, and of what the plan makes behind it, as the device that a guest
 * will have. */
#include "engine/plan_device.h"

#include <string.h>

const char *plan_member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

char *plan_value_text(const json_t *value)
{
    return json_is_string(value) ? g_strdup(json_string_value(value))
                                 : json_dumps(value, JSON_ENCODE_ANY);
}

const json_t *plan_find_made(const Plan *plan, const char *command, const char *key,
                             const char *name)
{
    for (guint i = 0; name && i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        const json_t *arguments = step->action->arguments;
        if (strcmp(step->action->command, command) == 0 &&
            g_strcmp0(plan_member(arguments, key), name) == 0)
            return arguments;
    }
    return NULL;
}

/* An image that QEMU opened before the plan. */
static void take_known_node(Drive *drive, const Guest *guest, const char *name)
{
    gsize i;
    json_t *node;
    json_array_foreach (guest->nodes, i, node) {
        if (g_strcmp0(plan_member(node, "node-name"), name) != 0)
            continue;
        drive->file = g_strdup(plan_member(node, "file"));
        drive->format = g_strdup(plan_member(node, "drv"));
        drive->readonly = json_is_true(json_object_get(node, "ro"));
    }
}

static void put_drive(Device *device, const Plan *plan, const Guest *guest, const json_t *arguments)
{
    const char *name = plan_member(arguments, "drive");
    const json_t *node = plan_find_made(plan, "blockdev-add", "node-name", name);
    if (!name)
        return;
    Drive *drive = g_new0(Drive, 1);
    drive->inserted = TRUE;
    drive->node = g_strdup(name);
    drive->file = g_strdup(plan_member(json_object_get(node, "file"), "filename"));
    drive->format = g_strdup(plan_member(node, "driver"));
    drive->readonly = json_is_true(json_object_get(node, "read-only"));
    drive->size = drive->used = -1;
    device->drive = drive;
    if (!node)
        take_known_node(drive, guest, name);
}

/* The options of a netdev_add as `info network` would show them. */
static char *netdev_details(const json_t *netdev)
{
    const char *name;
    json_t *value;
    GString *details = g_string_new(NULL);
    json_object_foreach ((json_t *)netdev, name, value) {
        g_autofree char *text = plan_value_text(value);
        g_string_append_printf(details, "%s%s=%s", details->len ? "," : "", name, text);
    }
    return g_string_free(details, FALSE);
}

static void put_nic(Device *device, const Plan *plan, const Guest *guest, const json_t *arguments)
{
    const char *mac = plan_member(arguments, "mac");
    const char *id = plan_member(arguments, "netdev");
    const json_t *made = plan_find_made(plan, "netdev_add", "id", id);
    const Netdev *known = id ? guest_find_netdev(guest, id) : NULL;
    if (!mac)
        return;
    Nic *nic = g_new0(Nic, 1);
    nic->mac = g_strdup(mac);
    nic->netdev = g_strdup(id);
    nic->backend = g_strdup(made ? plan_member(made, "type") : known ? known->type : NULL);
    nic->details = made ? netdev_details(made) : g_strdup(known ? known->details : NULL);
    nic->link = -1;
    device->nic = nic;
}

static void put_properties(Device *device, const json_t *arguments)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)arguments, name, value) {
        Property *property = g_new0(Property, 1);
        property->name = g_strdup(name);
        property->value = plan_value_text(value);
        g_ptr_array_add(device->properties, property);
    }
}

Device *plan_device_new(const Plan *plan, const Guest *guest, const json_t *arguments)
{
    const char *driver = plan_member(arguments, "driver");
    Device *device = device_new(driver ? driver : "");
    device->id = g_strdup(plan_member(arguments, "id"));
    device->path = g_strconcat("/machine/peripheral/", device->id ? device->id : "", NULL);
    put_properties(device, arguments);
    put_drive(device, plan, guest, arguments);
    put_nic(device, plan, guest, arguments);
    return device;
}
