/* The QOM path of every device of a tree, and which buses take hotplug. Private to inventory.
 *
 * A device with an id is /machine/peripheral/ID. The others are found through their bus: its
 * child[N] links in ascending order are the bus's devices in order of creation (checked on pc and
 * q35), and a link's number is never used again, so what a link points to is asked once, and not at
 * all where `info qom-tree` leaves one object only that it can point to. Types are compared, so
 * that neither a change under way nor a forged line gives a wrong path: such devices get an
 * identity that is no path. */
#ifndef BACKPLANE_INVENTORY_PATHS_H
#define BACKPLANE_INVENTORY_PATHS_H

#include "engine/guest.h"
#include "monitor/monitor.h"

typedef struct Paths Paths;

/* complete: every device has its path. FALSE: some have not; the tree changed or lies. error is set
 * when the connection was lost. */
typedef void (*PathsDoneFn)(gboolean complete, const GError *error, gpointer data);

/* What was learned stays known until paths_free, for one connection. */
Paths *paths_new(Monitor *monitor);
/* Has learned the same, and no run is under way. */
Paths *paths_copy(const Paths *paths, Monitor *monitor);
/* Calls back no more. */
void paths_free(Paths *paths);

/* Fills path and hotpluggable of devices and buses. list_get: QEMU has qom-list-get, by which a bus
 * takes one question in place of one a device. peripherals, anonymous: the replies to qom-list
 * /machine/peripheral and peripheral-anon, asked before and after the tree. Calls back once, maybe
 * before it returns. root must live until then. */
void paths_resolve(Paths *paths, Bus *root, gboolean list_get, const json_t *peripherals,
                   const json_t *anonymous, PathsDoneFn done, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Paths, paths_free)

#endif
