/* Which rows stand below which in the outline: devices, absent ones and free places of a bus in the
 * order of their addresses, functions below their slot's first, runs and groups. No text. */
#ifndef BACKPLANE_OUTLINE_ITEMS_H
#define BACKPLANE_OUTLINE_ITEMS_H

#include "tui/outline.h"
#include "tui/outline_domain.h"

typedef struct {
    const Bus *bus;
    Address address;
} Place;

/* What becomes one row, or one row and those below it. */
typedef struct {
    RowKind kind;
    const Bus *bus;
    const Device *device;
    GArray *run;        /* ROW_VACANT: (Place) free ones in a row */
    GPtrArray *members; /* ROW_GROUP: (Device) */
    Absence absence;    /* ROW_ABSENT */
} Item;

/* All: (transfer full) (Item) */
GArray *items_of_bus(const Bus *bus, const OutlineDomain *domain);
GArray *items_of_device(const Device *device, const OutlineDomain *domain);
GArray *items_of_group(const Item *group);
/* What stands beside the root PCI buses: devices of the system bus worth a look, DIMMs, what is
 * absent and has no bus here, and in a group the rest. */
GArray *items_of_guest(const Guest *guest, const OutlineDomain *domain);

gboolean bus_is_pci(const Bus *bus);

#endif
