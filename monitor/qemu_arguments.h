/* What QEMU's command line tells of a guest: who it is, and which monitors it was given. A pure
 * function of its words. */
#ifndef BACKPLANE_QEMU_ARGUMENTS_H
#define BACKPLANE_QEMU_ARGUMENTS_H

#include "monitor/qemu_monitor.h"

typedef struct {
    char *name;          /* -name guest=, else process=; NULL */
    char *image;         /* file of its first drive, else its kernel; NULL */
    char *machine;       /* NULL: the default of that QEMU */
    char *accelerator;   /* those to try, a colon between them; NULL: the default */
    GPtrArray *monitors; /* (QemuMonitor) in their order, the one that QEMU makes itself included */
    gboolean daemon;     /* -daemonize: it left the folder that it was started in */
} QemuArguments;

/* The text of a file that -readconfig names; NULL where it cannot be read. (transfer full) */
typedef GString *(*QemuConfigFn)(const char *path, gpointer data);

/* words: (char), the first is the program. (transfer full) */
QemuArguments *qemu_arguments_parse(const GPtrArray *words, QemuConfigFn read, gpointer data);
void qemu_arguments_free(QemuArguments *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuArguments, qemu_arguments_free)

#endif
