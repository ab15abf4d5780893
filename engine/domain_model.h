/* One table between the words of domain XML and QEMU's drivers, read in both directions. */
#ifndef BACKPLANE_DOMAIN_MODEL_H
#define BACKPLANE_DOMAIN_MODEL_H

#include "engine/domain.h"

typedef struct {
    const char *element; /* "controller" */
    const char *type;  /* controller, input, hub, hostdev: type; disk: bus; filesystem: driver type;
                        * video: "primary" or "secondary"; smartcard: mode; NULL: no matter */
    const char *model; /* controller, interface, sound, video, ... model; disk: device ("cdrom");
                        * input: bus; serial, console, channel: target type; NULL: it has none */
    const char *driver; /* QEMU's; NULL: libvirt knows it, and it is no device of its own */
    guint families;     /* bits 1 << MachineFamily where the row counts */
} DomainModel;

/* The row for what the XML says; NULL: nothing we know. A missing type or model (NULL) means the
 * first row of its element, as libvirt's defaults on that machine do. */
const DomainModel *domain_model_find(MachineFamily family, const char *element, const char *type,
                                     const char *model);
/* The row that describes a driver; NULL: libvirt has no word for it. Where domain_model_find gives
 * another driver for the row's words (pcie-root-port and ioh3420), the file tells them apart by
 * <model name='DRIVER'/> in the controller. */
const DomainModel *domain_model_of_driver(MachineFamily family, const char *driver);
/* domain_model_find's row, or one of the same words that has this driver. name may be NULL. */
const DomainModel *domain_model_named(MachineFamily family, const DomainModel *row,
                                      const char *name);
/* Whether every machine of the family brings one of this driver by itself. */
gboolean domain_model_is_builtin(MachineFamily family, const char *driver);
/* Where the board has a built-in PCI device; FALSE: it is not built in, or no PCI device. */
gboolean domain_model_fixed_place(MachineFamily family, const char *driver, Address *place);
/* The driver of the board's own device at a place of the root bus; NULL: none is there. */
const char *domain_model_fixed_at(MachineFamily family, guint slot, guint function);

/* All rows, for tests. */
const DomainModel *domain_model_all(gsize *count);

#endif
