/* An address for every device of a domain that never ran. Policy, not matching: no guest is needed.
 */
#ifndef BACKPLANE_ASSIGN_H
#define BACKPLANE_ASSIGN_H

#include "engine/domain.h"

/* Every device without an address gets a static one, controllers, hubs, bridges and ports included
 * where they are needed; those that have one keep it. Drives go by their target names, the others
 * where libvirt would put them. On machines other than pc and q35 drives alone are placed.
 *
 * spare: so many PCI Express ports of a q35 stay empty, those that the file has included (pc:
 * ignored, any slot takes a card later). notes (char *, may be NULL) gets a sentence for what was
 * added and what has no address. The same domain again gives the same text. Errors:
 * ENGINE_ERROR_INPUT for a file that breaks a rule (domain_check), ENGINE_ERROR_REFUSED when there
 * is no room, or a place that only one device can have is taken. (transfer full) */
Domain *domain_assign(const Domain *domain, guint spare, GPtrArray *notes, GError **error);

#endif
