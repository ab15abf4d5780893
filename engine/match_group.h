/* Devices that only an order tells apart, in groups. Part of match_order.c, which pairs them. */
#ifndef BACKPLANE_MATCH_GROUP_H
#define BACKPLANE_MATCH_GROUP_H

#include "engine/match_private.h"

/* What is known of an item that its partner cannot have otherwise; two that know the same thing and
 * are not paired by it differ in it. */
enum {
    KNOWS_ID = 1 << 0,
    KNOWS_MAC = 1 << 1,
    KNOWS_FILE = 1 << 2,
    KNOWS_SERIAL = 1 << 3,
    KNOWS_DRIVER = 1 << 4,
    KNOWLEDGE = 1 << 5,
};

/* Items of one driver, or with one PCI id, that are left over when the group is made. */
typedef struct {
    GPtrArray *configured, *devices; /* (Item) */
    guint wanted[KNOWLEDGE];         /* how many of configured know just this */
    guint there[KNOWLEDGE];
    GPtrArray *queues[KNOWLEDGE]; /* (Item) of devices, by what they know; NULL */
    guint heads[KNOWLEDGE];
    guint shaky_wanted, shaky_there; /* paired ones that could be others */
    guint all_wanted, all_there;
    GPtrArray *placed; /* (Item) configured, found by a static address alone */
    gboolean equal;    /* the file says the same of all that it wants */
} Group;

/* What makes a group of items. */
typedef struct {
    Evidence evidence;
    const void *(*key)(const Item *item); /* NULL: in no group */
    guint known;                          /* of KNOWLEDGE, what speaks against a pair */
} Rule;

/* (transfer full) (Group) in the order of the file. Sets Item.known. */
GPtrArray *match_group_list(const Matching *matching, const Rule *rule);
/* Items of the guest: what was started first comes first. */
int match_group_by_depth(gconstpointer a, gconstpointer b);
/* The file has a static address for it, and the device is not known to be there. */
gboolean match_group_is_elsewhere(const Item *configured);

#endif
