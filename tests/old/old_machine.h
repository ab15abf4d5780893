/* The guest behind an emulated monitor of QEMU 0.10 to 0.14: its PCI slots, drives table, NICs and
 * VLANs, USB devices and the tree of its devices. What it has when it starts is read from the
 * transcript of that version (tests/old/transcripts); what is added later is made after it. The
 * commands are in old_storage.c, old_network.c, old_devices.c and old_usb.c. */
#ifndef BACKPLANE_TESTS_OLD_MACHINE_H
#define BACKPLANE_TESTS_OLD_MACHINE_H

#include <glib.h>

#include "tests/old/transcript.h"

typedef enum {
    OLD_GUEST_EJECTS, /* as soon as it is asked to, or OldMachineOptions.eject_delay later */
    OLD_GUEST_DEAF,   /* never, like a BIOS */
} OldGuest;

typedef struct {
    const char *version; /* "0.10" ... "0.14" */
    const char *devices; /* "full" (NULL, the proposal's guest), "min", "encrypted" */
    gboolean pc;         /* -M pc instead of -M pc-0.11 */
    gboolean floppy;     /* there is an image in floppy0, as where a boot sector ejects devices */
    OldGuest guest;
    guint eject_delay;     /* ms */
    const char *directory; /* where that QEMU runs: relative names of images; NULL: here */
} OldMachineOptions;

typedef struct OldBus OldBus;
typedef struct OldDevice OldDevice;

/* A row of QEMU's drives table. */
typedef struct {
    char *name;    /* in `info block` */
    guint type;    /* index in the table of interfaces, see old_drives.c */
    int bus, unit; /* with the type the key */
    gboolean cdrom, removable;
    const char *kind; /* "hd", "cdrom", "floppy" */
    char *file;       /* NULL: [not inserted] */
    char *backing;    /* NULL: none */
    const char *format;
    gboolean read_only, encrypted, unlocked;
    int unit_option;   /* unit= as it was given, -1 without */
    gboolean has_addr; /* addr= was given */
} OldDrive;

/* An end of a VLAN, or of a netdev where `peer` says so. */
typedef struct {
    char *name, *model, *info;
    gboolean nic;
    char *peer; /* NULL: on a VLAN */
    int slot;   /* of QEMU's eight NICs; -1: none */
} OldClient;

typedef struct {
    guint64 id;
    GPtrArray *clients; /* OldClient * */
} OldVlan;

struct OldBus {
    char *name, *type;
    OldDevice *owner;
    GPtrArray *devices; /* the newest first; not owned */
    int number;         /* of a SCSI bus: QEMU's running number */
};

struct OldDevice {
    char *model, *id;
    int devfn;             /* -1: not PCI; over 255 where 0.12 let it pass */
    OldBus *bus;           /* NULL: not in the tree */
    GPtrArray *pci_lines;  /* of `info pci`, below the line of the address */
    GPtrArray *properties; /* of `info qtree`, without indentation */
    GPtrArray *buses;      /* OldBus *, owned */
    int scsi_id;           /* -1: not a SCSI disk */
    OldDrive *drive;       /* not owned; NULL: none */
    OldClient *client;     /* of a NIC */
};

typedef struct {
    char *product; /* "QEMU USB Tablet" */
    char *port;    /* "2.1" */
    gboolean hub;
    OldDrive *drive;
    OldDevice *device; /* in the tree; NULL before 0.12 */
} OldUsb;

typedef struct OldMachine OldMachine;
struct OldMachine {
    int version; /* 10 to 14 */
    OldMachineOptions options;
    char *directory;
    Transcript *basic;    /* the texts that never change */
    OldMachine *pattern;  /* the full machine: its devices are copied for new ones */
    GPtrArray *devices;   /* all OldDevice *, owned */
    GPtrArray *pci;       /* those on PCI bus 0, by devfn; not owned */
    OldBus *root;         /* of the tree; NULL before 0.12 */
    GPtrArray *drives;    /* OldDrive * in the order of `info block` */
    GPtrArray *vlans;     /* OldVlan * in the order of `info network` */
    GPtrArray *netdevs;   /* OldClient * that are on no VLAN */
    GPtrArray *usb;       /* OldUsb * in the order in which they came */
    GPtrArray *listening; /* addresses that a socket of a VLAN listens at */
    gboolean nics[8];     /* places that are taken, for good when an add failed */
    guint macs;           /* addresses that device_add gave out */
    int scsi_buses;       /* SCSI buses there ever were */
    guint usb_disks;
    gboolean running;
    gboolean husb;       /* 0.12: complains about USB every 2 s from now on */
    OldDrive *asks;      /* the password of this one is asked for */
    GPtrArray *ejecting; /* devfn >> 3 of slots that the guest was asked to eject */
    char *died;          /* why; NULL: it lives */
    int status;          /* exit status, or minus a signal */
    gboolean quit;       /* it ended because it was told to */
    gboolean hangs;      /* it will never answer again */
    GPtrArray *damage;   /* sentences: what a command did that must not be done */
    GString *reply;      /* of the command under way, with \n */
};

/* Fails the test for a version or a set of devices that is not known. */
OldMachine *old_machine_new(const OldMachineOptions *options);
void old_machine_free(OldMachine *machine);

/* Adds to the reply. */
void old_print(OldMachine *machine, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What goes to the monitor from 0.14 on, and before that to QEMU's stderr. */
void old_complain(OldMachine *machine, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* QEMU ends here: a signal is a negative status. */
void old_die(OldMachine *machine, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* QEMU lives on, but what was done must not be done. */
void old_damage(OldMachine *machine, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* --- devices (old_machine.c; old_boot.c makes the first ones)
 * -------------------------------------------------------------------
 */

OldBus *old_bus_new(OldMachine *machine, OldDevice *owner, const char *name, const char *type);
void old_bus_free(OldBus *bus);
OldDevice *old_device_new(OldMachine *machine, const char *model, const char *id);
void old_device_free(OldDevice *device);
/* The model of a line of `info pci` that ends in "PCI device 8086:100e"; NULL: not known. */
const char *old_model_of_ids(const char *line);
/* Puts it among those of PCI bus 0. */
void old_pci_put(OldMachine *machine, OldDevice *device, int devfn);
OldDevice *old_pci_device(const OldMachine *machine, int devfn);
/* "[[domain:]bus:]slot" in hex; FALSE when it names no slot of bus 0. */
gboolean old_parse_slot(const char *text, int *slot);
/* What an address of pci_add wants: a devfn, or -1 for the first free slot. FALSE, with what QEMU
 * prints or does, when it is none. */
gboolean old_pci_wants(OldMachine *machine, const char *address, const char *model, int *wanted);
/* Where it gets it. FALSE, with what QEMU prints or does, when it cannot go there. */
gboolean old_pci_place(OldMachine *machine, int wanted, const char *model, int *devfn);
/* A new device like the one of that model in the transcript; NULL when there is none. On a PCI bus
 * at devfn, unless that is -1. `id` NULL: none. */
OldDevice *old_device_add(OldMachine *machine, const char *model, const char *id, int devfn);
/* A new device that only the tree has, on that bus. */
OldDevice *old_device_add_on(OldMachine *machine, OldBus *bus, const char *model, const char *id);
/* Takes it away with all that is on its buses, its drives and its end of a VLAN. */
void old_device_remove(OldMachine *machine, OldDevice *device);
/* Replaces the rest of the property line that begins so. */
void old_device_set(OldDevice *device, const char *property, const char *value);
OldDevice *old_device_by_id(const OldMachine *machine, const char *id);
/* The bus of that name; NULL: none. */
OldBus *old_bus_find(const OldMachine *machine, const char *name);
/* The guest is asked to eject a slot, and does as the options say. */
void old_ask_eject(OldMachine *machine, int slot);
/* It ejects what it was asked to. */
void old_eject_now(OldMachine *machine);
/* The BIOS runs: every device gets its addresses and its interrupt (old_bios.c). */
void old_bios_run(OldMachine *machine);

/* --- drives (old_drives.c) ---------------------------------------------------------------------
 */

/* A drive of an option string, as QEMU's drive_init makes it: NULL when the caller has to give up,
 * which may leave a drive behind. Whether to say why is up to the version. */
OldDrive *old_drive_init(OldMachine *machine, const char *options);
OldDrive *old_drive_find(const OldMachine *machine, const char *name);
void old_drive_remove(OldMachine *machine, OldDrive *drive);
/* Opens a file in a drive as QEMU of 0.10 to 0.14 would; format NULL: it is probed. */
gboolean old_drive_open(OldMachine *machine, OldDrive *drive, const char *file, const char *format);
/* A drive of `usb_add disk:`; it stays when the file cannot be opened. */
OldDrive *old_drive_usb(OldMachine *machine);
/* Reads a line of `info block`. */
OldDrive *old_drive_read(const char *line);
void old_drive_free(OldDrive *drive);
guint old_drive_type(const char *interface);

/* --- VLANs (old_network.c) ---------------------------------------------------------------------
 */

OldVlan *old_vlan(OldMachine *machine, guint64 id);
void old_client_free(OldClient *client);
void old_client_remove(OldMachine *machine, OldClient *client);
void old_vlan_free(OldVlan *vlan);
void old_network_read(OldMachine *machine, const TranscriptEntry *entry);

/* --- options, "a=b,c=d" with ",," for a comma (old_options.c) ----------------------------------
 */

/* The value of a key; NULL: not there. (transfer full) */
char *old_option(const char *options, const char *key);
gint64 old_option_number(const char *options, const char *key, gint64 otherwise);
/* The first key that is not one of the list, which is separated by blanks; NULL: none.
 * (transfer full) */
char *old_option_unknown(const char *options, const char *known);

#endif
