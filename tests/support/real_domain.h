/* Domain files started as real guests. Whatever goes wrong here fails the running test. */
#ifndef BACKPLANE_TEST_REAL_DOMAIN_H
#define BACKPLANE_TEST_REAL_DOMAIN_H

#include "engine/domain.h"
#include "tests/support/real_qemu.h"

/* (transfer full) */
Domain *real_domain_load(const char *path);
/* Makes the files in folder that disks of the domain name without one, of the disk's format; there
 * are none of that name afterwards but these. */
void real_domain_make_images(const Domain *domain, const char *folder);
/* An empty file of that size. */
void real_domain_make_image(const char *path, guint64 bytes);
/* Starts the guest that the domain describes. (transfer full) */
RealQemu *real_domain_start(const Domain *domain, RealQemuFlags flags);

#endif
