/* Where a device sits, seen from its parent: PCI, drive, USB and virtio-serial addresses. */
#ifndef BACKPLANE_ADDRESS_H
#define BACKPLANE_ADDRESS_H

#include <jansson.h>

#include "engine/error.h"

typedef enum {
    ADDRESS_NONE, /* ISA, system bus: no place that QEMU tells */
    ADDRESS_PCI,
    ADDRESS_DRIVE,
    ADDRESS_USB,
    ADDRESS_SERIAL, /* a port of a virtio-serial controller */
} AddressType;

/* The number of a PCI bus that the firmware has not numbered yet. */
#define PCI_BUS_UNKNOWN (-1)

typedef struct {
    AddressType type;
    union {
        struct {
            guint domain;
            int bus;        /* 0..255 as the guest numbered it, or PCI_BUS_UNKNOWN */
            guint slot;     /* 0..31 */
            guint function; /* 0..7 */
        } pci;
        struct {
            guint controller; /* the n-th controller of this family in address order */
            guint bus;        /* IDE channel, SCSI channel; 0 for SATA and floppy */
            guint target;     /* scsi-id; 0 elsewhere */
            guint unit;       /* lun on SCSI; unit on IDE and floppy; port on SATA */
            gboolean scsi; /* the text form names the target, and the lun only where it is not 0 */
        } drive;
        struct {
            guint bus;     /* the n-th USB bus in address order */
            char port[24]; /* "2", behind hubs "2.1" */
        } usb;
        struct {
            guint controller;
            guint port;
        } serial;
    };
} Address;

/* "00:05.0", "0:0:3" (controller, bus, unit; a lun other than 0 follows), "usb 1.2" (bus.port),
 * "serial 0.1"; "" for ADDRESS_NONE, "??:05.0" before the firmware numbered the bus. (transfer
 * full) */
char *address_to_text(const Address *address);

/* As in the first column of the tree, without what the parent row tells: "05.0", "0:3", "2.1". */
char *address_to_short_text(const Address *address);

/* The reverse of address_to_text; "05.0" and "0000:00:05.0" are PCI addresses too.
 * Errors: ENGINE_ERROR_INPUT that names the part that is out of range. */
gboolean address_parse(const char *text, Address *address, GError **error);

/* "05.0" or "5" (hex slot 0..1f, function 0..7), as QEMU's addr property. */
gboolean address_parse_slot(const char *text, guint *slot, guint *function, GError **error);

/* Order within one type: by bus, slot and so on, ports numerically. */
int address_compare(const Address *a, const Address *b);
gboolean address_equal(const Address *a, const Address *b);

/* The shape of `tree --json`: {"type": "pci", "domain": 0, "bus": 0, "slot": 5, "function": 0}; an
 * unknown bus is null. ADDRESS_NONE gives JSON null. (transfer full) */
json_t *address_to_json(const Address *address);

#endif
