/* What is known of QEMU's device models without asking a guest: one row a driver. Asking would need
 * qom-list-types, which can abort QEMU (it loads all modules), so this table is the only source. */
#ifndef BACKPLANE_MODEL_H
#define BACKPLANE_MODEL_H

#include <glib.h>

typedef enum {
    KIND_DISK,
    KIND_CDROM,
    KIND_FLOPPY,
    KIND_NIC,
    KIND_CONTROLLER,
    KIND_BRIDGE,
    KIND_VIDEO,
    KIND_SOUND,
    KIND_WATCHDOG,
    KIND_BALLOON,
    KIND_RNG,
    KIND_SERIAL,
    KIND_INPUT,
    KIND_HUB,
    KIND_USB,
    KIND_MEMORY,
    KIND_OTHER,
} DeviceKind;

/* "disk", "cdrom", ... as in `tree --json`. */
const char *device_kind_name(DeviceKind kind);

typedef enum {
    BUS_SYSTEM,
    BUS_PCI, /* conventional */
    BUS_PCIE,
    BUS_SCSI,
    BUS_IDE,
    BUS_SATA,
    BUS_FLOPPY,
    BUS_USB,
    BUS_VIRTIO, /* the inner bus of a virtio proxy, folded away */
    BUS_VIRTIO_SERIAL,
    BUS_NVME,
    BUS_ISA,
    BUS_I2C,
    BUS_HDA,
    BUS_OTHER, /* a family we do not know; shown by QEMU's type name */
} BusFamily;

/* Of a bus in `info qtree`: its "type" line ("PCI", "SCSI", "usb-bus", ...). IDE buses of an AHCI
 * are told from others by their owner's model. */
BusFamily bus_family_from_type(const char *type);
const char *bus_family_name(BusFamily family);

typedef struct {
    const char *driver; /* QEMU's name, as `info qtree` prints it */
    DeviceKind kind;
    BusFamily plugs;  /* the bus it sits on; BUS_PCIE: a PCI Express device, which fits PCI too */
    BusFamily offers; /* the bus it brings, BUS_SYSTEM for none */
    gboolean hotpluggable; /* by its class; the bus must take hotplug too */
    guint16 vendor;        /* PCI ids, 0 for devices on other buses */
    guint16 device;
    const char *words; /* what a person calls it in the tree: "virtio-net", "IDE controller" */
    const char *xml;   /* model name in domain XML, NULL where it has none */
    /* Places for drives on the offered bus (section 1.7 of the measured facts). */
    guint targets;  /* SCSI ids 0..targets-1, IDE units, USB ports, hub ports */
    guint luns;     /* luns 0..luns-1 of each id */
    guint reserved; /* the id that the adapter itself takes, or G_MAXUINT */
} Model;

/* By driver name or alias ("lsi", "virtio-net", "e1000-82540em"); NULL for a driver we do not know.
 */
const Model *model_find(const char *driver);

/* By the ids of a PCI function, for a QEMU that tells nothing else: NULL where they are those of no
 * driver, or of more than one that such a QEMU (0.10 to 0.14) can have. */
const Model *model_find_pci(guint16 vendor, guint16 device);

/* By what `info usb` calls a device ("QEMU USB Tablet"); NULL for what it calls nothing of ours. */
const Model *model_find_usb(const char *product);

/* All rows in alphabetical order, for choosers and completion. */
const Model *model_all(gsize *count);

#endif
