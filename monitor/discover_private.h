/* The inside of the discovery, shared by its files. */
#ifndef BACKPLANE_DISCOVER_PRIVATE_H
#define BACKPLANE_DISCOVER_PRIVATE_H

#include "monitor/discover.h"
#include "monitor/net_sockets.h"
#include "monitor/qemu_arguments.h"

typedef struct {
    const char *proc;
    GHashTable *pairs;  /* may be NULL */
    GHashTable *spaces; /* (char) network name space to NetSockets */
    GHashTable *wanted; /* see socket_holders_find */
    GPtrArray *holding; /* (FoundMonitor) held ones, beside: */
    GArray *clients;    /* (guint64) the inode of who holds it; 0: not known */
} DiscoverScan;

/* One QEMU while it is looked at. */
typedef struct {
    DiscoverScan *scan;
    gint pid;
    const QemuArguments *arguments;
    const NetSockets *sockets, *ours;  /* of its network name space, of our own */
    GHashTable *inodes;                /* of its sockets; NULL: not ours to see */
    GArray *fds;                       /* (DiscoverFile) */
    gboolean kvm;                      /* it has a virtual machine of KVM open */
    gboolean same_files, same_network; /* as ours */
} DiscoverLook;

typedef struct {
    gint fd;
    guint64 inode;
} DiscoverFile;

/* --- discover_monitor.c ---------------------------------------------------------------------- */

/* What would come of connecting there. (transfer full) */
FoundMonitor *discover_monitor(const DiscoverLook *look, const QemuMonitor *monitor);
void found_monitor_free(gpointer data);
/* A QemuConfigFn. */
GString *discover_read_config(const char *path, gpointer look);

#endif
