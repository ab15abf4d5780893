/* Ports of virtio-serial controllers for consoles and channels. */
#include "engine/assign_private.h"

#include <string.h>

#define PORTS_DEFAULT 31 /* QEMU's max_ports */

typedef struct {
    guint index;
    guint ports;
    GHashTable *taken; /* (guint) */
} SerialBus;

typedef struct {
    GPtrArray *buses; /* (SerialBus) by index */
    DomainEdit *edit;
} SerialPlan;

static void free_bus(gpointer data)
{
    SerialBus *bus = data;
    g_hash_table_unref(bus->taken);
    g_free(bus);
}

static SerialBus *add_bus(SerialPlan *plan, guint index, guint ports)
{
    SerialBus *bus = g_new(SerialBus, 1);
    *bus = (SerialBus){ index, ports, g_hash_table_new(NULL, NULL) };
    g_ptr_array_add(plan->buses, bus);
    return bus;
}

static gint compare_buses(gconstpointer a, gconstpointer b)
{
    const SerialBus *bus_a = *(SerialBus *const *)a, *bus_b = *(SerialBus *const *)b;
    return bus_a->index < bus_b->index ? -1 : bus_a->index > bus_b->index;
}

static guint count_ports(const DomainDevice *controller)
{
    const char *text = xml_node_get(controller->node, "ports");
    guint64 ports;
    if (text && g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &ports, NULL))
        return ports;
    return PORTS_DEFAULT;
}

/* QEMU keeps port 0 for a console. */
static gboolean choose_port(SerialBus *bus, gboolean console, Address *place)
{
    for (guint port = console ? 0 : 1; port < bus->ports; port++) {
        if (g_hash_table_add(bus->taken, GUINT_TO_POINTER(port))) {
            *place = (Address){ .type = ADDRESS_SERIAL, .serial = { bus->index, port } };
            return TRUE;
        }
    }
    return FALSE;
}

static SerialBus *add_controller(SerialPlan *plan, guint index)
{
    g_autofree char *element =
        g_strdup_printf("<controller type='virtio-serial' index='%u'/>", index);
    domain_edit_add(plan->edit, element);
    return add_bus(plan, index, PORTS_DEFAULT);
}

static SerialBus *add_last(SerialPlan *plan)
{
    const SerialBus *last = plan->buses->len ? plan->buses->pdata[plan->buses->len - 1] : NULL;
    return add_controller(plan, last ? last->index + 1 : 0);
}

static void read_buses(SerialPlan *plan, const Domain *domain)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (strcmp(device->element, "controller") == 0 &&
            g_strcmp0(device->type, "virtio-serial") == 0)
            add_bus(plan, device->index, count_ports(device));
    }
    if (assign_misses_first(domain, ADDRESS_SERIAL, "virtio-serial"))
        add_controller(plan, 0);
    g_ptr_array_sort(plan->buses, compare_buses);
}

static void read_taken(SerialPlan *plan, const Domain *domain)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const Address *place = &((const DomainDevice *)domain->devices->pdata[i])->address.place;
        for (guint k = 0; place->type == ADDRESS_SERIAL && k < plan->buses->len; k++) {
            SerialBus *bus = plan->buses->pdata[k];
            if (bus->index == place->serial.controller)
                g_hash_table_add(bus->taken, GUINT_TO_POINTER(place->serial.port));
        }
    }
}

static void place(SerialPlan *plan, const DomainDevice *device)
{
    gboolean console = g_strcmp0(device->driver, "virtconsole") == 0;
    Address where;
    for (guint i = 0; i < plan->buses->len; i++) {
        if (choose_port(plan->buses->pdata[i], console, &where)) {
            domain_edit_address(plan->edit, device, &where, MODE_STATIC);
            return;
        }
    }
    choose_port(add_last(plan), console, &where);
    domain_edit_address(plan->edit, device, &where, MODE_STATIC);
}

Domain *assign_serial(const Domain *domain, GError **error)
{
    g_autoptr(GPtrArray) buses = g_ptr_array_new_with_free_func(free_bus);
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    SerialPlan plan = { buses, edit };
    read_buses(&plan, domain);
    read_taken(&plan, domain);
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (device->model && device->model->plugs == BUS_VIRTIO_SERIAL &&
            assign_is_open(device, "virtio-serial"))
            place(&plan, device);
    }
    return assign_apply(domain, edit, error);
}
