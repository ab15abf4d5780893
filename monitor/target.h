/* Where a monitor is: the text a user types, taken apart. */
#ifndef BACKPLANE_TARGET_H
#define BACKPLANE_TARGET_H

#include <gio/gio.h>

typedef struct Target Target;

typedef enum {
    TARGET_UNIX,
    TARGET_ABSTRACT,
    TARGET_TCP,
} TargetKind;

/* PATH, unix:PATH (a leading '@' is the abstract name space), tcp:HOST:PORT or telnet:HOST:PORT
 * ([v6] in brackets).
 * Errors: MONITOR_ERROR_TARGET. (transfer full) */
Target *target_parse(const char *text, GError **error);
void target_free(Target *target);

/* As the user wrote it; for titles and error sentences. */
const char *target_text(const Target *target);

TargetKind target_kind(const Target *target);

/* The file-system path of a unix socket, NULL for tcp and abstract ones. */
const char *target_path(const Target *target);

/* (transfer full) What GSocketClient connects to. */
GSocketConnectable *target_connectable(const Target *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Target, target_free)

#endif
