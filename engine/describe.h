/* A guest, a device of it, or what a plan will plug, in the words of domain XML. */
#ifndef BACKPLANE_DESCRIBE_H
#define BACKPLANE_DESCRIBE_H

#include "engine/match.h"
#include "engine/plan.h"

/* The whole domain, addresses with mode='dynamic'. Every device of the guest is in it: those that
 * libvirt has no word for as <device driver='PIIX4_PM'> with alias, PCI ids and address. (transfer
 * full) */
char *describe_guest(const Guest *guest);
/* One element. (transfer full) */
char *describe_device(const Guest *guest, const Numbering *numbering, const Device *device);
/* The elements of what an attach plan plugs, that which comes along first: with static addresses,
 * and target names that the domain does not have yet. Errors: ENGINE_ERROR_REFUSED: no words for
 * it. (transfer full) (char *) */
GPtrArray *describe_plan(const Plan *plan, const Match *match, GError **error);

#endif
