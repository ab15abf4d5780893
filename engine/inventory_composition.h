/* `info qom-tree`: which objects there are of each type. Private to inventory. */
#ifndef BACKPLANE_INVENTORY_COMPOSITION_H
#define BACKPLANE_INVENTORY_COMPOSITION_H

#include <glib.h>

typedef struct Composition Composition;

/* A text that is no such tree gives an empty one. Objects directly in /machine/peripheral are left
 * out: those are the devices with an id. (transfer full) */
Composition *composition_parse(const char *text);
void composition_free(Composition *composition);

/* The nth of `count` objects of a type in the order in which the machine made them; NULL where
 * there are not as many, or where they are several and their names do not tell. */
const char *composition_nth(const Composition *composition, const char *type, guint n, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Composition, composition_free)

#endif
