/* A guest, a device of it, or what a plan will plug, in the words of domain XML. */
#ifndef BACKPLANE_DESCRIBE_H
#define BACKPLANE_DESCRIBE_H

#include "engine/match.h"
#include "engine/plan.h"

/* The whole domain, addresses with mode='dynamic'. Every device of the guest is in it, once: those
 * that libvirt has no word for as <device driver='PIIX4_PM'> with PCI ids, alias and address; the
 * codecs of a sound card inside <sound>. implicit='yes' marks those <device> elements that the
 * machine brings by itself. Read it with INVENTORY_ALL, which tells what is behind its ports.
 * (transfer full) */
char *describe_guest(const Guest *guest);
/* One element. domain: of which it takes no target name a second time; may be NULL. (transfer
 * full) */
char *describe_device(const Guest *guest, const Numbering *numbering, const Domain *domain,
                      const Device *device);
/* The elements of what an attach plan plugs, that which comes along first: with static addresses,
 * and target names and controller indexes that neither the domain nor the guest has yet. A
 * property of the request that libvirt has no words for is a <property name='' value=''/> of ours
 * in the element. Errors: ENGINE_ERROR_REFUSED: the
 * plan plugs nothing, or on a bus that the file cannot name. (transfer full) (char *) */
GPtrArray *describe_plan(const Plan *plan, const Match *match, GError **error);

#endif
