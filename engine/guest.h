/* One guest at one moment: its tree and the facts beside it. Never changed after it was built,
 * apart from the states that the session marks; shared by reference counting. */
#ifndef BACKPLANE_GUEST_H
#define BACKPLANE_GUEST_H

#include "engine/capabilities.h"
#include "engine/device.h"

typedef struct {
    char *id; /* "net0"; "#net028" for those without */
    char *type;
    char *details;
    char *peer; /* what it is connected to: a NIC's id or name, a port of a hub, NULL when free */
} Netdev;

/* How many hubs are kept in mind. */
#define GUEST_HUBS 64

typedef struct {
    char *name;    /* "Guest" when it has none */
    char *qemu;    /* "7.2.22" */
    char *machine; /* "pc-i440fx-7.2" */
    char *status;  /* QMP RunState: "running", "paused", "prelaunch", ... */
    char *dialect; /* "qmp", "hmp" */
    Capabilities can;
    guint vcpus;
    guint64 memory;            /* bytes */
    Bus *root;                 /* main-system-bus */
    GPtrArray *devices;        /* (Device, owned by the tree) depth first */
    GPtrArray *memory_devices; /* (Device, owned) DIMMs, which sit on no bus */
    GPtrArray *netdevs;        /* (Netdev) */
    gboolean complete;         /* read with all that planning needs */
    guint64 hubs;              /* bit n: there is hub n, QEMU's VLAN n before 1.2 */
    json_t *blocks;            /* query-block */
    json_t *nodes;             /* query-named-block-nodes, NULL unless read for planning */
    json_t *graph;             /* x-debug-query-block-graph, NULL where QEMU has none */
    json_t *chardevs;          /* query-chardev, likewise */
    json_t *objects;           /* qom-list /objects, likewise */
} Guest;

Guest *guest_new(void);
Guest *guest_ref(Guest *guest);
void guest_unref(Guest *guest);
/* Another one like it, to be changed while nobody else has it. (transfer full) */
Guest *guest_copy(const Guest *guest);

/* Fills guest->devices from the tree below guest->root. */
void guest_index(Guest *guest);

Device *guest_find_path(const Guest *guest, const char *path);
Device *guest_find_id(const Guest *guest, const char *id);

/* What a user may call a device: qdev id, QOM path, address. Errors: ENGINE_ERROR_INPUT when
 * nothing or more than one device answers to it; the message names the candidates. (transfer none)
 */
Device *guest_find(const Guest *guest, const char *text, GError **error);

/* Every bus, depth first. (transfer container) (Bus) */
GPtrArray *guest_buses(const Guest *guest);
/* NULL when there is none of that name, or (with a REFUSED error) more than one. */
Bus *guest_find_bus(const Guest *guest, const char *name, GError **error);

Netdev *guest_find_netdev(const Guest *guest, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guest, guest_unref)

#endif
