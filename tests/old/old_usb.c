/* USB: two ports, a hub as soon as only one is left, and no guest that gives out addresses. */
#include <stdio.h>
#include <string.h>

#include "tests/old/old_commands.h"

static const struct {
    const char *command, *qdev, *product;
} kinds[] = {
    { "tablet", "usb-tablet", "QEMU USB Tablet" },
    { "mouse", "usb-mouse", "QEMU USB Mouse" },
    { "keyboard", "usb-kbd", "QEMU USB Keyboard" },
    { "wacom-tablet", "usb-wacom-tablet", "QEMU PenPartner Tablet" },
    { "disk", "usb-storage", "QEMU USB MSD" },
    { "hub", "usb-hub", "QEMU USB Hub" },
};

#define INPUTS 4 /* that have no file */
#define DISK 4
#define HUB 5
#define ROOT_PORTS 2
#define HUB_PORTS 8

/* The first port that is free, and how many there are: "1", "2", "2.1". */
static char *free_port(const OldMachine *machine, guint *count)
{
    GPtrArray *ports = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 1; i <= ROOT_PORTS; i++)
        g_ptr_array_add(ports, g_strdup_printf("%u", i));
    for (guint i = 0; i < machine->usb->len; i++) {
        const OldUsb *usb = g_ptr_array_index(machine->usb, i);
        for (guint j = 1; usb->hub && j <= HUB_PORTS; j++)
            g_ptr_array_add(ports, g_strdup_printf("%s.%u", usb->port, j));
    }
    for (guint i = 0; i < machine->usb->len; i++) {
        const OldUsb *usb = g_ptr_array_index(machine->usb, i);
        for (guint j = ports->len; j > 0; j--)
            if (g_str_equal(g_ptr_array_index(ports, j - 1), usb->port))
                g_ptr_array_remove_index(ports, j - 1);
    }
    *count = ports->len;
    char *port = ports->len > 0 ? g_strdup(g_ptr_array_index(ports, 0)) : NULL;
    g_ptr_array_unref(ports);
    return port;
}

static void add_to_tree(OldMachine *machine, OldUsb *usb, const char *qdev, const char *id)
{
    OldBus *bus = machine->root ? old_bus_find(machine, "usb.0") : NULL;
    if (!bus)
        return;
    usb->device = old_device_add_on(machine, bus, qdev, id);
    char *line = machine->version >= 14
                     ? g_strdup_printf("addr 0.0, port %s, speed 12, name %s, attached", usb->port,
                                       usb->product)
                     : g_strdup_printf("addr 0.0, speed 12, name %s, attached", usb->product);
    g_ptr_array_add(usb->device->properties, line);
}

static void attach(OldMachine *machine, gsize kind, const char *id, OldDrive *drive)
{
    guint count = 0;
    g_autofree char *port = free_port(machine, &count);
    if (count == 1 && kind != HUB) {
        attach(machine, HUB, NULL, NULL);
        g_free(port);
        port = free_port(machine, &count);
    }
    OldUsb *usb = g_new0(OldUsb, 1);
    usb->port = g_steal_pointer(&port);
    usb->hub = kind == HUB;
    usb->drive = drive;
    gboolean names_file = drive && machine->version < 12;
    usb->product = names_file ? g_strdup_printf("%s(%.16s)", kinds[kind].product, drive->file)
                              : g_strdup(kinds[kind].product);
    add_to_tree(machine, usb, kinds[kind].qdev, id);
    g_ptr_array_add(machine->usb, usb);
}

gboolean old_usb_attach(OldMachine *machine, const char *name, const char *id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_equal(kinds[i].qdev, name)) {
            attach(machine, i, id, NULL);
            return TRUE;
        }
    }
    return FALSE;
}

/* "FILE" or, in all versions, "format=FORMAT:FILE". */
static gboolean add_disk(OldMachine *machine, const char *what)
{
    const char *colon = g_str_has_prefix(what, "format=") ? strchr(what, ':') : NULL;
    gsize length = strlen("format=");
    g_autofree char *format =
        colon ? g_strndup(what + length, (gsize)(colon - what) - length) : NULL;
    OldDrive *drive = old_drive_usb(machine);
    if (!old_drive_open(machine, drive, colon ? colon + 1 : what, format))
        return FALSE;
    attach(machine, DISK, NULL, drive);
    return TRUE;
}

static gboolean add(OldMachine *machine, const char *what)
{
    if (g_str_has_prefix(what, "disk:"))
        return add_disk(machine, what + strlen("disk:"));
    if (g_str_has_prefix(what, "host:")) {
        old_print(machine, "husb: unable to access USB devices\n");
        machine->husb = machine->version == 12;
        return TRUE;
    }
    for (gsize i = 0; i < INPUTS; i++) {
        if (g_str_equal(kinds[i].command, what)) {
            attach(machine, i, NULL, NULL);
            return TRUE;
        }
    }
    return FALSE;
}

void old_usb_add(OldMachine *machine, char **arguments)
{
    if (!add(machine, arguments[0]) && machine->version >= 13)
        old_print(machine, "could not add USB device '%s'\n", arguments[0]);
}

static void detach(OldMachine *machine, guint index)
{
    OldUsb *usb = g_ptr_array_index(machine->usb, index);
    if (usb->device) {
        old_device_remove(machine, usb->device); /* and with it this */
        return;
    }
    if (usb->drive)
        old_drive_remove(machine, usb->drive);
    g_ptr_array_remove_index(machine->usb, index);
}

/* Without a guest every device has the address 0.0: the first of the list goes. */
void old_usb_del(OldMachine *machine, char **arguments)
{
    guint bus = 1, address = 1;
    gboolean is_address = sscanf(arguments[0], "%u.%u", &bus, &address) == 2;
    if (is_address && bus == 0 && address == 0 && machine->usb->len > 0)
        detach(machine, machine->version >= 12 ? 0 : machine->usb->len - 1);
    else if (machine->version >= 13)
        old_print(machine, "could not delete USB device '%s'\n", arguments[0]);
}

void old_info_usb(OldMachine *machine, char **arguments)
{
    for (guint i = 0; i < machine->usb->len; i++) {
        guint at = machine->version >= 12 ? i : machine->usb->len - 1 - i;
        const OldUsb *usb = g_ptr_array_index(machine->usb, at);
        if (machine->version >= 14)
            old_print(machine, "  Device 0.0, Port %s, Speed 12 Mb/s, Product %s\n", usb->port,
                      usb->product);
        else
            old_print(machine, "  Device 0.0, Speed 12 Mb/s, Product %s\n", usb->product);
    }
}
