/* The elements of <devices>: a table of who writes which, and what all have in common. */
#include "engine/describe_item.h"

#include <stdlib.h>
#include <string.h>

#include "engine/domain_address.h"

typedef void (*Writer)(const DescribeItem *item, DescribeText *text);

/* --- facts of a device ----------------------------------------------------------------------- */

/* NULL also where it is empty. */
static const char *fact(const DescribeItem *item, const char *name)
{
    const char *value = device_property(item->device, name);
    return value && *value ? value : NULL;
}

/* QEMU writes "31 (0x1f)". 0 where there is none. */
static guint64 number(const DescribeItem *item, const char *name)
{
    const char *value = fact(item, name);
    return value ? g_ascii_strtoull(value, NULL, 10) : 0;
}

/* (transfer full) NULL for 0, which these numbers have where nobody chose one. */
static char *number_text(const DescribeItem *item, const char *name)
{
    guint64 value = number(item, name);
    return value ? g_strdup_printf("%" G_GUINT64_FORMAT, value) : NULL;
}

static gboolean says(const DescribeItem *item, const char *name, const char *value)
{
    return g_strcmp0(fact(item, name), value) == 0;
}

/* The model in the file's words; QEMU's where libvirt has none. */
static const char *model_word(const DescribeItem *item)
{
    return item->words->driver ? item->words->model : item->device->driver;
}

/* --- drives ---------------------------------------------------------------------------------- */

static const char *disk_device(const DescribeItem *item)
{
    if (item->device->kind == KIND_CDROM)
        return "cdrom";
    if (item->device->kind == KIND_FLOPPY)
        return "floppy";
    return strcmp(item->device->driver, "scsi-block") == 0 ? "lun" : "disk";
}

static void write_medium(const DescribeItem *item, DescribeText *text)
{
    const Drive *drive = item->device->drive;
    if (drive && drive->inserted)
        describe_text_leaf(text, "driver", NULL, "name", "qemu", "type", drive->format, "cache",
                           item->cache, "io", item->io, "discard", item->discard, NULL);
    describe_drive_source(item->device, text);
}

static void write_marks(const DescribeItem *item, DescribeText *text)
{
    const Drive *drive = item->device->drive;
    guint64 wwn = number(item, "wwn");
    g_autofree char *digits = g_strdup_printf("%016" G_GINT64_MODIFIER "x", wwn);
    if (item->device->kind == KIND_CDROM || (drive && drive->readonly))
        describe_text_leaf(text, "readonly", NULL, NULL);
    if (fact(item, "serial"))
        describe_text_leaf(text, "serial", fact(item, "serial"), NULL);
    if (wwn)
        describe_text_leaf(text, "wwn", digits, NULL);
}

static void write_disk(const DescribeItem *item, DescribeText *text)
{
    gboolean usb = strcmp(item->words->type, "usb") == 0;
    gboolean virtio_model = g_str_has_prefix(item->words->model, "virtio-");
    describe_text_open(text, "disk", "type", describe_drive_type(item->device), "device",
                       disk_device(item), "model", virtio_model ? item->words->model : NULL, NULL);
    write_medium(item, text);
    describe_text_leaf(text, "target", NULL, "dev", item->target, "bus", item->words->type,
                       "removable", usb && says(item, "removable", "true") ? "on" : NULL, NULL);
    write_marks(item, text);
}

/* --- controllers ----------------------------------------------------------------------------- */

/* Numbers of a bridge in libvirt's words and in QEMU's. */
static const struct {
    const char *attribute, *property;
} bridge_numbers[] = {
    { "chassisNr", "chassis_nr" },
    { "chassis", "chassis" },
    { "port", "port" },
    { "busNr", "bus_nr" },
};

static void write_bridge(const DescribeItem *item, DescribeText *text)
{
    const char *pairs[2 * G_N_ELEMENTS(bridge_numbers) + 3];
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    gsize used = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(bridge_numbers); i++) {
        char *value = number_text(item, bridge_numbers[i].property);
        if (!value)
            continue;
        g_ptr_array_add(values, value);
        pairs[used++] = bridge_numbers[i].attribute;
        pairs[used++] = value;
    }
    if (says(item, "hotplug", "false")) {
        pairs[used++] = "hotplug";
        pairs[used++] = "off";
    }
    pairs[used] = NULL;
    if (used)
        describe_text_pairs(text, "target", pairs);
}

/* Several drivers have one word in libvirt; the first of them is what it means. */
static gboolean needs_name(const DescribeItem *item)
{
    const DomainModel *words = item->words;
    const DomainModel *meant = NULL;
    for (MachineFamily family = MACHINE_PC; words->driver && !meant; family++) {
        if (words->families & 1u << family)
            meant = domain_model_find(family, words->element, words->type, words->model);
    }
    return meant && g_strcmp0(meant->driver, words->driver) != 0;
}

/* QEMU does not show how many ports an xHCI has (7.2, 10.0), but that many at least. */
static guint highest_port(const Device *controller)
{
    guint highest = 0;
    for (guint i = 0; i < controller->buses->len; i++) {
        const Bus *bus = controller->buses->pdata[i];
        for (guint j = 0; j < bus->devices->len; j++) {
            const Address *address = &((Device *)bus->devices->pdata[j])->address;
            if (address->type == ADDRESS_USB)
                highest = MAX(highest, g_ascii_strtoull(address->usb.port, NULL, 10));
        }
    }
    return highest;
}

/* How many ports it was given, where that is not what it has by itself. (transfer full) */
static char *port_count(const DescribeItem *item)
{
    guint usual = item->device->model ? item->device->model->targets : 0;
    guint ports = MAX(number(item, "p2"), number(item, "p3"));
    ports = MAX(ports, highest_port(item->device));
    if (fact(item, "max_ports"))
        ports = number(item, "max_ports");
    else if (ports < usual)
        return NULL;
    return ports && ports != usual ? g_strdup_printf("%u", ports) : NULL;
}

/* What no command line asks for, in an element that is ours. */
static const char *implicit_word(const DescribeItem *item)
{
    return item->device->implicit ? "yes" : NULL;
}

static void write_controller(const DescribeItem *item, DescribeText *text)
{
    g_autofree char *index = g_strdup_printf("%d", MAX(item->index, 0));
    g_autofree char *ports = port_count(item);
    describe_text_open(text, "controller", "type", item->words->type, "index", index, "model",
                       model_word(item), "ports", ports, "implicit",
                       item->words->driver ? NULL : implicit_word(item), NULL);
    if (needs_name(item))
        describe_text_leaf(text, "model", NULL, "name", item->device->driver, NULL);
    if (strcmp(item->words->type, "pci") == 0)
        write_bridge(item, text);
    if (fact(item, "masterbus")) {
        g_autofree char *port = g_strdup_printf("%u", (guint)number(item, "firstport"));
        describe_text_leaf(text, "master", NULL, "startport", port, NULL);
    }
}

/* --- network and character devices ----------------------------------------------------------- */

static void write_interface(const DescribeItem *item, DescribeText *text)
{
    const Nic *nic = item->device->nic;
    describe_text_open(text, "interface", "type", describe_nic_type(item->device), NULL);
    if (nic && nic->mac)
        describe_text_leaf(text, "mac", NULL, "address", nic->mac, NULL);
    describe_nic_source(item->device, text);
    describe_text_leaf(text, "model", NULL, "type", model_word(item), NULL);
    if (nic && nic->link == 0)
        describe_text_leaf(text, "link", NULL, "state", "down", NULL);
}

static void write_chardev(const DescribeItem *item, DescribeText *text)
{
    gboolean isa = item->device->bus && item->device->bus->family == BUS_ISA;
    g_autofree char *port = isa ? g_strdup_printf("%u", (guint)number(item, "index")) : NULL;
    describe_text_open(text, item->words->element, "type", describe_chardev_type(item), NULL);
    describe_chardev_source(item, text);
    describe_text_leaf(text, "target", NULL, "type", item->words->model, "name", fact(item, "name"),
                       "port", port, NULL);
}

/* --- one word each --------------------------------------------------------------------------- */

static void write_model(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, item->words->element, "model", item->words->model, NULL);
}

static void write_type(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, item->words->element, "type", item->words->type, NULL);
}

static void write_plain(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, item->words->element, NULL);
}

static void write_input(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, "input", "type", item->words->type, "bus", item->words->model, NULL);
}

static void write_smartcard(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, "smartcard", "mode", item->words->type, NULL);
}

static void write_redirdev(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, "redirdev", "bus", "usb", "type", describe_chardev_type(item), NULL);
    describe_chardev_source(item, text);
}

static void write_video(const DescribeItem *item, DescribeText *text)
{
    const char *primary = !item->words->type                          ? NULL
                          : strcmp(item->words->type, "primary") == 0 ? "yes"
                                                                      : "no";
    describe_text_open(text, "video", NULL);
    describe_text_open(text, "model", "type", item->words->model, "primary", primary, NULL);
    if (strstr(item->device->driver, "-gl"))
        describe_text_leaf(text, "acceleration", NULL, "accel3d", "yes", NULL);
    describe_text_close(text);
}

/* Its codecs are part of the card in the file, and devices in the guest. */
static void write_sound(const DescribeItem *item, DescribeText *text)
{
    static const char prefix[] = "hda-";
    write_model(item, text);
    for (guint i = 0; i < item->device->buses->len; i++) {
        const Bus *bus = item->device->buses->pdata[i];
        for (guint j = 0; bus->family == BUS_HDA && j < bus->devices->len; j++) {
            const Device *codec = bus->devices->pdata[j];
            if (g_str_has_prefix(codec->driver, prefix))
                describe_text_leaf(text, "codec", NULL, "type", codec->driver + strlen(prefix),
                                   NULL);
        }
    }
}

/* --- with a back end of their own ------------------------------------------------------------ */

/* What an object is, "/objects/NAME" given as a property. */
static gboolean object_is(const DescribeItem *item, const char *property, const char *type)
{
    gsize i;
    json_t *entry;
    const char *path = fact(item, property);
    const char *name = path ? strrchr(path, '/') : NULL;
    g_autofree char *child = g_strdup_printf("child<%s>", type);
    json_array_foreach (item->guest->objects, i, entry) {
        if (name && g_strcmp0(json_string_value(json_object_get(entry, "name")), name + 1) == 0 &&
            g_strcmp0(json_string_value(json_object_get(entry, "type")), child) == 0)
            return TRUE;
    }
    return FALSE;
}

static void write_rng(const DescribeItem *item, DescribeText *text)
{
    gboolean random = object_is(item, "rng", "rng-random");
    write_model(item, text);
    describe_text_leaf(text, "backend", random ? "/dev/urandom" : NULL, "model",
                       random ? "random" : "builtin", NULL);
}

static void write_tpm(const DescribeItem *item, DescribeText *text)
{
    write_model(item, text);
    describe_text_leaf(text, "backend", NULL, "type", "emulator", NULL);
}

static void write_crypto(const DescribeItem *item, DescribeText *text)
{
    describe_text_open(text, "crypto", "model", item->words->model, "type", "qemu", NULL);
    describe_text_leaf(text, "backend", NULL, "model", "builtin", NULL);
}

static void write_vsock(const DescribeItem *item, DescribeText *text)
{
    g_autofree char *cid = number_text(item, "guest-cid");
    write_model(item, text);
    describe_text_leaf(text, "cid", NULL, "auto", cid ? "no" : "yes", "address", cid, NULL);
}

static void write_shmem(const DescribeItem *item, DescribeText *text)
{
    const char *path = fact(item, "memdev");
    const char *name = path ? strrchr(path, '/') : NULL;
    describe_text_open(text, "shmem", "name", name ? name + 1 : item->device->id, NULL);
    describe_text_leaf(text, "model", NULL, "type", item->words->model, NULL);
}

static void write_filesystem(const DescribeItem *item, DescribeText *text)
{
    const char *tag = fact(item, "mount_tag");
    describe_text_open(text, "filesystem", "type", "mount", "model", item->words->model, NULL);
    if (strcmp(item->words->type, "virtiofs") == 0) {
        describe_text_leaf(text, "driver", NULL, "type", "virtiofs", NULL);
        tag = fact(item, "tag");
    }
    if (tag)
        describe_text_leaf(text, "target", NULL, "dir", tag, NULL);
}

static void write_memory(const DescribeItem *item, DescribeText *text)
{
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, number(item, "size") / 1024);
    g_autofree char *node = g_strdup_printf("%u", (guint)number(item, "node"));
    write_model(item, text);
    describe_text_open(text, "target", NULL);
    describe_text_leaf(text, "size", size, "unit", "KiB", NULL);
    describe_text_leaf(text, "node", node, NULL);
    describe_text_close(text);
}

/* --- devices of the host --------------------------------------------------------------------- */

static void write_host_pci(const DescribeItem *item, DescribeText *text)
{
    Address host;
    if (!fact(item, "host") || !address_parse(fact(item, "host"), &host, NULL) ||
        host.type != ADDRESS_PCI)
        return;
    g_auto(GStrv) pairs = domain_address_attributes(&host);
    describe_text_open(text, "source", NULL);
    describe_text_pairs(text, "address", (const char *const *)pairs);
    describe_text_close(text);
}

static void write_host_usb(const DescribeItem *item, DescribeText *text)
{
    g_autofree char *bus = number_text(item, "hostbus");
    g_autofree char *device = number_text(item, "hostaddr");
    if (!bus || !device)
        return;
    describe_text_open(text, "source", NULL);
    describe_text_leaf(text, "address", NULL, "bus", bus, "device", device, NULL);
    describe_text_close(text);
}

static void write_hostdev(const DescribeItem *item, DescribeText *text)
{
    const char *type = item->words->type;
    describe_text_open(text, "hostdev", "mode", "subsystem", "type", type, NULL);
    if (strcmp(type, "pci") == 0)
        write_host_pci(item, text);
    else if (strcmp(type, "usb") == 0)
        write_host_usb(item, text);
}

/* --- what libvirt has no word for ------------------------------------------------------------ */

static void write_pci_ids(const DescribeItem *item, DescribeText *text)
{
    const PciFacts *pci = item->device->pci;
    if (!pci)
        return;
    g_autofree char *vendor = g_strdup_printf("0x%04x", pci->vendor);
    g_autofree char *device = g_strdup_printf("0x%04x", pci->device);
    describe_text_leaf(text, "pci", NULL, "vendor", vendor, "device", device, NULL);
}

static void write_device(const DescribeItem *item, DescribeText *text)
{
    const char *type = item->device->drive ? describe_drive_type(item->device) : "file";
    describe_text_open(text, "device", "driver", item->device->driver, "type",
                       strcmp(type, "file") != 0 ? type : NULL, "implicit", implicit_word(item),
                       NULL);
    write_pci_ids(item, text);
    if (item->device->drive) {
        write_medium(item, text);
        write_marks(item, text);
    }
}

/* --- all ------------------------------------------------------------------------------------- */

static const struct {
    const char *element;
    Writer write;
} writers[] = {
    { "channel", write_chardev },
    { "console", write_chardev },
    { "controller", write_controller },
    { "crypto", write_crypto },
    { "disk", write_disk },
    { "filesystem", write_filesystem },
    { "hostdev", write_hostdev },
    { "hub", write_type },
    { "input", write_input },
    { "interface", write_interface },
    { "iommu", write_model },
    { "memballoon", write_model },
    { "memory", write_memory },
    { "nvram", write_plain },
    { "panic", write_model },
    { "parallel", write_chardev },
    { "redirdev", write_redirdev },
    { "rng", write_rng },
    { "serial", write_chardev },
    { "shmem", write_shmem },
    { "smartcard", write_smartcard },
    { "sound", write_sound },
    { "tpm", write_tpm },
    { "video", write_video },
    { "vsock", write_vsock },
    { "watchdog", write_model },
};

static Writer find_writer(const DescribeItem *item)
{
    for (gsize i = 0; item->words && i < G_N_ELEMENTS(writers); i++) {
        if (strcmp(writers[i].element, item->words->element) == 0)
            return writers[i].write;
    }
    return write_device;
}

static void write_place(const DescribeItem *item, DescribeText *text)
{
    g_auto(GStrv) place = domain_address_attributes(&item->place);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    const char *head[] = { "type", domain_address_type(item->place.type), "mode",
                           address_mode_name(item->mode) };
    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(pairs, (gpointer)head[i]);
    for (char **word = place; *word; word++)
        g_ptr_array_add(pairs, *word);
    if (item->place.type == ADDRESS_PCI && !item->place.pci.function &&
        says(item, "multifunction", "true")) {
        g_ptr_array_add(pairs, (gpointer) "multifunction");
        g_ptr_array_add(pairs, (gpointer) "on");
    }
    g_ptr_array_add(pairs, NULL);
    describe_text_pairs(text, "address", (const char *const *)pairs->pdata);
}

/* Places that have no numbers here. */
static void write_other_place(const DescribeItem *item, DescribeText *text)
{
    const Bus *bus = item->device->bus;
    if (bus && strcmp(bus->type, "virtio-mmio-bus") == 0)
        describe_text_leaf(text, "address", NULL, "type", "virtio-mmio", NULL);
    if (!bus && fact(item, "slot")) {
        g_autofree char *slot = g_strdup_printf("%u", (guint)number(item, "slot"));
        describe_text_leaf(text, "address", NULL, "type", "dimm", "slot", slot, NULL);
    }
}

void describe_item(const DescribeItem *item, DescribeText *text)
{
    find_writer(item)(item, text);
    for (const char *const *pair = item->properties; pair && *pair; pair += 2)
        describe_text_leaf(text, "property", NULL, "name", pair[0], "value", pair[1], NULL);
    /* The bridge of an expander bears the expander's id. */
    if (item->device->id && !item->device->implicit)
        describe_text_leaf(text, "alias", NULL, "name", item->device->id, NULL);
    if (item->place.type == ADDRESS_NONE)
        write_other_place(item, text);
    else
        write_place(item, text);
    describe_text_close(text);
}

const char *describe_element_name(const DescribeItem *item)
{
    return find_writer(item) == write_device ? "device" : item->words->element;
}
