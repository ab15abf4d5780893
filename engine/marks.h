/* What was seen of each device of one connection: when it came, whether its unplug was asked for or
 * refused. Every read builds a new tree; the marks carry these states from one to the next. */
#ifndef BACKPLANE_MARKS_H
#define BACKPLANE_MARKS_H

#include "engine/guest.h"

typedef struct Marks Marks;

/* What became of a device between two trees. */
typedef struct {
    gboolean came;     /* else it went */
    const char *name;  /* as device_display_name */
    const char *place; /* its address as text, "" for none */
    gint64
        asked; /* it went: when its unplug was asked for, g_get_real_time(); 0: nobody here did */
} MarkChange;

typedef void (*MarkChangeFn)(const MarkChange *change, gpointer data);

Marks *marks_new(void);
void marks_free(Marks *marks);

/* Tells what came and went since the tree before (nothing for the first one) and sets the states.
 */
void marks_compare(Marks *marks, Guest *guest, MarkChangeFn changed, gpointer data);
/* Sets the states alone. */
void marks_show(const Marks *marks, Guest *guest);

/* Its unplug was asked for now; asking again keeps the time of the first request. */
void marks_leaving(Marks *marks, const char *path);
/* The guest or QEMU said no. */
void marks_refused(Marks *marks, const char *path);

#endif
