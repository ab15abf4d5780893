/* Changes to the devices of a domain file: each gives a new Domain whose text differs in those
 * lines alone. */
#ifndef BACKPLANE_DOMAIN_EDIT_H
#define BACKPLANE_DOMAIN_EDIT_H

#include "engine/domain.h"

typedef struct DomainEdit DomainEdit;

DomainEdit *domain_edit_new(const Domain *domain);
void domain_edit_free(DomainEdit *edit);
/* Writes where the device is (place: in the file's words) and the mode: into its <address>, of
 * which only what differs changes, or as a new one. An address without mode= stays so when it is
 * static. */
void domain_edit_address(DomainEdit *edit, const DomainDevice *device, const Address *place,
                         AddressMode mode);
void domain_edit_mode(DomainEdit *edit, const DomainDevice *device, AddressMode mode);
/* multifunction='on' at the device's <address>, which is there. */
void domain_edit_multifunction(DomainEdit *edit, const DomainDevice *device);
/* Adds an element (UTF-8 text, two spaces a level) behind the last one of its name, else at the end
 * of <devices>. A USB controller or balloon takes the place of the element that rules one out
 * (model='none'). */
void domain_edit_add(DomainEdit *edit, const char *element);
void domain_edit_remove(DomainEdit *edit, const DomainDevice *device);
gboolean domain_edit_is_empty(const DomainEdit *edit);
/* Errors: those of xml_edit_apply. (transfer full) */
Domain *domain_edit_apply(const DomainEdit *edit, GError **error);

/* Those of these devices (DomainDevice; NULL: all) whose address is dynamic become static. */
Domain *domain_pin(const Domain *domain, const GPtrArray *devices, GError **error);
/* As libvirt takes it: no mode=, no <device> elements, no ISA bridge, no address of the root bus,
 * numbers as its parser reads them, USB by port. What was left out, and what libvirt will not take
 * as it is, is added to left (char *), which may be NULL. */
Domain *domain_to_libvirt(const Domain *domain, GPtrArray *left, GError **error);

/* Drives without an address get the one that their target name says, and the controllers that
 * drives sit on are added where the file has none. The names of one bus are counted through its
 * controllers in the order of their index: each takes as many as its model has places.
 *
 *   ide    4: two channels of two, on the one controller        hdc -> 0:1:0
 *   fdc    2, on the one controller                             fdb -> 0:0:1
 *   sata   6 units a controller                                 sdg -> 1:0:0
 *   scsi   lsilogic (also where no model is written), am53c974, dc390: units 0 to 6, since the
 *          adapter itself is 7                                  sdf -> 0:0:5, sdh -> 1:0:0
 *          virtio-scsi: luns 0 to 16383 of target 0, so unit= counts
 *          lsisas1068 8, lsisas1078 64, vmpvscsi 64: a target for each disk, lun 0, so target=
 * counts
 *
 * Where all adapters are narrow that is libvirt's formula, which takes 7 for every model. An added
 * SCSI controller has the model of the file's last one. sd names count for scsi, sata and usb
 * alike, so a SATA disk sda leaves bay 0 of SCSI empty.
 *
 * Errors: ENGINE_ERROR_REFUSED: the bay is taken (by whom), the name tells no bay, the machine has
 * no such controller. A domain that needs nothing is returned as it is, referenced. */
Domain *domain_place_drives(const Domain *domain, AddressMode mode, GError **error);

/* The bays that domain_place_drives would give, by the position of the device; ADDRESS_NONE for
 * what gets none. A bay may be in it twice. (transfer full) (Address) */
GArray *domain_target_places(const Domain *domain);

/* --- target names ---------------------------------------------------------------------------- */

/* "sdaa" -> 26, "hdc" -> 2; FALSE for what is no target name of libvirt's (prefix fd, hd, vd, sd,
 * xvd, ubd, letters, perhaps a partition number). prefix_length may be NULL. */
gboolean target_index(const char *target, gsize *prefix_length, guint *index);
/* 26, "sd" -> "sdaa". (transfer full) */
char *target_name(const char *prefix, guint index);
/* The first name of that prefix that no device of the domain has. (transfer full) */
char *domain_next_target(const Domain *domain, const char *prefix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DomainEdit, domain_edit_free)

#endif
