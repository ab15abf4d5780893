/* What an attach plan will plug, as elements of domain XML. */
#include "engine/describe.h"

#include <string.h>

#include "engine/describe_target.h"
#include "engine/plan_device.h"

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
    gboolean through = g_strcmp0(plan_member(arguments, "write-cache"), "off") == 0;
    if (json_is_true(json_object_get(cache, "no-flush")))
        return "unsafe";
    if (direct)
        return through ? "directsync" : "none";
    return through ? "writethrough" : NULL;
}

/* What only the element of a drive says. */
static void take_drive(Planned *planned, const Planning *planning, const json_t *arguments)
{
    const char *name = plan_member(arguments, "drive");
    const json_t *node = plan_find_made(planning->plan, "blockdev-add", "node-name", name);
    if (!name)
        return;
    planned->item.cache = cache_word(node, arguments);
    planned->item.io = plan_member(json_object_get(node, "file"), "aio");
    planned->item.discard = plan_member(node, "discard");
}

/* --- properties ------------------------------------------------------------------------------ */

/* What the elements of domain XML say by themselves. */
static const char *const said[] = {
    "addr",      "bus",           "bus_nr",  "channel", "chardev", "chassis",     "chassis_nr",
    "drive",     "driver",        "hotplug", "id",      "lun",     "mac",         "masterbus",
    "max_ports", "multifunction", "name",    "netdev",  "nr",      "p2",          "p3",
    "port",      "removable",     "scsi-id", "serial",  "wwn",     "write-cache", NULL,
};

/* Those that no element has a word for. */
static void keep_properties(Planned *planned, const json_t *arguments)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)arguments, name, value) {
        if (g_strv_contains(said, name))
            continue;
        g_ptr_array_add(planned->properties, g_strdup(name));
        g_ptr_array_add(planned->properties, plan_value_text(value));
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
    const PlanSubject *subject = find_subject(planning->plan, plan_member(arguments, "id"));
    Planned *planned = g_new0(Planned, 1);
    planned->device = plan_device_new(planning->plan, planning->match->guest, arguments);
    planned->properties = g_ptr_array_new_with_free_func(g_free);
    planned->item.guest = planning->match->guest;
    planned->item.device = planned->device;
    planned->item.mode = MODE_STATIC;
    keep_properties(planned, arguments);
    take_drive(planned, planning, arguments);
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
