/* Records of `info qtree` -> devices: which line means what. */
#include "engine/inventory_tree.h"

#include <stdio.h>
#include <string.h>

/* QEMU names a PCI class where it knows it and prints "Class 0780" otherwise; query-pci, which has
 * the number, leaves out what is behind a bridge without a bus number. (hw/pci/pci.c's table, as
 * both 7.2 and 10.0 print it.) */
static const struct {
    const char *words;
    guint16 code;
} class_words[] = {
    { "SCSI controller", 0x0100 },
    { "IDE controller", 0x0101 },
    { "RAID controller", 0x0104 },
    { "SATA controller", 0x0106 },
    { "NVMe controller", 0x0108 },
    { "Storage controller", 0x0180 },
    { "Ethernet controller", 0x0200 },
    { "Network controller", 0x0280 },
    { "VGA controller", 0x0300 },
    { "Display controller", 0x0380 },
    { "Video controller", 0x0400 },
    { "Audio controller", 0x0401 },
    { "RAM controller", 0x0500 },
    { "Host bridge", 0x0600 },
    { "ISA bridge", 0x0601 },
    { "PCI bridge", 0x0604 },
    { "Bridge", 0x0680 },
    { "Serial port", 0x0700 },
    { "Parallel port", 0x0701 },
    { "Keyboard", 0x0900 },
    { "Mouse", 0x0902 },
    { "USB controller", 0x0c03 },
    { "SMBus", 0x0c05 },
};

guint16 inventory_class_code(const char *words)
{
    unsigned code;
    for (gsize i = 0; i < G_N_ELEMENTS(class_words); i++) {
        if (strcmp(class_words[i].words, words) == 0)
            return class_words[i].code;
    }
    return sscanf(words, "Class %4x", &code) == 1 ? code : 0;
}

/* "class SCSI controller, addr 00:0a.0, pci id 1000:0012 (sub 0000:1000)" */
static void take_class(Device *device, const char *line)
{
    unsigned bus, slot, function, vendor, id, subvendor, subdevice;
    const char *place = strstr(line, ", addr ");
    if (!place || sscanf(place, ", addr %x:%x.%x, pci id %x:%x (sub %x:%x)", &bus, &slot, &function,
                         &vendor, &id, &subvendor, &subdevice) != 7)
        return;
    const char *class = line + strlen("class ");
    g_autofree char *words = g_strndup(class, place - class);
    device->address.type = ADDRESS_PCI;
    device->address.pci.bus = bus;
    device->address.pci.slot = slot;
    device->address.pci.function = function;
    if (!device->pci)
        device->pci = g_new0(PciFacts, 1);
    device->pci->vendor = vendor;
    device->pci->device = id;
    device->pci->subvendor = subvendor;
    device->pci->subdevice = subdevice;
    device->pci->class_code = inventory_class_code(words);
    device->pci->irq = -1;
}

/* "bar 1: mem at 0xfebe4000 [0xfebe4fff]" -> "BAR 1 mem febe4000, 4096 bytes" */
static void take_bar(Device *device, const char *line)
{
    unsigned number;
    char kind[4] = "";
    unsigned long long from, to;
    if (!device->pci ||
        sscanf(line, "bar %u: %3s%*[^0]0x%llx [0x%llx]", &number, kind, &from, &to) != 4)
        return;
    const char *words = strcmp(kind, "mem") == 0 ? "mem" : "io";
    /* An address of all ones: the guest has not mapped it, and the end has wrapped around. */
    g_autofree char *text =
        to < from
            ? g_strdup_printf("BAR %u %s not mapped, %llu bytes", number, words, to + 2)
            : g_strdup_printf("BAR %u %s %llx, %llu bytes", number, words, from, to - from + 1);
    char *regions =
        device->pci->regions ? g_strconcat(device->pci->regions, "\n", text, NULL) : g_strdup(text);
    g_free(device->pci->regions);
    device->pci->regions = regions;
}

/* "addr 0.2, port 2.1, speed 480, name QEMU USB Tablet, attached"; without the port before 0.13. */
static void take_usb(Device *device, const char *line)
{
    char speed[16] = "", port[24] = "";
    int name = 0;
    if (sscanf(line, "addr %*[0-9.], port %23[0-9.], speed %15[0-9.], name %n", port, speed,
               &name) != 2)
        sscanf(line, "addr %*[0-9.], speed %15[0-9.], name %n", speed, &name);
    if (!name)
        return;
    const char *address = line + strlen("addr ");
    g_free(device->usb_address);
    device->usb_address = g_strndup(address, strcspn(address, ","));
    const char *end = g_strrstr(line, ", attached");
    g_autofree char *words =
        g_strndup(line + name, end ? (gsize)(end - line - name) : strlen(line + name));
    device->address.type = *port ? ADDRESS_USB : ADDRESS_NONE;
    g_strlcpy(device->address.usb.port, port, sizeof device->address.usb.port);
    g_free(device->attached);
    device->attached =
        g_strdup_printf("name %s, speed %s%s", words, speed, end ? "" : ", detached");
}

/* "port 1, guest off, host on, throttle off" of a virtio-serial port. */
static void take_port(Device *device, const char *line)
{
    const char *state = strstr(line, ", ");
    g_free(device->attached);
    device->attached = state ? g_strdup(state + strlen(", ")) : NULL;
}

static const struct {
    const char *prefix;
    BusFamily family, other; /* the buses whose devices print such lines */
    void (*take)(Device *device, const char *line);
} lines[] = {
    { "class ", BUS_PCI, BUS_PCIE, take_class },
    { "bar ", BUS_PCI, BUS_PCIE, take_bar },
    { "addr ", BUS_USB, BUS_USB, take_usb },
    { "port ", BUS_VIRTIO_SERIAL, BUS_VIRTIO_SERIAL, take_port },
};

static void take_line(Device *device, const char *line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        if ((device->bus->family == lines[i].family || device->bus->family == lines[i].other) &&
            g_str_has_prefix(line, lines[i].prefix))
            lines[i].take(device, line);
    }
}

static Bus *convert_bus(const QtreeBus *record, Device *owner);

static Device *convert_device(const QtreeDevice *record, Bus *bus)
{
    Device *device = device_new(record->driver);
    device->bus = bus;
    device->id = g_strdup(record->id);
    g_ptr_array_unref(device->properties);
    device->properties = g_ptr_array_ref(record->properties);
    for (guint i = 0; i < record->lines->len; i++)
        take_line(device, record->lines->pdata[i]);
    for (guint i = 0; i < record->buses->len; i++)
        g_ptr_array_add(device->buses, convert_bus(record->buses->pdata[i], device));
    return device;
}

/* An AHCI's buses call themselves IDE; so does everything of the class. */
static gboolean is_sata(const Device *owner)
{
    if (owner->model)
        return owner->model->offers == BUS_SATA;
    return owner->pci && owner->pci->class_code == 0x0106;
}

static Bus *convert_bus(const QtreeBus *record, Device *owner)
{
    Bus *bus = bus_new(record->name, record->type);
    bus->owner = owner;
    if (bus->family == BUS_IDE && owner && is_sata(owner))
        bus->family = BUS_SATA;
    for (guint i = 0; i < record->devices->len; i++)
        g_ptr_array_add(bus->devices, convert_device(record->devices->pdata[i], bus));
    return bus;
}

Bus *inventory_tree_new(const QtreeBus *record)
{
    return convert_bus(record, NULL);
}
