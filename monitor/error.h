/* The one error domain of monitor/: what went wrong on the way to QEMU, and what QEMU answered.
 * Messages are whole sentences that end with what to do. */
#ifndef BACKPLANE_MONITOR_ERROR_H
#define BACKPLANE_MONITOR_ERROR_H

#include <glib.h>

#define MONITOR_ERROR (monitor_error_quark())

typedef enum {
    /* No connection, or lost: exit status 3. */
    MONITOR_ERROR_MISSING,     /* there is no such socket or host */
    MONITOR_ERROR_REFUSED,     /* nobody listens */
    MONITOR_ERROR_DENIED,      /* no permission */
    MONITOR_ERROR_BUSY,        /* held by another client */
    MONITOR_ERROR_NOT_MONITOR, /* what answers is not a QEMU monitor */
    MONITOR_ERROR_GARBAGE,     /* a monitor that sent something that is not its protocol */
    MONITOR_ERROR_LIMIT,       /* a message beyond the limits of stream.h */
    MONITOR_ERROR_CLOSED,      /* closed by the other side, or by us while commands were pending */
    /* Wrong usage: exit status 2. */
    MONITOR_ERROR_TARGET, /* the text does not name a monitor */
    /* QEMU answered with an error: exit status 1. The message is QEMU's own sentence, verbatim. */
    MONITOR_ERROR_GENERIC,
    MONITOR_ERROR_COMMAND_NOT_FOUND,
    MONITOR_ERROR_DEVICE_NOT_FOUND,
} MonitorError;

GQuark monitor_error_quark(void);

/* True for the codes that mean that there is no connection any more, or never was. */
gboolean monitor_error_is_connection(const GError *error);

#endif
