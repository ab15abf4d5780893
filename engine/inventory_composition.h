/* `info qom-tree`: which objects there are of each type. Private to inventory. */
#ifndef BACKPLANE_INVENTORY_COMPOSITION_H
#define BACKPLANE_INVENTORY_COMPOSITION_H

#include <glib.h>

typedef struct Composition Composition;

/* A text that is no such tree gives an empty one. Objects directly in /machine/peripheral are left
 * out: those are the devices with an id. (transfer full) */
Composition *composition_parse(const char *text);
void composition_free(Composition *composition);

/* Path of the only object of a type; NULL where there is none, or more than one. */
const char *composition_only(const Composition *composition, const char *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Composition, composition_free)

#endif
