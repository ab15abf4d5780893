/* Where a device goes: the order in which QEMU gets the devices, and the properties that say their
 * places. */
#include "engine/launch_private.h"

#include <string.h>

#include "engine/domain_private.h"

/* ---- order ---- */

/* A place that QEMU chooses must not be one that another device asks for later, so what is fixed
 * comes first; and a bus before what is on it. */
typedef enum {
    PASS_FIXED_BRIDGES, /* on buses that are fixed themselves, down to the root */
    PASS_FIXED,
    PASS_BRIDGES,
    PASS_ON_BRIDGES, /* fixed places on bridges that are not */
    PASS_DYNAMIC,
    PASS_UNPLACED, /* drives and what else has no place that QEMU would choose */
    PASS_FIXED_PORTS,
    PASS_PORTS,
    PASS_BEHIND_PORTS, /* on a controller that is plugged into a port itself */
} Pass;

/* Which elements come first in a pass: so QEMU gives a guest without any addresses those of the
 * proposal's example. */
static const char *const element_order[] = {
    "iommu",   "video",      "filesystem", "interface", "sound", "controller", "disk",
    "hostdev", "memballoon", "rng",        "watchdog",  "shmem", "input",      "serial",
};

typedef struct {
    const DomainDevice *device;
    Pass pass;
    guint depth; /* of the bus that it is on */
    guint element;
} Turn;

static gboolean is_fixed(const DomainDevice *device)
{
    return device->address.mode == MODE_STATIC && device->address.place.type != ADDRESS_NONE;
}

static gboolean is_bridge(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "pci") == 0;
}

/* How many bridges are between a PCI bus of the file and the root; FALSE when one of them has no
 * fixed place. */
static gboolean is_fixed_bus(const Domain *domain, guint index, guint *depth)
{
    const DomainDevice *bridge = NULL;

    for (*depth = 0; index > 0 && *depth <= G_MAXUINT8; ++*depth) {
        domain_pci_bus(domain, index, &bridge);
        if (!bridge || !is_fixed(bridge))
            return FALSE;
        index = (guint)bridge->address.place.pci.bus;
    }
    return TRUE;
}

static Pass pci_pass(const DomainDevice *device, guint *depth)
{
    guint bus = (guint)device->address.place.pci.bus;

    if (!is_fixed(device))
        return is_bridge(device) ? PASS_BRIDGES : PASS_DYNAMIC;
    if (is_fixed_bus(device->domain, bus, depth))
        return is_bridge(device) ? PASS_FIXED_BRIDGES : PASS_FIXED;
    return is_bridge(device) ? PASS_BRIDGES : PASS_ON_BRIDGES;
}

/* Hubs are ports for others: "1" comes before "1.2". */
static Pass port_pass(const DomainDevice *device, guint *depth)
{
    const Address *place = &device->address.place;

    if (!is_fixed(device))
        return PASS_PORTS;
    for (const char *c = place->type == ADDRESS_USB ? place->usb.port : ""; *c; c++)
        *depth += *c == '.';
    return PASS_FIXED_PORTS;
}

/* A drive at a SCSI adapter on USB. */
static gboolean is_behind_port(const DomainDevice *device)
{
    const DomainDevice *controller = domain_drive_controller(device);

    return controller && controller->model && controller->model->plugs == BUS_USB;
}

static Pass pass_of(const DomainDevice *device, guint *depth)
{
    BusFamily plugs = device->model ? device->model->plugs : BUS_OTHER;

    if (strcmp(device->element, "iommu") == 0)
        return PASS_FIXED_BRIDGES;
    if (plugs == BUS_PCI || plugs == BUS_PCIE || device->address.place.type == ADDRESS_PCI)
        return pci_pass(device, depth);
    if (plugs == BUS_USB || plugs == BUS_VIRTIO_SERIAL)
        return port_pass(device, depth);
    return is_behind_port(device) ? PASS_BEHIND_PORTS : PASS_UNPLACED;
}

static guint element_rank(const char *element)
{
    guint rank = 0;

    while (rank < G_N_ELEMENTS(element_order) && strcmp(element_order[rank], element) != 0)
        rank++;
    return rank;
}

static Turn turn_of(const DomainDevice *device)
{
    Turn turn = { .device = device, .element = element_rank(device->element) };

    turn.pass = pass_of(device, &turn.depth);
    return turn;
}

/* A USB controller's companions need it to be there. */
static int compare_companions(const DomainDevice *a, const DomainDevice *b)
{
    return (xml_node_child(a->node, "master") != NULL) -
           (xml_node_child(b->node, "master") != NULL);
}

static int compare_turns(gconstpointer left, gconstpointer right)
{
    const Turn *a = left;
    const Turn *b = right;
    int order = (int)a->pass - (int)b->pass;

    order = order ? order : (int)a->depth - (int)b->depth;
    order = order ? order : (int)a->element - (int)b->element;
    order = order ? order : compare_companions(a->device, b->device);
    return order ? order : (int)a->device->position - (int)b->device->position;
}

GPtrArray *launch_order(const Domain *domain)
{
    g_autoptr(GArray) turns = g_array_new(FALSE, FALSE, sizeof(Turn));
    GPtrArray *devices = g_ptr_array_new();

    for (guint i = 0; i < domain->devices->len; i++) {
        Turn turn = turn_of(domain->devices->pdata[i]);

        g_array_append_val(turns, turn);
    }
    g_array_sort(turns, compare_turns);
    for (guint i = 0; i < turns->len; i++)
        g_ptr_array_add(devices, (gpointer)g_array_index(turns, Turn, i).device);
    return devices;
}

/* ---- PCI ---- */

static gpointer slot_key(const Address *place)
{
    return GINT_TO_POINTER(place->pci.bus << 5 | (int)place->pci.slot);
}

void launch_count_slots(LaunchPlan *plan)
{
    for (guint i = 0; i < plan->domain->devices->len; i++) {
        const DomainDevice *device = plan->domain->devices->pdata[i];
        const Address *place = &device->address.place;
        guint functions;

        if (!is_fixed(device) || place->type != ADDRESS_PCI)
            continue;
        functions = GPOINTER_TO_UINT(g_hash_table_lookup(plan->slots, slot_key(place)));
        functions |= 1u << place->pci.function;
        g_hash_table_insert(plan->slots, slot_key(place), GUINT_TO_POINTER(functions));
    }
}

/* The name of a bus by its index in the file. */
static const char *pci_bus(const LaunchPlan *plan, guint index)
{
    const DomainDevice *bridge = NULL;
    BusFamily family = domain_pci_bus(plan->domain, index, &bridge);

    if (index == 0)
        return family == BUS_PCIE ? "pcie.0" : "pci.0";
    return launch_id(plan, bridge);
}

/* Function 0 has to say that others are there. */
static gboolean is_multifunction(LaunchPlan *plan, const DomainDevice *device)
{
    const Address *place = &device->address.place;

    return device->address.multifunction == 1 ||
           (device->address.multifunction < 0 && place->pci.function == 0 &&
            GPOINTER_TO_UINT(g_hash_table_lookup(plan->slots, slot_key(place))) > 1);
}

static void put_pci(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const Address *place = &device->address.place;

    option_put(option, "bus", pci_bus(plan, (guint)place->pci.bus));
    option_putf(option, "addr", place->pci.function ? "%02x.%x" : "%02x", place->pci.slot,
                place->pci.function);
    if (is_multifunction(plan, device))
        option_put(option, "multifunction", "on");
}

/* ---- drives ---- */

static void put_scsi(const DomainDevice *device, const Address *place, const char *controller,
                     GString *option)
{
    option_putf(option, "bus", "%s.0", controller);
    option_putf(option, "channel", "%u", place->drive.bus);
    option_putf(option, "scsi-id", "%u", place->drive.target);
    option_putf(option, "lun", "%u", place->drive.unit);
}

/* The chipset's controllers have no id; their buses are QEMU's ide.0, ide.1, ... */
static void put_drive(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const DomainDevice *controller = domain_drive_controller(device);
    const char *id = launch_id(plan, controller);
    const char *type = domain_drive_bus(device);
    Address place;

    if (!type || !domain_qemu_place(device, &place) || place.type != ADDRESS_DRIVE)
        return;
    if (strcmp(type, "scsi") == 0 && id)
        put_scsi(device, &place, id, option);
    else if (strcmp(type, "sata") == 0)
        option_putf(option, "bus", "%s.%u", id ? id : "ide", place.drive.unit);
    else if (strcmp(type, "ide") == 0 && !id)
        option_putf(option, "bus", "ide.%u", place.drive.bus);
    else if (strcmp(type, "fdc") != 0)
        launch_refuse(plan,
                      "disk %s: this machine has no %s controller for it; give it another "
                      "bus, such as sata or scsi",
                      device->target, type);
    if (strcmp(type, "ide") == 0 || strcmp(type, "fdc") == 0)
        option_putf(option, "unit", "%u", place.drive.unit);
}

/* ---- ports ---- */

/* The controller that the companions of an index belong to. */
static const DomainDevice *usb_controller(const Domain *domain, guint index)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];

        if (strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "usb") == 0 &&
            device->index == (int)index && !xml_node_child(device->node, "master"))
            return device;
    }
    return NULL;
}

static char *usb_bus(const LaunchPlan *plan, guint index)
{
    const char *id = launch_id(plan, usb_controller(plan->domain, index));

    return id ? g_strconcat(id, ".0", NULL) : NULL;
}

static void put_usb(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const Address *place = &device->address.place;
    g_autofree char *bus = usb_bus(plan, place->usb.bus);

    option_put(option, "bus", bus);
    option_put(option, "port", *place->usb.port ? place->usb.port : NULL);
}

static void put_serial(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const Address *place = &device->address.place;
    const DomainDevice *controller =
        domain_controller(plan->domain, "virtio-serial", place->serial.controller);
    const char *id = launch_id(plan, controller);

    if (id)
        option_putf(option, "bus", "%s.0", id);
    option_putf(option, "nr", "%u", place->serial.port);
}

/* ---- the whole ---- */

/* A companion's ports are those of its master, from startport on. */
static void put_companion(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    const char *port = launch_child_get(plan, device->node, "master", "startport");
    g_autofree char *bus = usb_bus(plan, (guint)device->index);

    if (!port)
        return;
    option_put(option, "masterbus", bus);
    option_put(option, "firstport", port);
}

/* QEMU would put what has no place onto an expander bus, which takes bridges alone (7.2, 10.0): it
 * chooses the slot, but on the root bus. */
static void put_root_bus(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    guint depth = 0;
    Pass pass = pass_of(device, &depth);

    if ((pass == PASS_DYNAMIC || pass == PASS_BRIDGES) && plan->expanders > 0)
        option_put(option, "bus", pci_bus(plan, 0));
}

void launch_put_place(LaunchPlan *plan, const DomainDevice *device, GString *option)
{
    put_companion(plan, device, option);
    if (device->address.place.type == ADDRESS_DRIVE)
        put_drive(plan, device, option);
    if (!is_fixed(device)) {
        put_root_bus(plan, device, option);
        return;
    }
    if (device->address.place.type == ADDRESS_PCI)
        put_pci(plan, device, option);
    else if (device->address.place.type == ADDRESS_USB)
        put_usb(plan, device, option);
    else if (device->address.place.type == ADDRESS_SERIAL)
        put_serial(plan, device, option);
}
