/* What the files of domain.h share among themselves. */
#ifndef BACKPLANE_DOMAIN_PRIVATE_H
#define BACKPLANE_DOMAIN_PRIVATE_H

#include "engine/domain.h"

/* --- domain_device.c ------------------------------------------------------------------------- */

/* What an element means can hang on its neighbours. */
typedef struct {
    const XmlNode *serial;  /* the first of its name; NULL: there is none */
    const XmlNode *console; /* likewise */
    const XmlNode *video;   /* the primary one: the first that says so, else the first */
} DomainNeighbours;

DomainNeighbours domain_neighbours(const XmlNode *devices);
/* What an element of <devices> says, as a device; NULL where QEMU has none for it. What is not
 * understood is added to domain->notes. (transfer full) */
DomainDevice *domain_device_read(Domain *domain, const XmlNode *node, guint ordinal,
                                 const DomainNeighbours *neighbours);
void domain_device_free(DomainDevice *device);

/* --- domain_notes.c -------------------------------------------------------------------------- */

void domain_note(Domain *domain, guint line, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Notes the elements of the device, or of the domain (NULL), that are not libvirt's. */
void domain_note_elements(Domain *domain, const DomainDevice *device);

/* --- domain_places.c ------------------------------------------------------------------------- */

/* Whether the adapter has ids alone and takes one itself: the unit of an address is the id then.
 * Those for which libvirt writes scsi-id=UNIT (9.0.0). model NULL: the default one. */
gboolean domain_is_narrow(const Model *controller);
/* The controller element that a drive's address names; NULL: the file has none. */
const DomainDevice *domain_drive_controller(const DomainDevice *drive);
/* "scsi", "ide", "sata", "fdc": of a drive; NULL: it is none, or its places are no drive addresses.
 */
const char *domain_drive_bus(const DomainDevice *device);

#endif
