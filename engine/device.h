/* The tree that a guest has now: buses that carry devices that offer buses. Plain data, built by
 * inventory and read by everybody; nothing here talks to a monitor. */
#ifndef BACKPLANE_DEVICE_H
#define BACKPLANE_DEVICE_H

#include "engine/address.h"
#include "engine/model.h"

typedef struct Bus Bus;
typedef struct Device Device;

typedef enum {
    STATE_FIXED, /* cannot be unplugged: its class or its bus does not let it */
    STATE_PRESENT,
    STATE_ADDED,   /* plugged while we watched */
    STATE_LEAVING, /* its unplug was asked for and is not finished */
    STATE_VACANT,  /* not a device: a place that is free */
    STATE_GONE,    /* in a greyed tree of a guest that is no more */
    STATE_REFUSED,
    STATE_ABSENT,    /* not a device: configured in the domain file, not in the guest */
    STATE_UNMANAGED, /* in the guest, not in the domain file */
    STATE_DIFFERS,   /* elsewhere than the domain file says */
    DEVICE_STATES,
} DeviceState;

const char *device_state_name(DeviceState state);

/* What is behind a drive; strings are NULL and sizes -1 where QEMU does not tell. */
typedef struct {
    char *backend; /* BlockBackend name ("drive-scsi0"), NULL with -blockdev */
    char *node;    /* root block node */
    char *qdev;    /* what query-block calls the device: its id or path, or those of an inner one */
    char *file;    /* image.filename, out of its json:{} wrapping where there is one */
    char *format;
    gint64 size; /* bytes the guest sees */
    gint64 used; /* bytes on the host */
    gboolean inserted;
    gboolean readonly;
    gboolean removable;
    gboolean locked;
    gboolean has_tray; /* a floppy drive has none */
    gboolean tray_open;
} Drive;

typedef struct {
    char *mac;
    char *netdev;  /* id of the back end, NULL for none */
    char *backend; /* its type: "user", "tap", ... NULL when not known */
    char *details; /* QEMU's words on it: "net=10.0.2.0,restrict=off" */
    int link;      /* 1 up, 0 down, -1 not known: QEMU does not tell, only our own set_link does */
} Nic;

typedef struct {
    guint16 vendor, device, subvendor, subdevice, class_code;
    char interrupt; /* 'A'..'D', 0 for none */
    int irq;        /* -1 for none */
    char *regions;  /* one line for each BAR, NULL for none */
} PciFacts;

typedef struct {
    char *name;
    char *value;
} Property;

struct Device {
    /* QOM path: the device's identity, never NULL. One that could not be found out for certain (the
     * device came or went meanwhile, or its line was forged) begins with '?': unique in this tree
     * only. Where QEMU has no QOM the place is the identity: "pci 00:05.0", what sits on it behind
     * a slash (place.h). What does not begin with '/' is given to no command. */
    char *path;
    char *id;           /* qdev id, NULL for devices without */
    char *driver;       /* "" where QEMU tells PCI ids only, and they do not tell */
    const Model *model; /* NULL for a driver we do not know */
    DeviceKind kind;
    char *words;      /* short, for the tree */
    char *label;      /* NULL until device_label was asked */
    Bus *bus;         /* it sits on; NULL only for memory devices */
    GPtrArray *buses; /* (Bus) it offers, folded inner ones resolved */
    Address address;
    gboolean implicit;     /* the machine brought it by itself */
    gboolean hotpluggable; /* class and bus allow an unplug */
    gboolean hotplugged;   /* seen to arrive while we watched */
    gboolean planned;      /* not there yet: a staged change will bring it */
    DeviceState state;
    gint64 since;          /* g_get_real_time() of its last change of state; 0 unknown */
    char *attached;        /* "name QEMU USB Tablet, speed 480" and the like; NULL */
    char *usb_address;     /* "0.2", what the guest numbered it; NULL unless a USB device */
    PciFacts *pci;         /* NULL unless a PCI function */
    Drive *drive;          /* NULL unless a drive */
    Nic *nic;              /* NULL unless a NIC */
    GPtrArray *properties; /* (Property) in QEMU's order, those of folded inner devices after */
};

struct Bus {
    char *name; /* may occur twice in one guest ("pcie.0") */
    char *type; /* QEMU's type name */
    char *path; /* QOM path */
    BusFamily family;
    Device *owner;      /* NULL for the main system bus */
    GPtrArray *devices; /* (Device) sorted by address, then in order of creation */
    gboolean hotpluggable;
    int number;  /* PCI: as the guest numbered it, or PCI_BUS_UNKNOWN */
    guint index; /* n-th bus (PCI), controller (drives) or USB bus of its family in tree order */
};

/* (transfer none) value of a property, NULL when there is none. The last one of that name counts:
 * QEMU prints a device's place after its strings, so a string cannot forge it. */
const char *device_property(const Device *device, const char *name);

/* Full name, from pci.ids where it is a PCI device: "82540EM Gigabit Ethernet Controller". Asked
 * for one by one since the first question loads pci.ids (11 ms). (transfer none) */
const char *device_label(const Device *device);

/* The name that is told to users: the id, else "driver at address"; "net1 (staged)" for one that is
 * only planned; "scsi-disk scsi1-hd5" where of a drive no more is known than that there is one.
 * (transfer full) */
char *device_display_name(const Device *device);

/* Its path means the same device in the next tree. */
gboolean device_identity_lasts(const Device *device);

/* The interrupt line that the guest's firmware wrote down, -1 while it has not (QEMU shows 0 then,
 * and 255 means none). */
int device_irq(const Device *device);

/* The device that carries this one: owner of its bus; NULL at the top. */
Device *device_parent(const Device *device);

/* Whether the guest has to let go of it to be unplugged; SCSI and USB devices QEMU takes out by
 * itself. */
gboolean device_needs_guest(const Device *device);

/* How many places the bus has in all: 32 slots, 1 at a root port, bays, ports; 0: not countable. */
guint bus_capacity(const Bus *bus);

/* Those functions of a PCI slot that go with the device when its slot is ejected, itself included,
 * in order of function. (transfer container) (Device) */
GPtrArray *device_slot_mates(const Device *device);

/* All devices that sit on buses of this one, at any depth. (transfer container) (Device) */
GPtrArray *device_descendants(const Device *device);

Device *device_new(const char *driver);
void device_free(Device *device);
Bus *bus_new(const char *name, const char *type);
void bus_free(Bus *bus);

#endif
