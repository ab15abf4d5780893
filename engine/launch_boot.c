/* <os> and <sysinfo>: firmware, kernel, the order of boot, and what SMBIOS tells the guest. */
#include "engine/launch_private.h"

#include <string.h>

static const LaunchWord yes_words[] = { { "yes", "on" }, { "no", "off" }, { NULL, NULL } };

/* ---- kernel ---- */

static void put_file(LaunchPlan *plan, const char *option, const XmlNode *node)
{
    g_autofree char *path = launch_path(plan, node->text);

    launch_add(plan, option, path);
}

static void put_kernel(LaunchPlan *plan, const XmlNode *node)
{
    put_file(plan, "-kernel", node);
}

static void put_initrd(LaunchPlan *plan, const XmlNode *node)
{
    put_file(plan, "-initrd", node);
}

static void put_device_tree(LaunchPlan *plan, const XmlNode *node)
{
    put_file(plan, "-dtb", node);
}

static void put_command_line(LaunchPlan *plan, const XmlNode *node)
{
    launch_add(plan, "-append", node->text);
}

/* ---- firmware ---- */

static void put_flash(LaunchPlan *plan, const char *unit, const XmlNode *node, gboolean readonly)
{
    g_autofree char *path = launch_path(plan, node->text);
    const char *format = launch_get(plan, node, "format");
    g_autoptr(GString) block = g_string_new("driver=");

    g_string_append_printf(block, "%s,node-name=%s,read-only=%s,file.driver=file",
                           g_strcmp0(format, "qcow2") == 0 ? "qcow2" : "raw", unit,
                           readonly ? "on" : "off");
    option_put(block, "file.filename", path);
    launch_add(plan, "-blockdev", block->str);
    option_put(plan->machine, unit, unit);
}

static void put_loader(LaunchPlan *plan, const XmlNode *node)
{
    gboolean readonly = g_strcmp0(launch_word(plan, node, "readonly", yes_words), "on") == 0;

    launch_is(plan, node, "secure", "no");
    launch_is(plan, node, "stateless", "no");
    if (!*node->text)
        launch_miss(plan, "<loader>: it names no file");
    else if (launch_is(plan, node, "type", "pflash"))
        put_flash(plan, "pflash0", node, readonly);
    else {
        launch_is(plan, node, "type", "rom");
        put_file(plan, "-bios", node);
    }
}

static void put_nvram(LaunchPlan *plan, const XmlNode *node)
{
    launch_get(plan, node, "template"); /* what libvirt copies when the file is not there */
    launch_get(plan, node, "templateFormat");
    if (*node->text)
        put_flash(plan, "pflash1", node, FALSE);
    else
        launch_miss(plan, "<nvram>: it names no file");
}

/* ---- the order of boot ---- */

static gboolean is_hard_disk(const DomainDevice *device)
{
    return device->kind == KIND_DISK && strcmp(device->element, "disk") == 0;
}

static gboolean is_cdrom(const DomainDevice *device)
{
    return device->kind == KIND_CDROM;
}

static gboolean is_floppy(const DomainDevice *device)
{
    return device->kind == KIND_FLOPPY;
}

static gboolean is_nic(const DomainDevice *device)
{
    return device->kind == KIND_NIC;
}

static const struct {
    const char *dev;
    gboolean (*fits)(const DomainDevice *device);
} boot_devices[] = {
    { "hd", is_hard_disk },
    { "cdrom", is_cdrom },
    { "fd", is_floppy },
    { "network", is_nic },
};

/* The first device of its kind gets the place, as in libvirt. */
static void put_boot_device(LaunchPlan *plan, const XmlNode *boot, guint order)
{
    const char *dev = launch_get(plan, boot, "dev");
    gboolean (*fits)(const DomainDevice *device) = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(boot_devices); i++)
        if (g_strcmp0(boot_devices[i].dev, dev) == 0)
            fits = boot_devices[i].fits;
    for (guint i = 0; fits && i < plan->domain->devices->len; i++) {
        const DomainDevice *device = plan->domain->devices->pdata[i];

        if (fits(device)) {
            g_hash_table_insert(plan->boot, (gpointer)device->node, GUINT_TO_POINTER(order));
            return;
        }
    }
}

static void put_boot(LaunchPlan *plan, const XmlNode *os)
{
    const XmlNode *menu = launch_child(plan, os, "bootmenu");
    const XmlNode *bios = launch_child(plan, os, "bios");
    const char *shown = launch_word(plan, menu, "enable", yes_words);
    guint order = 0;
    g_autoptr(GString) value = g_string_new(NULL);

    for (guint i = 0; i < os->children->len; i++) {
        const XmlNode *child = os->children->pdata[i];

        if (strcmp(child->name, "boot") == 0) {
            launch_say(plan, child);
            put_boot_device(plan, child, ++order);
        }
    }
    option_put(value, "menu", shown);
    option_put(value, "splash-time", launch_get(plan, menu, "timeout"));
    option_put(value, "reboot-timeout", launch_get(plan, bios, "rebootTimeout"));
    if (value->len > 0)
        launch_add(plan, "-boot", value->str + 1);
}

/* ---- SMBIOS ---- */

/* libvirt's entries and QEMU's words for them, by block. */
static const struct {
    const char *block, *entry;
    guint type;
    const char *key;
} smbios_entries[] = {
    { "bios", "vendor", 0, "vendor" },
    { "bios", "version", 0, "version" },
    { "bios", "date", 0, "date" },
    { "bios", "release", 0, "release" },
    { "system", "manufacturer", 1, "manufacturer" },
    { "system", "product", 1, "product" },
    { "system", "version", 1, "version" },
    { "system", "serial", 1, "serial" },
    { "system", "uuid", 1, "uuid" },
    { "system", "sku", 1, "sku" },
    { "system", "family", 1, "family" },
    { "baseBoard", "manufacturer", 2, "manufacturer" },
    { "baseBoard", "product", 2, "product" },
    { "baseBoard", "version", 2, "version" },
    { "baseBoard", "serial", 2, "serial" },
    { "baseBoard", "asset", 2, "asset" },
    { "baseBoard", "location", 2, "location" },
    { "chassis", "manufacturer", 3, "manufacturer" },
    { "chassis", "version", 3, "version" },
    { "chassis", "serial", 3, "serial" },
    { "chassis", "asset", 3, "asset" },
    { "chassis", "sku", 3, "sku" },
};

/* The type of a block's SMBIOS table; the value of the entry is appended to option. */
static void put_entry(LaunchPlan *plan, const XmlNode *entry, GString *option)
{
    const char *name = xml_node_get(entry, "name");

    for (gsize i = 0; i < G_N_ELEMENTS(smbios_entries); i++) {
        if (strcmp(smbios_entries[i].block, entry->parent->name) != 0 ||
            g_strcmp0(smbios_entries[i].entry, name) != 0)
            continue;
        if (option->len == 0)
            g_string_append_printf(option, "type=%u", smbios_entries[i].type);
        option_put(option, smbios_entries[i].key, entry->text);
        launch_say(plan, entry);
        launch_get(plan, entry, "name");
    }
}

static void put_smbios(LaunchPlan *plan, const XmlNode *sysinfo)
{
    for (guint i = 0; i < sysinfo->children->len; i++) {
        const XmlNode *block = sysinfo->children->pdata[i];
        g_autoptr(GString) option = g_string_new(NULL);

        for (guint j = 0; j < block->children->len; j++)
            put_entry(plan, block->children->pdata[j], option);
        if (option->len == 0)
            continue;
        launch_say(plan, block);
        launch_add(plan, "-smbios", option->str);
    }
}

/* ---- the whole ---- */

static const LaunchPart parts[] = {
    { "kernel", put_kernel },   { "initrd", put_initrd }, { "cmdline", put_command_line },
    { "dtb", put_device_tree }, { "loader", put_loader }, { "nvram", put_nvram },
};

static void put_type(LaunchPlan *plan, const XmlNode *os)
{
    const XmlNode *type = launch_child(plan, os, "type");

    launch_get(plan, type, "arch");
    launch_get(plan, type, "machine");
    if (type && *type->text && strcmp(type->text, "hvm") != 0)
        launch_refuse(plan, "the domain's <os><type> is %s: QEMU runs guests of type hvm alone",
                      type->text);
}

void launch_boot(LaunchPlan *plan)
{
    const XmlNode *os = launch_child(plan, plan->domain->root, "os");
    const XmlNode *sysinfo = xml_node_child(plan->domain->root, "sysinfo");

    if (!os)
        return;
    put_type(plan, os);
    launch_parts(plan, os, parts, G_N_ELEMENTS(parts));
    put_boot(plan, os);
    if (sysinfo && launch_is(plan, launch_child(plan, os, "smbios"), "mode", "sysinfo") &&
        launch_is(plan, sysinfo, "type", "smbios")) {
        launch_say(plan, sysinfo);
        put_smbios(plan, sysinfo);
    }
}
