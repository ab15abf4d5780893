/* The guest as it starts, read from the transcript of its version. */
#include <stdio.h>
#include <string.h>

#include "tests/old/old_machine.h"

/* Every device of a reply to `info pci` that the guest has mapped: the others came later. */
static void read_pci(OldMachine *machine, const TranscriptEntry *entry)
{
    OldDevice *device = NULL;
    for (guint i = 0; i < entry->lines->len; i++) {
        const char *line = g_ptr_array_index(entry->lines, i);
        guint slot = 0, function = 0;
        if (sscanf(line, "  Bus  0, device %u, function %u:", &slot, &function) == 2) {
            device = old_device_new(machine, NULL, NULL);
            old_pci_put(machine, device, (int)(slot << 3 | function));
            continue;
        }
        if (!device->model)
            device->model = g_strdup(old_model_of_ids(line));
        g_ptr_array_add(device->pci_lines, g_strdup(line));
    }
    for (guint i = machine->pci->len; i > 0; i--) {
        device = g_ptr_array_index(machine->pci, i - 1);
        for (guint j = 0; j < device->pci_lines->len; j++) {
            if (g_str_equal(g_ptr_array_index(device->pci_lines, j), "      IRQ 0.")) {
                old_device_remove(machine, device);
                break;
            }
        }
    }
}

typedef struct {
    OldMachine *machine;
    const GPtrArray *lines;
    guint at;
} TreeReader;

static guint depth_of(const char *line)
{
    return (guint)strspn(line, " ") / 2;
}

/* The line that comes next, if it is so deep; NULL otherwise. */
static const char *peek(const TreeReader *reader, guint depth)
{
    if (reader->at >= reader->lines->len)
        return NULL;
    const char *line = g_ptr_array_index(reader->lines, reader->at);
    return depth_of(line) == depth ? line + depth * 2 : NULL;
}

static OldBus *read_bus(TreeReader *reader, guint depth, OldDevice *owner);

static void link_property(OldMachine *machine, OldDevice *device, const char *line)
{
    if (g_str_has_prefix(line, "bus-prop: scsi-id = "))
        device->scsi_id = (int)g_ascii_strtoll(strchr(line, '=') + 1, NULL, 10);
    if (g_str_has_prefix(line, "dev-prop: drive = "))
        device->drive = old_drive_find(machine, strchr(line, '=') + 2);
}

static OldDevice *device_of_tree(TreeReader *reader, guint depth, const char *head)
{
    g_auto(GStrv) words = g_strsplit(head, "\"", 3);
    g_autofree char *model = g_strndup(head, strcspn(head, ","));
    guint slot = 0, function = 0;
    for (guint i = reader->at; i < reader->lines->len; i++) {
        const char *line = g_ptr_array_index(reader->lines, i);
        if (depth_of(line) != depth + 1)
            break;
        if (sscanf(line, " bus-prop: addr = %x.%x", &slot, &function) == 2) {
            OldDevice *device = old_pci_device(reader->machine, (int)(slot << 3 | function));
            if (device) {
                g_free(device->id);
                device->id = g_strdup(words[1]);
            }
            return device;
        }
    }
    return old_device_new(reader->machine, model, words[1]);
}

static void read_device(TreeReader *reader, guint depth, OldBus *bus)
{
    const char *head = peek(reader, depth) + strlen("dev: ");
    reader->at++;
    OldDevice *device = device_of_tree(reader, depth, head);
    device->bus = bus;
    g_ptr_array_add(bus->devices, device);
    for (const char *line; (line = peek(reader, depth + 1));) {
        if (g_str_has_prefix(line, "bus: ")) {
            read_bus(reader, depth + 1, device);
            continue;
        }
        link_property(reader->machine, device, line);
        g_ptr_array_add(device->properties, g_strdup(line));
        reader->at++;
    }
}

static OldBus *read_bus(TreeReader *reader, guint depth, OldDevice *owner)
{
    const char *name = peek(reader, depth) + strlen("bus: ");
    reader->at++;
    const char *type = peek(reader, depth + 1) + strlen("type ");
    reader->at++;
    OldBus *bus = old_bus_new(reader->machine, owner, name, type);
    for (const char *line; (line = peek(reader, depth + 1)) && g_str_has_prefix(line, "dev: ");)
        read_device(reader, depth + 1, bus);
    return bus;
}

static void read_tree(OldMachine *machine)
{
    const TranscriptEntry *entry = transcript_find(machine->basic, "info qtree", 1);
    TreeReader reader = { .machine = machine, .lines = entry->lines };
    machine->root = read_bus(&reader, 0, NULL);
}

/* Before 0.12 there is no tree to say which drive is whose. */
static void link_without_tree(OldMachine *machine)
{
    OldDrive *virtio = old_drive_find(machine, "virtio0");
    for (guint i = 0; i < machine->pci->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->pci, i);
        if (g_strcmp0(device->model, "lsi53c895a") == 0)
            old_bus_new(machine, device, "scsi.0", "SCSI");
        if (g_strcmp0(device->model, "virtio-blk-pci") == 0)
            device->drive = virtio;
    }
}

static void read_drives(OldMachine *machine, const Transcript *from)
{
    const TranscriptEntry *entry = transcript_find(from, "info block", 1);
    for (guint i = 0; i < entry->lines->len; i++) {
        OldDrive *drive = old_drive_read(g_ptr_array_index(entry->lines, i));
        if (g_str_equal(drive->name, "floppy0") && !machine->options.floppy)
            g_clear_pointer(&drive->file, g_free);
        g_ptr_array_add(machine->drives, drive);
    }
}

static void usb_free(OldUsb *usb)
{
    g_free(usb->product);
    g_free(usb->port);
    g_free(usb);
}

static OldMachine *empty_machine(const OldMachineOptions *options)
{
    OldMachine *machine = g_new0(OldMachine, 1);
    machine->options = *options;
    machine->version = (int)g_ascii_strtoll(options->version + strlen("0."), NULL, 10);
    machine->directory = g_strdup(options->directory);
    machine->basic = transcript_load(options->version, "basic");
    machine->devices = g_ptr_array_new_with_free_func((GDestroyNotify)old_device_free);
    machine->pci = g_ptr_array_new();
    machine->drives = g_ptr_array_new_with_free_func((GDestroyNotify)old_drive_free);
    machine->vlans = g_ptr_array_new_with_free_func((GDestroyNotify)old_vlan_free);
    machine->netdevs = g_ptr_array_new_with_free_func((GDestroyNotify)old_client_free);
    machine->usb = g_ptr_array_new_with_free_func((GDestroyNotify)usb_free);
    machine->listening = g_ptr_array_new_with_free_func(g_free);
    machine->ejecting = g_ptr_array_new();
    machine->damage = g_ptr_array_new_with_free_func(g_free);
    machine->reply = g_string_new(NULL);
    machine->running = TRUE;
    return machine;
}

/* pc-0.11 has the ROMs of cards in the firmware, later machines on the cards (0.13's pc.c); with
 * -M pc no tree was measured. */
static void put_roms_on_cards(OldMachine *machine)
{
    for (guint i = 0; i < machine->pci->len; i++)
        old_device_set(g_ptr_array_index(machine->pci, i), "bus-prop: rombar = ", "1");
}

static OldMachine *full_machine(const OldMachineOptions *options)
{
    OldMachine *machine = empty_machine(options);
    read_drives(machine, machine->basic);
    read_pci(machine, transcript_find(machine->basic, "info pci", 1));
    if (machine->version >= 12)
        read_tree(machine);
    else
        link_without_tree(machine);
    if (options->pc)
        put_roms_on_cards(machine);
    old_network_read(machine, transcript_find(machine->basic, "info network", 1));
    return machine;
}

/* The small machines have a disk of virtio in slot 3 and no network; in the tree only that. */
static OldMachine *small_machine(const OldMachineOptions *options)
{
    OldMachine *machine = empty_machine(options);
    g_autoptr(Transcript) nics = transcript_load(options->version, "pci_add-nic2");
    gboolean encrypted = g_str_equal(options->devices, "encrypted");
    if (encrypted) {
        g_autoptr(Transcript) from = transcript_load(options->version, "encrypted");
        read_drives(machine, from);
        machine->running = FALSE;
    }
    read_pci(machine, transcript_find(nics, "info pci", 1)); /* at its end */
    link_without_tree(machine);
    if (machine->version >= 12) {
        machine->root = old_bus_new(machine, NULL, "main-system-bus", "System");
        OldDevice *host = old_device_new(machine, "i440FX-pcihost", NULL);
        host->bus = machine->root;
        g_ptr_array_add(machine->root->devices, host);
        OldBus *bus = old_bus_new(machine, host, "pci.0", "PCI");
        for (guint i = 0; i < machine->pci->len; i++) {
            OldDevice *device = g_ptr_array_index(machine->pci, i);
            device->bus = bus;
            g_ptr_array_insert(bus->devices, 0, device);
        }
    }
    old_network_read(machine, transcript_find(nics, "info network", 1));
    return machine;
}

OldMachine *old_machine_new(const OldMachineOptions *options)
{
    gboolean full = !options->devices || g_str_equal(options->devices, "full");
    OldMachine *pattern = full_machine(options);
    OldMachine *machine = NULL;
    if (full)
        machine = full_machine(options);
    else
        machine = small_machine(options);
    machine->pattern = pattern;
    return machine;
}

void old_machine_free(OldMachine *machine)
{
    if (!machine)
        return;
    old_machine_free(machine->pattern);
    g_clear_pointer(&machine->root, old_bus_free);
    GPtrArray *const arrays[] = { machine->pci,       machine->devices,  machine->drives,
                                  machine->vlans,     machine->netdevs,  machine->usb,
                                  machine->listening, machine->ejecting, machine->damage };
    for (gsize i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_ptr_array_unref(arrays[i]);
    transcript_free(machine->basic);
    g_string_free(machine->reply, TRUE);
    g_free(machine->directory);
    g_free(machine->died);
    g_free(machine);
}
