/* The ids that devices have in QEMU. */
#include "engine/launch_private.h"

#include <string.h>

#include "engine/domain_edit.h"
#include "engine/domain_private.h"

/* What QEMU takes (id_wellformed in its util/id.c). */
static gboolean is_id(const char *text)
{
    return g_ascii_isalpha(*text) &&
           strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._") == strlen(text);
}

/* What libvirt calls the devices of an element, before the number that counts them (its
 * qemu_alias.c, 9.0.0); others are called as their element. */
static const struct {
    const char *element, *prefix;
} prefixes[] = {
    { "filesystem", "fs" }, { "interface", "net" },  { "memballoon", "balloon" },
    { "memory", "dimm" },   { "redirdev", "redir" },
};

/* "scsi0-0-3" at a narrow adapter, "scsi0-0-0-3" elsewhere; "ide0-1-0". */
static char *drive_id(const DomainDevice *device, const char *bus)
{
    const Address *place = &device->address.place;
    const DomainDevice *controller = domain_drive_controller(device);

    if (place->type != ADDRESS_DRIVE)
        return NULL;
    if (strcmp(bus, "scsi") == 0 && !domain_is_narrow(controller ? controller->model : NULL))
        return g_strdup_printf("scsi%u-%u-%u-%u", place->drive.controller, place->drive.bus,
                               place->drive.target, place->drive.unit);
    return g_strdup_printf("%s%u-%u-%u", bus, place->drive.controller, place->drive.bus,
                           place->drive.unit);
}

static char *disk_id(const DomainDevice *device)
{
    const char *bus = domain_drive_bus(device);
    guint index;

    if (bus)
        return drive_id(device, bus);
    if (!device->target || !target_index(device->target, NULL, &index))
        index = device->ordinal - 1;
    return g_strdup_printf("%s-disk%u", device->bus, index);
}

/* "scsi0", "pci.1", "usb" for the first. */
static char *controller_id(const DomainDevice *device)
{
    if (g_strcmp0(device->type, "usb") == 0 && device->index == 0)
        return g_strdup("usb");
    return g_strdup_printf("%s%s%d", device->type, g_strcmp0(device->type, "pci") == 0 ? "." : "",
                           device->index);
}

static char *other_id(const DomainDevice *device)
{
    const char *prefix = device->element;

    /* A <console> that stands for the first <serial>. */
    if (strcmp(prefix, "console") == 0 && g_strcmp0(device->driver, "isa-serial") == 0)
        prefix = "serial";
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (strcmp(prefixes[i].element, prefix) == 0)
            prefix = prefixes[i].prefix;
    return g_strdup_printf("%s%u", prefix, device->ordinal - 1);
}

char *launch_device_id(const DomainDevice *device)
{
    /* The companions of a USB controller share its alias in libvirt, and have no id. */
    if (device->builtin || xml_node_child(device->node, "master"))
        return NULL;
    if (device->alias && is_id(device->alias))
        return g_strdup(device->alias);
    if (strcmp(device->element, "controller") == 0)
        return device->type ? controller_id(device) : NULL;
    return strcmp(device->element, "disk") == 0 ? disk_id(device) : other_id(device);
}

/* ---- of a whole domain ---- */

static gboolean has_alias(const DomainDevice *device, const char *id)
{
    return g_strcmp0(device->alias, id) == 0;
}

/* id, or "net0-2" where net0 is taken. (transfer full) */
static char *free_id(GHashTable *taken, const char *id)
{
    char *candidate = g_strdup(id);

    for (guint i = 2; g_hash_table_contains(taken, candidate); i++) {
        g_free(candidate);
        candidate = g_strdup_printf("%s-%u", id, i);
    }
    return candidate;
}

static void give_id(LaunchPlan *plan, GHashTable *taken, const DomainDevice *device,
                    const char *wanted)
{
    char *id = free_id(taken, wanted);
    g_autofree char *name = domain_device_name(device);

    if (device->alias && !has_alias(device, id))
        launch_note(plan, "the alias of %s is no id that QEMU takes: it is called %s", name, id);
    g_hash_table_add(taken, g_strdup(id));
    g_hash_table_insert(plan->ids, (gpointer)device, id);
}

void launch_give_ids(LaunchPlan *plan)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const GPtrArray *devices = plan->domain->devices;

    /* What the file itself says counts first; domain_check has seen that it says nothing twice. */
    for (int aliases = TRUE; aliases >= FALSE; aliases--) {
        for (guint i = 0; i < devices->len; i++) {
            const DomainDevice *device = devices->pdata[i];
            g_autofree char *id = launch_device_id(device);

            if (id && has_alias(device, id) == aliases)
                give_id(plan, taken, device, id);
        }
    }
}

const char *launch_id(const LaunchPlan *plan, const DomainDevice *device)
{
    return device ? g_hash_table_lookup(plan->ids, device) : NULL;
}
