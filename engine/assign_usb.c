/* Ports of USB controllers and hubs for USB devices. Where ports run out a hub is added, as libvirt
 * and QEMU do, and a controller where there is none, or no port for a hub. */
#include "engine/assign_private.h"

#include <stdlib.h>
#include <string.h>

#include "engine/domain_address.h"

#define HUB_PORTS 8
#define PORT_NUMBERS 4    /* of "1.2.3.4": libvirt's schema knows no more */
#define XHCI_PORTS_MAX 15 /* of each speed (QEMU 7.2) */

typedef struct {
    Address place;
    gboolean fast; /* high speed only: of an EHCI without a companion */
    gboolean taken;
} Port;

typedef struct {
    const Domain *domain;
    DomainEdit *edit;
    GArray *ports; /* (Port) of each bus by index, a hub's behind those of its bus */
    guint buses;   /* the next index */
} UsbPlan;

/* Devices that QEMU 7.2 and 10 refuse at a port of high speed: "speed mismatch". */
static const char *const slow[] = {
    "u2f-emulated", "u2f-passthru", "usb-audio", "usb-braille", "usb-bt-dongle",
    "usb-ccid",     "usb-hub",      "usb-net",   "usb-serial",  "usb-wacom-tablet",
};

static gboolean is_slow(const DomainDevice *device)
{
    for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
        if (strcmp(slow[i], device->driver) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_hub(const DomainDevice *device)
{
    return device->kind == KIND_HUB;
}

/* --- the ports that there are ---------------------------------------------------------------- */

static gint compare_ports(gconstpointer a, gconstpointer b)
{
    const Address *place_a = &((const Port *)a)->place, *place_b = &((const Port *)b)->place;
    gboolean hub_a = strchr(place_a->usb.port, '.') != NULL;
    gboolean hub_b = strchr(place_b->usb.port, '.') != NULL;
    if (place_a->usb.bus == place_b->usb.bus && hub_a != hub_b)
        return hub_a ? 1 : -1;
    return address_compare(place_a, place_b);
}

/* prefix: the hub's port with a dot, or "". */
static void add_ports(UsbPlan *plan, guint bus, const char *prefix, guint count)
{
    for (guint number = 1; number <= count; number++) {
        Port port = { .place = { .type = ADDRESS_USB, .usb.bus = bus } };
        g_snprintf(port.place.usb.port, sizeof(port.place.usb.port), "%s%u", prefix, number);
        g_array_append_val(plan->ports, port);
    }
    g_array_sort(plan->ports, compare_ports);
}

static guint count_numbers(const char *port)
{
    guint count = 1;
    for (; *port != '\0'; port++)
        count += *port == '.';
    return count;
}

static gboolean takes_hub(const Address *place)
{
    return count_numbers(place->usb.port) < PORT_NUMBERS;
}

static void add_hub_ports(UsbPlan *plan, const Address *hub)
{
    g_autofree char *prefix = g_strconcat(hub->usb.port, ".", NULL);
    if (takes_hub(hub))
        add_ports(plan, hub->usb.bus, prefix, HUB_PORTS);
}

static guint controller_ports(const DomainDevice *controller)
{
    const char *text = xml_node_get(controller->node, "ports");
    guint64 ports;
    if (text && g_str_has_suffix(controller->driver, "-xhci") &&
        g_ascii_string_to_unsigned(text, 10, 1, XHCI_PORTS_MAX, &ports, NULL))
        return ports;
    return controller->model->targets;
}

static gboolean is_usb_controller(const DomainDevice *device)
{
    return strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "usb") == 0 &&
           device->model;
}

/* Each companion (<master startport='2'/>) serves two ports of its EHCI at full speed. */
static gboolean has_companion(const DomainDevice *ehci, guint port)
{
    const GPtrArray *devices = ehci->domain->devices;
    for (guint i = 0; i < devices->len; i++) {
        const DomainDevice *device = devices->pdata[i];
        const char *text = xml_node_child_get(device->node, "master", "startport");
        guint64 first;
        if (text && is_usb_controller(device) && device->index == ehci->index &&
            g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT8, &first, NULL) && port > first &&
            port <= first + device->model->targets)
            return TRUE;
    }
    return FALSE;
}

static void add_controller_ports(UsbPlan *plan, const DomainDevice *controller)
{
    add_ports(plan, controller->index, "", controller_ports(controller));
    if (strstr(controller->driver, "ehci") == NULL)
        return;
    for (guint i = 0; i < plan->ports->len; i++) {
        Port *port = &g_array_index(plan->ports, Port, i);
        if (port->place.usb.bus == (guint)controller->index)
            port->fast = !has_companion(controller, atoi(port->place.usb.port));
    }
}

static void read_buses(UsbPlan *plan)
{
    const GPtrArray *devices = plan->domain->devices;
    for (guint i = 0; i < devices->len; i++) {
        const DomainDevice *device = devices->pdata[i];
        if (!is_usb_controller(device))
            continue;
        plan->buses = MAX(plan->buses, (guint)device->index + 1);
        /* The companions have their master's index. */
        if (domain_controller(plan->domain, "usb", device->index) == device)
            add_controller_ports(plan, device);
    }
}

static void read_hubs(UsbPlan *plan)
{
    const GPtrArray *devices = plan->domain->devices;
    for (guint i = 0; i < devices->len; i++) {
        const DomainDevice *device = devices->pdata[i];
        if (is_hub(device) && device->address.place.type == ADDRESS_USB)
            add_hub_ports(plan, &device->address.place);
    }
}

static void read_taken(UsbPlan *plan)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < plan->domain->devices->len; i++) {
        const DomainDevice *device = plan->domain->devices->pdata[i];
        if (device->address.place.type == ADDRESS_USB)
            g_hash_table_add(taken, address_to_text(&device->address.place));
    }
    for (guint i = 0; i < plan->ports->len; i++) {
        Port *port = &g_array_index(plan->ports, Port, i);
        g_autofree char *text = address_to_text(&port->place);
        port->taken = g_hash_table_contains(taken, text);
    }
}

/* --- choosing -------------------------------------------------------------------------------- */

/* Takes the lowest free port; bus NULL: of any. */
static gboolean choose_port(UsbPlan *plan, const guint *bus, gboolean slow_device, gboolean hub,
                            Address *place)
{
    for (guint i = 0; i < plan->ports->len; i++) {
        Port *port = &g_array_index(plan->ports, Port, i);
        if (port->taken || (slow_device && port->fast) || (hub && !takes_hub(&port->place)) ||
            (bus && port->place.usb.bus != *bus))
            continue;
        port->taken = TRUE;
        *place = port->place;
        return TRUE;
    }
    return FALSE;
}

/* The model that libvirt adds (9.0.0): the chipset's own on pc. */
static void add_controller(UsbPlan *plan, guint index)
{
    gboolean pc = plan->domain->family == MACHINE_PC;
    plan->buses = MAX(plan->buses, index + 1);
    g_autofree char *element =
        g_strdup_printf("<controller type='usb' index='%u' model='%s'/>", index,
                        pc ? "piix3-uhci" : "qemu-xhci' ports='" G_STRINGIFY(XHCI_PORTS_MAX));
    domain_edit_add(plan->edit, element);
    add_ports(plan, index, "", pc ? model_find("piix3-usb-uhci")->targets : XHCI_PORTS_MAX);
}

static gboolean add_hub(UsbPlan *plan)
{
    const AddressMode mode = MODE_STATIC;
    Address place;
    if (!choose_port(plan, NULL, TRUE, TRUE, &place))
        return FALSE;
    g_autofree char *address = domain_address_element(&place, &mode);
    g_autofree char *element = g_strdup_printf("<hub type='usb'>\n  %s\n</hub>", address);
    domain_edit_add(plan->edit, element);
    add_hub_ports(plan, &place);
    return TRUE;
}

/* --- the devices ----------------------------------------------------------------------------- */

static gint compare_devices(gconstpointer a, gconstpointer b)
{
    const DomainDevice *device_a = *(DomainDevice *const *)a, *device_b = *(DomainDevice *const *)b;
    int rank_a = is_hub(device_a) ? 0 : is_slow(device_a) ? 1 : 2;
    int rank_b = is_hub(device_b) ? 0 : is_slow(device_b) ? 1 : 2;
    if (rank_a != rank_b)
        return rank_a - rank_b;
    return (int)device_a->position - (int)device_b->position;
}

/* Those that are to get a port: hubs first, since they offer some, then those that do not fit
 * every port. (transfer container) */
static GPtrArray *find_open(const Domain *domain)
{
    GPtrArray *open = g_ptr_array_new();
    for (guint i = 0; i < domain->devices->len; i++) {
        DomainDevice *device = domain->devices->pdata[i];
        if (device->model && device->model->plugs == BUS_USB && assign_is_open(device, "usb"))
            g_ptr_array_add(open, device);
    }
    g_ptr_array_sort(open, compare_devices);
    return open;
}

/* An address without a port may say the bus. */
static gboolean choose_for(UsbPlan *plan, const DomainDevice *device, Address *place)
{
    const char *text = xml_node_get(device->address.node, "bus");
    guint64 number;
    if (text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT16, &number, NULL)) {
        guint bus = number;
        if (choose_port(plan, &bus, is_slow(device), is_hub(device), place))
            return TRUE;
    }
    return choose_port(plan, NULL, is_slow(device), is_hub(device), place);
}

static void place(UsbPlan *plan, const DomainDevice *device)
{
    Address where;
    while (!choose_for(plan, device, &where))
        add_controller(plan, plan->buses);
    domain_edit_address(plan->edit, device, &where, MODE_STATIC);
    if (is_hub(device))
        add_hub_ports(plan, &where);
}

static guint count_free(const UsbPlan *plan, gboolean slow_ports)
{
    guint count = 0;
    for (guint i = 0; i < plan->ports->len; i++) {
        const Port *port = &g_array_index(plan->ports, Port, i);
        count += !port->taken && !(slow_ports && port->fast);
    }
    return count;
}

/* Hubs and controllers until there are ports enough for these devices from the i-th on. */
static void make_room(UsbPlan *plan, const GPtrArray *open, guint i)
{
    guint need = open->len - i, need_slow = 0;
    for (; i < open->len; i++)
        need_slow += is_slow(open->pdata[i]);
    while (count_free(plan, FALSE) < need || count_free(plan, TRUE) < need_slow) {
        if (!add_hub(plan))
            add_controller(plan, plan->buses);
    }
}

/* A controller of model none says that the machine shall have no USB. */
static gboolean check_wanted(const Domain *domain, const GPtrArray *open, GError **error)
{
    const GPtrArray *nodes = domain->devices_node ? domain->devices_node->children : NULL;
    for (guint i = 0; open->len > 0 && nodes && i < nodes->len; i++) {
        const XmlNode *node = nodes->pdata[i];
        if (strcmp(node->name, "controller") != 0 ||
            g_strcmp0(xml_node_get(node, "type"), "usb") != 0 ||
            g_strcmp0(xml_node_get(node, "model"), "none") != 0)
            continue;
        g_autofree char *name = domain_device_name(open->pdata[0]);
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "%s needs USB, which line %u switches off (model='none'): take one of them "
                    "out",
                    name, node->line);
        return FALSE;
    }
    return TRUE;
}

Domain *assign_usb(const Domain *domain, GError **error)
{
    g_autoptr(GPtrArray) open = find_open(domain);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(Port));
    UsbPlan plan = { domain, edit, ports, 0 };
    guint i = 0;
    if (!check_wanted(domain, open, error))
        return NULL;
    read_buses(&plan);
    if (assign_misses_first(domain, ADDRESS_USB, "usb"))
        add_controller(&plan, 0);
    read_hubs(&plan);
    read_taken(&plan);
    for (; i < open->len && is_hub(open->pdata[i]); i++)
        place(&plan, open->pdata[i]);
    make_room(&plan, open, i);
    for (; i < open->len; i++)
        place(&plan, open->pdata[i]);
    return assign_apply(domain, edit, error);
}
