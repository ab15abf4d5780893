/* An address for every device of a domain that never ran. Policy, not matching: no guest is needed.
 */
#ifndef BACKPLANE_ASSIGN_H
#define BACKPLANE_ASSIGN_H

#include "engine/domain.h"

/* Every device without an address gets a static one, controllers, bridges and ports included where
 * they are needed; those that have one keep it. spare: q35 root ports beyond those (pc: ignored).
 * notes (char *, may be NULL) gets a sentence for what was added and what has no address. Errors:
 * ENGINE_ERROR_INPUT for a file that breaks a rule (domain_check), ENGINE_ERROR_REFUSED when there
 * is no room. (transfer full) */
Domain *domain_assign(const Domain *domain, guint spare, GPtrArray *notes, GError **error);

#endif
