/* What the cells of an outline row say: names, back ends, states. No order, no tree lines. */
#ifndef BACKPLANE_OUTLINE_TEXT_H
#define BACKPLANE_OUTLINE_TEXT_H

#include "tui/outline.h"
#include "tui/outline_domain.h"

/* All results: (transfer full), printable as they are. */
char *outline_device_name(const Device *device);
char *outline_device_backend(const Device *device);
/* What the options' match says of the device comes before what QEMU says. */
char *outline_device_status(const Device *device, const MatchPair *pair,
                            const OutlineOptions *options);

/* Of a device that is only configured: the same cells. */
char *outline_configured_name(const DomainDevice *configured);
char *outline_configured_backend(const DomainDevice *configured);
char *outline_configured_id(const DomainDevice *configured);
/* "05.0"; "––.–" for ADDRESS_NONE. */
char *outline_absent_address(const Address *place, gboolean ascii);

/* "23 vacant slots", "vacant bay". */
char *outline_vacant_name(const Bus *bus, guint count);
/* "05.0", "09–1f", "0:1–7", "2–8": first and last place of a run. */
char *outline_range(const Address *first, const Address *last, gboolean ascii);
/* "14 ISA devices". */
char *outline_group_name(const Bus *bus, guint count);

/* "i440FX root bus". */
char *outline_bus_name(const Bus *bus);
/* "9 of 32"; "" where places cannot be counted. */
char *outline_bus_usage(const Bus *bus);
/* One glyph for each slot. */
char *outline_bus_strip(const Bus *bus, const OutlineDomain *domain, gboolean ascii);

#endif
