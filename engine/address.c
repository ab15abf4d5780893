/* Addresses of devices: text in and out, order, JSON. Whether a place exists in a guest or is free
 * is asked elsewhere (allocate, guest). */
#include "engine/address.h"

#include <string.h>

/* Largest numbers of the text forms, where QEMU or the bus sets one. */
#define PCI_DOMAIN_MAX 0xffff
#define PCI_BUS_MAX 0xff
#define PCI_SLOT_MAX 0x1f
#define PCI_FUNCTION_MAX 7
#define SCSI_TARGET_MAX 255  /* virtio-scsi, the widest of QEMU's adapters */
#define SCSI_LUN_MAX 16383   /* likewise */
#define CONTROLLER_MAX 65535 /* no limit of QEMU's; keeps sums far from overflow */
#define USB_PORT_MAX 255
#define USB_DEPTH_MAX 5 /* tiers of hubs, and the device (USB 2.0, section 4.1.1) */
#define SERIAL_PORT_MAX 511

/* --- to text --------------------------------------------------------------------------------- */

static char *pci_text(const Address *address)
{
    if (address->pci.bus == PCI_BUS_UNKNOWN)
        return g_strdup_printf("?\?:%02x.%x", address->pci.slot, address->pci.function);
    if (address->pci.domain)
        return g_strdup_printf("%04x:%02x:%02x.%x", address->pci.domain, address->pci.bus,
                               address->pci.slot, address->pci.function);
    return g_strdup_printf("%02x:%02x.%x", address->pci.bus, address->pci.slot,
                           address->pci.function);
}

/* Bus and unit; on SCSI the unit of the text is the id, and a lun other than 0 follows. */
static char *drive_tail(const Address *address)
{
    if (!address->drive.scsi)
        return g_strdup_printf("%u:%u", address->drive.bus, address->drive.unit);
    if (!address->drive.unit)
        return g_strdup_printf("%u:%u", address->drive.bus, address->drive.target);
    return g_strdup_printf("%u:%u:%u", address->drive.bus, address->drive.target,
                           address->drive.unit);
}

char *address_to_text(const Address *address)
{
    g_autofree char *tail = NULL;
    switch (address->type) {
    case ADDRESS_NONE:
        return g_strdup("");
    case ADDRESS_PCI:
        return pci_text(address);
    case ADDRESS_DRIVE:
        tail = drive_tail(address);
        return g_strdup_printf("%u:%s", address->drive.controller, tail);
    case ADDRESS_USB:
        return g_strdup_printf("usb %u.%s", address->usb.bus, address->usb.port);
    case ADDRESS_SERIAL:
        return g_strdup_printf("serial %u.%u", address->serial.controller, address->serial.port);
    }
    g_return_val_if_reached(NULL);
}

char *address_to_short_text(const Address *address)
{
    switch (address->type) {
    case ADDRESS_NONE:
        return g_strdup("");
    case ADDRESS_PCI:
        return g_strdup_printf("%02x.%x", address->pci.slot, address->pci.function);
    case ADDRESS_DRIVE:
        return drive_tail(address);
    case ADDRESS_USB:
        return g_strdup(address->usb.port);
    case ADDRESS_SERIAL:
        return g_strdup_printf("%u", address->serial.port);
    }
    g_return_val_if_reached(NULL);
}

/* --- from text ------------------------------------------------------------------------------- */

/* One number of an address, for the sentence that refuses it. */
typedef struct {
    const char *name;
    guint base;
    guint max;
} Part;

static const Part pci_domain = { "PCI domain", 16, PCI_DOMAIN_MAX };
static const Part pci_bus = { "PCI bus", 16, PCI_BUS_MAX };
static const Part pci_slot = { "slot", 16, PCI_SLOT_MAX };
static const Part pci_function = { "function", 16, PCI_FUNCTION_MAX };
static const Part usb_bus = { "USB bus", 10, CONTROLLER_MAX };
static const Part usb_port = { "USB port", 10, USB_PORT_MAX };
static const Part serial_controller = { "virtio-serial controller", 10, CONTROLLER_MAX };
static const Part serial_port = { "virtio-serial port", 10, SERIAL_PORT_MAX };
static const Part drive_parts[] = {
    { "controller", 10, CONTROLLER_MAX },
    { "bus", 10, CONTROLLER_MAX },
    { "unit", 10, SCSI_TARGET_MAX },
    { "lun", 10, SCSI_LUN_MAX },
};

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, ENGINE_ERROR, ENGINE_ERROR_INPUT, message);
    return FALSE;
}

static gboolean refuse_form(const char *text, GError **error)
{
    return refuse(error,
                  "\"%s\" is no address: give slot.function (05.0), bus:slot.function (00:05.0), "
                  "controller:bus:unit (0:0:3), \"usb BUS.PORT\" or \"serial CONTROLLER.PORT\"",
                  text);
}

static gboolean parse_number(const char *digits, const Part *part, guint *value, GError **error)
{
    guint64 number;
    if (!g_ascii_string_to_unsigned(digits, part->base, 0, G_MAXUINT, &number, NULL))
        return refuse(error, "the %s \"%s\" is no %snumber", part->name, digits,
                      part->base == 16 ? "hexadecimal " : "");
    if (number > part->max)
        return refuse(error,
                      part->base == 16 ? "the %s %s is out of range: 0 to %x (hexadecimal)"
                                       : "the %s %s is out of range: 0 to %u",
                      part->name, digits, part->max);
    *value = number;
    return TRUE;
}

gboolean address_parse_slot(const char *text, guint *slot, guint *function, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 2);
    *function = 0;
    if (!parts[0])
        return refuse(error, "the slot is empty: give a hexadecimal number such as 05.0");
    return parse_number(parts[0], &pci_slot, slot, error) &&
           (!parts[1] || parse_number(parts[1], &pci_function, function, error));
}

/* [[domain:]bus:]slot.function */
static gboolean parse_pci(char **parts, guint count, Address *address, GError **error)
{
    guint bus = 0;
    address->type = ADDRESS_PCI;
    if (count == 3 && !parse_number(parts[0], &pci_domain, &address->pci.domain, error))
        return FALSE;
    if (count >= 2 && strcmp(parts[count - 2], "??") == 0)
        address->pci.bus = PCI_BUS_UNKNOWN;
    else if (count >= 2 && !parse_number(parts[count - 2], &pci_bus, &bus, error))
        return FALSE;
    else
        address->pci.bus = bus;
    return address_parse_slot(parts[count - 1], &address->pci.slot, &address->pci.function, error);
}

/* controller:bus:unit[:lun]. Only a lun tells that it is SCSI; without one, guest_find and
 * address_compare take unit for the id and the unit alike. */
static gboolean parse_drive(char **parts, guint count, Address *address, GError **error)
{
    guint values[G_N_ELEMENTS(drive_parts)] = { 0 };
    for (guint i = 0; i < count; i++) {
        if (!parse_number(parts[i], &drive_parts[i], &values[i], error))
            return FALSE;
    }
    address->type = ADDRESS_DRIVE;
    address->drive.controller = values[0];
    address->drive.bus = values[1];
    address->drive.scsi = count == 4;
    address->drive.target = count == 4 ? values[2] : 0;
    address->drive.unit = count == 4 ? values[3] : values[2];
    return TRUE;
}

static gboolean parse_usb(const char *text, Address *address, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", -1);
    guint count = g_strv_length(parts);
    if (count < 2)
        return refuse(error, "the USB address \"usb %s\" has no port: give usb BUS.PORT", text);
    if (count - 1 > USB_DEPTH_MAX + 1)
        return refuse(error, "the USB port \"%s\" is behind more than %d hubs", text,
                      USB_DEPTH_MAX);
    address->type = ADDRESS_USB;
    if (!parse_number(parts[0], &usb_bus, &address->usb.bus, error))
        return FALSE;
    for (guint i = 1; i < count; i++) {
        guint port;
        if (!parse_number(parts[i], &usb_port, &port, error))
            return FALSE;
        if (!port)
            return refuse(error, "the USB port 0 is out of range: ports count from 1");
        gsize used = strlen(address->usb.port);
        g_snprintf(address->usb.port + used, sizeof address->usb.port - used, "%s%u",
                   used ? "." : "", port);
    }
    return TRUE;
}

static gboolean parse_serial(const char *text, Address *address, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 2);
    if (g_strv_length(parts) != 2)
        return refuse(error, "the address \"serial %s\" has no port: give serial CONTROLLER.PORT",
                      text);
    address->type = ADDRESS_SERIAL;
    return parse_number(parts[0], &serial_controller, &address->serial.controller, error) &&
           parse_number(parts[1], &serial_port, &address->serial.port, error);
}

static gboolean parse_any(const char *text, Address *address, GError **error)
{
    if (g_str_has_prefix(text, "usb "))
        return parse_usb(text + strlen("usb "), address, error);
    if (g_str_has_prefix(text, "serial "))
        return parse_serial(text + strlen("serial "), address, error);
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    guint count = g_strv_length(parts);
    if (count >= 1 && count <= 3 && strchr(parts[count - 1], '.'))
        return parse_pci(parts, count, address, error);
    if (count == 3 || count == 4)
        return parse_drive(parts, count, address, error);
    return refuse_form(text, error);
}

gboolean address_parse(const char *text, Address *address, GError **error)
{
    Address parsed = { 0 };
    if (!parse_any(text, &parsed, error))
        return FALSE;
    *address = parsed;
    return TRUE;
}

/* --- order ----------------------------------------------------------------------------------- */

static int compare_numbers(gint64 a, gint64 b)
{
    return (a > b) - (a < b);
}

/* "2" before "2.1" before "10". */
static int compare_ports(const char *a, const char *b)
{
    while (*a && *b) {
        char *end_a, *end_b;
        int order =
            compare_numbers(g_ascii_strtoull(a, &end_a, 10), g_ascii_strtoull(b, &end_b, 10));
        if (order)
            return order;
        a = *end_a ? end_a + 1 : end_a;
        b = *end_b ? end_b + 1 : end_b;
    }
    return compare_numbers(*a != 0, *b != 0);
}

/* The numbers of an address in the order in which they count, so that one loop compares them all.
 */
static guint address_numbers(const Address *address, gint64 numbers[4])
{
    switch (address->type) {
    case ADDRESS_NONE:
        return 0;
    case ADDRESS_PCI:
        numbers[0] = address->pci.domain;
        numbers[1] = address->pci.bus;
        numbers[2] = address->pci.slot;
        numbers[3] = address->pci.function;
        return 4;
    case ADDRESS_DRIVE:
        numbers[0] = address->drive.controller;
        numbers[1] = address->drive.bus;
        /* "0:0:3" is id 3 or unit 3: which one, only the controller tells. */
        numbers[2] = address->drive.scsi ? address->drive.target : address->drive.unit;
        numbers[3] = address->drive.scsi ? address->drive.unit : 0;
        return 4;
    case ADDRESS_USB:
        numbers[0] = address->usb.bus;
        return 1;
    case ADDRESS_SERIAL:
        numbers[0] = address->serial.controller;
        numbers[1] = address->serial.port;
        return 2;
    }
    g_return_val_if_reached(0);
}

int address_compare(const Address *a, const Address *b)
{
    if (a->type != b->type)
        return compare_numbers(a->type, b->type);
    gint64 numbers_a[4], numbers_b[4];
    guint count = address_numbers(a, numbers_a);
    address_numbers(b, numbers_b);
    for (guint i = 0; i < count; i++) {
        int order = compare_numbers(numbers_a[i], numbers_b[i]);
        if (order)
            return order;
    }
    return a->type == ADDRESS_USB ? compare_ports(a->usb.port, b->usb.port) : 0;
}

gboolean address_equal(const Address *a, const Address *b)
{
    return address_compare(a, b) == 0;
}

/* --- JSON ------------------------------------------------------------------------------------ */

json_t *address_to_json(const Address *address)
{
    switch (address->type) {
    case ADDRESS_NONE:
        return json_null();
    case ADDRESS_PCI:
        return json_pack(
            "{s:s, s:i, s:o, s:i, s:i}", "type", "pci", "domain", address->pci.domain, "bus",
            address->pci.bus == PCI_BUS_UNKNOWN ? json_null() : json_integer(address->pci.bus),
            "slot", address->pci.slot, "function", address->pci.function);
    case ADDRESS_DRIVE:
        return json_pack("{s:s, s:i, s:i, s:i, s:i}", "type", "drive", "controller",
                         address->drive.controller, "bus", address->drive.bus, "target",
                         address->drive.target, "unit", address->drive.unit);
    case ADDRESS_USB:
        return json_pack("{s:s, s:i, s:s}", "type", "usb", "bus", address->usb.bus, "port",
                         address->usb.port);
    case ADDRESS_SERIAL:
        return json_pack("{s:s, s:i, s:i}", "type", "serial", "controller",
                         address->serial.controller, "port", address->serial.port);
    }
    g_return_val_if_reached(NULL);
}
