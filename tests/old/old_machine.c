#include "tests/old/old_machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Models by the ids that `info pci` shows. */
static const struct {
    const char *ids, *model;
    gboolean chipset;    /* taking it away is the end of the guest */
    gboolean dies_in_11; /* QEMU 0.11 crashes when the guest ejects it */
} models[] = {
    { "8086:1237", "i440FX", TRUE, TRUE },
    { "8086:7000", "PIIX3", TRUE, TRUE },
    { "8086:7010", "piix3-ide", TRUE, FALSE },
    { "8086:7020", "piix3-usb-uhci", FALSE, FALSE },
    { "8086:7113", "PIIX4_PM", TRUE, FALSE },
    { "1013:00b8", "cirrus-vga", TRUE, TRUE },
    { "8086:25ab", "i6300esb", FALSE, TRUE },
    { "10ec:8029", "ne2k_pci", FALSE, FALSE },
    { "1af4:1000", "virtio-net-pci", FALSE, FALSE },
    { "8086:100e", "e1000", FALSE, FALSE },
    { "1022:2000", "pcnet", FALSE, FALSE },
    { "10ec:8139", "rtl8139", FALSE, FALSE },
    { "8086:2415", "AC97", FALSE, FALSE },
    { "1274:5000", "ES1370", FALSE, FALSE },
    { "1000:0012", "lsi53c895a", FALSE, FALSE },
    { "1af4:1001", "virtio-blk-pci", FALSE, FALSE },
    { "1af4:1002", "virtio-balloon-pci", FALSE, FALSE },
};

static gboolean model_is(const OldDevice *device, gboolean in_11)
{
    for (gsize i = 0; i < G_N_ELEMENTS(models); i++)
        if (device->model && g_str_equal(models[i].model, device->model))
            return in_11 ? models[i].dies_in_11 : models[i].chipset;
    return FALSE;
}

const char *old_model_of_ids(const char *line)
{
    const char *ids = strstr(line, ": PCI device ");
    for (gsize i = 0; ids && i < G_N_ELEMENTS(models); i++)
        if (g_str_has_suffix(ids, models[i].ids))
            return models[i].model;
    return NULL;
}

/* --- what QEMU says and does -------------------------------------------------------------------
 */

void old_print(OldMachine *machine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(machine->reply, format, arguments);
    va_end(arguments);
}

void old_complain(OldMachine *machine, const char *format, ...)
{
    if (machine->version < 14)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(machine->reply, format, arguments);
    va_end(arguments);
}

void old_die(OldMachine *machine, int status, const char *format, ...)
{
    if (machine->died)
        return;
    va_list arguments;
    va_start(arguments, format);
    machine->died = g_strdup_vprintf(format, arguments);
    machine->status = status;
    va_end(arguments);
}

void old_damage(OldMachine *machine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(machine->damage, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* --- devices -----------------------------------------------------------------------------------
 */

void old_bus_free(OldBus *bus)
{
    g_free(bus->name);
    g_free(bus->type);
    g_ptr_array_unref(bus->devices);
    g_free(bus);
}

OldBus *old_bus_new(OldMachine *machine, OldDevice *owner, const char *name, const char *type)
{
    OldBus *bus = g_new0(OldBus, 1);
    bus->name = g_strdup(name);
    bus->type = g_strdup(type);
    bus->owner = owner;
    bus->devices = g_ptr_array_new();
    if (g_str_equal(type, "SCSI"))
        bus->number = machine->scsi_buses++;
    if (owner)
        g_ptr_array_add(owner->buses, bus);
    return bus;
}

void old_device_free(OldDevice *device)
{
    g_free(device->model);
    g_free(device->id);
    g_ptr_array_unref(device->pci_lines);
    g_ptr_array_unref(device->properties);
    g_ptr_array_unref(device->buses);
    g_free(device);
}

OldDevice *old_device_new(OldMachine *machine, const char *model, const char *id)
{
    OldDevice *device = g_new0(OldDevice, 1);
    device->model = g_strdup(model);
    device->id = g_strdup(id ? id : "");
    device->devfn = device->scsi_id = -1;
    device->pci_lines = g_ptr_array_new_with_free_func(g_free);
    device->properties = g_ptr_array_new_with_free_func(g_free);
    device->buses = g_ptr_array_new_with_free_func((GDestroyNotify)old_bus_free);
    g_ptr_array_add(machine->devices, device);
    return device;
}

OldDevice *old_pci_device(const OldMachine *machine, int devfn)
{
    for (guint i = 0; i < machine->pci->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->pci, i);
        if (device->devfn == devfn)
            return device;
    }
    return NULL;
}

OldDevice *old_device_by_id(const OldMachine *machine, const char *id)
{
    for (guint i = 0; i < machine->devices->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->devices, i);
        if (*id && g_str_equal(device->id, id))
            return device;
    }
    return NULL;
}

OldBus *old_bus_find(const OldMachine *machine, const char *name)
{
    OldBus *found = NULL;
    for (guint i = 0; i < machine->devices->len; i++) {
        const OldDevice *device = g_ptr_array_index(machine->devices, i);
        for (guint j = 0; device->bus && j < device->buses->len; j++) {
            OldBus *bus = g_ptr_array_index(device->buses, j);
            if (g_str_equal(bus->name, name))
                found = bus; /* of several with this name the newest */
        }
    }
    return found;
}

void old_device_set(OldDevice *device, const char *property, const char *value)
{
    for (guint i = 0; i < device->properties->len; i++) {
        char **line = (char **)&g_ptr_array_index(device->properties, i);
        if (!g_str_has_prefix(*line, property))
            continue;
        g_free(*line);
        *line = g_strconcat(property, value, NULL);
    }
}

static gint by_devfn(gconstpointer a, gconstpointer b)
{
    return (*(const OldDevice *const *)a)->devfn - (*(const OldDevice *const *)b)->devfn;
}

void old_pci_put(OldMachine *machine, OldDevice *device, int devfn)
{
    device->devfn = devfn;
    if (devfn > 255)
        return; /* 0.12 writes behind its table: `info pci` does not know it */
    g_ptr_array_add(machine->pci, device);
    g_ptr_array_sort(machine->pci, by_devfn);
}

/* --- copies: a device like that of the pattern, not yet mapped by the guest ---------------------
 */

/* "at 0xca00 [0xcaff]" becomes "at 0xffffffff [0x00fe]": the size less 2. */
static char *unmapped(const OldMachine *machine, const char *line, const char *form)
{
    const char *at = strstr(line, " at 0x");
    const char *end = strstr(line, " [0x");
    if (!at || !end)
        return g_strdup(line);
    guint64 first = g_ascii_strtoull(at + strlen(" at 0x"), NULL, 16);
    guint64 last = g_ascii_strtoull(end + strlen(" [0x"), NULL, 16);
    if (first > last)
        return g_strdup(line);
    g_autofree char *begin = g_strndup(line, (gsize)(at - line));
    const char *nowhere = machine->version >= 12 ? "ffffffffffffffff" : "ffffffff";
    int width = *form == 'q' ? 1 : strstr(line, "I/O") ? 4 : 8;
    const char *stop = *form == 'q' ? "" : ".";
    return g_strdup_printf("%s at 0x%s [0x%0*" G_GINT64_MODIFIER "x]%s", begin, nowhere, width,
                           last - first - 1, stop);
}

static void copy_pci_lines(const OldMachine *machine, const OldDevice *like, OldDevice *device)
{
    for (guint i = 0; i < like->pci_lines->len; i++) {
        const char *line = g_ptr_array_index(like->pci_lines, i);
        char *copy = NULL;
        if (g_str_has_prefix(line, "      id "))
            copy = g_strdup_printf("      id \"%s\"", device->id);
        else if (g_str_has_prefix(line, "      IRQ "))
            copy = g_strdup("      IRQ 0.");
        else
            copy = unmapped(machine, line, "pci");
        g_ptr_array_add(device->pci_lines, copy);
    }
}

static void copy_properties(OldMachine *machine, const OldDevice *like, OldDevice *device)
{
    for (guint i = 0; i < like->properties->len; i++) {
        const char *line = g_ptr_array_index(like->properties, i);
        g_ptr_array_add(device->properties, unmapped(machine, line, "qtree"));
    }
    for (guint i = 0; i < like->buses->len; i++) {
        const OldBus *bus = g_ptr_array_index(like->buses, i);
        g_autofree char *name = g_strdup_printf("%s.%u", *device->id ? device->id : "scsi", i);
        old_bus_new(machine, device, name, bus->type);
    }
}

static void set_address(OldDevice *device)
{
    g_autofree char *address =
        g_strdup_printf("%02x.%x", (guint)device->devfn >> 3, (guint)device->devfn & 7);
    old_device_set(device, "bus-prop: addr = ", address);
    for (guint i = 0; i < device->properties->len; i++) {
        char **line = (char **)&g_ptr_array_index(device->properties, i);
        char *comma = strstr(*line, ", addr ");
        if (!g_str_has_prefix(*line, "class ") || !comma)
            continue;
        g_autofree char *begin = g_strndup(*line, (gsize)(comma - *line));
        char *whole =
            g_strdup_printf("%s, addr 00:%02x.%x%s", begin, ((guint)device->devfn & 255) >> 3,
                            (guint)device->devfn & 7, strstr(*line, ", pci id"));
        g_free(*line);
        *line = whole;
    }
}

static const OldDevice *pattern_of(const OldMachine *machine, const char *model)
{
    const GPtrArray *all = machine->pattern->devices;
    for (guint i = 0; i < all->len; i++) {
        const OldDevice *device = g_ptr_array_index(all, i);
        if (g_strcmp0(device->model, model) == 0)
            return device;
    }
    return NULL;
}

OldDevice *old_device_add(OldMachine *machine, const char *model, const char *id, int devfn)
{
    const OldDevice *like = pattern_of(machine, model);
    if (!like)
        return NULL;
    OldDevice *device = old_device_new(machine, model, id);
    copy_pci_lines(machine, like, device);
    copy_properties(machine, like, device);
    old_pci_put(machine, device, devfn);
    set_address(device);
    device->bus = machine->root ? old_bus_find(machine, "pci.0") : NULL;
    if (device->bus)
        g_ptr_array_insert(device->bus->devices, 0, device);
    return device;
}

OldDevice *old_device_add_on(OldMachine *machine, OldBus *bus, const char *model, const char *id)
{
    const OldDevice *like = pattern_of(machine, model);
    OldDevice *device = old_device_new(machine, model, id);
    if (like)
        copy_properties(machine, like, device);
    device->bus = bus;
    g_ptr_array_insert(bus->devices, 0, device);
    return device;
}

/* --- taking away -------------------------------------------------------------------------------
 */

static void remove_usb_of(OldMachine *machine, const OldDevice *device)
{
    for (guint i = machine->usb->len; i > 0; i--) {
        const OldUsb *usb = g_ptr_array_index(machine->usb, i - 1);
        if (usb->device == device) {
            if (usb->drive)
                old_drive_remove(machine, usb->drive);
            g_ptr_array_remove_index(machine->usb, i - 1);
        }
    }
}

/* 0.10 and 0.11 do not know which drives are a controller's: they take those whose key has its
 * number (0.11-drive_add2, 0.11-pci_del). */
static void remove_drives_of_number(OldMachine *machine, int number)
{
    for (guint i = machine->drives->len; i > 0; i--) {
        OldDrive *drive = g_ptr_array_index(machine->drives, i - 1);
        if (drive->type == old_drive_type("scsi") && drive->bus == number)
            old_drive_remove(machine, drive);
    }
}

static void remove_bus(OldMachine *machine, const OldBus *bus)
{
    if (machine->version < 12)
        remove_drives_of_number(machine, bus->number);
    while (bus->devices->len > 0)
        old_device_remove(machine, g_ptr_array_index(bus->devices, 0));
}

void old_device_remove(OldMachine *machine, OldDevice *device)
{
    for (guint i = 0; i < device->buses->len; i++)
        remove_bus(machine, g_ptr_array_index(device->buses, i));
    gboolean takes_drive =
        device->drive && device->model &&
        (g_str_equal(device->model, "scsi-disk") || g_str_equal(device->model, "virtio-blk-pci"));
    if (takes_drive)
        old_drive_remove(machine, device->drive);
    if (device->client)
        old_client_remove(machine, device->client);
    remove_usb_of(machine, device);
    g_ptr_array_remove(machine->pci, device);
    if (device->bus)
        g_ptr_array_remove(device->bus->devices, device);
    g_ptr_array_remove(machine->devices, device);
}

void old_ask_eject(OldMachine *machine, int slot)
{
    g_ptr_array_add(machine->ejecting, GINT_TO_POINTER(slot));
}

/* The guest ejects a slot with all its functions. */
static void eject_slot(OldMachine *machine, int slot)
{
    for (int function = 0; function < 8 && !machine->died; function++) {
        OldDevice *device = old_pci_device(machine, slot << 3 | function);
        if (!device || (machine->root && !device->bus))
            continue; /* 0.12 has power management outside its tree, and keeps it */
        if (machine->version < 12 && model_is(device, TRUE))
            old_die(machine, -11, "QEMU 0.11 crashed when slot %d (%s) was ejected", slot,
                    device->model);
        else if (model_is(device, FALSE))
            old_damage(machine, "slot %d of the chipset (%s) was taken away", slot, device->model);
        if (!machine->died)
            old_device_remove(machine, device);
    }
}

void old_eject_now(OldMachine *machine)
{
    while (machine->ejecting->len > 0 && !machine->died) {
        int slot = GPOINTER_TO_INT(g_ptr_array_index(machine->ejecting, 0));
        g_ptr_array_remove_index(machine->ejecting, 0);
        eject_slot(machine, slot);
    }
}

/* --- PCI addresses -----------------------------------------------------------------------------
 */

gboolean old_parse_slot(const char *text, int *slot)
{
    guint64 parts[3] = { 0, 0, 0 };
    guint count = 0;
    for (const char *at = text;; at++) {
        char *end = NULL;
        guint64 value = g_ascii_strtoull(at, &end, 16);
        if (end == at || count == 3)
            return FALSE;
        parts[count++] = value;
        if (!*end)
            break;
        if (*end != ':')
            return FALSE;
        at = end;
    }
    for (guint i = 0; i + 1 < count; i++)
        if (parts[i] != 0) /* there is no other domain or bus */
            return FALSE;
    *slot = (int)parts[count - 1];
    return parts[count - 1] <= 0x1f;
}

gboolean old_pci_wants(OldMachine *machine, const char *address, const char *model, int *wanted)
{
    int slot = 0;
    *wanted = -1;
    gboolean prefixed = g_str_has_prefix(address, "pci_addr=");
    const char *plain = prefixed ? address + strlen("pci_addr=") : address;
    gboolean valid = g_str_equal(plain, "auto") || old_parse_slot(plain, &slot);
    if (machine->version == 10) {
        /* 0.10 needs the prefix, and ignores an address that is valid. */
        if (!prefixed || !valid)
            old_print(machine, "Invalid pci address\n");
        return prefixed && valid;
    }
    if (!valid && machine->version == 11)
        old_die(machine, 1, "Invalid PCI device address %s for device %s", plain, model);
    else if (!valid)
        old_print(machine, "Invalid PCI device address %s\n", plain);
    else if (!g_str_equal(plain, "auto"))
        *wanted = slot << 3;
    return valid;
}

static int first_free(const OldMachine *machine)
{
    for (int devfn = 0; devfn < 256; devfn += 8)
        if (!old_pci_device(machine, devfn))
            return devfn;
    return -1;
}

static void print_full(OldMachine *machine, const char *model)
{
    if (machine->version >= 13)
        old_print(machine, "PCI: no slot/function available for %s, all in use\n", model);
    else
        old_print(machine, "PCI: no devfn available for %s, all in use\n", model);
}

static void print_used(OldMachine *machine, int devfn, const char *model, const char *by)
{
    if (machine->version >= 13)
        old_print(machine, "PCI: slot %d function %d not available for %s, in use by %s\n",
                  devfn >> 3, devfn & 7, model, by);
    else
        old_print(machine, "PCI: devfn %d not available for %s, in use by %s\n", devfn, model, by);
}

gboolean old_pci_place(OldMachine *machine, int wanted, const char *model, int *devfn)
{
    const OldDevice *there = wanted < 0 ? NULL : old_pci_device(machine, wanted);
    *devfn = wanted < 0 ? first_free(machine) : wanted;
    if (*devfn >= 0 && !there)
        return TRUE;
    if (machine->version < 12) /* 0.10 was not measured: it has no check either */
        old_die(machine, -6, "pci_qdev_init: Assertion `pci_dev' failed: slot in use or bus full");
    else if (there)
        print_used(machine, *devfn, model, there->model);
    else
        print_full(machine, model);
    return FALSE;
}
