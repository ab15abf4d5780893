/* Names for drives that nobody named. Private to the describe files. */
#ifndef BACKPLANE_DESCRIBE_TARGET_H
#define BACKPLANE_DESCRIBE_TARGET_H

#include "engine/describe_item.h"

typedef struct DescribeTargets DescribeTargets;

/* domain: whose names are taken; NULL for none. (transfer full) */
DescribeTargets *describe_targets_new(const Domain *domain);
/* The names are its own. */
void describe_targets_free(DescribeTargets *targets);
/* Sets the target of each disk among the items (DescribeItem): its id where that is a name ("sda"),
 * else the name that means its place by libvirt's formula (0:0:3 is sdd), else the next that is
 * free. */
void describe_targets_give(DescribeTargets *targets, const GPtrArray *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DescribeTargets, describe_targets_free)

#endif
