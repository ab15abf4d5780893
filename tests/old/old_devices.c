/* device_add and device_del, of 0.12 and later. */
#include <stdio.h>
#include <string.h>

#include "tests/old/old_commands.h"

/* What goes where; PCI devices that a machine has at the start may be added as well. */
static const struct {
    const char *driver, *bus, *properties;
} drivers[] = {
    { "scsi-disk", "SCSI", "drive scsi-id serial ver removable" },
    { "lsi53c895a", "PCI", "addr romfile rombar multifunction" },
    { "virtio-blk-pci", "PCI", "addr romfile rombar multifunction drive vectors class serial" },
    { "ne2k_pci", "PCI", "addr romfile rombar multifunction mac vlan netdev bootindex" },
    { "virtio-net-pci", "PCI", "addr romfile rombar multifunction mac vlan netdev vectors" },
    { "e1000", "PCI", "addr romfile rombar multifunction mac vlan netdev bootindex" },
    { "pcnet", "PCI", "addr romfile rombar multifunction mac vlan netdev bootindex" },
    { "rtl8139", "PCI", "addr romfile rombar multifunction mac vlan netdev bootindex" },
    { "AC97", "PCI", "addr romfile rombar multifunction" },
    { "ES1370", "PCI", "addr romfile rombar multifunction" },
    { "i6300esb", "PCI", "addr romfile rombar multifunction" },
    { "usb-tablet", "USB", "" },
    { "usb-mouse", "USB", "" },
    { "usb-kbd", "USB", "" },
    { "isa-serial", "ISA", "index iobase irq chardev" },
    { "PIIX3", NULL, "" }, /* not for users */
    { "i440FX", NULL, "" },
};

typedef struct {
    const char *given;   /* the driver as it was named */
    const char *options; /* without the driver */
    gsize driver;
    char *id;
} Request;

static gboolean no_driver(OldMachine *machine, const char *name, gboolean known)
{
    if (machine->version >= 13)
        old_print(machine, "Parameter 'driver' expects a driver name\n"
                           "Try with argument '?' for a list.\n");
    else if (known)
        old_print(machine, "device \"%s\" can't be added via command line\n", name);
    else
        old_print(machine, "The %s device has not been found\n", name);
    return FALSE;
}

static gboolean find_driver(OldMachine *machine, Request *request)
{
    const char *name = g_str_equal(request->given, "lsi") ? "lsi53c895a" : request->given;
    for (request->driver = 0; request->driver < G_N_ELEMENTS(drivers); request->driver++) {
        if (!g_str_equal(drivers[request->driver].driver, name))
            continue;
        if (drivers[request->driver].bus)
            return TRUE;
        return no_driver(machine, name, TRUE);
    }
    return no_driver(machine, name, FALSE);
}

/* The newest bus of a type. */
static OldBus *bus_of_type(const OldMachine *machine, const char *type)
{
    OldBus *found = NULL;
    for (guint i = 0; i < machine->devices->len; i++) {
        const OldDevice *device = g_ptr_array_index(machine->devices, i);
        for (guint j = 0; device->bus && j < device->buses->len; j++) {
            OldBus *bus = g_ptr_array_index(device->buses, j);
            if (g_str_equal(bus->type, type))
                found = bus;
        }
    }
    return found;
}

static OldBus *no_bus(OldMachine *machine, const char *name, const char *driver)
{
    if (machine->version >= 13)
        old_print(machine, "Bus '%s' not found\n", name);
    else
        old_print(machine, "bus \"%s\" not found\nDid not find %s bus for %s\n", name, name,
                  driver);
    return NULL;
}

static OldBus *find_bus(OldMachine *machine, const Request *request)
{
    const char *type = drivers[request->driver].bus, *driver = drivers[request->driver].driver;
    g_autofree char *name = old_option(request->options, "bus");
    OldBus *bus = name ? old_bus_find(machine, name) : bus_of_type(machine, type);
    if (!bus)
        return no_bus(machine, name ? name : type, driver);
    if (!g_str_equal(bus->type, type)) {
        if (machine->version >= 13)
            old_print(machine, "Device '%s' can't go on a %s bus\n", driver, bus->type);
        else
            old_die(machine, -6, "qemu: hardware error: Unknown device '%s' for bus '%s'", driver,
                    bus->type);
        return NULL;
    }
    if (!g_str_equal(type, "ISA"))
        return bus;
    if (machine->version >= 13)
        old_print(machine, "Bus '%s' does not support hotplugging\n", bus->name);
    else
        old_print(machine, "Bus %s does not support hotplugging\n", bus->name);
    return NULL;
}

static gboolean bad_property(OldMachine *machine, const Request *request, const char *key,
                             const char *why)
{
    const char *driver = drivers[request->driver].driver;
    g_autofree char *value = old_option(request->options, key);
    if (machine->version < 13)
        old_print(machine, "can't set property \"%s\" to \"%s\" for \"%s\"\n", key, value, driver);
    else if (g_str_equal(why, "find"))
        old_print(machine, "Property '%s.%s' can't find value '%s'\n", driver, key, value);
    else if (g_str_equal(why, "take"))
        old_print(machine, "Property '%s.%s' can't take value '%s', it's in use\n", driver, key,
                  value);
    else
        old_print(machine, "Property '%s.%s' not found\n", driver, key);
    return FALSE;
}

static gboolean drive_is_free(const OldMachine *machine, const OldDrive *drive)
{
    for (guint i = 0; i < machine->devices->len; i++)
        if (((const OldDevice *)g_ptr_array_index(machine->devices, i))->drive == drive)
            return FALSE;
    return TRUE;
}

static gboolean values_are_good(OldMachine *machine, const Request *request)
{
    g_autofree char *known = g_strconcat("bus id ", drivers[request->driver].properties, NULL);
    g_autofree char *unknown = old_option_unknown(request->options, known);
    if (unknown)
        return bad_property(machine, request, unknown, "know");
    g_autofree char *drive_name = old_option(request->options, "drive");
    const OldDrive *drive = drive_name ? old_drive_find(machine, drive_name) : NULL;
    gboolean checked = machine->version >= 13; /* 0.12 gives a drive to two devices */
    if (drive_name && (!drive || (checked && !drive_is_free(machine, drive))))
        return bad_property(machine, request, "drive", drive ? "take" : "find");
    g_autofree char *netdev = old_option(request->options, "netdev");
    if (netdev && !old_netdev_exists(machine, netdev))
        return bad_property(machine, request, "netdev", "find");
    return TRUE;
}

/* --- making it ---------------------------------------------------------------------------------
 */

static void print_failed(OldMachine *machine, const Request *request)
{
    if (machine->version >= 13)
        old_print(machine, "Device '%s' could not be initialized\n", request->given);
    else
        old_print(machine, "Error initializing device %s\n", request->given);
}

/* addr=1c, 0x1c or 1c.1, in hex; none of these versions looks how large it is. */
static int wanted_devfn(const Request *request)
{
    g_autofree char *address = old_option(request->options, "addr");
    guint slot = 0, function = 0;
    if (!address || sscanf(address, "%x.%x", &slot, &function) < 1)
        return -1;
    return (int)(slot << 3 | function);
}

static gboolean slot_is_good(OldMachine *machine, int wanted)
{
    if (wanted < 256)
        return TRUE;
    if (machine->version >= 13) {
        machine->hangs = TRUE;
        old_damage(machine, "device_add with a slot of 0x20 or more made QEMU hang");
        return FALSE;
    }
    old_damage(machine, "device_add with a slot of 0x20 or more wrote behind QEMU's tables");
    return TRUE;
}

static gboolean is_nic(const Request *request)
{
    return strstr(drivers[request->driver].properties, " mac ") != NULL;
}

static void connect_nic(OldMachine *machine, const Request *request, OldDevice *device)
{
    g_autofree char *mac = old_option(request->options, "mac");
    g_autofree char *netdev = old_option(request->options, "netdev");
    guint64 vlan = (guint64)old_option_number(request->options, "vlan", 0);
    old_nic_connect(machine, device, mac, vlan, netdev);
}

static gboolean add_pci(OldMachine *machine, const Request *request)
{
    const char *driver = drivers[request->driver].driver;
    int wanted = wanted_devfn(request), devfn = wanted;
    if (!slot_is_good(machine, wanted))
        return TRUE;
    if (wanted < 256 && !old_pci_place(machine, wanted, driver, &devfn))
        return FALSE;
    if (is_nic(request) && machine->version >= 13 && !machine->options.pc) {
        old_die(machine, -6, "qemu: hardware error: ROM images must be loaded at startup");
        return TRUE;
    }
    OldDevice *device = old_device_add(machine, driver, request->id, devfn);
    g_autofree char *drive = old_option(request->options, "drive");
    if (drive) {
        device->drive = old_drive_find(machine, drive);
        old_device_set(device, "dev-prop: drive = ", drive);
    }
    if (is_nic(request))
        connect_nic(machine, request, device);
    return TRUE;
}

static gboolean add_scsi(OldMachine *machine, const Request *request, OldBus *bus)
{
    g_autofree char *name = old_option(request->options, "drive");
    if (!name) {
        old_print(machine, "scsi-disk: drive property not set\n");
        return FALSE;
    }
    int id = (int)old_option_number(request->options, "scsi-id", -1);
    return old_scsi_attach(machine, bus, old_drive_find(machine, name), id, request->id) != NULL;
}

static void make(OldMachine *machine, const Request *request)
{
    OldBus *bus = find_bus(machine, request);
    if (!bus || !values_are_good(machine, request))
        return;
    gboolean made = FALSE;
    if (g_str_equal(bus->type, "SCSI"))
        made = add_scsi(machine, request, bus);
    else if (g_str_equal(bus->type, "USB"))
        made = old_usb_attach(machine, request->given, request->id);
    else
        made = add_pci(machine, request);
    if (!made)
        print_failed(machine, request);
}

static void print_lines(OldMachine *machine, const char *command)
{
    g_autoptr(Transcript) from = transcript_load(machine->options.version, "device_add");
    g_autofree char *text = transcript_entry_text(transcript_find(from, command, 1));
    old_print(machine, "%s", text);
}

static gboolean id_is_free(OldMachine *machine, const char *id)
{
    if (!id || !old_device_by_id(machine, id))
        return TRUE;
    if (machine->version >= 13) /* 0.12 says so on its stderr */
        old_print(machine, "Duplicate ID '%s' for device\n", id);
    return FALSE;
}

void old_device_add_command(OldMachine *machine, char **arguments)
{
    if (!arguments[0]) {
        old_print(machine, "Parameter 'driver' is missing\n");
        return;
    }
    g_auto(GStrv) parts = g_strsplit(arguments[0], ",", 2);
    Request request = { .given = parts[0], .options = parts[1] ? parts[1] : "" };
    g_autofree char *id = request.id = old_option(request.options, "id");
    if (g_str_equal(parts[0], "?")) {
        print_lines(machine, "device_add ?");
    } else if (machine->version >= 13 && g_str_equal(arguments[0], "e1000,?")) {
        print_lines(machine, "device_add e1000,?");
    } else if (id_is_free(machine, id) && find_driver(machine, &request)) {
        make(machine, &request);
    }
}

void old_device_del(OldMachine *machine, char **arguments)
{
    OldDevice *device = old_device_by_id(machine, arguments[0]);
    if (!device)
        old_print(machine, "Device '%s' not found\n", arguments[0]);
    else if (device->devfn >= 0)
        old_ask_eject(machine, device->devfn >> 3);
    else
        old_device_remove(machine, device);
}
