/* What a domain file adds to the outline of a guest: the state that a device's row shows, and where
 * devices would stand that are configured and absent. */
#ifndef BACKPLANE_OUTLINE_DOMAIN_H
#define BACKPLANE_OUTLINE_DOMAIN_H

#include "engine/match.h"

typedef struct {
    const Match *match; /* NULL: there is no file */
    GHashTable *absent; /* Bus, NULL for none -> (Absence): see outline_domain_absent */
} OutlineDomain;

/* A configured device that the guest has not. */
typedef struct {
    const MatchPair *pair;
    Address place; /* in QEMU's words; ADDRESS_NONE: the file says none, or none of this guest */
} Absence;

/* match: NULL for no file; must outlive the result. (transfer full) */
OutlineDomain *outline_domain_new(const Match *match);
void outline_domain_free(OutlineDomain *domain);

/* (Absence) those that belong to this bus, in the order of their places, those without one last;
 * NULL when there are none. bus NULL: those for which the guest has no bus. (transfer none) */
const GArray *outline_domain_absent(const OutlineDomain *domain, const Bus *bus);

/* The state of the device's row: what the file says counts for those of which nothing else is told
 * than that they are there. match may be NULL. */
DeviceState outline_domain_state(const Match *match, const Device *device);
/* The pair is one of several that the evidence allows, and they differ. */
gboolean outline_domain_is_ambiguous(const MatchPair *pair);
/* The bus, and in QEMU's words the place on it, that the file says for a device; NULL: it says
 * none, or the guest has no such bus. */
const Bus *outline_domain_bus(const Match *match, const DomainDevice *configured, Address *place);
/* The same in words: "07.0", "rp1 00.0" for another bus than here (NULL: any is another), else as
 * the file numbers it. (transfer full) */
char *outline_domain_place(const Match *match, const DomainDevice *configured, const Bus *here);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutlineDomain, outline_domain_free)

#endif
