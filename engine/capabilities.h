/* What a QEMU can be asked and told, found out from the commands that it has: never from its
 * version, since distributions carry changes back. Asked once a connection. */
#ifndef BACKPLANE_CAPABILITIES_H
#define BACKPLANE_CAPABILITIES_H

#include <glib.h>
#include <jansson.h>

typedef struct {
    gboolean known;      /* QEMU told; else what follows is what any QEMU since 2.9 has */
    gboolean qom;        /* objects have paths: qom-list */
    gboolean list_get;   /* properties come with their values: QEMU 10.1 and later */
    gboolean nodes;      /* block nodes come and go by name; before 2.9 only drives do */
    gboolean pci_add;    /* cards come and go by PCI address: QEMU 0.10 to 0.14 */
    gboolean device_add; /* devices come and go by id */
    gboolean trays;      /* a medium is changed in steps: tray, medium, node; else as a whole */
    /* A card goes where pci_add says. Not in QEMU 0.10, the one without `info qtree`: it takes the
     * first vacant slot whatever it is told. */
    gboolean slots;
} Capabilities;

/* commands: the reply to query-commands, NULL or of another shape where QEMU gave none. */
Capabilities capabilities_from_commands(const json_t *commands);

#endif
