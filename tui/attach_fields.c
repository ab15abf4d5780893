/* The table, and the choices that a guest offers. */
#include "tui/attach_fields.h"

#include <string.h>

#include "engine/allocate.h"

#define DISK (1u << REQUEST_DISK)
#define CDROM (1u << REQUEST_CDROM)
#define DRIVE (DISK | CDROM)
#define NIC (1u << REQUEST_NIC)
#define CONTROLLER (1u << REQUEST_CONTROLLER)
#define DEVICE (1u << REQUEST_DEVICE)
#define ANY (DRIVE | NIC | CONTROLLER | DEVICE)

#define PCI_BUSES "bus=virtio|nvme"
#define CHOOSE "←→ choose"

static void add(GPtrArray *choices, const char *text)
{
    if (text && !g_ptr_array_find_with_equal_func(choices, text, g_str_equal, NULL))
        g_ptr_array_add(choices, g_strdup(text));
}

/* --- choices --------------------------------------------------------------------------------- */

static gboolean is_pci(const Bus *bus)
{
    return bus->family == BUS_PCI || bus->family == BUS_PCIE;
}

/* The drive's bus decides which family its controller is of. */
static gboolean serves(const Bus *bus, const char *drive_bus)
{
    if (g_strcmp0(drive_bus, "scsi") == 0)
        return bus->family == BUS_SCSI;
    if (g_strcmp0(drive_bus, "usb") == 0)
        return bus->family == BUS_USB;
    return is_pci(bus);
}

static void add_buses(GPtrArray *choices, const Guest *guest, const char *drive_bus)
{
    g_autoptr(GPtrArray) buses = guest ? guest_buses(guest) : NULL;

    for (guint i = 0; buses && i < buses->len; i++) {
        const Bus *bus = buses->pdata[i];
        g_autoptr(GArray) vacant = NULL;

        if (!bus->hotpluggable || !serves(bus, drive_bus))
            continue;
        vacant = allocate_vacant(bus);
        if (vacant->len)
            add(choices, bus->name);
    }
}

static void add_controllers(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                            gconstpointer data)
{
    const char *bus = value(data, "bus");

    add_buses(choices, guest, bus ? bus : "scsi"); /* what the plan prefers too */
}

static void add_pci_buses(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                          gconstpointer data)
{
    add_buses(choices, guest, NULL);
}

const Bus *attach_find_bus(const Guest *guest, const char *name)
{
    const Bus *bus = guest && name ? guest_find_bus(guest, name, NULL) : NULL;
    const Device *device = guest && name ? guest_find_id(guest, name) : NULL;

    if (!bus && device && device->buses->len)
        bus = device->buses->pdata[0];
    return bus;
}

static void add_places(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                       gconstpointer data)
{
    const Bus *bus = attach_find_bus(guest, value(data, "controller"));
    g_autoptr(GArray) vacant = bus ? allocate_vacant(bus) : NULL;

    for (guint i = 0; vacant && i < vacant->len; i++) {
        const Address *place = &g_array_index(vacant, Address, i);
        g_autofree char *target = g_strdup_printf("%u", place->drive.target);

        add(choices, place->type == ADDRESS_DRIVE ? target : place->usb.port);
    }
}

static void add_netdevs(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                        gconstpointer data)
{
    for (guint i = 0; guest && i < guest->netdevs->len; i++) {
        const Netdev *netdev = guest->netdevs->pdata[i];

        if (!netdev->peer && netdev->id[0] != '#')
            add(choices, netdev->id);
    }
}

static void add_models(GPtrArray *choices, gboolean (*fits)(const Model *model))
{
    gsize count;
    const Model *models = model_all(&count);

    for (gsize i = 0; i < count; i++)
        if (models[i].hotpluggable && fits(&models[i]))
            add(choices, models[i].driver);
}

static gboolean is_nic(const Model *model)
{
    return model->kind == KIND_NIC;
}

static gboolean is_controller(const Model *model)
{
    return (model->kind == KIND_CONTROLLER || model->kind == KIND_BRIDGE ||
            model->offers == BUS_VIRTIO_SERIAL) &&
           (model->plugs == BUS_PCI || model->plugs == BUS_PCIE) && model->offers != BUS_SYSTEM;
}

static void add_nic_models(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                           gconstpointer data)
{
    add_models(choices, is_nic);
}

static void add_controller_models(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                                  gconstpointer data)
{
    add_models(choices, is_controller);
}

/* --- the table ------------------------------------------------------------------------------- */

static const AttachField fields[] = {
    { "kind", NULL, ANY, FIELD_KIND, NULL, "disk|cdrom|nic|controller|device", NULL, CHOOSE },
    { "file", "file", DRIVE, FIELD_FILE, NULL, NULL, NULL, "Tab complete, ^O browse" },
    { "bus", "bus", DISK, FIELD_CHOICE, NULL, "scsi|virtio|usb|nvme", NULL, CHOOSE },
    { "bus", "bus", CDROM, FIELD_CHOICE, NULL, "scsi|usb", NULL, CHOOSE },
    { "on", "controller", DRIVE, FIELD_CHOICE, NULL, NULL, add_controllers, CHOOSE },
    { "target", "target", DRIVE, FIELD_CHOICE, "bus=scsi", NULL, add_places, CHOOSE },
    { "port", "port", DRIVE, FIELD_CHOICE, "bus=usb", NULL, add_places, CHOOSE },
    { "slot", "address", DRIVE, FIELD_SLOT, PCI_BUSES, NULL, NULL, CHOOSE },
    { "model", "model", NIC, FIELD_CHOICE, NULL, "virtio-net-pci|e1000|e1000e|rtl8139",
      add_nic_models, CHOOSE },
    { "backend", "backend", NIC, FIELD_CHOICE, NULL, "user|tap|bridge|socket", add_netdevs,
      CHOOSE },
    { "ifname", "ifname", NIC, FIELD_TEXT, "backend=tap", NULL, NULL, "interface of the host" },
    { "br", "br", NIC, FIELD_TEXT, "backend=bridge", NULL, NULL, "bridge of the host" },
    { "connect", "connect", NIC, FIELD_TEXT, "backend=socket", NULL, NULL, "HOST:PORT" },
    { "listen", "listen", NIC, FIELD_TEXT, "backend=socket", NULL, NULL, "HOST:PORT" },
    { "mac", "mac", NIC, FIELD_TEXT, NULL, NULL, NULL, "empty: chosen" },
    { "model", "model", CONTROLLER, FIELD_CHOICE, NULL,
      "virtio-scsi-pci|lsi53c895a|qemu-xhci|virtio-serial-pci|pci-bridge", add_controller_models,
      CHOOSE },
    { "driver", "driver", DEVICE, FIELD_TEXT, NULL, NULL, NULL, "any driver of QEMU" },
    { "bus", "bus", NIC | CONTROLLER | DEVICE, FIELD_CHOICE, NULL, NULL, add_pci_buses, CHOOSE },
    { "slot", "address", NIC | CONTROLLER | DEVICE, FIELD_SLOT, NULL, NULL, NULL, CHOOSE },
    { "id", "id", ANY, FIELD_TEXT, NULL, NULL, NULL, "empty: chosen" },
    { "options", NULL, ANY, FIELD_OPTIONS, NULL, NULL, NULL, "KEY=VALUE ..." },
    { "save", NULL, ANY, FIELD_SAVE, NULL, NULL, NULL, CHOOSE },
};

const AttachField *attach_fields(gsize *count)
{
    *count = G_N_ELEMENTS(fields);
    return fields;
}

gboolean attach_field_shown(const AttachField *field, RequestKind kind, FieldValueFn value,
                            gconstpointer data)
{
    g_auto(GStrv) condition = NULL;
    g_auto(GStrv) values = NULL;
    const char *now;

    if (!(field->kinds & (1u << kind)))
        return FALSE;
    if (!field->only)
        return TRUE;
    condition = g_strsplit(field->only, "=", 2);
    values = g_strsplit(condition[1], "|", -1);
    now = value(data, condition[0]);
    return now && g_strv_contains((const char *const *)values, now);
}

GPtrArray *attach_field_choices(const AttachField *field, const Guest *guest, FieldValueFn value,
                                gconstpointer data)
{
    GPtrArray *choices = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) fixed = g_strsplit(field->choices ? field->choices : "", "|", -1);

    for (char **choice = fixed; *choice; choice++)
        add(choices, **choice ? *choice : NULL);
    if (field->add_choices)
        field->add_choices(choices, guest, value, data);
    return choices;
}
