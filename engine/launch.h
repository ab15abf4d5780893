/* Domain XML -> QEMU's command line, with the static addresses in it. A pure function; emulator.h
 * finds the program, guest_process.h starts it. */
#ifndef BACKPLANE_LAUNCH_H
#define BACKPLANE_LAUNCH_H

#include "engine/domain.h"

typedef struct {
    const char *machine;      /* what this QEMU calls it; NULL: as the file says */
    gboolean kvm;             /* usable */
    const char *const *extra; /* arguments behind all others; NULL for none */
} LaunchOptions;

typedef struct {
    GPtrArray *arguments; /* (char *) without the program's name, NULL-terminated */
    GPtrArray *missing;   /* (char *) what the file says and the command line does not, or does
                           * differently: "<iotune> of disk vda" */
    GPtrArray *notes;     /* (char *) what was added or chosen for it, as sentences */
    GPtrArray *down;      /* (char *) ids of NICs whose link is to be taken down (set_link), which
                           * no argument can say */
} Launch;

/* Static PCI, USB and virtio-serial addresses are passed (bus=, addr=; port; nr), dynamic ones left
 * to QEMU; drive addresses are passed always (scsi-id, lun, unit). Ids are the aliases, else those
 * that libvirt derives. Names of files that are not absolute count from the file's folder. Errors:
 * ENGINE_ERROR_INPUT as domain_check; ENGINE_ERROR_REFUSED for what cannot be said to QEMU.
 * (transfer full) */
Launch *launch_plan(const Domain *domain, const LaunchOptions *options, GError **error);
void launch_free(Launch *launch);

/* The id that the device has in QEMU: its alias, else the one that libvirt derives: "net0",
 * "scsi0-0-3", "virtio-disk0"; NULL for what is built in. (transfer full) */
char *launch_device_id(const DomainDevice *device);

/* Character devices are called so, and then as the port that they are behind. */
#define LAUNCH_CHARDEV "char"

/* value as part of one of QEMU's comma-separated options. (transfer full) */
char *launch_escape(const char *value);
/* Lets the first serial port be written to a file as well, unless the domain file says where: TRUE
 * when it will be. Not for guests that run on unwatched: the file grows with them. */
gboolean launch_log_serial(Launch *launch, const char *path);
/* The command line for a shell, quoted, one option a line; what its monitor is to be told then as
 * comments. (transfer full) */
char *launch_to_text(const char *program, const Launch *launch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Launch, launch_free)

#endif
