/* The rules of drive, USB and virtio-serial addresses: the controller, and the places it has. */
#include "engine/domain_check.h"

#include <string.h>

#include "engine/domain_private.h"

#define SERIAL_PORTS 31 /* of a virtio-serial controller without ports= (QEMU's max_ports) */

/* --- drives ---------------------------------------------------------------------------------- */

/* The highest numbers of a controller's places, in the file's words. */
typedef struct {
    guint controller, bus, target, unit;
    guint reserved; /* a unit that is the adapter's own; G_MAXUINT: none */
    const char *words;
} Limits;

static const struct {
    const char *bus;
    Limits limits;
} fixed_limits[] = {
    { "ide", { 0, 1, 0, 1, G_MAXUINT, "an IDE controller" } },
    { "sata", { G_MAXUINT, 0, 0, 5, G_MAXUINT, "a SATA controller" } },
    { "fdc", { 0, 0, 0, 1, G_MAXUINT, "a floppy controller" } },
};

static Limits scsi_limits(const DomainDevice *controller)
{
    const Model *model =
        controller && controller->model ? controller->model : model_find("lsi53c895a");
    gboolean narrow = domain_is_narrow(model);
    return (Limits){ .controller = G_MAXUINT,
                     .target = narrow ? 0 : MAX(model->targets, 1) - 1,
                     .unit = (narrow ? model->targets : MAX(model->luns, 1)) - 1,
                     .reserved = model->reserved,
                     .words = model->driver };
}

static Limits drive_limits(const DomainDevice *device, const char *bus)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed_limits); i++) {
        if (strcmp(fixed_limits[i].bus, bus) == 0)
            return fixed_limits[i].limits;
    }
    return scsi_limits(domain_drive_controller(device));
}

static void check_limit(Check *check, const DomainDevice *device, const char *attribute,
                        guint value, guint limit, const char *words)
{
    if (value > limit)
        check_say(check, device,
                  limit ? "%s='%u' is above %u, the highest of %s"
                        : "%s='%u' is above %u, the only one of %s",
                  attribute, value, limit, words);
}

/* A controller that is missing is added with the drives (domain_place_drives), but for this. */
static void check_drive_controller(Check *check, const DomainDevice *device, const char *bus)
{
    if (check->domain->family == MACHINE_Q35 && strcmp(bus, "ide") == 0 &&
        !domain_drive_controller(device))
        check_say(check, device,
                  "controller='%u' is none: a q35 machine has SATA in place of IDE, "
                  "so bus='sata' is what it takes",
                  device->address.place.drive.controller);
}

void check_drive(Check *check, const DomainDevice *device)
{
    const Address *place = &device->address.place;
    const char *bus = domain_drive_bus(device);
    if (!bus)
        return;
    Limits limits = drive_limits(device, bus);
    check_limit(check, device, "controller", place->drive.controller, limits.controller,
                "this machine");
    check_limit(check, device, "bus", place->drive.bus, limits.bus, limits.words);
    check_limit(check, device, "target", place->drive.target, limits.target, limits.words);
    check_limit(check, device, "unit", place->drive.unit, limits.unit, limits.words);
    if (place->drive.unit == limits.reserved)
        check_say(check, device, "unit='%u' is the id of the adapter (%s) itself", limits.reserved,
                  limits.words);
    check_drive_controller(check, device, bus);
    g_autofree char *what = g_strdup_printf(
        "the %s address controller='%u' bus='%u' target='%u' unit='%u'", bus,
        place->drive.controller, place->drive.bus, place->drive.target, place->drive.unit);
    check_take(check, device, g_strdup(what), what);
}

/* --- ports ----------------------------------------------------------------------------------- */

/* ports= of a controller, else what its model or the type has; 0: not known. */
static guint count_ports(const DomainDevice *controller, guint otherwise)
{
    guint64 ports;
    const char *text = controller ? xml_node_get(controller->node, "ports") : NULL;
    if (text && g_ascii_string_to_unsigned(text, 10, 1, 1024, &ports, NULL))
        return ports;
    return otherwise;
}

static const DomainDevice *check_port_controller(Check *check, const DomainDevice *device,
                                                 const char *attribute, const char *type,
                                                 guint index)
{
    const DomainDevice *controller = domain_controller(check->domain, type, index);
    /* The first one comes by itself where devices need it. */
    if (!controller && index)
        check_say(check, device, "%s='%u' is none: the file has no %s controller of that index",
                  attribute, index, type);
    return controller;
}

/* Behind a port with a dot there is a hub. */
static void check_hub(Check *check, const DomainDevice *device, const Address *place)
{
    Address hub = *place;
    char *dot = strrchr(hub.usb.port, '.');
    if (!dot || check->free_hub)
        return;
    *dot = '\0';
    g_autofree char *key = address_to_text(&hub);
    if (!g_hash_table_contains(check->hubs, key))
        check_say(check, device, "port='%s' needs a hub at port %s, and the file has none there",
                  place->usb.port, hub.usb.port);
}

void check_usb(Check *check, const DomainDevice *device)
{
    const Address *place = &device->address.place;
    const DomainDevice *controller =
        check_port_controller(check, device, "bus", "usb", place->usb.bus);
    guint ports =
        count_ports(controller, controller && controller->model ? controller->model->targets : 0);
    guint64 port = g_ascii_strtoull(place->usb.port, NULL, 10);
    if (ports && port > ports)
        check_say(check, device, "port='%s' is none: controller usb %u has ports 1 to %u",
                  place->usb.port, place->usb.bus, ports);
    check_hub(check, device, place);
    g_autofree char *what =
        g_strdup_printf("the address bus='%u' port='%s'", place->usb.bus, place->usb.port);
    check_take(check, device, g_strdup_printf("usb %s", what), what);
}

void check_serial(Check *check, const DomainDevice *device)
{
    const Address *place = &device->address.place;
    const DomainDevice *controller = check_port_controller(
        check, device, "controller", "virtio-serial", place->serial.controller);
    guint ports = count_ports(controller, SERIAL_PORTS);
    if (place->serial.port >= ports)
        check_say(check, device, "port='%u' is none: controller virtio-serial %u has ports 0 to %u",
                  place->serial.port, place->serial.controller, ports - 1);
    if (place->serial.port == 0 && strcmp(device->element, "channel") == 0)
        check_say(check, device, "port='0' is reserved for a console");
    g_autofree char *what = g_strdup_printf("the address controller='%u' port='%u'",
                                            place->serial.controller, place->serial.port);
    check_take(check, device, g_strdup_printf("serial %s", what), what);
}
