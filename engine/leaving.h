/* Waits until QEMU has no device at some paths any more. DEVICE_DELETED tells, but not always
 * and not for every device, so it looks as well. */
#ifndef BACKPLANE_LEAVING_H
#define BACKPLANE_LEAVING_H

#include "monitor/monitor.h"

typedef struct Leaving Leaving;

typedef enum {
    LEAVING_STILL,   /* somebody is still there after the first look; once, and the wait goes on */
    LEAVING_GONE,    /* all have gone; last */
    LEAVING_REFUSED, /* the guest said no; last */
} LeavingNews;

/* message: with LEAVING_REFUSED what QEMU says on it. May free the wait. */
typedef void (*LeavingFn)(LeavingNews news, const char *message, gpointer data);

/* Looks at once and then ever more seldom; never gives up. (transfer full) */
Leaving *leaving_new(Monitor *monitor, const char *const *paths, LeavingFn told, gpointer data);
void leaving_free(Leaving *leaving);

/* The owner passes on QEMU's events. */
void leaving_event(Leaving *leaving, const char *name, json_t *payload);
/* Looks at once and then often again. */
void leaving_hurry(Leaving *leaving);

/* A device went without DEVICE_DELETED: QEMU may hold its back ends for a moment still. */
gboolean leaving_silent(const Leaving *leaving);

/* Whether this event tells that the guest refused to release the device at this path. */
gboolean leaving_event_refuses(const char *name, json_t *payload, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Leaving, leaving_free)

#endif
