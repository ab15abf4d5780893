/* The drives table: its keys (interface, bus, unit), and what is in the drives. */
#include "tests/old/old_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* In the order of 0.12's BlockInterfaceType; 0.10 and 0.11 have no "none" and count from 0. */
static const struct {
    const char *name;
    int per_bus;    /* units of a bus; 0: one bus without end */
    gboolean media; /* the name says "-hd" or "-cd" */
} interfaces[] = {
    { "none", 0, FALSE },   { "ide", 2, TRUE },  { "scsi", 7, TRUE }, { "floppy", 0, FALSE },
    { "pflash", 0, FALSE }, { "mtd", 0, FALSE }, { "sd", 0, FALSE },  { "virtio", 0, FALSE },
    { "xen", 0, FALSE },    { "usb", 0, FALSE }, /* only what usb_add makes */
};

#define DRIVE_OPTIONS                                                                              \
    "bus unit if index cyls heads secs trans media snapshot file cache aio format serial werror "  \
    "rerror addr readonly id"

guint old_drive_type(const char *interface)
{
    for (guint i = 0; i < G_N_ELEMENTS(interfaces) - 1; i++)
        if (g_str_equal(interfaces[i].name, interface))
            return i;
    return G_MAXUINT;
}

void old_drive_free(OldDrive *drive)
{
    g_free(drive->name);
    g_free(drive->file);
    g_free(drive->backing);
    g_free(drive);
}

OldDrive *old_drive_find(const OldMachine *machine, const char *name)
{
    for (guint i = 0; i < machine->drives->len; i++) {
        OldDrive *drive = g_ptr_array_index(machine->drives, i);
        if (g_str_equal(drive->name, name))
            return drive;
    }
    return NULL;
}

static gboolean key_is_taken(const OldMachine *machine, guint type, int bus, int unit)
{
    for (guint i = 0; i < machine->drives->len; i++) {
        const OldDrive *drive = g_ptr_array_index(machine->drives, i);
        if (drive->type == type && drive->bus == bus && drive->unit == unit)
            return TRUE;
    }
    return FALSE;
}

void old_drive_remove(OldMachine *machine, OldDrive *drive)
{
    for (guint i = 0; i < machine->devices->len; i++) {
        OldDevice *device = g_ptr_array_index(machine->devices, i);
        if (device->drive == drive)
            device->drive = NULL;
    }
    if (machine->asks == drive)
        machine->asks = NULL;
    g_ptr_array_remove(machine->drives, drive);
}

/* --- what is in a drive ------------------------------------------------------------------------
 */

static guint32 be32(const guint8 *at)
{
    return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

/* The header of a qcow2 image: the offset of the backing file's name at 8, its length at 16,
 * encryption at 32. */
static void read_header(OldDrive *drive, const guint8 *bytes, gsize length)
{
    drive->format = "raw";
    if (length < 72 || memcmp(bytes, "QFI\xfb", 4) != 0)
        return;
    drive->format = "qcow2";
    drive->encrypted = be32(bytes + 32) != 0;
    guint32 offset = be32(bytes + 12), size = be32(bytes + 16);
    if (offset && offset <= length && size <= length - offset)
        drive->backing = g_strndup((const char *)bytes + offset, size);
}

/* FALSE: errno says why, a folder being one reason. */
static gboolean read_file(const char *path, char **bytes, gsize *length)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        errno = EISDIR;
        return FALSE;
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return FALSE;
    close(descriptor);
    return g_file_get_contents(path, bytes, length, NULL);
}

gboolean old_drive_open(OldMachine *machine, OldDrive *drive, const char *file, const char *format)
{
    g_clear_pointer(&drive->file, g_free);
    g_clear_pointer(&drive->backing, g_free);
    drive->encrypted = drive->unlocked = FALSE;
    g_autofree char *path = g_path_is_absolute(file) || !machine->directory
                                ? g_strdup(file)
                                : g_build_filename(machine->directory, file, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!read_file(path, &bytes, &length)) {
        old_complain(machine, "could not open disk image %s: %s\n", file, strerror(errno));
        return FALSE;
    }
    read_header(drive, (const guint8 *)bytes, length);
    if (format && g_str_equal(format, "raw")) {
        drive->format = "raw";
        drive->encrypted = FALSE;
    }
    drive->file = g_strdup(file);
    drive->read_only = drive->cdrom && machine->version >= 13;
    return TRUE;
}

/* --- making one --------------------------------------------------------------------------------
 */

static gboolean options_are_good(OldMachine *machine, const char *options)
{
    g_autofree char *unknown = old_option_unknown(options, DRIVE_OPTIONS);
    if (unknown) {
        if (machine->version >= 13)
            old_print(machine, "Invalid parameter '%s'\n", unknown);
        return FALSE;
    }
    g_autofree char *id = old_option(options, "id");
    for (guint i = 0; id && i < machine->drives->len; i++) {
        const OldDrive *drive = g_ptr_array_index(machine->drives, i);
        if (!g_str_equal(drive->name, id))
            continue;
        if (machine->version >= 13)
            old_print(machine, "Duplicate ID '%s' for drive\n", id);
        return FALSE;
    }
    return TRUE;
}

static gboolean choose_type(OldMachine *machine, const char *options, OldDrive *drive)
{
    g_autofree char *interface = old_option(options, "if");
    drive->type = old_drive_type(interface ? interface : "ide");
    gboolean none_is_known = machine->version >= 12;
    if (drive->type < G_N_ELEMENTS(interfaces) && (drive->type > 0 || none_is_known))
        return TRUE;
    old_complain(machine, "unsupported bus type '%s'\n", interface);
    return FALSE;
}

/* Without unit= the first free one, from the next bus when this one is full. */
static gboolean choose_key(OldMachine *machine, const char *options, OldDrive *drive)
{
    int per_bus = interfaces[drive->type].per_bus;
    drive->bus = (int)old_option_number(options, "bus", 0);
    drive->unit = drive->unit_option = (int)old_option_number(options, "unit", -1);
    if (drive->unit < 0) {
        drive->unit = 0;
        while (key_is_taken(machine, drive->type, drive->bus, drive->unit)) {
            if (++drive->unit == per_bus) {
                drive->unit = 0;
                drive->bus++;
            }
        }
    }
    if (per_bus && drive->unit >= per_bus) {
        old_complain(machine, "unit %d too big (max is %d)\n", drive->unit, per_bus - 1);
        return FALSE;
    }
    if (key_is_taken(machine, drive->type, drive->bus, drive->unit)) {
        old_complain(machine, "drive with bus=%d, unit=%d (index=-1) exists\n", drive->bus,
                     drive->unit);
        return FALSE;
    }
    return TRUE;
}

static gboolean other_options_are_good(OldMachine *machine, const char *options, OldDrive *drive)
{
    g_autofree char *format = old_option(options, "format");
    if (format && !g_str_equal(format, "raw") && !g_str_equal(format, "qcow2")) {
        old_complain(machine, "'%s' invalid format\n", format);
        return FALSE;
    }
    g_autofree char *address = old_option(options, "addr");
    drive->has_addr = address != NULL;
    if (address && drive->type != old_drive_type("virtio")) {
        old_complain(machine, "addr is not supported by this bus type\n");
        return FALSE;
    }
    g_autofree char *media = old_option(options, "media");
    drive->cdrom = drive->removable = media && g_str_equal(media, "cdrom");
    drive->kind = drive->cdrom ? "cdrom" : "hd";
    return TRUE;
}

static char *drive_name(const OldDrive *drive, const char *options)
{
    char *id = old_option(options, "id");
    if (id)
        return id;
    const char *media = !interfaces[drive->type].media ? "" : drive->cdrom ? "-cd" : "-hd";
    if (interfaces[drive->type].per_bus)
        return g_strdup_printf("%s%d%s%d", interfaces[drive->type].name, drive->bus, media,
                               drive->unit);
    return g_strdup_printf("%s%s%d", interfaces[drive->type].name, media, drive->unit);
}

OldDrive *old_drive_init(OldMachine *machine, const char *options)
{
    if (!options_are_good(machine, options))
        return NULL;
    OldDrive *drive = g_new0(OldDrive, 1);
    if (!choose_type(machine, options, drive) || !other_options_are_good(machine, options, drive) ||
        !choose_key(machine, options, drive)) {
        old_drive_free(drive);
        return NULL;
    }
    drive->name = drive_name(drive, options);
    drive->format = "raw";
    g_ptr_array_add(machine->drives, drive);
    /* From here on a failure leaves the drive behind, with its key. */
    g_autofree char *file = old_option(options, "file");
    if (!file || !*file)
        return machine->version >= 14 ? drive : NULL;
    g_autofree char *format = old_option(options, "format");
    return old_drive_open(machine, drive, file, format) ? drive : NULL;
}

OldDrive *old_drive_usb(OldMachine *machine)
{
    OldDrive *drive = g_new0(OldDrive, 1);
    drive->type = G_N_ELEMENTS(interfaces) - 1;
    drive->unit = (int)machine->usb_disks++;
    drive->name = machine->version >= 12 ? g_strdup_printf("usb%d", drive->unit) : g_strdup("usb");
    drive->kind = "hd";
    drive->format = "raw";
    g_ptr_array_add(machine->drives, drive);
    return drive;
}

/* --- the drives of the beginning ---------------------------------------------------------------
 */

static char *word_after(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    return at ? g_strndup(at + strlen(key), strcspn(at + strlen(key), " ")) : NULL;
}

/* scsi0-hd3: bus 0, unit 3; virtio1: unit 1. */
static void read_key(OldDrive *drive)
{
    for (guint i = 1; i < G_N_ELEMENTS(interfaces); i++)
        if (g_str_has_prefix(drive->name, interfaces[i].name))
            drive->type = i;
    const char *at = drive->name + strlen(interfaces[drive->type].name);
    const char *unit = strpbrk(at, "-");
    drive->bus = unit ? (int)g_ascii_strtoll(at, NULL, 10) : 0;
    drive->unit = (int)g_ascii_strtoll(unit ? unit + strlen("-hd") : at, NULL, 10);
}

OldDrive *old_drive_read(const char *line)
{
    static const char *const kinds[] = { "hd", "cdrom", "floppy" };
    static const char *const formats[] = { "qcow2", "raw" };
    OldDrive *drive = g_new0(OldDrive, 1);
    drive->name = g_strndup(line, strcspn(line, ":"));
    g_autofree char *kind = word_after(line, "type=");
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i], kind))
            drive->kind = kinds[i];
    g_autofree char *format = word_after(line, "drv=");
    for (gsize i = 0; format && i < G_N_ELEMENTS(formats); i++)
        if (g_str_equal(formats[i], format))
            drive->format = formats[i];
    drive->cdrom = g_str_equal(drive->kind, "cdrom");
    drive->removable = strstr(line, "removable=1") != NULL;
    drive->file = word_after(line, " file=");
    drive->read_only = strstr(line, "ro=1") != NULL;
    drive->encrypted = strstr(line, "encrypted=1") != NULL;
    drive->unit_option = -1;
    read_key(drive);
    return drive;
}
