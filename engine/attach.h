/* What the parts of planning an attach share: one device on its way from a wish to a device_add.
 * Private to hotplug.c and the attach_*.c files. */
#ifndef BACKPLANE_ATTACH_H
#define BACKPLANE_ATTACH_H

#include "engine/hotplug.h"

typedef struct Attach Attach;

struct Attach {
    const HotplugFacts *facts;
    const Guest *guest;
    Request *request; /* owned; with aliases of options resolved */
    Plan *plan;       /* owned until it is done */
    Model model;      /* of the driver; made up from its properties when the table has none */
    char *driver;
    char *id;
    Bus *bus; /* NULL where the device needs none, or where `brought` will bring it */
    char *bus_name;
    Address address;
    Attach *brought; /* the controller that comes along; NULL */
    json_t *device;  /* arguments of its device_add */
};

/* The rows of the four ways to plug a drive. */
typedef struct {
    const char *name;         /* bus= */
    const char *disk, *cdrom; /* drivers; NULL: cannot */
    const char *stem;         /* of ids */
} DriveBus;

/* The row for a drive request: bus= or what else it says, else what the guest has room for. */
const DriveBus *attach_drive_bus(const Guest *guest, const Request *request);

/* --- attach_place.c: which bus, and where on it */
gboolean attach_choose_place(Attach *attach, GError **error);
/* bus, addr, scsi-id and so on of the device_add; what was chosen, and the check. */
void attach_put_place(Attach *attach);

/* --- attach_properties.c */
/* QEMU has the driver, as far as was asked. */
gboolean attach_check_driver(Attach *attach, GError **error);
/* TRUE where it is not known. */
gboolean attach_has_property(const Attach *attach, const char *name);
/* The family of bus that the properties of an unknown driver speak of; BUS_OTHER for none. */
BusFamily attach_guess_family(const HotplugFacts *facts, const char *driver);
/* PROPERTY=VALUE of a device request, with the types that QEMU wants. */
gboolean attach_put_properties(Attach *attach, GError **error);

/* --- attach_disk.c, attach_nic.c: the back end's steps, and what the device says of it */
gboolean attach_add_image(Attach *attach, GError **error);
/* The part of it that opens the file, as this node. */
gboolean attach_add_node(Attach *attach, const char *path, const char *node, GError **error);
gboolean attach_add_netdev(Attach *attach, GError **error);
/* Whether the guest can have this image: its format, and whether it is for reading only. NULL:
 * refused. (transfer none) */
const char *attach_check_image(Attach *attach, const char *path, gboolean *readonly,
                               GError **error);
/* Puts the one that was given, or a free one, into the device as "mac". */
gboolean attach_put_mac(Attach *attach, GError **error);
/* The options given belong to this back end. */
gboolean attach_check_backend(const Attach *attach, const char *backend, GError **error);

#endif
