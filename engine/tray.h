/* Waits until the tray of a drive is open. A guest may hold it locked: QEMU then says that it has
 * done as it was told, and has only asked the guest to open it (7.2 and 10.0). */
#ifndef BACKPLANE_TRAY_H
#define BACKPLANE_TRAY_H

#include "monitor/monitor.h"

typedef struct Tray Tray;

/* How long the guest has to open it. */
#define TRAY_WAIT_MS 5000

typedef enum {
    TRAY_LOCKED, /* closed still after the first look; once, and the wait goes on */
    TRAY_OPEN,   /* or the drive has none; last */
    TRAY_KEPT,   /* the guest has not opened it in time; last */
} TrayNews;

/* May free the wait. */
typedef void (*TrayFn)(TrayNews news, gpointer data);

/* drive: its id or QOM path, as blockdev-open-tray took it. (transfer full) */
Tray *tray_new(Monitor *monitor, const char *drive, TrayFn told, gpointer data);
void tray_free(Tray *tray);

/* The owner passes on QEMU's events. */
void tray_event(Tray *tray, const char *name, json_t *payload);

#endif
