/* Block nodes for a QMP that has no commands for them (QEMU before 2.9): its human monitor makes
 * drives, which a device can be given in the place of a node of the same name. */
#ifndef BACKPLANE_QMP_DRIVE_H
#define BACKPLANE_QMP_DRIVE_H

#include <jansson.h>

#include "monitor/error.h"

/* The reply to query-commands shows a QMP without these commands. (Until 2.9 blockdev-add took
 * other arguments, and there was no blockdev-del.) */
gboolean qmp_drive_needed(json_t *commands);

/* "drive_add 0 if=none,id=disk2-fmt,file=/srv/d.img,format=raw" for blockdev-add, "drive_del
 * disk2-fmt" for blockdev-del; NULL for other commands, and for a node that no drive can be.
 * (transfer full) */
char *qmp_drive_line(const char *command, json_t *arguments);

/* What that line's text means, as blockdev-add and blockdev-del would answer. (transfer full) */
json_t *qmp_drive_reply(const char *command, const char *text, GError **error);

#endif
