/* What the header of a disk image says. Read in a worker thread of GIO, since a file may be on a
 * network that hangs. */
#ifndef BACKPLANE_IMAGE_H
#define BACKPLANE_IMAGE_H

#include <gio/gio.h>

typedef struct {
    char *path;        /* absolute */
    char *real;        /* the same without symbolic links */
    char *format;      /* QEMU's driver name; "raw" when no known header is there */
    gint64 size;       /* bytes the guest would see; -1 unknown */
    gint64 used;       /* bytes on the host */
    char *backing;     /* backing file as the header names it; NULL for none */
    gboolean writable; /* by us, now */
    gboolean device;   /* a host block device: blockdev driver host_device */
    gboolean footer; /* raw, but its last sector is that of a fixed VHD (format=vpc): qemu-img calls
                      * it raw too, since a guest can write there */
} Image;

/* path: relative to our own folder, not to QEMU's. Formats by qemu-img's rules: qcow, qcow2, qed,
 * vmdk, vdi, vhdx, vpc, luks, parallels, bochs, cloop, dmg. (Source: docs and headers of QEMU's
 * block drivers.) */
void image_probe_async(const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data);
/* Errors: ENGINE_ERROR_INPUT: no such file, a directory, no permission. (transfer full) */
Image *image_probe_finish(GAsyncResult *result, GError **error);
void image_free(Image *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Image, image_free)

#endif
