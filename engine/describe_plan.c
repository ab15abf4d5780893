/* What an attach plan will plug, read from the very commands that it sends, as devices that a
 * guest could have. */
#include "engine/describe.h"

#include <string.h>

#include "engine/describe_target.h"

/* A device of the plan, with what only its element needs. */
typedef struct {
    DescribeItem item;
    Device *device;
    Bus *bus; /* it offers, for a controller that a later one goes to; NULL */
    GPtrArray *properties;
} Planned;

typedef struct {
    const Plan *plan;
    const Match *match;
    GPtrArray *devices; /* (Planned) in the order in which they are plugged */
} Planning;

static void planned_free(gpointer data)
{
    Planned *planned = data;
    device_free(planned->device);
    g_ptr_array_unref(planned->properties);
    g_free(planned);
}

/* --- the steps ------------------------------------------------------------------------------- */

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* As `info qtree` would show the value. (transfer full) */
static char *value_text(const json_t *value)
{
    return json_is_string(value) ? g_strdup(json_string_value(value))
                                 : json_dumps(value, JSON_ENCODE_ANY);
}

/* The arguments of the step that makes something of that name. NULL: it is there already. */
static const json_t *find_made(const Plan *plan, const char *command, const char *key,
                               const char *name)
{
    for (guint i = 0; name && i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        const json_t *arguments = step->action->arguments;
        if (strcmp(step->action->command, command) == 0 &&
            g_strcmp0(member(arguments, key), name) == 0)
            return arguments;
    }
    return NULL;
}

static const PlanSubject *find_subject(const Plan *plan, const char *id)
{
    for (guint i = 0; i < plan->subjects->len; i++) {
        const PlanSubject *subject = plan->subjects->pdata[i];
        if (id && g_strcmp0(subject->id, id) == 0)
            return subject;
    }
    return NULL;
}

/* --- back ends ------------------------------------------------------------------------------- */

/* cache= by QEMU's switches; the third is the device's write-cache. NULL: the default. */
static const char *cache_word(const json_t *node, const json_t *arguments)
{
    const json_t *cache = json_object_get(node, "cache");
    gboolean direct = json_is_true(json_object_get(cache, "direct"));
    gboolean through = g_strcmp0(member(arguments, "write-cache"), "off") == 0;
    if (json_is_true(json_object_get(cache, "no-flush")))
        return "unsafe";
    if (direct)
        return through ? "directsync" : "none";
    return through ? "writethrough" : NULL;
}

/* An image that QEMU opened before the plan. */
static void take_known_node(Drive *drive, const Guest *guest, const char *name)
{
    gsize i;
    json_t *node;
    json_array_foreach (guest->nodes, i, node) {
        if (g_strcmp0(member(node, "node-name"), name) != 0)
            continue;
        drive->file = g_strdup(member(node, "file"));
        drive->format = g_strdup(member(node, "drv"));
        drive->readonly = json_is_true(json_object_get(node, "ro"));
    }
}

static void put_drive(Planned *planned, const Planning *planning, const json_t *arguments)
{
    const char *name = member(arguments, "drive");
    const json_t *node = find_made(planning->plan, "blockdev-add", "node-name", name);
    const json_t *file = json_object_get(node, "file");
    if (!name)
        return;
    Drive *drive = g_new0(Drive, 1);
    drive->inserted = TRUE;
    drive->file = g_strdup(member(file, "filename"));
    drive->format = g_strdup(member(node, "driver"));
    drive->readonly = json_is_true(json_object_get(node, "read-only"));
    planned->device->drive = drive;
    planned->item.cache = cache_word(node, arguments);
    planned->item.io = member(file, "aio");
    planned->item.discard = member(node, "discard");
    if (!node)
        take_known_node(drive, planning->match->guest, name);
}

/* The options of a netdev_add as `info network` would show them. */
static char *netdev_details(const json_t *netdev)
{
    const char *name;
    json_t *value;
    GString *details = g_string_new(NULL);
    json_object_foreach ((json_t *)netdev, name, value) {
        g_autofree char *text = value_text(value);
        g_string_append_printf(details, "%s%s=%s", details->len ? "," : "", name, text);
    }
    return g_string_free(details, FALSE);
}

static void put_nic(Planned *planned, const Planning *planning, const json_t *arguments)
{
    const char *mac = member(arguments, "mac");
    const char *id = member(arguments, "netdev");
    const json_t *made = find_made(planning->plan, "netdev_add", "id", id);
    const Netdev *known = id ? guest_find_netdev(planning->match->guest, id) : NULL;
    if (!mac)
        return;
    Nic *nic = g_new0(Nic, 1);
    nic->mac = g_strdup(mac);
    nic->netdev = g_strdup(id);
    nic->backend = g_strdup(made ? member(made, "type") : known ? known->type : NULL);
    nic->details = made ? netdev_details(made) : g_strdup(known ? known->details : NULL);
    nic->link = -1;
    planned->device->nic = nic;
}

/* --- properties ------------------------------------------------------------------------------ */

/* What the elements of domain XML say by themselves. */
static const char *const said[] = {
    "addr",      "bus",           "bus_nr",  "channel", "chardev", "chassis",     "chassis_nr",
    "drive",     "driver",        "hotplug", "id",      "lun",     "mac",         "masterbus",
    "max_ports", "multifunction", "name",    "netdev",  "nr",      "p2",          "p3",
    "port",      "removable",     "scsi-id", "serial",  "wwn",     "write-cache", NULL,
};

static void put_property(Planned *planned, const char *name, const char *value)
{
    Property *property = g_new0(Property, 1);
    property->name = g_strdup(name);
    property->value = g_strdup(value);
    g_ptr_array_add(planned->device->properties, property);
}

/* All are facts of the device; those that no element has a word for are kept beside. */
static void put_properties(Planned *planned, const json_t *arguments)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)arguments, name, value) {
        g_autofree char *text = value_text(value);
        put_property(planned, name, text);
        if (g_strv_contains(said, name))
            continue;
        g_ptr_array_add(planned->properties, g_strdup(name));
        g_ptr_array_add(planned->properties, g_steal_pointer(&text));
    }
}

/* --- places ---------------------------------------------------------------------------------- */

/* A controller of the plan itself that has this bus; "scsi1" offers "scsi1.0". */
static const Planned *find_bringer(const Planning *planning, const char *bus)
{
    for (guint i = 0; bus && i < planning->devices->len; i++) {
        const Planned *planned = planning->devices->pdata[i];
        gsize length = strlen(planned->device->id);
        if (planned->item.index >= 0 && strncmp(bus, planned->device->id, length) == 0 &&
            (bus[length] == '.' || !bus[length]))
            return planned;
    }
    return NULL;
}

static void place_behind(Planned *planned, const Planned *bringer, const Address *qemu)
{
    planned->item.place = *qemu;
    planned->device->bus = bringer->bus;
    switch (qemu->type) {
    case ADDRESS_PCI:
        planned->item.place.pci.bus = bringer->item.index;
        break;
    case ADDRESS_USB:
        planned->item.place.usb.bus = bringer->item.index;
        break;
    case ADDRESS_SERIAL:
        planned->item.place.serial.controller = bringer->item.index;
        break;
    case ADDRESS_DRIVE:
        planned->item.place.drive.controller = bringer->item.index;
        domain_xml_place(bringer->device->model, &planned->item.place);
        break;
    case ADDRESS_NONE:
        break;
    }
}

static gboolean refuse_place(const PlanSubject *subject, GError **error)
{
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "%s goes to the bus %s, which a domain file has no number for; attach it without "
                "the file",
                subject->id, subject->bus);
    return FALSE;
}

static gboolean put_place(Planned *planned, const Planning *planning, const PlanSubject *subject,
                          GError **error)
{
    const Planned *bringer = find_bringer(planning, subject->bus);
    g_autoptr(GError) ambiguous = NULL;
    if (!subject->bus)
        return TRUE;
    if (bringer) {
        place_behind(planned, bringer, &subject->address);
        return TRUE;
    }
    planned->device->bus = guest_find_bus(planning->match->guest, subject->bus, &ambiguous);
    if (planned->device->bus && subject->address.type == ADDRESS_NONE)
        return TRUE;
    if (planned->device->bus && numbering_address(planning->match->numbering, planned->device->bus,
                                                  &subject->address, &planned->item.place))
        return TRUE;
    return refuse_place(subject, error);
}

/* --- controllers ----------------------------------------------------------------------------- */

/* The family of a device's own bus among those that a file counts; BUS_SYSTEM: none. */
static BusFamily offered(const Device *device)
{
    BusFamily family = device->model ? device->model->offers : BUS_SYSTEM;
    return describe_controller_type(family) ? family : BUS_SYSTEM;
}

static gboolean is_index_planned(const Planning *planning, BusFamily family, int index)
{
    for (guint i = 0; i < planning->devices->len; i++) {
        const Planned *planned = planning->devices->pdata[i];
        if (planned->item.index == index && offered(planned->device) == family)
            return TRUE;
    }
    return FALSE;
}

/* One that neither the guest nor the file has. */
static int new_index(const Planning *planning, const Planned *planned, BusFamily family)
{
    const Match *match = planning->match;
    const char *type = describe_controller_type(family);
    gboolean pci = planned->item.place.type == ADDRESS_PCI && strcmp(type, "pci") == 0;
    guint index = pci ? planned->item.place.pci.bus + 1 : 0;
    for (;; index++) {
        index = numbering_free_index(match->numbering, family, index);
        if (!domain_controller(match->domain, type, index) &&
            !is_index_planned(planning, family, index))
            return index;
    }
}

static void make_controller(Planned *planned, const Planning *planning)
{
    BusFamily family = offered(planned->device);
    planned->item.index = -1;
    if (family == BUS_SYSTEM)
        return;
    planned->item.index = new_index(planning, planned, family);
    planned->bus = bus_new(planned->device->id, "");
    planned->bus->family = family;
    planned->bus->owner = planned->device;
    g_ptr_array_add(planned->device->buses, planned->bus);
}

/* --- all ------------------------------------------------------------------------------------- */

static gboolean add_planned(Planning *planning, const json_t *arguments, GError **error)
{
    const PlanSubject *subject = find_subject(planning->plan, member(arguments, "id"));
    Planned *planned = g_new0(Planned, 1);
    planned->device = device_new(member(arguments, "driver"));
    planned->device->id = g_strdup(member(arguments, "id"));
    planned->properties = g_ptr_array_new_with_free_func(g_free);
    planned->item.guest = planning->match->guest;
    planned->item.device = planned->device;
    planned->item.mode = MODE_STATIC;
    put_properties(planned, arguments);
    put_drive(planned, planning, arguments);
    put_nic(planned, planning, arguments);
    gboolean placed = !subject || put_place(planned, planning, subject, error);
    make_controller(planned, planning);
    planned->item.words =
        describe_words(planning->match->domain->family, planning->match->guest, planned->device);
    g_ptr_array_add(planned->properties, NULL);
    planned->item.properties = (const char *const *)planned->properties->pdata;
    g_ptr_array_add(planning->devices, planned);
    return placed;
}

static gboolean add_all(Planning *planning, GError **error)
{
    for (guint i = 0; i < planning->plan->steps->len; i++) {
        const Step *step = planning->plan->steps->pdata[i];
        if (strcmp(step->action->command, "device_add") == 0 &&
            !add_planned(planning, step->action->arguments, error))
            return FALSE;
    }
    if (planning->devices->len)
        return TRUE;
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "the plan \"%s\" plugs no device that a domain file could have",
                planning->plan->title);
    return FALSE;
}

static GPtrArray *write_all(const Planning *planning)
{
    GPtrArray *elements = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    g_autoptr(DescribeTargets) targets = describe_targets_new(planning->match->domain);
    for (guint i = 0; i < planning->devices->len; i++)
        g_ptr_array_add(items, &((Planned *)planning->devices->pdata[i])->item);
    describe_targets_give(targets, items);
    for (guint i = 0; i < items->len; i++) {
        DescribeText *text = describe_text_new();
        describe_item(items->pdata[i], text);
        g_ptr_array_add(elements, describe_text_end(text));
    }
    return elements;
}

GPtrArray *describe_plan(const Plan *plan, const Match *match, GError **error)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func(planned_free);
    Planning planning = { plan, match, devices };
    return add_all(&planning, error) ? write_all(&planning) : NULL;
}
