/* One table between the words of domain XML and QEMU's drivers, read in both directions. */
#ifndef BACKPLANE_DOMAIN_MODEL_H
#define BACKPLANE_DOMAIN_MODEL_H

#include "engine/domain.h"

typedef struct {
    const char *element; /* "controller" */
    const char *type;    /* controller: type; disk: bus; input: type; NULL: no matter */
    const char *model;   /* controller, interface, sound, video, ... model; disk: device ("cdrom");
                          * NULL: also what a missing one means */
    const char *driver;  /* QEMU's */
    guint families;      /* bits 1 << MachineFamily where the row counts */
} DomainModel;

/* The row for what the XML says; NULL: nothing we know. */
const DomainModel *domain_model_find(MachineFamily family, const char *element, const char *type,
                                     const char *model);
/* The row that describes a driver; NULL: libvirt has no word for it. */
const DomainModel *domain_model_of_driver(MachineFamily family, const char *driver);

#endif
