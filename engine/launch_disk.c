/* The block node behind a drive. */
#include "engine/launch_private.h"

#include <string.h>

#define NODE_NAME_MAX 31 /* of QEMU's block layer */

/* QEMU's block drivers that domain XML names as formats. */
static const char *const formats[] = { "bochs", "cloop", "dmg", "luks", "parallels",
                                       "qcow",  "qcow2", "qed", "raw",  "vdi",
                                       "vhdx",  "vmdk",  "vpc" };

/* cache= in QEMU's switches. (Source: QEMU's -drive documentation.) */
static const struct {
    const char *mode;
    const char *direct, *no_flush, *write_cache;
} cache_modes[] = {
    { "none", "on", "off", "on" },           { "writeback", "off", "off", "on" },
    { "writethrough", "off", "off", "off" }, { "directsync", "on", "off", "off" },
    { "unsafe", "off", "on", "on" },
};

static const LaunchWord error_words[] = {
    { "stop", "stop" },       { "report", "report" }, { "ignore", "ignore" },
    { "enospace", "enospc" }, { NULL, NULL },
};
static const LaunchWord io_words[] = {
    { "threads", "threads" },
    { "native", "native" },
    { "io_uring", "io_uring" },
    { NULL, NULL },
};
static const LaunchWord discard_words[] = {
    { "unmap", "unmap" },
    { "ignore", "ignore" },
    { NULL, NULL },
};
static const LaunchWord zero_words[] = {
    { "unmap", "unmap" },
    { "on", "on" },
    { "off", "off" },
    { NULL, NULL },
};

/* NULL: none that QEMU has. A file that does not say it is raw: a format is never guessed, since a
 * guest can write what looks like another. */
static const char *format_of(const DomainDevice *disk)
{
    if (!disk->format)
        return "raw";
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(formats[i], disk->format) == 0)
            return formats[i];
    return NULL;
}

/* "disk-sda", as far as it is a name for QEMU. (transfer full) */
static char *node_name(const DomainDevice *disk)
{
    char *name = disk->target ? g_strconcat("disk-", disk->target, NULL) : NULL;

    if (name && strlen(name) <= NODE_NAME_MAX &&
        strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-") == strlen(name))
        return name;
    g_free(name);
    return g_strdup_printf("disk-at-%u", disk->position);
}

/* The driver for the file itself, and the attribute that names it; NULL: none we can say. */
static const char *protocol_of(const DomainDevice *disk, const char **attribute)
{
    *attribute = "dev";
    if (g_strcmp0(disk->type, "block") == 0)
        return "host_device";
    *attribute = "file";
    return !disk->type || strcmp(disk->type, "file") == 0 ? "file" : NULL;
}

static void put_cache(LaunchPlan *plan, const XmlNode *driver, GString *block, GString *option)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cache_modes); i++) {
        if (!launch_is(plan, driver, "cache", cache_modes[i].mode))
            continue;
        option_put(block, "cache.direct", cache_modes[i].direct);
        option_put(block, "cache.no-flush", cache_modes[i].no_flush);
        option_put(option, "write-cache", cache_modes[i].write_cache);
    }
}

/* What <driver> says, to the block node and to the device. */
static void put_driver(LaunchPlan *plan, const XmlNode *disk, GString *block, GString *option)
{
    const XmlNode *driver = launch_child(plan, disk, "driver");

    launch_get(plan, driver, "type");
    launch_is(plan, driver, "cache", "default");
    put_cache(plan, driver, block, option);
    option_put(block, "discard", launch_word(plan, driver, "discard", discard_words));
    option_put(block, "detect-zeroes", launch_word(plan, driver, "detect_zeroes", zero_words));
    option_put(block, "file.aio", launch_word(plan, driver, "io", io_words));
    option_put(option, "werror", launch_word(plan, driver, "error_policy", error_words));
    option_put(option, "rerror", launch_word(plan, driver, "rerror_policy", error_words));
}

static void put_node(LaunchPlan *plan, const DomainDevice *disk, const char *format,
                     GString *option)
{
    const char *attribute;
    const char *protocol = protocol_of(disk, &attribute);
    g_autofree char *name = node_name(disk);
    g_autofree char *path = launch_path(plan, disk->source);
    gboolean readonly = launch_child(plan, disk->node, "readonly") != NULL;
    g_autoptr(GString) block = g_string_new("driver=");

    g_string_append(block, format);
    option_put(block, "node-name", name);
    if (readonly || disk->kind == KIND_CDROM)
        option_put(block, "read-only", "on");
    put_driver(plan, disk->node, block, option);
    option_put(block, "file.driver", protocol);
    option_put(block, "file.filename", path);
    launch_get(plan, launch_child(plan, disk->node, "source"), attribute);
    launch_add(plan, "-blockdev", block->str);
    option_put(option, "drive", name);
    if (launch_child(plan, disk->node, "shareable"))
        option_put(option, "share-rw", "on");
}

/* A drive that can be empty; usb-storage cannot. */
static gboolean can_be_empty(const DomainDevice *disk)
{
    return (disk->kind == KIND_CDROM || disk->kind == KIND_FLOPPY) &&
           strcmp(disk->driver, "usb-storage") != 0;
}

/* Empty: no medium is named. */
static gboolean put_empty(LaunchPlan *plan, const DomainDevice *disk)
{
    g_autofree char *name = domain_device_name(disk);
    const XmlNode *driver = launch_child(plan, disk->node, "driver");

    if (!can_be_empty(disk)) {
        launch_miss(plan, "%s: it names no file or block device", name);
        return FALSE;
    }
    if (driver)
        launch_say_all(plan, driver);
    launch_child(plan, disk->node, "readonly");
    launch_child(plan, disk->node, "source");
    return TRUE;
}

gboolean launch_put_disk(LaunchPlan *plan, const DomainDevice *disk, GString *option)
{
    g_autofree char *name = domain_device_name(disk);
    const char *attribute;
    const char *format = format_of(disk);

    if (g_strcmp0(disk->xml_model, "lun") == 0 && strcmp(disk->driver, "scsi-block") != 0) {
        launch_miss(plan, "%s: a lun is passed through on SCSI alone", name);
        return FALSE;
    }
    if (!protocol_of(disk, &attribute)) {
        launch_miss(plan, "%s: its source is of type %s", name, disk->type);
        return FALSE;
    }
    if (!disk->source || !*disk->source)
        return put_empty(plan, disk);
    if (!format) {
        launch_refuse(plan,
                      "%s has the format %s, which QEMU does not have: raw and qcow2 are the usual "
                      "ones",
                      name, disk->format);
        return FALSE;
    }
    put_node(plan, disk, format, option);
    return TRUE;
}
