/* One option of QEMU's command line taken apart: "socket,id=mon,path=/a,,b,server" and its JSON. */
#ifndef BACKPLANE_QEMU_OPTIONS_H
#define BACKPLANE_QEMU_OPTIONS_H

#include <glib.h>

typedef struct {
    GPtrArray *keys, *values; /* (char) */
} QemuOptions;

/* first: the key of a first value that has none ("guest" for -name); NULL: there is no such. A word
 * without a value is on, one that begins with "no" off, as QEMU has it (util/qemu-option.c); JSON
 * is taken apart by the innermost key of each value. (transfer full) */
QemuOptions *qemu_options_parse(const char *text, const char *first);
QemuOptions *qemu_options_new(void);
/* Both copied. */
void qemu_options_add(QemuOptions *options, const char *key, const char *value);
void qemu_options_free(QemuOptions *options);

/* The last of this name, as in QEMU; NULL for none. (transfer none) */
const char *qemu_options_find(const QemuOptions *options, const char *key);
gboolean qemu_options_is_on(const QemuOptions *options, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuOptions, qemu_options_free)

#endif
