/* The devices of a domain as -device options, each with what is behind it. */
#include "engine/launch_private.h"

#include <string.h>

/* ---- what bridges need and files may leave out ---- */

/* Chassis and bus numbers tell bridges apart, so none can be left to QEMU, which has the same for
 * all; where the file does not say them they are libvirt's: the index, and buses downwards from
 * 254, two for each expander. */
#define EXPANDER_BUSES 2
#define BUS_NUMBERS 256

static const struct {
    const char *driver;
    const char *attribute; /* of <target> */
    const char *property;
} chassis_numbers[] = {
    { "pci-bridge", "chassisNr", "chassis_nr" },
    { "pcie-root-port", "chassis", "chassis" },
    { "ioh3420", "chassis", "chassis" },
    { "xio3130-downstream", "chassis", "chassis" },
};

static void put_bridge(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const XmlNode *target = xml_node_child(device->node, "target");

    for (gsize i = 0; i < G_N_ELEMENTS(chassis_numbers); i++)
        if (strcmp(chassis_numbers[i].driver, device->driver) == 0 &&
            !xml_node_get(target, chassis_numbers[i].attribute))
            option_putf(option, chassis_numbers[i].property, "%d", device->index);
    if (!g_str_has_prefix(device->driver, "pxb"))
        return;
    plan->expanders++;
    if (!xml_node_get(target, "busNr"))
        option_putf(option, "bus_nr", "%u", BUS_NUMBERS - EXPANDER_BUSES * plan->expanders);
}

/* ---- one device ---- */

/* A floppy drive has no place in the order of boot: its controller has two. */
static void put_floppy_boot(LaunchPlan *plan, const DomainDevice *device)
{
    const char *order = launch_child_get(plan, device->node, "boot", "order");
    gpointer given = g_hash_table_lookup(plan->boot, device->node);
    char unit = device->address.place.drive.unit == 0 ? 'A' : 'B';
    guint64 number = GPOINTER_TO_UINT(given);

    if (launch_number(order, &number) || given)
        launch_addf(plan, "-global", "isa-fdc.bootindex%c=%" G_GUINT64_FORMAT, unit, number);
}

/* What the machine has by itself needs no option. */
static void put_builtin(LaunchPlan *plan, const DomainDevice *device)
{
    if (strcmp(device->element, "sound") == 0)
        option_put(plan->machine, "pcspk-audiodev", "audio" LAUNCH_AUDIO);
}

static gboolean is_driver_name(const char *text)
{
    return *text && strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._") == strlen(text);
}

/* Why a device cannot be given to QEMU; NULL: it can. */
static const char *obstacle(const DomainDevice *device)
{
    if (!device->driver || !is_driver_name(device->driver))
        return "no QEMU device is known for it";
    return NULL;
}

static gboolean is_withheld(const DomainDevice *device)
{
    return g_strcmp0(device->address.type, "unassigned") == 0;
}

/* Properties that libvirt has no words for, as an attach wrote them into the file. */
static void put_own_properties(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    for (guint i = 0; i < device->node->children->len; i++) {
        const XmlNode *child = device->node->children->pdata[i];
        const char *property = xml_node_get(child, "name");

        if (strcmp(child->name, "property") != 0 || !property || !is_driver_name(property))
            continue;
        launch_say(plan, child);
        option_put(option, launch_get(plan, child, "name"), launch_get(plan, child, "value"));
    }
}

static void put_device(LaunchPlan *plan, const DomainDevice *device)
{
    const char *id = launch_id(plan, device);
    g_autoptr(GString) option = g_string_new(device->driver);

    option_put(option, "id", id);
    if (!launch_put_backend(plan, device, id ? id : device->element, option)) {
        launch_say_all(plan, device->node);
        return;
    }
    launch_put_place(plan, device, option);
    put_bridge(plan, device, option);
    launch_put_properties(plan, device, option);
    put_own_properties(plan, device, option);
    launch_add(plan, "-device", option->str);
    launch_add_parts(plan, device, id);
    if (strcmp(device->driver, "floppy") == 0)
        put_floppy_boot(plan, device);
}

static void put(LaunchPlan *plan, const DomainDevice *device)
{
    g_autofree char *name = domain_device_name(device);
    const char *why = obstacle(device);
    const XmlNode *pci = xml_node_child(device->node, "pci"); /* what it is, for a reader */

    launch_say(plan, device->node);
    launch_child(plan, device->node, "target");
    launch_child(plan, device->node, "model");
    launch_is(plan, device->node, "implicit", "yes");
    if (pci)
        launch_say_all(plan, pci);
    if (device->builtin) {
        put_builtin(plan, device);
    } else if (is_withheld(device) || why) {
        if (why)
            launch_miss(plan, "%s: %s", name, why);
        launch_say_all(plan, device->node);
    } else {
        put_device(plan, device);
    }
}

void launch_devices(LaunchPlan *plan)
{
    g_autoptr(GPtrArray) devices = launch_order(plan->domain);

    launch_others(plan);
    for (guint i = 0; i < devices->len; i++)
        put(plan, devices->pdata[i]);
}
