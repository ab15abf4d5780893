/* Monitor replies -> the tree. One write reads everything that changes; QOM paths of devices
 * without an id are asked for once and remembered by their bus's child link, which QEMU never
 * reuses. */
#ifndef BACKPLANE_INVENTORY_H
#define BACKPLANE_INVENTORY_H

#include "engine/guest.h"
#include "monitor/monitor.h"

typedef struct Inventory Inventory;

typedef enum {
    INVENTORY_TREE, /* the tree and its drives and NICs */
    INVENTORY_ALL,  /* and what a plan needs: block nodes and graph, chardevs, objects */
} InventoryDepth;

/* guest: (transfer none), NULL when error is set. */
typedef void (*InventoryFn)(Guest *guest, const GError *error, gpointer data);

Inventory *inventory_new(Monitor *monitor);
/* What all commands of a read are for, as the trace tells it. */
#define INVENTORY_PURPOSE "read the tree"

/* A read under way is dropped: its callback is not called. */
void inventory_free(Inventory *inventory);

/* One that has learned what this one had after its latest read, and reads by this monitor. NULL
 * while a read is under way. (transfer full) */
Inventory *inventory_copy(const Inventory *inventory, Monitor *monitor);
/* The next read asks for all it needs, also for what would be known by now. TRUE: one is under way,
 * which does not. */
gboolean inventory_forget(Inventory *inventory);

/* We plugged the drive of that name into the controller at that address ("00:1c.0"), or, as "nic
 * NAME", the NIC there: where QEMU does not tell, this is how it is known. */
void inventory_learn(Inventory *inventory, const char *name, const char *address);

/* Reads; a read asked for while another is under way starts after it. Calls back once. */
void inventory_read(Inventory *inventory, InventoryDepth depth, InventoryFn done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inventory, inventory_free)

#endif
