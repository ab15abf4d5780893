/* The commands of an emulated monitor, each a function of the machine and the arguments that the
 * monitor's parser made of the line. What they print is the reply. */
#ifndef BACKPLANE_TESTS_OLD_COMMANDS_H
#define BACKPLANE_TESTS_OLD_COMMANDS_H

#include "tests/old/old_machine.h"

/* `arguments` has one string for each of the command's, NULL where it was left out. */
typedef void (*OldCommand)(OldMachine *machine, char **arguments);

/* old_storage.c */
void old_pci_add(OldMachine *machine, char **arguments);
void old_pci_del(OldMachine *machine, char **arguments);
void old_drive_add(OldMachine *machine, char **arguments);
void old_drive_del(OldMachine *machine, char **arguments);
void old_eject(OldMachine *machine, char **arguments);
void old_change(OldMachine *machine, char **arguments);

/* The same: puts a disk on a SCSI bus of 0.12 or later, id -1 is the first free one. NULL, with
 * what QEMU prints, when it cannot. */
OldDevice *old_scsi_attach(OldMachine *machine, OldBus *bus, OldDrive *drive, int id,
                           const char *name);

/* old_network.c */
void old_pci_add_nic(OldMachine *machine, const char *address, const char *options);
void old_host_net_add(OldMachine *machine, char **arguments);
void old_host_net_remove(OldMachine *machine, char **arguments);
void old_netdev_add(OldMachine *machine, char **arguments);
void old_netdev_del(OldMachine *machine, char **arguments);
void old_set_link(OldMachine *machine, char **arguments);
void old_info_network(OldMachine *machine, char **arguments);
/* Makes the end of a VLAN or netdev that a NIC of device_add is. */
void old_nic_connect(OldMachine *machine, OldDevice *device, const char *mac, guint64 vlan,
                     const char *netdev);
gboolean old_netdev_exists(const OldMachine *machine, const char *name);

/* old_devices.c */
void old_device_add_command(OldMachine *machine, char **arguments);
void old_device_del(OldMachine *machine, char **arguments);

/* old_usb.c */
void old_usb_add(OldMachine *machine, char **arguments);
void old_usb_del(OldMachine *machine, char **arguments);
void old_info_usb(OldMachine *machine, char **arguments);
/* A device of qdev's name, "usb-tablet"; FALSE when there is none such. */
gboolean old_usb_attach(OldMachine *machine, const char *name, const char *id);

/* old_info.c */
void old_info(OldMachine *machine, char **arguments);
void old_help(OldMachine *machine, char **arguments);

/* old_dispatch.c */
/* Runs a line that was typed; its reply is machine->reply. */
void old_run_line(OldMachine *machine, const char *line);
/* A password that was typed, after machine->asks was set. */
void old_run_password(OldMachine *machine);
/* What tab makes of a beginning: the candidates, (transfer full). */
GPtrArray *old_completions(const OldMachine *machine, const char *beginning, gsize *typed);

#endif
