/* Where a changed domain XML goes: to standard output, to a file, in place, or only as a diff. */
#ifndef BACKPLANE_DOMAIN_OUTPUT_H
#define BACKPLANE_DOMAIN_OUTPUT_H

#include "engine/domain.h"
#include "tui/options.h"

/* path, before: the file that it was made from; NULL where there is none. Complains itself; gives
 * the exit status. */
int domain_output(const Options *options, const char *path, const Domain *before,
                  const Domain *after);

/* What is wrong, or not understood, a line each on standard error. */
void domain_complain(const GPtrArray *sentences);

#endif
