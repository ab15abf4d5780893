/* What the domain file says of the row under the cursor: a part of the detail pane. */
#ifndef BACKPLANE_DETAIL_DOMAIN_H
#define BACKPLANE_DETAIL_DOMAIN_H

#include "tui/detail_pane.h"

/* The element, how it was matched, and the place it says; nothing for what needs no words. */
void detail_domain_add(LineList *list, const DetailFacts *facts);
/* A configured device that the guest has not: what it would be, and why it is absent. */
void detail_domain_add_absent(LineList *list, const DetailFacts *facts);

#endif
