/* The text of `info qtree` -> nested records. Anchored on indentation, so that a string property
 * that holds line breaks cannot forge a device. */
#ifndef BACKPLANE_QTREE_H
#define BACKPLANE_QTREE_H

#include <glib.h>

typedef struct QtreeDevice QtreeDevice;

typedef struct {
    char *name;
    char *type;
    GPtrArray *devices; /* (QtreeDevice) in order of creation: QEMU prints the newest first */
} QtreeBus;

struct QtreeDevice {
    char *driver;
    char *id;              /* NULL for none */
    GPtrArray *properties; /* (Property of device.h) "name = value", value unquoted */
    GPtrArray *lines; /* (char) what is not a property: "class ...", "bar 0: ...", "addr 0.0, port
                         1, ..." */
    GPtrArray *buses; /* (QtreeBus) in order of creation */
};

/* Errors: MONITOR_ERROR_GARBAGE naming the line. (transfer full) */
QtreeBus *qtree_parse(const char *text, GError **error);
void qtree_bus_free(QtreeBus *bus);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QtreeBus, qtree_bus_free)

#endif
