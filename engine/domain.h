/* The devices that a domain XML configures, as plain data read from the file. Nothing here changes
 * a file (domain_edit.h) or looks at a guest (match.h). */
#ifndef BACKPLANE_DOMAIN_H
#define BACKPLANE_DOMAIN_H

#include "engine/address.h"
#include "engine/model.h"
#include "engine/xml_document.h"

typedef struct Domain Domain;

typedef enum {
    MODE_STATIC,  /* chosen by whoever wrote the file; also where no mode is written */
    MODE_DYNAMIC, /* chosen by QEMU or by us, found out by matching */
} AddressMode;

/* An <address> element. `place` is in the file's words: PCI bus = index of the pci controller,
 * drive controller = its index, unit = as written (domain_qemu_place translates), USB bus = index
 * of the usb controller. */
typedef struct {
    const XmlNode *node; /* NULL: there is none */
    const char *type;    /* libvirt's name, static string; NULL: none, or not one we know */
    AddressMode mode;
    gboolean wanted; /* the type alone, a PCI address that is all zero, a USB one without a port:
                      * the place is to be chosen */
    Address place;   /* pci, drive, usb, virtio-serial; ADDRESS_NONE for the others, for wanted, and
                      * where it is not valid (domain_check says why) */
    int usb_device;  /* dev= or device= of a USB address; -1 */
    int multifunction; /* 1 on, 0 off, -1 not written */
} DomainAddress;

typedef struct {
    const Domain *domain;
    const XmlNode *node;
    const char *element; /* node->name */
    guint position;      /* in domain->devices */
    guint ordinal;       /* 1.., among the elements of its name */
    DeviceKind kind;
    const char *driver; /* the QEMU driver it becomes on this machine; NULL: not known, or none */
    const Model *model; /* of the driver; NULL: not known */
    gboolean builtin; /* the machine brings it: host bridge, ide 0 on pc, sata 0 on q35, isa, ... */
    DomainAddress address;

    /* What tells it from others; NULL (index -1) where it has none. */
    const char *alias;
    const char *type;      /* the type attribute: "user", "scsi", "mouse" */
    const char *xml_model; /* model, type or name as written */
    const char *target;    /* "sdf"; of an interface "tap0" */
    const char *bus;       /* of a disk, given or by its target's prefix; of an input */
    const char *source; /* file or block device of a disk; NULL: no medium, or not a local file */
    const char *format; /* of a disk: driver type */
    const char *serial;
    char *mac; /* lower case with colons */
    int index; /* of a controller */
} DomainDevice;

/* Something in the file that is kept but not understood. */
typedef struct {
    guint line;
    char *text; /* "element <teaming> of interface 2" */
} DomainNote;

typedef enum { MACHINE_PC, MACHINE_Q35, MACHINE_OTHER } MachineFamily;

struct Domain {
    XmlDocument *document;
    const XmlNode *root;
    const XmlNode *devices_node;                         /* <devices>; NULL: the file has none */
    const char *name, *type, *arch, *machine, *emulator; /* NULL where they are left out */
    MachineFamily family;
    GPtrArray *devices; /* (DomainDevice) in the order of the file */
    GPtrArray *notes;   /* (DomainNote) */
};

/* document: referenced. Any libvirt file of any age is accepted; what is not understood becomes a
 * note. Errors: ENGINE_ERROR_INPUT: the root is no <domain>. (transfer full) */
Domain *domain_new(XmlDocument *document, GError **error);
Domain *domain_parse(const char *name, GBytes *bytes, GError **error);
/* Errors as file_read, xml_document_parse and domain_new. (transfer full) */
Domain *domain_load(const char *path, GError **error);
Domain *domain_ref(Domain *domain);
void domain_unref(Domain *domain);

/* "disk sdf", "controller scsi 0", "interface 2 (e1000)", "sound 1 (ac97)". (transfer full) */
char *domain_device_name(const DomainDevice *device);
/* By target name, alias or MAC. NULL when nothing, or with ENGINE_ERROR_INPUT more than one device,
 * answers to it. (transfer none) */
const DomainDevice *domain_find(const Domain *domain, const char *text, GError **error);
/* The controller element of a type and index; NULL. */
const DomainDevice *domain_controller(const Domain *domain, const char *type, guint index);
/* The kind of bus that a PCI index is: BUS_PCI or BUS_PCIE; BUS_OTHER when there is no such. Index
 * 0 is there without being written. */
BusFamily domain_pci_bus(const Domain *domain, guint index, const DomainDevice **controller);

/* The slots of a PCI bus that a device can have: 1 to 31 on a root bus and behind a bridge that
 * keeps slot 0 for itself, 0 alone behind a port. FALSE when there is no such bus, or nothing is
 * known of it. */
gboolean domain_pci_slots(const Domain *domain, guint index, guint *first, guint *last);

/* A drive's place in QEMU's words: narrow SCSI adapters take the unit as scsi-id and lun 0, the
 * others target and unit as they are. FALSE for what has no place. */
gboolean domain_qemu_place(const DomainDevice *device, Address *place);
/* The reverse: what the file calls the bay `place` (controller already an index of the file) at a
 * controller of this model. model NULL: the default one. */
void domain_xml_place(const Model *controller, Address *place);

/* Everything that breaks a rule, as sentences naming device, attribute, value and rule, with the
 * line: ranges, slot 0 reserved, function 0 missing, two devices at one place (both named), a
 * missing bus or controller, limits of the controller's model. Empty: all is well. (transfer full)
 * (char *) */
GPtrArray *domain_check(const Domain *domain);
/* FALSE with ENGINE_ERROR_INPUT that has the first of them, and how many more there are. */
gboolean domain_is_valid(const Domain *domain, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Domain, domain_unref)

#endif
