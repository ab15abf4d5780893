/* Which bus a new device goes to and where on it: what was asked for is checked, what was not is
 * chosen. */
#include "engine/attach.h"

#include <string.h>

#include "engine/allocate.h"

static gboolean refuse(const Attach *attach, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The reason, and after it where there is room. */
static gboolean refuse(const Attach *attach, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *remedy = allocate_remedy(attach->guest, &attach->model);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s; %s", why, remedy);
    return FALSE;
}

static gboolean refuse_occupied(const Attach *attach, const char *place, const Device *occupant,
                                GError **error)
{
    g_autofree char *name = device_display_name(occupant);
    return refuse(attach, error, "%s of %s is in use by %s%s%s", place, attach->bus->name,
                  occupant->id != NULL ? occupant->driver : "", occupant->id != NULL ? " " : "",
                  name);
}

static gboolean place_first(Attach *attach, GError **error)
{
    if (allocate_place(attach->bus, &attach->address)) {
        return TRUE;
    }
    const Device *only = attach->bus->devices->len == 1 ? attach->bus->devices->pdata[0] : NULL;
    g_autofree char *name = only != NULL ? device_display_name(only) : g_strdup("its devices");
    return refuse(attach, error, "%s is full: all of it is taken by %s", attach->bus->name, name);
}

/* The address is one of the bus's free places. */
static gboolean is_vacant(const Bus *bus, const Address *address)
{
    g_autoptr(GArray) places = allocate_vacant(bus);
    for (guint i = 0; i < places->len; i++) {
        if (address_compare(&g_array_index(places, Address, i), address) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* --- PCI ------------------------------------------------------------------------------------- */

static gboolean parse_slot(const Attach *attach, Address *address, GError **error)
{
    const char *text = request_get(attach->request, "address");
    if (strchr(text, ':') == NULL) {
        address->type = ADDRESS_PCI;
        return address_parse_slot(text, &address->pci.slot, &address->pci.function, error);
    }
    if (!address_parse(text, address, error)) {
        return FALSE;
    }
    if (address->type != ADDRESS_PCI) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "address=%s is not a PCI address; give slot and function, like 05.0", text);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_slot(const Attach *attach, const Address *address, GError **error)
{
    g_autofree char *place =
        g_strdup_printf("slot %02x.%x", address->pci.slot, address->pci.function);
    const Device *occupant = allocate_occupant(attach->bus, address);
    if (occupant != NULL) {
        return refuse_occupied(attach, place, occupant, error);
    }
    if (address->pci.function != 0) {
        return refuse(attach, error,
                      "%s of %s cannot be plugged alone: a guest looks at a slot when its function "
                      "0 arrives",
                      place, attach->bus->name);
    }
    if (!is_vacant(attach->bus, address)) {
        gboolean port = bus_capacity(attach->bus) == 1;
        return refuse(attach, error, "%s of %s cannot be used: %s", place, attach->bus->name,
                      port ? "behind a port there is slot 00 alone"
                           : "the hotplug controller of a bridge has no slot 00");
    }
    return TRUE;
}

static gboolean place_pci(Attach *attach, GError **error)
{
    if (request_get(attach->request, "address") == NULL) {
        return place_first(attach, error);
    }
    Address address = { .type = ADDRESS_PCI };
    if (!parse_slot(attach, &address, error)) {
        return FALSE;
    }
    if (strchr(request_get(attach->request, "address"), ':') != NULL &&
        (address.pci.domain != 0 || address.pci.bus != attach->bus->number)) {
        g_autofree char *asked = address_to_text(&address);
        return refuse(attach, error, "%s is not on %s, and names no other bus that %s fits", asked,
                      attach->bus->name, attach->driver);
    }
    address.pci.bus = attach->bus->number;
    attach->address = address;
    return check_slot(attach, &address, error);
}

/* "03:05.0" names the bus by its number. */
static Bus *find_numbered_bus(const Attach *attach)
{
    const char *text = request_get(attach->request, "address");
    Address address;
    if (text == NULL || strchr(text, ':') == NULL || !address_parse(text, &address, NULL) ||
        address.type != ADDRESS_PCI) {
        return NULL;
    }
    g_autoptr(GPtrArray) buses = guest_buses(attach->guest);
    for (guint i = 0; i < buses->len; i++) {
        Bus *bus = buses->pdata[i];
        if (allocate_fits(bus, &attach->model) && bus->number == address.pci.bus) {
            return bus;
        }
    }
    return NULL;
}

/* --- SCSI ------------------------------------------------------------------------------------ */

/* Request values have the form of numbers already. */
static guint number_option(const Attach *attach, const char *option)
{
    const char *text = request_get(attach->request, option);
    return text != NULL ? (guint)g_ascii_strtoull(text, NULL, 10) : 0;
}

static gboolean check_bay(const Attach *attach, const Model *hba, GError **error)
{
    guint target = attach->address.drive.target, lun = attach->address.drive.unit;
    if (hba != NULL && target >= hba->targets) {
        return refuse(attach, error, "%s takes SCSI ids 0 to %u, not %u", hba->driver,
                      hba->targets - 1, target);
    }
    if (hba != NULL && target == hba->reserved) {
        return refuse(attach, error, "SCSI id %u is that of the %s itself", target, hba->driver);
    }
    if (hba != NULL && lun >= hba->luns) {
        return refuse(attach, error, "%s takes luns 0 to %u of each id, not %u", hba->driver,
                      hba->luns - 1, lun);
    }
    const Device *occupant =
        attach->bus != NULL ? allocate_occupant(attach->bus, &attach->address) : NULL;
    if (occupant != NULL) {
        g_autofree char *bay = g_strdup_printf("the bay at id %u lun %u", target, lun);
        return refuse_occupied(attach, bay, occupant, error);
    }
    return TRUE;
}

static gboolean place_scsi(Attach *attach, GError **error)
{
    const Device *owner = attach->bus != NULL ? attach->bus->owner : NULL;
    const Model *hba = attach->brought != NULL ? &attach->brought->model
                       : owner != NULL         ? owner->model
                                               : NULL;
    if (request_get(attach->request, "target") != NULL) {
        attach->address.drive.target = number_option(attach, "target");
    } else if (attach->bus != NULL && !place_first(attach, error)) {
        return FALSE;
    }
    attach->address.type = ADDRESS_DRIVE;
    attach->address.drive.scsi = TRUE;
    attach->address.drive.unit = number_option(attach, "lun");
    if (attach->bus != NULL) {
        attach->address.drive.controller = attach->bus->index;
    }
    return check_bay(attach, hba, error);
}

/* --- USB ------------------------------------------------------------------------------------- */

static gboolean check_port(const Attach *attach, GError **error)
{
    g_autofree char *port = g_strdup_printf("port %s", attach->address.usb.port);
    const Device *occupant = allocate_occupant(attach->bus, &attach->address);
    if (occupant != NULL) {
        return refuse_occupied(attach, port, occupant, error);
    }
    if (!is_vacant(attach->bus, &attach->address)) {
        return refuse(attach, error,
                      "%s has no %s: its own ports are 1 to %u, and those of a hub at "
                      "port 1 would be 1.1, 1.2, ...",
                      attach->bus->name, port, bus_capacity(attach->bus));
    }
    return TRUE;
}

static gboolean place_usb(Attach *attach, GError **error)
{
    const char *port = request_get(attach->request, "port");
    if (attach->bus == NULL) { /* of a controller that comes along */
        attach->address.type = ADDRESS_USB;
        g_strlcpy(attach->address.usb.port, port != NULL ? port : "1",
                  sizeof(attach->address.usb.port));
        return TRUE;
    }
    if (port == NULL) {
        return place_first(attach, error);
    }
    attach->address.type = ADDRESS_USB;
    attach->address.usb.bus = attach->bus->index;
    g_strlcpy(attach->address.usb.port, port, sizeof(attach->address.usb.port));
    return check_port(attach, error);
}

/* --- virtio-serial --------------------------------------------------------------------------- */

static gboolean place_serial(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "nr");
    guint64 port;
    if (stated == NULL) {
        return place_first(attach, error);
    }
    if (!g_ascii_string_to_unsigned(stated, 10, 0, G_MAXUINT, &port, NULL)) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "nr=%s is not a number; give the port as a whole number from 0", stated);
        return FALSE;
    }
    attach->address =
        (Address){ .type = ADDRESS_SERIAL,
                   .serial = { .controller = attach->bus->index, .port = (guint)port } };
    const Device *occupant = allocate_occupant(attach->bus, &attach->address);
    if (occupant != NULL) {
        g_autofree char *place = g_strdup_printf("port %s", stated);
        return refuse_occupied(attach, place, occupant, error);
    }
    if (port >= bus_capacity(attach->bus)) {
        return refuse(attach, error, "%s has no port %s: its ports are 0 to %u", attach->bus->name,
                      stated, bus_capacity(attach->bus) - 1);
    }
    return TRUE;
}

/* --- the bus --------------------------------------------------------------------------------- */

/* Controllers that come along with a drive that finds none. */
static const char *bringer(BusFamily family)
{
    return family == BUS_SCSI ? "virtio-scsi-pci" : family == BUS_USB ? "qemu-xhci" : NULL;
}

static guint count_buses(const Guest *guest, BusFamily family)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);
    guint count = 0;
    for (guint i = 0; i < buses->len; i++) {
        count += ((const Bus *)buses->pdata[i])->family == family;
    }
    return count;
}

static gboolean bring_controller(Attach *attach, GError **error)
{
    const Model *model = model_find(bringer(attach->model.plugs));
    Bus *bus = allocate_bus(attach->guest, model, error);
    if (bus == NULL) {
        g_prefix_error(
            error, "%s needs a controller, and this guest has none with room: ", attach->driver);
        return FALSE;
    }
    Attach *brought = attach->brought = g_new0(Attach, 1);
    brought->guest = attach->guest;
    brought->model = *model;
    brought->driver = g_strdup(model->driver);
    brought->id = allocate_id(attach->guest, model->offers == BUS_SCSI ? "scsi" : "usb");
    brought->bus = bus;
    brought->bus_name = g_strdup(bus->name);
    allocate_place(bus, &brought->address);
    attach->bus_name = g_strconcat(brought->id, ".0", NULL);
    guint index = count_buses(attach->guest, attach->model.plugs);
    if (attach->model.plugs == BUS_SCSI) {
        attach->address.drive.controller = index;
    } else {
        attach->address.usb.bus = index;
    }
    return TRUE;
}

/* A bus by its name, or the fitting one of the device that offers it. */
static Bus *find_named_bus(const Attach *attach, const char *name, GError **error)
{
    g_autoptr(GError) ambiguous = NULL;
    Bus *bus = guest_find_bus(attach->guest, name, &ambiguous);
    const Device *owner = bus != NULL ? NULL : guest_find_id(attach->guest, name);
    for (guint i = 0; owner != NULL && i < owner->buses->len; i++) {
        if (bus == NULL || (!allocate_fits(bus, &attach->model))) {
            bus = owner->buses->pdata[i];
        }
    }
    if (bus == NULL && ambiguous != NULL) {
        g_propagate_error(error, g_steal_pointer(&ambiguous));
    } else if (bus == NULL) {
        refuse(attach, error, "there is no bus or controller \"%s\"", name);
    }
    return bus;
}

static gboolean check_named_bus(const Attach *attach, GError **error)
{
    const Bus *bus = attach->bus;
    if (!allocate_fits(bus, &attach->model)) {
        return refuse(attach, error, "%s needs a bus of family %s, and %s is of family %s",
                      attach->driver, bus_family_name(attach->model.plugs), bus->name,
                      bus_family_name(bus->family));
    }
    if (!bus->hotpluggable) {
        return refuse(attach, error, "%s takes no hotplug", bus->name);
    }
    const char *objection = allocate_objection(attach->guest, bus, &attach->model);
    if (objection != NULL) {
        return refuse(attach, error, "%s is no place for %s: %s", bus->name, attach->driver,
                      objection);
    }
    /* QEMU finds a bus by its name, and takes the first of two. */
    g_autoptr(GError) ambiguous = NULL;
    if (guest_find_bus(attach->guest, bus->name, &ambiguous) == NULL && ambiguous != NULL) {
        g_propagate_error(error, g_steal_pointer(&ambiguous));
        return FALSE;
    }
    return TRUE;
}

static gboolean is_drive(const Attach *attach)
{
    return attach->request->kind == REQUEST_DISK || attach->request->kind == REQUEST_CDROM;
}

static gboolean choose_bus(Attach *attach, GError **error)
{
    const char *name = request_get(attach->request, is_drive(attach) ? "controller" : "bus");
    if (name != NULL) {
        attach->bus = find_named_bus(attach, name, error);
    } else {
        attach->bus = find_numbered_bus(attach);
        name = attach->bus != NULL ? attach->bus->name : NULL;
    }
    if (name != NULL) {
        return attach->bus != NULL && check_named_bus(attach, error);
    }
    g_autoptr(GError) none = NULL;
    attach->bus = allocate_bus(attach->guest, &attach->model, &none);
    if (attach->bus != NULL) {
        return TRUE;
    }
    if (is_drive(attach) && bringer(attach->model.plugs) != NULL) {
        return bring_controller(attach, error);
    }
    g_propagate_error(error, g_steal_pointer(&none));
    return FALSE;
}

/* Options that say something on one family of buses only. */
static const struct {
    const char *option;
    BusFamily families[3];
} place_options[] = {
    { "address", { BUS_PCI, BUS_PCIE, BUS_PCIE } },
    { "target", { BUS_SCSI, BUS_SCSI, BUS_SCSI } },
    { "lun", { BUS_SCSI, BUS_SCSI, BUS_SCSI } },
    { "port", { BUS_USB, BUS_USB, BUS_USB } },
};

static gboolean check_place_options(const Attach *attach, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(place_options); i++) {
        const BusFamily *families = place_options[i].families;
        BusFamily plugs = attach->model.plugs;
        if (request_get(attach->request, place_options[i].option) != NULL && families[0] != plugs &&
            families[1] != plugs && families[2] != plugs) {
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                        "%s= is for devices on a bus of family %s, and %s goes to one of family "
                        "%s; leave it out",
                        place_options[i].option, bus_family_name(families[0]), attach->driver,
                        bus_family_name(plugs));
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_family(const Attach *attach, GError **error)
{
    switch (attach->model.plugs) {
    case BUS_ISA:
    case BUS_IDE:
    case BUS_SATA:
    case BUS_FLOPPY:
    case BUS_I2C:
    case BUS_VIRTIO:
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "%s sits on a bus of family %s, which takes no hotplug in any guest; %s",
                    attach->driver, bus_family_name(attach->model.plugs),
                    attach->model.plugs == BUS_VIRTIO ? "plug the PCI form, whose name ends in -pci"
                    : attach->model.kind == KIND_DISK || attach->model.kind == KIND_CDROM
                        ? "plug the drive with bus=scsi, or give it to QEMU when it starts"
                        : "give it to QEMU when it starts");
        return FALSE;
    default:
        return TRUE;
    }
}

gboolean attach_choose_place(Attach *attach, GError **error)
{
    if (attach->model.plugs == BUS_SYSTEM) { /* memory devices: on no bus */
        return TRUE;
    }
    if (!check_family(attach, error) || !check_place_options(attach, error) ||
        !choose_bus(attach, error)) {
        return FALSE;
    }
    if (attach->bus != NULL) {
        attach->bus_name = g_strdup(attach->bus->name);
    }
    switch (attach->model.plugs) {
    case BUS_PCI:
    case BUS_PCIE:
        return place_pci(attach, error);
    case BUS_SCSI:
        return place_scsi(attach, error);
    case BUS_USB:
        return place_usb(attach, error);
    case BUS_VIRTIO_SERIAL:
        return place_serial(attach, error);
    default:
        return TRUE;
    }
}

/* --- what the device_add says of it ---------------------------------------------------------- */

static void put_number(Attach *attach, const char *member, const char *option, guint number)
{
    json_object_set_new(attach->device, member, json_integer(number));
    if (attach->plan != NULL && option != NULL) {
        g_autofree char *text = g_strdup_printf("%u", number);
        plan_choose(attach->plan, option, text);
    }
}

static void put_text(Attach *attach, const char *member, const char *option, const char *text)
{
    json_object_set_new(attach->device, member, json_string(text));
    if (attach->plan != NULL) {
        plan_choose(attach->plan, option, text);
    }
}

static void put_address(Attach *attach)
{
    const Address *address = &attach->address;
    switch (address->type) {
    case ADDRESS_PCI: {
        g_autofree char *slot =
            g_strdup_printf("%02x.%x", address->pci.slot, address->pci.function);
        put_text(attach, "addr", "address", slot);
        break;
    }
    case ADDRESS_DRIVE:
        put_number(attach, "channel", NULL, 0);
        put_number(attach, "scsi-id", "target", address->drive.target);
        put_number(attach, "lun", "lun", address->drive.unit);
        break;
    case ADDRESS_USB:
        put_text(attach, "port", "port", address->usb.port);
        break;
    case ADDRESS_SERIAL:
        put_number(attach, "nr", NULL, address->serial.port);
        break;
    case ADDRESS_NONE:
        break;
    }
}

void attach_put_place(Attach *attach)
{
    if (attach->bus_name == NULL) {
        return;
    }
    put_text(attach, "bus", attach->request != NULL && is_drive(attach) ? "controller" : "bus",
             attach->bus_name);
    put_address(attach);
}
