/* What a user wants attached: a kind and KEY=VALUE options with the usual names of QEMU and
 * libvirt. One table says which option belongs to which kind, its form and its help. */
#ifndef BACKPLANE_REQUEST_H
#define BACKPLANE_REQUEST_H

#include "engine/error.h"

typedef enum {
    REQUEST_DISK,
    REQUEST_CDROM,
    REQUEST_NIC,
    REQUEST_CONTROLLER,
    REQUEST_DEVICE,
    REQUEST_KINDS,
} RequestKind;

typedef struct {
    const char *name;
    guint kinds;        /* bits 1 << RequestKind */
    const char *values; /* "scsi|virtio|usb|nvme" or "PATH": for help and completion */
    const char *help;
} RequestOption;

typedef struct {
    RequestKind kind;
    GHashTable *options; /* name -> value; with REQUEST_DEVICE also driver properties */
} Request;

/* "disk", "cdrom", "nic", "controller", "device". */
const char *request_kind_name(RequestKind kind);
const RequestOption *request_options(gsize *count);

/* Errors: ENGINE_ERROR_INPUT: unknown kind or option (the nearest name is offered), missing or
 * malformed value, an option given twice. (transfer full) */
Request *request_parse(const char *kind, const char *const *key_values, GError **error);
Request *request_new(RequestKind kind);
/* The same for a request that was put together with request_set: names and forms of its values. */
gboolean request_check(const Request *request, GError **error);
Request *request_copy(const Request *request);
/* NULL when it was left out. */
const char *request_get(const Request *request, const char *option);
/* value NULL takes the option out. */
void request_set(Request *request, const char *option, const char *value);
void request_free(Request *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_free)

#endif
