/* The guests of this host as a table and as JSON. */
#ifndef BACKPLANE_REPORT_GUESTS_H
#define BACKPLANE_REPORT_GUESTS_H

#include <glib.h>

/* A line for each monitor, and below the guests that cannot be reached, with what to do. guests:
 * (FoundGuest). (transfer full) */
char *report_guests_text(const GPtrArray *guests, gboolean ascii);
/* [{"name", "pid", "machine", "accelerator", "program", "target", "advice", "monitors":
 * [{"dialect", "kind", "state", "target", "holder": {"program", "pid"}, "waiting"}]}]: target is
 * what to connect to, null where nothing is free. (transfer full) */
char *report_guests_json(const GPtrArray *guests);

/* What somebody does who has no guests yet. */
#define REPORT_NO_GUESTS                                                                           \
    "No QEMU guest runs here that you may see. backplane demo starts one to try; a guest of your " \
    "own is found when QEMU runs with -qmp unix:/tmp/NAME.sock,server=on,wait=off"

#endif
