/* The steps of assigning: each takes a domain and gives one that has more. */
#ifndef BACKPLANE_ASSIGN_PRIVATE_H
#define BACKPLANE_ASSIGN_PRIVATE_H

#include "engine/assign.h"
#include "engine/domain_edit.h"

/* --- assign.c -------------------------------------------------------------------------------- */

/* Whether the device is still to get an address of this type ("pci", "usb", "virtio-serial"): it
 * has none, or one that leaves the choice. */
gboolean assign_is_open(const DomainDevice *device, const char *type);
/* Whether addresses (ADDRESS_USB or ADDRESS_SERIAL) name the first controller of this type, and the
 * file has none: domain_check lets it come by itself. */
gboolean assign_misses_first(const Domain *domain, AddressType type, const char *controller);
/* The domain with the edit made; the same one, referenced, when there is nothing to do. (transfer
 * full) */
Domain *assign_apply(const Domain *domain, const DomainEdit *edit, GError **error);

/* --- assign_serial.c, assign_usb.c, assign_pci.c --------------------------------------------- */

/* Consoles and channels get ports of virtio-serial controllers, USB devices ports of USB
 * controllers; what is missing of controllers and hubs is added. (transfer full) */
Domain *assign_serial(const Domain *domain, GError **error);
Domain *assign_usb(const Domain *domain, GError **error);
/* PCI devices of pc and q35 machines get slots; what is missing of bridges and ports is added, on
 * q35 with so many empty ports. (transfer full) */
Domain *assign_pci(const Domain *domain, guint spare, GError **error);

/* --- assign_bus.c: the PCI buses of a domain, and what is free on them ----------------------- */

/* What a slot is good for: where a device may be put unasked, which is stricter than what a guest
 * finds. As libvirt has it (9.0.0, domain_addr.c). */
typedef enum {
    SEAT_NONE,
    SEAT_PCI,    /* a slot of a conventional bus that takes hotplug */
    SEAT_DMI,    /* one of a dmi-to-pci-bridge: bridges alone */
    SEAT_ROOT,   /* on pcie-root */
    SEAT_PORT,   /* the slot of a port: a PCI Express device */
    SEAT_SWITCH, /* in a switch: downstream ports */
} Seat;

typedef struct {
    const char *model; /* of a controller of type pci */
    const char *name;  /* of the <model> that an added one gets */
    Seat sits, serves;
    guint first, last; /* slots */
    gboolean packs;    /* eight of them share a slot */
} PciBridge;

#define PCI_BUSES 256

typedef struct {
    const Domain *domain;
    struct PciBus *buses[PCI_BUSES]; /* by index in the file; NULL: there is none */
} PciBuses;

PciBuses *pci_buses_new(const Domain *domain);
void pci_buses_free(PciBuses *buses);
/* The row of a controller of type pci; NULL for all others. */
const PciBridge *pci_bridge_of(const DomainDevice *device);

gboolean pci_buses_is_free(const PciBuses *buses, const Address *place);
void pci_buses_take(PciBuses *buses, const Address *place);
/* Takes the lowest free place of the lowest bus; packs: beside other ports where they share a slot.
 * below: on buses of a lower index alone. */
gboolean pci_buses_choose(PciBuses *buses, Seat seat, gboolean packs, guint below, Address *place);
/* How many times choose would find one. */
guint pci_buses_room(const PciBuses *buses, Seat seat, gboolean packs);
/* Adds a bus above all others, behind a controller of this model; pci_buses_place says where it
 * is. FALSE: all indexes are taken. */
gboolean pci_buses_add(PciBuses *buses, const char *model);
/* Gives the added buses that have none a place. FALSE when there is no room. */
gboolean pci_buses_place(PciBuses *buses);
/* The elements of the added ones. */
void pci_buses_write(const PciBuses *buses, DomainEdit *edit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PciBuses, pci_buses_free)

/* --- assign_wish.c: the PCI devices that are to get a place ---------------------------------- */

typedef struct {
    const DomainDevice *device;
    const DomainDevice *leader; /* of its USB group, whose slot it shares; NULL */
    Seat seat;                  /* SEAT_NONE: the leader's slot */
    guint rank, disk;           /* order: its class, then a disk's name */
    Address place;              /* ADDRESS_NONE until it is chosen */
} PciWish;

/* In the order in which they choose. (transfer full) (PciWish) */
GArray *pci_wishes_new(const Domain *domain);
/* Whether it is one of the USB controllers that are functions of one slot. */
gboolean pci_is_usb_group(const DomainDevice *device);

/* --- assign_fixed.c -------------------------------------------------------------------------- */

/* What has a place in the chipset goes there. */
gboolean pci_wishes_place_fixed(GArray *wishes, PciBuses *buses, GError **error);
/* Those with a leader, whose slot is chosen, share it. */
gboolean pci_wishes_place_groups(GArray *wishes, PciBuses *buses, GError **error);

#endif
