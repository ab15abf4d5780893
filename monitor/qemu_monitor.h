/* Where QEMU was told to have a monitor. */
#ifndef BACKPLANE_QEMU_MONITOR_H
#define BACKPLANE_QEMU_MONITOR_H

#include "monitor/qemu_options.h"

typedef enum {
    QEMU_MONITOR_UNIX, /* path, or the abstract name */
    QEMU_MONITOR_TCP,  /* host and port */
    QEMU_MONITOR_FD,   /* a socket that QEMU was given open, as libvirt does */
    QEMU_MONITOR_OTHER /* nothing that one can connect to: see backend */
} QemuMonitorKind;

typedef struct {
    gboolean qmp;
    QemuMonitorKind kind;
    gboolean server; /* QEMU listens; else it was the one to connect, or knows no clients at all */
    gboolean abstract;
    char *backend;     /* "unix", "tcp", "telnet", "fd", "stdio", "pty" ... */
    char *path;        /* as QEMU was told; NULL */
    char *host, *port; /* NULL */
    gint fd;           /* -1 */
} QemuMonitor;

/* What stands behind -qmp, -monitor and -serial. qmp is left FALSE in all of these. (transfer full)
 */
QemuMonitor *qemu_monitor_from_text(const char *text);
/* The options of a chardev; NULL: there is no such chardev. */
QemuMonitor *qemu_monitor_from_chardev(const QemuOptions *options);
/* One that nobody can connect to. */
QemuMonitor *qemu_monitor_other(const char *backend);
void qemu_monitor_free(QemuMonitor *monitor);

#endif
