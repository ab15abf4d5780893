/* The table of device models and the names of kinds and bus families. */
#include "engine/model.h"

#include <stdlib.h>
#include <string.h>

#define NONE G_MAXUINT

static const Model models[] = {
#include "engine/model_table.inc"
};

/* Names that device_add takes too; `info qtree` never prints them. */
static const struct {
    const char *alias;
    const char *driver;
} aliases[] = {
    { "ac97", "AC97" },
    { "ahci", "ich9-ahci" },
    { "e1000-82540em", "e1000" },
    { "es1370", "ES1370" },
    { "lsi", "lsi53c895a" },
    { "virtio-9p", "virtio-9p-pci" },
    { "virtio-balloon", "virtio-balloon-pci" },
    { "virtio-blk", "virtio-blk-pci" },
    { "virtio-gpu", "virtio-gpu-pci" },
    { "virtio-gpu-gl", "virtio-gpu-gl-pci" },
    { "virtio-input-host", "virtio-input-host-pci" },
    { "virtio-iommu", "virtio-iommu-pci" },
    { "virtio-keyboard", "virtio-keyboard-pci" },
    { "virtio-mouse", "virtio-mouse-pci" },
    { "virtio-net", "virtio-net-pci" },
    { "virtio-rng", "virtio-rng-pci" },
    { "virtio-scsi", "virtio-scsi-pci" },
    { "virtio-serial", "virtio-serial-pci" },
    { "virtio-sound", "virtio-sound-pci" },
    { "virtio-tablet", "virtio-tablet-pci" },
};

/* What `info usb` calls them (QEMU 7.2 and 10.0); all that is known where QEMU names no driver. */
static const struct {
    const char *product, *driver;
} usb_products[] = {
    { "QEMU USB Audio Interface", "usb-audio" },
    { "QEMU USB Braille", "usb-braille" },
    { "QEMU USB CCID", "usb-ccid" },
    { "QEMU USB Hub", "usb-hub" },
    { "QEMU USB Keyboard", "usb-kbd" },
    { "QEMU USB MSD", "usb-storage" },
    { "QEMU USB MTP", "usb-mtp" },
    { "QEMU USB Mouse", "usb-mouse" },
    { "QEMU USB Network Interface", "usb-net" },
    { "QEMU USB Serial", "usb-serial" },
    { "QEMU USB Tablet", "usb-tablet" },
    { "QEMU PenPartner Tablet", "usb-wacom-tablet" },
    { "USB Attached SCSI HBA", "usb-uas" },
    { "USB Host Device", "usb-host" },
    { "USB Redirection Device", "usb-redir" },
};

static const char *const kind_names[] = {
    [KIND_DISK] = "disk",
    [KIND_CDROM] = "cdrom",
    [KIND_FLOPPY] = "floppy",
    [KIND_NIC] = "nic",
    [KIND_CONTROLLER] = "controller",
    [KIND_BRIDGE] = "bridge",
    [KIND_VIDEO] = "video",
    [KIND_SOUND] = "sound",
    [KIND_WATCHDOG] = "watchdog",
    [KIND_BALLOON] = "balloon",
    [KIND_RNG] = "rng",
    [KIND_SERIAL] = "serial",
    [KIND_INPUT] = "input",
    [KIND_HUB] = "hub",
    [KIND_USB] = "usb",
    [KIND_MEMORY] = "memory",
    [KIND_OTHER] = "other",
};

static const char *const family_names[] = {
    [BUS_SYSTEM] = "system",    [BUS_PCI] = "PCI",
    [BUS_PCIE] = "PCI Express", [BUS_SCSI] = "SCSI",
    [BUS_IDE] = "IDE",          [BUS_SATA] = "SATA",
    [BUS_FLOPPY] = "floppy",    [BUS_USB] = "USB",
    [BUS_VIRTIO] = "virtio",    [BUS_VIRTIO_SERIAL] = "virtio-serial",
    [BUS_NVME] = "NVMe",        [BUS_ISA] = "ISA",
    [BUS_I2C] = "I2C",          [BUS_HDA] = "HDA",
    [BUS_OTHER] = "other",
};

/* QEMU's type names of buses, 7.2 and 10.0. */
static const struct {
    const char *type;
    BusFamily family;
} bus_types[] = {
    { "System", BUS_SYSTEM },
    { "PCI", BUS_PCI },
    { "pxb-bus", BUS_PCI },
    { "PCIE", BUS_PCIE },
    { "pxb-pcie-bus", BUS_PCIE },
    { "CXL", BUS_PCIE },
    { "pxb-cxl-bus", BUS_PCIE },
    { "SCSI", BUS_SCSI },
    { "IDE", BUS_IDE },
    { "floppy-bus", BUS_FLOPPY },
    { "usb-bus", BUS_USB },
    { "virtio-pci-bus", BUS_VIRTIO },
    { "virtio-mmio-bus", BUS_VIRTIO },
    { "virtio-ccw-bus", BUS_VIRTIO },
    { "virtio-serial-bus", BUS_VIRTIO_SERIAL },
    { "nvme-bus", BUS_NVME },
    { "ISA", BUS_ISA },
    { "i2c-bus", BUS_I2C },
    { "HDA", BUS_HDA },
};

const char *device_kind_name(DeviceKind kind)
{
    g_return_val_if_fail(kind < G_N_ELEMENTS(kind_names), NULL);
    return kind_names[kind];
}

BusFamily bus_family_from_type(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bus_types); i++) {
        if (strcmp(bus_types[i].type, type) == 0)
            return bus_types[i].family;
    }
    return BUS_OTHER;
}

const char *bus_family_name(BusFamily family)
{
    g_return_val_if_fail(family < G_N_ELEMENTS(family_names), NULL);
    return family_names[family];
}

static int compare_driver(const void *driver, const void *model)
{
    return g_ascii_strcasecmp(driver, ((const Model *)model)->driver);
}

const Model *model_find(const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(aliases); i++) {
        if (strcmp(aliases[i].alias, driver) == 0)
            driver = aliases[i].driver;
    }
    const Model *model =
        bsearch(driver, models, G_N_ELEMENTS(models), sizeof models[0], compare_driver);
    /* QEMU's names are exact: "vga" is no driver. */
    return model && strcmp(model->driver, driver) == 0 ? model : NULL;
}

/* Drivers that came after the last QEMU without QOM, and have ids of older ones. */
static gboolean is_later(const char *driver)
{
    static const char *const patterns[] = { "vhost-*", "*transitional", "*-xen", "bochs-display",
                                            "secondary-vga" };
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        if (g_pattern_match_simple(patterns[i], driver))
            return TRUE;
    }
    return FALSE;
}

const Model *model_find_pci(guint16 vendor, guint16 device)
{
    const Model *found = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(models); i++) {
        const Model *model = &models[i];
        if (!model->vendor || model->vendor != vendor || model->device != device ||
            is_later(model->driver))
            continue;
        if (found)
            return NULL;
        found = model;
    }
    return found;
}

const Model *model_find_usb(const char *product)
{
    for (gsize i = 0; i < G_N_ELEMENTS(usb_products); i++) {
        if (strcmp(usb_products[i].product, product) == 0)
            return model_find(usb_products[i].driver);
    }
    return NULL;
}

const Model *model_all(gsize *count)
{
    *count = G_N_ELEMENTS(models);
    return models;
}
